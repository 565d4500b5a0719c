"""Model servers as processes, as light as can be: `python -m tests.faults.servers drafts|language SOCKET GATE`.

The drafts server is ours, with an engine of flat colours; the language server is the stand-in. Both stop in the
middle of whatever they do until the file GATE exists, so that they can be killed there, or stopped, for real.
"""

import asyncio
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from models.drafts.app import create_app
from models.drafts.order import Operation
from models.images import ImagesClient
from models.language import LanguageClient
from models.supervisor import Pace, ServerSpec, ServerState, Supervisor
from tests.models.drafts.fake_engine import OFFER, FakeEngine
from tests.models.fake_images import serve_app
from tests.models.fake_language import KEY, serve_fake, speaks_and_writes

PACE: Final = Pace(
    start_poll_s=0.05,
    watch_poll_s=0.1,
    ready_timeout_s=0.7,
    hung_after_s=1.5,
    crashes_allowed=5,
    backoff_first_s=0.2,
    backoff_most_s=0.5,
)
"""The supervisor's clocks, a hundred times as fast as in production."""
_LOOK_S: Final = 0.02


class Gate(threading.Event):
    """Is open when a file exists."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def wait(self, timeout: float | None = None) -> bool:
        """Wait a moment; tell whether it is open."""
        if not self._file.exists():
            time.sleep(timeout or _LOOK_S)
        return self._file.exists()


async def serve_drafts(socket: Path, gate: Path) -> None:
    """Draw, until killed."""
    engine = FakeEngine(offers=(replace(OFFER, operations=tuple(Operation)),), hold=Gate(gate))
    async with serve_app(create_app(lambda: engine, KEY), socket):
        await asyncio.Event().wait()


async def serve_language(socket: Path, gate: Path) -> None:
    """Write, until killed."""
    async with serve_fake(socket) as fake:
        fake.writes, fake.hold_before = speaks_and_writes, 1
        while not gate.exists():
            if fake.holding.is_set():
                _held(gate).touch()
            await asyncio.sleep(_LOOK_S)
        fake.release.set()
        await asyncio.Event().wait()


def _held(gate: Path) -> Path:
    """Return the file that tells that a server has stopped at its gate."""
    return gate.with_suffix(".held")


@dataclass(slots=True)
class Supervised:
    """A model server as a child, watched by the supervisor that the launcher uses."""

    supervisor: Supervisor
    gate: Path
    states: list[tuple[ServerState, str]] = field(default_factory=list)

    @property
    def pid(self) -> int:
        """Return the process that serves: the only child of the tether."""
        tether = self.supervisor.pid
        assert tether is not None
        (child,) = Path(f"/proc/{tether}/task/{tether}/children").read_text().split()
        return int(child)

    @property
    def held(self) -> bool:
        """Tell whether the language server has stopped in the middle of an answer."""
        return _held(self.gate).exists()

    def told(self, state: ServerState) -> list[str]:
        """Return what the operator was told each time that it came to a state."""
        return [detail for known, detail in self.states if known is state]

    async def ready_again(self) -> None:
        """Wait until it has been started anew and takes requests."""
        async with asyncio.timeout(60):
            while self.supervisor.state is ServerState.READY:  # noqa: ASYNC110 - only its end has an event
                await asyncio.sleep(_LOOK_S)
            await self.supervisor.wait_ready()


@asynccontextmanager
async def supervised(name: str, folder: Path) -> AsyncIterator[Supervised]:
    """Start a server of this file under the supervisor, on the socket that has its name in a folder."""
    socket, gate = folder / name, folder / f"{name}.gate"
    client = (ImagesClient if name == "drafts" else LanguageClient)(uds=socket, api_key=KEY)

    async def ready() -> bool:
        return (await client.health()).ready

    argv = (sys.executable, "-m", "tests.faults.servers", name, str(socket), str(gate))
    spec = ServerSpec(
        name=name,
        argv=argv,
        env={},
        ready=ready,
        log_file=folder / f"{name}.log",
        start_timeout_s=60.0,
        stop_grace_s=2.0,
        sockets=(socket,),
        pace=PACE,
    )
    states: list[tuple[ServerState, str]] = []
    watched = Supervisor(spec, lambda state, detail: states.append((state, detail)))
    async with client, watched:
        await watched.wait_ready(60)
        yield Supervised(watched, gate, states)


if __name__ == "__main__":
    kind, *places = sys.argv[1:]
    asyncio.run({"drafts": serve_drafts, "language": serve_language}[kind](*map(Path, places)))
