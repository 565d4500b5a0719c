"""Handing the log over to a new signing key: two files and one event, safe to be cut off anywhere.

The new key is written beside the old one, then the log records the hand-over, then the new file takes the old one's
place. Whoever finds both files looks into the log which of the two it was handed over to.
"""

import asyncio
from pathlib import Path
from typing import Final

from sqlalchemy import select

from storage.database import Database
from storage.evidence.keys import load_signing_key
from storage.evidence.ledger import Ledger
from storage.tables import evidence_rotation

CURRENT: Final = "log.key"
NEXT: Final = "log.key.next"


async def rotate(ledger: Ledger, keys_dir: Path) -> int:
    """Make a new signing key and hand the log over to it; return the first size that it signs.

    For when nothing else is being recorded. The old key's file is gone afterwards: it can sign nothing any more that a
    verifier would take.
    """
    # Whoever opens the log meanwhile would take the new key for one that was never handed over to.
    async with ledger.opened_by_nobody():
        successor = await asyncio.to_thread(load_signing_key, keys_dir / NEXT, ledger.origin, create=True)
        since = await ledger.rotate(successor)
        await asyncio.to_thread((keys_dir / NEXT).replace, keys_dir / CURRENT)
    return since


async def settle_rotation(keys_dir: Path, database: Database, origin: str) -> None:
    """Finish a hand-over that the log already records, or forget a key that it was never handed over to."""
    waiting = keys_dir / NEXT
    if not await asyncio.to_thread(waiting.exists):
        return
    key = await asyncio.to_thread(load_signing_key, waiting, origin, create=False)
    newest = select(evidence_rotation.c.vkey).order_by(evidence_rotation.c.since.desc()).limit(1)
    async with database.read() as connection:
        recorded = await connection.scalar(newest)
    if recorded == key.verifier.encode():
        await asyncio.to_thread(waiting.replace, keys_dir / CURRENT)
    else:
        await asyncio.to_thread(waiting.unlink)
