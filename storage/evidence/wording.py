"""Whose words a brief is made of, character by character: the member's own, and those that a machine suggested.

Read from the fields that the bot wrote when the brief was recorded (`authorship`): what was taken over as it stood, and
the change from an earlier text to the next one, back to the text that nobody else had written.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from storage.evidence.authorship import TYPED
from storage.evidence.commitments import JsonValue
from storage.evidence.kinds import Kind

_SOURCE: Final = re.compile(r"(?P<how>llm|edited):(?P<seq>[0-9]{1,16})")
# Latin words are told as a whole; what has no spaces, as Chinese, character by character.
_WORD: Final = re.compile(r"[A-Za-z0-9\u00c0-\u024f'’]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, and whether a machine suggested them."""

    text: str
    by_machine: bool


@dataclass(frozen=True, slots=True)
class Wording:
    """A text of a project as its event holds it; `source` and `change` are empty for words that a machine made."""

    kind: str
    text: str
    source: str = TYPED
    change: Sequence[JsonValue] = ()

    @classmethod
    def of(cls, kind: str, fields: Mapping[str, JsonValue]) -> "Wording":
        """Read the opened fields of an event; what was erased is empty."""
        text = fields.get("prompt", fields.get("text", ""))
        source, change = fields.get("source", TYPED), fields.get("change", ())
        return cls(kind, str(text), str(source), change if isinstance(change, Sequence) else ())

    @property
    def leans_on(self) -> int | None:
        """Return the event of the earlier text that this one was made from, if there is one."""
        found = _SOURCE.fullmatch(self.source)
        return None if found is None or found["how"] == "llm" else int(found["seq"])

    @property
    def taken_over(self) -> bool:
        """Tell whether a machine wrote all of it."""
        return self.kind == Kind.SUGGESTION_MADE or self.source.startswith("llm:")


def pieces_of(chain: Sequence[Wording]) -> tuple[Piece, ...]:
    """Return a text in pieces; `chain` is the text, then the one it was made from, and so on."""
    first, *later = reversed(chain)
    machine = [first.taken_over] * len(first.text)
    for each in later:
        machine = [True] * len(each.text) if each.taken_over else _carried(machine, each)
    return _in_words(chain[0].text, machine)


def _carried(before: Sequence[bool], after: Wording) -> list[bool]:
    """Carry over whose each character is; what was added is the member's."""
    machine, at = list[bool](), 0
    for step in after.change:
        match step:
            case ["=", int(count)]:
                machine += before[at : at + count]
                at += count
            case ["-", str(gone)]:
                at += len(gone)
            case ["+", str(new)]:
                machine += [False] * len(new)
    # An earlier text that was erased has nothing to carry over.
    missing = len(after.text) - len(machine)
    return (machine + [False] * missing)[: len(after.text)]


def _in_words(text: str, machine: Sequence[bool]) -> tuple[Piece, ...]:
    """Return pieces of whole words: one that is mostly a machine's counts as its own, and spaces go with the word."""
    told: list[tuple[str, bool]] = []
    for word in _WORD.finditer(text):
        mostly = sum(machine[word.start() : word.end()]) * 2 > len(word[0])
        told.append((word[0], told[-1][1] if word[0].isspace() and told else mostly))
    grouped = groupby(told, key=lambda each: each[1])
    return tuple(Piece("".join(word for word, _ in words), by_machine) for by_machine, words in grouped)
