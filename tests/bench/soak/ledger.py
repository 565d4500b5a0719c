"""Reading what is on record, once the bot has ended: with the product's own checks, and from the database's rows."""

import json
import sqlite3
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final, cast

from storage.evidence.audit import Audited, audit
from storage.evidence.merkle import Frontier
from storage.store import StorageConfig, Store, open_store
from tests.bench.soak.account import Event, Kept, Work

_PAGE: Final = 1000
_EVENTS: Final = "SELECT seq, type, project, h FROM evidence_event WHERE seq >= ? AND seq < ? ORDER BY seq"
_JOBS: Final = "SELECT id, draft_id, state, reason, delivery FROM jobs"
_TEXTS: Final = "SELECT id, id AS draft_id, state, NULL AS reason, delivery FROM text_drafts"
_OPEN: Final = (
    "SELECT (SELECT count(*) FROM jobs WHERE state IN ('queued', 'running', 'made'))"
    " + (SELECT count(*) FROM text_drafts WHERE state IN ('open', 'made'))"
)


async def read(data: Path, sizes: Collection[int]) -> tuple[Audited, Kept]:
    """Audit the log and return it, with its root at some sizes; raise LedgerMismatch where it does not fit."""
    store = await open_store(StorageConfig(data))
    try:
        published = (data / "published.note").read_text(encoding="utf-8")
        audited = await audit(store.database, store.config.keys_dir, published)
        events, roots = await _events(store, audited.events, frozenset(sizes))
        return audited, Kept(events, roots, [*await _works(store, _JOBS), *await _works(store, _TEXTS)])
    finally:
        await store.close()


def open_work(database: Path) -> int:
    """Return how many jobs have not ended, while the bot runs; blocking, and nothing is written."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    try:
        return int(connection.execute(_OPEN).fetchone()[0])
    finally:
        connection.close()


async def _events(store: Store, size: int, sizes: Collection[int]) -> tuple[list[Event], Mapping[int, str]]:
    events: list[Event] = []
    tree, roots = Frontier(), dict[int, str]()
    for start in range(0, size, _PAGE):
        told = await store.ledger.disclosed_many(range(start, min(size, start + _PAGE)))
        async with store.database.read() as connection:
            rows: Any = (await connection.exec_driver_sql(_EVENTS, (start, min(size, start + _PAGE)))).all()
        for row in rows:
            discord = cast(dict[str, Any], told.get(row.seq, {}).get("discord") or {})
            events.append(Event(row.seq, row.type, bytes(row.h).hex(), discord.get("interaction"), row.project))
            tree = tree.push(bytes(row.h), lambda *_: None)
            if tree.size in sizes:
                roots[tree.size] = tree.root().hex()
    return events, roots


async def _works(store: Store, query: str) -> list[Work]:
    async with store.database.read() as connection:
        rows: Any = (await connection.exec_driver_sql(query)).all()
    works = []
    for row in rows:
        to = json.loads(row.delivery)
        works.append(Work(row.id, row.draft_id, row.state, row.reason, to["user_id"], bool(to["private"])))
    return works
