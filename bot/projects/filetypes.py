"""What a file is, by its first bytes alone: documents are recognised and kept as they came, and never opened."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from bot.chat.typed import clean
from bot.projects.zipped import Zip, is_zip

MAX_NAME: Final = 100
_SVG_LOOKED_AT: Final = 4096
# What may stand before the root element; each part ends at the first `>`, so that nothing is tried twice.
_SVG: Final = re.compile(r"\ufeff?\s*(?:<(?:\?[^>]*|!--[^>]*--|!DOCTYPE svg[^>]*)>\s*)*<svg[\s>]", re.IGNORECASE)
_KRITA: Final = frozenset({b"application/x-krita", b"application/x-kra"})
_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


class FileType(Enum):
    """A kind of file that can be brought; the value is its type."""

    PICTURE = "image"
    """PNG, JPEG or WebP; which one, and whether it is sound, its check says."""
    PHOTOSHOP = "image/vnd.adobe.photoshop"
    KRITA = "application/x-krita"
    PROCREATE = "application/x-procreate"
    CLIP_STUDIO = "application/x-clip-studio"
    PDF = "application/pdf"
    """Illustrator's files among them: they are PDF too."""
    POSTSCRIPT = "application/postscript"
    SVG = "image/svg+xml"
    ZIP = "application/zip"
    TEXT = "text/plain"

    @property
    def mime(self) -> str:
        """Return the type as it is recorded."""
        return self.value


@dataclass(frozen=True, slots=True)
class Document:
    """A file from elsewhere: its bytes, what it is, and what its member called it."""

    data: bytes
    type: FileType
    name: str


def recognise(data: bytes) -> FileType | None:
    """Tell what a file is; None for what is none of ours. Blocking, and bounded whatever the bytes are."""
    if data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return FileType.PICTURE
    if data.startswith((b"8BPS\x00\x01", b"8BPS\x00\x02")):
        return FileType.PHOTOSHOP
    if data.startswith(b"CSFCHUNK"):
        return FileType.CLIP_STUDIO
    if data.startswith(b"%PDF-"):
        return FileType.PDF
    if data.startswith(b"%!PS-Adobe-"):
        return FileType.POSTSCRIPT
    if is_zip(data):
        return _zipped(data)
    return _written(data)


def _zipped(data: bytes) -> FileType:
    archive = Zip.open(data)
    if archive is None:
        return FileType.ZIP
    if archive.read("mimetype", limit=64) in _KRITA:
        return FileType.KRITA
    return FileType.PROCREATE if "Document.archive" in archive.names else FileType.ZIP


def _written(data: bytes) -> FileType | None:
    """Tell SVG from other text; None for what is no text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if not text.strip() or _CONTROL.search(text):
        return None
    return FileType.SVG if _SVG.match(text[:_SVG_LOOKED_AT]) else FileType.TEXT


def plain_name(name: str) -> str:
    """Return what a file is called, without the folders that somebody may have put before it."""
    last = re.split(r"[/\\]", clean(name).replace("\n", " "))[-1].strip(" .")
    return last[-MAX_NAME:].strip(" .") or "file"
