"""The database: a SQLite file, or a PostgreSQL server where one process is not enough.

What differs between them stands in `storage.sqlite`, `storage.postgres`, `storage.portable` (statements) and
`storage.migrations.ddl`; everything else is written once.
"""

import asyncio
import errno
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import postgres, sqlite
from storage.errors import DatabaseAway, DatabaseMissing, DatabaseNewer, StateConflict, StorageBusy, StorageFull
from storage.portable import numbered
from storage.postgres import Server

T = TypeVar("T")
Place = Path | Server
"""Where a database is: a file of SQLite, or on a server of PostgreSQL."""

_MIGRATIONS = Path(__file__).parent / "migrations"
# Codes of PostgreSQL: a disk that is full, a lock that was waited for in vain, and (the class of) a session that is
# gone or was thrown out.
_FULL, _LOCKED, _GONE = "53100", "55P03", ("08", "57P", "25P03")


def is_full(error: BaseException) -> bool:
    """Tell whether an error means that there is no room left on the disk, ours or the database server's."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(origin, sqlite3.Error):
        code = getattr(origin, "sqlite_errorcode", None)
        return code == sqlite3.SQLITE_FULL or "disk is full" in str(origin)
    if isinstance(origin, OSError):
        return origin.errno in (errno.ENOSPC, errno.EDQUOT)
    return _state(error) == _FULL


def is_locked(error: BaseException) -> bool:
    """Tell whether an error means that another process held the database for longer than we wait."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(origin, sqlite3.Error):
        # Extended codes, as of a snapshot that is too old, keep the primary one in the lowest byte.
        return getattr(origin, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
    return _state(error) == _LOCKED


def is_away(error: BaseException) -> bool:
    """Tell whether an error means that a server is gone, or has thrown this session out.

    Nothing is committed then, unless it went in the moment between its commit and telling us of it.
    """
    origin = error.orig if isinstance(error, DBAPIError) else error
    if _state(error).startswith(_GONE):
        return True
    return isinstance(origin, (ConnectionError, TimeoutError)) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )


def _state(error: BaseException) -> str:
    """Return the code that PostgreSQL gave an error, if it was PostgreSQL's."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(origin, "sqlstate", None) or "")


class Database:
    """The open database; `write` and `read` hand out connections inside a transaction."""

    def __init__(self, place: Place) -> None:
        self.place = place
        engines = sqlite.open_engines(place) if isinstance(place, Path) else postgres.open_engines(place)
        self._writer, self._readers = engines

    @property
    def shared(self) -> bool:
        """Tell whether other processes may write here too."""
        return isinstance(self.place, Server)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open the one write transaction; committed at the end, rolled back on any error.

        Nobody else writes meanwhile, in this process or another. Raise StorageFull where the disk is full, StorageBusy
        where another process does not let us in, DatabaseAway where the server is gone.
        """
        try:
            async with self._writer.begin() as connection:
                yield connection
        except NoConnection as error:
            raise StorageBusy("others have waited too long for the database already") from error
        except Exception as error:
            if is_full(error):
                raise StorageFull("the disk is full") from error
            if is_locked(error):
                raise StorageBusy("another process holds the database") from error
            if self.shared and is_away(error):
                raise DatabaseAway(f"the database {self.place} is gone; what was under way is not recorded") from error
            raise

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a read transaction: a consistent snapshot."""
        async with self._readers.connect() as connection:
            yield connection

    async def forget_traces(self) -> None:
        """See to it that what was deleted is in the database's files no more.

        Raise StateConflict where somebody reads without end.
        """
        if isinstance(self.place, Server):
            await postgres.forget_traces(self.place)
            return
        async with asyncio.timeout(sqlite.TRACES_S * 2):
            if not await asyncio.to_thread(sqlite.emptied, self.place):
                raise StateConflict(f"{self.place.name} was being read the whole time; try again")

    async def close(self) -> None:
        """Close every connection."""
        await self._readers.dispose()
        await self._writer.dispose()


async def write_many(connection: AsyncConnection, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run a statement once a row, straight at the driver, inside the transaction of a connection; values are `?`.

    One change of threads (or one round trip) instead of several, and rows go as they are: for the few statements that
    every act runs. The transaction must have begun with another statement, as every one of `Database.write` has.
    """
    if connection.dialect.name == "postgresql":
        statement = numbered(statement)
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await driver.executemany(statement, rows)


def _blocking(place: Place, work: Callable[[Connection], T]) -> T:
    return sqlite.blocking(place, work) if isinstance(place, Path) else postgres.blocking(place, work)


def _migrations(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, for a connection."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(place: Place, revision: str = "head") -> None:
    """Run the migrations up to a revision; blocking."""
    _blocking(place, lambda connection: command.upgrade(_migrations(connection), revision))


def _revision(place: Place) -> str | None:
    def current(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    return _blocking(place, current)


class Schema(Enum):
    """Which version of Colophon a database fits."""

    MISSING = "missing"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


def schema_of(place: Place) -> Schema:
    """Tell which version a database is of; blocking, and nothing is written; raise DatabaseAway."""
    if isinstance(place, Path) and not place.exists():
        return Schema.MISSING
    script = ScriptDirectory.from_config(_migrations())
    current = _revision(place)
    if current is None:
        # An empty file may be what a first start left that was cut off; an empty database of a server is just that.
        return Schema.OLDER if isinstance(place, Path) else Schema.MISSING
    if current == script.get_current_head():
        return Schema.CURRENT
    return Schema.OLDER if current in {each.revision for each in script.walk_revisions()} else Schema.NEWER


def migrate(place: Place, *, init: bool) -> None:
    """Bring a database to the newest schema; blocking.

    A missing one is created only where `init` allows it: a wrong path must never silently start an empty log. A file of
    an older schema is copied beside itself first; a server's database is for `pg_dump`, and an upgrade that fails in it
    leaves no trace. Raise DatabaseMissing, DatabaseNewer, DatabaseAway or StorageFull.
    """
    try:
        match schema_of(place):
            case Schema.CURRENT:
                return
            case Schema.NEWER:
                head = ScriptDirectory.from_config(_migrations()).get_current_head()
                raise DatabaseNewer(f"{place} has schema {_revision(place)}, this version knows up to {head}")
            case Schema.MISSING if not init:
                raise DatabaseMissing(str(place))
            case Schema.MISSING if isinstance(place, Path):
                place.parent.mkdir(parents=True, exist_ok=True)
                place.touch(mode=0o600)
            case Schema.OLDER if isinstance(place, Path):
                _keep_copy(place)
            case _:
                pass
        upgrade(place)
    except (DBAPIError, OSError) as error:
        if is_full(error):
            raise StorageFull(f"no room to create or upgrade {place}") from error
        raise


def _keep_copy(path: Path) -> None:
    revision = _revision(path)
    if revision is None:
        return
    target = path.with_name(f"{path.name}.before-{revision}")
    target.unlink(missing_ok=True)
    sqlite.copy(path, target)


def opening(place: Place) -> AbstractAsyncContextManager[None]:
    """Let no other process create or upgrade a database meanwhile; a file's processes keep each other out by a lock."""
    return nullcontext() if isinstance(place, Path) else postgres.opening(place)


async def open_database(place: Place, *, init: bool) -> Database:
    """Migrate and open a database."""
    await asyncio.to_thread(migrate, place, init=init)
    return Database(place)


def free_bytes(folder: Path) -> int:
    """Return the room left on the disk that holds a folder."""
    return shutil.disk_usage(folder).free
