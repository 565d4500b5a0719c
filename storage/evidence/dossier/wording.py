"""Which words of a brief a person wrote, which a machine, and what changed from one brief to the next, word by word.

The log holds changes character by character; a reader sees words: a Latin word, a number, one Chinese character.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from rapidfuzz.distance import Indel

from storage.evidence.commitments import JsonValue
from storage.evidence.hands import WORD, Hand


class Fate(StrEnum):
    """What happened to a piece of text."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text: what happened to it, and whose it is."""

    text: str
    fate: Fate = Fate.KEPT
    hand: Hand = Hand.PERSON


def differences(before: str, after: str, hands: Sequence[Hand]) -> tuple[Piece, ...]:
    """Return how one text becomes another, in words; `hands` are those of the later one."""
    before, after = unicodedata.normalize("NFC", before), unicodedata.normalize("NFC", after)
    pieces: list[Piece] = []
    position = 0
    for kept, dropped, added in _tidy(_steps(WORD.findall(before), WORD.findall(after))):
        pieces += _by_hand(kept, hands[position:])
        position += len(kept)
        if dropped:
            pieces.append(Piece(dropped, Fate.REMOVED))
        if added:
            pieces += _added(added, hands[position:])
            position += len(added)
    return tuple(pieces)


def pieces_of(text: str, hands: Sequence[Hand]) -> tuple[Piece, ...]:
    """Return a text in pieces of one hand each."""
    return tuple(_by_hand(unicodedata.normalize("NFC", text), hands))


def from_change(change: Sequence[JsonValue], before: str) -> tuple[Piece, ...]:
    """Return a recorded change as pieces; characters that were kept are those of the earlier text."""
    pieces, position = [], 0
    for step in change:
        match step:
            case ["=", int(count)]:
                pieces.append(Piece(before[position : position + count]))
                position += count
            case ["-", str(dropped)]:
                pieces.append(Piece(dropped, Fate.REMOVED))
                position += len(dropped)
            case ["+", str(added)]:
                pieces.append(Piece(added, Fate.ADDED))
    return tuple(pieces)


def _added(text: str, hands: Sequence[Hand]) -> Iterator[Piece]:
    """Return what is new, word by word: a machine's where it wrote the whole word, else a person changed it."""
    words, position = [], 0
    for word in WORD.findall(text):
        whole = word.strip() and all(hand is Hand.MACHINE for hand in hands[position : position + len(word)])
        words.append((word, Hand.MACHINE if whole and any(c.isalnum() for c in word) else Hand.PERSON))
        position += len(word)
    for hand, run in groupby(words, key=lambda pair: pair[1]):
        yield Piece("".join(word for word, _ in run), Fate.ADDED, hand)


_Step = tuple[str, str, str]
"""What is kept, and what is then dropped and added."""


def _steps(before: Sequence[str], after: Sequence[str]) -> Iterator[_Step]:
    kept = dropped = added = ""
    for op in Indel.opcodes(before, after):
        if op.tag == "equal":
            if dropped or added:
                yield kept, dropped, added
                kept = dropped = added = ""
            kept += "".join(after[op.dest_start : op.dest_end])
        else:
            dropped += "".join(before[op.src_start : op.src_end])
            added += "".join(after[op.dest_start : op.dest_end])
    yield kept, dropped, added


def _tidy(steps: Iterator[_Step]) -> Iterator[_Step]:
    """Join changes with so little kept between them that it is there by chance: a space, a comma, an article."""
    pending: _Step | None = None
    for kept, dropped, added in steps:
        if pending is None:
            pending = (kept, dropped, added)
            continue
        little = len(kept.strip()) <= min(_extent(pending), max(len(dropped), len(added)))
        if little and (dropped or added) and _extent(pending):
            pending = (pending[0], pending[1] + kept + dropped, pending[2] + kept + added)
        else:
            yield pending
            pending = (kept, dropped, added)
    if pending is not None:
        yield pending


def _extent(step: _Step) -> int:
    return max(len(step[1]), len(step[2]))


def _by_hand(text: str, hands: Sequence[Hand]) -> Iterator[Piece]:
    for hand, run in groupby(zip(text, hands, strict=False), key=lambda pair: pair[1]):
        yield Piece("".join(character for character, _ in run), hand=hand)
