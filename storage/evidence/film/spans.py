"""Words with what changed in them marked, word by word (in Chinese and Japanese character by character).

The record itself keeps the change character by character (`evidence.changes`); this is for reading.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import Final

from rapidfuzz.distance import Indel

IDEOGRAPHIC: Final = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Scripts that are written without spaces, as a regular expression's class has it."""
RELATED: Final = 0.4
"""Share of words that stay, below which a text counts as written anew and nothing in it is marked."""
CONTEXT: Final = 48
"""So many characters are kept around a change where a text is shortened."""
ELLIPSIS: Final = "…"
_LETTER: Final = re.compile(rf"[^\W{IDEOGRAPHIC}]")
_WORD: Final = re.compile(rf"(?:[{IDEOGRAPHIC}]|[^\W{IDEOGRAPHIC}]+|.)\s*", re.DOTALL)


class Mark(StrEnum):
    """What became of a stretch of words."""

    KEPT = "kept"
    ADDED = "added"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of words of one fate."""

    text: str
    mark: Mark = Mark.KEPT


def plain(text: str) -> tuple[Span, ...]:
    """Return a text in which nothing is marked."""
    return (Span(text),)


def marked(before: str, after: str) -> tuple[Span, ...]:
    """Return the later text with what was added and what was dropped from it; plain where it is another text."""
    old, new = _words(before), _words(after)
    keys = [word.strip() for word in old], [word.strip() for word in new]
    if Indel.normalized_similarity(*keys) < RELATED:
        return plain(after)
    spans: list[Span] = []
    dropped = added = ""
    for op in Indel.opcodes(*keys):
        later = "".join(new[op.dest_start : op.dest_end])
        if op.tag != "equal":
            dropped, added = dropped + "".join(old[op.src_start : op.src_end]), added + later
            continue
        spans += [Span(dropped, Mark.DROPPED), Span(added, Mark.ADDED), Span(later)]
        dropped = added = ""
    spans += [Span(dropped, Mark.DROPPED), Span(added, Mark.ADDED)]
    return tuple(_apart([span for span in spans if span.text]))


def changed(spans: Sequence[Span]) -> bool:
    """Tell whether anything is marked."""
    return any(span.mark is not Mark.KEPT for span in spans)


def shortened(spans: Sequence[Span], room: int) -> tuple[Span, ...]:
    """Return spans of which only what stands around the changes is left, if they have more characters than `room`."""
    if sum(len(span.text) for span in spans) <= room or not changed(spans):
        return tuple(spans)
    return tuple(_around(span, first=n == 0, last=n == len(spans) - 1) for n, span in enumerate(spans))


def _around(span: Span, *, first: bool, last: bool) -> Span:
    text = span.text
    if span.mark is not Mark.KEPT or len(text) <= 2 * CONTEXT:
        return span
    head = "" if first else text[:CONTEXT]
    tail = "" if last else text[-CONTEXT:]
    return Span(f"{head}{ELLIPSIS}{tail}")


def _apart(spans: Sequence[Span]) -> Iterator[Span]:
    """Yield spans that do not run into each other: the last word of a text has no space behind it."""
    for span, following in zip_longest(spans, spans[1:]):
        touching = following is not None and _LETTER.fullmatch(span.text[-1:]) and _LETTER.fullmatch(following.text[:1])
        yield Span(span.text + " ", span.mark) if touching else span


def _words(text: str) -> list[str]:
    """Return the words of a text, each with the spaces behind it."""
    return list(_each_word(text.strip()))


def _each_word(text: str) -> Iterator[str]:
    for found in _WORD.finditer(text):
        yield found[0]
