"""The certificates inside a time stamp, put into the order that a strict reader wants.

RFC 5652 calls them a SET OF and lets a sender write them in any order; DER wants a SET OF sorted (X.690 section 11.6).
openssl writes them in the order it was given them, so a reader of nothing but DER refuses the token of an authority
that encloses its chain. No signature covers them, so sorting a copy before reading changes nothing that anybody vouches
for; what is kept, hashed and handed out stays as it came.

Both the writer and the verifier use this, since they read tokens with the same library; nothing of the bundle's own
format is in here.
"""

from collections.abc import Iterator
from typing import Final

_SEQUENCE: Final = 0x30
_CONTEXT_0: Final = 0xA0


def sort_certificates(answer: bytes) -> bytes:
    """Return an authority's answer (RFC 3161 section 2.4.2) with the enclosed certificates sorted.

    What is not in the form of an answer comes back as it is; the reader behind says what is wrong with it.
    """
    try:
        start, end = _certificates(answer)
        enclosed = sorted(answer[begin:stop] for _, begin, _, stop in _values(answer, start, end))
    except (ValueError, IndexError):
        return answer
    return answer[:start] + b"".join(enclosed) + answer[end:]


def _certificates(answer: bytes) -> tuple[int, int]:
    """Return where the certificates of an answer begin and end; raise ValueError where there are none.

    TimeStampResp: SEQUENCE {status, token}; the token: SEQUENCE {type, [0] SignedData}; SignedData: SEQUENCE {version,
    digests, content, [0] certificates, signers}.
    """
    start, end = 0, len(answer)
    for place, tag in ((0, _SEQUENCE), (1, _SEQUENCE), (1, _CONTEXT_0), (0, _SEQUENCE), (3, _CONTEXT_0)):
        found, _, start, end = list(_values(answer, start, end))[place]
        if found != tag:
            raise ValueError("it has another form")
    return start, end


def _values(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield each value between two places: its tag, where it begins, where its content begins, and where it ends."""
    while start < end:
        length, content = data[start + 1], start + 2
        if length & 0x80:
            count = length & 0x7F
            length, content = int.from_bytes(data[content : content + count]), content + count
        if content + length > end:
            raise ValueError("it reaches beyond its place")
        yield data[start], start, content, content + length
        start = content + length
