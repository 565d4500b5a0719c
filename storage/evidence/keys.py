"""Keys: the log's signing key, the key that wraps data keys, and one data key a person and project.

Data keys live in a database file of their own, so that its backups can be kept shorter than the
evidence's: an old backup of this file would undo an erasure.
"""

import asyncio
import os
import secrets
from pathlib import Path

from sqlalchemy import insert, select

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

    @classmethod
    async def open(cls, path: Path, kek: bytes) -> "SubjectKeys":
        """Open (and on first use create) the key database."""
        database = Database(path)
        async with database.write() as connection:
            await connection.run_sync(keys_metadata.create_all)
        await asyncio.to_thread(path.chmod, 0o600)
        return cls(database, kek)

    async def get(self, subject: str) -> bytes | None:
        """Return a person's data key, or None where there is none (or it was destroyed)."""
        if subject in self._cache:
            return self._cache[subject]
        async with self._database.read() as connection:
            wrapped = await connection.scalar(select(subject_keys.c.wrapped).where(subject_keys.c.id == subject))
        if wrapped is None:
            return None
        return self._cache.setdefault(subject, unwrap_key(self._kek, wrapped))

    async def get_or_create(self, subject: str) -> bytes:
        """Return a person's data key, made on first use; committed before anything is sealed with it."""
        key = await self.get(subject)
        if key is not None:
            return key
        key = secrets.token_bytes(KEY_BYTES)
        async with self._database.write() as connection:
            await connection.execute(
                insert(subject_keys).values(id=subject, wrapped=wrap_key(self._kek, key), created_at=now_ms())
            )
        self._cache[subject] = key
        return key

    async def close(self) -> None:
        """Close the key database and forget the keys."""
        self._cache.clear()
        await self._database.close()
