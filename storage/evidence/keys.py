"""Keys: the log's signing key, the key that wraps data keys, and one data key a person and project.

Data keys live in a database file (or, on a server, a schema) of their own, so that its backups can be kept shorter than
the evidence's: an old backup of it would undo an erasure.
"""

import asyncio
import hmac
import os
import secrets
from collections.abc import Collection
from pathlib import Path
from typing import Final

from sqlalchemy import Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateSchema

from storage.clock import now_ms
from storage.database import Database, Place
from storage.evidence.commitments import KEY_BYTES, unwrap_key, wrap_key
from storage.evidence.notes import SigningKey
from storage.postgres import Server
from storage.recent import Recent
from storage.tables import keys_metadata, subject_keys

KEYS_KEPT: Final = 10_000
"""So many data keys are held in memory; the others are read and unwrapped when they are needed."""


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


def _own(path: Path) -> None:
    """Make a file, if it is not there, that nobody else may read; one from an older version was more open."""
    path.touch(mode=0o600)
    path.chmod(0o600)


class SubjectKeys:
    """The data keys of persons, wrapped at rest; a subject is an actor id or `log`."""

    def __init__(self, database: Database, kek: bytes) -> None:
        self._database = database
        self._kek = kek
        self._names_key = hmac.digest(kek, b"colophon names", "sha256")
        self._cache = Recent[str, bytes](KEYS_KEPT)
        self._current = Recent[str, str](KEYS_KEPT)
        self._making = asyncio.Lock()

    @classmethod
    async def open(cls, place: Place, kek: bytes) -> "SubjectKeys":
        """Open (and on first use create) the key database: a file, or a schema on the server that has the rest."""
        if isinstance(place, Path):
            # Before SQLite comes: the files that it puts beside it are as open as this one is.
            await asyncio.to_thread(_own, place)
        database = Database(place)
        async with database.write() as connection:
            if isinstance(place, Server):
                await connection.execute(CreateSchema(place.schema, if_not_exists=True))
            await connection.run_sync(keys_metadata.create_all)
        return cls(database, kek)

    async def get(self, key_id: str) -> bytes | None:
        """Return a data key, or None where there is none (or it was destroyed)."""
        # What another process may have destroyed is looked up anew: an erasure holds everywhere at once.
        if key_id in self._cache and not self._database.shared:
            return self._cache[key_id]
        async with self._database.read() as connection:
            wrapped = await connection.scalar(select(subject_keys.c.wrapped).where(subject_keys.c.id == key_id))
        if wrapped is None:
            self._cache.pop(key_id, None)
            return None
        return self._cache.setdefault(key_id, unwrap_key(self._kek, wrapped))

    async def get_all(self, key_ids: Collection[str]) -> dict[str, bytes]:
        """Return those of some data keys that are there."""
        found = {key_id: await self.get(key_id) for key_id in set(key_ids)}
        return {key_id: key for key_id, key in found.items() if key is not None}

    async def current(self, subject: str) -> tuple[str, bytes]:
        """Return the id and the key that a person's fields are sealed with now.

        It is made on first use, and anew after an erasure; committed before anything is sealed with it. Another process
        may have destroyed it since: see `destroyed`.
        """
        key_id = self._current.get(subject)
        if key_id is not None and (key := self._cache.get(key_id)) is not None:
            return key_id, key
        # Two acts at once of somebody who has just come in must not both make their first key.
        async with self._making:
            return await self._found_or_made(subject)

    async def _found_or_made(self, subject: str) -> tuple[str, bytes]:
        async with self._database.read() as connection:
            found, _ = await self._living(connection, subject)
        if found is None:
            # Looked for once more where nobody else writes: another process may have made it.
            async with self._database.write() as connection:
                found, before = await self._living(connection, subject)
                if found is None:
                    found = _generation(subject, before), secrets.token_bytes(KEY_BYTES)
                    row = {"id": found[0], "wrapped": wrap_key(self._kek, found[1]), "created_at": now_ms()}
                    await connection.execute(insert(subject_keys).values(row))
        key_id, key = found
        self._current[subject], self._cache[key_id] = key_id, key
        return key_id, key

    async def _living(self, connection: AsyncConnection, subject: str) -> tuple[tuple[str, bytes] | None, int]:
        """Return the newest key of a person that was not destroyed, and how many there were in all."""
        rows = (await connection.execute(_keys_of(subject).order_by(subject_keys.c.created_at))).all()
        living = [(row.id, row.wrapped) for row in rows if row.wrapped is not None]
        if not living:
            return None, len(rows)
        key_id, wrapped = living[-1]
        return (key_id, unwrap_key(self._kek, wrapped)), len(rows)

    async def destroyed(self, connection: AsyncConnection, key_ids: Collection[str]) -> set[str]:
        """Return which of some keys were destroyed by another process, as of now, over the ledger's own connection."""
        place = self._database.place
        if not isinstance(place, Server) or not key_ids:
            return set()
        gone = select(subject_keys.c.id).where(subject_keys.c.id.in_(key_ids), subject_keys.c.wrapped.is_(None))
        theirs = {"schema_translate_map": {None: place.schema}}
        return set((await connection.execute(gone, execution_options=theirs)).scalars())

    def forget(self, key_ids: Collection[str]) -> None:
        """Forget keys that another process has destroyed."""
        for key_id in key_ids:
            self._cache.pop(key_id, None)
            self._current.pop(subject_of(key_id), None)

    def hidden(self, name: str) -> str:
        """Return what a name is known by where the name itself must not be kept.

        It is always the same, and only who holds the key that wraps all others can tell whose it is.
        """
        return hmac.digest(self._names_key, name.encode(), "sha256").hex()

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
