"""The record as a person reads it: one line an event, newest first, in pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from storage.evidence.history import Page, RecordedEvent
from storage.evidence.kinds import Kind

PAGE_EVENTS: Final = 10
WORDS_SHOWN: Final = 90
_WORDS: Final[Mapping[str, Sequence[str]]] = {
    Kind.PROJECT_OPENED: ("title",),
    Kind.INTENT_DECLARED: ("text",),
    Kind.PROMPT_SUBMITTED: ("prompt",),
    Kind.UPLOAD_ADDED: ("operation",),
    Kind.EDIT_APPLIED: ("operation", "text"),
    Kind.DRAFT_SELECTED: ("why",),
    Kind.DRAFT_REJECTED: ("why",),
    Kind.DRAFT_MADE: ("text",),
    Kind.NOTE_ADDED: ("text",),
    Kind.SUGGESTION_MADE: ("text",),
    Kind.SUGGESTION_TAKEN: ("text",),
    Kind.STATEMENT_DECLARED: ("title",),
    Kind.APPEAL_MADE: ("text",),
    Kind.GENERATION_REFUSED: ("rule",),
    Kind.GENERATION_FAILED: ("reason",),
}
"""The fields that tell most, of each kind that has one; the first that says something is shown."""


class Who(StrEnum):
    """Who did it."""

    MEMBER = "member"
    PARTNER = "partner"
    """Another maker of a shared project."""
    MACHINE = "machine"
    OPERATOR = "operator"
    MODERATOR = "moderator"


@dataclass(frozen=True, slots=True)
class Line:
    """An event in short; `model` is what a machine was, `refs` what it is about, `erased` that words are gone.

    Of another maker's event they may as well be closed: to whoever looks that is the same.
    """

    seq: int
    at: datetime
    kind: str
    who: Who
    model: str
    words: str
    refs: tuple[int, ...]
    erased: bool


@dataclass(frozen=True, slots=True)
class Around:
    """Where the next newer and the next older page begin: the numbers (pseq) they lie below, where there are any."""

    newer: int | None
    older: int | None


def line_of(event: RecordedEvent, me: str = "") -> Line:
    """Return an event in one line, its words shortened; `me` is the pseudonym of whoever looks."""
    model = event.text("model") or event.map("generation").get("model")
    words = next((text for field in _WORDS.get(event.kind, ()) if (text := event.text(field))), "")
    # What needs no words is told by what was asked for.
    words = words or str(event.map("params").get("operation", ""))
    return Line(
        seq=event.seq,
        at=event.at,
        kind=event.kind,
        who=_who(event, me),
        model=model if isinstance(model, str) else "",
        words=shortened(words, WORDS_SHOWN),
        refs=event.refs,
        erased=bool(event.closed),
    )


def _who(event: RecordedEvent, me: str) -> Who:
    if event.actor == "bot":
        return Who.MACHINE
    if event.actor != "sys":
        return Who.MEMBER if me in ("", event.actor) else Who.PARTNER
    return Who.MODERATOR if event.map("scope").get("by") == "moderator" else Who.OPERATOR


def shortened(text: str, limit: int) -> str:
    """Return a text in one line and no longer than a limit."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def around(page: Page) -> Around:
    """Return where one can go on from a page."""
    if not page.events:
        return Around(None, None)
    newest, oldest = page.events[0].pseq, page.events[-1].pseq
    return Around(
        newer=min(newest + 1 + PAGE_EVENTS, page.total) if newest + 1 < page.total else None,
        older=oldest if oldest > 0 else None,
    )
