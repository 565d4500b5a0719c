"""What of a project can be shown, and what its record says of how it came about. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from storage.evidence.authorship import MadeBy
from storage.evidence.history import History, RecordedEvent
from storage.evidence.kinds import Kind


class Licence(Enum):
    """What others may do with a piece; the value stands in a button's id, `name` is said to the member."""

    RESERVED = "arr"
    BY = "by"
    BY_SA = "by-sa"
    BY_NC = "by-nc"
    ZERO = "zero"
    OWN = "own"
    """The member's own words."""

    @property
    def spdx(self) -> str:
        """Return how it is recorded: an SPDX identifier where there is one; nothing for own words."""
        return _SPDX.get(self, "")

    @property
    def url(self) -> str | None:
        """Return where it can be read."""
        return _URLS.get(self)


_SPDX: Final = {
    Licence.RESERVED: "all rights reserved",
    Licence.BY: "CC-BY-4.0",
    Licence.BY_SA: "CC-BY-SA-4.0",
    Licence.BY_NC: "CC-BY-NC-4.0",
    Licence.ZERO: "CC0-1.0",
}
_CREATIVE_COMMONS: Final = "https://creativecommons.org/"
_URLS: Final = {
    Licence.BY: f"{_CREATIVE_COMMONS}licenses/by/4.0/",
    Licence.BY_SA: f"{_CREATIVE_COMMONS}licenses/by-sa/4.0/",
    Licence.BY_NC: f"{_CREATIVE_COMMONS}licenses/by-nc/4.0/",
    Licence.ZERO: f"{_CREATIVE_COMMONS}publicdomain/zero/1.0/",
}


class Name(Enum):
    """Under which name a piece is shown."""

    DISPLAY = "d"
    """The one that the chat shows."""
    PSEUDONYM = "p"
    """The one in the record, which says nothing of who it is."""


@dataclass(frozen=True, slots=True)
class Did:
    """What people did, in counts; no measure of anything."""

    briefs: int
    candidates: int
    choices: int
    edits: int


def finished(history: History) -> RecordedEvent | None:
    """Return the last statement that the piece is finished, as far as its title can be shown."""
    return next((e for e in reversed(history.of(Kind.STATEMENT_DECLARED)) if e.text("title")), None)


def showable(history: History) -> Sequence[RecordedEvent]:
    """Return the events whose picture can be shown, the likeliest first: edits, then choices, the newest first.

    The preview in a document is no picture of the piece.
    """
    edits = [event for event in history.of(Kind.EDIT_APPLIED) if not event.file_name]
    chosen = [ref for event in history.of(Kind.DRAFT_SELECTED) for ref in event.refs]
    newest = [*reversed(edits), *(history.by_seq[seq] for seq in dict.fromkeys(reversed(chosen)))]
    return [event for event in newest if event.image_sha256 is not None]


def drawn_by_machine(history: History, event: RecordedEvent) -> bool:
    """Tell whether a picture is a candidate, or was made from one."""
    waiting, seen = [event.seq], set[int]()
    while waiting:
        seq = waiting.pop()
        found = history.by_seq.get(seq)
        if found is None or seq in seen:
            continue
        if found.kind == Kind.DRAFT_MADE:
            return True
        seen.add(seq)
        waiting += found.refs if found.kind == Kind.EDIT_APPLIED else ()
    return False


def what_was_done(history: History) -> Did:
    """Count what people did, all makers together."""
    edits = [e for e in history.of(Kind.EDIT_APPLIED) if e.text("declared") == MadeBy.OWN_HAND]
    choices = [e for e in history.of(Kind.DRAFT_SELECTED, Kind.DRAFT_REJECTED) if "discord" in e.fields]
    return Did(
        briefs=len(history.of(Kind.PROMPT_SUBMITTED)),
        candidates=len(history.of(Kind.DRAFT_MADE)),
        choices=len(choices),
        edits=len(edits),
    )
