"""Setting words in lines: made legible first, then broken where a reader expects it, then clipped.

The words are a member's and may be anything: two thousand characters without a space, controls that turn the direction
of writing, emoji, towers of combining marks. None of them may leave its box, and none becomes an empty square.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from storage.evidence.film.spans import ELLIPSIS, IDEOGRAPHIC, Mark, Span

LOOKED_AT: Final = 4000
"""Characters of a text that are looked at; no frame has room for more."""
MARKS_KEPT: Final = 2
"""Combining marks that a letter keeps; with more it would grow out of its line."""
_NAMED: Final = 3
_DIRECTIONS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Zero-width joiners, and what chooses between forms of a character, have nothing to show without what they join.
_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0), range(0x1F3FB, 0x1F400))
# Ideographs and the punctuation that is set like them: a line may end behind each.
_SIGNS: Final = rf"{IDEOGRAPHIC}\u3000-\u303f\uff00-\uffef“”"
_PIECE: Final = re.compile(rf"\n|[^\S\n]+|[{_SIGNS}]|[^\s{_SIGNS}]+")
# Letters of one script are told by their number, anything else by its names; spaces between them belong to neither.
_MISSING_RUN: Final = re.compile(r"l(?: *l)*|o(?: *o)*")
# What must not begin a line, and what must not end one.
_CLOSING: Final = frozenset("，。！？；：、…）》」』】”’·!?;:,.)]}%")
_OPENING: Final = frozenset("（《「『【“‘([{")

Measure = Callable[[str], float]
Run = tuple[str, Mark]


@dataclass(frozen=True, slots=True)
class Block:
    """Words set in lines, each a row of runs; `fits` is False where words had to be left out or cut in two."""

    lines: tuple[tuple[Run, ...], ...]
    fits: bool


@dataclass(frozen=True, slots=True)
class _Unit:
    """What stays together on a line; a break is a unit of its own, and spaces are dropped at the ends of a line."""

    runs: tuple[Run, ...]
    kind: str


_SPACE, _BREAK, _WORD, _SIGN = "space", "break", "word", "sign"


# --- making legible ------------------------------------------------------------------------------


def legible(text: str, lacks: Callable[[str], bool]) -> str:
    """Return a text that can be drawn as it stands: no controls, no towers of marks, and names for what has no glyph.

    Controls of the direction are shown as codes, for they are there to deceive.
    """
    kept = "".join(_drawable(c, lacks) for c in _kept(unicodedata.normalize("NFC", text[:LOOKED_AT])))
    missing = "".join(_missing(c) if lacks(c) else " " if c == " " else "." for c in kept)
    parts, at = [], 0
    for run in _MISSING_RUN.finditer(missing):
        parts += [kept[at : run.start()], _named(kept[run.start() : run.end()])]
        at = run.end()
    return "".join([*parts, kept[at:]])


def _kept(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if character == "\n":
            yield character
        elif character.isspace():
            yield " "
        elif character in _DIRECTIONS:
            yield f"[{_code(character)}]"
        elif category in ("Cc", "Cf", "Cs") or marks > MARKS_KEPT or any(ord(character) in r for r in _SELECTORS):
            continue
        else:
            yield character


def _drawable(character: str, lacks: Callable[[str], bool]) -> str:
    """Return a character, without the marks on it that have no glyph; nothing for such a mark alone."""
    if not lacks(character):
        return character
    if unicodedata.category(character) in ("Mn", "Me"):
        return ""
    letter = unicodedata.normalize("NFD", character)[0]
    return character if lacks(letter) else letter


def _missing(character: str) -> str:
    return "l" if unicodedata.category(character)[0] in "LMN" else "o"


def _named(run: str) -> str:
    """Return what stands for characters without a glyph: a script and how many, or names."""
    characters = [c for c in run if c != " "]
    names = [unicodedata.name(c, _code(c)).lower() for c in characters[:_NAMED]]
    if _missing(run[0]) == "l":
        return f"[{names[0].split()[0]} ×{len(characters)}]"
    return f"[{', '.join(names)}{', …' if len(characters) > _NAMED else ''}]"


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


# --- setting in lines ----------------------------------------------------------------------------


def set_in_lines(spans: Sequence[Span], measure: Measure, width: float, max_lines: int) -> Block:
    """Break words into at most so many lines of a width; what does not fit ends in an ellipsis."""
    units = _units(spans)
    lines = list(islice(_lines(_split(units, measure, width), measure, width), max_lines + 1))
    if len(lines) <= max_lines:
        return Block(tuple(lines), fits=all(_width(unit, measure) <= width for unit in units if unit.kind == _WORD))
    return Block((*lines[: max_lines - 1], _clipped(lines[max_lines - 1], measure, width)), fits=False)


def _lines(units: Iterable[_Unit], measure: Measure, width: float) -> Iterator[tuple[Run, ...]]:
    """Yield line after line; empty ones are left out, for a frame has no room for gaps."""
    line: list[Run] = []
    used = 0.0
    for unit in units:
        taken = _width(unit, measure)
        if unit.kind == _BREAK or (unit.kind != _SPACE and used + taken > width):
            if line:
                yield _joined(line)
            line, used = [], 0.0
        if unit.kind not in (_BREAK, _SPACE) or (unit.kind == _SPACE and line):
            line += unit.runs
            used += taken
    if line:
        yield _joined(line)


def _width(unit: _Unit, measure: Measure) -> float:
    return 0.0 if unit.kind == _BREAK else sum(measure(text) for text, _ in unit.runs)


def _units(spans: Sequence[Span]) -> list[_Unit]:
    """Return what may not be broken: words, with the punctuation that belongs to them, across the marks of a change."""
    units: list[_Unit] = []
    for span in spans:
        for found in _PIECE.finditer(span.text):
            kind = _kind(found[0])
            unit = _Unit(((" " if kind == _SPACE else found[0], span.mark),), kind)
            if units and _sticks(units[-1], unit):
                units[-1] = replace(units[-1], runs=units[-1].runs + unit.runs)
            else:
                units.append(unit)
    return units


def _kind(piece: str) -> str:
    if piece == "\n":
        return _BREAK
    if piece.isspace():
        return _SPACE
    return _SIGN if re.match(rf"[{_SIGNS}]", piece) else _WORD


def _sticks(before: _Unit, unit: _Unit) -> bool:
    if {_SPACE, _BREAK} & {before.kind, unit.kind}:
        return False
    last, first = before.runs[-1][0][-1], unit.runs[0][0][0]
    return first in _CLOSING or last in _OPENING or (before.kind == _WORD and unit.kind == _WORD)


def _split(units: Sequence[_Unit], measure: Measure, width: float) -> Iterator[_Unit]:
    """Yield the units, those that no line could hold cut into pieces that one can."""
    for unit in units:
        if unit.kind in (_SPACE, _BREAK) or _width(unit, measure) <= width:
            yield unit
            continue
        for text, mark in unit.runs:
            while text:
                fits = max(1, _fitting(text, measure, width))
                yield _Unit(((text[:fits], mark),), _WORD)
                text = text[fits:]


def _fitting(text: str, measure: Measure, width: float) -> int:
    """Return how many characters of a text fit, found by halving; a letter keeps its marks."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= width else (low, middle - 1)
    while 1 < low < len(text) and unicodedata.combining(text[low]):
        low -= 1
    return low


def _joined(line: Sequence[Run]) -> tuple[Run, ...]:
    """Return a line whose neighbouring runs of one mark are one, without spaces at its end."""
    joined: list[Run] = []
    for text, mark in line:
        if joined and joined[-1][1] is mark:
            joined[-1] = (joined[-1][0] + text, mark)
        else:
            joined.append((text, mark))
    while joined and not joined[-1][0].strip():
        joined.pop()
    if joined:
        joined[-1] = (joined[-1][0].rstrip(), joined[-1][1])
    return tuple(joined)


def _clipped(line: Sequence[Run], measure: Measure, width: float) -> tuple[Run, ...]:
    """Return a line that ends in an ellipsis and still fits."""
    runs = list(line)
    while runs:
        text, mark = runs.pop()
        room = width - sum(measure(t) for t, _ in runs) - measure(ELLIPSIS)
        fits = _fitting(text, measure, room) if room > 0 else 0
        if fits:
            return _joined([*runs, (text[:fits].rstrip(), mark), (ELLIPSIS, Mark.KEPT)])
    return ((ELLIPSIS, Mark.KEPT),)
