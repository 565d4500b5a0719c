"""The ledger: what is acknowledged is on disk, what fails leaves no trace, and history cannot fork."""

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import now_ms
from storage.errors import DatabaseMissing, DatabaseNewer, LedgerClosed, LedgerMismatch, StateConflict, StorageBusy
from storage.evidence import ledger as ledger_module
from storage.evidence import sealing as sealing_module
from storage.evidence.merkle import leaf_hash, verify_inclusion
from storage.evidence.notes import Checkpoint, VerifierKey
from storage.evidence.sealing import NewEvent
from storage.projects import Project
from storage.store import StorageConfig, Store, open_store
from storage.tables import evidence_event


def note(project: Project, words: str) -> NewEvent:
    """Return an event of a member's note."""
    return NewEvent(project.id, "note.add", project.actor, {"text": words})


async def test_a_new_log_opens_with_its_own_event(store: Store) -> None:
    assert await store.ledger.size() == 1
    told = await store.ledger.disclosed(0)
    assert told["origin"] == "colophon.local/log1"
    assert told["version"]


async def test_many_at_once_are_all_recorded_in_one_order(store: Store, project: Project) -> None:
    done = await asyncio.gather(*(store.ledger.append(note(project, f"n{i}")) for i in range(600)))
    seqs = [d.receipts[0].seq for d in done]
    assert sorted(seqs) == list(range(4, 604))
    assert (await store.ledger.disclosed(seqs[77]))["text"] == "n77"


async def test_a_failing_submission_leaves_no_event_and_no_neighbour_hurt(store: Store, project: Project) -> None:
    async def refuse(_connection: AsyncConnection, _seqs: tuple[int, ...]) -> None:
        raise StateConflict("no")

    before = await store.ledger.size()
    results = await asyncio.gather(
        store.ledger.append(note(project, "a")),
        store.ledger.append(note(project, "b"), rows=refuse),
        store.ledger.append(note(project, "c")),
        return_exceptions=True,
    )
    assert isinstance(results[1], StateConflict)
    assert await store.ledger.size() == before + 2
    assert [(await store.ledger.disclosed(before + i))["text"] for i in range(2)] == ["a", "c"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evidence_event SET type = 'a.b' WHERE seq = 0",
        "DELETE FROM evidence_event WHERE seq = 0",
        "INSERT INTO evidence_event SELECT 99, leaf, h, project, 9, type FROM evidence_event LIMIT 1",
    ],
)
async def test_the_sealed_record_refuses_changes(store: Store, project: Project, statement: str) -> None:
    with pytest.raises(DBAPIError, match="events are"):
        async with store.database.write() as connection:
            await connection.execute(text(statement))


@pytest.mark.of_a_file
async def test_the_sealed_record_refuses_to_be_replaced(store: Store) -> None:
    with pytest.raises(DBAPIError, match="events are"):
        async with store.database.write() as connection:
            await connection.execute(
                text("INSERT OR REPLACE INTO evidence_event SELECT * FROM evidence_event WHERE seq = 0")
            )


async def test_a_full_receipt_proves_its_event(store: Store, project: Project) -> None:
    receipts = [(await store.ledger.append(note(project, f"n{i}"))).receipts[0] for i in range(5)]
    proof = await store.ledger.receipt_proof(receipts[2].seq)
    head, _, checkpoint = proof.partition("\n\n")
    version, extra, index, *path = head.split("\n")
    signed = Checkpoint.open(checkpoint, VerifierKey.parse(store.ledger.vkey))
    assert version == "c2sp.org/tlog-proof@v1"
    assert index == f"index {receipts[2].seq}"
    hashed = leaf_hash(b64decode(extra.removeprefix("extra ")))
    assert hashed == receipts[2].leaf_sha256
    hashes = [b64decode(line) for line in path]
    assert verify_inclusion(hashed, receipts[2].seq, signed.size, hashes, signed.root)


@pytest.mark.of_a_file
async def test_words_are_nowhere_in_the_files(store: Store, project: Project) -> None:
    await store.ledger.append(note(project, "a very secret lighthouse"))
    for file in store.config.data_dir.rglob("*"):
        if file.is_file():
            assert b"lighthouse" not in file.read_bytes()


async def test_after_closing_nothing_is_accepted(config: StorageConfig) -> None:
    store = await open_store(config, init=True)
    await store.close()
    with pytest.raises(LedgerClosed):
        await store.ledger.append(NewEvent("log", "clock.skew", "sys", {}))


async def test_a_missing_database_is_never_created_silently(config: StorageConfig) -> None:
    with pytest.raises(DatabaseMissing):
        await open_store(config)
    assert not config.data_dir.exists()


@pytest.mark.of_a_file
async def test_a_locked_database_is_told_to_whoever_waits_and_to_the_operator_in_one_line(
    config: StorageConfig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("storage.sqlite.BUSY_TIMEOUT_MS", 50)
    store = await open_store(config, init=True)
    other = sqlite3.connect(config.database_file, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageBusy):
            await store.ledger.append(NewEvent("log", "clock.skew", "sys", {"behind_ms": 1}))
        other.execute("ROLLBACK")
        await store.ledger.append(NewEvent("log", "clock.skew", "sys", {"behind_ms": 2}))
    finally:
        other.close()
        await store.close()
    told = [record for record in caplog.records if "was not recorded" in record.getMessage()]
    assert [(record.exc_info, "another process holds" in record.getMessage()) for record in told] == [(None, True)]


async def test_a_second_writer_is_refused(store: Store) -> None:
    with pytest.raises(StateConflict, match="another Colophon already"):
        await open_store(store.config)


async def test_a_database_of_a_newer_version_is_left_alone(config: StorageConfig) -> None:
    store = await open_store(config, init=True)
    async with store.database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await store.close()
    with pytest.raises(DatabaseNewer, match="9999"):
        await open_store(config)


@pytest.mark.of_a_file
async def test_a_restored_backup_cannot_sign_a_second_history(config: StorageConfig) -> None:
    store = await open_store(config, init=True)
    await store.close()
    backup = config.data_dir.with_name("backup.db")
    shutil.copy(config.database_file, backup)
    store = await open_store(config)
    await store.ledger.append(NewEvent("log", "clock.skew", "sys", {}))
    await store.close()
    shutil.copy(backup, config.database_file)
    with pytest.raises(LedgerMismatch, match="2 events was signed"):
        await open_store(config)


async def test_a_lost_signing_key_stops_the_start(config: StorageConfig) -> None:
    store = await open_store(config, init=True)
    await store.close()
    (config.keys_dir / "log.key").unlink()
    with pytest.raises(LedgerMismatch, match=r"log\.key is missing"):
        await open_store(config)


@pytest.mark.of_a_file
def test_secret_files_are_for_their_owner_only(config: StorageConfig) -> None:
    asyncio.run(_open_and_close(config))
    for name in ("keys/log.key", "keys/kek.key", "keys.db"):
        assert (config.data_dir / name).stat().st_mode & 0o777 == 0o600


async def _open_and_close(config: StorageConfig) -> None:
    await (await open_store(config, init=True)).close()


_KILLED = """
import asyncio, sys
from base64 import b64decode
from pathlib import Path
from storage.evidence.ledger import NewEvent
from storage.store import StorageConfig, open_store

async def main():
    store = await open_store(StorageConfig(Path(sys.argv[1])), init=True)
    while True:
        done = await store.ledger.append(NewEvent("log", "clock.skew", "sys", {"n": "x"}))
        print(done.receipts[0].seq, flush=True)

asyncio.run(main())
"""


@pytest.mark.of_a_file
def test_what_was_acknowledged_survives_a_kill(config: StorageConfig) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(config.data_dir)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    seen = [int(process.stdout.readline()) for _ in range(40)]
    os.kill(process.pid, signal.SIGKILL)
    rest = process.stdout.read().split()
    process.wait()
    process.stdout.close()
    last = int(rest[-1]) if rest and rest[-1].isdigit() else seen[-1]
    assert asyncio.run(_size(config)) > last


async def _size(config: StorageConfig) -> int:
    store = await open_store(config)
    try:
        return await store.ledger.size()
    finally:
        await store.close()


async def events_of(store: Store, type_: str) -> list[dict[str, object]]:
    """Return the opened fields of the events of a type."""
    async with store.database.read() as connection:
        seqs = (await connection.scalars(select(evidence_event.c.seq).where(evidence_event.c.type == type_))).all()
    return [dict(await store.ledger.disclosed(seq)) for seq in seqs]


async def test_a_clock_that_ran_back_is_recorded_once(
    store: Store, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (ledger_module, sealing_module):
        monkeypatch.setattr(module, "now_ms", lambda: now_ms() - 60_000)
    for _ in range(3):
        await store.ledger.append(NewEvent(project.id, "note.add", project.actor, {"text": "late"}))
    (skew,) = await events_of(store, "clock.skew")
    assert 55_000 < int(str(skew["behind_ms"])) <= 60_000


async def test_another_version_that_goes_on_is_recorded(config: StorageConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    await (await open_store(config, init=True)).close()
    store = await open_store(config)
    assert await events_of(store, "version.changed") == []
    await store.close()
    monkeypatch.setattr(ledger_module, "VERSION", "99.0")
    store = await open_store(config)
    (changed,) = await events_of(store, "version.changed")
    assert changed["version"] == "99.0"
    assert changed["before"]
    await store.close()


async def test_checkpoints_asked_for_at_once_leave_the_largest_published(store: Store, project: Project) -> None:
    async def grow_and_sign(number: int) -> int:
        await store.ledger.append(note(project, str(number)))
        return (await store.ledger.checkpoint()).size

    sizes = await asyncio.gather(*(grow_and_sign(number) for number in range(20)))
    published = (store.config.data_dir / "published.note").read_text()
    assert int(published.splitlines()[1]) == max(sizes)


async def test_an_empty_note_counts_as_none_and_is_written_again(config: StorageConfig) -> None:
    await (await open_store(config, init=True)).close()
    note = config.data_dir / "published.note"
    before = note.read_text()
    note.write_text("")
    await (await open_store(config)).close()
    assert note.read_text() == before


@pytest.mark.parametrize("text", ["\n", "no checkpoint", "colophon.local/log1\n-3\nAAAA\n", "colophon.local/log1\n²\n"])
async def test_a_note_that_is_no_checkpoint_is_named(config: StorageConfig, text: str) -> None:
    await (await open_store(config, init=True)).close()
    (config.data_dir / "published.note").write_text(text)
    with pytest.raises(LedgerMismatch, match="cannot be read: not a checkpoint"):
        await open_store(config)
