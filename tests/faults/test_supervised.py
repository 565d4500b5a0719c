"""What the supervisor does for a server, seen from outside: children that really die, hang and never come."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from models.supervisor import CrashLoop, Pace, ServerSpec, ServerState, Supervisor

pytestmark = pytest.mark.slow
PACE = Pace(
    start_poll_s=0.02,
    watch_poll_s=0.05,
    ready_timeout_s=1.0,
    hung_after_s=0.5,
    stable_after_s=0.6,
    crashes_allowed=3,
    backoff_first_s=0.1,
    backoff_most_s=0.3,
)
BEATS = "import pathlib, sys, time\nwhile True:\n    pathlib.Path(sys.argv[1]).touch()\n    time.sleep(0.02)\n"
"""A server that shows by a file that it works."""


class Watched:
    """A supervised child, and what the operator was told."""

    def __init__(self, folder: Path, program: str, **given: object) -> None:
        self.beat, self.states = folder / "beat", [(ServerState.STOPPED, "")]
        ready: Callable[[], Awaitable[bool]] = self.works
        spec = ServerSpec(
            name="test",
            argv=(sys.executable, "-c", program, str(self.beat)),
            env={},
            ready=ready,
            log_file=folder / "test.log",
            stop_grace_s=1.0,
            pace=PACE,
            **given,  # type: ignore[arg-type]
        )
        self.supervisor = Supervisor(spec, lambda *told: self.states.append(told))

    async def works(self) -> bool:
        """Tell whether the child has shown itself since it was last asked."""
        try:
            self.beat.unlink()
        except FileNotFoundError:
            return False
        return True

    @property
    def pid(self) -> int:
        """Return the child of the tether."""
        tether = self.supervisor.pid
        (child,) = Path(f"/proc/{tether}/task/{tether}/children").read_text().split()
        return int(child)

    def told(self, state: ServerState) -> list[str]:
        """Return what was said of each time that it came to a state."""
        return [detail for known, detail in self.states if known is state]

    async def until(self, state: ServerState, times: int = 1) -> None:
        """Wait until it has come to a state so often."""
        async with asyncio.timeout(60):
            while len(self.told(state)) < times:  # noqa: ASYNC110 - the callback is no coroutine
                await asyncio.sleep(0.01)


@asynccontextmanager
async def watched(folder: Path, program: str, **given: object) -> AsyncIterator[Watched]:
    """Start a child under the supervisor, and end both."""
    child = Watched(folder, program, **given)
    async with child.supervisor:
        yield child


async def test_one_that_was_killed_is_started_again_after_a_while(tmp_path: Path) -> None:
    async with watched(tmp_path, BEATS) as child:
        await child.until(ServerState.READY)
        os.kill(child.pid, signal.SIGKILL)
        await child.until(ServerState.READY, 2)
        (why,) = child.told(ServerState.BACKOFF)
        assert why.startswith("ended by SIGKILL; next start in 0.")


async def test_one_that_hangs_is_ended_and_started_again(tmp_path: Path) -> None:
    async with watched(tmp_path, BEATS) as child:
        await child.until(ServerState.READY)
        hung = child.pid
        os.kill(hung, signal.SIGSTOP)
        await child.until(ServerState.READY, 2)
        assert child.told(ServerState.BACKOFF)[0].startswith("alive but silent")
        assert not Path(f"/proc/{hung}").exists()


async def test_one_that_only_pauses_is_left_alone(tmp_path: Path) -> None:
    async with watched(tmp_path, BEATS) as child:
        await child.until(ServerState.READY)
        slow = child.pid
        os.kill(slow, signal.SIGSTOP)
        await child.until(ServerState.DEGRADED)
        os.kill(slow, signal.SIGCONT)
        await child.until(ServerState.READY, 2)
        assert child.pid == slow
        assert not child.told(ServerState.BACKOFF)


async def test_a_crash_loop_ends_with_its_last_words_and_waits_longer_each_time(tmp_path: Path) -> None:
    child = Watched(tmp_path, "import sys\nprint('no weights here')\nsys.exit(3)\n")
    await child.supervisor.start()
    with pytest.raises(CrashLoop, match="no weights here"):
        await child.supervisor.wait_ready(60)
    waits = [float(told.split("next start in ")[1].split()[0]) for told in child.told(ServerState.BACKOFF)]
    assert len(waits) == PACE.crashes_allowed - 1
    assert 0.07 <= waits[0] <= 0.13 and 0.15 <= waits[1] <= 0.25
    assert child.told(ServerState.STOPPED)[-1].startswith("the test server keeps failing: exited with status 3")
    await child.supervisor.stop()
    assert child.supervisor.failure is not None


async def test_crashes_far_apart_are_no_loop(tmp_path: Path) -> None:
    async with watched(tmp_path, BEATS) as child:
        for crash in range(1, PACE.crashes_allowed + 2):
            await child.until(ServerState.READY, crash)
            await asyncio.sleep(PACE.stable_after_s + 0.2)
            os.kill(child.pid, signal.SIGKILL)
        await child.until(ServerState.READY, PACE.crashes_allowed + 2)


async def test_one_that_is_never_ready_is_given_up_and_one_that_waits_for_something_is_not(tmp_path: Path) -> None:
    idle = "import time\ntime.sleep(60)\n"
    child = Watched(tmp_path, idle, start_timeout_s=0.2)
    await child.supervisor.start()
    with pytest.raises(CrashLoop, match=r"not ready within 0\.2 s"):
        await child.supervisor.wait_ready(60)
    await child.supervisor.stop()

    async def getting_there() -> bool:
        return True

    async with watched(tmp_path, idle, start_timeout_s=0.2, getting_there=getting_there) as patient:
        await patient.until(ServerState.DEGRADED)
        await asyncio.sleep(0.5)
        assert not patient.told(ServerState.BACKOFF)


async def test_a_tether_that_was_killed_leaves_nothing_behind(tmp_path: Path) -> None:
    async with watched(tmp_path, BEATS) as child:
        await child.until(ServerState.READY)
        server = child.pid
        assert child.supervisor.pid is not None
        os.kill(child.supervisor.pid, signal.SIGKILL)
        await child.until(ServerState.READY, 2)
        stat = Path(f"/proc/{server}/stat")
        # Nobody need have collected it yet.
        assert not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"
