"""What a member reads while their draft has not begun: its place, and what holds it up; kept true until it begins."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from bot.jobs.dispatcher import Dispatcher
from models.health import Health, ServerHealth
from storage.drafts import Drafts, DraftView
from storage.jobs import Delivery, Job, Jobs, JobState

log = logging.getLogger(__name__)

ROUND_S: Final = 3.0
LOOKED_AT: Final = 50
"""So many of those that wait are told how things stand; whoever is behind them comes up soon."""
EDITS: Final = 10
"""So many lines are changed in a round: a long queue must not use up the platform's patience."""


class Holding(StrEnum):
    """What a draft waits for; the values are keys of sentences."""

    TURN = "turn"
    LOADING = "loading"
    AWAY = "away"
    FAILED = "failed"


_HOLDING: Final = {
    Health.READY: Holding.TURN,
    Health.STARTING: Holding.LOADING,
    Health.AWAY: Holding.AWAY,
    Health.FAILED: Holding.FAILED,
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many drafts are before one, and what holds them all up."""

    ahead: int
    holding: Holding = Holding.TURN


class WaitingFace(Protocol):
    """Where it is told."""

    async def show_waiting(self, job: Job, view: DraftView, waiting: Waiting) -> Delivery:
        """Tell a member how long the line before them is; return where the card is now."""
        ...


class WaitingLines:
    """Looks at the queue now and then, and changes the lines of those whose place or hindrance has changed."""

    def __init__(
        self,
        jobs: Jobs,
        drafts: Drafts,
        health: Callable[[], Awaitable[ServerHealth]],
        dispatcher: Dispatcher[Job],
        face: WaitingFace,
    ) -> None:
        self._jobs = jobs
        self._drafts = drafts
        self._health = health
        self._dispatcher = dispatcher
        self._face = face
        self._told: dict[str, Waiting] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self, ready: Callable[[], Awaitable[None]]) -> None:
        """Begin to look, once the chat platform is there."""
        self._task = asyncio.create_task(self._run(ready), name="waiting lines")

    async def close(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, ready: Callable[[], Awaitable[None]]) -> None:
        await ready()
        while True:
            await asyncio.sleep(ROUND_S)
            try:
                await self.look()
            except Exception as error:  # one round that fails, as while the chat is away, is no reason to stop
                log.warning("the waiting lines were not brought up to date", exc_info=error)

    async def look(self) -> None:
        """Go through the queue once."""
        waiting = await self._jobs.in_line(LOOKED_AT)
        holding = _HOLDING[(await self._health()).state] if waiting else Holding.TURN
        now = {job.id: (job, Waiting(ahead, holding)) for job, ahead in waiting}
        self._told = {id_: told for id_, told in self._told.items() if id_ in now}
        changed = [(job, new) for job, new in now.values() if self._is_news(job, new)]
        for job, new in changed[:EDITS]:
            # Noted before it is tried: one that fails must not hold up the others for ever.
            self._told[job.id] = new
            await self._tell(job, new)

    def _is_news(self, job: Job, new: Waiting) -> bool:
        """Tell whether a line is to be changed; the first one, which came with the brief, says the place already."""
        told = self._told.setdefault(job.id, Waiting(new.ahead))
        return told != new

    async def _tell(self, job: Job, waiting: Waiting) -> None:
        """Change a line, unless somebody else writes there, or the draft has begun meanwhile."""
        if self._dispatcher.is_held(job.delivery.token):
            return
        with self._dispatcher.held(job.id):
            current = await self._jobs.get(job.id)
            if current.state is not JobState.QUEUED:
                return
            delivery = await self._face.show_waiting(current, await self._drafts.view(job.draft_id), waiting)
            await self._jobs.set_delivery(job.id, delivery)
