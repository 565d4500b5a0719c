"""For registries and courts in China: how the work came about, point by point as they ask for it."""

from collections.abc import Iterable, Mapping
from typing import Final

from storage.evidence.dossier.content import Brief, Content, Tool, told
from storage.evidence.dossier.statements.sentence import Field, Gap, Sentence
from storage.evidence.dossier.statements.shared import (
    QUOTED,
    account,
    briefs,
    brought,
    decisions,
    edit_sentence,
    kept,
    machine_words,
    published,
    revision,
    title,
    tools_missing,
)
from storage.evidence.dossier.telling import Telling
from storage.evidence.dossier.words import Filling
from storage.evidence.history import RecordedEvent
from storage.evidence.kinds import Kind

_BRIEFS_QUOTED: Final = 20
_NAMED: Final = frozenset({"model", "revision", "libraries"})
"""Of how a draft was made: what is named by itself, or is too long for a sentence."""


def creation_process(content: Content) -> Iterable[Field]:
    """Say how the work came about, from the idea to the last change."""
    yield Field("cn.field-work", title(content, "cn.title", "cn.title-missing"))
    yield Field("cn.field-author", (*account(content, "cn.account"), Gap("cn.author-missing")))
    yield Field("cn.field-intent", tuple(_intent(content)))
    yield Field("cn.field-tool", tuple(_tools(content)))
    yield Field("cn.field-briefs", tuple(_briefs(content)))
    yield Field("cn.field-settings", tuple(_settings(content)))
    yield Field("cn.field-choice", tuple(_choices(content)))
    yield Field("cn.field-edits", tuple(_edits(content)))
    yield Field("cn.field-honest", tuple(_honest(content)))
    yield Field("cn.field-published", published(content, "cn.published"))
    yield Field("cn.field-kept", tuple(kept(content, "cn.kept")))


def _intent(content: Content) -> Iterable[Sentence | Gap]:
    first = content.briefs[0].seq if content.briefs else None
    yield from (_intended(event, first) for event in content.intents)
    if not content.intents:
        yield Gap("cn.intent-missing")


def _intended(event: RecordedEvent, first_brief: int | None) -> Sentence:
    before = first_brief is not None and event.seq < first_brief
    return Sentence(
        "cn.intent-first" if before else "cn.intent",
        (event.seq,) if first_brief is None else (event.seq, first_brief),
        lambda t: {"text": t.quoted(told(event, "text"), QUOTED), "time": t.time(event.at)},
    )


def _tools(content: Content) -> Iterable[Sentence | Gap]:
    yield from map(_tool, content.tools)
    yield from tools_missing(content, "cn.tool-missing")
    yield Gap("cn.tool-terms-missing")


def _tool(tool: Tool) -> Sentence:
    settings = {name: value for name, value in tool.settings.items() if name not in _NAMED}
    return Sentence(
        "cn.tool",
        tool.events,
        lambda t: {
            "model": t.value(tool.name),
            "revision": revision(t, tool.revision),
            "settings": t.settings(settings),
        },
    )


def _briefs(content: Content) -> Iterable[Sentence | Gap]:
    yield from briefs(content, "cn.briefs")
    if not content.briefs:
        yield Gap("cn.briefs-missing")
    for number, brief in enumerate(content.briefs[:_BRIEFS_QUOTED], start=1):
        yield _brief_sentence(number, brief)
    if len(content.briefs) > _BRIEFS_QUOTED:
        rest = tuple(brief.seq for brief in content.briefs[_BRIEFS_QUOTED:])
        yield Sentence("cn.briefs-rest", rest, lambda t: {"count": len(rest)})
    yield from machine_words(content, "cn.machine-words")


def _brief_sentence(number: int, brief: Brief) -> Sentence:
    key = f"cn.brief-{brief.source}"
    events = (brief.seq,) if brief.of is None else (brief.of, brief.seq)

    def fill(telling: Telling) -> Mapping[str, Filling]:
        return {
            "number": number,
            "time": telling.time(brief.event.at),
            "text": telling.quoted(brief.text, QUOTED),
            "of": telling.events(() if brief.of is None else (brief.of,)),
        }

    return Sentence(key, events, fill)


def _settings(content: Content) -> Iterable[Sentence | Gap]:
    seeded = [brief for brief in content.briefs if brief.seeds]
    if seeded:
        count = sum(len(brief.seeds) for brief in seeded)
        yield Sentence("cn.seeds", tuple(b.seq for b in seeded), lambda t: {"count": count})
    else:
        hidden = content.hidden("params", Kind.PROMPT_SUBMITTED)
        yield Gap("cn.seeds-missing", hidden, closed=bool(hidden))
    negative = tuple(brief.seq for brief in content.briefs if brief.negative.strip())
    if negative:
        yield Sentence("cn.negative", negative, lambda t: {"count": len(negative)})
    changed = [brief for brief in content.briefs if brief.before and brief.before != brief.settings]
    yield from map(_settings_changed, changed[:_BRIEFS_QUOTED])


def _settings_changed(brief: Brief) -> Sentence:
    return Sentence("cn.settings-changed", (brief.seq,), lambda t: {"changes": t.settings_changed(brief)})


def _choices(content: Content) -> Iterable[Sentence | Gap]:
    if content.drafts:
        yield Sentence("cn.drafts", tuple(e.seq for e in content.drafts), lambda t: {"made": len(content.drafts)})
    yield from decisions(content, "cn.chosen", "cn.rejected", "cn.reason")
    if not content.chosen:
        yield Gap("cn.chosen-missing")
    if not any((choice.why or "").strip() for choice in content.choices):
        hidden = content.hidden("why", Kind.DRAFT_SELECTED, Kind.DRAFT_REJECTED)
        shown = tuple(seq for choice in content.choices for seq in choice.events)
        yield Gap("cn.reason-missing", hidden or shown, closed=bool(hidden))


def _edits(content: Content) -> Iterable[Sentence | Gap]:
    yield from (edit_sentence("cn.edit", edit) for edit in content.own_edits)
    yield from (edit_sentence("cn.edit-other", edit) for edit in content.other_edits)
    if content.own_edits:
        yield Gap("cn.edits-layers", tuple(edit.seq for edit in content.own_edits))
    else:
        yield Gap("cn.edits-missing")
    yield from (brought("cn.input" if e in content.inputs else "cn.brought", e) for e in content.uploads)


def _honest(content: Content) -> Iterable[Sentence | Gap]:
    events = tuple(event.seq for event in content.drafts)
    models = sorted({tool.name for tool in content.tools})
    if models:
        yield Sentence("cn.honest", events, lambda t: {"models": t.words.joined([t.value(name) for name in models])})
    elif events:
        yield Sentence("cn.honest-unnamed", events)
    else:
        yield Gap("cn.honest-missing")
