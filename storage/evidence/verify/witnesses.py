"""Cosignatures (C2SP tlog-cosignature, `cosignature/v1`): a witness saw this very checkpoint, and says when.

The log cannot make one by itself: two histories of one size, each with the cosignature of an honest witness, cannot be.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from storage.evidence.verify.archive import Archive
from storage.evidence.verify.primitives import (
    BAD,
    COSIGNATURE,
    Key,
    SignatureLine,
    parse_note,
    parse_signatures,
    parse_vkey,
)
from storage.evidence.verify.report import Bound, Refusal

_FILE = re.compile(r"data/checkpoints/([0-9]+)\.cosig")
_TIME_BYTES, _SIGNATURE_BYTES = 8, 64
_LAST_SECOND = 253_402_300_799
"""The end of the year 9999."""


@dataclass(frozen=True, slots=True)
class Cosigned:
    """What the cosignatures of a bundle come to."""

    bounds: tuple[Bound, ...]
    unknown: tuple[str, ...]
    """Names of witnesses whose key was not given."""
    absent: tuple[str, ...]
    """Witnesses whose key was given and that signed nothing here."""


def parse_witnesses(lines: Sequence[str]) -> tuple[Key, ...]:
    """Read the witnesses' keys that somebody gave from outside."""
    try:
        return tuple(parse_vkey(line.strip(), COSIGNATURE) for line in lines)
    except BAD as error:
        raise Refusal("cosignature", size="?", why="the witness's key you gave cannot be read") from error


def check_cosignatures(archive: Archive, witnesses: Sequence[Key]) -> Cosigned:
    """Check the enclosed cosignatures of the witnesses given; refuse one that is false."""
    known = {(key.name, key.key_id): key for key in witnesses}
    bounds: list[Bound] = []
    unknown: set[str] = set()
    for size in sorted(int(match[1]) for name in archive.names if (match := _FILE.fullmatch(name))):
        text, lines = _read(archive, size)
        for line in lines:
            key = known.get(line[:2])
            if key is None:
                unknown.add(line[0])
            else:
                bounds.append(_check(size, text, line, key))
    signed = {bound.by for bound in bounds}
    absent = tuple(key.name for key in witnesses if key.name not in signed)
    return Cosigned(tuple(bounds), tuple(sorted(unknown)), absent)


def _read(archive: Archive, size: int) -> tuple[str, tuple[SignatureLine, ...]]:
    """Return the text of a checkpoint and the lines of its cosignatures."""
    note = f"data/checkpoints/{size}.note"
    if note not in archive.names:
        raise Refusal("cosignature", size=size, why="the checkpoint that it signs is not there")
    try:
        return parse_note(archive.read(note)).text, parse_signatures(archive.read(f"data/checkpoints/{size}.cosig"))
    except BAD as error:
        raise Refusal("cosignature", size=size, why="it is not in the form of a cosignature") from error


def _check(size: int, text: str, line: SignatureLine, key: Key) -> Bound:
    name, _, payload = line
    seconds = int.from_bytes(payload[:_TIME_BYTES], "big")
    if len(payload) != _TIME_BYTES + _SIGNATURE_BYTES or seconds > _LAST_SECOND:
        raise Refusal("cosignature", size=size, why="that of {name} is not in the form of one", name=name)
    try:
        key.check(payload[_TIME_BYTES:], f"cosignature/v1\ntime {seconds}\n{text}".encode())
    except ValueError as error:
        raise Refusal("cosignature", size=size, why="that of {name} is false", name=name) from error
    return Bound(size, datetime.fromtimestamp(seconds, UTC), name, from_outside=True)
