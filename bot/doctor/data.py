"""The data folder: its room, its database, its keys, and the log; only read, so the bot may run meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from bot.doctor.findings import Finding, Mark, fine, odd, wrong
from bot.doctor.server import examine_server
from storage.clock import now_ms
from storage.database import Database, Schema, free_bytes, schema_of
from storage.errors import LedgerMismatch
from storage.evidence.audit import audit
from storage.evidence.ledger import read_published
from storage.jobs import SET_ASIDE, Jobs
from storage.store import MIN_FREE_BYTES, StorageConfig

_COMFORTABLE_BYTES: Final = 2 * 2**30
_LATELY_MS: Final = timedelta(days=7) // timedelta(milliseconds=1)
_KEYS: Final = ("log.key", "kek.key")


async def examine_data(config: StorageConfig) -> AsyncIterator[Finding]:
    """Yield what there is to say of a data folder."""
    if config.server is not None:
        server = await examine_server(config.server)
        for finding in server:
            yield finding
        if any(finding.mark is Mark.WRONG for finding in server):
            return
    schema = await asyncio.to_thread(schema_of, config.database)
    if schema is Schema.MISSING:
        yield wrong(
            "database",
            f"there is none at {config.database}",
            "check storage.data and storage.database; `colophon up --init` creates a new one",
        )
        return
    yield _schema(config, schema)
    for finding in await asyncio.to_thread(lambda: [*_room(config), *_secrets(config)]):
        yield finding
    if await asyncio.to_thread(schema_of, config.database_file) is Schema.CURRENT:
        yield await _queue(config)
    yield await _log(config)


def _room(config: StorageConfig) -> Iterator[Finding]:
    free = free_bytes(config.data_dir)
    said = f"{free / 2**30:.1f} GiB free where {config.data_dir} lies"
    if free < MIN_FREE_BYTES:
        yield wrong("disk", said, "make room: nothing can be recorded, so nothing is drawn")
    elif free < _COMFORTABLE_BYTES:
        yield odd("disk", said, "make room, or set evidence.keep_days; pictures are what grows")
    else:
        yield fine("disk", said)


def _schema(config: StorageConfig, schema: Schema) -> Finding:
    match schema:
        case Schema.NEWER:
            return wrong("database", "a newer version of Colophon wrote it", "install that version")
        case Schema.OLDER if config.server is not None:
            return odd("database", "an older version wrote it", "`pg_dump` it; the next start brings it up to date")
        case Schema.OLDER:
            return odd("database", "an older version wrote it", "the next start brings it up to date, and keeps a copy")
        case _:
            return fine("database", f"{config.database} is of this version")


def _secrets(config: StorageConfig) -> Iterator[Finding]:
    missing = [name for name in _KEYS if not (config.keys_dir / name).exists()]
    if missing:
        yield wrong("keys", f"{', '.join(missing)} missing in {config.keys_dir}", "restore the folder from its backup")
        return
    loose = [path for path in _private(config) if path.exists() and path.stat().st_mode & 0o077]
    if loose:
        names = " ".join(map(str, loose))
        yield wrong("keys", "other users of this machine can read them", f"chmod go-rwx {names}")
    else:
        yield fine("keys", f"{config.keys_dir}, for its owner alone; is the folder in your backup?")


def _private(config: StorageConfig) -> Iterator[Path]:
    yield config.keys_dir
    if config.server is None:
        yield from (config.data_dir / "keys.db", config.database_file)
    yield from config.keys_dir.iterdir()


async def _queue(config: StorageConfig) -> Finding:
    """Tell of the drafts that failed so often that they were set aside."""
    database = Database(config.database_file)
    try:
        failures = await Jobs(database).failures(now_ms() - _LATELY_MS)
    finally:
        await database.close()
    aside = {reason: count for reason, count in failures.items() if reason.startswith(SET_ASIDE)}
    if not aside:
        return fine("drafts", "none was set aside in the last week")
    each = ", ".join(f"{count} {reason.removeprefix(SET_ASIDE)}" for reason, count in sorted(aside.items()))
    said = f"{sum(aside.values())} were set aside in the last week ({each})"
    return odd("drafts", said, "the log has each of them, at `failed: set-aside`, with what happened before")


async def _log(config: StorageConfig) -> Finding:
    """Go through the whole log; seconds for a million events."""
    note = config.data_dir / "published.note"
    published = await asyncio.to_thread(read_published, note)
    database = Database(config.database)
    try:
        found = await audit(database, config.keys_dir, published)
    except FileNotFoundError as error:
        return wrong("log", f"{error.filename} is missing", "restore the keys folder from its backup")
    except LedgerMismatch as error:
        return wrong("log", f"it is not what was signed: {error}", "restore the newest backup: `colophon restore`")
    finally:
        await database.close()
    if found.origin != config.origin:
        return wrong(
            "log", f"it is {found.origin}, not {config.origin}", "set storage.origin to the name it signs under"
        )
    return fine("log", f"{found.events} events of {found.origin}, all as signed, {found.checkpoints} checkpoints")
