"""Serving a crowd in turns: first everybody is acknowledged, then a few at a time are served.

The loop stays free in between, whoever presses how often: heartbeats and other answers come through.
"""

import asyncio
from collections import deque
from typing import Final

_EACH: Final = 4
"""So many go through the turnstile in one turn of the loop; each takes well under a millisecond until it waits."""
_AT_ONCE: Final = 16
_LEASE_S: Final = 0.25
"""Who is served for longer is waiting for something else than this process, and gives the place up."""


class Turns:
    """A turnstile for those who come, and a few places for those who are served."""

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._empty = asyncio.Event()
        self._empty.set()
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def enter(self) -> None:
        """Come in, with a few others each turn of the loop."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            self._empty.clear()
            loop.call_soon(self._turn, loop)
        mine = loop.create_future()
        self._waiting.append(mine)
        await mine

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        for _ in range(min(_EACH, len(self._waiting))):
            mine = self._waiting.popleft()
            if not mine.done():
                mine.set_result(None)
        if self._waiting:
            loop.call_soon(self._turn, loop)
        else:
            self._empty.set()

    async def take_place(self) -> None:
        """Wait for a place, behind everybody who still comes in; it is given up with the task, or after a moment."""
        await self._empty.wait()
        await self._places.acquire()
        task = asyncio.current_task()
        assert task is not None, "somebody is served in a task"
        _Place(self._places, task)


class _Place:
    """A place that is given up once, by whichever end comes first."""

    def __init__(self, places: asyncio.Semaphore, task: asyncio.Task[object]) -> None:
        self._places = places
        self._given_up = False
        self._timer = asyncio.get_running_loop().call_later(_LEASE_S, self._give_up)
        task.add_done_callback(self._give_up)

    def _give_up(self, *_: object) -> None:
        if not self._given_up:
            self._given_up = True
            self._timer.cancel()
            self._places.release()
