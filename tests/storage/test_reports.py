"""Counts of a server's use: each brief of its days once, with what became of it, and nobody else's."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, update

from storage.drafts import BriefParams, NewBrief
from storage.ids import new_id
from storage.jobs import JobState
from storage.mandate import Mandate
from storage.members import Member
from storage.projects import Project
from storage.ratings import Answered
from storage.refusals import REFUSED
from storage.reports import DAY_MS, Outcome, ServerUse, Spread, outcome_of
from storage.store import StorageConfig, Store, open_store
from storage.tables import briefs, drafts, jobs
from tests.storage.test_drafts import ACT, DELIVERY, submit

GUILD, ELSEWHERE = "9", "8"
TODAY = 20_000
NOW_MS = TODAY * DAY_MS + 7 * 3_600_000


@dataclass(frozen=True, slots=True)
class Row:
    """A brief, and what became of it."""

    days_ago: int
    state: JobState
    reason: str | None
    operation: str
    guild: str | None
    took_ms: int


a_row = st.builds(
    Row,
    days_ago=st.integers(0, 9),
    state=st.sampled_from(JobState),
    reason=st.sampled_from([None, "model-failed", *sorted(REFUSED)]),
    operation=st.sampled_from(["text", "image"]),
    guild=st.sampled_from([GUILD, ELSEWHERE, None]),
    took_ms=st.integers(0, 5000),
)


async def put(store: Store, member: Member, project: Project, row: Row) -> None:
    """Write a brief as if it had been asked for so many days ago."""
    at, brief, draft = NOW_MS - row.days_ago * DAY_MS, new_id(), new_id()
    whose = {"project_id": project.id, "member_id": member.id, "seq": project.opened_seq}
    params = {"operation": row.operation, "seeds": [1]}
    took = row.took_ms if row.state is JobState.DELIVERED else None
    delivery = {"channel_id": "2", "user_id": "1", "locale": "", "guild_id": row.guild}
    job = {"id": new_id(), "draft_id": draft, "member_id": member.id, "state": row.state, "reason": row.reason}
    times = {"created_at": at, "started_at": at + 1000, "updated_at": at}
    async with store.database.write() as connection:
        await connection.execute(insert(briefs).values(id=brief, **whose, params=params, created_at=at))
        await connection.execute(insert(drafts).values(id=draft, brief_id=brief, took_ms=took, created_at=at))
        await connection.execute(insert(jobs).values(**job, **times, attempts=1, delivery=delivery))


@dataclass(frozen=True, slots=True)
class Counted:
    """A store that many examples share, in a loop of its own."""

    loop: asyncio.Runner
    store: Store
    ann: Member
    project: Project

    def of(self, rows: list[Row], days: int) -> ServerUse:
        """Return the report of these rows alone."""
        return self.loop.run(self._of(rows, days))

    async def _of(self, rows: list[Row], days: int) -> ServerUse:
        async with self.store.database.write() as connection:
            for table in (jobs, drafts, briefs):
                await connection.execute(delete(table))
        for each in rows:
            await put(self.store, self.ann, self.project, each)
        return await self.store.reports.of(GUILD, days, NOW_MS)


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counted]:
    with asyncio.Runner() as loop:
        store = loop.run(open_store(StorageConfig(tmp_path_factory.mktemp("use") / "data"), init=True))
        ann = loop.run(store.members.meet("discord", "1001", "Ann"))
        project, _ = loop.run(store.projects.open(ann, "Boats", guild_id=GUILD))
        yield Counted(loop, store, ann, project)
        loop.run(store.close())


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(a_row, max_size=30), days=st.integers(1, 12))
def test_the_outcomes_of_all_days_are_the_briefs(counted: Counted, rows: list[Row], days: int) -> None:
    use = counted.of(rows, days)
    # What names no server counts where its project began.
    mine = [each for each in rows if each.days_ago < days and each.guild != ELSEWHERE]
    assert use.briefs == len(mine) == sum(use.by_operation.values())
    assert +Counter(use.outcomes) == Counter(outcome_of(each.state, each.reason) for each in mine)
    assert sum(use.by_rule.values()) == use.outcomes[Outcome.REFUSED]
    assert all(use.first_day <= day <= TODAY for day in use.by_day)
    took = sorted(each.took_ms for each in mine if each.state is JobState.DELIVERED)
    if took:
        assert use.drew == Spread(took[(len(took) - 1) // 2], took[(9 * len(took) + 9) // 10 - 1])
        assert use.waited == Spread(1000, 1000)
    else:
        assert use.drew is None


async def test_members_answers_appeals_and_acts_are_counted_of_one_server(
    store: Store, ann: Member, project: Project
) -> None:
    await submit(store, ann, project)
    bo = await store.members.meet("discord", "1002", "Bo")
    elsewhere, _ = await store.projects.open(bo, "Barns", guild_id=ELSEWHERE)
    refused = await store.drafts.submit(
        ann, project, NewBrief("a bomb", "", BriefParams("text", (7,))), ACT, DELIVERY, refused="server"
    )
    await store.appeals.make(ann, await store.appeals.against(ann, refused.receipt.seq), "why not", ACT)
    await store.standings.block(bo, Mandate(GUILD, "3003", "spam in #drafts"), None)
    await store.standings.block(bo, Mandate(ELSEWHERE, "3003", "spam in #drafts"), None)
    for message, guild, helpful in (("1", GUILD, True), ("2", GUILD, False), ("3", ELSEWHERE, False)):
        await store.ratings.rate(Answered(message, "20", guild, ("us-thaler",)), "1001", helpful=helpful)
    use = await store.reports.of(GUILD, 7)
    assert (use.members, use.briefs, use.appeals, use.acts) == (1, 2, 1, 1)
    assert (use.helpful, use.unhelpful) == (1, 1)
    assert use.by_rule == {"server": 1} and use.outcomes[Outcome.UNDER_WAY] == 1
    assert use.of_few
    assert elsewhere.id != project.id


async def test_what_was_before_the_first_day_does_not_count(store: Store, ann: Member, project: Project) -> None:
    await submit(store, ann, project)
    async with store.database.write() as connection:
        await connection.execute(update(jobs).values(created_at=jobs.c.created_at - 3 * DAY_MS))
    assert (await store.reports.of(GUILD, 3)).briefs == 0
    assert (await store.reports.of(GUILD, 4)).briefs == 1
