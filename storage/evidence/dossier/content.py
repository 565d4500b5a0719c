"""From the events of a project to what a dossier tells of it: briefs, choices, edits, tools and counts. Pure.

Nothing is told that no event carries; a value that is not opened is None here, never an empty text.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final

from storage.evidence.authorship import MadeBy
from storage.evidence.commitments import JsonValue
from storage.evidence.dossier.wording import (
    Hand,
    Piece,
    after_change,
    by_one,
    differences,
    from_change,
    length_before,
    pieces_of,
)
from storage.evidence.history import History, RecordedEvent
from storage.evidence.kinds import Kind

_PER_RUN: Final = frozenset({"bucket", "buckets", "drawn_from", "unknown", "took_ms"})
"""Of how a draft was made: what differs from run to run and says nothing of the tool."""
NOT_OWN: Final = frozenset({MadeBy.OTHER_MODEL, MadeBy.OTHER_PERSON, MadeBy.UNKNOWN})
"""What the member does not declare as theirs can be no contribution of theirs."""
_NO_LABEL: Final = "off"
_NOT_SETTINGS: Final = frozenset({"seeds", "seed"})


class Source(StrEnum):
    """Where a brief's words come from."""

    TYPED = "typed"
    TAKEN = "taken"
    """A machine's words as they were."""
    EDITED_MACHINE = "edited-machine"
    EDITED_OWN = "edited-own"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief, whose words they are, and what changed since the text it came from (event `of`).

    `pieces` are the differences from that text where both are opened, else the brief's own text.
    """

    event: RecordedEvent
    source: Source
    of: int | None
    text: str | None
    negative: str
    settings: Mapping[str, JsonValue]
    seeds: tuple[int, ...]
    pieces: tuple[Piece, ...]
    hands: tuple[Hand, ...]
    """Who wrote each of its characters."""
    before: Mapping[str, JsonValue] = field(default_factory=dict)
    """The settings of the brief before."""

    @property
    def seq(self) -> int:
        """Return the number of its event."""
        return self.event.seq

    @property
    def letters(self) -> Counter[Hand]:
        """Count its characters by who wrote them."""
        return Counter(self.hands)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Words that a model suggested, and the events that took them over or edited them."""

    event: RecordedEvent
    text: str | None
    model: str
    used_by: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One decision: which candidates were kept and which were not, and the reason if one was given."""

    events: tuple[int, ...]
    chosen: tuple[int, ...]
    rejected: tuple[int, ...]
    why: str | None


@dataclass(frozen=True, slots=True)
class Edit:
    """A change made elsewhere: to what, what was done, what differs."""

    event: RecordedEvent
    before: int | None
    operation: str | None
    declared: str | None
    share_ppm: int | None
    regions: tuple[tuple[int, int, int, int], ...]
    resized: bool
    words: tuple[Piece, ...] = ()

    @property
    def seq(self) -> int:
        """Return the number of its event."""
        return self.event.seq


@dataclass(frozen=True, slots=True)
class Tool:
    """One way in which candidates were made, and the events that used it."""

    settings: Mapping[str, JsonValue]
    events: tuple[int, ...]

    @property
    def name(self) -> str:
        """Return the model's name."""
        return _text(self.settings.get("model")) or "?"

    @property
    def revision(self) -> str:
        """Return the model's revision, if it was said."""
        return _text(self.settings.get("revision")) or ""


@dataclass(frozen=True)
class Content:
    """What the events of a project tell."""

    history: History

    @cached_property
    def briefs(self) -> tuple[Brief, ...]:
        """Return the briefs in their order."""
        return tuple(_briefs(self.history))

    @cached_property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """Return what models suggested."""
        users: dict[int, list[int]] = {}
        for event in self.history.of(Kind.PROMPT_SUBMITTED, Kind.SUGGESTION_TAKEN):
            for ref in event.refs:
                users.setdefault(ref, []).append(event.seq)
        return tuple(
            Suggestion(event, told(event, "text"), event.text("model"), tuple(users.get(event.seq, ())))
            for event in self.history.of(Kind.SUGGESTION_MADE)
        )

    @cached_property
    def drafts(self) -> tuple[RecordedEvent, ...]:
        """Return the candidates that were made."""
        return self.history.of(Kind.DRAFT_MADE)

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """Return the decisions in their order."""
        return tuple(_choices(self.history))

    @cached_property
    def fates(self) -> Mapping[int, str]:
        """Return for each candidate that was decided on what was said last: chosen or rejected."""
        fates: dict[int, str] = {}
        for choice in self.choices:
            fates |= dict.fromkeys(choice.chosen, "chosen") | dict.fromkeys(choice.rejected, "rejected")
        return fates

    @cached_property
    def chosen(self) -> tuple[int, ...]:
        """Return the candidates that are chosen in the end."""
        return tuple(seq for seq, fate in self.fates.items() if fate == "chosen")

    @cached_property
    def rejected(self) -> tuple[int, ...]:
        """Return the candidates that are rejected in the end."""
        return tuple(sorted(seq for seq, fate in self.fates.items() if fate == "rejected"))

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        """Return the changes made elsewhere."""
        return tuple(_edit(event, self.history) for event in self.history.of(Kind.EDIT_APPLIED))

    @cached_property
    def own_edits(self) -> tuple[Edit, ...]:
        """Return the changes that the member says are their own, or says nothing of."""
        return tuple(edit for edit in self.edits if edit.declared not in NOT_OWN)

    @cached_property
    def other_edits(self) -> tuple[Edit, ...]:
        """Return the changes that the member says another tool or person made, or nobody knows who."""
        return tuple(edit for edit in self.edits if edit.declared in NOT_OWN)

    @cached_property
    def visibly_labelled(self) -> tuple[int, ...]:
        """Return the candidates that were given a visible label."""
        return tuple(e.seq for e in self.drafts if e.map("marks").get("visible", _NO_LABEL) != _NO_LABEL)

    @cached_property
    def uploads(self) -> tuple[RecordedEvent, ...]:
        """Return what was brought from elsewhere."""
        return self.history.of(Kind.UPLOAD_ADDED)

    @cached_property
    def inputs(self) -> tuple[RecordedEvent, ...]:
        """Return of what was brought that which went into a brief."""
        used = {ref for brief in self.briefs for ref in brief.event.refs}
        return tuple(event for event in self.uploads if event.seq in used)

    @cached_property
    def own_inputs(self) -> tuple[RecordedEvent, ...]:
        """Return of the inputs those that the member says are their own."""
        return tuple(event for event in self.inputs if told(event, "declared") not in NOT_OWN)

    @cached_property
    def tools(self) -> tuple[Tool, ...]:
        """Return the ways in which candidates were made."""
        events: dict[str, list[int]] = {}
        settings: dict[str, Mapping[str, JsonValue]] = {}
        for event in self.drafts:
            kept = {name: value for name, value in event.map("generation").items() if name not in _PER_RUN}
            key = json.dumps(kept, sort_keys=True)
            settings[key] = kept
            events.setdefault(key, []).append(event.seq)
        return tuple(Tool(kept, tuple(events[key])) for key, kept in settings.items() if kept)

    @cached_property
    def claim(self) -> RecordedEvent | None:
        """Return the member's last own statement of what they claim."""
        return _last(self.history.of(Kind.STATEMENT_DECLARED))

    @cached_property
    def intents(self) -> tuple[RecordedEvent, ...]:
        """Return what the member declared to mean."""
        return self.history.of(Kind.INTENT_DECLARED)

    @cached_property
    def identity(self) -> RecordedEvent | None:
        """Return the event that says whose acts they are, where it is opened."""
        return _last([event for event in self.history.of(Kind.ACTOR_BOUND) if event.text("identity")])

    @cached_property
    def work(self) -> tuple[int, ...]:
        """Return the events of the work as it stands: the last edits, or the chosen candidates that none changed."""
        changed = {edit.before for edit in self.edits}
        standing = [edit.seq for edit in self.edits if edit.seq not in changed]
        return (*(seq for seq in self.chosen if seq not in changed), *standing)

    def hidden(self, name: str, *kinds: Kind) -> tuple[int, ...]:
        """Return the events of some kinds that have a field which is not opened here."""
        return tuple(event.seq for event in self.history.of(*kinds) if name in event.closed)

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """Return when the first and the last event were."""
        events = self.history.events
        return (events[0].at, events[-1].at) if events else None

    def from_source(self, *sources: Source) -> tuple[int, ...]:
        """Return the briefs whose words come from somewhere."""
        return tuple(brief.seq for brief in self.briefs if brief.source in sources)


def told(event: RecordedEvent, name: str) -> str | None:
    """Return a field's text, None where it is not opened; one that the event never had is empty."""
    return None if name in event.closed else event.text(name)


def _briefs(history: History) -> Iterable[Brief]:
    hands: dict[int, tuple[Hand, ...]] = {}
    texts: dict[int, str | None] = {}
    for event in history.of(Kind.SUGGESTION_MADE):
        texts[event.seq] = told(event, "text")
        hands[event.seq] = by_one(Hand.MACHINE, event.text("text"))
    settings: Mapping[str, JsonValue] = {}
    for event in history.of(Kind.PROMPT_SUBMITTED):
        text = told(event, "prompt")
        source, of = _source(event, history)
        mine = _hands(event, source, of, hands)
        earlier = texts.get(of) if of is not None else None
        changed = source in (Source.EDITED_OWN, Source.EDITED_MACHINE) and earlier is not None and text is not None
        pieces = differences(earlier or "", text or "", mine) if changed else pieces_of(text or "", mine)
        params = event.map("params")
        now = {name: value for name, value in params.items() if name not in _NOT_SETTINGS}
        yield Brief(
            event=event,
            source=source,
            of=of,
            text=text,
            negative=event.text("negative"),
            settings=now,
            seeds=_numbers(params.get("seeds")),
            pieces=pieces,
            hands=mine,
            before=settings if now else {},
        )
        texts[event.seq], hands[event.seq], settings = text, mine, now or settings


def _source(event: RecordedEvent, history: History) -> tuple[Source, int | None]:
    how, _, number = event.text("source").partition(":")
    if how == "typed":
        return Source.TYPED, None
    of = int(number) if number.isdecimal() else None
    base = history.by_seq.get(of) if of is not None else None
    if base is None:
        return Source.UNKNOWN, None
    if how == "llm":
        return Source.TAKEN, of
    return (Source.EDITED_MACHINE if base.kind == Kind.SUGGESTION_MADE else Source.EDITED_OWN), of


def _hands(
    event: RecordedEvent, source: Source, of: int | None, hands: Mapping[int, tuple[Hand, ...]]
) -> tuple[Hand, ...]:
    text = event.text("prompt")
    if source is Source.TYPED:
        return by_one(Hand.PERSON, text)
    if source is Source.TAKEN:
        return by_one(Hand.MACHINE, text)
    change = event.fields.get("change")
    if of is None or not isinstance(change, list):
        return by_one(Hand.UNKNOWN, text)
    # Of an earlier text that is closed, a machine's stays the machine's; of an own one it cannot be told.
    closed = Hand.UNKNOWN if source is Source.EDITED_OWN else Hand.MACHINE
    return after_change(text, change, hands.get(of) or (closed,) * length_before(change))


def _choices(history: History) -> Iterable[Choice]:
    """Pair each selection with the rejection that was recorded in the same breath, right after it."""
    paired = set()
    for event in history.of(Kind.DRAFT_SELECTED, Kind.DRAFT_REJECTED):
        if event.seq in paired:
            continue
        if event.kind == Kind.DRAFT_REJECTED:
            yield Choice((event.seq,), (), event.refs, told(event, "why"))
            continue
        after = history.by_seq.get(event.seq + 1)
        if after is not None and after.kind == Kind.DRAFT_REJECTED and after.actor == event.actor:
            paired.add(after.seq)
            yield Choice((event.seq, after.seq), event.refs, after.refs, told(event, "why"))
        else:
            yield Choice((event.seq,), event.refs, (), told(event, "why"))


def _edit(event: RecordedEvent, history: History) -> Edit:
    change = event.fields.get("change")
    before = event.refs[0] if event.refs else None
    words: tuple[Piece, ...] = ()
    regions: tuple[tuple[int, int, int, int], ...] = ()
    share, resized = None, False
    if isinstance(change, list):
        base = history.by_seq.get(before) if before is not None else None
        words = from_change(change, base.text("text") if base is not None else "")
    elif isinstance(change, Mapping):
        share, resized = _number(change.get("share_ppm")), bool(change.get("resized"))
        regions = _regions(change.get("regions"))
    return Edit(event, before, told(event, "operation"), told(event, "declared"), share, regions, resized, words)


def _regions(value: JsonValue) -> tuple[tuple[int, int, int, int], ...]:
    boxes = [_numbers(box) for box in value] if isinstance(value, list) else []
    return tuple((box[0], box[1], box[2], box[3]) for box in boxes if len(box) == 4)


def _numbers(value: JsonValue) -> tuple[int, ...]:
    return tuple(n for n in value if isinstance(n, int)) if isinstance(value, list) else ()


def _number(value: JsonValue) -> int | None:
    return value if isinstance(value, int) else None


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None


def _last(events: Sequence[RecordedEvent]) -> RecordedEvent | None:
    return events[-1] if events else None
