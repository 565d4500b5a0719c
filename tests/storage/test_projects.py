"""A member's projects among themselves: which there are, which is current, what came before what, and pages of one."""

import pytest
from sqlalchemy import insert

from storage.errors import NotFound
from storage.evidence.kinds import Kind
from storage.members import Member
from storage.privacy import Basis
from storage.projects import Project
from storage.store import Store
from storage.tables import evidence_token
from tests.storage.test_drafts import ACT, submit


async def test_projects_are_listed_newest_first_with_their_size(store: Store, ann: Member, project: Project) -> None:
    later, _ = await store.projects.open(ann, "Cats", guild_id=None)
    await store.projects.note(later, "one", ACT)
    bob = await store.members.meet("discord", "1002", "Bob")
    await store.projects.open(bob, "Bob's", guild_id=None)
    cats, boats = await store.projects.listed(ann)
    assert (cats.project, cats.events, cats.current) == (later, 4, True)
    assert (boats.project, boats.events, boats.current) == (project, 3, False)
    assert boats.opened_ms <= cats.opened_ms
    await store.projects.switch(project)
    assert [each.current for each in await store.projects.listed(ann)] == [False, True]
    await store.privacy.erase(project, Basis.ASKED)
    assert [each.project.title for each in await store.projects.listed(ann)] == ["Cats", ""]


async def test_somebody_elses_project_is_not_to_be_found(store: Store, ann: Member, project: Project) -> None:
    bob = await store.members.meet("discord", "1002", "Bob")
    assert await store.projects.own(project.id, ann) == project
    for wanted, member in ((project.id, bob), ("p_" + "0" * 32, ann), ("nonsense", ann)):
        with pytest.raises(NotFound):
            await store.projects.own(wanted, member)


async def test_briefs_before_an_act_are_counted(store: Store, ann: Member, project: Project) -> None:
    first = await store.projects.declare_intent(project, "a harbour", ACT)
    await submit(store, ann, project)
    await submit(store, ann, project, "two herons")
    late = await store.projects.declare_intent(project, "a harbour at dusk", ACT)
    assert await store.projects.briefs_before(project, first.seq) == 0
    assert await store.projects.briefs_before(project, late.seq) == 2


async def test_a_project_is_read_in_pages_newest_first(store: Store, ann: Member, project: Project) -> None:
    other, _ = await store.projects.open(ann, "Cats", guild_id=None)
    for number in range(5):
        await store.projects.note(project, f"note {number}", ACT)
        await store.projects.note(other, "not this one", ACT)
    newest = await store.page(project, 3)
    assert [event.text("text") for event in newest.events] == ["note 4", "note 3", "note 2"]
    assert newest.total == 8
    rest = await store.page(project, 10, newest.events[-1].pseq)
    assert [event.pseq for event in rest.events] == [4, 3, 2, 1, 0]
    assert rest.events[-1].kind == Kind.PROJECT_OPENED
    nothing = await store.page(project, 10, 0)
    assert (nothing.events, nothing.total) == ((), 8)


async def test_up_to_where_the_time_is_stamped(store: Store, project: Project) -> None:
    assert await store.reader.stamped() == 0
    for note in ("one", "two"):
        await store.projects.note(project, note, ACT)
        size = (await store.ledger.checkpoint()).size
        async with store.database.write() as connection:
            token = {"size": size, "source": "tsa", "body": b"token", "stamped_at": 0}
            await connection.execute(insert(evidence_token).values(token))
    assert await store.reader.stamped() == size
