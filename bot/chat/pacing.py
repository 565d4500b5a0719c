"""Edits at the chat platform's pace: the newest state wins, those in between are never sent."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class PacedEdits(Generic[T]):
    """Send offered states through `edit`, at most one each `interval_s` seconds.

    Use as a context manager; `finish` sends the last state after whatever is under way.
    """

    def __init__(self, edit: Callable[[T], Awaitable[None]], interval_s: float = 1.2) -> None:
        self._edit = edit
        self._interval_s = interval_s
        self._newest: T | None = None
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def offer(self, value: T) -> None:
        """Propose a newer state; returns at once."""
        self._newest = value
        self._changed.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="paced edits")

    async def _run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            value, self._newest = self._newest, None
            if value is not None:
                await self._edit(value)
            await asyncio.sleep(self._interval_s)

    async def stop(self) -> None:
        """Send nothing more; raise what an edit raised."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            if not task.cancelled():
                raise

    async def finish(self, value: T) -> None:
        """Stop pacing and send the last state now."""
        await self.stop()
        await self._edit(value)
