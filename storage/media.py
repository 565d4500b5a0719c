"""Content-addressed files: a picture, or a document that nobody opens, is kept once under the SHA-256 of its bytes."""

import asyncio
import os
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import now_ms
from storage.darkroom.darkroom import Darkroom
from storage.database import Database, is_full
from storage.errors import NotFound, StorageFull
from storage.evidence.commitments import JsonValue
from storage.portable import upsert
from storage.tables import media


@dataclass(frozen=True, slots=True)
class Picture:
    """A stored image: its hash, what it is, and the hash of its bare pixels."""

    sha256: str
    mime: str
    size_bytes: int
    width: int
    height: int
    pixels_sha256: str

    def as_field(self) -> dict[str, JsonValue]:
        """Return the value of an `image` field: hash, size and type."""
        return {"sha256": self.sha256, "size": self.size_bytes, "mime": self.mime}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A stored file that is no picture: kept as it came, never interpreted; `name` is what its member called it."""

    sha256: str
    mime: str
    size_bytes: int
    name: str

    def as_field(self) -> dict[str, JsonValue]:
        """Return the value of a `file` field: hash, size, type and name."""
        return {"sha256": self.sha256, "size": self.size_bytes, "mime": self.mime, "name": self.name}


class Media:
    """The folder of media files and its table."""

    def __init__(self, folder: Path, database: Database, darkroom: Darkroom) -> None:
        self._folder = folder
        self._database = database
        self._darkroom = darkroom

    def path(self, digest: str) -> Path:
        """Return where the file of a hash lies."""
        return self._folder / digest[:2] / digest

    async def put_picture(self, data: bytes, mime: str) -> Picture:
        """Store an image that has already been checked; the row is written by `record`.

        The file is on disk before any event names it. If we stop in between, a file that nothing
        names remains, never an event whose picture is missing. Raise StorageFull, FileRefused, DarkroomBusy.
        """
        pixels = await self._darkroom.pixels(data)
        digest = await asyncio.to_thread(self._put, data)
        return Picture(digest, mime, len(data), pixels.width, pixels.height, pixels.sha256)

    async def put_file(self, data: bytes, mime: str, name: str) -> StoredFile:
        """Store a file that nobody opens; the row is written by `record`. Raise StorageFull."""
        return StoredFile(await asyncio.to_thread(self._put, data), mime, len(data), name)

    def _put(self, data: bytes) -> str:
        digest = sha256(data).hexdigest()
        target = self.path(digest)
        try:
            # The mode counts for the last folder of a path alone.
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            target.parent.mkdir(exist_ok=True, mode=0o700)
            if not target.exists():
                _write_whole(target, data)
        except OSError as error:
            if is_full(error):
                raise StorageFull("no room for a file") from error
            raise
        return digest

    async def read(self, digest: str) -> bytes:
        """Return the bytes of a stored file; raise NotFound where it was erased."""
        try:
            return await asyncio.to_thread(self.path(digest).read_bytes)
        except FileNotFoundError as error:
            raise NotFound(f"media {digest}") from error

    async def mime(self, digest: str) -> str:
        """Return the type of a stored file."""
        async with self._database.read() as connection:
            found = await connection.scalar(select(media.c.mime).where(media.c.sha256 == digest))
        if found is None:
            raise NotFound(f"media {digest}")
        return str(found)


async def record(connection: AsyncConnection, stored: Picture | StoredFile) -> None:
    """Write the row of a stored file, inside the transaction that first names it."""
    seen = stored if isinstance(stored, Picture) else None
    row = {
        "sha256": stored.sha256,
        "mime": stored.mime,
        "size_bytes": stored.size_bytes,
        "width": None if seen is None else seen.width,
        "height": None if seen is None else seen.height,
        "created_at": now_ms(),
        "pixels_sha256": None if seen is None else seen.pixels_sha256,
    }
    query = upsert(media).values(row)
    # A row that was there may be without: of an older version, or of a picture that was erased and made again.
    pixels = {"pixels_sha256": query.excluded.pixels_sha256}
    await connection.execute(query.on_conflict_do_update(index_elements=["sha256"], set_=pixels))


def _write_whole(target: Path, data: bytes) -> None:
    """Write through a temporary file, synced, so that a name never stands for half a file."""
    handle, name = tempfile.mkstemp(dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
