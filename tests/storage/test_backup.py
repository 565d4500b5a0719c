"""A backup made while people draft, brought back, is the log that was signed; a damaged one is named."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.backup import MANIFEST, make_backup, restore_backup
from storage.database import Database
from storage.errors import BackupDamaged, DatabaseMissing, LedgerMismatch, StateConflict
from storage.evidence.audit import Audited, audit
from storage.members import Member
from storage.privacy import Basis
from storage.projects import Project
from storage.store import StorageConfig, Store, open_store
from tests.storage.test_drafts import ACT, make, submit

ROUNDS = 40


async def begun(store: Store) -> tuple[Member, Project]:
    member = await store.members.meet("discord", "1", "Ann")
    return member, (await store.projects.open(member, "Boats", guild_id=None))[0]


async def checked(data: Path) -> Audited:
    database = Database(data / "colophon.db")
    try:
        return await audit(database, data / "keys")
    finally:
        await database.close()


@pytest.fixture
def config(tmp_path: Path) -> StorageConfig:
    return StorageConfig(tmp_path / "data", checkpoint_every=8)


async def test_a_backup_made_while_people_draft_is_brought_back_whole(config: StorageConfig, tmp_path: Path) -> None:
    store = await open_store(config, init=True)
    member, project = await begun(store)
    submitted = await submit(store, member, project)
    await make(store, submitted)

    async def go_on() -> None:
        for number in range(ROUNDS):
            await store.projects.note(project, f"note {number}", ACT)

    async with asyncio.TaskGroup() as group:
        group.create_task(go_on())
        await asyncio.sleep(0.02)
        backup = await asyncio.to_thread(make_backup, config.data_dir, tmp_path / "backups")
    await store.close()

    restore_backup(backup.folder, tmp_path / "again")
    found = await checked(tmp_path / "again")
    assert found.events == backup.events
    assert backup.pictures == backup.new_pictures > 0
    again = await open_store(StorageConfig(tmp_path / "again"))
    view = await again.drafts.view(submitted.draft_id)
    assert view.text
    assert [await again.media.read(candidate.sha256) for candidate in view.candidates]
    await again.close()


async def test_what_was_copied_before_is_not_copied_again_and_what_was_erased_is_gone(
    config: StorageConfig, tmp_path: Path
) -> None:
    store = await open_store(config, init=True)
    member, project = await begun(store)
    await make(store, await submit(store, member, project))
    first = make_backup(config.data_dir, tmp_path / "backups")
    await asyncio.sleep(1.1)
    second = make_backup(config.data_dir, tmp_path / "backups")
    assert second.new_pictures == 0
    assert second.pictures == first.pictures
    await store.privacy.erase(project, Basis.ASKED)
    await asyncio.sleep(1.1)
    third = make_backup(config.data_dir, tmp_path / "backups")
    await store.close()
    assert third.pictures == 0
    assert not [path for path in (tmp_path / "backups" / "media").rglob("*") if path.is_file()]


async def test_a_log_too_young_to_have_signed_anything_is_brought_back_too(
    config: StorageConfig, tmp_path: Path
) -> None:
    store = await open_store(config, init=True)
    await begun(store)
    backup = make_backup(config.data_dir, tmp_path / "backups")
    await store.close()
    restore_backup(backup.folder, tmp_path / "again")
    assert not (tmp_path / "again" / "published.note").exists()
    assert (await checked(tmp_path / "again")).checkpoints == 0
    again = await open_store(StorageConfig(tmp_path / "again"))
    assert await again.members.find("discord", "1")
    await again.close()


async def test_files_are_for_their_owner_alone(config: StorageConfig, tmp_path: Path) -> None:
    store = await open_store(config, init=True)
    await begun(store)
    await store.close()
    backup = make_backup(config.data_dir, tmp_path / "backups")
    modes = {path.name: path.stat().st_mode & 0o777 for path in backup.folder.rglob("*")}
    assert set(modes.values()) == {0o600, 0o700}


async def test_a_file_that_was_changed_is_named_and_nothing_restored(config: StorageConfig, tmp_path: Path) -> None:
    store = await open_store(config, init=True)
    await begun(store)
    await store.close()
    backup = make_backup(config.data_dir, tmp_path / "backups")
    with closing(sqlite3.connect(backup.folder / "colophon.db")) as connection:
        connection.execute("UPDATE members SET name = 'Bo'")
        connection.commit()
    with pytest.raises(BackupDamaged, match=r"colophon\.db is not the file"):
        restore_backup(backup.folder, tmp_path / "again")
    assert not (tmp_path / "again").exists()
    (backup.folder / MANIFEST).write_text('{"files": {"../../etc/passwd": "0"}}')
    with pytest.raises(BackupDamaged, match="no name of a file"):
        restore_backup(backup.folder, tmp_path / "again")
    (backup.folder / MANIFEST).unlink()
    with pytest.raises(BackupDamaged, match="no readable"):
        restore_backup(backup.folder, tmp_path / "again")


async def test_nothing_is_overwritten(config: StorageConfig, tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing):
        make_backup(tmp_path / "nowhere", tmp_path / "backups")
    store = await open_store(config, init=True)
    await begun(store)
    await store.close()
    backup = make_backup(config.data_dir, tmp_path / "backups")
    with pytest.raises(StateConflict, match="not empty"):
        restore_backup(backup.folder, config.data_dir)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DELETE FROM evidence_event WHERE seq = 3", "event 3 is missing"),
        (
            "UPDATE evidence_event SET leaf = CAST(replace(leaf, 'note.add', 'note.bad') AS BLOB) WHERE seq = 4",
            "event 4 is not the one",
        ),
        ("DELETE FROM evidence_event WHERE seq > 9", "was signed, but the database holds 10"),
        ("UPDATE evidence_head SET size = size - 1", "does not fit its events"),
    ],
)
async def test_an_audit_names_what_does_not_fit(config: StorageConfig, damage: str, said: str) -> None:
    store = await open_store(config, init=True)
    _, project = await begun(store)
    for number in range(12):
        await store.projects.note(project, f"note {number}", ACT)
    await store.close()
    assert (await checked(config.data_dir)).events == 16
    with closing(sqlite3.connect(config.database_file)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(damage)
        connection.commit()
    with pytest.raises(LedgerMismatch, match=said):
        await checked(config.data_dir)
