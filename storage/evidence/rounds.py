"""Something that is done again and again in the background, whatever became of it the last time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from storage.errors import StorageError

log = logging.getLogger(__name__)
When = Callable[[], Awaitable[bool]]
"""Tells whether it is this process's turn: see storage.serving."""


async def always() -> bool:
    """Leave no round out."""
    return True


class Rounds:
    """A task with an owner: `go` every `interval_s` seconds, from a moment after the start until it is closed."""

    def __init__(
        self, name: str, go: Callable[[], Awaitable[None]], *, interval_s: float, moment_s: float = 2.0
    ) -> None:
        self._name = name
        self._go = go
        self._interval_s = interval_s
        # Who opens the store only to look something up should not set anything going.
        self._moment_s = moment_s
        self._when: When = always
        self._task: asyncio.Task[None] | None = None

    def start(self, when: When = always) -> None:
        """Begin; a round for which it is not this process's turn is left out."""
        self._when = when
        self._task = asyncio.create_task(self._forever(), name=self._name)

    async def close(self) -> None:
        """Stop, in the middle of a round too."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _forever(self) -> None:
        await asyncio.sleep(self._moment_s)
        while True:
            try:
                if await self._when():
                    await self._go()
            except StorageError as error:
                # A disk that is full today may have room tomorrow.
                log.warning("%s: nothing could be recorded, it is tried again: %s", self._name, error)
            except Exception:  # the supervisor of its rounds: the operator is told, the next one comes
                log.exception("%s: a round failed, the next one comes", self._name)
            await asyncio.sleep(self._interval_s)
