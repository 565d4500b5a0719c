"""Drafts of texts: each act is an event, whose words they are follows from the record, and what is open stays open."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from storage.drafts import BriefParams, NewBrief
from storage.errors import NotFound, NotYours, StateConflict
from storage.evidence.bundle import ExportRequest
from storage.evidence.hands import Hand, counted, hands_of
from storage.evidence.history import RecordedEvent
from storage.evidence.kinds import Kind
from storage.evidence.verify import Verdict, verify_bundle
from storage.members import Member
from storage.privacy import Basis
from storage.projects import Project
from storage.store import StorageConfig, Store, open_store
from storage.texts import NewText, SubmittedText, TextParams, TextState, TextView, TextWork, combined
from tests.storage.test_drafts import ACT, DELIVERY

POEM = TextParams(TextWork.WRITE, (1, 2, 3), "poem", "warm", "short")
IDEAS = TextParams(TextWork.BRAINSTORM, (1, 2, 3))
FIRST, SECOND = "The boat sleeps.\n\nNobody rows.", "Morning comes.\n\nThe boat wakes up."


async def ask(store: Store, ann: Member, project: Project, params: TextParams = POEM) -> SubmittedText:
    """Record a brief for texts."""
    return await store.texts.submit(ann, project, "a boat at dusk", params, ACT, DELIVERY)


async def written(store: Store, submitted: SubmittedText, *texts: str) -> TextView:
    """Play a model that writes texts; return the draft as it is then."""
    view = await store.texts.view(submitted.draft_id)
    await store.texts.begin(view, "m", {"temperature": "0.9"})
    made = [NewText(text, seed, {"model": "m"}) for seed, text in enumerate(texts or (FIRST, SECOND), start=1)]
    await store.texts.made(view, made, "m", 12)
    return await store.texts.view(submitted.draft_id)


async def last(store: Store, project: Project, back: int = 1) -> RecordedEvent:
    return (await store.history(project)).events[-back]


async def own_words(store: Store, project: Project, seq: int) -> tuple[int, int]:
    """Return how many words of a text are the member's, and how many it has."""
    history = await store.history(project)
    words = counted(history.by_seq[seq].text("text"), hands_of(history)[seq])
    return words.own, words.all


async def test_a_brief_is_on_record_before_anything_is_written(store: Store, ann: Member, project: Project) -> None:
    submitted = await ask(store, ann, project)
    brief = await last(store, project)
    assert (brief.seq, brief.kind, brief.text("prompt")) == (
        submitted.receipt.seq,
        Kind.PROMPT_SUBMITTED,
        "a boat at dusk",
    )
    assert brief.map("params") == {
        "operation": "write",
        "seeds": [1, 2, 3],
        "form": "poem",
        "tone": "warm",
        "length": "short",
    }
    assert (brief.text("source"), brief.map("discord")["interaction"]) == ("typed", ACT.interaction)
    assert await store.texts.unfinished() == [submitted.draft_id]


async def test_candidates_are_recorded_with_how_they_were_made(store: Store, ann: Member, project: Project) -> None:
    view = await written(store, await ask(store, ann, project))
    assert [(c.position, c.text) for c in view.candidates] == [(1, FIRST), (2, SECOND)]
    made = await last(store, project)
    assert (made.kind, made.refs, made.text("text")) == (Kind.DRAFT_MADE, (view.seq,), SECOND)
    assert made.map("generation") == {"model": "m"}
    assert view.state is TextState.MADE and await store.texts.unfinished() == [view.id]
    await store.texts.delivered(view)
    assert await store.texts.unfinished() == []
    assert (await store.texts.view(view.id)).delivery.token is None


async def test_a_choice_is_recorded_once_with_what_was_passed_over(store: Store, ann: Member, project: Project) -> None:
    view = await written(store, await ask(store, ann, project))
    receipt, new = await store.texts.choose(view.id, 2, ann, "", ACT)
    chosen, rejected = await last(store, project, 2), await last(store, project)
    assert new and (chosen.refs, rejected.refs) == ((view.candidates[1].seq,), (view.candidates[0].seq,))
    again, repeated = await store.texts.choose(view.id, 2, ann, "", ACT)
    assert (again.seq, repeated) == (receipt.seq, False)
    reasoned, told = await store.texts.choose(view.id, 2, ann, "the waking", ACT)
    assert told and reasoned.seq > receipt.seq
    assert (await store.texts.choose(view.id, 2, ann, "the waking", ACT))[0].seq == reasoned.seq
    assert (await store.texts.view(view.id)).latest == view.candidates[1].seq
    await store.texts.choose(view.id, 0, ann, "", ACT)
    assert (await store.texts.view(view.id)).latest is None


async def test_what_a_member_changes_is_told_from_what_they_left(store: Store, ann: Member, project: Project) -> None:
    view = await written(store, await ask(store, ann, project))
    base = view.candidates[0].seq
    made = await store.texts.reword(view.id, base, "The red boat sleeps.\n\nNobody rows.", ann, ACT)
    assert made is not None
    edit = await last(store, project)
    assert (edit.kind, edit.refs, edit.map("params")) == (Kind.EDIT_APPLIED, (base,), {"how": "typed"})
    change = edit.fields["change"]
    assert isinstance(change, list) and ["+", "red "] in change
    assert await own_words(store, project, edit.seq) == (1, 6)
    again = await store.texts.reword(view.id, edit.seq, "The red boat sleeps.\n\nWe row.", ann, ACT)
    assert again is not None and await own_words(store, project, again[0].seq) == (2, 6)
    assert (await store.texts.view(view.id)).latest == again[0].seq


async def test_no_change_is_no_event(store: Store, ann: Member, project: Project) -> None:
    view = await written(store, await ask(store, ann, project))
    size = await store.ledger.size()
    assert await store.texts.reword(view.id, view.candidates[0].seq, FIRST, ann, ACT) is None
    assert await store.ledger.size() == size


async def test_paragraphs_put_together_name_where_each_is_from(store: Store, ann: Member, project: Project) -> None:
    view = await written(store, await ask(store, ann, project))
    version, _ = await store.texts.combine(view.id, [(2, 2), (1, 1)], ann, ACT)
    assert version.text == combined(view, [(2, 2), (1, 1)]) == "The boat wakes up.\n\nThe boat sleeps."
    edit, (one, other) = await last(store, project), view.candidates
    assert edit.refs == (one.seq, other.seq)
    assert edit.map("params") == {"how": "combined", "paragraphs": [[other.seq, 2], [one.seq, 1]]}
    assert await own_words(store, project, version.seq) == (0, 7)
    typed = await store.texts.reword(
        view.id, version.seq, "The boat wakes up.\n\nThe boat sleeps. We do not.", ann, ACT
    )
    assert typed is not None and await own_words(store, project, typed[0].seq) == (3, 10)
    with pytest.raises(NotFound):
        await store.texts.combine(view.id, [(1, 3)], ann, ACT)


async def test_ideas_are_suggestions_and_stay_the_machines(store: Store, ann: Member, project: Project) -> None:
    view = await written(store, await ask(store, ann, project, IDEAS), "A boat alone on black water", "The whole bay")
    suggested = await last(store, project, 2)
    assert (suggested.kind, suggested.refs, suggested.text("request")) == (
        Kind.SUGGESTION_MADE,
        (view.seq,),
        "a boat at dusk",
    )
    taken, new = await store.texts.take(view.id, 1, ann, ACT)
    assert new and (await store.texts.take(view.id, 1, ann, ACT)) == (await store.ledger.receipt(taken.seq), False)
    accepted = await last(store, project)
    assert (accepted.kind, accepted.refs) == (Kind.SUGGESTION_TAKEN, (view.candidates[0].seq,))


@pytest.mark.parametrize(
    ("words", "source"),
    [("A boat alone on black water", "llm:{}"), ("A boat alone on still water", "edited:{}"), ("two herons", "typed")],
)
async def test_a_brief_from_an_idea_says_so(
    store: Store, ann: Member, project: Project, words: str, source: str
) -> None:
    view = await written(store, await ask(store, ann, project, IDEAS), "A boat alone on black water")
    brief = NewBrief(words, "", BriefParams("text", (1,)))
    await store.drafts.submit(ann, project, brief, ACT, DELIVERY)
    assert (await last(store, project)).text("source") == source.format(view.candidates[0].seq)


async def test_a_brief_from_a_changed_idea_has_the_hands_of_both(store: Store, ann: Member, project: Project) -> None:
    view = await written(store, await ask(store, ann, project, IDEAS), "A boat alone on black water")
    made = await store.texts.reword(view.id, view.candidates[0].seq, "A red boat alone on black water", ann, ACT)
    assert made is not None
    brief = NewBrief(made[0].text, "", BriefParams("text", (1,)))
    submitted = await store.drafts.submit(ann, project, brief, ACT, DELIVERY)
    told = await last(store, project)
    assert told.text("source") == f"edited:{made[0].seq}"
    hands = hands_of(await store.history(project))[submitted.receipt.seq]
    assert "".join(c for c, hand in zip(made[0].text, hands, strict=True) if hand is Hand.PERSON) == "red "


async def test_a_drafted_text_pasted_into_a_brief_is_not_typed(store: Store, ann: Member, project: Project) -> None:
    view = await written(store, await ask(store, ann, project))
    brief = NewBrief(SECOND, "", BriefParams("text", (1,)))
    await store.drafts.submit(ann, project, brief, ACT, DELIVERY)
    assert (await last(store, project)).text("source") == f"llm:{view.candidates[1].seq}"


async def test_a_stranger_can_do_nothing(store: Store, ann: Member, project: Project) -> None:
    view = await written(store, await ask(store, ann, project))
    bo = await store.members.meet("discord", "1002", "Bo")
    seq = view.candidates[0].seq
    for act in (
        store.texts.choose(view.id, 1, bo, "", ACT),
        store.texts.take(view.id, 1, bo, ACT),
        store.texts.combine(view.id, [(1, 1)], bo, ACT),
        store.texts.reword(view.id, seq, "mine", bo, ACT),
        store.texts.cancel(view.id, bo, ACT),
    ):
        with pytest.raises(NotYours):
            await act


async def test_a_text_of_another_draft_cannot_be_changed_through_this_one(
    store: Store, ann: Member, project: Project
) -> None:
    one = await written(store, await ask(store, ann, project))
    other = await written(store, await ask(store, ann, project))
    with pytest.raises(NotFound):
        await store.texts.reword(one.id, other.candidates[0].seq, "mine", ann, ACT)


async def test_what_was_cancelled_is_not_written(store: Store, ann: Member, project: Project) -> None:
    submitted = await ask(store, ann, project)
    view = await store.texts.view(submitted.draft_id)
    await store.texts.cancel(view.id, ann, ACT)
    size = await store.ledger.size()
    for late in (
        store.texts.begin(view, "m", {}),
        store.texts.made(view, [NewText("late", 1)], "m", 1),
        store.texts.failed(view, "model-failed"),
        store.texts.cancel(view.id, ann, ACT),
    ):
        with pytest.raises(StateConflict):
            await late
    assert await store.ledger.size() == size


async def test_two_presses_at_once_are_one_choice(store: Store, ann: Member, project: Project) -> None:
    view = await written(store, await ask(store, ann, project))
    presses = [store.texts.choose(view.id, 1, ann, "", ACT) for _ in range(4)]
    outcomes = await asyncio.gather(*presses)
    assert sorted(new for _, new in outcomes) == [False, False, False, True]
    assert len((await store.history(project)).of(Kind.DRAFT_SELECTED)) == 1


async def test_erasing_takes_the_words_and_stops_what_is_open(store: Store, ann: Member, project: Project) -> None:
    view = await written(store, await ask(store, ann, project))
    made = await store.texts.reword(view.id, view.candidates[0].seq, "mine alone", ann, ACT)
    waiting = await ask(store, ann, project)
    await store.privacy.erase(project, Basis.ASKED)
    gone = await store.texts.view(view.id)
    assert (gone.text, [c.text for c in gone.candidates]) == ("", ["", ""])
    assert made is not None
    with pytest.raises(NotFound):
        await store.texts.version(gone, made[0].seq)
    assert (await store.texts.view(waiting.draft_id)).state is TextState.CANCELLED
    assert await store.texts.unfinished() == []


async def test_erasing_one_brief_stops_its_text(store: Store, ann: Member, project: Project) -> None:
    submitted, other = await ask(store, ann, project), await ask(store, ann, project)
    await store.privacy.erase_event(project, submitted.receipt.seq, Basis.ASKED)
    assert await store.texts.unfinished() == [other.draft_id]


async def test_what_is_open_is_open_after_a_restart(config: StorageConfig) -> None:
    store = await open_store(config, init=True)
    ann = await store.members.meet("discord", "1001", "Ann")
    project, _ = await store.projects.open(ann, "Boats", guild_id="9")
    submitted = await ask(store, ann, project)
    assert await store.text_jobs.lease("w", 60_000) is not None
    view = await store.texts.view(submitted.draft_id)
    await store.texts.begin(view, "m", {})
    await store.texts.set_delivery(view.id, replace(view.delivery, message_id="77"))
    await store.close()
    again = await open_store(config)
    assert await again.texts.unfinished() == [view.id]
    found = await again.texts.view(view.id)
    assert (found.text, found.attempts, found.delivery.message_id) == ("a boat at dusk", 1, "77")
    await again.close()


async def test_a_bundle_with_texts_verifies_and_has_them(
    store: Store, ann: Member, project: Project, tmp_path: Path
) -> None:
    view = await written(store, await ask(store, ann, project))
    await store.texts.choose(view.id, 1, ann, "the sleep", ACT)
    await store.texts.combine(view.id, [(2, 2), (1, 1)], ann, ACT)
    request = ExportRequest({project.id: project.actor}, {"by": "owner", "reason": "asked"})
    bundle = (await store.exporter.export(request, tmp_path / "bundle.zip")).path
    report = await asyncio.to_thread(verify_bundle, bundle, vkeys=[store.ledger.vkey])
    assert report.verdict is Verdict.VERIFIED, report
