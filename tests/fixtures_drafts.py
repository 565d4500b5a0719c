"""The real drafts server for tests and benchmarks: our process with the embedded model."""

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from models.images import ImagesClient
from models.serve import drafts_argv


@dataclass(frozen=True, slots=True)
class RealDraftsServer:
    """A running drafts server."""

    socket: Path
    api_key: str

    def client(self) -> ImagesClient:
        """Make a client; close it yourself."""
        return ImagesClient(uds=self.socket, api_key=self.api_key)


@contextmanager
def run_real_drafts_server() -> Iterator[RealDraftsServer]:
    """Start it as the launcher would; it may still be loading when this returns."""
    with TemporaryDirectory(prefix="colophon-") as folder:
        socket, key = Path(folder) / "drafts.sock", secrets.token_hex(16)
        command = drafts_argv(socket=socket, api_key=key)
        with (Path(folder) / "drafts.log").open("wb") as log:
            process = subprocess.Popen(command.argv, env=dict(os.environ) | dict(command.env), stdout=log, stderr=log)
        try:
            yield RealDraftsServer(socket, key)
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="session")
def real_drafts_server() -> Iterator[RealDraftsServer]:
    """Lend the one real drafts server of the session."""
    with run_real_drafts_server() as server:
        yield server
