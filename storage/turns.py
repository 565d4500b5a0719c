"""Whose turn it is: every server has its share of what is drawn, and in a server every member theirs.

Self-clocked fair queueing (S. J. Golestani, INFOCOM 1994), among the servers and again among the members of each, as
in J. C. R. Bennett and H. Zhang, SIGCOMM 1996. A virtual clock tells how much each has had: who is served moves on by
the cost of the job, divided by its server's weight, and the job that would end first by that clock is next. So who has
waited for long is not made up to without end (who comes anew begins at the clock as it stands), what is cheap goes
before what is dear, and nobody is passed over for ever.

The difference of what two who both wait have had, each divided by its weight, is never more than one dear job of each.

All of it is in the database and in whole numbers: a restart changes nothing, and the order that is told is the one in
which jobs are taken, for both are the same query.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, Table, case, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import member_turns, server_turns

UNIT: Final = 1_000_000
"""So far the virtual clock goes with one candidate, at a weight of 1."""
HEAD_START_MS: Final = timedelta(minutes=1) // timedelta(milliseconds=1)
"""By so much sooner a small follow-up counts as asked for, among the jobs of its member: none waits longer for it.

Between members no rule is needed: what is cheap ends sooner by the clock.
"""
_NOBODY: Final = "*"
"""The row that stands for a queue itself, made with the table (migration 0017)."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """The two virtual clocks as they stand: among the servers, and among the members of one."""

    of_all: int
    of_server: int


class Turns:
    """The turns of one queue, whose `table` has the columns named below."""

    def __init__(self, queue: str, table: Table, weights: Mapping[str, int]) -> None:
        self._queue = queue
        self._jobs = table.c
        self._weights = weights

    async def alone(self, connection: AsyncConnection) -> None:
        """Let nobody else decide on a turn of this queue until the transaction has ended, in another process either."""
        await connection.execute(
            update(server_turns)
            .where(server_turns.c.queue == self._queue, server_turns.c.guild_id == _NOBODY)
            .values(served=server_turns.c.served)
        )

    async def clocks(self, connection: AsyncConnection, guild: str) -> Clocks:
        """Return what the clocks show, for a job that is put into the queue now."""
        servers, members = server_turns.c, member_turns.c
        all_ = select(func.max(servers.served)).where(servers.queue == self._queue)
        own = select(func.max(members.served)).where(members.queue == self._queue, members.guild_id == guild)
        return Clocks(await connection.scalar(all_) or 0, await connection.scalar(own) or 0)

    def line(self, waits: ColumnElement[bool]) -> Subquery:
        """Return the jobs that wait, how many are `before` each and of which cost, and what the clocks show after it.

        Jobs that have been charged for, as one that was cut off by a stop, come before all others: their turn has come
        already.
        """
        fair = self._among_servers(waits)
        turn = (fair.c.charged.is_(False), fair.c.server_tag, fair.c.server_had, fair.c.created_at, fair.c.id)
        up_to = func.sum(fair.c.cost).over(order_by=turn)
        return select(
            fair.c.id,
            fair.c.charged,
            fair.c.server_tag,
            fair.c.member_tag,
            (func.row_number().over(order_by=turn) - 1).label("before"),
            (up_to - fair.c.cost).label("cost_before"),
        ).subquery()

    def _among_members(self, waits: ColumnElement[bool]) -> Subquery:
        """Return the jobs that wait with when each ends by the clock of its server."""
        jobs, turns = self._jobs, member_turns.c
        whose = (jobs.guild_id, jobs.member_id)
        owed = case((jobs.charged.is_(False), jobs.cost), else_=0)
        # Since when somebody waits, by the clock: whoever comes anew has no claim to what was served before.
        came = func.min(case((jobs.charged.is_(False), jobs.server_clock))).over(partition_by=whose)
        own = func.sum(owed).over(partition_by=whose, order_by=(jobs.due_at, jobs.created_at, jobs.id))
        mine = (turns.queue == self._queue) & (turns.guild_id == jobs.guild_id) & (turns.member_id == jobs.member_id)
        served = func.coalesce(turns.served, 0)
        begun = _later(served, func.coalesce(came, 0))
        return (
            select(
                jobs.id,
                jobs.guild_id,
                jobs.created_at,
                jobs.charged,
                jobs.cost,
                jobs.clock,
                owed.label("owed"),
                (begun + own * UNIT).label("member_tag"),
                _had(served, begun, (own - owed) * UNIT).label("member_had"),
            )
            .outerjoin(member_turns, mine)
            .where(waits)
            .subquery()
        )

    def _among_servers(self, waits: ColumnElement[bool]) -> Subquery:
        """Return the jobs that wait with when each ends by the clock of all."""
        jobs, turns = self._among_members(waits).c, server_turns.c
        came = func.min(case((jobs.charged.is_(False), jobs.clock))).over(partition_by=jobs.guild_id)
        order = (jobs.member_tag, jobs.member_had, jobs.created_at, jobs.id)
        own = func.sum(jobs.owed).over(partition_by=jobs.guild_id, order_by=order)
        mine = (turns.queue == self._queue) & (turns.guild_id == jobs.guild_id)
        served, step = func.coalesce(turns.served, 0), self._step(jobs.guild_id)
        begun = _later(served, func.coalesce(came, 0))
        rows: Select[Any] = select(
            jobs.id,
            jobs.created_at,
            jobs.charged,
            jobs.cost,
            jobs.member_tag,
            (begun + own * step).label("server_tag"),
            _had(served, begun, (own - jobs.owed) * step).label("server_had"),
        )
        return rows.outerjoin(server_turns, mine).subquery()

    def _step(self, guild: ColumnElement[str]) -> ColumnElement[int]:
        """Return how far a candidate moves a server's clock: a whole number, so that many are exactly as many steps."""
        if not self._weights:
            return literal(UNIT)
        return case({name: UNIT // weight for name, weight in self._weights.items()}, value=guild, else_=UNIT)

    async def charge(self, connection: AsyncConnection, guild: str, member_id: str, taken: Any) -> None:
        """Let the clocks of whoever is served go on to what a row of `line` says."""
        server = {"queue": self._queue, "guild_id": guild}
        await _set(connection, server_turns, server, int(taken.server_tag))
        await _set(connection, member_turns, server | {"member_id": member_id}, int(taken.member_tag))

    async def give_back(self, connection: AsyncConnection, guild: str, member_id: str, cost: int) -> None:
        """Take a charge back, for what could not be begun."""
        server = {"queue": self._queue, "guild_id": guild}
        await _move(connection, server_turns, server, -cost * (UNIT // self._weights.get(guild, 1)))
        await _move(connection, member_turns, server | {"member_id": member_id}, -cost * UNIT)


def _later(one: ColumnElement[int], other: ColumnElement[int]) -> ColumnElement[int]:
    """Return the larger of two numbers: no function for it has the same name in every database."""
    return case((one > other, one), else_=other)


def _had(served: ColumnElement[int], begun: ColumnElement[int], before: ColumnElement[int]) -> ColumnElement[int]:
    """Return how far somebody's clock will be when their job comes up.

    Of two that would end at once, the one of whoever has had less is next.
    """
    return case((before == 0, served), else_=begun + before)


async def _set(connection: AsyncConnection, table: Table, whose: Mapping[str, str], served: int) -> None:
    mine = [table.c[name] == value for name, value in whose.items()]
    changed = await connection.execute(update(table).where(*mine).values(served=served))
    if not changed.rowcount:
        await connection.execute(insert(table).values(**whose, served=served))


async def _move(connection: AsyncConnection, table: Table, whose: Mapping[str, str], by: int) -> None:
    mine = [table.c[name] == value for name, value in whose.items()]
    await connection.execute(update(table).where(*mine).values(served=table.c.served + by))
