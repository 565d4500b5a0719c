"""The marks of every delivered picture, for the two kinds of file that a making is shown in: PNG and WebP.

A WebP takes the XMP packet of a marked PNG, and the label again in Exif's UserComment (GB 45438-2025 annex B).
"""

import json
from io import BytesIO
from typing import Final

from PIL import ExifTags, Image

from bot.draft.marks import Origin, mark

PNG: Final = "image/png"
WEBP: Final = "image/webp"

_HEADER_BYTES: Final = 12
# In the first chunk of an extended file: there is Exif, and XMP (RFC 9649 section 2.7.1).
_ANNOUNCES: Final = 0x08 | 0x04
_FLAGS_AT: Final = 20
_ASCII: Final = b"ASCII\0\0\0"


def marked(data: bytes, mime: str, producer: str, produce_id: str) -> bytes:
    """Return the file with the marks of what AI and a person made together; what it shows is taken over as it is."""
    origin = Origin(producer, produce_id, from_own_picture=True)
    if mime == PNG:
        return mark(data, origin)
    dot = BytesIO()
    Image.new("L", (1, 1)).save(dot, "PNG")
    with Image.open(BytesIO(mark(dot.getvalue(), origin))) as image:
        packet, label = str(image.info["XML:com.adobe.xmp"]), json.loads(image.info["AIGC"])
    exif = Image.Exif()
    comment = _ASCII + json.dumps({"AIGC": label}, separators=(",", ":")).encode("ascii")
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = comment
    body = bytearray(data[_HEADER_BYTES:])
    body[_FLAGS_AT - _HEADER_BYTES] |= _ANNOUNCES
    chunks = _chunk(b"EXIF", exif.tobytes().removeprefix(b"Exif\0\0")) + _chunk(b"XMP ", packet.encode())
    return b"".join((b"RIFF", (4 + len(body) + len(chunks)).to_bytes(4, "little"), b"WEBP", bytes(body), chunks))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return b"".join((kind, len(body).to_bytes(4, "little"), body, b"\0" * (len(body) % 2)))
