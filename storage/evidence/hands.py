"""Who wrote each character of the texts in a record, as far as it tells: a person, a machine, or nobody knows.

Followed from the words that a machine suggested or drafted, and those that a member typed, through every change since.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from storage.evidence.authorship import TYPED, MadeBy
from storage.evidence.commitments import JsonValue
from storage.evidence.history import History, RecordedEvent
from storage.evidence.kinds import Kind

WORD: Final = re.compile(
    r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|[^\W\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+|\s+|."
)
"""What a reader takes for a word: a Latin word, a number, one Chinese character; and what stands between them."""
_BLANK: Final = re.compile(r"\n[^\S\n]*\n\s*")
BETWEEN: Final = "\n\n"
"""What stands between the paragraphs of a text that was put together."""


class Hand(StrEnum):
    """Who wrote a character, as far as the record tells."""

    PERSON = "person"
    MACHINE = "machine"
    UNKNOWN = "unknown"


Hands = tuple[Hand, ...]
"""Who wrote each of the characters of a text, in NFC."""
_ADDED_BY: Final[Mapping[str, Hand]] = {
    MadeBy.OTHER_MODEL: Hand.MACHINE,
    MadeBy.OTHER_PERSON: Hand.UNKNOWN,
    MadeBy.UNKNOWN: Hand.UNKNOWN,
}
"""Whose words an edit adds, where they are not the member's by what they declare."""


@dataclass(frozen=True, slots=True)
class WordCount:
    """How many words a text has, and how many of them have something of a person's hand."""

    own: int
    all: int

    @property
    def percent(self) -> int:
        """Return the share of the person's words; only what is nothing is said to be nothing, and all to be all."""
        if self.own in (0, self.all):
            return 100 if self.own else 0
        return min(99, max(1, round(100 * self.own / self.all)))


def by_one(hand: Hand, text: str) -> Hands:
    """Return the hands of a text that one of them wrote whole."""
    return (hand,) * len(unicodedata.normalize("NFC", text))


def after_change(text: str, change: Sequence[JsonValue], before: Sequence[Hand], by: Hand = Hand.PERSON) -> Hands:
    """Return who wrote each character of an edited text: what was added is `by` one hand, the rest keeps its own.

    `change` is as events hold it. Where it does not fit the text nothing is claimed.
    """
    hands: list[Hand] = []
    position = 0
    for step in change:
        match step:
            case ["=", int(count)]:
                hands += before[position : position + count]
                position += count
            case ["-", str(dropped)]:
                position += len(dropped)
            case ["+", str(added)]:
                hands += by_one(by, added)
            case _:
                return by_one(Hand.UNKNOWN, text)
    fits = len(hands) == len(by_one(Hand.UNKNOWN, text)) and position == len(before)
    return tuple(hands) if fits else by_one(Hand.UNKNOWN, text)


def length_before(change: Sequence[JsonValue]) -> int:
    """Return how many characters the text had that a change was made to."""
    return sum(_extent_before(step) for step in change)


def _extent_before(step: JsonValue) -> int:
    match step:
        case ["=", int(count)]:
            return count
        case ["-", str(dropped)]:
            return len(dropped)
    return 0


def paragraphs(text: str) -> tuple[str, ...]:
    """Return the paragraphs of a text: what blank lines part."""
    return tuple(part for each in _BLANK.split(text) if (part := each.strip("\n")).strip())


def counted(text: str, hands: Sequence[Hand]) -> WordCount:
    """Count the words of a text by their hands; a word with a letter of a person's is theirs."""
    own = everything = position = 0
    for word in WORD.findall(unicodedata.normalize("NFC", text)):
        if any(map(str.isalnum, word)):
            everything += 1
            own += Hand.PERSON in hands[position : position + len(word)]
        position += len(word)
    return WordCount(own, everything)


def hands_of(history: History) -> Mapping[int, Hands]:
    """Return who wrote each text of a project, by the number of its event."""
    found: dict[int, Hands] = {}
    for event in history:
        match event.kind:
            case Kind.SUGGESTION_MADE | Kind.DRAFT_MADE:
                found[event.seq] = by_one(Hand.MACHINE, event.text("text"))
            case Kind.PROMPT_SUBMITTED:
                found[event.seq] = _of_brief(event, history, found)
            case Kind.EDIT_APPLIED if event.text("text"):
                found[event.seq] = _of_edit(event, history, found)
    return found


def _of_brief(event: RecordedEvent, history: History, found: Mapping[int, Hands]) -> Hands:
    text = event.text("prompt")
    how, _, number = event.text("source").partition(":")
    if how == TYPED:
        return by_one(Hand.PERSON, text)
    base = history.by_seq.get(int(number)) if number.isdecimal() else None
    if base is None:
        return by_one(Hand.UNKNOWN, text)
    if how == "llm":
        return by_one(Hand.MACHINE, text)
    return _changed(event, text, base, found)


def _of_edit(event: RecordedEvent, history: History, found: Mapping[int, Hands]) -> Hands:
    text, picked = event.text("text"), event.map("params").get("paragraphs")
    if isinstance(picked, list):
        return _combined(text, picked, history, found)
    base = history.by_seq.get(event.refs[0]) if event.refs else None
    if base is None:
        return by_one(Hand.UNKNOWN, text)
    return _changed(event, text, base, found, _ADDED_BY.get(event.text("declared"), Hand.PERSON))


def _changed(
    event: RecordedEvent, text: str, base: RecordedEvent, found: Mapping[int, Hands], by: Hand = Hand.PERSON
) -> Hands:
    change = event.fields.get("change")
    if not isinstance(change, list):
        return by_one(Hand.UNKNOWN, text)
    # Of an earlier text that is closed, a machine's stays the machine's; of an own one it cannot be told.
    closed = Hand.MACHINE if base.kind in (Kind.SUGGESTION_MADE, Kind.DRAFT_MADE) else Hand.UNKNOWN
    return after_change(text, change, found.get(base.seq) or (closed,) * length_before(change), by)


def _combined(text: str, picked: Sequence[JsonValue], history: History, found: Mapping[int, Hands]) -> Hands:
    """Return the hands of paragraphs that were put together; where they do not make up the text nothing is claimed."""
    parts: list[tuple[str, Hands]] = []
    for pick in picked:
        match pick:
            case [int(seq), int(number)] if seq in found and number > 0:
                parts += [part for n, part in enumerate(_parts(history.by_seq[seq], found[seq]), 1) if n == number]
    if BETWEEN.join(part for part, _ in parts) != unicodedata.normalize("NFC", text):
        return by_one(Hand.UNKNOWN, text)
    hands: list[Hand] = []
    for part, its in parts:
        # The line between two paragraphs goes with the one before it.
        hands += [*([hands[-1]] * len(BETWEEN) if hands else []), *its[: len(part)]]
    return tuple(hands)


def _parts(event: RecordedEvent, hands: Hands) -> list[tuple[str, Hands]]:
    text, at, parts = unicodedata.normalize("NFC", event.text("text")), 0, []
    for part in paragraphs(text):
        at = text.index(part, at)
        parts.append((part, hands[at : at + len(part)]))
        at += len(part)
    return parts
