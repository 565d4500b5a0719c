"""Telling members what moderators did with their record: at once, when a hold ends, or once the chat lets us."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from storage.clock import now_ms
from storage.notices import Notice, Notices

log = logging.getLogger(__name__)

AGAIN_S: Final = 600.0
"""After so long a message that the chat did not take is tried again."""
PAUSE_S: Final = 1.0
"""Between two messages: a chat takes many at once for spam."""
LONGEST_WAIT_S: Final = 3600.0

Tell = Callable[[Notice], Awaitable[bool]]
"""Sends a notice; returns False where it is to be tried again."""


class Notifier:
    """Sends what is due, one message at a time."""

    def __init__(self, notices: Notices, tell: Tell, *, pause_s: float = PAUSE_S) -> None:
        self._notices = notices
        self._tell = tell
        self._pause_s = pause_s
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin with what is due already."""
        self._task = asyncio.create_task(self._forever(), name="notices")

    async def close(self) -> None:
        """Stop; what is not sent yet stays due."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def wake(self) -> None:
        """Say that there may be something to tell."""
        self._wake.set()

    async def _forever(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._send_due()
                next_due = await self._notices.next_due()
            except Exception as error:  # members are told whatever went wrong with one of them
                log.error("notices: not all sent, tried again later", exc_info=error)
                next_due = now_ms() + int(AGAIN_S * 1000)
            wait_s = LONGEST_WAIT_S if next_due is None else min((next_due - now_ms()) / 1000, LONGEST_WAIT_S)
            try:
                await asyncio.wait_for(self._wake.wait(), max(wait_s, 0))
            except TimeoutError:
                continue

    async def _send_due(self) -> None:
        for notice in await self._notices.due():
            if await self._tell(notice):
                await self._notices.done(notice.seq)
            else:
                await self._notices.later(notice.seq, now_ms() + int(AGAIN_S * 1000))
            await asyncio.sleep(self._pause_s)
