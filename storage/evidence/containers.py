"""Where pictures keep what is said of them, read and written without decoding a pixel.

    PNG    chunks: iTXt "XML:com.adobe.xmp", tEXt "AIGC", eXIf, caBX        (PNG, third edition; C2PA 2.1 annex A)
    JPEG   segments before the scan: APP1 with Exif or XMP, APP11 JUMBF     (ISO 10918-1; Exif 3.0; XMP part 3)
    WebP   RIFF chunks: "EXIF", "XMP ", "C2PA", announced by flags in VP8X  (RFC 9649)

What is read may be hostile: parts are counted, pieces have a largest size, and what is cut off is left out.
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

MAX_PIECE: Final = 1 << 20
"""Bytes of one piece of metadata; of a larger one, only these are looked at."""
MAX_PARTS: Final = 100_000
"""Chunks or segments of one file; what comes after them is not looked at."""

PNG: Final = "image/png"
JPEG: Final = "image/jpeg"
WEBP: Final = "image/webp"

_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# Signature, and the header chunk, which comes first: length, kind, 13 bytes, checksum.
_AFTER_HEADER: Final = 8 + 4 + 4 + 13 + 4
_XMP_KEYWORD: Final = b"XML:com.adobe.xmp"
_LABEL_KEYWORD: Final = b"AIGC"
_JPEG_SIGNATURE: Final = b"\xff\xd8\xff"
_APP0, _APP1, _APP11 = 0xE0, 0xE1, 0xEB
_SCAN, _END = 0xDA, 0xD9
# Markers that stand alone, without a length: TEM, and RST0 to RST7.
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_EXIF_HEAD: Final = b"Exif\0\0"
_XMP_HEAD: Final = b"http://ns.adobe.com/xap/1.0/\0"
_HEADER_BYTES: Final = 10
_HAS_ALPHA, _HAS_EXIF, _HAS_XMP = 0x10, 0x08, 0x04
# Of a WebP; metadata comes after them, unknown chunks after that (RFC 9649 section 2.7).
_PICTURE_CHUNKS: Final = frozenset({b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L"})


class NotAPicture(ValueError):
    """The bytes are no PNG, JPEG or WebP, or not far enough to be written into."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a file carries beside its pixels; empty where it does not.

    `xmp` is the packet, `label` the text under the keyword AIGC, `exif` a TIFF structure; `credentials` says that there
    is a store of C2PA manifests.
    """

    mime: str
    xmp: bytes = b""
    label: bytes = b""
    exif: bytes = b""
    credentials: bool = False


Span = tuple[int, int]


def carried(data: bytes) -> Carried:
    """Return what a file carries; raise NotAPicture."""
    match _mime(data):
        case "image/png":
            return _of_png(data)
        case "image/jpeg":
            return _of_jpeg(data)
        case _:
            return _of_webp(data)


def carrying(data: bytes, *, xmp: bytes, label: bytes, exif: bytes) -> bytes:
    """Return the file with an XMP packet and, as its kind has it, a text chunk AIGC or Exif, in place of former ones.

    Raise NotAPicture.
    """
    match _mime(data):
        case "image/png":
            return _into_png(data, xmp, label)
        case "image/jpeg":
            return _into_jpeg(data, xmp, exif)
        case _:
            return _into_webp(data, xmp, exif)


def _mime(data: bytes) -> str:
    if data.startswith(_PNG_SIGNATURE) and data[12:16] == b"IHDR":
        return PNG
    if data.startswith(_JPEG_SIGNATURE):
        return JPEG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    raise NotAPicture("neither PNG nor JPEG nor WebP")


def _without(data: bytes, start: int, dropped: Iterable[Span]) -> list[bytes]:
    """Return the pieces of a file from `start` on, less some spans."""
    pieces = []
    for first, after in dropped:
        pieces.append(data[start:first])
        start = after
    return [*pieces, data[start:]]


# --- PNG -----------------------------------------------------------------------------------------


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield each chunk: its kind, where it begins and where it ends."""
    at = 8
    for _ in range(MAX_PARTS):
        length = int.from_bytes(data[at : at + 4], "big")
        kind, end = data[at + 4 : at + 8], at + 12 + length
        if len(kind) < 4 or end > len(data):
            return
        yield kind, at, end
        at = end


def _of_png(data: bytes) -> Carried:
    xmp = label = exif = b""
    credentials = False
    for kind, start, end in _png_chunks(data):
        body = data[start + 8 : min(end - 4, start + 8 + MAX_PIECE)]
        match kind:
            case b"tEXt" if body.startswith(_LABEL_KEYWORD + b"\0"):
                label = label or body.partition(b"\0")[2]
            case b"iTXt" if body.startswith(_LABEL_KEYWORD + b"\0"):
                label = label or _international(body)
            case b"iTXt" if body.startswith(_XMP_KEYWORD + b"\0"):
                xmp = xmp or _international(body)
            case b"eXIf":
                exif = exif or body
            case b"caBX":
                credentials = True
    return Carried(PNG, xmp, label, exif, credentials)


def _international(body: bytes) -> bytes:
    """Return the text of an iTXt chunk: keyword, two bytes on compression, language, translated keyword, text."""
    _, _, rest = body.partition(b"\0")
    parts = rest[2:].split(b"\0", 2)
    if len(parts) < 3:
        return b""
    if rest[:1] == b"\0":
        return parts[2]
    try:
        return zlib.decompressobj().decompress(parts[2], MAX_PIECE)
    except zlib.error:
        return b""


def _into_png(data: bytes, xmp: bytes, label: bytes) -> bytes:
    if len(data) < _AFTER_HEADER:
        raise NotAPicture("a PNG whose header is cut off")
    ours = ((b"iTXt", _XMP_KEYWORD), (b"tEXt", _LABEL_KEYWORD), (b"iTXt", _LABEL_KEYWORD))
    former = [
        (start, end)
        for kind, start, end in _png_chunks(data)
        if any(kind == k and data.startswith(keyword + b"\0", start + 8) for k, keyword in ours)
    ]
    # The keyword's end, not compressed, no method, no language, no translated keyword (PNG, section 11.3.3.4).
    international = _png_chunk(b"iTXt", _XMP_KEYWORD + b"\0" * 5 + xmp)
    plain = _png_chunk(b"tEXt", b"\0".join((_LABEL_KEYWORD, label)))
    return b"".join((data[:_AFTER_HEADER], international, plain, *_without(data, _AFTER_HEADER, former)))


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return b"".join((len(data).to_bytes(4, "big"), kind, data, zlib.crc32(kind + data).to_bytes(4, "big")))


# --- JPEG ----------------------------------------------------------------------------------------


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield each segment before the scan: its marker, where it begins and where it ends."""
    at = 2
    for _ in range(MAX_PARTS):
        if data[at : at + 1] != b"\xff" or at + 4 > len(data):
            return
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _BARE:
            at += 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in (_SCAN, _END) or end < at + 4 or end > len(data):
            return
        yield marker, at, end
        at = end


def _of_jpeg(data: bytes) -> Carried:
    xmp = exif = b""
    credentials = False
    for marker, start, end in _segments(data):
        body = data[start + 4 : end]
        if marker == _APP1 and body.startswith(_XMP_HEAD):
            xmp = xmp or body[len(_XMP_HEAD) :]
        elif marker == _APP1 and body.startswith(_EXIF_HEAD):
            exif = exif or body[len(_EXIF_HEAD) :]
        elif marker == _APP11 and body.startswith(b"JP") and b"c2pa" in body[:256]:
            credentials = True
    return Carried(JPEG, xmp=xmp, exif=exif, credentials=credentials)


def _into_jpeg(data: bytes, xmp: bytes, exif: bytes) -> bytes:
    after, former = 2, []
    for marker, start, end in _segments(data):
        if marker == _APP0 and start == after:
            # JFIF wants to be first of all.
            after = end
        elif marker == _APP1 and data.startswith((_XMP_HEAD, _EXIF_HEAD), start + 4):
            former.append((start, end))
    ours = (_segment(_EXIF_HEAD + exif), _segment(_XMP_HEAD + xmp))
    return b"".join((data[:after], *ours, *_without(data, after, former)))


def _segment(body: bytes) -> bytes:
    if len(body) + 2 > 0xFFFF:
        raise NotAPicture("what is to be written does not fit into a segment")
    return b"".join((b"\xff", bytes((_APP1,)), (len(body) + 2).to_bytes(2, "big"), body))


# --- WebP ----------------------------------------------------------------------------------------


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield each chunk: its kind, where its data begin and where they end; they are padded to an even length."""
    at = 12
    for _ in range(MAX_PARTS):
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + size > len(data) or len(kind) < 4:
            return
        yield kind, at + 8, at + 8 + size
        at += 8 + size + size % 2


def _of_webp(data: bytes) -> Carried:
    xmp = exif = b""
    credentials = False
    for kind, start, end in _riff_chunks(data):
        body = data[start : min(end, start + MAX_PIECE)]
        match kind:
            case b"XMP ":
                xmp = xmp or body
            case b"EXIF":
                exif = exif or body.removeprefix(_EXIF_HEAD)
            case b"C2PA":
                credentials = True
    return Carried(WEBP, xmp=xmp, exif=exif, credentials=credentials)


def _into_webp(data: bytes, xmp: bytes, exif: bytes) -> bytes:
    chunks = [(kind, data[start:end]) for kind, start, end in _riff_chunks(data) if kind not in (b"EXIF", b"XMP ")]
    if not chunks or chunks[0][0] not in (b"VP8X", b"VP8 ", b"VP8L"):
        raise NotAPicture("a WebP without a picture")
    if chunks[0][0] != b"VP8X":
        chunks.insert(0, (b"VP8X", _canvas(*chunks[0])))
    head = chunks[0][1]
    if len(head) < _HEADER_BYTES:
        raise NotAPicture("a WebP whose header is cut off")
    chunks[0] = (b"VP8X", bytes((head[0] | _HAS_EXIF | _HAS_XMP,)) + head[1:])
    picture = [chunk for chunk in chunks if chunk[0] in _PICTURE_CHUNKS]
    others = [chunk for chunk in chunks if chunk[0] not in _PICTURE_CHUNKS]
    body = b"".join(_riff_chunk(*chunk) for chunk in (*picture, (b"EXIF", exif), (b"XMP ", xmp), *others))
    return b"".join((b"RIFF", (len(body) + 4).to_bytes(4, "little"), b"WEBP", body))


def _riff_chunk(kind: bytes, body: bytes) -> bytes:
    return b"".join((kind, len(body).to_bytes(4, "little"), body, b"\0" * (len(body) % 2)))


def _canvas(kind: bytes, body: bytes) -> bytes:
    """Return the header that a simple WebP lacks: flags, and width and height less one, read from its picture."""
    if kind == b"VP8L" and body[:1] == b"\x2f" and len(body) >= 5:
        # 14 bits each, and one that says whether there is transparency (RFC 9649 section 3.4).
        bits = int.from_bytes(body[1:5], "little")
        flags, width, height = _HAS_ALPHA * (bits >> 28 & 1), bits & 0x3FFF, bits >> 14 & 0x3FFF
    elif kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a" and len(body) >= 10:
        # 14 bits each, after the start code of a key frame (RFC 6386 section 9.1).
        flags = 0
        width, height = ((int.from_bytes(body[at : at + 2], "little") & 0x3FFF) - 1 for at in (6, 8))
    else:
        raise NotAPicture("a WebP whose picture cannot be read")
    if width < 0 or height < 0:
        raise NotAPicture("a WebP without a size")
    return bytes((flags, 0, 0, 0)) + width.to_bytes(3, "little") + height.to_bytes(3, "little")
