"""What more than one of the drafted statements says."""

from collections.abc import Iterable
from typing import Final

from storage.evidence.dossier.content import Choice, Content, Edit, Source, told
from storage.evidence.dossier.document import Line
from storage.evidence.dossier.statements.sentence import Gap, Sentence
from storage.evidence.dossier.telling import Telling
from storage.evidence.history import RecordedEvent
from storage.evidence.kinds import Kind

QUOTED: Final = 600
"""So many characters of a text are quoted; the chapters have it whole."""
_REASONS: Final = 12


def title(content: Content, key: str, missing: str) -> tuple[Sentence | Gap, ...]:
    """Say what the work is called: the latest title that is opened."""
    event = _title_event(content)
    if event is None:
        hidden = content.hidden("title", Kind.PROJECT_OPENED, Kind.STATEMENT_DECLARED)
        return (Gap(missing, hidden, closed=bool(hidden)),)
    return (Sentence(key, (event.seq,), lambda t: {"title": t.quoted(event.text("title"))}),)


def _title_event(content: Content) -> RecordedEvent | None:
    titled = content.history.of(Kind.PROJECT_OPENED, Kind.STATEMENT_DECLARED)
    return next((event for event in reversed(titled) if event.text("title").strip()), None)


def account(content: Content, key: str) -> tuple[Sentence | Gap, ...]:
    """Say under which account each author acted, and that there are several."""
    said: list[Sentence | Gap] = []
    if content.shared:
        count = len(content.makers)
        events = tuple(sorted({maker.acts[0] for maker in content.makers if maker.acts}))
        if events:
            said.append(Sentence(f"{key}-several", events, lambda t: {"count": count}))
        said.append(Gap(f"{key}-joint"))
    said += [_account(key, maker.bound) for maker in content.makers if maker.bound is not None]
    if any(maker.bound is None for maker in content.makers) or not content.makers:
        hidden = content.hidden("identity", Kind.ACTOR_BOUND)
        said.append(Gap(f"{key}-missing", hidden, closed=bool(hidden)))
    return tuple(said)


def _account(key: str, bound: RecordedEvent) -> Sentence:
    return Sentence(key, (bound.seq,), lambda t: {"account": t.field(bound, "identity")})


def published(content: Content, key: str) -> tuple[Sentence | Gap, ...]:
    """Say when and where the work was first shown, as far as the record knows: it need not have been the first time."""
    shown = content.first_shown
    if shown is None:
        return (Gap(f"{key}-missing"),)
    message, licence = shown.posted.map("message"), told(shown.said, "licence")
    sentence = Sentence(
        key,
        (shown.said.seq, shown.posted.seq),
        lambda t: {
            "time": t.time(shown.posted.at),
            "channel": t.value(str(message.get("channel", ""))) if message else t.absent(),
            "message": t.value(str(message.get("id", ""))) if message else t.absent(),
            "licence": t.quoted(licence, QUOTED),
        },
    )
    return (sentence, Gap(f"{key}-where"))


def edit_sentence(key: str, edit: Edit) -> Sentence:
    """Say what was changed elsewhere, and how much of the picture differs."""
    return Sentence(
        key if edit.share_ppm is not None else f"{key}-uncompared",
        (edit.seq,) if edit.before is None else (edit.before, edit.seq),
        lambda t: {
            "operation": t.quoted(edit.operation, QUOTED),
            "share": t.share(edit.share_ppm),
            "declared": t.declared(edit.declared, QUOTED),
        },
    )


def selections(content: Content) -> tuple[int, ...]:
    """Return the acts that decided on the candidates that are chosen in the end."""
    acts = {seq: choice.events[0] for choice in content.choices for seq in choice.chosen}
    return tuple(sorted({acts[seq] for seq in content.chosen}))


def revision(telling: Telling, revision: str) -> Line:
    """Return a model's revision, or that it was not said."""
    return telling.value(revision) if revision else telling.absent("absent.unsaid")


def tools_missing(content: Content, key: str) -> Iterable[Gap]:
    """Say that nothing tells how the drafts were made, where that is so."""
    if not content.tools:
        hidden = content.hidden("generation", Kind.DRAFT_MADE)
        yield Gap(key, hidden, closed=bool(hidden))


def briefs(content: Content, key: str) -> Iterable[Sentence]:
    """Count the briefs by where their words come from."""
    if not content.briefs:
        return
    counts = {
        "typed": content.from_source(Source.TYPED),
        "edited": content.from_source(Source.EDITED_OWN),
        "reworked": content.from_source(Source.EDITED_MACHINE),
        "taken": content.from_source(Source.TAKEN),
    }
    events = tuple(brief.seq for brief in content.briefs)
    yield Sentence(key, events, lambda t: {"count": len(events), **{name: len(seqs) for name, seqs in counts.items()}})


def machine_words(content: Content, key: str) -> Iterable[Sentence]:
    """Say how often a model suggested words, and how often they were used."""
    if content.suggestions:
        used = sum(1 for suggestion in content.suggestions if suggestion.used_by)
        events = tuple(s.event.seq for s in content.suggestions)
        yield Sentence(key, events, lambda t: {"count": len(events), "used": used})


def decisions(content: Content, chosen: str, rejected: str, reason: str) -> Iterable[Sentence]:
    """Say what was chosen and rejected, and the reasons that were given."""
    if content.chosen:
        events = (*selections(content), *content.chosen)
        yield Sentence(chosen, events, lambda t: {"count": len(content.chosen), "events": t.events(content.chosen)})
    if content.rejected:
        acts = tuple(seq for choice in content.choices if choice.rejected for seq in choice.events)
        yield Sentence(rejected, (*acts, *content.rejected), lambda t: {"count": len(content.rejected)})
    reasoned = [choice for choice in content.choices if (choice.why or "").strip()]
    yield from (_reason(reason, choice) for choice in reasoned[:_REASONS])


def _reason(key: str, choice: Choice) -> Sentence:
    about = choice.chosen or choice.rejected
    return Sentence(key, choice.events, lambda t: {"events": t.events(about), "why": t.quoted(choice.why, QUOTED)})


def brought(key: str, upload: RecordedEvent) -> Sentence:
    """Say what the member said of something they brought."""
    return Sentence(key, (upload.seq,), lambda t: {"declared": t.declared(told(upload, "declared"), QUOTED)})


def kept(content: Content, key: str) -> Iterable[Sentence]:
    """Say how the record was kept."""
    events = content.history.events
    if events:
        first, last = events[0], events[-1]
        yield Sentence(
            key,
            (first.seq, last.seq),
            lambda t: {"count": len(events), "first": t.time(first.at), "last": t.time(last.at)},
        )
