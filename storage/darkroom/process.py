"""One process of a darkroom, seen from the bot."""

import asyncio
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from storage.darkroom.frames import LENGTH, Garbled, head_length, packed, unpacked

MAX_ANSWER_BYTES: Final = 200 * 2**20
"""Of all that comes back at once: a picture of 40 million pixels as a PNG that did not compress."""
_LAST_MOMENT_S: Final = 2.0
_ROOT: Final = Path(__file__).resolve().parents[2]
_ENVIRONMENT: Final = {
    "LANG": "C.UTF-8",
    # Threads for arithmetic would reserve address space that pictures need, and take cores from everybody.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # One arena: with several, freed memory is hardly ever given back.
    "MALLOC_ARENA_MAX": "1",
}
"""All that the process gets to see of the bot's environment: nothing, so no token and no key."""


class Ended(Exception):
    """The process ended, or had to be ended, before it answered; the text says how."""


class Worker:
    """A process that answers one thing after another."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.answered = 0

    @classmethod
    async def start(cls, module: str = "storage.darkroom.worker") -> "Worker":
        """Start a process that runs a module; raise OSError where the machine has no room for one."""
        return cls(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-E", "-s", "-B", "-m", module),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                cwd=_ROOT,
                env=_ENVIRONMENT,
                # What stops the bot from a terminal is not for it: the bot stops it.
                start_new_session=True,
            )
        )

    @property
    def alive(self) -> bool:
        """Tell whether it can still be asked."""
        assert self._process.stdin is not None
        return self._process.returncode is None and not self._process.stdin.is_closing()

    @property
    def pid(self) -> int:
        """Return its number."""
        return self._process.pid

    async def ask(
        self, work: str, how: Mapping[str, Any], parts: Sequence[bytes], *, seconds: int, within_s: float
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Return the answer. Raise Ended where the process died over it, took too long, or answered with nonsense."""
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            async with asyncio.timeout(within_s):
                for piece in packed({"work": work, "how": how, "seconds": seconds}, parts):
                    self._process.stdin.write(piece)
                    await self._process.stdin.drain()
                answer = await _received(self._process.stdout)
        except TimeoutError as error:
            raise Ended(f"no answer within {within_s:.0f} s") from error
        except Garbled as error:
            raise Ended(f"garbled: {error}") from error
        except (asyncio.IncompleteReadError, OSError) as error:
            raise Ended(await self._how_it_ended()) from error
        self.answered += 1
        return answer

    async def _how_it_ended(self) -> str:
        """Tell by which signal or status; one that only closed its pipe is ended after a moment."""
        try:
            async with asyncio.timeout(_LAST_MOMENT_S):
                status = await self._process.wait()
        except TimeoutError:
            self.kill()
            status = await self._process.wait()
        return signal.Signals(-status).name if status < 0 else f"exit status {status}"

    def kill(self) -> None:
        """End it at once; it holds nothing that could be lost."""
        if self._process.returncode is None:
            self._process.kill()

    async def end(self) -> None:
        """End it and wait until it is gone."""
        self.kill()
        await self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()


async def _received(stream: asyncio.StreamReader) -> tuple[dict[str, Any], list[bytes]]:
    head, sizes = unpacked(await stream.readexactly(head_length(await stream.readexactly(LENGTH))))
    if sum(sizes) > MAX_ANSWER_BYTES:
        raise Garbled("the answer is larger than any may be")
    return head, [await stream.readexactly(size) for size in sizes]
