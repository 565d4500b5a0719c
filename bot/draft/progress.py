"""Showing how far a draft is, at the pace a chat allows: a slow chat never slows the engine."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from models.images import DraftEvent, Preview, Progress

log = logging.getLogger(__name__)

INTERVAL_S = 1.5
# An edit under way is waited for, so that it cannot land after the finished card; but not for ever.
LAST_EDIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Making:
    """How far a draft is: per candidate the share of steps done, and its newest preview."""

    done: Mapping[int, float]
    previews: Mapping[int, bytes]
    count: int


Show = Callable[[Making], Awaitable[None]]


class ProgressShower:
    """Takes every event, shows the newest state now and then; used as an async context manager."""

    def __init__(self, count: int, show: Show) -> None:
        self._count = count
        self._show = show
        self._shares: dict[int, float] = {}
        self._previews: dict[int, bytes] = {}
        self._fresh = asyncio.Event()
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def note(self, event: DraftEvent) -> None:
        """Take in what the engine said; a new preview is worth an edit."""
        match event:
            case Progress(candidate, step, steps):
                self._shares[candidate] = step / steps
            case Preview(candidate=candidate, image=image):
                self._previews[candidate] = image
                self._fresh.set()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="draft progress")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._task is not None
        self._over.set()
        self._fresh.set()
        if error is None:
            await asyncio.wait({self._task}, timeout=LAST_EDIT_S)
        self._task.cancel()
        (failure,) = await asyncio.gather(self._task, return_exceptions=True)
        if isinstance(failure, Exception):
            # The card itself is still to come, by its own way with its own errors.
            log.warning("progress was not shown", exc_info=failure)

    async def _run(self) -> None:
        while True:
            await self._fresh.wait()
            if self._over.is_set():
                return
            self._fresh.clear()
            await self._show(Making(dict(self._shares), dict(self._previews), self._count))
            try:
                await asyncio.wait_for(self._over.wait(), INTERVAL_S)
            except TimeoutError:
                continue
            return
