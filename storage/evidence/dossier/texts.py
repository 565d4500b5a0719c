"""The chapter of a dossier that tells of texts: what was drafted, what was chosen, and what a person made of it."""

from collections.abc import Iterable
from itertools import groupby

from storage.evidence.dossier.content import Content, TextEdit, told
from storage.evidence.dossier.document import Block, Exchange, Line, Particulars, Prose, Section, Span, Who
from storage.evidence.dossier.telling import Telling
from storage.evidence.hands import Hand, counted
from storage.evidence.history import RecordedEvent


def texts(content: Content, telling: Telling) -> Section | None:
    """Return the texts in the order of the record, whole, and what changed in them; None where there is none."""
    runs = [tuple(run) for _, run in groupby(content.written, key=lambda event: event.refs)]
    parts = [(run[0].seq, _run(run, content, telling)) for run in runs]
    parts += [(edit.seq, _edit(edit, telling)) for edit in content.text_edits]
    if not parts:
        return None
    told_in_order = tuple(part for _, part in sorted(parts, key=lambda part: part[0]))
    return Section("texts", telling.text("chapter.texts"), (Prose(telling.line("texts.about")),), told_in_order)


def _run(run: tuple[RecordedEvent, ...], content: Content, telling: Telling) -> Section:
    brief = ", ".join(f"#{ref}" for ref in run[0].refs) or "–"
    title = telling.text("texts.run", event=brief, time=telling.time(run[0].at))
    return Section(f"texts-{run[0].seq}", title, tuple(_candidate(event, content, telling) for event in run))


def _candidate(event: RecordedEvent, content: Content, telling: Telling) -> Exchange:
    fate = content.fates.get(event.seq, "open")
    structure = event.map("generation").get("structure")
    head = telling.line(f"texts.candidate-{fate}", event=telling.events([event.seq]))
    if isinstance(structure, str):
        head = (*head, Span(" · "), *telling.value(structure))
    return Exchange(Who.MACHINE, head, (Prose(telling.machine(told(event, "text"))),))


def _edit(edit: TextEdit, telling: Telling) -> Section:
    title = telling.text("texts.edit", event=f"#{edit.seq}", time=telling.time(edit.event.at))
    how = "combined" if edit.paragraphs else "typed"
    head = telling.line(f"texts.{how}", of=telling.events(edit.of))
    words = telling.pieces(edit.pieces) if (edit.text or "").strip() else telling.own(edit.text)
    blocks: tuple[Block, ...] = (Prose(words), Particulars(tuple(_rows(edit, telling))))
    return Section(f"text-{edit.seq}", title, (Exchange(Who.PERSON, head, blocks),))


def _rows(edit: TextEdit, telling: Telling) -> Iterable[tuple[str, Line]]:
    yield telling.text("texts.words"), whose_words(edit, telling)
    if edit.paragraphs:
        named = (
            telling.line("texts.paragraph", number=number, event=telling.events([seq]))
            for seq, number in edit.paragraphs
        )
        yield telling.text("texts.paragraphs"), telling.words.joined(named)
    if edit.event.text("operation").strip():
        yield telling.text("edits.operation"), telling.field(edit.event, "operation")
    if edit.event.text("declared").strip():
        yield telling.text("edits.declared"), telling.declared(edit.event.text("declared"))


def whose_words(edit: TextEdit, telling: Telling) -> Line:
    """Say how many words of a text are a person's."""
    if edit.text is None:
        return telling.absent()
    if Hand.UNKNOWN in edit.hands:
        return telling.absent("absent.unknown-hand")
    words = counted(edit.text, edit.hands)
    return telling.line("texts.own-words", own=words.own, count=words.all)
