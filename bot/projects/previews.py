"""The small picture that some documents carry of themselves: taken out without reading the document, and drawn anew.

Nothing of the bytes inside goes on: what is kept is a PNG of the preview's pixels.
"""

import asyncio
import struct
from typing import Final

from bot.chat.uploads import Upload
from bot.projects.filetypes import Document, FileType
from bot.projects.zipped import Zip
from storage.darkroom.darkroom import Darkroom
from storage.darkroom.found import FileRefused

_LIMIT: Final = 10 * 1024 * 1024
_INSIDE: Final = {
    FileType.KRITA: ("mergedimage.png", "preview.png"),
    FileType.PROCREATE: ("QuickLook/Thumbnail.png",),
}
"""Where a zip has its preview; the first that can be read counts."""
# Photoshop's file format: a header of 26 bytes, then the colour table, then the image resources.
_PSD_HEAD: Final = 26
_THUMBNAIL: Final = 1036
_JPEG: Final = 1
_THUMBNAIL_HEAD: Final = 28
_MAX_RESOURCES: Final = 4096


async def preview_of(darkroom: Darkroom, document: Document) -> Upload | None:
    """Return the preview in a document as a picture of its own; None where there is none. Raise DarkroomBusy."""
    for found in await asyncio.to_thread(_embedded, document):
        if found is None:
            continue
        try:
            bare = await darkroom.redrawn(found)
            checked = await darkroom.check(bare)
        except FileRefused:
            # Damaged, or beyond what a picture may be: as good as none.
            continue
        return Upload(bare, checked.mime, checked.size)
    return None


def _embedded(document: Document) -> list[bytes | None]:
    if document.type is FileType.PHOTOSHOP:
        return [_photoshops(document.data)]
    names = _INSIDE.get(document.type, ())
    archive = Zip.open(document.data) if names else None
    return [] if archive is None else [archive.read(name, limit=_LIMIT) for name in names]


def _photoshops(data: bytes) -> bytes | None:
    """Return the JPEG thumbnail among the image resources."""
    colours = _long(data, _PSD_HEAD)
    at = _PSD_HEAD + 4 + colours
    end = min(at + 4 + _long(data, at), len(data))
    at += 4
    for _ in range(_MAX_RESOURCES):
        if at + 12 > end or data[at : at + 4] != b"8BIM":
            return None
        number = int.from_bytes(data[at + 4 : at + 6], "big")
        name = 1 + data[at + 6]
        at += 6 + name + name % 2
        size = _long(data, at)
        body = data[at + 4 : min(at + 4 + size, end)]
        if number == _THUMBNAIL:
            return body[_THUMBNAIL_HEAD:] if len(body) == size and _long(body, 0) == _JPEG else None
        at += 4 + size + size % 2
    return None


def _long(data: bytes, at: int) -> int:
    """Return a number of four bytes; of a file that ends before, one that leads beyond its end."""
    return int(struct.unpack_from(">L", data, at)[0]) if at + 4 <= len(data) else 1 << 32
