"""Edits at the chat platform's pace: the newest state wins, those in between are never sent."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

# An edit under way is waited for, so that it cannot land after the finished message; but not for ever.
LAST_EDIT_S = 10.0


class PacedEdits(Generic[T]):
    """Send offered states through `edit`, at most one each `interval_s` seconds.

    States on the way are dispensable: an edit that fails is logged, and the next one is tried.
    """

    def __init__(self, edit: Callable[[T], Awaitable[None]], interval_s: float = 1.2) -> None:
        self._edit = edit
        self._interval_s = interval_s
        self._newest: list[T] = []
        self._changed = asyncio.Event()
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def offer(self, value: T) -> None:
        """Propose a newer state; returns at once."""
        self._newest = [value]
        self._changed.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="paced edits")

    async def stop(self) -> None:
        """Send nothing more; return when the edit under way has ended."""
        self._over.set()
        self._changed.set()
        if self._task is None:
            return
        try:
            await asyncio.wait({self._task}, timeout=LAST_EDIT_S)
        finally:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def finish(self, value: T) -> None:
        """Stop pacing and send the last state now; raise what this edit raises."""
        await self.stop()
        await self._edit(value)

    async def _run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._over.is_set():
                return
            value = self._newest.pop()
            try:
                await self._edit(value)
            except Exception as error:
                log.warning("an edit on the way failed", exc_info=error)
            try:
                await asyncio.wait_for(self._over.wait(), self._interval_s)
            except TimeoutError:
                continue
            return
