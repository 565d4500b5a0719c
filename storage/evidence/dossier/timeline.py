"""Everything that was recorded, in its order, day by day."""

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Final

from storage.evidence.dossier import pictures
from storage.evidence.dossier.chart import chart
from storage.evidence.dossier.content import Brief, Content, told
from storage.evidence.dossier.document import Entry, Figure, Figures, Line, Look, Prose, Section, Span, Timeline, Who
from storage.evidence.dossier.legible import legible
from storage.evidence.dossier.pictures import Pictures
from storage.evidence.dossier.telling import Telling
from storage.evidence.dossier.wording import pieces_of
from storage.evidence.history import RecordedEvent
from storage.evidence.kinds import BY_MEMBER, Kind

_ALSO_BY_MEMBER: Final = (
    Kind.DRAFT_CANCELLED,
    Kind.DRAFT_SHOWN,
    Kind.PIECE_PUBLISHED,
    Kind.PIECE_WITHDRAWN,
)
_CLIPPED: Final = 240
"""The chapters have the words whole."""


def timeline(content: Content, pictures_: Pictures, telling: Telling) -> Section:
    """Return one entry an event; candidates that came together are one entry."""
    briefs = {brief.seq: brief for brief in content.briefs}
    numbers = {maker.actor: number for number, maker in enumerate(content.makers, start=1)} if content.shared else {}

    def lines(event: RecordedEvent) -> Iterable[Line]:
        if event.actor in numbers:
            yield telling.line("timeline.by-maker", number=numbers[event.actor])
        if event.seq in briefs:
            yield from _brief(briefs[event.seq], telling)
        else:
            yield from _TELLERS.get(event.kind, _unknown)(event, telling)

    def entry(events: tuple[RecordedEvent, ...]) -> Entry:
        shown = _figures(events, pictures_, telling)
        return Entry(
            seqs=tuple(event.seq for event in events),
            number=telling.events((event.seq for event in events), Look.LEAF),
            time=f"{events[0].at:%H:%M:%S}",
            who=_who(events[0]),
            title=_title(events, telling),
            lines=tuple(line for line in lines(events[0]) if line),
            figures=Figures(shown) if shown else None,
        )

    days = groupby(_together(content), key=lambda events: f"{events[0].at:%Y-%m-%d}")
    blocks = tuple(Timeline(day, tuple(map(entry, groups))) for day, groups in days)
    about = Prose(telling.line("timeline.about"))
    return Section("timeline", telling.text("chapter.timeline"), (about, *chart(content, telling), *blocks))


def _together(content: Content) -> Iterable[tuple[RecordedEvent, ...]]:
    def batch(event: RecordedEvent) -> object:
        return (Kind.DRAFT_MADE, event.refs, event.at.date()) if event.kind == Kind.DRAFT_MADE else event.seq

    for _, events in groupby(content.history, key=batch):
        yield tuple(events)


def _figures(events: tuple[RecordedEvent, ...], pictures_: Pictures, telling: Telling) -> tuple[Figure, ...]:
    return tuple(
        Figure(
            pictures.small(event.seq), telling.text("timeline.alt", event=f"#{event.seq}"), telling.events([event.seq])
        )
        for event in events
        if pictures.small(event.seq) in pictures_.thumbnails
    )


def _title(events: tuple[RecordedEvent, ...], telling: Telling) -> str:
    if len(events) > 1:
        return telling.text("timeline.drafts", count=len(events))
    key = f"kind.{events[0].kind}"
    return telling.text(key) if key in telling.words else legible(events[0].kind)


def _who(event: RecordedEvent) -> Who:
    if event.kind in BY_MEMBER or event.kind in _ALSO_BY_MEMBER:
        return Who.PERSON
    return Who.MACHINE if event.actor == "bot" else Who.RECORD


Tell = Callable[[RecordedEvent, Telling], Iterable[Line]]


def _words(name: str) -> Tell:
    return lambda event, telling: [telling.field(event, name, _CLIPPED)]


def _quiet(_event: RecordedEvent, _telling: Telling) -> Iterable[Line]:
    return ()


def _brief(brief: Brief, telling: Telling) -> Iterable[Line]:
    event = brief.event
    if (brief.text or "").strip():
        pieces = pieces_of(brief.text or "", brief.hands[:_CLIPPED])
        yield (*telling.pieces(pieces), *((Span("…"),) if len(brief.hands) > _CLIPPED else ()))
    else:
        yield telling.own(brief.text)
    if event.text("negative").strip():
        yield telling.line("timeline.negative", text=telling.field(event, "negative", _CLIPPED))
    if brief.inputs:
        yield telling.line("timeline.inputs", inputs=telling.inputs(brief))
    yield telling.line(f"timeline.source-{brief.source}", of=telling.events(() if brief.of is None else (brief.of,)))


def _suggested(event: RecordedEvent, telling: Telling) -> Iterable[Line]:
    closed = "text" in event.closed
    yield telling.absent() if closed else telling.machine(event.text("text"), _CLIPPED)
    yield _named(event, "model", telling)


def _taken(event: RecordedEvent, telling: Telling) -> Iterable[Line]:
    yield telling.line("timeline.from", events=telling.events(event.refs))


def _started(event: RecordedEvent, telling: Telling) -> Iterable[Line]:
    yield _named(event, "model", telling)
    yield _named(event, "seed", telling)


def _made(event: RecordedEvent, telling: Telling) -> Iterable[Line]:
    yield telling.line("timeline.for", events=telling.events(event.refs))


def _chosen(event: RecordedEvent, telling: Telling) -> Iterable[Line]:
    yield telling.events(event.refs)
    yield telling.line("timeline.why", text=telling.field(event, "why", _CLIPPED))


def _rejected(event: RecordedEvent, telling: Telling) -> Iterable[Line]:
    yield telling.events(event.refs)
    if event.text("why").strip():
        yield telling.line("timeline.why", text=telling.field(event, "why", _CLIPPED))


def _edited(event: RecordedEvent, telling: Telling) -> Iterable[Line]:
    yield telling.line("timeline.of", events=telling.events(event.refs))
    if event.holds_text:
        yield telling.field(event, "text", _CLIPPED)
        return
    yield telling.field(event, "operation", _CLIPPED)
    yield telling.declared(told(event, "declared"), _CLIPPED)


def _brought(event: RecordedEvent, telling: Telling) -> Iterable[Line]:
    yield telling.declared(told(event, "declared"), _CLIPPED)


def _finished(event: RecordedEvent, telling: Telling) -> Iterable[Line]:
    yield telling.field(event, "title", _CLIPPED)
    yield telling.field(event, "text", _CLIPPED)


def _published(event: RecordedEvent, telling: Telling) -> Iterable[Line]:
    yield telling.line("timeline.of", events=telling.events(event.refs))
    yield telling.field(event, "title", _CLIPPED)
    yield telling.field(event, "name", _CLIPPED)
    yield telling.field(event, "licence", _CLIPPED)


def _shown(event: RecordedEvent, telling: Telling) -> Iterable[Line]:
    yield telling.line("timeline.from", events=telling.events(event.refs))
    yield telling.absent() if "message" in event.closed else telling.value(dict(event.map("message")))


def _refers(event: RecordedEvent, telling: Telling) -> Iterable[Line]:
    yield telling.events(event.refs)


def _looked(event: RecordedEvent, telling: Telling) -> Iterable[Line]:
    if "scope" in event.closed:
        yield telling.absent()
    scope = {name: value for name, value in event.map("scope").items() if name in ("by", "reason", "what", "fields")}
    yield telling.settings(scope)


def _decided(event: RecordedEvent, telling: Telling) -> Iterable[Line]:
    yield _named(event, "act", telling)
    yield from _looked(event, telling)


def _erased(event: RecordedEvent, telling: Telling) -> Iterable[Line]:
    yield _named(event, "basis", telling)


def _unknown(event: RecordedEvent, telling: Telling) -> Iterable[Line]:
    yield telling.settings({name: value for name, value in event.fields.items() if name != "discord"})


def _named(event: RecordedEvent, name: str, telling: Telling) -> Line:
    value = telling.absent() if name in event.closed else telling.value(event.fields.get(name, ""))
    return (Span(f"{telling.setting(name)} "), *value)


_TELLERS: Final[Mapping[str, Tell]] = {
    Kind.PROJECT_OPENED: _words("title"),
    Kind.ACTOR_BOUND: _words("identity"),
    Kind.CONSENT_GIVEN: _quiet,
    Kind.CONSENT_WITHDRAWN: _quiet,
    Kind.INTENT_DECLARED: _words("text"),
    Kind.UPLOAD_ADDED: _brought,
    Kind.DRAFT_SELECTED: _chosen,
    Kind.DRAFT_REJECTED: _rejected,
    Kind.DRAFT_CANCELLED: _quiet,
    Kind.DRAFT_SHOWN: _quiet,
    Kind.EDIT_APPLIED: _edited,
    Kind.NOTE_ADDED: _words("text"),
    Kind.SUGGESTION_TAKEN: _taken,
    Kind.STATEMENT_DECLARED: _finished,
    Kind.PIECE_PUBLISHED: _published,
    Kind.PIECE_SHOWN: _shown,
    Kind.PIECE_WITHDRAWN: _refers,
    Kind.SHARE_OFFERED: _quiet,
    Kind.SHARE_ACCEPTED: _refers,
    Kind.SHARE_CONFIRMED: _refers,
    Kind.SHARE_ENDED: _quiet,
    Kind.APPEAL_MADE: _words("text"),
    Kind.SUGGESTION_MADE: _suggested,
    Kind.GENERATION_STARTED: _started,
    Kind.GENERATION_REFUSED: lambda event, telling: [_named(event, "rule", telling)],
    Kind.GENERATION_FAILED: lambda event, telling: [_named(event, "reason", telling)],
    Kind.DRAFT_MADE: _made,
    Kind.EXPORT_MADE: _looked,
    Kind.WORDS_OPENED: _looked,
    Kind.ERASURE_DONE: _erased,
    Kind.MODERATION_ACTED: _decided,
}
