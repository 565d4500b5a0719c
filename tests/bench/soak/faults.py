"""Random faults, one every few seconds: of Discord, of the model servers, of the database, of the bot itself."""

import asyncio
import logging
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Final

from tests.bench.soak.house import House, send
from tests.bench.soak.pocket import SoakPocket
from tests.bench.soak.servers import Mood
from tests.pocket.faults import Fault

log = logging.getLogger(__name__)

GAP_S: Final = (1.5, 5.0)
"""Between two faults."""
KILLS_WITHIN: Final = 0.16
"""The bot is killed in this part of the run only: what it takes to begin anew is not to be taken for growth."""
_LOCK: Final = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute("BEGIN IMMEDIATE")
time.sleep(float(sys.argv[2]))
connection.execute("ROLLBACK")
"""
_SHARE: Final = 0.35
"""So many requests meet a fault while there are any."""
_LIMITS: Final = (Fault.LIMITED, Fault.LIMITED_SHARED, Fault.LIMITED_GLOBAL)
_FAILURES: Final = (Fault.FAILED, Fault.BAD_GATEWAY, Fault.BAD_GATEWAY_AFTER)
_BREAKS: Final = (Fault.DROPPED, Fault.DROPPED_AFTER)


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault, and when it was there."""

    kind: str
    from_s: float
    until_s: float


@dataclass(slots=True)
class Injector:
    """Disturbs whatever it can reach, as the seed says."""

    pocket: SoakPocket
    house: House
    chance: Random
    kills: int
    """How often the bot's own process is ended."""
    injected: list[Injected] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        """Return how many faults of each kind there were."""
        return Counter(each.kind for each in self.injected)

    async def run(self, from_s: float, until_s: float) -> None:
        """Inject faults until then; all of them are over when this returns."""
        kills = self._kills(from_s, until_s)
        bag: list[str] = []
        async with asyncio.TaskGroup() as group:
            while True:
                pause_s = self.chance.uniform(*GAP_S)
                if time.monotonic() + pause_s >= until_s:
                    return
                await asyncio.sleep(pause_s)
                if kills and time.monotonic() >= kills[0][0]:
                    kind = kills.pop(0)[1]
                else:
                    # Each kind once before any comes again, in an order of chance.
                    bag = bag or self.chance.sample(list(KINDS), len(KINDS))
                    kind = bag.pop()
                group.create_task(self._inject(kind, until_s), name=f"fault {kind}")

    def _kills(self, from_s: float, until_s: float) -> list[tuple[float, str]]:
        """Return when the bot is ended, and how: each time in another way."""
        step = KILLS_WITHIN * (until_s - from_s) / (self.kills + 1)
        return [(from_s + step * (i + 1), list(OF_THE_BOT)[i % 2]) for i in range(self.kills)]

    def at_work(self, from_s: float, until_s: float) -> list[str]:
        """Return the faults that were there between two moments."""
        return [each.kind for each in self.injected if each.from_s <= until_s and each.until_s >= from_s]

    async def _inject(self, kind: str, until_s: float) -> None:
        log.info("fault: %s", kind)
        began = time.monotonic()
        do = OF_THE_BOT.get(kind) or KINDS[kind]
        await do(self, min(self.chance.uniform(2.0, 6.0), max(0.5, until_s - began)))
        self.injected.append(Injected(kind, began, time.monotonic()))

    # --- Discord -------------------------------------------------------------------------------

    async def drop(self, _: float) -> None:
        """Break the connection of the gateway."""
        self.pocket.gateway.drop()

    async def reconnect(self, _: float) -> None:
        """Ask the bot to connect anew."""
        await self.pocket.gateway.reconnect()

    async def invalidate(self, _: float, *, resumable: bool) -> None:
        """Tell the bot that its session is over."""
        await self.pocket.gateway.invalidate(resumable=resumable)

    async def requests(self, for_s: float, *, kinds: tuple[Fault, ...], share: float = _SHARE) -> None:
        """Let requests to Discord meet a fault for a while."""
        faults = self.pocket.faults
        faults.share, faults.kinds = share, kinds
        await asyncio.sleep(for_s)
        if faults.kinds == kinds:
            faults.share = 0.0

    async def twice(self, for_s: float) -> None:
        """Deliver interactions twice for a while."""
        self.pocket.gateway.twice_share = 0.6
        await asyncio.sleep(for_s)
        self.pocket.gateway.twice_share = 0.0

    # --- the model servers ---------------------------------------------------------------------

    async def kill_server(self, _: float, *, server: str) -> None:
        """Kill a model server."""
        send(self.house.server(server), signal.SIGKILL)

    async def hang_server(self, for_s: float, *, server: str) -> None:
        """Let a model server answer nobody for a while, as one that hangs."""
        pid = self.house.server(server)
        if send(pid, signal.SIGSTOP):
            await asyncio.sleep(for_s * 2)
            # Its supervisor may have ended it meanwhile.
            send(pid, signal.SIGCONT)

    async def upset_server(self, for_s: float, *, server: str, mood: Mood) -> None:
        """Put a model server into a mood for a while."""
        file = self.house.mood(server)
        await asyncio.to_thread(file.set, mood)
        await asyncio.sleep(for_s)
        if file.now() is mood:
            await asyncio.to_thread(file.set, Mood.WELL)

    # --- what is ours --------------------------------------------------------------------------

    async def lock_database(self, for_s: float) -> None:
        """Hold the database's write lock for a while, in a process of its own."""
        path = str(self.house.data / "colophon.db")
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", _LOCK, path, str(for_s))
        await process.wait()

    async def end_bot(self, _: float, *, number: signal.Signals) -> None:
        """End the bot, and wait until the launcher has brought it back."""
        pid = self.house.bot()
        if not send(pid, number):
            return
        while self.house.bot() in (None, pid) and self.house.running:  # noqa: ASYNC110 - /proc has no events
            await asyncio.sleep(0.2)
        while not self.pocket.gateway.online and self.house.running:  # noqa: ASYNC110 - nor has the gateway
            await asyncio.sleep(0.2)


Do = Callable[[Injector, float], Awaitable[None]]
"""Disturbs something for so many seconds."""


def _kinds() -> Iterator[tuple[str, Do]]:
    """Yield every fault but those of the bot's own process."""
    yield "gateway: dropped", Injector.drop
    yield "gateway: asked to reconnect", Injector.reconnect
    yield "gateway: invalid session, resumable", partial(Injector.invalidate, resumable=True)
    yield "gateway: invalid session, to begin anew", partial(Injector.invalidate, resumable=False)
    yield "requests: 429", partial(Injector.requests, kinds=_LIMITS)
    yield "requests: 500 and 502", partial(Injector.requests, kinds=_FAILURES)
    yield "requests: broken off", partial(Injector.requests, kinds=_BREAKS)
    yield "requests: 2 s late", partial(Injector.requests, kinds=(Fault.SLOW,), share=0.2)
    yield "interactions: delivered twice", Injector.twice
    yield "database: locked by another process", Injector.lock_database
    for server in ("drafts", "language"):
        yield f"{server}: killed", partial(Injector.kill_server, server=server)
        yield f"{server}: hung", partial(Injector.hang_server, server=server)
        for mood in Mood:
            if mood is not Mood.WELL:
                yield f"{server}: {mood.value}", partial(Injector.upset_server, server=server, mood=mood)


KINDS: Final[Mapping[str, Do]] = dict(_kinds())
OF_THE_BOT: Final[Mapping[str, Do]] = {
    "bot: SIGTERM": partial(Injector.end_bot, number=signal.SIGTERM),
    "bot: SIGKILL": partial(Injector.end_bot, number=signal.SIGKILL),
}
