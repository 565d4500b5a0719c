"""Content-addressed files: a picture is kept once, under the SHA-256 of its bytes."""

import asyncio
import os
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from PIL import Image
from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import now_ms
from storage.database import Database, is_full
from storage.errors import NotFound, StorageFull
from storage.evidence.commitments import JsonValue
from storage.evidence.pixels import pixels_sha256
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


class Media:
    """The folder of media files and its table."""

    def __init__(self, folder: Path, database: Database) -> None:
        self._folder = folder
        self._database = database

    def path(self, digest: str) -> Path:
        """Return where the file of a hash lies."""
        return self._folder / digest[:2] / digest

    async def put_picture(self, data: bytes, mime: str) -> Picture:
        """Store an image that has already been checked; the row is written by `record`.

        The file is on disk before any event names it. If we stop in between, a file that nothing
        names remains, never an event whose picture is missing. Raise StorageFull.
        """
        return await asyncio.to_thread(self._put_picture, data, mime)

    def _put_picture(self, data: bytes, mime: str) -> Picture:
        with Image.open(BytesIO(data)) as image:
            pixels, width, height = pixels_sha256(image), image.width, image.height
        digest = sha256(data).hexdigest()
        target = self.path(digest)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                _write_whole(target, data)
        except OSError as error:
            if is_full(error):
                raise StorageFull("no room for a picture") from error
            raise
        return Picture(digest, mime, len(data), width, height, pixels)

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


async def record(connection: AsyncConnection, picture: Picture) -> None:
    """Write the row of a stored file, inside the transaction that first names it."""
    row = {
        "sha256": picture.sha256,
        "mime": picture.mime,
        "size_bytes": picture.size_bytes,
        "width": picture.width,
        "height": picture.height,
        "created_at": now_ms(),
        "pixels_sha256": picture.pixels_sha256,
    }
    query = insert(media).values(row)
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
