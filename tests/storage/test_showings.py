"""Private drafts that are shown, drafts that say what they go on from, and pictures that another member made."""

import asyncio
from dataclasses import replace

import pytest

from storage.briefs import BriefParams, InputRole, Material, NewBrief, NewInput
from storage.drafts import DraftView
from storage.errors import NotYours, StateConflict
from storage.evidence.authorship import MadeBy
from storage.evidence.kinds import Kind
from storage.members import Member
from storage.privacy import Basis
from storage.projects import Project
from storage.store import Store
from storage.suggestions import Suggestion
from tests.storage.test_drafts import ACT, DELIVERY, make, picture, submit


async def private_draft(store: Store, ann: Member, project: Project) -> DraftView:
    """Make a private draft of two candidates."""
    private = replace(DELIVERY, private=True, home_channel_id="22")
    brief = NewBrief("a red boat", "", BriefParams("draft", (7, 8)))
    submitted = await store.drafts.submit(ann, project, brief, ACT, private)
    await make(store, submitted)
    return await store.drafts.view(submitted.draft_id)


async def test_a_private_draft_says_so_and_where_it_can_be_shown(store: Store, ann: Member, project: Project) -> None:
    view = await private_draft(store, ann, project)
    assert (view.private, view.home) == (True, "22")
    submitted = await submit(store, ann, project)
    public = await store.drafts.view(submitted.draft_id)
    assert (public.private, public.home) == (False, None)


async def test_showing_is_an_event_of_the_candidates_and_is_recorded_once(
    store: Store, ann: Member, project: Project
) -> None:
    view = await private_draft(store, ann, project)
    chosen = view.candidates[1]
    first = await store.showings.show(view, [chosen], ann, "22", ACT)
    assert first.message_id is None
    told = await store.ledger.disclosed(first.receipt.seq)
    assert told["channel"] == "22" and "discord" in told
    await store.showings.posted(first, "99")
    again = await store.showings.show(view, [chosen], ann, "22", ACT)
    assert (again.receipt.seq, again.message_id) == (first.receipt.seq, "99")
    assert await store.showings.shown_of(view.id) == {2}
    history = await store.history(project)
    (event,) = history.of(Kind.DRAFT_SHOWN)
    assert event.refs == (chosen.seq,)


async def test_to_show_more_is_another_event(store: Store, ann: Member, project: Project) -> None:
    view = await private_draft(store, ann, project)
    one = await store.showings.show(view, view.candidates[:1], ann, "22", ACT)
    both = await store.showings.show(view, view.candidates, ann, "22", ACT)
    assert both.receipt.seq > one.receipt.seq
    assert await store.showings.shown_of(view.id) == {1, 2}


async def test_two_presses_at_once_show_it_once(store: Store, ann: Member, project: Project) -> None:
    view = await private_draft(store, ann, project)
    both = await asyncio.gather(*(store.showings.show(view, view.candidates, ann, "22", ACT) for _ in range(2)))
    assert len({showing.receipt.seq for showing in both}) == 1


async def test_only_its_member_shows_a_draft_and_only_one_that_is_there(
    store: Store, ann: Member, project: Project
) -> None:
    view = await private_draft(store, ann, project)
    bo = await store.members.meet("discord", "1002", "Bo")
    with pytest.raises(NotYours):
        await store.showings.show(view, view.candidates, bo, "22", ACT)
    with pytest.raises(StateConflict):
        await store.showings.show(view, (), ann, "22", ACT)


async def test_a_brief_refers_to_the_one_that_it_was_made_from(store: Store, ann: Member, project: Project) -> None:
    """Also where so little is left of the words that nothing else would tell."""
    first = await submit(store, ann, project)
    brief = NewBrief("two herons", "", BriefParams("draft", (7,)), after=first.receipt.seq)
    await store.drafts.submit(ann, project, brief, ACT, DELIVERY)
    last = (await store.history(project)).of(Kind.PROMPT_SUBMITTED)[-1]
    assert last.refs == (first.receipt.seq,)


async def test_a_picture_of_another_member_is_recorded_as_such(store: Store, ann: Member, project: Project) -> None:
    """By its number alone: events refer to none of another project."""
    other, _ = await store.projects.open(await store.members.meet("discord", "1002", "Bo"), "Mine", guild_id="9")
    view = await private_draft(store, ann, project)
    taken = await store.media.put_picture(picture("red"), "image/png")
    material = Material(taken, declared=MadeBy.OTHER_PERSON, taken_from=view.candidates[0].seq)
    brief = NewBrief("a heron", "", BriefParams("redraw", (7,)), (NewInput(InputRole.IMAGE, material),))
    bo = await store.members.meet("discord", "1002", "Bo")
    await store.drafts.submit(bo, other, brief, ACT, DELIVERY)
    (upload,) = (await store.history(other)).of(Kind.UPLOAD_ADDED)
    assert upload.fields["declared"] == "another person"
    assert upload.fields["taken_from"] == view.candidates[0].seq
    assert upload.refs == ()
    await store.privacy.erase(project, Basis.ASKED)
    assert await store.media.read(taken.sha256), "it is material of somebody else's work now"


async def test_a_view_tells_whose_words_they_are(store: Store, ann: Member, project: Project) -> None:
    await store.suggestions.made(project, Suggestion("an old harbour in the fog", "m", "a harbour"), ACT)
    params = BriefParams("draft", (7,))
    for words in ("an old harbour in the morning fog", "an old harbour in the bright morning fog"):
        submitted = await store.drafts.submit(ann, project, NewBrief(words, "", params), ACT, DELIVERY)
    pieces = (await store.drafts.view(submitted.draft_id)).pieces
    assert "".join(piece.text for piece in pieces if not piece.by_machine).split() == ["bright", "morning"]
    plain = await store.drafts.view((await submit(store, ann, project, "seven geese")).draft_id)
    assert [piece.by_machine for piece in plain.pieces] == [False]


async def test_a_choice_has_a_number(store: Store, ann: Member, project: Project) -> None:
    view = await private_draft(store, ann, project)
    assert view.chosen_seq is None and view.picked is None
    receipt, _ = await store.drafts.choose(view.id, 2, ann, "", ACT)
    chosen = await store.drafts.view(view.id)
    assert chosen.chosen_seq == receipt.seq
    assert chosen.picked == view.candidates[1]
