"""One thing of Exif, written, and read from files that nobody vouches for: the user comment (Exif 3.0, in TIFF 6.0)."""

import struct
from typing import Final

_EXIF_POINTER: Final = 0x8769
_VERSION: Final = 0x9000
_USER_COMMENT: Final = 0x9286
_ENTRY_BYTES: Final = 12
_MAX_ENTRIES: Final = 512
_CHARSET_BYTES: Final = 8
_LONG, _UNDEFINED = 4, 7
# Types of one byte a value: BYTE, ASCII, UNDEFINED. Writers differ.
_BYTE_TYPES: Final = (1, 2, _UNDEFINED)


def with_user_comment(text: str) -> bytes:
    """Return a TIFF structure that holds nothing but a user comment in ASCII, and the version that it must hold."""
    comment = b"ASCII\0\0\0" + text.encode("ascii")
    main, private, end = 8, 8 + 2 + _ENTRY_BYTES + 4, 8 + 2 * (2 + 4) + 3 * _ENTRY_BYTES
    return b"".join(
        (
            struct.pack("<2sHI", b"II", 42, main),
            struct.pack("<HHHIII", 1, _EXIF_POINTER, _LONG, 1, private, 0),
            struct.pack("<HHHI4s", 2, _VERSION, _UNDEFINED, 4, b"0300"),
            struct.pack("<HHIII", _USER_COMMENT, _UNDEFINED, len(comment), end, 0),
            comment,
        )
    )


def user_comment(tiff: bytes) -> str | None:
    """Return the user comment of a TIFF structure; None where there is none, or the structure does not hold."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return None
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        pointer = _entry(tiff, order, first, _EXIF_POINTER)
        entry = None if pointer is None else _entry(tiff, order, pointer[2], _USER_COMMENT)
    except struct.error:
        return None
    if entry is None:
        return None
    kind, count, offset = entry
    if kind not in _BYTE_TYPES or count <= _CHARSET_BYTES or offset + count > len(tiff):
        return None
    return _text(tiff[offset : offset + count], order)


def _entry(tiff: bytes, order: str, directory: int, tag: int) -> tuple[int, int, int] | None:
    """Return type, count and value, or where the value is, of an entry of a directory; raise struct.error."""
    (entries,) = struct.unpack_from(f"{order}H", tiff, directory)
    for number in range(min(entries, _MAX_ENTRIES)):
        found, kind, count, value = struct.unpack_from(f"{order}HHII", tiff, directory + 2 + number * _ENTRY_BYTES)
        if found == tag:
            return kind, count, value
    return None


def _text(comment: bytes, order: str) -> str:
    charset, text = comment[:_CHARSET_BYTES], comment[_CHARSET_BYTES:]
    if charset == b"UNICODE\0":
        return text.decode("utf-16-le" if order == "<" else "utf-16-be", "replace").rstrip("\0 ")
    return text.decode("utf-8", "replace").rstrip("\0 ")
