"""The retention rules: a project in which nothing was done for so many days is erased, and the log tells of it.

The operator has one for all, and the moderators of a server one for the projects that began there.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from storage.clock import now_ms
from storage.errors import StorageError
from storage.evidence.rounds import When, always
from storage.privacy import Basis, Privacy

log = logging.getLogger(__name__)

INTERVAL_S: Final = 6 * 3600.0

Keeping = Callable[[int], Mapping[str, int]]
"""Returns for how many days projects are kept, by the servers that have such a rule in force at a time."""


class Retention:
    """Applies the rules, at the start and then every few hours."""

    def __init__(
        self,
        privacy: Privacy,
        keep_days: int | None,
        of_servers: Keeping = lambda _: {},
        when: When = always,
    ) -> None:
        self._privacy = privacy
        self._keep_days = keep_days
        self._of_servers = of_servers
        self._when = when
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
        now = now_ms()
        due = [] if self._keep_days is None else await self._privacy.idle_since(_before(now, self._keep_days))
        for guild, days in self._of_servers(now).items():
            due += await self._privacy.idle_since(_before(now, days), guild)
        projects = {project.id: project for project in due}
        for project in projects.values():
            await self._privacy.erase(project, Basis.RETENTION)
        if projects:
            log.info("retention: %d projects erased", len(projects))
        return len(projects)

    async def _forever(self) -> None:
        while True:
            try:
                if await self._when():
                    await self.apply()
            except StorageError as error:
                log.warning("retention: not applied, tried again later: %s", error)
            await asyncio.sleep(INTERVAL_S)


def _before(now: int, days: int) -> int:
    return now - timedelta(days=days) // timedelta(milliseconds=1)
