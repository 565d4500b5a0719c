"""Who may speak: one turn at a time for each of some keys, a few in line behind it, and no more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

MAX_IN_LINE: Final = 4
"""So many turns of one key are taken or waited for."""


class Crowded(Exception):
    """There is no room in line; `first` tells the first one that is turned away since there was."""

    def __init__(self, *, first: bool) -> None:
        super().__init__(first)
        self.first = first


@dataclass(slots=True)
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    here: int = 0
    told: bool = False


class Floor:
    """The lines of all keys that somebody stands in."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def taken(self, *keys: str) -> AsyncIterator[None]:
        """Hold the floor for some keys, in turn; raise Crowded where too many stand in line already."""
        # In one order for everybody, so that no two wait for each other.
        names = sorted(set(keys))
        lines = [self._lines.setdefault(name, _Line()) for name in names]
        for line in lines:
            if line.here >= MAX_IN_LINE:
                first, line.told = not line.told, True
                self._forget(names)
                raise Crowded(first=first)
        for line in lines:
            line.here += 1
        held: list[_Line] = []
        try:
            for line in lines:
                await line.lock.acquire()
                held.append(line)
            yield
        finally:
            for line in held:
                line.lock.release()
            for line in lines:
                line.here -= 1
            self._forget(names)

    def _forget(self, names: list[str]) -> None:
        for name in names:
            if name in self._lines and not self._lines[name].here:
                del self._lines[name]
