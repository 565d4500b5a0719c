"""The chapters of a dossier that tell of the making: claim, contributions, briefs, choices, edits, tools."""

from collections.abc import Iterable, Mapping
from typing import Final

from storage.evidence.dossier import pictures
from storage.evidence.dossier.content import Brief, Choice, Content, Edit, Source, Suggestion, told
from storage.evidence.dossier.document import (
    Block,
    Exchange,
    Figure,
    Figures,
    Line,
    Look,
    Particulars,
    Prose,
    Quote,
    Section,
    Span,
    Table,
    Who,
)
from storage.evidence.dossier.pictures import Pictures
from storage.evidence.dossier.telling import Telling
from storage.evidence.dossier.wording import Fate
from storage.evidence.hands import Hand
from storage.evidence.history import RecordedEvent

_NONE: Final[Line] = (Span("–"),)


def claim(content: Content, telling: Telling) -> Section:
    """Return what the member claims, as their own declaration, and what they meant before they began."""
    blocks: list[Block] = []
    if content.claim is None:
        blocks.append(Prose(telling.absent("claim.missing"), note=True))
    else:
        by = telling.line("claim.by", time=telling.time(content.claim.at), event=telling.events([content.claim.seq]))
        blocks.append(Particulars(((telling.text("claim.title"), telling.field(content.claim, "title")),)))
        blocks.append(Quote(telling.field(content.claim, "text"), by))
    blocks.append(Prose(telling.line("claim.declaration"), note=True))
    intents = tuple(
        Quote(
            telling.field(event, "text"),
            telling.line("claim.intent-by", time=telling.time(event.at), event=telling.events([event.seq])),
        )
        for event in content.intents
    )
    intent = Section(
        "intent",
        telling.text("claim.intent"),
        intents or (Prose(telling.absent("claim.intent-missing")),),
    )
    return Section("claim", telling.text("chapter.claim"), tuple(blocks), (intent,))


def contributions(content: Content, telling: Telling) -> Section:
    """Return the table of human and machine contributions: counts, never a score."""
    return Section(
        "contributions",
        telling.text("chapter.contributions"),
        (
            Table(
                telling.text("counts.caption"),
                tuple(telling.text(f"counts.{name}") for name in ("what", "person", "machine", "events")),
                tuple(_counts(content, telling)),
                (40, 14, 14, 32),
            ),
            Prose(telling.line("counts.note"), note=True),
        ),
    )


def makers(content: Content, telling: Telling) -> Section | None:
    """Return who made it together, and whose words are opened here; None where one person made it."""
    if not content.shared:
        return None
    rows = tuple(
        (
            (Span(f"{number}"),),
            (Span(maker.actor, Look.CODE),),
            telling.absent() if maker.bound is None else telling.field(maker.bound, "identity"),
            telling.events(maker.acts) or _NONE,
            telling.absent("makers.unconfirmed")
            if maker.confirmed is None
            else telling.line("makers.confirmed", event=telling.events([maker.confirmed])),
        )
        for number, maker in enumerate(content.makers, start=1)
    )
    head = tuple(telling.text(f"makers.{name}") for name in ("number", "pseudonym", "account", "acts", "opened"))
    table = Table(telling.text("makers.caption"), head, rows, (8, 34, 20, 18, 20))
    return Section("makers", telling.text("chapter.makers"), (table, Prose(telling.line("makers.about"), note=True)))


def _counts(content: Content, telling: Telling) -> Iterable[tuple[Line, ...]]:
    def row(key: str, events: Iterable[int], *, machine: bool = False) -> tuple[Line, ...]:
        seqs = tuple(events)
        number: Line = (Span(str(len(seqs))),)
        sides = (_NONE, number) if machine else (number, _NONE)
        return (telling.line(f"counts.{key}"), *sides, telling.events(seqs) or _NONE)

    yield row("briefs-typed", content.from_source(Source.TYPED))
    yield row("briefs-edited", content.from_source(Source.EDITED_OWN))
    yield row("briefs-reworked", content.from_source(Source.EDITED_MACHINE))
    yield row("briefs-taken", content.from_source(Source.TAKEN), machine=True)
    unknown = content.from_source(Source.UNKNOWN)
    if unknown:
        yield (telling.line("counts.briefs-unknown"), _NONE, _NONE, telling.events(unknown))
    yield row("suggestions", (s.event.seq for s in content.suggestions), machine=True)
    yield _letters(content, telling)
    yield row("uploads", (event.seq for event in content.uploads))
    yield row("drafts", (event.seq for event in content.drafts), machine=True)
    yield row("chosen", content.chosen)
    yield row("rejected", content.rejected)
    decided = set(content.fates)
    yield row("undecided", (e.seq for e in content.drafts if e.seq not in decided), machine=True)
    reasons = [choice for choice in content.choices if (choice.why or "").strip()]
    if any(choice.why is None for choice in content.choices):
        yield (telling.line("counts.reasons"), telling.absent(), _NONE, _NONE)
    else:
        yield row("reasons", (choice.events[0] for choice in reasons))
    yield row("edits", (edit.seq for edit in content.own_edits))
    if content.other_edits:
        yield (telling.line("counts.edits-other"), _NONE, _NONE, telling.events(e.seq for e in content.other_edits))
    yield _pixels(content, telling)
    if content.text_edits:
        yield row("text-edits", (edit.seq for edit in content.text_edits))
        last = content.text_edits[-1]
        yield _characters("text-characters", last.text, last.letters, last.seq, telling)


def _letters(content: Content, telling: Telling) -> tuple[Line, ...]:
    """Count the characters of the last brief by who wrote them."""
    label = telling.line("counts.characters")
    opened = [brief for brief in content.briefs if brief.text is not None]
    if not opened:
        return (label, _NONE, _NONE, telling.absent() if content.briefs else _NONE)
    last = opened[-1]
    return _characters("characters", last.text, last.letters, last.seq, telling)


def _characters(
    key: str, text: str | None, letters: Mapping[Hand, int], seq: int, telling: Telling
) -> tuple[Line, ...]:
    """Count the characters of a text by who wrote them."""
    label = telling.line(f"counts.{key}")
    if text is None or letters.get(Hand.UNKNOWN):
        return (label, _NONE, _NONE, telling.absent("absent.closed" if text is None else "absent.unknown-hand"))
    person, machine = letters.get(Hand.PERSON, 0), letters.get(Hand.MACHINE, 0)
    return (label, (Span(str(person)),), (Span(str(machine)),), telling.events([seq]))


def _pixels(content: Content, telling: Telling) -> tuple[Line, ...]:
    """Say which part of the pixels the edits changed, one by one."""
    label = telling.line("counts.pixels")
    if not content.edits:
        return (label, _NONE, _NONE, _NONE)
    shares = telling.words.joined((Span(telling.share(edit.share_ppm)),) for edit in content.edits)
    return (label, shares, _NONE, telling.events(edit.seq for edit in content.edits))


def briefs(content: Content, telling: Telling) -> Section:
    """Return the briefs in their order, beside what a machine suggested, with the differences word by word."""
    blocks: list[Block] = [Prose(telling.line("briefs.about")), Prose(_legend(telling), note=True)]
    rows: list[tuple[int, Exchange]] = [(s.event.seq, _suggestion(s, telling)) for s in content.suggestions]
    rows += [(brief.seq, _brief(brief, telling)) for brief in content.briefs]
    blocks += [row for _, row in sorted(rows, key=lambda row: row[0])]
    if not rows:
        blocks.append(Prose(telling.absent("briefs.missing")))
    return Section("briefs", telling.text("chapter.briefs"), tuple(blocks))


def _legend(telling: Telling) -> Line:
    samples = (("own", Look.OWN), ("machine", Look.MACHINE), ("added", Look.ADDED), ("removed", Look.REMOVED))
    return telling.line(
        "briefs.legend", **{name: Span(telling.text(f"briefs.legend-{name}"), look) for name, look in samples}
    )


def _suggestion(suggestion: Suggestion, telling: Telling) -> Exchange:
    event = suggestion.event
    head = telling.line(
        "briefs.suggested",
        event=telling.events([event.seq]),
        time=telling.time(event.at),
        model=telling.value(suggestion.model) if suggestion.model else telling.absent(),
    )
    blocks: list[Block] = [
        Prose(telling.machine(suggestion.text)),
        Particulars(((telling.text("briefs.request"), telling.field(event, "request")),)),
    ]
    if suggestion.used_by:
        blocks.append(Prose(telling.line("briefs.used-by", events=telling.events(suggestion.used_by))))
    else:
        blocks.append(Prose(telling.line("briefs.unused")))
    return Exchange(Who.MACHINE, head, tuple(blocks))


def _brief(brief: Brief, telling: Telling) -> Exchange:
    head = telling.line(
        f"briefs.source-{brief.source}",
        event=telling.events([brief.seq]),
        time=telling.time(brief.event.at),
        of=telling.events(() if brief.of is None else (brief.of,)),
    )
    words = telling.own(brief.text) if not (brief.text or "").strip() else telling.pieces(brief.pieces)
    rows = [(telling.text("briefs.negative"), telling.own(brief.negative))] if brief.negative.strip() else []
    if brief.inputs:
        rows.append((telling.text("briefs.inputs"), telling.inputs(brief)))
    if brief.settings and not brief.before:
        rows.append((telling.text("briefs.settings"), telling.settings(brief.settings)))
    changes = telling.settings_changed(brief)
    if changes:
        rows.append((telling.text("briefs.settings-changed"), changes))
    blocks: list[Block] = [Prose(words)]
    if Hand.UNKNOWN in brief.hands:
        blocks.append(Prose(telling.absent("absent.unknown-hand")))
    if rows:
        blocks.append(Particulars(tuple(rows)))
    return Exchange(Who.PERSON, head, tuple(blocks))


def choices(content: Content, pictures_: Pictures, telling: Telling) -> Section:
    """Return each decision with its pictures and its reason."""
    parts = tuple(_choice(number, choice, pictures_, telling) for number, choice in enumerate(content.choices, start=1))
    blocks = (Prose(telling.line("choices.about")),) if parts else (Prose(telling.absent("choices.missing")),)
    return Section("choices", telling.text("chapter.choices"), blocks, parts)


def _choice(number: int, choice: Choice, pictures_: Pictures, telling: Telling) -> Section:
    kept = telling.events(choice.chosen) or telling.line("choices.none")
    title = telling.text("choices.decision", number=number, event=f"#{choice.events[0]}")
    rows = [
        (telling.text("choices.chosen"), kept),
        (telling.text("choices.rejected"), telling.events(choice.rejected) or _NONE),
        (telling.text("choices.why"), telling.own(choice.why)),
        (telling.text("choices.recorded"), telling.events(choice.events)),
    ]
    shown = [(seq, "chosen") for seq in choice.chosen] + [(seq, "rejected") for seq in choice.rejected]
    figures = tuple(
        Figure(
            pictures.small(seq),
            telling.text(f"choices.alt-{fate}", event=f"#{seq}"),
            telling.line(f"choices.caption-{fate}", event=telling.events([seq])),
        )
        for seq, fate in shown
        if pictures.small(seq) in pictures_.thumbnails
    )
    blocks: tuple[Block, ...] = (Particulars(tuple(rows)),)
    return Section(f"choice-{choice.events[0]}", title, (Figures(figures), *blocks) if figures else blocks)


def edits(content: Content, pictures_: Pictures, telling: Telling) -> Section:
    """Return each change made elsewhere, before and after, the changed regions outlined."""
    parts = tuple(_edit(edit, pictures_, telling) for edit in content.edits)
    blocks = (Prose(telling.line("edits.about")),) if parts else (Prose(telling.absent("edits.missing")),)
    return Section("edits", telling.text("chapter.edits"), blocks, parts)


def _edit(edit: Edit, pictures_: Pictures, telling: Telling) -> Section:
    base = edit.before
    rows = [
        (telling.text("edits.operation"), telling.own(edit.operation)),
        (telling.text("edits.declared"), telling.declared(edit.declared)),
        (telling.text("edits.of"), telling.events([base]) if base is not None else telling.absent()),
        (telling.text("edits.share"), _compared(edit, telling)),
    ]
    if edit.event.file_name:
        rows.append((telling.text("edits.file"), _file(edit.event, telling)))
    blocks: list[Block] = [Particulars(tuple(rows))]
    if edit.words:
        blocks.append(Prose(telling.pieces(edit.words)))
    pair = [] if base is None else [(pictures.before(edit.seq), "before", base)]
    figures = tuple(
        Figure(
            name,
            telling.text(f"edits.alt-{side}", event=f"#{seq}"),
            telling.line(f"edits.caption-{side}", event=telling.events([seq])),
        )
        for name, side, seq in (*pair, (pictures.after(edit.seq), "after", edit.seq))
        if name in pictures_.thumbnails
    )
    if figures:
        blocks.append(Figures(figures, large=True))
    title = telling.text("edits.title", event=f"#{edit.seq}", time=telling.time(edit.event.at))
    return Section(f"edit-{edit.seq}", title, tuple(blocks))


def _compared(edit: Edit, telling: Telling) -> Line:
    if edit.words:
        counts = {fate: sum(len(p.text) for p in edit.words if p.fate is fate) for fate in (Fate.ADDED, Fate.REMOVED)}
        return telling.line("edits.compared-words", added=counts[Fate.ADDED], removed=counts[Fate.REMOVED])
    if edit.share_ppm is None:
        return telling.absent("absent.uncompared")
    if edit.preview:
        size = telling.value(list(edit.preview))
        return telling.line("edits.compared-preview", share=telling.share(edit.share_ppm), size=size)
    key = "edits.compared-resized" if edit.resized else "edits.compared"
    return telling.line(key, share=telling.share(edit.share_ppm), regions=len(edit.regions))


def _file(event: RecordedEvent, telling: Telling) -> Line:
    """Return what a file from elsewhere is called, of which type it is, and its hash; nobody opened it."""
    file = event.map("file")
    name, digest = telling.own(event.file_name), telling.value(str(file.get("sha256", "")))
    return telling.line("edits.file-kept", name=name, mime=telling.value(str(file.get("mime", ""))), sha256=digest)


def tools(content: Content, telling: Telling) -> Section:
    """Return how the drafts were made, each way once."""
    parts = tuple(
        Section(
            f"tool-{number}",
            telling.text("tools.title", number=number),
            (
                Particulars(
                    (
                        *(
                            (telling.setting(name), telling.value(value))
                            for name, value in tool.settings.items()
                            if value
                        ),
                        (telling.text("tools.events"), telling.events(tool.events)),
                    )
                ),
            ),
        )
        for number, tool in enumerate(content.tools, start=1)
    )
    missing = content.drafts and not parts
    blocks = (Prose(telling.absent("tools.missing" if missing else "tools.none")),) if not parts else ()
    return Section("tools", telling.text("chapter.tools"), blocks, parts)


def material(content: Content, pictures_: Pictures, telling: Telling) -> Section | None:
    """Return what was brought from elsewhere; None where nothing was."""
    if not content.uploads:
        return None
    inputs = {event.seq for event in content.inputs}
    rows = tuple(
        (
            telling.events([event.seq]),
            (Span(telling.time(event.at)),),
            _brought(event, telling),
            telling.line("material.input" if event.seq in inputs else "material.beside"),
        )
        for event in content.uploads
    )
    head = tuple(telling.text(f"material.{name}") for name in ("event", "time", "declared", "use"))
    table = Table(telling.text("material.caption"), head, rows, (10, 22, 48, 20))
    figures = tuple(
        Figure(
            pictures.small(event.seq),
            telling.text("material.alt", event=f"#{event.seq}"),
            telling.events([event.seq]),
        )
        for event in content.uploads
        if pictures.small(event.seq) in pictures_.thumbnails
    )
    return Section("material", telling.text("chapter.material"), (table, *((Figures(figures),) if figures else ())))


def _brought(event: RecordedEvent, telling: Telling) -> Line:
    """Say who made what was brought, how, and whether the file itself says that AI made it."""
    said = [telling.declared(told(event, "declared"))]
    if event.text("operation").strip():
        said.append(telling.field(event, "operation"))
    if event.file_name:
        said.append(_file(event, telling))
    marks = event.map("marks")
    if marks.get("aigc") or "algorithmicmedia" in str(marks.get("source_type", "")).lower():
        said.append(telling.line("material.says-ai"))
    return telling.words.joined(said)
