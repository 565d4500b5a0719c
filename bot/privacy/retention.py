"""The retention rule: a project in which nothing was done for so many days is erased, and the log tells of it."""

import asyncio
import logging
from datetime import timedelta
from typing import Final

from storage.clock import now_ms
from storage.errors import StorageError
from storage.privacy import Basis, Privacy

log = logging.getLogger(__name__)

INTERVAL_S: Final = 6 * 3600.0


class Retention:
    """Applies the rule, at the start and then every few hours."""

    def __init__(self, privacy: Privacy, keep_days: int) -> None:
        self._privacy = privacy
        self._keep_ms = int(timedelta(days=keep_days) / timedelta(milliseconds=1))
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._forever(), name="retention")

    async def close(self) -> None:
        """Stop; an erasure that is cut off is finished the next time."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def apply(self) -> int:
        """Erase what has been kept long enough; return how many projects that were."""
        due = await self._privacy.idle_since(now_ms() - self._keep_ms)
        for project in due:
            await self._privacy.erase(project, Basis.RETENTION)
        if due:
            log.info("retention: %d projects erased", len(due))
        return len(due)

    async def _forever(self) -> None:
        while True:
            try:
                await self.apply()
            except StorageError as error:
                log.warning("retention: not applied, tried again later: %s", error)
            await asyncio.sleep(INTERVAL_S)
