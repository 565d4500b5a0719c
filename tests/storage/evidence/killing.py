"""A store under load that is killed, again and again, at random points; and what must hold afterwards.

    python -m tests.storage.evidence.killing 200

The child records events of many members at once and prints the number of each only after it was acknowledged. It is
killed with SIGKILL; then everything it printed must be in the log, once, and the tree and the rows must agree.
"""

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import func, select

from storage.evidence.sealing import NewEvent
from storage.store import StorageConfig, Store, open_store
from storage.tables import briefs, evidence_event
from tests.storage.conftest import check_everything
from tests.storage.test_drafts import submit

MEMBERS = 8
CHECKPOINT_EVERY = 16


def config_of(folder: Path) -> StorageConfig:
    return StorageConfig(folder, checkpoint_every=CHECKPOINT_EVERY)


async def load(folder: Path) -> None:
    """Record without end, in the process that is going to be killed."""
    store = await open_store(config_of(folder), init=True)
    async with asyncio.TaskGroup() as group:
        for number in range(MEMBERS):
            group.create_task(work(store, number))


async def work(store: Store, number: int) -> None:
    """Record one member's acts: plain events, and briefs that are rows of working tables too."""
    member = await store.members.meet("discord", str(number), f"Member {number}")
    project = await store.projects.current(member)
    if project is None:
        project, _ = await store.projects.open(member, f"Project {number}", guild_id=None)
    while True:
        noted = await store.ledger.append(NewEvent(project.id, "note.add", project.actor, {"text": "kept"}))
        say("event", noted.receipts[0].seq)
        submitted = await submit(store, member, project)
        say("brief", submitted.receipt.seq)


def say(kind: str, seq: int) -> None:
    """Acknowledge: one write, so that a line is there whole or not at all."""
    os.write(1, f"{kind} {seq}\n".encode())


def kill_once(folder: Path, after_s: float) -> list[tuple[str, int]]:
    """Run the load, kill it, and return what it had acknowledged."""
    said = folder.with_suffix(".said")
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.storage.evidence.killing", "--load", str(folder)], stdout=out
        )
        began = time.monotonic()
        while not said.stat().st_size and process.poll() is None and time.monotonic() - began < 30:
            time.sleep(0.01)
        time.sleep(after_s)
        process.kill()
        process.wait()
    lines = said.read_text().splitlines()
    assert lines, "it acknowledged nothing"
    return [(line.split()[0], int(line.split()[1])) for line in lines]


async def check(folder: Path, acknowledged: list[tuple[str, int]]) -> None:
    """Open what was left behind: every acknowledged event is there once, tree and rows agree."""
    store = await open_store(config_of(folder))
    try:
        await check_everything(store)
        async with store.database.read() as connection:
            numbers = set(await connection.scalars(select(evidence_event.c.seq)))
            of_briefs = set(await connection.scalars(select(briefs.c.seq)))
            submitted = select(func.count()).where(evidence_event.c.type == "prompt.submit")
            assert await connection.scalar(submitted) == len(of_briefs), "a brief without its event, or the reverse"
        assert len({seq for _, seq in acknowledged}) == len(acknowledged), "a number was given twice"
        assert {seq for _, seq in acknowledged} <= numbers
        assert {seq for kind, seq in acknowledged if kind == "brief"} <= of_briefs
    finally:
        await store.close()


def kill_often(folder: Path, times: int, chances: random.Random) -> int:
    """Kill the load some times over one and the same folder; return how many events were acknowledged in all."""
    count = 0
    for _ in range(times):
        acknowledged = kill_once(folder, chances.uniform(0.0, 0.4))
        asyncio.run(check(folder, acknowledged))
        count += len(acknowledged)
    return count


def main() -> None:
    """Kill as often as the command line says."""
    if sys.argv[1] == "--load":
        asyncio.run(load(Path(sys.argv[2])))
        return
    times = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        count = kill_often(Path(folder) / "data", times, random.Random())
    print(f"killed {times} times; {count} acknowledged events are all there, once, and the tree fits")


if __name__ == "__main__":
    main()
