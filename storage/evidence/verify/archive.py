"""Reading a bundle that nobody vouches for: a zip or a folder, nothing is ever unpacked to disk."""

import re
import stat
import zipfile
import zlib
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import IO

from storage.evidence.verify.report import Refusal

MAX_MEMBERS = 200_000
MAX_TOTAL_BYTES = 16 * 2**30
MAX_SMALL_BYTES = 64 * 2**20
MAX_LINE_BYTES = 4 * 2**20
_CHUNK = 1 << 16
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


class Archive:
    """The files of a bundle by their path inside its one top folder."""

    def __init__(self, path: Path) -> None:
        self._zip: zipfile.ZipFile | None = None
        self._members: dict[str, zipfile.ZipInfo] = {}
        self._paths: dict[str, Path] = {}
        try:
            if path.is_dir():
                self._list_folder(path)
            else:
                self._list_zip(path)
        except (zipfile.BadZipFile, OSError, NotImplementedError, UnicodeError, ValueError) as error:
            self.close()
            raise Refusal(
                "archive", why="it is broken, or of another kind ({error})", error=type(error).__name__
            ) from error
        except Refusal:
            self.close()
            raise

    @property
    def names(self) -> set[str]:
        """Return the paths of all files."""
        return set(self._members) | set(self._paths)

    def _list_folder(self, folder: Path) -> None:
        for path in folder.rglob("*"):
            if path.is_symlink():
                raise Refusal("archive", why="{path} is a link", path=path.name)
            if path.is_file():
                self._paths[self._safe(path.relative_to(folder).as_posix())] = path

    def _list_zip(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)
        infos = self._zip.infolist()
        if len(infos) > MAX_MEMBERS or sum(i.file_size for i in infos) > MAX_TOTAL_BYTES:
            raise Refusal("archive", why="it is too large")
        tops = set()
        for info in infos:
            # Not `is_dir()`, which falls over an entry without a name.
            if info.filename.endswith("/"):
                continue
            if info.flag_bits & 1 or stat.S_ISLNK(info.external_attr >> 16):
                raise Refusal("archive", why="{path} is encrypted or a link", path=info.filename)
            top, _, name = info.filename.partition("/")
            tops.add(top)
            if self._safe(name) in self._members:
                raise Refusal("archive", why="{path} is there twice", path=name)
            self._members[name] = info
        if len(tops) != 1 or not _SAFE_NAME.fullmatch(next(iter(tops))):
            raise Refusal("archive", why="it has not one top folder")

    def _safe(self, name: str) -> str:
        if not _SAFE_NAME.fullmatch(name) or ".." in name:
            raise Refusal("archive", why="the path {path} is not safe", path=name)
        return name

    def _open(self, name: str) -> IO[bytes]:
        if name in self._paths:
            return self._paths[name].open("rb")
        if self._zip is None or name not in self._members:
            raise Refusal("bag-incomplete", file=name)
        return self._zip.open(self._members[name])

    def chunks(self, name: str) -> Generator[bytes]:
        """Yield the bytes of a file in pieces."""
        try:
            with self._open(name) as file:
                while chunk := file.read(_CHUNK):
                    yield chunk
        except (
            zipfile.BadZipFile,
            OSError,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            UnicodeError,
        ) as error:
            raise Refusal("bag-file", file=name) from error

    def read(self, name: str) -> bytes:
        """Return a small file whole."""
        data = bytearray()
        with closing(self.chunks(name)) as chunks:
            for chunk in chunks:
                data += chunk
                if len(data) > MAX_SMALL_BYTES:
                    raise Refusal("archive", why="{path} is too large", path=name)
        return bytes(data)

    def text(self, name: str) -> str:
        """Return a small file as UTF-8."""
        try:
            return self.read(name).decode("utf-8")
        except UnicodeDecodeError as error:
            raise Refusal("bag-form", file=name) from error

    def lines(self, name: str) -> Generator[bytes]:
        """Yield the lines of a file without their newline; every line must end in one."""
        rest = b""
        with closing(self.chunks(name)) as chunks:
            for chunk in chunks:
                *whole, rest = (rest + chunk).split(b"\n")
                yield from whole
                if len(rest) > MAX_LINE_BYTES:
                    raise Refusal("archive", why="a line of {path} is too long", path=name)
        if rest:
            raise Refusal("bag-form", file=name)

    def close(self) -> None:
        """Close the archive."""
        if self._zip is not None:
            self._zip.close()
