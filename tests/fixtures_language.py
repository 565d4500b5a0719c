"""The real language server for tests: vLLM with the embedded model, started once a session.

Tests of any folder may use it after importing the fixture in their conftest:

    from tests.fixtures_language import real_language_server  # noqa: F401
"""

import asyncio
import secrets
import threading
import time
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import pytest

from models.language import LanguageClient
from models.serve import SERVED_LANGUAGE_MODEL, Device, LanguageAdapter, language_argv
from models.supervisor import ServerSpec, Supervisor

BUILD = Path(__file__).resolve().parent.parent / "build"
"""Ignored by git: converted models are kept here between runs."""


@dataclass(frozen=True, slots=True)
class RealLanguageServer:
    """A running language server."""

    socket: Path
    api_key: str
    start_s: float
    group: int
    """Its process group, to look for what it leaves behind."""

    def client(self, model: str = SERVED_LANGUAGE_MODEL) -> LanguageClient:
        """Make a client; close it yourself."""
        return LanguageClient(uds=self.socket, api_key=self.api_key, model=model)

    async def running_requests(self) -> int:
        """Read from the server's metrics how many requests it is generating."""
        transport = httpx2.AsyncHTTPTransport(uds=str(self.socket))
        async with httpx2.AsyncClient(transport=transport) as http:
            text = (await http.get("http://localhost/metrics")).text
        lines = [line for line in text.splitlines() if line.startswith("vllm:num_requests_running{")]
        return int(sum(float(line.rsplit(" ", 1)[1]) for line in lines))


class _LoopThread:
    """An event loop of its own: the server outlives the loops of single tests."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="language server")
        self._thread.start()

    def submit(self, work: Coroutine[None, None, None]) -> "Future[None]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@contextmanager
def run_real_language_server(
    threads: int | None = None, adapters: Sequence[LanguageAdapter] = ()
) -> Iterator[RealLanguageServer]:
    """Start vLLM with the embedded model on this machine's CPU and end it with all its processes."""
    with TemporaryDirectory(prefix="colophon-") as folder:
        socket, key = Path(folder) / "language.sock", secrets.token_hex(16)
        command = language_argv(
            socket=socket,
            api_key=key,
            device=Device.CPU,
            cache_dir=BUILD / "cache",
            adapters=adapters,
            threads=threads,
        )
        loop = _LoopThread()
        probe = LanguageClient(uds=socket, api_key=key)
        log_file = BUILD / "logs" / "language.log"
        supervisor = Supervisor(ServerSpec.of("language", command, probe.ready, log_file))
        started = time.monotonic()
        try:
            loop.submit(supervisor.start()).result(10)
            loop.submit(supervisor.wait_ready(280.0)).result(290)
            assert supervisor.pid is not None
            yield RealLanguageServer(socket, key, time.monotonic() - started, supervisor.pid)
        finally:
            loop.submit(supervisor.stop()).result(60)
            loop.submit(probe.aclose()).result(10)
            loop.close()


@pytest.fixture(scope="session")
def real_language_server() -> Iterator[RealLanguageServer]:
    """Lend the one real language server of the session."""
    with run_real_language_server() as server:
        yield server
