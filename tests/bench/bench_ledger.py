"""Measure the ledger: what the tree costs over plain inserts, what group commit wins, how fast bundles go.

    python -m tests.bench.bench_ledger

Prints a table and writes build/bench/ledger.json.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from storage.database import open_database
from storage.evidence.bundle import ExportRequest
from storage.evidence.merkle import Frontier, leaf_hash
from storage.evidence.sealing import NewEvent
from storage.evidence.verify import Verdict, verify_bundle
from storage.projects import Project
from storage.store import StorageConfig, Store, open_store
from storage.tables import evidence_disclosure, evidence_event, evidence_node
from tests.bench.report import Figure, report

EVENTS = 4096
BATCH = 256
SINGLE = 200
CLIENTS = 200


def event(project: Project, number: int) -> NewEvent:
    """Make an event like a prompt's."""
    fields = {"prompt": f"a red boat at dusk, number {number}", "source": "typed"}
    return NewEvent(project.id, "prompt.submit", project.actor, fields)


async def append_in_batches(store: Store, project: Project) -> float:
    """Record events, BATCH of them in one submission; return events a second."""
    began = time.perf_counter()
    for start in range(0, EVENTS, BATCH):
        await store.ledger.append(*(event(project, start + i) for i in range(BATCH)))
    return EVENTS / (time.perf_counter() - began)


async def insert_rows(store: Store, path: Path, *, tree: bool) -> float:
    """Insert the very same rows into a database of the same kind; with `tree`, hash and chain them as well."""
    async with store.database.read() as connection:
        events = [dict(row._mapping) for row in await connection.execute(select(evidence_event))]
        words = [dict(row._mapping) for row in await connection.execute(select(evidence_disclosure))]
    by_seq: dict[int, list[dict[str, Any]]] = {}
    for row in words:
        by_seq.setdefault(row["seq"], []).append(row)
    database, frontier, nodes = await open_database(path, init=True), Frontier.parse(0, b""), list[dict[str, Any]]()

    def keep(level: int, index: int, digest: bytes) -> None:
        nodes.append({"level": level, "idx": index, "h": digest})

    began = time.perf_counter()
    for start in range(0, len(events), BATCH):
        batch = events[start : start + BATCH]
        for row in batch if tree else ():
            frontier = frontier.push(leaf_hash(row["leaf"]), keep)
        async with database.write() as connection:
            await connection.execute(insert(evidence_event), batch)
            await connection.execute(insert(evidence_disclosure), [w for row in batch for w in by_seq[row["seq"]]])
            if nodes:
                await connection.execute(insert(evidence_node), nodes)
                nodes.clear()
    took = time.perf_counter() - began
    await database.close()
    return len(events) / took


async def append_one_by_one(store: Store, project: Project) -> float:
    """Record events, each awaited before the next."""
    began = time.perf_counter()
    for number in range(SINGLE):
        await store.ledger.append(event(project, number))
    return SINGLE / (time.perf_counter() - began)


async def append_together(store: Store, project: Project) -> float:
    """Record events of many members at once."""
    began = time.perf_counter()
    for _ in range(10):
        async with asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(store.ledger.append(event(project, number)))
    return 10 * CLIENTS / (time.perf_counter() - began)


async def measure_bundle(store: Store, project: Project, folder: Path) -> tuple[Figure, Figure]:
    """Export everything and verify it."""
    began = time.perf_counter()
    exported = await store.exporter.export(
        ExportRequest({project.id: project.actor}, {"by": "owner"}), folder / "b.zip"
    )
    written = time.perf_counter()
    verdict = verify_bundle(exported.path, vkeys=(store.ledger.vkey,)).verdict
    checked = time.perf_counter()
    assert verdict is Verdict.VERIFIED
    return (
        Figure("bundle written", exported.events / (written - began), "events/s", "> 2000"),
        Figure("bundle verified", exported.events / (checked - written), "events/s", "> 5000"),
    )


async def measure(folder: Path) -> list[Figure]:
    """Take all figures on one store."""
    store = await open_store(StorageConfig(folder / "data"), init=True)
    member = await store.members.meet("discord", "1", "Ann")
    project, _ = await store.projects.open(member, "Boats", guild_id=None)
    appended = await append_in_batches(store, project)
    raw = await insert_rows(store, folder / "raw.db", tree=False)
    chained = await insert_rows(store, folder / "tree.db", tree=True)
    single = await append_one_by_one(store, project)
    together = await append_together(store, project)
    bundle = await measure_bundle(store, project, folder)
    await store.close()
    return [
        Figure(f"recorded, {BATCH} in a submission", appended, "events/s", "> 5000"),
        Figure("the same rows, inserted and nothing else", raw, "events/s", ""),
        Figure("with the tree / inserted", chained / raw, "times", ">= 0.5"),
        Figure("recorded (words committed to and encrypted) / inserted", appended / raw, "times", ">= 0.25"),
        Figure("recorded one after the other", single, "events/s", ""),
        Figure(f"recorded by {CLIENTS} members at once", together, "events/s", ""),
        Figure("at once / one after the other", together / single, "times", ">= 5"),
        *bundle,
    ]


def main() -> None:
    """Measure in a folder of its own and report."""
    with tempfile.TemporaryDirectory() as folder:
        report("ledger", "ledger", asyncio.run(measure(Path(folder))))


if __name__ == "__main__":
    main()
