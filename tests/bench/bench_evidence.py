"""Measure the evidence: what recording costs over plain inserts, bundles of a million events, and how fast they verify.

    python -m tests.bench.bench_evidence [--events 1000000]

Every ratio is taken in one run. Prints a table and writes build/bench/evidence.json.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from storage.database import open_database, write_many
from storage.evidence.bundle import ExportRequest
from storage.evidence.certificates import signing_identity
from storage.evidence.credentials import Credentials
from storage.evidence.dossier.making import DossierRequest
from storage.evidence.dossier.words import LANGUAGES
from storage.evidence.marking import Marking
from storage.evidence.sealing import NewEvent
from storage.evidence.verify import Verdict, verify_bundle
from storage.projects import Project
from storage.store import StorageConfig, Store, open_store
from tests.bench.report import Figure, report
from tests.storage.evidence.dossier.making_work import studio_of

BATCHES = (1, 32, 256)
GROUPS = 48
CLIENTS = 200
SINGLE = 200
NORMAL = 500
MANY = 1_000_000
MARKED = 31
DOSSIER_BRIEFS, DOSSIER_EVENTS = 50, 500


def event(project: Project, number: int) -> NewEvent:
    """Make an event like a prompt's."""
    fields = {"prompt": f"a red boat at dusk, number {number}", "source": "typed"}
    return NewEvent(project.id, "prompt.submit", project.actor, fields)


async def append(store: Store, project: Project, count: int, batch: int) -> float:
    """Record events, `batch` of them in one submission; return events a second."""
    began = time.perf_counter()
    for start in range(0, count, batch):
        await store.ledger.append(*(event(project, start + i) for i in range(batch)))
    return count / (time.perf_counter() - began)


async def insert_rows(store: Store, path: Path, count: int, batch: int) -> float:
    """Insert the rows of the newest events into a database of the same kind, as fast as the driver can."""
    size = await store.ledger.size()
    async with store.database.read() as connection:
        newest = "SELECT * FROM {} WHERE seq >= ? ORDER BY seq"
        events = [
            tuple(row) for row in await connection.exec_driver_sql(newest.format("evidence_event"), (size - count,))
        ]
        words = [
            tuple(row)
            for row in await connection.exec_driver_sql(newest.format("evidence_disclosure"), (size - count,))
        ]
    each = len(words) // count
    database = await open_database(path, init=True)
    # The very first number is free to choose there: the trigger that forbids gaps would refuse it.
    async with database.write() as connection:
        await connection.exec_driver_sql("DROP TRIGGER evidence_event_in_order")
    into_events, into_words = (
        f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})"  # noqa: S608 our names
        for table, rows in (("evidence_event", events), ("evidence_disclosure", words))
    )
    began = time.perf_counter()
    for start in range(0, count, batch):
        async with database.write() as connection:
            await write_many(connection, into_events, events[start : start + batch])
            await write_many(connection, into_words, words[start * each : (start + batch) * each])
    took = time.perf_counter() - began
    await database.close()
    return count / took


async def append_together(store: Store, project: Project) -> float:
    """Record events of many members at once; return events a second."""
    began = time.perf_counter()
    for _ in range(10):
        async with asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(store.ledger.append(event(project, number)))
    return 10 * CLIENTS / (time.perf_counter() - began)


async def recording(folder: Path) -> list[Figure]:
    """Compare recording with plain inserts of the same rows at the same durability, in turns."""
    store = await open_store(StorageConfig(folder / "small"), init=True)
    member = await store.members.meet("discord", "1", "Ann")
    project, _ = await store.projects.open(member, "Boats", guild_id=None)
    figures = []
    for batch in BATCHES:
        ratios = []
        for turn in range(3):
            count = batch * GROUPS
            recorded = await append(store, project, count, batch)
            plain = await insert_rows(store, folder / f"plain-{batch}-{turn}.db", count, batch)
            ratios.append(recorded / plain)
        name = "append_vs_insert" if batch == 1 else f"append_vs_insert_{batch}"
        figures.append(Figure(name, sorted(ratios)[1], "", f"0.7, {batch} a transaction, median of 3"))
    single = await append(store, project, SINGLE, 1)
    together = await append_together(store, project)
    await store.close()
    return [*figures, Figure("group_vs_single", together / single, "", f"5, {CLIENTS} members at once")]


async def bundles(folder: Path, count: int) -> list[Figure]:
    """Export many events and verify them, each in a process of its own whose memory is counted."""
    config = StorageConfig(folder / "large", checkpoint_every=10_000)
    store = await open_store(config, init=True)
    member = await store.members.meet("discord", "1", "Ann")
    project, _ = await store.projects.open(member, "Boats", guild_id=None)
    await append(store, project, count, 500)
    vkey = store.ledger.vkey
    await store.close()
    bundle = folder / "b.zip"
    written = await asyncio.to_thread(_child, "export", str(config.data_dir), str(bundle))
    verified = await asyncio.to_thread(_child, "verify", str(bundle), vkey)
    return [
        Figure("export_rss_mib", written["rss_mib"], "MiB", f"< 200, {count} events"),
        Figure("export_events_per_s", count / written["took_s"], "events/s", ""),
        Figure("verify_rss_mib", verified["rss_mib"], "MiB", f"< 200, {count} events"),
        Figure("verify_events_per_s", count / verified["took_s"], "events/s", ""),
        Figure("verify_vs_json", verified["json_s"] / verified["took_s"], "", "0.2, of json.loads over the same lines"),
    ]


async def started(folder: Path) -> Figure:
    """Check the bundle of a normal project as people do: the start of the program is part of it."""
    store = await open_store(StorageConfig(folder / "normal"), init=True)
    member = await store.members.meet("discord", "1", "Ann")
    project, _ = await store.projects.open(member, "Boats", guild_id=None)
    await append(store, project, NORMAL, 1)
    bundle, vkey = folder / "normal.zip", store.ledger.vkey
    await store.exporter.export(ExportRequest({project.id: project.actor}, {"by": "owner"}), bundle)
    await store.close()
    command, took = [sys.executable, "-m", "bot", "verify", str(bundle), "--vkey", vkey], []
    for _ in range(5):
        began = time.perf_counter()
        await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
        took.append(time.perf_counter() - began)
    return Figure(f"verify_{NORMAL}_s", sorted(took)[2], "s", f"< 1, the program's start included, {NORMAL} events")


async def dossier(folder: Path) -> list[Figure]:
    """Make the dossier of 500 events and 200 pictures of 512 pixels, in both languages, as HTML and PDF."""
    store = await open_store(StorageConfig(folder / "dossier"), init=True)
    member = await store.members.meet("discord", "1", "Ann")
    project, _ = await store.projects.open(member, "Boats", guild_id=None)
    studio = studio_of(store, member, project)
    for number in range(DOSSIER_BRIEFS):
        view = await studio.brief(f"a red boat at dusk, 第 {number} 稿", *range(number, number + 4), side=512)
        await studio.choose(view, number % 4 + 1, "the light is calmer 光线更静")
    while (await store.ledger.size()) < DOSSIER_EVENTS:
        await store.ledger.append(event(project, 0))
    size = (await store.ledger.checkpoint()).size
    asked = DossierRequest(project.id, size, "d_0", LANGUAGES)
    began = time.perf_counter()
    made = await store.dossiers.make(asked)
    took = time.perf_counter() - began
    await store.close()
    assert all(len(each.files) == 2 for each in made)
    largest = max(len(data) for each in made for data in each.files.values()) / 2**20
    return [
        Figure("dossier_500_s", took, "s", f"< 5, {size} events, {4 * DOSSIER_BRIEFS} pictures, 2 languages"),
        Figure("dossier_500_mib", largest, "MiB", "< 10, the largest file"),
    ]


def _child(*arguments: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.bench_evidence", "--child", *arguments], check=True, capture_output=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


async def _export(data: Path, out: Path) -> float:
    store = await open_store(StorageConfig(data, checkpoint_every=10_000))
    (project,) = await store.projects.list()
    began = time.perf_counter()
    await store.exporter.export(ExportRequest({project.id: project.actor}, {"by": "owner"}), out)
    took = time.perf_counter() - began
    await store.close()
    return took


def _json_alone(bundle: Path) -> float:
    """Return the seconds that reading the same lines as JSON takes, and nothing else."""
    took = 0.0
    with zipfile.ZipFile(bundle) as archive:
        for name in archive.namelist():
            if name.endswith(("/log.txt", "/disclosures.jsonl")):
                with archive.open(name) as file:
                    for line in file:
                        if not line.startswith(b"~"):
                            began = time.perf_counter()
                            json.loads(line)
                            took += time.perf_counter() - began
    return took


def child(arguments: list[str]) -> dict[str, Any]:
    """Do one thing in this process; return how long it took and how much memory it had."""
    if arguments[0] == "export":
        took = asyncio.run(_export(Path(arguments[1]), Path(arguments[2])))
        return {"took_s": took, "rss_mib": _rss_mib()}
    began = time.perf_counter()
    report_ = verify_bundle(Path(arguments[1]), vkeys=(arguments[2],))
    took = time.perf_counter() - began
    assert report_.verdict is Verdict.VERIFIED
    return {"took_s": took, "rss_mib": _rss_mib(), "json_s": _json_alone(Path(arguments[1]))}


def _rss_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def pictures(folder: Path) -> list[Figure]:
    """Mark and sign pictures in a thread, as a draft is delivered, while a clock watches the event loop."""
    out = BytesIO()
    Image.effect_noise((1024, 1024), 60).convert("RGB").save(out, "PNG")
    marking = Marking(Credentials(signing_identity(folder, "bench/log1")), producer="bench/log1", version="1")
    took, gaps = [], [0.0]

    async def watch() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            gaps.append(time.perf_counter() - before)

    watching = asyncio.create_task(watch())
    for number in range(MARKED):
        began = time.perf_counter()
        await asyncio.to_thread(marking.finished, out.getvalue(), "image/png", f"d-{number}")
        took.append(time.perf_counter() - began)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    return [
        Figure("mark_png_ms", sorted(took)[MARKED // 2] * 1000, "ms", "< 60, 1024 x 1024, labels and credentials"),
        Figure("mark_png_loop_gap_ms", max(gaps) * 1000, "ms", "the longest the event loop stood still meanwhile"),
    ]


async def measure(count: int) -> list[Figure]:
    """Take all figures."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        small = [*await recording(place), await started(place), *await pictures(place / "keys")]
        return [*small, *await dossier(place), *await bundles(place, count)]


def main() -> None:
    """Measure, and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=MANY)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(child(given.child)))
    else:
        report("evidence", "Evidence", asyncio.run(measure(given.events)))


if __name__ == "__main__":
    main()
