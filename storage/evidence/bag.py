"""Writing a bag (RFC 8493, BagIt 1.0) straight into one zip, and listing what went in."""

import hashlib
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_CHUNK = 1 << 20


class BagMember:
    """One file of the bag while it is written; only one can be open at a time."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size_bytes = 0

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self._file.write(data)
        self._hash.update(data)
        self.size_bytes += len(data)

    def close(self) -> str:
        """End the file and return its SHA-256 in hex."""
        self._file.close()
        return self._hash.hexdigest()


class BagWriter:
    """A bag in the making; every path is relative to the payload folder `data/`."""

    def __init__(self, target: Path, name: str) -> None:
        self._file = target.open("xb")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        self._name = name
        self._manifest: dict[str, str] = {}
        self._octets = 0

    def open(self, path: str, *, compress: bool = True) -> BagMember:
        """Open a payload file for writing; hand it to `close` afterwards."""
        return BagMember(self._member(f"data/{path}", compress))

    def close(self, path: str, member: BagMember) -> None:
        """End a payload file and list it."""
        self._manifest[f"data/{path}"] = member.close()
        self._octets += member.size_bytes

    def add(self, path: str, data: bytes, *, compress: bool = True) -> None:
        """Write a small payload file whole."""
        member = self.open(path, compress=compress)
        member.write(data)
        self.close(path, member)

    def add_file(self, path: str, source: IO[bytes], *, compress: bool = True) -> None:
        """Copy a file into the payload."""
        member = self.open(path, compress=compress)
        while chunk := source.read(_CHUNK):
            member.write(chunk)
        self.close(path, member)

    def manifest(self) -> bytes:
        """Return the list of all payload files so far, as it will stand in manifest-sha256.txt."""
        return _listing(self._manifest.items())

    def finish(self, info: Iterable[tuple[str, str]], tags: Iterable[tuple[str, bytes]]) -> None:
        """Write the tag files (`tags` are ours, beside those of the standard) and close the zip."""
        lines = [*info, ("Bagging-Date", datetime.now(UTC).date().isoformat())]
        lines.append(("Payload-Oxum", f"{self._octets}.{len(self._manifest)}"))
        files = {
            "bagit.txt": _DECLARATION,
            "bag-info.txt": "".join(f"{label}: {value}\n" for label, value in lines).encode(),
            "manifest-sha256.txt": self.manifest(),
            **dict(tags),
        }
        listing = _listing((name, hashlib.sha256(data).hexdigest()) for name, data in files.items())
        for name, data in [*files.items(), ("tagmanifest-sha256.txt", listing)]:
            with self._member(name, compress=True) as file:
                file.write(data)
        self._zip.close()
        self._file.close()

    def abandon(self) -> None:
        """Close the unfinished file; the caller removes it."""
        # Or the zip would write its end into a closed file when it is collected.
        self._zip.fp = None
        self._file.close()

    def _member(self, path: str, compress: bool) -> IO[bytes]:
        info = zipfile.ZipInfo(f"{self._name}/{path}", datetime.now(UTC).timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        info.external_attr = 0o100644 << 16
        return self._zip.open(info, "w", force_zip64=True)


def _listing(files: Iterable[tuple[str, str]]) -> bytes:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(files)).encode()
