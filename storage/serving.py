"""Which part of the servers a bot process serves, and which of all processes does what only one may.

The chat platform deals its servers out to shards by their number, `(id >> 22) % count`, and direct messages to shard 0
(Discord, "Gateway: Sharding"). A process serves one shard, so all that happens in a server meets in one process: its
jobs, its texts under way, its cards. What concerns no server, or all, one process does: the keeper, whichever comes
first, until it stops.

Both are advisory locks of PostgreSQL that a session of their own holds for as long as the process lives. It is asked
every `BEAT_S`; a process that is paused for longer than `SILENT_S` is thrown out by the server
(`idle_session_timeout`), and another one may take its place. With SQLite there is one process, which does it all.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Column, ColumnElement, cast, func, text, true
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import DatabaseAway, StateConflict
from storage.postgres import LOCKS, Server, session

log = logging.getLogger(__name__)

BEAT_S: Final = 4.0
SILENT_S: Final = 15.0
PATIENCE_S: Final = SILENT_S + 5.0
"""So long the server may take a process for alive that is not: its machine was cut off."""
_ANSWER_S: Final = 5.0
_AGAIN_S: Final = 0.5
_KEEPING: Final = 3
_COUNT: Final = 0x10_0000
"""Together with the number of shards: held by every process, so that all have the same one."""
_SHARD: Final = 0x20_0000
"""Together with the number of the shard."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `count` parts of the servers; by default the only one."""

    number: int = 0
    count: int = 1

    def serves(self, guild_id: str | None) -> bool:
        """Tell whether a server is of this part; what is in none, a direct message, is of the first."""
        return (0 if guild_id is None else int(guild_id) >> 22) % self.count == self.number

    def of_delivery(self, delivery: Column[object]) -> ColumnElement[bool]:
        """Return the condition that what is to be delivered (storage.jobs.Delivery) is for this part."""
        if self.count == 1:
            return true()
        guild = func.coalesce(cast(delivery["guild_id"].as_string(), BigInteger), 0)
        return guild // (1 << 22) % self.count == self.number


ALL: Final = Shard()
"""The only part, where one process serves all servers."""


class Serving:
    """What a process may do besides recording; the one process of a SQLite file may do everything."""

    def __init__(self) -> None:
        self.lost = asyncio.Event()
        """Set once another process serves what this one did: it must stop."""

    async def keeps(self) -> bool:
        """Tell whether it is for this process, now, to do what only one may."""
        return True


class Guest(Serving):
    """A process that only looks something up, or records something by hand, beside those that serve."""

    async def keeps(self) -> bool:
        """Leave it to the others."""
        return False


class Tenure(Serving):
    """A shard, and perhaps the keeping, held at a PostgreSQL server."""

    def __init__(self, server: Server, shard: Shard, patience_s: float) -> None:
        super().__init__()
        self._patience_s = patience_s
        self._server = server
        self._shard = shard
        self._session: AsyncConnection | None = None
        self._asking = asyncio.Lock()
        self._keeper = False

    async def keeps(self) -> bool:
        """Ask the server whether this process is still the keeper: it may have been paused, and not know better."""
        async with self._asking:
            if not self._keeper or self._session is None:
                return False
            self._keeper = await _answered(self._session, "SELECT true")
            return self._keeper

    async def hold(self, taken: "asyncio.Future[None]") -> None:
        """Take the shard and hold it until cancelled; `taken` is done with it, or has why not (StateConflict).

        Where the session breaks, as when the server is started again, all is taken anew. Where somebody else was
        faster, `lost` is set.
        """
        while not self.lost.is_set():
            try:
                async with _locks(self._server, self._shard, self._patience_s) as connection:
                    if not taken.done():
                        taken.set_result(None)
                    await self._beat(connection)
            except StateConflict as error:
                if not taken.done():
                    taken.set_exception(error)
                    return
                log.error("%s; this process stops", error)
                self.lost.set()
            except (DatabaseAway, SQLAlchemyError, OSError, TimeoutError) as error:
                if not taken.done():
                    taken.set_exception(error)
                    return
                log.warning("the session with the database broke, it is opened anew: %s", error)
                await asyncio.sleep(1.0)
            finally:
                self._session, self._keeper = None, False

    async def _beat(self, connection: AsyncConnection) -> None:
        """Show the server that we live, and become the keeper when nobody is; return once it answers no more."""
        while True:
            async with self._asking:
                self._session = connection
                wanted = "SELECT true" if self._keeper else f"SELECT pg_try_advisory_lock({LOCKS}, {_KEEPING})"
                try:
                    async with asyncio.timeout(_ANSWER_S):
                        held = bool(await connection.scalar(text(wanted)))
                except (SQLAlchemyError, OSError, TimeoutError) as error:
                    log.warning("the session with the database broke: %s", error)
                    self._session, self._keeper = None, False
                    return
                if held and not self._keeper:
                    log.info("this process keeps: it stamps, posts and applies what only one may")
                self._keeper = held
            await asyncio.sleep(BEAT_S)


async def _answered(connection: AsyncConnection, query: str) -> bool:
    try:
        async with asyncio.timeout(_ANSWER_S):
            return bool(await connection.scalar(text(query)))
    except (SQLAlchemyError, OSError, TimeoutError):
        return False


@asynccontextmanager
async def _locks(server: Server, shard: Shard, patience_s: float) -> AsyncIterator[AsyncConnection]:
    """Open a session that holds a shard; raise StateConflict where another process has it, or another count."""
    until = asyncio.get_running_loop().time() + patience_s
    async with session(server, idle_session_timeout=str(round(SILENT_S * 1000))) as connection:
        await connection.execute(text(f"SELECT pg_advisory_lock_shared({LOCKS}, {_COUNT + shard.count})"))
        others = text(
            "SELECT min(objid::bigint) FROM pg_locks WHERE locktype = 'advisory' AND classid = :ours AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND objid::bigint BETWEEN :first AND :last AND objid::bigint <> :mine"
        )
        mine = {"ours": LOCKS, "first": _COUNT, "last": _SHARD - 1, "mine": _COUNT + shard.count}
        other = await connection.scalar(others, mine)
        if other is not None:
            raise StateConflict(f"other processes serve this database as {other - _COUNT} shards, not {shard.count}")
        free = text(f"SELECT pg_try_advisory_lock({LOCKS}, {_SHARD + shard.number})")
        while not await connection.scalar(free):
            if asyncio.get_running_loop().time() < until:
                await asyncio.sleep(_AGAIN_S)
                continue
            raise StateConflict(f"another Colophon already serves shard {shard.number} of this database")
        yield connection


@asynccontextmanager
async def serving(place: object, shard: Shard | None, patience_s: float) -> AsyncIterator[Serving]:
    """Take a shard for as long as the context lasts; without one, be a guest; of a file, be all there is.

    For `patience_s` a process is waited for that may only have been cut off. Raise StateConflict where it has the shard
    then still, or DatabaseAway.
    """
    if not isinstance(place, Server):
        yield Serving()
        return
    if shard is None:
        yield Guest()
        return
    tenure = Tenure(place, shard, patience_s)
    taken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(tenure.hold(taken), name="serving")
    try:
        await asyncio.wait({taken, task}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            # It ends by itself only where something is wrong, in a way that it says or in one that nobody foresaw.
            task.result()
        await taken
        yield tenure
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
