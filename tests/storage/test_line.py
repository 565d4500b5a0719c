"""The line: what a member is told of their place is the order in which jobs are really taken."""

import random

import pytest

from storage.acts import Act
from storage.drafts import BriefParams, NewBrief
from storage.jobs import RECENT, Delivery, JobState
from storage.members import Member
from storage.store import Store

ACT = Act("175928847299117063", "22", "9")
DELIVERY = Delivery(channel_id="22", user_id="1001", locale="en-US")


async def somebody(store: Store, number: int) -> Member:
    """Return a member who agreed and has a project."""
    member = await store.members.meet("discord", str(number), f"M{number}")
    member = await store.privacy.agree(member, [])
    await store.projects.open(member, "Boats", guild_id="9")
    return member


async def submit(store: Store, member: Member) -> str:
    """Let a member ask for a draft; return its job."""
    project = await store.projects.current(member)
    assert project is not None
    brief = NewBrief("a red boat", "", BriefParams("text", (7,)))
    return (await store.drafts.submit(member, project, brief, ACT, DELIVERY)).job_id


async def ahead(store: Store, job_id: str) -> int:
    return await store.jobs.ahead_of(await store.jobs.get(job_id))


async def test_whoever_asks_for_much_is_not_before_whoever_asks_once(store: Store) -> None:
    greedy, modest = await somebody(store, 1), await somebody(store, 2)
    many = [await submit(store, greedy) for _ in range(3)]
    one = await submit(store, modest)
    assert [await ahead(store, job) for job in many] == [0, 2, 3]
    assert await ahead(store, one) == 1


async def test_what_is_being_drawn_is_before_everybody(store: Store) -> None:
    ann, bo = await somebody(store, 1), await somebody(store, 2)
    first, second = await submit(store, ann), await submit(store, ann)
    await store.jobs.lease("w", 60_000)
    third = await submit(store, bo)
    assert [await ahead(store, job) for job in (first, third, second)] == [0, 1, 2]
    assert [(w.job.id, w.ahead, w.started_at is not None) for w in await store.jobs.waiting(ann.id)] == [
        (second, 2, False),
        (first, 0, True),
    ]


@pytest.mark.parametrize("seed", range(4))
async def test_the_told_order_is_the_order_in_which_jobs_are_taken(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    members = [await somebody(store, number) for number in range(4)]
    for _ in range(3):
        await submit(store, chance.choice(members))
        await store.jobs.lease("w", 60_000)
    waiting = [await submit(store, chance.choice(members)) for _ in range(9)]
    places = {job: await ahead(store, job) for job in waiting}
    assert sorted(places.values()) == list(range(3, 12))
    taken = [job.id for _ in waiting if (job := await store.jobs.lease("w", 60_000)) is not None]
    assert taken == sorted(waiting, key=places.__getitem__)


async def test_what_has_ended_waits_no_longer(store: Store) -> None:
    ann = await somebody(store, 1)
    job = await store.jobs.get(await submit(store, ann))
    await store.drafts.cancel(job.draft_id, ann, ACT)
    assert await store.jobs.waiting(ann.id) == []
    assert await store.jobs.ahead_of(job) == 0


async def test_the_time_is_told_of_the_last_few_drafts_of_a_model(store: Store) -> None:
    ann = await somebody(store, 1)
    for took in range(RECENT + 2):
        await submit(store, ann)
        job = await store.jobs.lease("w", 60_000)
        assert job is not None
        await store.drafts.made(job, [], {"model": "m"}, took_ms=took)
        await store.jobs.delivered(job)
        assert (await store.jobs.get(job.id)).state is JobState.DELIVERED
    assert sorted(await store.jobs.recent_ms("m")) == list(range(2, RECENT + 2))
    assert await store.jobs.recent_ms("another") == []
