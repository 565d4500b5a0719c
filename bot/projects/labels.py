"""Whether a file says itself that AI took part in it."""

from typing import Final

_LABELS: Final = (b"rainedAlgorithmicMedia", b"TC260:AIGC", b"tEXtAIGC\0")
"""IPTC's and C2PA's digital source types (trained..., compositeWithTrained...), and China's element and PNG chunk.

They stand in a file uncompressed, by whatever program they were written, and are long enough not to occur by chance.
"""


def is_labelled(data: bytes) -> bool:
    """Tell whether a picture carries one of the labels that we write and others read."""
    return any(label in data for label in _LABELS)
