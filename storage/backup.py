"""Copies of everything that lasts, made while the bot runs, and how one is brought back.

A backup is a folder beside which the pictures lie, once for all backups of the place:

    TO/media/..                    every picture that is still kept
    TO/2026-11-28T19-30-00Z/       colophon.db, keys.db, keys/, published.note once there is one, backup.json

The order keeps what is copied whole. The database goes first, then the keys, then the pictures: whatever an event of
the copied database names was there before it, so it is in what is copied later. What is erased meanwhile is missing
later, as it should be: pictures that are gone leave `TO/media` too, and whoever keeps older key databases keeps what
was erased readable, so those should be kept for a short time only.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Final

from storage.database import is_full
from storage.errors import BackupDamaged, DatabaseMissing, StateConflict, StorageFull

MANIFEST: Final = "backup.json"
_DATABASES: Final = ("colophon.db", "keys.db")
_NOTE: Final = "published.note"
_MEDIA: Final = "media"


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup: its folder, how many events its log holds, and how many pictures were new to the place."""

    folder: Path
    events: int
    pictures: int
    new_pictures: int


def make_backup(data: Path, to: Path, at: datetime | None = None) -> Backup:
    """Copy a data folder, whether the bot runs or not; blocking.

    The backup appears whole or not at all. Raise DatabaseMissing, StateConflict where there is one of this second, or
    StorageFull.
    """
    if not (data / _DATABASES[0]).exists():
        raise DatabaseMissing(str(data / _DATABASES[0]))
    name = (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H-%M-%SZ")
    target, partial = to / name, to / f".{name}.partial"
    if target.exists():
        raise StateConflict(f"there is a backup {target} already")
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        partial.mkdir(mode=0o700)
        for database in _DATABASES:
            _snapshot(data / database, partial / database)
        _copy_tree(data / "keys", partial / "keys")
        # Read after the database: a newer note than the database holds would be taken for a log that was cut.
        note = _newest_note(partial / _DATABASES[0])
        if note is not None:
            _write(partial / _NOTE, note)
        events = _events(partial / _DATABASES[0])
        pictures, new = _follow_media(data / _MEDIA, to / _MEDIA)
        files = {path: _digest(partial / path) for path in _files_below(partial)}
        _write(partial / MANIFEST, json.dumps({"events": events, "files": files}, indent=1).encode())
        partial.replace(target)
    except OSError as error:
        if is_full(error):
            raise StorageFull(f"no room for a backup in {to}") from error
        raise
    except sqlite3.Error as error:
        if is_full(error):
            raise StorageFull(f"no room for a backup in {to}") from error
        raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Backup(target, events, pictures, new)


def restore_backup(folder: Path, data: Path) -> None:
    """Copy a backup into a data folder that is not there yet, or empty; blocking. Its log is to be checked after.

    Raise BackupDamaged where a file is not the one that was copied, StateConflict where something is in the way, or
    StorageFull.
    """
    manifest = read_manifest(folder)
    if data.exists() and any(data.iterdir()):
        raise StateConflict(f"{data} is not empty; a backup is restored into a new folder")
    partial = data.with_name(f".{data.name}.partial")
    try:
        partial.mkdir(parents=True, mode=0o700)
        for name in manifest:
            _copy(folder / name, partial / name)
        _copy_tree(folder.parent / _MEDIA, partial / _MEDIA)
        if data.exists():
            data.rmdir()
        partial.replace(data)
    except OSError as error:
        if is_full(error):
            raise StorageFull(f"no room for the restored data in {data}") from error
        raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def read_manifest(folder: Path) -> dict[str, str]:
    """Return the files of a backup with their hashes, all of them checked; raise BackupDamaged; blocking."""
    try:
        files = {
            str(name): str(digest) for name, digest in json.loads((folder / MANIFEST).read_text())["files"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupDamaged(f"{folder} has no readable {MANIFEST}: it is no backup, or an unfinished one") from error
    for name, digest in files.items():
        path = folder / name
        if path.resolve().parent not in (folder.resolve(), (folder / "keys").resolve()):
            raise BackupDamaged(f"{name} is no name of a file in a backup")
        try:
            found = _digest(path)
        except OSError as error:
            raise BackupDamaged(f"{path} cannot be read: {error.strerror}") from error
        if found != digest:
            raise BackupDamaged(f"{path} is not the file that was copied")
    return files


def _snapshot(source: Path, target: Path) -> None:
    """Copy a database as it stands at one moment; writers go on meanwhile, and what was deleted stays behind."""
    target.touch(mode=0o600)
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=60.0)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    _sync(target)


def _events(database: Path) -> int:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        row = connection.execute("SELECT size FROM evidence_head").fetchone()
    return 0 if row is None else int(row[0])


def _newest_note(database: Path) -> bytes | None:
    """Return the newest checkpoint of a copy; None where its log was too young to have signed one."""
    query = "SELECT note FROM evidence_checkpoint ORDER BY size DESC LIMIT 1"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        row = connection.execute(query).fetchone()
    return None if row is None else bytes(row[0])


def _follow_media(source: Path, target: Path) -> tuple[int, int]:
    """Copy the pictures that are new, and drop those that are gone; return how many there are, and how many are new."""
    there = set(_files_below(source)) if source.exists() else set()
    kept = set(_files_below(target)) if target.exists() else set()
    for name in sorted(there - kept):
        try:
            _copy(source / name, target / name)
        except FileNotFoundError:
            # Erased since it was listed.
            there.discard(name)
    for name in kept - there:
        (target / name).unlink(missing_ok=True)
    return len(there), len(there - kept)


def _files_below(folder: Path) -> Iterator[str]:
    """Yield the files of a folder by their names in it; not those that are still being written."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.startswith((".", "tmp")):
            yield path.relative_to(folder).as_posix()


def _copy_tree(source: Path, target: Path) -> None:
    for name in _files_below(source) if source.exists() else ():
        _copy(source / name, target / name)


def _copy(source: Path, target: Path) -> None:
    """Copy a file for its owner's eyes, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = target.with_name(f".{target.name}.partial")
    with source.open("rb") as given:
        temporary.touch(mode=0o600)
        with temporary.open("wb") as taken:
            shutil.copyfileobj(given, taken)
    _sync(temporary)
    temporary.replace(target)


def _write(target: Path, data: bytes) -> None:
    target.touch(mode=0o600)
    target.write_bytes(data)
    _sync(target)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
