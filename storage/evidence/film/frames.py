"""The history of a project as frames, in the order of the log: what each shows, and of which events. Nothing is drawn.

Where something cannot be opened any more, the frame says so (None): a film shows that there was something. A member's
private notes are not in it, for a film is made to be shown around.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from storage.evidence.authorship import TYPED
from storage.evidence.film.spans import Span, marked, plain
from storage.evidence.history import History, RecordedEvent
from storage.evidence.kinds import Kind

Region = tuple[int, int, int, int]
"""Left, top, width and height, in pixels of the later picture."""


class Role(StrEnum):
    """Whose words they are, and what for."""

    INTENT = "intent"
    BRIEF = "brief"
    SUGGESTION = "suggestion"
    CANDIDATE = "candidate"
    """A text that a model drafted."""
    CHOSEN = "chosen"
    """The one of them that the member chose."""
    NONE = "none"
    """Why the member chose none of them."""
    EDIT = "edit"
    """What the member made of a text."""


class Written(StrEnum):
    """Where the words of a brief come from, as the bot found it."""

    TYPED = "typed"
    EDITED = "edited"
    TAKEN = "taken"


class Verdict(StrEnum):
    """What the member said of candidates."""

    OPEN = "open"
    CHOSEN = "chosen"
    NONE = "none"


class State(StrEnum):
    """What the member said of one candidate."""

    OPEN = "open"
    CHOSEN = "chosen"
    SET_ASIDE = "set aside"


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of an event; without a hash where it was erased, or where the event holds another kind of file."""

    seq: int
    sha256: str | None
    state: State = State.OPEN
    another_file: bool = False


@dataclass(frozen=True, slots=True)
class OfEvents:
    """What all frames have: the events that they show, when the first was recorded, and what they belong to.

    Frames of one `part`, the number of a brief's event, tell one story; others are a part of their own.
    """

    seqs: tuple[int, ...]
    at: datetime
    part: int


@dataclass(frozen=True, slots=True)
class Words(OfEvents):
    """What was said. Briefs are numbered; `against` is the brief that the marked changes are against.

    Of a brief, `inputs` are the events of the pictures that went in. Of texts that were drafted, `brief` is the one
    they were drafted for, `against` the event of the text that was changed, and `reason` the member's for a choice.
    """

    role: Role
    spans: tuple[Span, ...] | None
    brief: int = 0
    written: Written = Written.TYPED
    against: int = 0
    inputs: tuple[int, ...] = ()
    reason: str | None = ""


@dataclass(frozen=True, slots=True)
class Candidates(OfEvents):
    """What was drawn for a brief, and what the member said of it."""

    brief: int
    pictures: tuple[Shown, ...]
    verdict: Verdict = Verdict.OPEN
    reason: str | None = ""


@dataclass(frozen=True, slots=True)
class Material(OfEvents):
    """A picture that the member brought, and what they declared of it."""

    picture: Shown
    declared: str | None


@dataclass(frozen=True, slots=True)
class Edit(OfEvents):
    """A change made elsewhere, before and after; which part of the picture changed, where that is known."""

    before: Shown | None
    after: Shown
    operation: str | None
    share_ppm: int | None = None
    regions: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class Finished(OfEvents):
    """The finished piece, with the title and what the member claims of it."""

    picture: Shown | None
    title: str | None
    claim: str | None


@dataclass(frozen=True, slots=True)
class Opening:
    """The first frame: what was made, when, and out of how much."""

    title: str
    first: datetime
    last: datetime
    briefs: int
    candidates: int
    choices: int
    edits: int


@dataclass(frozen=True, slots=True)
class Closing:
    """The last frame: from which log all of it is, up to which size and root, and how many events were left out."""

    origin: str
    project: str
    size: int
    root: str
    shown: int
    left_out: int


Frame = Words | Candidates | Material | Edit | Finished
Shot = Frame | Opening | Closing


def frames_of(history: History) -> tuple[Frame, ...]:
    """Return every frame of a project, in the order of the log."""
    return tuple(_Telling(history).frames())


def opening_of(history: History) -> Opening:
    """Return the first frame of a project's film; raise ValueError for a project without an event."""
    if not history.events:
        raise ValueError(f"{history.project} has no event")
    return Opening(
        title=history.title,
        first=history.events[0].at,
        last=history.events[-1].at,
        briefs=len(history.of(Kind.PROMPT_SUBMITTED)),
        candidates=len(history.of(Kind.DRAFT_MADE)),
        choices=len(history.of(Kind.DRAFT_SELECTED)),
        edits=len(history.of(Kind.EDIT_APPLIED)),
    )


def settled(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """Return the frames without candidates that the first choice among them shows again, for where room is scarce."""
    kept: list[Frame] = []
    open_at: dict[int, int] = {}
    for frame in frames:
        if isinstance(frame, Candidates):
            at = open_at.pop(frame.part, None)
            if frame.verdict is Verdict.OPEN:
                open_at[frame.part] = len(kept)
            elif at is not None:
                before = kept[at]
                kept[at] = replace(frame, seqs=before.seqs + frame.seqs)
                continue
        kept.append(frame)
    return tuple(sorted(kept, key=lambda frame: frame.seqs[-1]))


class _Telling:
    """Walks through a history once; remembers what later frames lean on."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._briefs = {event.seq: n for n, event in enumerate(history.of(Kind.PROMPT_SUBMITTED), start=1)}
        self._drafts = _drafts_of(history)
        self._told: set[int] = set()
        self._last_brief: RecordedEvent | None = None
        self._last_picture: RecordedEvent | None = None

    def frames(self) -> Iterator[Frame]:
        for event in self._history:
            if event.seq in self._told:
                continue
            frame = self._frame(event)
            if frame is not None:
                self._told.update(frame.seqs)
                yield frame

    def _frame(self, event: RecordedEvent) -> Frame | None:
        match event.kind:
            case Kind.INTENT_DECLARED:
                return self._words(event, Role.INTENT)
            case Kind.SUGGESTION_MADE:
                return self._words(event, Role.SUGGESTION)
            case Kind.PROMPT_SUBMITTED:
                return self._brief(event)
            case Kind.DRAFT_MADE:
                return self._made(event)
            case Kind.DRAFT_SELECTED | Kind.DRAFT_REJECTED:
                return self._choice(event)
            case Kind.UPLOAD_ADDED:
                return Material((event.seq,), event.at, event.seq, _picture(event), _said(event, "declared"))
            case Kind.EDIT_APPLIED:
                return self._edit(event)
            case Kind.STATEMENT_DECLARED:
                return self._finished(event)
            case _:
                return None

    def _words(self, event: RecordedEvent, role: Role) -> Words:
        text = _said(event, "text")
        return Words((event.seq,), event.at, event.seq, role, None if text is None else plain(text))

    def _brief(self, event: RecordedEvent) -> Words:
        before, self._last_brief = self._last_brief, event
        text, written = _said(event, "prompt"), _written(event)
        spans = None if text is None else plain(text)
        against = 0
        if text is not None and before is not None and before.text("prompt"):
            spans, against = marked(before.text("prompt"), text), self._briefs[before.seq]
        told, number = _inputs(event), self._briefs[event.seq]
        return Words((event.seq,), event.at, event.seq, Role.BRIEF, spans, number, written, against, told)

    def _made(self, event: RecordedEvent) -> Frame:
        part = _draft_of(event)
        if event.holds_text:
            return self._text((event.seq,), event, event, Role.CANDIDATE)
        made = [e for e in self._drafts[part] if e.seq not in self._told]
        pictures = tuple(_picture(e) for e in made)
        return Candidates(tuple(e.seq for e in made), event.at, part, self._briefs.get(part, 0), pictures)

    def _text(self, seqs: tuple[int, ...], event: RecordedEvent, shown: RecordedEvent, role: Role) -> Words:
        """Return what happened to a text that was drafted for a brief."""
        text, part = _said(shown, "text"), _draft_of(shown)
        reason = _said(event, "why")
        spans = None if text is None else plain(text)
        if role is Role.NONE:
            spans = None if reason is None else plain(reason)
        return Words(seqs, event.at, part, role, spans, self._briefs.get(part, 0), reason=reason)

    def _choice(self, event: RecordedEvent) -> Frame | None:
        """Return a choice among the candidates of a draft, with what was rejected in the same act."""
        first = self._history.by_seq.get(event.refs[0]) if event.refs else None
        if first is None or first.kind != Kind.DRAFT_MADE:
            return None
        part, chosen = _draft_of(first), event.kind == Kind.DRAFT_SELECTED
        rejected = self._rejected_with(event) if chosen else event
        seqs = (event.seq, rejected.seq) if chosen and rejected is not None else (event.seq,)
        if first.holds_text:
            return self._text(seqs, event, first, Role.CHOSEN if chosen else Role.NONE)
        aside = set(rejected.refs) if rejected is not None else set()
        pictures = []
        for made in self._drafts[part]:
            state = State.SET_ASIDE if made.seq in aside else State.OPEN
            pictures.append(_picture(made, State.CHOSEN if chosen and made is first else state))
        if chosen:
            self._last_picture = first
        verdict = Verdict.CHOSEN if chosen else Verdict.NONE
        brief = self._briefs.get(part, 0)
        return Candidates(seqs, event.at, part, brief, tuple(pictures), verdict, _said(event, "why"))

    def _rejected_with(self, chosen: RecordedEvent) -> RecordedEvent | None:
        following = self._history.by_seq.get(chosen.seq + 1)
        if following is None or following.kind != Kind.DRAFT_REJECTED or set(chosen.refs) & set(following.refs):
            return None
        return following

    def _edit(self, event: RecordedEvent) -> Frame:
        before = self._history.by_seq.get(event.refs[0]) if event.refs else None
        if event.holds_text:
            return self._reworded(event, before)
        self._last_picture = event
        change = event.map("change")
        share, regions = change.get("share_ppm"), change.get("regions")
        return Edit(
            (event.seq,),
            event.at,
            event.seq,
            None if before is None else _picture(before),
            _picture(event),
            _said(event, "operation"),
            share if isinstance(share, int) else None,
            tuple(_regions(regions)),
        )

    def _reworded(self, event: RecordedEvent, before: RecordedEvent | None) -> Words:
        text, against = _said(event, "text"), 0
        spans = None if text is None else plain(text)
        if (
            text is not None
            and before is not None
            and before.text("text")
            and isinstance(event.fields.get("change"), list)
        ):
            spans, against = marked(before.text("text"), text), before.seq
        return Words((event.seq,), event.at, event.seq, Role.EDIT, spans, against=against)

    def _finished(self, event: RecordedEvent) -> Finished:
        last = self._last_picture
        picture = None if last is None else _picture(last)
        return Finished((event.seq,), event.at, event.seq, picture, _said(event, "title"), _said(event, "text"))


def _drafts_of(history: History) -> dict[int, list[RecordedEvent]]:
    """Return the candidates of each draft, by the number of its brief's event."""
    drafts: dict[int, list[RecordedEvent]] = {}
    for event in history.of(Kind.DRAFT_MADE):
        drafts.setdefault(_draft_of(event), []).append(event)
    return drafts


def _draft_of(event: RecordedEvent) -> int:
    return event.refs[0] if event.refs else event.seq


def _inputs(event: RecordedEvent) -> tuple[int, ...]:
    given = event.fields.get("inputs")
    listed = [each.get("event") for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []
    return tuple(seq for seq in listed if isinstance(seq, int))


def _picture(event: RecordedEvent, state: State = State.OPEN) -> Shown:
    another_file = "image" not in event.fields and "image" not in event.closed
    return Shown(event.seq, event.image_sha256, state, another_file)


def _said(event: RecordedEvent, field: str) -> str | None:
    """Return what a field says; None where it cannot be opened any more."""
    return None if field in event.closed else event.text(field)


def _written(event: RecordedEvent) -> Written:
    source = event.text("source") or TYPED
    if source.startswith("llm:"):
        return Written.TAKEN
    return Written.EDITED if source.startswith("edited:") else Written.TYPED


def _regions(found: object) -> Iterator[Region]:
    for region in found if isinstance(found, list) else ():
        if isinstance(region, list) and len(region) == 4 and all(isinstance(n, int) for n in region):
            left, top, width, height = region
            yield left, top, width, height
