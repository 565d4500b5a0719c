"""SQLite: one file in WAL mode, one writer connection, as many readers as needed.

Why two engines: by default the driver takes the write lock only at the first write, after the head has been read, so
two appends could read the same head. The writer therefore begins every transaction with BEGIN IMMEDIATE; readers begin
plainly and never wait for it.
"""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

T = TypeVar("T")

BUSY_TIMEOUT_MS: Final = 10_000
SYNCHRONOUS: Final = "FULL"
"""A receipt already given must survive a power cut, so every commit is synced."""
TRACES_S: Final = 10.0


def open_engines(path: Path) -> tuple[AsyncEngine, AsyncEngine]:
    """Return the engine that writes and the one that reads."""
    return _engine(path, begin="BEGIN IMMEDIATE", pool_size=1), _engine(path, begin="BEGIN", pool_size=4)


def _engine(path: Path, *, begin: str, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=pool_size, max_overflow=0)

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={SYNCHRONOUS}",
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


def blocking(path: Path, work: Callable[[Connection], T]) -> T:
    """Do some work over a plain connection, as migrations do."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return work(connection)
    finally:
        engine.dispose()


def copy(path: Path, target: Path) -> None:
    """Copy a database as it stands at one moment; writers go on meanwhile, and what was deleted stays behind."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60.0)
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
    finally:
        connection.close()


def emptied(path: Path) -> bool:
    """Carry the write-ahead log over and empty it; tell whether that was possible before `TRACES_S` were over.

    A deleted row is overwritten in the file (`secure_delete`), but the log still has it until it is carried over while
    nobody reads.
    """
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
