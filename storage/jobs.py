"""The durable queue: a table, not a list. A job is one draft to be made and delivered.

    queued -> running -> made -> delivered
       |         |        (made: recorded, the message still to be sent)
       +---------+-> cancelled | failed

A lease that ran out makes a running or made job available again, so a killed process loses nothing.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import now_ms
from storage.database import Database
from storage.errors import NotFound, StateConflict
from storage.tables import jobs


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
    JobState.MADE: frozenset({JobState.MADE, JobState.DELIVERED}),
    JobState.DELIVERED: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}
OPEN_STATES = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a draft's card goes; ids are the chat platform's.

    `token` edits the reply to the interaction until `token_until` (ms); afterwards, or where the
    reply is gone, the card is a message of its own in the channel.
    """

    channel_id: str
    user_id: str
    locale: str
    guild_id: str | None = None
    token: str | None = None
    token_until: int = 0
    message_id: str | None = None
    private: bool = False


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


class Jobs:
    """The repository of jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lease(self, worker: str, lease_ms: int) -> Job | None:
        """Take the next job for `lease_ms`, or None where nothing waits.

        Fair between members: whoever was served longest ago comes first, then the older job.
        What is already made goes first of all: only its message is missing.
        """
        now = now_ms()
        served = select(jobs.c.member_id, func.max(jobs.c.started_at).label("at")).group_by(jobs.c.member_id)
        last = served.subquery()
        query = (
            select(jobs)
            .join(last, last.c.member_id == jobs.c.member_id)
            .where(
                jobs.c.state.in_([JobState.QUEUED, JobState.RUNNING, JobState.MADE]),
                or_(jobs.c.lease_until.is_(None), jobs.c.lease_until < now),
            )
            .order_by((jobs.c.state != JobState.MADE), func.coalesce(last.c.at, 0), jobs.c.created_at, jobs.c.id)
            .limit(1)
        )
        async with self._database.write() as connection:
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            state = JobState.MADE if row.state == JobState.MADE else JobState.RUNNING
            values = {
                "state": state,
                "attempts": row.attempts + 1,
                "lease_owner": worker,
                "lease_until": now + lease_ms,
                "started_at": now,
                "updated_at": now,
            }
            await connection.execute(update(jobs).where(jobs.c.id == row.id).values(values))
        return replace(_job(row), state=state, attempts=row.attempts + 1)

    async def heartbeat(self, job_id: str, worker: str, lease_ms: int) -> bool:
        """Extend a lease; False where the job is no longer this worker's (cancelled, or taken over)."""
        async with self._database.write() as connection:
            result = await connection.execute(
                update(jobs)
                .where(
                    jobs.c.id == job_id,
                    jobs.c.lease_owner == worker,
                    jobs.c.state.in_([JobState.RUNNING, JobState.MADE]),
                )
                .values(lease_until=now_ms() + lease_ms, updated_at=now_ms())
            )
        return result.rowcount == 1

    async def release_all(self, worker: str | None = None) -> None:
        """Give back the leases of a worker that stops, or of all (at a start, when none can be alive)."""
        mine = jobs.c.lease_owner == worker if worker is not None else jobs.c.lease_owner.is_not(None)
        async with self._database.write() as connection:
            await connection.execute(update(jobs).where(mine).values(lease_owner=None, lease_until=None))

    async def postpone(self, job_id: str, wait_ms: int) -> None:
        """Put a job back to wait, for instance while the drafts server is away."""
        async with self._database.write() as connection:
            await move_job(connection, job_id, JobState.QUEUED, lease_owner=None, lease_until=now_ms() + wait_ms)

    async def delivered(self, job_id: str) -> None:
        """End a job whose card has arrived; its interaction token is forgotten."""
        async with self._database.write() as connection:
            await end_job(connection, job_id, JobState.DELIVERED)

    async def set_delivery(self, job_id: str, delivery: Delivery) -> None:
        """Remember where the card is."""
        async with self._database.write() as connection:
            await connection.execute(update(jobs).where(jobs.c.id == job_id).values(delivery=asdict(delivery)))

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

    async def ahead_of(self, job: Job) -> int:
        """Return how many open jobs are older than this one."""
        async with self._database.read() as connection:
            count = await connection.scalar(
                select(func.count()).where(
                    jobs.c.state.in_(OPEN_STATES), jobs.c.created_at < job.created_at, jobs.c.id != job.id
                )
            )
        return count or 0


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
    )
