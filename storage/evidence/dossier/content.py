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
from storage.evidence.dossier.wording import Piece, differences, from_change, pieces_of
from storage.evidence.hands import Hand, Hands, hands_of
from storage.evidence.history import History, RecordedEvent
from storage.evidence.kinds import BY_MEMBER, Kind

_PER_RUN: Final = frozenset({"bucket", "buckets", "drawn_from", "unknown", "took_ms", "structure", "schema", "cut"})
"""Of how a draft was made: what differs from run to run and says nothing of the tool."""
NOT_OWN: Final = frozenset({MadeBy.OTHER_MODEL, MadeBy.OTHER_PERSON, MadeBy.UNKNOWN})
"""What the member does not declare as theirs can be no contribution of theirs."""
_NO_LABEL: Final = "off"
_NOT_SETTINGS: Final = frozenset({"seeds", "seed"})
BY_MODEL: Final = (Kind.SUGGESTION_MADE, Kind.DRAFT_MADE)
"""The kinds of events whose text a model wrote."""


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
    def inputs(self) -> tuple[tuple[int, str], ...]:
        """Return the events of the pictures that went in, as far as it says so, and what each was for."""
        given = self.event.fields.get("inputs")
        listed = [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []
        numbered = ((_number(each.get("event")), _text(each.get("role")) or "") for each in listed)
        return tuple((seq, role) for seq, role in numbered if seq is not None)

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
    preview: tuple[int, ...] = ()
    """Width and height of the preview in a document, where no more than that could be compared."""

    @property
    def seq(self) -> int:
        """Return the number of its event."""
        return self.event.seq


@dataclass(frozen=True, slots=True)
class TextEdit:
    """What became of a text: whose words it has now, and how it came from the texts of the events `of`.

    `paragraphs` are the event and the number of each paragraph that it was put together from. `pieces` show the
    differences from the one text that it was typed from, where that is opened.
    """

    event: RecordedEvent
    of: tuple[int, ...]
    text: str | None
    hands: Hands
    pieces: tuple[Piece, ...]
    paragraphs: tuple[tuple[int, int], ...] = ()

    @property
    def seq(self) -> int:
        """Return the number of its event."""
        return self.event.seq

    @property
    def letters(self) -> Counter[Hand]:
        """Count its characters by who wrote them."""
        return Counter(self.hands)


@dataclass(frozen=True, slots=True)
class Maker:
    """One who made the work: their pseudonym, who they are where that is opened, and their acts that shaped it.

    `confirmed` is the number up to which they confirmed their own rows for the others to open.
    """

    actor: str
    bound: RecordedEvent | None
    acts: tuple[int, ...]
    confirmed: int | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A publication: the event that says what is shown, and the one that it was posted."""

    said: RecordedEvent
    posted: RecordedEvent


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
    def hands(self) -> Mapping[int, Hands]:
        """Return who wrote each text, by its event."""
        return hands_of(self.history)

    @cached_property
    def briefs(self) -> tuple[Brief, ...]:
        """Return the briefs in their order."""
        return tuple(_briefs(self.history, self.hands))

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
    def written(self) -> tuple[RecordedEvent, ...]:
        """Return the candidates that are texts."""
        return tuple(event for event in self.drafts if event.holds_text)

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
        return tuple(_edit(event, self.history) for event in self.history.of(Kind.EDIT_APPLIED) if not event.holds_text)

    @cached_property
    def text_edits(self) -> tuple[TextEdit, ...]:
        """Return what became of texts."""
        edited = (event for event in self.history.of(Kind.EDIT_APPLIED) if event.holds_text)
        return tuple(_text_edit(event, self.history, self.hands) for event in edited)

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
    def makers(self) -> tuple[Maker, ...]:
        """Return who made it, in the order in which they began."""
        actors = dict.fromkeys(event.actor for event in self.history if event.actor.startswith("u_"))
        return tuple(self._maker(actor) for actor in actors)

    def _maker(self, actor: str) -> Maker:
        theirs = [event for event in self.history if event.actor == actor]
        named = [event for event in theirs if event.kind == Kind.ACTOR_BOUND and event.text("identity")]
        said = [max(event.refs) for event in theirs if event.kind == Kind.SHARE_CONFIRMED and event.refs]
        acts = tuple(event.seq for event in theirs if event.kind in BY_MEMBER)
        return Maker(actor, named[0] if named else None, acts, max(said) if said else None)

    @property
    def shared(self) -> bool:
        """Tell whether several made it."""
        return len(self.makers) > 1

    @cached_property
    def first_shown(self) -> Shown | None:
        """Return the first publication that is known to have been posted."""
        for posted in self.history.of(Kind.PIECE_SHOWN):
            said = self.history.by_seq.get(posted.refs[0]) if posted.refs else None
            if said is not None and said.kind == Kind.PIECE_PUBLISHED:
                return Shown(said, posted)
        return None

    @cached_property
    def work(self) -> tuple[int, ...]:
        """Return the events of the work as it stands: the last edits, or the chosen candidates that none changed."""
        changed = {edit.before for edit in self.edits} | {seq for edit in self.text_edits for seq in edit.of}
        edited = sorted([edit.seq for edit in self.edits] + [edit.seq for edit in self.text_edits])
        standing = [seq for seq in edited if seq not in changed]
        return (*(seq for seq in self.chosen if seq not in changed), *standing)

    @cached_property
    def of_pictures(self) -> "Content":
        """Return what is told without the texts that were drafted, and what was done with them."""
        if not self.written and not self.text_edits:
            return self
        texts = {event.seq for event in self.written} | {edit.seq for edit in self.text_edits}
        decided = (Kind.DRAFT_SELECTED, Kind.DRAFT_REJECTED)
        texts |= {e.seq for e in self.history.of(*decided) if e.refs and texts.issuperset(e.refs)}
        return Content(History(self.history.project, tuple(e for e in self.history if e.seq not in texts)))

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


def _briefs(history: History, hands: Mapping[int, Hands]) -> Iterable[Brief]:
    settings: Mapping[str, JsonValue] = {}
    for event in history.of(Kind.PROMPT_SUBMITTED):
        text, mine = told(event, "prompt"), hands[event.seq]
        source, of = _source(event, history)
        earlier = None if of is None else _earlier(history.by_seq[of])
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
        settings = now or settings


def _earlier(event: RecordedEvent) -> str | None:
    return told(event, "prompt" if event.kind == Kind.PROMPT_SUBMITTED else "text")


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
    return (Source.EDITED_MACHINE if base.kind in BY_MODEL else Source.EDITED_OWN), of


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
    preview: tuple[int, ...] = ()
    share, resized = None, False
    if isinstance(change, list):
        base = history.by_seq.get(before) if before is not None else None
        words = from_change(change, base.text("text") if base is not None else "")
    elif isinstance(change, Mapping):
        share, resized = _number(change.get("share_ppm")), bool(change.get("resized"))
        regions, preview = _regions(change.get("regions")), _numbers(change.get("preview"))
    operation, declared = told(event, "operation"), told(event, "declared")
    return Edit(event, before, operation, declared, share, regions, resized, words, preview)


def _text_edit(event: RecordedEvent, history: History, hands: Mapping[int, Hands]) -> TextEdit:
    text, mine = told(event, "text"), hands.get(event.seq, ())
    picked = event.map("params").get("paragraphs")
    pairs = [_numbers(pair) for pair in picked] if isinstance(picked, list) else []
    base = history.by_seq.get(event.refs[0]) if event.refs and not pairs else None
    earlier = None if base is None else _earlier(base)
    compared = earlier is not None and text is not None
    pieces = differences(earlier or "", text or "", mine) if compared else pieces_of(text or "", mine)
    return TextEdit(
        event, event.refs, text, mine, pieces, tuple((pair[0], pair[1]) for pair in pairs if len(pair) == 2)
    )


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
