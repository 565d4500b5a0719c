"""What was shown: recorded once while it stands, with the message that shows it, and taken down once."""

import pytest

from storage.errors import NotFound, StateConflict
from storage.members import Member
from storage.projects import Project
from storage.publishing import Piece
from storage.store import Store
from tests.storage.test_drafts import ACT, make, picture, submit


async def piece_of(store: Store, member: Member, project: Project) -> Piece:
    submitted = await submit(store, member, project)
    await make(store, submitted)
    first, second = (await store.drafts.view(submitted.draft_id)).candidates
    marked = await store.media.put_picture(picture("green"), "image/png")
    return Piece(second.seq, first.seq, marked, "Boats", "Ann", "CC BY 4.0")


async def test_the_same_piece_is_shown_once_while_it_stands(store: Store, ann: Member, project: Project) -> None:
    piece = await piece_of(store, ann, project)
    shown, receipt, new = await store.publications.publish(project, piece, "22", ACT)
    assert new
    again, same, repeated = await store.publications.publish(project, piece, "22", ACT)
    assert (again, same.seq, repeated) == (shown, receipt.seq, False)
    there = await store.publications.shown(project, shown, "175928847299117063")
    assert await store.publications.standing(project) == [there]


async def test_it_is_taken_down_once_and_by_its_maker(store: Store, ann: Member, project: Project) -> None:
    shown, _, _ = await store.publications.publish(project, await piece_of(store, ann, project), "22", ACT)
    bob = await store.members.meet("discord", "1002", "Bob")
    with pytest.raises(NotFound):
        await store.publications.withdraw(shown.seq, bob, ACT)
    await store.publications.withdraw(shown.seq, ann, ACT)
    with pytest.raises(StateConflict):
        await store.publications.withdraw(shown.seq, ann, ACT)
    assert await store.publications.standing(project) == []
