"""The durable queue: a table, not a list. A job is one draft to be made and delivered.

    queued -> running -> made -> delivered
       |         |        (made: recorded, the message still to be sent)
       +---------+-> cancelled | failed

A lease that ran out makes a running or made job available again, so a killed process loses nothing; so it does a failed
one whose member was not told yet. Whose turn it is, storage.turns says; what a lease is, storage.leases.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import now_ms
from storage.database import Database
from storage.errors import NotFound, StateConflict
from storage.leases import Held, Leases, Stages, check_held, note_busy
from storage.queue_rules import QueueRules
from storage.serving import ALL, Shard
from storage.tables import drafts, jobs


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    MADE = "made"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


_NEXT: Mapping[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED, JobState.FAILED}),
    JobState.RUNNING: frozenset(
        {JobState.RUNNING, JobState.QUEUED, JobState.MADE, JobState.CANCELLED, JobState.FAILED}
    ),
    JobState.MADE: frozenset({JobState.DELIVERED}),
    JobState.DELIVERED: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}
OPEN_STATES = (JobState.QUEUED, JobState.RUNNING)
_ONLY_TO_BE_TOLD = (JobState.MADE, JobState.FAILED)
_LEASED = (*OPEN_STATES, *_ONLY_TO_BE_TOLD)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a draft's card goes; ids are the chat platform's.

    `token` edits the reply to the interaction until `token_until` (ms); afterwards, or where the
    reply is gone, the card is a message of its own in the channel. Of a `private` one nothing may be seen in a channel,
    unless its member shows it, in the one at `home_channel_id`.
    """

    channel_id: str
    user_id: str
    locale: str
    guild_id: str | None = None
    token: str | None = None
    token_until: int = 0
    message_id: str | None = None
    private: bool = False
    home_channel_id: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One row of the queue."""

    id: str
    draft_id: str
    member_id: str
    state: JobState
    attempts: int
    delivery: Delivery
    reason: str | None
    created_at: int
    worker: str | None = None
    """Who holds the lease under which this was read."""
    failures: int = 0
    failed_with: str | None = None
    """How often it was begun in vain, and the code of what went wrong the last time."""
    cost: int = 1

    @property
    def token(self) -> str | None:
        """Return the token of the reply where its card goes."""
        return self.delivery.token

    @property
    def held(self) -> Held:
        """Return the lease under which this was read."""
        return Held(self.id, self.worker, self.attempts)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job whose card has not come: so many are drawn before it, and since when it is being drawn itself.

    `cost_ahead` is what those before it cost together, in candidates.
    """

    job: Job
    ahead: int
    started_at: int | None
    cost_ahead: int = 0


SET_ASIDE: Final = "set-aside-"
"""How the reason of a job begins that failed too often; the code of the last failure follows."""
RECENT: Final = 7
"""Of so many drafts the time is told that the next one may take; an odd number has a middle."""


_STAGES: Final = Stages(JobState.QUEUED, JobState.RUNNING, JobState.MADE, JobState.FAILED, JobState.DELIVERED)


class Jobs:
    """The repository of jobs."""

    def __init__(self, database: Database, rules: QueueRules | None = None, shard: Shard = ALL) -> None:
        self._database = database
        self.rules = rules or QueueRules()
        # Of several processes each draws for the servers it serves: there its members press, and its cards are.
        self._mine = shard.of_delivery(jobs.c.delivery)
        self.leases = Leases(database, jobs, _STAGES, "pictures", self.rules, self._mine)

    async def entry(
        self, connection: AsyncConnection, guild: str, member_id: str, cost: int, *, small: bool
    ) -> Mapping[str, int | str]:
        """Return what a job that is put into the queue has to have (see Leases.entry); raise QueueFull."""
        return await self.leases.entry(connection, guild, member_id, cost, small=small)

    async def lease(
        self, worker: str, lease_ms: int, *, making: bool = True, besides: Collection[str] = ()
    ) -> Job | None:
        """Take the next job for `lease_ms`, or None where nothing waits `besides` those that the worker still runs.

        What is already made, or has failed, goes first of all: only its message is missing; without `making` nothing
        else comes. Then what was begun and cut off, then whose turn it is (storage.turns).
        """
        row = await self.leases.take(worker, lease_ms, making=making, besides=besides)
        return None if row is None else _job(row)

    async def heartbeat(self, job_id: str, worker: str, lease_ms: int) -> bool:
        """Extend a lease; False where the job is no longer this worker's (cancelled, told, or taken over)."""
        return await self.leases.beat(job_id, worker, lease_ms)

    async def release_all(self, worker: str | None = None) -> None:
        """Give back at once what a worker that stops holds; or, at a start when none can be alive, what any held.

        The latter was lost with its process, which counts as a failure of what was being drawn.
        """
        await (self.leases.take_back() if worker is None else self.leases.give_back(worker))

    async def postpone(self, job: Job, wait_ms: int, *, failed_with: str | None = None, begun: bool = True) -> None:
        """Put a job back to wait, as while the drafts server is away; what is made, or has failed, stays so.

        `failed_with` is the code of what went wrong, and counts; what was not even `begun` costs its member nothing.
        Raise LeaseLost where it is somebody else's by now, or has ended.
        """
        await self.leases.put_back(job.held, wait_ms, failed_with=failed_with, begun=begun)

    async def delivered(self, job: Job, delivery: Delivery | None = None) -> None:
        """End a job whose card has arrived, where it is now; its interaction token is forgotten.

        Raise StateConflict where it is not made, LeaseLost where it is somebody else's by now.
        """
        async with self._database.write() as connection:
            await check_held(connection, jobs, job.held)
            if delivery is not None:
                await _set_delivery(connection, job.id, delivery)
            await end_job(connection, job.id, JobState.DELIVERED)
            await note_busy(connection, jobs, job.id)

    async def told(self, job: Job, delivery: Delivery | None = None) -> None:
        """Say that a member knows that nothing comes; the interaction token is forgotten. Raise LeaseLost."""
        async with self._database.write() as connection:
            await check_held(connection, jobs, job.held)
            await _set_delivery(connection, job.id, replace(delivery or job.delivery, token=None))
            free = {"lease_owner": None, "lease_until": None}
            await connection.execute(update(jobs).where(jobs.c.id == job.id).values(free))

    async def set_delivery(self, job_id: str, delivery: Delivery) -> None:
        """Remember where the card is."""
        async with self._database.write() as connection:
            await _set_delivery(connection, job_id, delivery)

    async def get(self, job_id: str) -> Job:
        """Return a job."""
        return await self._one(jobs.c.id == job_id, job_id)

    async def of_draft(self, draft_id: str) -> Job:
        """Return the job of a draft."""
        return await self._one(jobs.c.draft_id == draft_id, draft_id)

    async def _one(self, condition: Any, name: str) -> Job:
        async with self._database.read() as connection:
            row = (await connection.execute(select(jobs).where(condition))).one_or_none()
        if row is None:
            raise NotFound(f"job {name}")
        return _job(row)

    async def counted(self) -> dict[str, int]:
        """Return how many jobs there are in each state."""
        query = select(jobs.c.state, func.count().label("number")).group_by(jobs.c.state)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return {state.value: 0 for state in JobState} | {str(row.state): int(row.number) for row in rows}

    async def ahead_of(self, job: Job) -> int:
        """Return how many jobs are drawn before this one: what is being drawn, and who comes first by lease()."""
        line = self.leases.line
        async with self._database.read() as connection:
            before = await connection.scalar(select(line.c.before).where(line.c.id == job.id))
            return 0 if before is None else before + (await self.leases.running(connection))[0]

    async def waiting(self, member_id: str) -> list[Waiting]:
        """Return a member's jobs whose cards have not come, newest first."""
        return [
            Waiting(_job(each.row), each.ahead, each.started_at, each.cost_ahead)
            for each in await self.leases.placed(member_id)
        ]

    async def in_line(self, limit: int) -> list[tuple[Job, int]]:
        """Return the jobs that nobody works on yet, the next one first, each with how many are drawn before it."""
        line = self.leases.line
        query = select(jobs, line.c.before).join(line, line.c.id == jobs.c.id).where(self._mine)
        query = query.order_by(line.c.before).limit(limit)
        async with self._database.read() as connection:
            rows, (running, _) = (await connection.execute(query)).all(), await self.leases.running(connection)
        return [(_job(row), int(row.before) + running) for row in rows]

    async def recent_ms(self, model: str) -> list[int]:
        """Return how long the last few drafts of a model took to draw, newest first."""
        query = (
            select(drafts.c.took_ms)
            .where(drafts.c.model == model, drafts.c.took_ms.is_not(None))
            .order_by(drafts.c.made_at.desc())
            .limit(RECENT)
        )
        async with self._database.read() as connection:
            return [took for took in await connection.scalars(query) if took is not None]

    async def failures(self, since_ms: int = 0) -> dict[str, int]:
        """Return how many jobs ended without a draft since a time, by the code of the reason."""
        failed = (jobs.c.state == JobState.FAILED) & (jobs.c.updated_at >= since_ms)
        query = select(jobs.c.reason, func.count().label("number")).where(failed).group_by(jobs.c.reason)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return {str(row.reason): int(row.number) for row in rows}


async def _set_delivery(connection: AsyncConnection, job_id: str, delivery: Delivery) -> None:
    await connection.execute(update(jobs).where(jobs.c.id == job_id).values(delivery=asdict(delivery)))


async def end_job(connection: AsyncConnection, job_id: str, state: JobState, reason: str | None = None) -> None:
    """End a job where its state allows it, and forget its interaction token; raise StateConflict."""
    row = (await connection.execute(select(jobs).where(jobs.c.id == job_id))).one_or_none()
    if row is None:
        raise NotFound(f"job {job_id}")
    delivery = asdict(replace(_job(row).delivery, token=None))
    ended = {"reason": reason, "lease_owner": None, "lease_until": None, "delivery": delivery}
    await move_job(connection, job_id, state, **ended)


async def move_job(connection: AsyncConnection, job_id: str, state: JobState, **values: object) -> None:
    """Change a job's state where the table of transitions allows it; raise StateConflict."""
    current = await connection.scalar(select(jobs.c.state).where(jobs.c.id == job_id))
    if current is None:
        raise NotFound(f"job {job_id}")
    if state not in _NEXT[JobState(current)]:
        raise StateConflict(f"a job that is {current} cannot become {state}")
    await connection.execute(update(jobs).where(jobs.c.id == job_id).values(state=state, updated_at=now_ms(), **values))


def _job(row: Any) -> Job:
    return Job(
        id=row.id,
        draft_id=row.draft_id,
        member_id=row.member_id,
        state=JobState(row.state),
        attempts=row.attempts,
        delivery=Delivery(**row.delivery),
        reason=row.reason,
        created_at=row.created_at,
        worker=row.lease_owner,
        failures=row.failures,
        failed_with=row.failed_with,
        cost=row.cost,
    )
