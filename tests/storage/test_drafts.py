"""Briefs, jobs and choices: each act is an event, and the queue follows the record."""

import asyncio
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from storage.acts import Act
from storage.drafts import BriefParams, NewBrief, NewCandidate, Submitted
from storage.errors import NotYours, StateConflict
from storage.jobs import Delivery, JobState
from storage.members import Member
from storage.projects import Project
from storage.store import Store

ACT = Act("175928847299117063", "22", "9")
DELIVERY = Delivery(channel_id="22", user_id="1001", locale="en-US", token="t0ken", token_until=1)


def picture(colour: str) -> bytes:
    """Return a small PNG."""
    out = BytesIO()
    Image.new("RGB", (4, 4), colour).save(out, "PNG")
    return out.getvalue()


async def submit(store: Store, member: Member, project: Project, words: str = "a red boat") -> Submitted:
    """Record a brief for two candidates."""
    brief = NewBrief(words, "", BriefParams("draft", (7, 8), style="flat"))
    return await store.drafts.submit(member, project, brief, ACT, DELIVERY)


async def make(store: Store, submitted: Submitted) -> None:
    """Play a worker that draws both candidates."""
    job = await store.jobs.lease("w", 60_000)
    assert job is not None and job.id == submitted.job_id
    made = [
        NewCandidate(seed, await store.media.put_picture(picture(colour), "image/png"))
        for seed, colour in ((7, "red"), (8, "blue"))
    ]
    await store.drafts.made(job, made, {"model": "m", "steps": 4}, took_ms=12)


async def test_a_brief_and_its_job_are_one(store: Store, ann: Member, project: Project) -> None:
    submitted = await submit(store, ann, project)
    opened = await store.ledger.disclosed(submitted.receipt.seq)
    assert opened["prompt"] == "a red boat"
    assert opened["params"] == {"operation": "draft", "seeds": [7, 8], "style": "flat"}
    assert opened["discord"] == {"interaction": "175928847299117063", "channel": "22", "guild": "9"}
    job = await store.jobs.get(submitted.job_id)
    assert (job.state, job.draft_id) == (JobState.QUEUED, submitted.draft_id)
    view = await store.drafts.view(submitted.draft_id)
    assert (view.text, view.params.seeds, view.owner_user_id) == ("a red boat", (7, 8), "1001")


async def test_choosing_records_what_was_kept_and_what_was_not(store: Store, ann: Member, project: Project) -> None:
    submitted = await submit(store, ann, project)
    await make(store, submitted)
    receipt, new = await store.drafts.choose(submitted.draft_id, 2, ann, "", ACT)
    assert new
    again, repeated = await store.drafts.choose(submitted.draft_id, 2, ann, "", ACT)
    assert (again.seq, repeated) == (receipt.seq, False)
    assert (await store.drafts.view(submitted.draft_id)).chosen == 2
    _, changed = await store.drafts.choose(submitted.draft_id, 0, ann, "wrong colours", ACT)
    assert changed
    assert (await store.drafts.view(submitted.draft_id)).chosen == 0
    reasoned, _ = await store.drafts.choose(submitted.draft_id, 0, ann, "too dark", ACT)
    twice, again_new = await store.drafts.choose(submitted.draft_id, 0, ann, "too dark", ACT)
    assert (twice.seq, again_new) == (reasoned.seq, False)


async def test_a_stranger_cannot_choose_or_cancel(store: Store, ann: Member, project: Project) -> None:
    submitted = await submit(store, ann, project)
    bob = await store.members.meet("discord", "1002", "Bob")
    with pytest.raises(NotYours):
        await store.drafts.cancel(submitted.draft_id, bob, ACT)
    await make(store, submitted)
    with pytest.raises(NotYours):
        await store.drafts.choose(submitted.draft_id, 1, bob, "", ACT)


async def test_a_job_goes_through_its_states_and_no_other_way(store: Store, ann: Member, project: Project) -> None:
    submitted = await submit(store, ann, project)
    with pytest.raises(StateConflict):
        await store.jobs.delivered(await store.jobs.get(submitted.job_id))
    await make(store, submitted)
    with pytest.raises(StateConflict):
        await store.drafts.cancel(submitted.draft_id, ann, ACT)
    await store.jobs.delivered(await store.jobs.get(submitted.job_id))
    job = await store.jobs.get(submitted.job_id)
    assert (job.state, job.delivery.token) == (JobState.DELIVERED, None)


async def test_a_cancelled_draft_records_no_candidates(store: Store, ann: Member, project: Project) -> None:
    submitted = await submit(store, ann, project)
    job = await store.jobs.lease("w", 60_000)
    assert job is not None
    await store.drafts.cancel(submitted.draft_id, ann, ACT)
    assert not await store.jobs.heartbeat(job.id, "w", 60_000)
    size = await store.ledger.size()
    made = [NewCandidate(7, await store.media.put_picture(picture("red"), "image/png"))]
    with pytest.raises(StateConflict):
        await store.drafts.made(job, made, {}, 1)
    assert await store.ledger.size() == size


async def test_leases_are_fair_between_members(store: Store, ann: Member, project: Project) -> None:
    bob = await store.members.meet("discord", "1002", "Bob")
    bobs, _ = await store.projects.open(bob, "Cats", guild_id=None)
    first, second = await submit(store, ann, project), await submit(store, ann, project)
    third = await submit(store, bob, bobs)
    order = [await store.jobs.lease("w", 60_000) for _ in range(3)]
    assert [job.id for job in order if job] == [first.job_id, third.job_id, second.job_id]
    assert await store.jobs.lease("w", 60_000) is None


async def test_an_expired_lease_is_taken_over(store: Store, ann: Member, project: Project) -> None:
    submitted = await submit(store, ann, project)
    dead = await store.jobs.lease("dead", -1)
    taken = await store.jobs.lease("alive", 60_000)
    assert dead is not None and taken is not None and taken.id == submitted.job_id
    assert (taken.attempts, taken.delivery) == (2, replace(DELIVERY))


async def test_the_first_project_is_one_however_often_it_is_asked_for(store: Store, ann: Member) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(store.projects.current_or_open(ann, "First", guild_id=None))
    assert [project.title for project in await store.projects.list(ann)] == ["First"]


async def test_those_who_agreed_are_known_the_latest_first(store: Store, ann: Member) -> None:
    bob = await store.privacy.agree(await store.members.meet("discord", "1002", "Bob"), [])
    await store.members.meet("discord", "1003", "Cem")
    assert {member.id for member in await store.members.agreed("discord", 10)} == {ann.id, bob.id}
    assert len(await store.members.agreed("discord", 1)) == 1
    assert await store.members.agreed("elsewhere", 10) == []


async def test_a_project_shows_its_title_and_is_current(store: Store, ann: Member, project: Project) -> None:
    assert await store.projects.current(ann) == project
    other, _ = await store.projects.open(ann, "船", guild_id=None)
    assert await store.projects.current(ann) == other
    assert [p.title for p in await store.projects.list(ann)] == ["Boats", "船"]
    bob = await store.members.meet("discord", "1002", "Bob")
    with pytest.raises(NotYours):
        await store.projects.get(project.id, bob)


async def test_two_presses_at_once_are_one_choice(store: Store, ann: Member, project: Project) -> None:
    submitted = await submit(store, ann, project)
    await make(store, submitted)
    both = await asyncio.gather(*(store.drafts.choose(submitted.draft_id, 1, ann, "", ACT) for _ in range(2)))
    assert len({receipt.seq for receipt, _ in both}) == 1
    assert sorted(new for _, new in both) == [False, True]
