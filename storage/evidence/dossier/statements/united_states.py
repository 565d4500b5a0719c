"""For the US Copyright Office: the fields of the Standard Application that tell human from generated material."""

from collections.abc import Iterable

from storage.evidence.dossier.content import Content, Source, Tool
from storage.evidence.dossier.statements.sentence import Field, Gap, Sentence
from storage.evidence.dossier.statements.shared import (
    account,
    briefs,
    brought,
    decisions,
    edit_sentence,
    kept,
    machine_words,
    published,
    revision,
    selections,
    title,
    tools_missing,
)


def application(content: Content) -> Iterable[Field]:
    """Return what the record says to the fields of the form."""
    yield Field("us.field-title", title(content, "us.title", "us.title-missing"))
    yield Field("us.field-author", (*account(content, "us.account"), Gap("us.author-missing")))
    yield Field("us.field-completed", _completed(content))
    created = tuple(_author_created(content))
    yield Field("us.field-created", created)
    yield Field("us.field-excluded", tuple(_excluded(content)))
    own = tuple(seq for said in created if isinstance(said, Sentence) for seq in said.events)
    yield Field("us.field-new", (Sentence("us.new", own),) if own else (Gap("us.new-missing"),))
    yield Field("us.field-note", tuple(_note_to_office(content)))
    yield Field("us.field-published", published(content, "us.published"))


def _completed(content: Content) -> tuple[Sentence | Gap, ...]:
    shaped = [*content.work, *((content.claim.seq,) if content.claim is not None else ())]
    if not shaped:
        return (Gap("us.completed-missing"),)
    last = max(_decided(content, seq) for seq in shaped)
    at = content.history.by_seq[last].at
    return (Sentence("us.completed", (last,), lambda t: {"year": str(at.year), "time": t.time(at)}),)


def _decided(content: Content, seq: int) -> int:
    """Return the event by which a candidate became part of the work: its selection."""
    return next((choice.events[0] for choice in reversed(content.choices) if seq in choice.chosen), seq)


def _author_created(content: Content) -> Iterable[Sentence | Gap]:
    yield from (edit_sentence("us.created-edit", edit) for edit in content.own_edits)
    yield from (brought("us.created-input", upload) for upload in content.own_inputs)
    if content.chosen:
        key = "us.created-selection" if len(content.chosen) > 1 else "us.created-choice"
        made = len(content.drafts)
        events = selections(content)
        yield Sentence(key, events, lambda t: {"chosen": len(content.chosen), "made": made})
    if not content.own_edits and not content.own_inputs:
        yield Gap("us.created-prompts-alone", content.from_source(*Source))
    elif content.own_edits:
        yield Gap("us.created-confirm", tuple(edit.seq for edit in content.own_edits))


def _excluded(content: Content) -> Iterable[Sentence | Gap]:
    chosen = content.chosen or tuple(e.seq for e in content.drafts)
    if chosen:
        yield Sentence("us.excluded", chosen)
    else:
        yield Gap("us.excluded-missing")
    if content.other_edits:
        yield Sentence("us.excluded-edits", tuple(edit.seq for edit in content.other_edits))
    others = tuple(event.seq for event in content.uploads if event not in content.own_inputs)
    if others:
        yield Sentence("us.excluded-brought", others)


def _note_to_office(content: Content) -> Iterable[Sentence | Gap]:
    yield from map(_tool, content.tools)
    yield from tools_missing(content, "us.note-tool-missing")
    yield from briefs(content, "us.note-briefs")
    yield from machine_words(content, "us.note-machine-words")
    if content.drafts:
        yield Sentence("us.note-drafts", tuple(e.seq for e in content.drafts), lambda t: {"made": len(content.drafts)})
    yield from decisions(content, "us.note-chosen", "us.note-rejected", "us.note-reason")
    own = content.own_edits
    if own:
        yield Sentence("us.note-edits", tuple(edit.seq for edit in own), lambda t: {"count": len(own)})
    else:
        yield Gap("us.note-edits-missing")
    yield from kept(content, "us.note-record")


def _tool(tool: Tool) -> Sentence:
    return Sentence(
        "us.note-tool", tool.events, lambda t: {"model": t.value(tool.name), "revision": revision(t, tool.revision)}
    )
