"""Reading one small file out of a zip that a stranger made (PKWARE's APPNOTE 6.3), with a bound on everything.

The standard library reads the whole list of files first, however long it is, and trusts the sizes in it. Here at most
so many entries are looked at, a file is unpacked up to a limit and no further, and nothing touches the disk.
"""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MAX_ENTRIES: Final = 4096
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END_HEAD: Final = struct.Struct("<4s4H2LH")
_CENTRAL_HEAD: Final = struct.Struct("<4s6H3L5H2L")
_LOCAL_HEAD: Final = struct.Struct("<4s5H3L2H")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED: Final = 1


@dataclass(frozen=True, slots=True)
class _Entry:
    at: int
    packed: int
    method: int
    encrypted: bool


def is_zip(data: bytes) -> bool:
    """Tell whether a file begins as a zip does; one with something before it is taken for that."""
    return data.startswith((_LOCAL, _END))


@dataclass(frozen=True, slots=True)
class Zip:
    """The list of a zip's files; names are what they are and never paths of ours."""

    data: bytes
    entries: Mapping[str, _Entry]

    @classmethod
    def open(cls, data: bytes) -> "Zip | None":
        """Read the list; None where there is none that one can follow."""
        at = data.rfind(_END, max(0, len(data) - _END_HEAD.size - 0xFFFF))
        if at < 0 or at + _END_HEAD.size > len(data):
            return None
        _, _, _, _, count, _, start, _ = _END_HEAD.unpack_from(data, at)
        entries: dict[str, _Entry] = {}
        for _ in range(min(count, MAX_ENTRIES)):
            if start + _CENTRAL_HEAD.size > at or data[start : start + 4] != _CENTRAL:
                return None
            head = _CENTRAL_HEAD.unpack_from(data, start)
            flags, method, packed, local = head[3], head[4], head[8], head[16]
            name_length, extra_length, comment_length = head[10], head[11], head[12]
            name = data[start + _CENTRAL_HEAD.size :][:name_length].decode("utf-8", "replace")
            # Of two files of one name none is believed.
            known = name in entries
            entries[name] = _Entry(-1 if known else local, packed, method, bool(flags & _ENCRYPTED))
            start += _CENTRAL_HEAD.size + name_length + extra_length + comment_length
        return cls(data, entries)

    @property
    def names(self) -> frozenset[str]:
        """Return the names of the files."""
        return frozenset(self.entries)

    def read(self, name: str, *, limit: int) -> bytes | None:
        """Unpack a file; None where it is not there, is larger than a limit, or is not what the list says."""
        entry = self.entries.get(name)
        if entry is None or entry.encrypted or entry.at < 0 or entry.at + _LOCAL_HEAD.size > len(self.data):
            return None
        if self.data[entry.at : entry.at + 4] != _LOCAL:
            return None
        head = _LOCAL_HEAD.unpack_from(self.data, entry.at)
        start = entry.at + _LOCAL_HEAD.size + head[9] + head[10]
        packed = self.data[start : start + entry.packed]
        if len(packed) != entry.packed:
            return None
        if entry.method == _STORED:
            return packed if len(packed) <= limit else None
        return _inflated(packed, limit) if entry.method == _DEFLATED else None


def _inflated(packed: bytes, limit: int) -> bytes | None:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = stream.decompress(packed, limit + 1)
    except zlib.error:
        return None
    return data if len(data) <= limit and stream.eof else None
