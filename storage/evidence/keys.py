"""Keys: the log's signing key, the key that wraps data keys, and one data key a person and project.

Data keys live in a database file of their own, so that its backups can be kept shorter than the
evidence's: an old backup of this file would undo an erasure.
"""

import asyncio
import os
import secrets
from pathlib import Path

from sqlalchemy import Select, insert, select, update

from storage.clock import now_ms
from storage.database import Database
from storage.evidence.commitments import KEY_BYTES, unwrap_key, wrap_key
from storage.evidence.notes import SigningKey
from storage.tables import keys_metadata, subject_keys


def load_or_create_secret(path: Path, *, create: bool) -> bytes:
    """Read a 32-byte secret kept as hex in a file of mode 0600; make it where `create` allows.

    Raise FileNotFoundError where it is missing and may not be made: a new signing key on an old
    log would be a second history.
    """
    try:
        secret = bytes.fromhex(path.read_text().strip())
    except FileNotFoundError:
        if not create:
            raise
        secret = secrets.token_bytes(KEY_BYTES)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secret.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
    if len(secret) != KEY_BYTES:
        raise ValueError(f"{path} does not hold {KEY_BYTES} bytes")
    return secret


def load_signing_key(path: Path, origin: str, *, create: bool) -> SigningKey:
    """Return the log's key; its name is the log's origin."""
    return SigningKey(origin, load_or_create_secret(path, create=create))


class SubjectKeys:
    """The data keys of persons, wrapped at rest; a subject is an actor id or `log`."""

    def __init__(self, database: Database, kek: bytes) -> None:
        self._database = database
        self._kek = kek
        self._cache: dict[str, bytes] = {}
        self._current: dict[str, str] = {}

    @classmethod
    async def open(cls, path: Path, kek: bytes) -> "SubjectKeys":
        """Open (and on first use create) the key database."""
        database = Database(path)
        async with database.write() as connection:
            await connection.run_sync(keys_metadata.create_all)
        await asyncio.to_thread(path.chmod, 0o600)
        return cls(database, kek)

    async def get(self, key_id: str) -> bytes | None:
        """Return a data key, or None where there is none (or it was destroyed)."""
        if key_id in self._cache:
            return self._cache[key_id]
        async with self._database.read() as connection:
            wrapped = await connection.scalar(select(subject_keys.c.wrapped).where(subject_keys.c.id == key_id))
        if wrapped is None:
            return None
        return self._cache.setdefault(key_id, unwrap_key(self._kek, wrapped))

    async def current(self, subject: str) -> tuple[str, bytes]:
        """Return the id and the key that a person's fields are sealed with now.

        It is made on first use, and anew after an erasure; committed before anything is sealed with it.
        """
        key_id = self._current.get(subject)
        if key_id is not None and (key := await self.get(key_id)) is not None:
            return key_id, key
        async with self._database.read() as connection:
            rows = (await connection.execute(_keys_of(subject).order_by(subject_keys.c.created_at))).all()
        living = [row.id for row in rows if row.wrapped is not None]
        key_id = living[-1] if living else _generation(subject, len(rows))
        key = await self.get(key_id)
        if key is None:
            key = secrets.token_bytes(KEY_BYTES)
            row = {"id": key_id, "wrapped": wrap_key(self._kek, key), "created_at": now_ms()}
            async with self._database.write() as connection:
                await connection.execute(insert(subject_keys).values(row))
        self._current[subject], self._cache[key_id] = key_id, key
        return key_id, key

    async def has_any(self, subject: str) -> bool:
        """Tell whether a person has a key that was not destroyed."""
        async with self._database.read() as connection:
            rows = (await connection.execute(_keys_of(subject))).all()
        return any(row.wrapped is not None for row in rows)

    async def destroy(self, subject: str) -> tuple[str, ...]:
        """Destroy every key of a person, on the disk too; return their ids.

        What they sealed is open to nobody again.
        """
        self._current.pop(subject, None)
        async with self._database.write() as connection:
            ids = tuple(row.id for row in await connection.execute(_keys_of(subject)) if row.wrapped is not None)
            gone = update(subject_keys).where(subject_keys.c.id.in_(ids))
            await connection.execute(gone.values(wrapped=None, destroyed_at=now_ms()))
        for key_id in ids:
            self._cache.pop(key_id, None)
        await self._database.forget_traces()
        return ids

    async def close(self) -> None:
        """Close the key database and forget the keys."""
        self._cache.clear()
        self._current.clear()
        await self._database.close()


def subject_of(key_id: str) -> str:
    """Return whose key it is: after an erasure a person has another one, `<subject>~<number>`."""
    return key_id.partition("~")[0]


def _generation(subject: str, number: int) -> str:
    return subject if number == 0 else f"{subject}~{number}"


def _keys_of(subject: str) -> Select[tuple[str, bytes | None]]:
    mine = (subject_keys.c.id == subject) | subject_keys.c.id.like(f"{subject}~%")
    return select(subject_keys.c.id, subject_keys.c.wrapped).where(mine)
