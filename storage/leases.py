"""Leases: who works on what of a queue, for how long, and what is next; the same for pictures and for texts.

A lease that ran out makes its job available again, so a killed process loses nothing. Each lease has a number, its
job's `attempts`: what comes late, of a lease that was lost, is known by it and does nothing (a fencing token, as in
M. Kleppmann, Designing Data-Intensive Applications, 2017, chapter 8).

Leases are of the clock that nobody sets: one that was given under another clock, before a restart, and ends further
away than any lease can, has run out too.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Table,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import now_ms, steady_ms
from storage.database import Database
from storage.errors import LeaseLost, NotFound, QueueFull, Whose
from storage.queue_rules import QueueRules
from storage.turns import HEAD_START_MS, Turns

LONGEST_LEASE_MS: Final = 10 * 60_000
"""Nobody leases a job, or puts one back, for longer than this."""
MEASURED: Final = 128
"""So many of the last jobs tell how long those that wait may take."""
LOST: Final = "lost"
"""Why a job failed whose worker did not come back: the code that is kept with it."""


@dataclass(frozen=True, slots=True)
class Stages:
    """The states of a queue that a lease can be on; `waits` and `runs` may be one."""

    waits: str
    runs: str
    made: str
    failed: str
    done: str

    @property
    def under_way(self) -> tuple[str, str]:
        """Return the states of what is still to be made."""
        return self.waits, self.runs


@dataclass(frozen=True, slots=True)
class Measured:
    """How long a worker was busy with a job, from its lease to its card, and with how many candidates."""

    cost: int
    busy_ms: int


@dataclass(frozen=True, slots=True)
class Held:
    """A lease, by its number; who has none may only touch what nobody holds."""

    id: str
    worker: str | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A row whose card has not come: so many come before it, at such a cost, or since when somebody works on it."""

    row: Any
    ahead: int
    cost_ahead: int
    started_at: int | None


class Leases:
    """The leases on the rows of one table, each of which is a job; only those that are `ours` are taken."""

    def __init__(
        self,
        database: Database,
        table: Table,
        stages: Stages,
        queue: str,
        rules: QueueRules,
        ours: ColumnElement[bool] | None = None,
    ) -> None:
        self._database = database
        self._table = table
        self._stages = stages
        self._rules = rules
        self._ours = true() if ours is None else ours
        self._turns = Turns(queue, table, rules.weights)

    # --- into the queue ------------------------------------------------------------------------

    async def entry(
        self, connection: AsyncConnection, guild: str, member_id: str, cost: int, *, small: bool
    ) -> dict[str, int | str]:
        """Return what a job that is put into the queue has to have; raise QueueFull where there is no room.

        A `small` one goes on from what its member has before them.
        """
        await self._check_room(connection, guild, member_id)
        clocks, now = await self._turns.clocks(connection, guild), now_ms()
        return {
            "guild_id": guild,
            "cost": cost,
            "due_at": now - HEAD_START_MS if small else now,
            "clock": clocks.of_all,
            "server_clock": clocks.of_server,
        }

    async def _check_room(self, connection: AsyncConnection, guild: str, member_id: str) -> None:
        jobs, rules = self._table.c, self._rules
        counted = select(
            func.count().label("of_all"),
            func.count(case((jobs.guild_id == guild, 1))).label("of_server"),
            func.count(case((jobs.member_id == member_id, 1))).label("of_member"),
        ).where(jobs.state.in_(self._stages.under_way))
        there = (await connection.execute(counted)).one()
        counts: tuple[tuple[Whose, int, int], ...] = (
            ("member", there.of_member, rules.most_of_member),
            ("server", there.of_server, rules.most_of_server),
            ("all", there.of_all, rules.most_of_all),
        )
        for whose, count, most in counts:
            if count >= most:
                raise QueueFull(whose, int(count))

    # --- leases --------------------------------------------------------------------------------

    async def take(self, worker: str, lease_ms: int, *, making: bool, besides: Collection[str]) -> Any | None:
        """Take what is next and return its row; None where nothing is free `besides` what the worker still runs.

        First comes what is made, or has failed: only its message is missing. Without `making` nothing else comes.
        """
        async with self._database.read() as connection:
            # Where nothing waits, as mostly, nobody has to be kept from writing.
            if not await connection.scalar(select(exists(self._free(besides, making=making)))):
                return None
        async with self._database.write() as connection:
            await self._turns.alone(connection)
            row = (await connection.execute(self._told_next(besides))).one_or_none()
            if row is None and making:
                row = await self._made_next(connection, besides)
            return None if row is None else await self._hold(connection, row, worker, lease_ms)

    async def _hold(self, connection: AsyncConnection, row: Any, worker: str, lease_ms: int) -> Any:
        stages, jobs, now = self._stages, self._table.c, steady_ms()
        making = row.state in stages.under_way
        values: dict[str, Any] = {
            "attempts": row.attempts + 1,
            "lease_owner": worker,
            "lease_until": now + lease_ms,
            "updated_at": now_ms(),
        }
        if making:
            values |= {"state": stages.runs, "charged": True, "started_at": now}
            if row.lease_owner is not None:
                values |= {"failures": row.failures + 1, "failed_with": LOST}
        await connection.execute(update(self._table).where(jobs.id == row.id).values(values))
        return (await connection.execute(select(self._table).where(jobs.id == row.id))).one()

    def _told_next(self, besides: Collection[str]) -> Select[Any]:
        jobs = self._table.c
        return self._in_order(self._to_be_told(besides)).order_by(jobs.created_at, jobs.id).limit(1)

    async def _made_next(self, connection: AsyncConnection, besides: Collection[str]) -> Any | None:
        """Return what was begun before and cut off; else whose turn it is, which the clocks then take into account."""
        jobs, free = self._table.c, self._to_be_made(besides)
        again = self._in_order(free & jobs.charged).order_by(jobs.created_at, jobs.id).limit(1)
        row = (await connection.execute(again)).one_or_none()
        if row is not None:
            return row
        line = self._turns.line(free & jobs.charged.is_(False))
        first = (await connection.execute(select(line).order_by(line.c.before).limit(1))).one_or_none()
        if first is None:
            return None
        row = (await connection.execute(select(self._table).where(jobs.id == first.id))).one()
        await self._turns.charge(connection, row.guild_id, row.member_id, first)
        return row

    def _in_order(self, where: ColumnElement[bool]) -> Select[Any]:
        return select(self._table).where(where)

    def _free(self, besides: Collection[str], *, making: bool) -> Select[Any]:
        told = self._to_be_told(besides)
        return select(self._table.c.id).where(or_(told, self._to_be_made(besides)) if making else told)

    def _run_out(self, besides: Collection[str]) -> ColumnElement[bool]:
        jobs, now = self._table.c, steady_ms()
        return and_(or_(jobs.lease_until < now, jobs.lease_until > now + LONGEST_LEASE_MS), jobs.id.not_in([*besides]))

    def _to_be_told(self, besides: Collection[str]) -> ColumnElement[bool]:
        # A failed job keeps its lease until its member was told; one without is one whose member knows.
        jobs, stages = self._table.c, self._stages
        made = (jobs.state == stages.made) & or_(jobs.lease_until.is_(None), self._run_out(besides))
        return and_(self._ours, or_(made, (jobs.state == stages.failed) & self._run_out(besides)))

    def _to_be_made(self, besides: Collection[str]) -> ColumnElement[bool]:
        jobs = self._table.c
        free = or_(jobs.lease_until.is_(None), self._run_out(besides))
        return and_(self._ours, jobs.state.in_(self._stages.under_way), free)

    async def beat(self, job_id: str, worker: str, lease_ms: int) -> bool:
        """Extend a lease; False where the job is no longer this worker's (cancelled, told, or taken over)."""
        jobs, stages = self._table.c, self._stages
        open_ = jobs.state.in_([*stages.under_way, stages.made, stages.failed])
        mine = (jobs.id == job_id) & (jobs.lease_owner == worker) & open_
        until = {"lease_until": steady_ms() + lease_ms, "updated_at": now_ms()}
        async with self._database.write() as connection:
            result = await connection.execute(update(self._table).where(mine).values(until))
        return result.rowcount == 1

    async def give_back(self, worker: str) -> None:
        """Give back at once what a worker that stops still holds; that it was begun counts for nothing."""
        await self._free_all(self._table.c.lease_owner == worker, {})

    async def take_back(self) -> None:
        """Take back the leases of all, at a start when none of them can be alive: each was lost with its process."""
        lost = {"failures": self._table.c.failures + 1, "failed_with": LOST}
        await self._free_all(self._table.c.lease_owner.is_not(None) & self._ours, lost)

    async def _free_all(self, whose: ColumnElement[bool], of_what_ran: dict[str, Any]) -> None:
        jobs, stages = self._table.c, self._stages
        free: dict[str, Any] = {"lease_owner": None, "lease_until": None}
        running = jobs.state.in_(stages.under_way)
        async with self._database.write() as connection:
            await connection.execute(
                update(self._table).where(whose, running).values(free | {"state": stages.waits} | of_what_ran)
            )
            untold = jobs.state == stages.failed
            await connection.execute(
                update(self._table).where(whose, untold).values(free | {"lease_until": literal(0)})
            )
            await connection.execute(update(self._table).where(whose).values(free))

    async def put_back(self, held: Held, wait_ms: int, *, failed_with: str | None = None, begun: bool = True) -> None:
        """Let a job wait before it is tried again; what is made, or has failed, stays so. Raise LeaseLost.

        `failed_with` is the code of what went wrong, and counts. What was not even `begun` costs its member nothing.
        """
        jobs, stages = self._table.c, self._stages
        values: dict[str, Any] = {"lease_owner": None, "lease_until": steady_ms() + min(wait_ms, LONGEST_LEASE_MS)}
        async with self._database.write() as connection:
            await check_held(connection, self._table, held)
            row = (await connection.execute(select(self._table).where(jobs.id == held.id))).one()
            if row.state in stages.under_way:
                values["state"] = stages.waits
                if failed_with is not None:
                    values |= {"failures": row.failures + 1, "failed_with": failed_with}
                if not begun and row.charged:
                    await self._turns.give_back(connection, row.guild_id, row.member_id, row.cost)
                    values["charged"] = False
            await connection.execute(update(self._table).where(jobs.id == held.id).values(values))

    # --- looking -------------------------------------------------------------------------------

    async def measured(self) -> list[Measured]:
        """Return how long the last jobs kept their workers busy, newest first."""
        jobs = self._table.c
        done = (jobs.state == self._stages.done) & jobs.busy_ms.is_not(None)
        query = select(jobs.cost, jobs.busy_ms).where(done).order_by(jobs.updated_at.desc(), jobs.id).limit(MEASURED)
        async with self._database.read() as connection:
            return [Measured(row.cost, row.busy_ms) for row in await connection.execute(query)]

    async def placed(self, member_id: str) -> list[Placed]:
        """Return a member's jobs whose cards have not come, newest first."""
        jobs, line, stages = self._table.c, self.line, self._stages
        query = (
            select(self._table, line.c.before, line.c.cost_before)
            .outerjoin(line, line.c.id == jobs.id)
            .where(jobs.member_id == member_id, jobs.state.in_([*stages.under_way, stages.made]))
            .order_by(jobs.created_at.desc(), jobs.id.desc())
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
            count, cost = await self.running(connection)
        return [
            Placed(row, 0, 0, row.started_at)
            if row.before is None
            else Placed(row, row.before + count, row.cost_before + cost, None)
            for row in rows
        ]

    async def running(self, connection: AsyncConnection) -> tuple[int, int]:
        """Return how many jobs somebody works on, and what they cost together."""
        jobs, stages = self._table.c, self._stages
        works = (jobs.state == stages.runs) & jobs.lease_owner.is_not(None)
        query = select(func.count().label("number"), func.sum(jobs.cost).label("cost")).where(works)
        row = (await connection.execute(query)).one()
        return int(row.number), int(row.cost or 0)

    async def under_way(self) -> list[tuple[str, str, int]]:
        """Return what is waited for, whose turn is next first: each one's server, member and cost."""
        jobs, line = self._table.c, self.line
        query = (
            select(jobs.guild_id, jobs.member_id, jobs.cost)
            .outerjoin(line, line.c.id == jobs.id)
            .where(jobs.state.in_(self._stages.under_way))
            .order_by(func.coalesce(line.c.before, -1), jobs.created_at, jobs.id)
        )
        async with self._database.read() as connection:
            return [(row.guild_id, row.member_id, row.cost) for row in await connection.execute(query)]

    @cached_property
    def line(self) -> Subquery:
        """Return the line of those that nobody works on (see Turns.line).

        Made once: it is a large statement that hangs on nothing, and whoever asks is told their place from it.
        """
        jobs, stages = self._table.c, self._stages
        return self._turns.line((jobs.state == stages.waits) & jobs.lease_owner.is_(None))


async def check_held(connection: AsyncConnection, table: Table, held: Held) -> None:
    """Raise LeaseLost where a job is somebody else's by now, NotFound where it is not there."""
    query = select(table.c.lease_owner, table.c.attempts).where(table.c.id == held.id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise NotFound(f"job {held.id}")
    if (row.lease_owner, row.attempts) != (held.worker, held.attempts):
        raise LeaseLost(f"job {held.id} is no longer the one that was leased")


async def note_busy(connection: AsyncConnection, table: Table, job_id: str) -> None:
    """Keep with a job that has just ended how long its worker was busy with it."""
    began = await connection.scalar(select(table.c.started_at).where(table.c.id == job_id))
    busy = {"busy_ms": None if began is None else max(0, steady_ms() - began), "updated_at": now_ms()}
    await connection.execute(update(table).where(table.c.id == job_id).values(busy))
