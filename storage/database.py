"""The database: one SQLite file in WAL mode, one writer connection, as many readers as needed.

Why two engines: by default the driver takes the write lock only at the first write, after the
head has been read, so two appends could read the same head. The writer therefore begins every
transaction with BEGIN IMMEDIATE; readers begin plainly and never wait for it.
"""

import asyncio
import errno
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from storage.errors import DatabaseMissing, DatabaseNewer, StateConflict, StorageFull

BUSY_TIMEOUT_MS = 10_000
TRACES_S = 10.0
_MIGRATIONS = Path(__file__).parent / "migrations"


def _engine(path: Path, *, begin: str, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=pool_size, max_overflow=0)

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            # A receipt already given must survive a power cut, so every commit is synced.
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def is_full(error: BaseException) -> bool:
    """Tell whether an error means that there is no room left on the disk."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(origin, sqlite3.Error):
        code = getattr(origin, "sqlite_errorcode", None)
        return code == sqlite3.SQLITE_FULL or "disk is full" in str(origin)
    return isinstance(origin, OSError) and origin.errno in (errno.ENOSPC, errno.EDQUOT)


class Database:
    """The open database file; `write` and `read` hand out connections inside a transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = _engine(path, begin="BEGIN IMMEDIATE", pool_size=1)
        self._readers = _engine(path, begin="BEGIN", pool_size=4)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open the one write transaction; committed at the end, rolled back on any error.

        Raise StorageFull where the disk is full.
        """
        try:
            async with self._writer.begin() as connection:
                yield connection
        except (DBAPIError, sqlite3.Error) as error:
            if is_full(error):
                raise StorageFull("the disk is full") from error
            raise

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a read transaction: a consistent snapshot."""
        async with self._readers.connect() as connection:
            yield connection

    async def forget_traces(self) -> None:
        """Carry the write-ahead log over and empty it, so that what was deleted is on the disk no more.

        A deleted row is overwritten in the file (`secure_delete`), but the log still has it until it is carried over
        while nobody reads. Raise StateConflict where somebody reads without end.
        """
        async with asyncio.timeout(TRACES_S * 2):
            if not await asyncio.to_thread(_emptied, self.path):
                raise StateConflict(f"{self.path.name} was being read the whole time; try again")

    async def close(self) -> None:
        """Close every connection."""
        await self._readers.dispose()
        await self._writer.dispose()


async def write_many(connection: AsyncConnection, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run a statement once a row, straight at the driver, inside the transaction of a connection.

    One change of threads instead of three, and rows go as they are: for the few statements that every act runs.
    """
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await driver.executemany(statement, rows)


def _emptied(path: Path) -> bool:
    """Empty the write-ahead log; tell whether that was possible before `TRACES_S` were over."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=1.0)
    try:
        until = time.monotonic() + TRACES_S
        while time.monotonic() < until:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return True
            time.sleep(0.05)
        return False
    finally:
        connection.close()


def migrations_of(path: Path) -> Config:
    """Return Alembic's configuration for a database file."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("sqlalchemy.url", f"sqlite:///{path}")
    return config


def _revision(path: Path) -> str | None:
    engine = create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def migrate(path: Path, *, init: bool) -> None:
    """Bring the file to the newest schema; blocking.

    A missing file is created only where `init` allows it: a wrong path must never silently start
    an empty log. An existing file of an older schema is copied beside itself first.
    Raise DatabaseMissing, DatabaseNewer or StorageFull.
    """
    if not path.exists():
        if not init:
            raise DatabaseMissing(str(path))
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        script = ScriptDirectory.from_config(migrations_of(path))
        current = _revision(path)
        if current == script.get_current_head():
            return
        if current is not None:
            if current not in {revision.revision for revision in script.walk_revisions()}:
                raise DatabaseNewer(
                    f"{path} has schema {current}, this version knows up to {script.get_current_head()}"
                )
            _backup(path, current)
        command.upgrade(migrations_of(path), "head")
    except (DBAPIError, OSError) as error:
        if is_full(error):
            raise StorageFull(f"no room to create or upgrade {path}") from error
        raise


def _backup(path: Path, revision: str) -> None:
    target = path.with_name(f"{path.name}.before-{revision}")
    target.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
    finally:
        connection.close()


async def open_database(path: Path, *, init: bool) -> Database:
    """Migrate and open the database file."""
    await asyncio.to_thread(migrate, path, init=init)
    return Database(path)


def free_bytes(folder: Path) -> int:
    """Return the room left on the disk that holds a folder."""
    return shutil.disk_usage(folder).free
