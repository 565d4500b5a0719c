"""From what the events tell to a document in one language."""

from collections.abc import Iterable, Sequence
from typing import Final

from storage.evidence.dossier.content import Content
from storage.evidence.dossier.document import (
    Block,
    Document,
    Line,
    Look,
    Particulars,
    Prose,
    Section,
    Span,
    Table,
)
from storage.evidence.dossier.legible import clipped, legible
from storage.evidence.dossier.pictures import Pictures
from storage.evidence.dossier.proof import LogFacts, proof
from storage.evidence.dossier.sections import briefs, choices, claim, contributions, edits, makers, material, tools
from storage.evidence.dossier.statements import Draft, Field, Gap, Sentence, drafted
from storage.evidence.dossier.telling import Telling, in_language
from storage.evidence.dossier.texts import texts
from storage.evidence.dossier.timeline import timeline
from storage.evidence.dossier.words import Words

_LABELS: Final = (
    "contents",
    "person",
    "machine",
    "record",
    "footer",
    "skip",
    "added",
    "removed",
    "end",
    "by-machine",
    "coded",
)
"""Words that the drawing needs by itself."""
_MAX_TITLE: Final = 160


def compose(content: Content, pictures: Pictures, log: LogFacts, language: str) -> Document:
    """Write the dossier in a language."""
    telling = Telling(Words(language))
    chapters: list[Section | None] = [
        claim(content, telling),
        contributions(content, telling),
        makers(content, telling),
        timeline(content, pictures, telling),
        briefs(content, telling),
        choices(content, pictures, telling),
        texts(content, telling),
        material(content, pictures, telling),
        edits(content, pictures, telling),
        tools(content, telling),
        _statements(content, pictures, telling),
        proof(content, log, telling),
    ]
    # Last, when everything that is cited has been; it stands before the proof.
    chapters.insert(-1, _sources(telling))
    title = content.history.title.strip()
    return Document(
        language=language,
        title=telling.text("cover.title"),
        subtitle=legible(clipped(title, _MAX_TITLE)) if title else telling.text("cover.untitled"),
        cover=tuple(_cover(content, log, telling)),
        sections=tuple(chapter for chapter in chapters if chapter is not None),
        labels={name: telling.text(f"label.{name}") for name in _LABELS},
        pictures=pictures.thumbnails,
    )


def _cover(content: Content, log: LogFacts, telling: Telling) -> Iterable[Block]:
    yield Prose(telling.line("cover.is"))
    yield Prose(telling.line("cover.is-not"), note=True)
    yield Particulars(tuple((telling.text(f"cover.{name}"), line) for name, line in _facts(content, log, telling)))
    yield Prose(telling.line("cover.limits"))


def _facts(content: Content, log: LogFacts, telling: Telling) -> Iterable[tuple[str, Line]]:
    yield "project", (Span(content.history.project, Look.CODE),)
    if content.span is not None:
        first, last = map(telling.time, content.span)
        yield "period", telling.line("cover.period-value", first=first, last=last)
    yield "count", (Span(str(len(content.history))),)
    yield (
        "fields",
        telling.line(
            f"cover.fields-{log.fields}" if f"cover.fields-{log.fields}" in telling.words else "cover.fields-other"
        ),
    )
    yield "origin", (Span(log.origin, Look.CODE),)
    yield "vkey", (Span(log.vkey, Look.CODE),)
    yield "checkpoint", telling.line("cover.checkpoint-value", size=log.size, root=Span(log.root, Look.CODE))
    yield "bundle", (Span(log.bundle, Look.CODE),)
    if log.stamps:
        newest = min(log.stamps, key=lambda stamp: (-stamp.size, stamp.at))
        yield (
            "stamp",
            telling.line(
                "proof.stamped",
                time=telling.time(newest.at),
                authority=newest.authority,
                size=newest.size,
            ),
        )
    else:
        yield "stamp", telling.absent("proof.no-stamp")


# --- the drafted statements ----------------------------------------------------------------------


def _statements(content: Content, pictures: Pictures, telling: Telling) -> Section:
    parts = tuple(_statement(draft, telling) for draft in drafted(content.of_pictures, pictures))
    blocks = [Prose(telling.line("statements.never-filed"), note=True), Prose(telling.line("statements.about"))]
    if content.written:
        blocks.append(Prose(telling.line("statements.not-of-texts"), note=True))
    return Section("statements", telling.text("chapter.statements"), tuple(blocks), parts)


def _statement(draft: Draft, telling: Telling) -> Section:
    addressed = Telling(Words(draft.language)) if draft.language not in ("", telling.words.language) else None
    # Citations are numbered in the order of reading.
    about = Prose(telling.line(f"{draft.id}.about"))
    head = tuple(telling.text(f"statements.{name}") for name in ("field", "wording", "events"))
    rows = [row for field in draft.fields for row in _rows(field, telling, addressed)]
    return Section(
        f"statement-{draft.id}",
        telling.text(f"{draft.id}.title-of-draft"),
        (
            about,
            Table(telling.text(f"{draft.id}.caption"), head, tuple(rows), (20, 60, 20)),
            Prose(telling.line(f"{draft.id}.closing"), note=True),
        ),
    )


def _rows(field: Field, telling: Telling, addressed: Telling | None) -> Iterable[tuple[Line, ...]]:
    for position, said in enumerate(field.said):
        label = telling.line(field.label) if position == 0 else ()
        yield (label, _wording(said, telling, addressed), telling.events(said.events) or (Span("–"),))


def _wording(said: Sentence | Gap, telling: Telling, addressed: Telling | None) -> Line:
    if isinstance(said, Gap):
        kind = "statements.closed" if said.closed else "statements.gap"
        return (Span(telling.text(kind), Look.ABSENT), *said.told(telling))
    if addressed is None:
        return said.told(telling)
    wording = in_language(said.told(addressed), addressed.words.language)
    if not any(span.look is Look.PLAIN and any(map(str.isalnum, span.text)) for span in wording):
        # All of it is somebody's words, a title: there is nothing to translate.
        return wording
    return (*wording, Span("\n"), *telling.line("statements.translated"), *said.told(telling))


def _sources(telling: Telling) -> Section:
    rows: Sequence[tuple[Line, ...]] = [
        ((Span(f"[{number}]"),), (Span(citation),), (Span(f"fact: {fact}", Look.CODE),))
        for number, fact, citation in telling.words.citations()
    ]
    head = tuple(telling.text(f"sources.{name}") for name in ("number", "citation", "fact"))
    anchors = tuple(f"source-{number}" for number, _, _ in telling.words.citations())
    table = Table(telling.text("sources.caption"), head, tuple(rows), (8, 56, 36), anchors)
    return Section("sources", telling.text("chapter.sources"), (Prose(telling.line("sources.about")), table))
