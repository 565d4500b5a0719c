"""A private PostgreSQL server for tests: started once a session in a folder of its own, reached by a socket alone.

Its databases are copies of one that has the schema already, which takes a few hundredths of a second each. It keeps
nothing safe: what a crash of the machine would lose is no subject of a test.
"""

import asyncio
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from storage.database import upgrade
from storage.postgres import Server

_TEMPLATE = "with_schema"


@dataclass(frozen=True, slots=True)
class PrivateServer:
    """A running server; what it hands out is for one test each."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def named(self, database: str) -> Server:
        """Return the address of a database."""
        return Server(f"postgresql+asyncpg://colophon@/{database}?host={self.folder}")

    def empty(self) -> Server:
        """Make a database without anything in it."""
        return self._made("template0")

    def new(self) -> Server:
        """Make a database that has the schema already."""
        return self._made(_TEMPLATE)

    def _made(self, template: str) -> Server:
        name = f"test_{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.named(name)

    def run(self, statement: str, database: str = "postgres") -> list[Any]:
        """Run a statement as the one who owns the server; return its rows."""

        async def done() -> list[Any]:
            connection = await asyncpg.connect(host=str(self.folder), user="colophon", database=database)
            try:
                return list(await connection.fetch(statement))
            finally:
                await connection.close()

        return asyncio.run(done())


def _programs() -> Path | None:
    """Return the folder with the server's programs; Debian keeps them out of the path."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None)


def _unprivileged() -> str | None:
    """Return as whom the server runs, where we are root, whom it refuses."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivateServer]:
    """Lend the one server of the session; skip where there is none to start."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed here (on Debian: apt-get install postgresql)")
    user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="colophon-pg-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        data, log = folder / "data", folder / "log"
        # Words are sorted as people sort them, as on an operator's server; by their bytes only where we say so.
        sorting = ("--locale-provider=icu", "--icu-locale=en", "--locale=C.UTF-8")
        _run(user, programs / "initdb", "-D", data, "-U", "colophon", "-A", "trust", "-E", "UTF8", "-N", *sorting)
        settings = {
            "listen_addresses": "''",
            "unix_socket_directories": folder,
            "fsync": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
            "max_connections": 100,
        }
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        _run(user, programs / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start")
        try:
            server = PrivateServer(folder)
            server.run(f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0")
            upgrade(server.named(_TEMPLATE))
            yield server
        finally:
            _run(user, programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _run(user: str | None, *argv: object) -> None:
    done = subprocess.run([str(each) for each in argv], user=user, capture_output=True, text=True, cwd="/", timeout=60)
    assert done.returncode == 0, f"{argv[0]}: {done.stdout}{done.stderr}"
