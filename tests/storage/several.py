"""A process that works beside others over one PostgreSQL database, to be killed or paused.

python -m tests.storage.several deliver <address> <folder>
python -m tests.storage.several pause <address> <folder>
"""

import asyncio
import os
import secrets
import signal
import sys
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.drafts import NewCandidate
from storage.errors import StorageError
from storage.evidence.leaf import LOG_PROJECT
from storage.evidence.sealing import NewEvent
from storage.jobs import JobState
from storage.postgres import Server
from storage.store import StorageConfig, Store, open_store
from tests.storage.test_drafts import picture

LEASE_MS = 5_000


def say(*words: object) -> None:
    """Tell the one who started us: one write, so that a line is there whole or not at all."""
    os.write(1, f"{' '.join(map(str, words))}\n".encode())


async def deliver(store: Store) -> None:
    """Take jobs, draw and deliver them, without end."""
    worker = secrets.token_hex(4)
    while True:
        job = await store.jobs.lease(worker, LEASE_MS)
        if job is None:
            await asyncio.sleep(0.02)
            continue
        say("leased", job.id)
        if job.state is JobState.RUNNING:
            drawn = NewCandidate(7, await store.media.put_picture(picture("red"), "image/png"))
            await store.drafts.made(job, [drawn], {"model": "m"}, took_ms=1)
        # Here a bot shows the card; the next line is what keeps it from being shown twice.
        say("shown", job.id)
        await store.jobs.delivered(job)
        say("delivered", job.id)


async def pause(store: Store) -> None:
    """Stop in the middle of a group of the ledger, with its rows written; say what becomes of it after."""

    async def rows(_: AsyncConnection, seqs: tuple[int, ...]) -> None:
        say("stopping", *seqs)
        os.kill(os.getpid(), signal.SIGSTOP)

    try:
        appended = await store.ledger.append(NewEvent(LOG_PROJECT, "clock.skew", "sys", {"n": "paused"}), rows=rows)
    except StorageError as error:
        say("refused", type(error).__name__)
    else:
        say("recorded", appended.receipts[0].seq)
    again = await store.ledger.append(NewEvent(LOG_PROJECT, "clock.skew", "sys", {"n": "again"}))
    say("again", again.receipts[0].seq)


async def main() -> None:
    mode, url, folder = sys.argv[1:]
    server = Server(url, paused_s=2.0) if mode == "pause" else Server(url)
    config = StorageConfig(Path(folder), server=server, checkpoint_every=8)
    store = await open_store(config)
    await {"deliver": deliver, "pause": pause}[mode](store)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main())
