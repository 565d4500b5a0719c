"""PostgreSQL: the same tables on a server, for more than one bot process.

**Who writes.** Of all processes one writes at a time, and the database elects it anew for every transaction: each
begins with `pg_advisory_xact_lock`, as one on SQLite begins with BEGIN IMMEDIATE. So what the repositories read before
they write is still so when they write, a group of the ledger finds the tree as the last group of any process left it,
and a job is leased once.

Why a lock of the transaction and not an elected process that writes for all: what an event is recorded with (`rows`) is
work of the process that appends it, and could not be sent to another one. And the lock needs no fencing token. A token
is for a lock that lives elsewhere than what it guards, where a writer that was paused does not notice that its time is
over (M. Kleppmann, "How to do distributed locking", 2016). Here the lock, the rows and the commit are one transaction
of one session: whoever is paused in it for `PAUSED_S` is thrown out by the server, lock and rows together, and when it
wakes up its next statement fails. Nothing of it can be written after another process has begun.

Group commit stays as fast as the disk of the server: a process gathers while another one commits, so that the more is
waiting the more goes into one commit (`synchronous_commit` is set here, whatever the server's own default is).

**What is read.** Writers read committed rows statement by statement, never by one snapshot of the transaction: that
would be taken before the lock is granted, and would not show what the last writer wrote. Readers have one snapshot.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, TypeVar

from sqlalchemy import event, make_url, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from storage.errors import DatabaseAway, StateConflict
from storage.tables import keys_metadata, metadata

T = TypeVar("T")

LOCKS: Final = 0x436F6C6F
"""The first half of the numbers of our advisory locks; the second says what for. They are of one database each."""
WRITING: Final = 1
OPENING: Final = 2
KEYS_SCHEMA: Final = "colophon_keys"
"""The data keys of persons: a schema of their own, so that its dumps can be kept shorter than the evidence's."""
BUSY_S: Final = 20.0
"""So long a writer waits for the others; longer than one of them may be silent."""
PAUSED_S: Final = 10.0
"""A writer that is silent for so long inside its transaction is thrown out by the server."""
CONNECT_S: Final = 10.0
COMMAND_S: Final = 60.0
OLDEST: Final = 140_000
"""The oldest server: `idle_session_timeout`, by which a paused process loses what it serves, came with 14."""

_LOCKED: Final = "55P03"


@dataclass(frozen=True, slots=True)
class Server:
    """A database on a server: its address (which may hold a password), and the schema of the tables."""

    url: str = field(repr=False)
    schema: str = "public"
    paused_s: float = PAUSED_S

    def __str__(self) -> str:
        return make_url(self.url).render_as_string(hide_password=True)

    @property
    def keys(self) -> "Server":
        """Return where the data keys are."""
        return Server(self.url, KEYS_SCHEMA, self.paused_s)


def open_engines(server: Server) -> tuple[AsyncEngine, AsyncEngine]:
    """Return the engine that writes and the one that reads."""
    # A reader may take its time: it keeps nobody from anything.
    thrown_out = {"idle_in_transaction_session_timeout": _ms(server.paused_s)}
    writer = _engine(
        server, session=thrown_out, isolation_level="READ COMMITTED", pool_size=1, max_overflow=0, pool_pre_ping=True
    )
    # The keys have writers of their own: one is made while a group of the ledger is being written.
    lock = WRITING if server.schema != KEYS_SCHEMA else WRITING + 0x100

    @event.listens_for(writer.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCKS}, {lock})")

    readers = _engine(server, isolation_level="REPEATABLE READ", pool_size=4, max_overflow=0, pool_pre_ping=True)
    return writer, readers.execution_options(postgresql_readonly=True)


def _engine(server: Server, *, session: dict[str, str] | None = None, **options: object) -> AsyncEngine:
    settings = {
        "application_name": "colophon",
        "search_path": server.schema,
        "synchronous_commit": "on",
        "lock_timeout": _ms(BUSY_S),
        # Our statements are short; to compile them takes longer than they do.
        "jit": "off",
    }
    return create_async_engine(
        server.url,
        connect_args={
            "server_settings": settings | (session or {}),
            "timeout": CONNECT_S,
            "command_timeout": COMMAND_S,
        },
        **options,
    )


def _ms(seconds: float) -> str:
    return str(round(seconds * 1000))


@asynccontextmanager
async def session(server: Server, **settings: str) -> AsyncIterator[AsyncConnection]:
    """Open a session of its own, outside of transactions, for locks that last as long as it does; raise DatabaseAway.

    `settings` are the server's own settings, for this session.
    """
    engine = _engine(server, session=settings, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with _reached(server, engine) as connection:
            yield connection
    finally:
        await engine.dispose()


@asynccontextmanager
async def _reached(server: Server, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Connect; what stands in the way becomes DatabaseAway."""
    try:
        connection = await engine.connect()
    except (OSError, TimeoutError, DBAPIError) as error:
        origin = error.orig if isinstance(error, DBAPIError) else error
        raise DatabaseAway(f"the database {server} does not answer: {origin or type(error).__name__}") from error
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def opening(server: Server) -> AsyncIterator[None]:
    """Let no other process bring the schema up to date, make keys or begin the log meanwhile; raise DatabaseAway."""
    async with session(server, lock_timeout="0") as connection:
        await connection.execute(text(f"SELECT pg_advisory_lock({LOCKS}, {OPENING})"))
        yield


def blocking(server: Server, work: Callable[[Connection], T]) -> T:
    """Do some work over a plain connection, as migrations do, with the schema there; raise DatabaseAway."""

    async def done() -> T:
        engine = _engine(server, poolclass=NullPool)
        try:
            async with _reached(server, engine) as connection:
                return await connection.run_sync(work)
        finally:
            await engine.dispose()

    return asyncio.run(done())


async def version(server: Server) -> int:
    """Return the server's version as a number, 150004 for 15.4; raise DatabaseAway."""
    async with session(server) as connection:
        return int(await connection.scalar(text("SELECT current_setting('server_version_num')")))


async def clock_ms(server: Server) -> int:
    """Return the server's clock, in milliseconds since the Unix epoch; raise DatabaseAway."""
    async with session(server) as connection:
        return int(await connection.scalar(text("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)")))


async def forget_traces(server: Server) -> None:
    """Take out of the tables what was deleted or changed in them; raise StateConflict where somebody reads without end.

    The keys' table is written anew and its old file deleted; from the others the rows are taken, and their room is used
    again. What PostgreSQL cannot take back at once is its write-ahead log, which has old rows until its files are used
    again, and whatever was archived of it.
    """
    keys = server.schema == KEYS_SCHEMA
    tables = keys_metadata.sorted_tables if keys else metadata.sorted_tables
    vacuum = "VACUUM (FULL)" if keys else "VACUUM"
    async with session(server) as connection:
        try:
            await connection.execute(text(f"{vacuum} {', '.join(table.name for table in tables)}"))
        except (DBAPIError, TimeoutError) as error:
            if isinstance(error, TimeoutError) or getattr(error.orig, "sqlstate", None) == _LOCKED:
                raise StateConflict(f"{server} was being read the whole time; try again") from error
            raise
