"""Every fault of a network and of Discord, on purpose: seeded, so that a run can be repeated.

What a request meets hangs on the seed, on who did what (the nonce of its interaction), on the route, and on how often
it has been tried; never on the order in which things happen. A request meets one fault, and then gets through.
"""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.pocket.codes import Json
from bot.pocket.gateway import Gateway, Op, Session
from bot.pocket.rest import reply
from bot.pocket.world import World

SLOW_S: Final = 2.0
LIMITED_S: Final = 0.3
_API: Final = "/api/v10"
_RECONNECT: Final = 7


class Fault(Enum):
    """What can happen to one request."""

    LIMITED = "user"
    LIMITED_SHARED = "shared"
    LIMITED_GLOBAL = "global"
    FAILED = 500
    BAD_GATEWAY = 502
    BAD_GATEWAY_AFTER = "502, and yet it arrived"
    DROPPED = "dropped before it arrived"
    DROPPED_AFTER = "dropped after it arrived"
    SLOW = "slow"


_SCOPES: Final = (Fault.LIMITED, Fault.LIMITED_SHARED, Fault.LIMITED_GLOBAL)


@dataclass(slots=True)
class Faults:
    """Which requests meet which fault, and what has been met."""

    world: World = field(init=False)
    seed: int = 0
    share: float = 0.0
    """So many of all requests meet one."""
    planned: dict[str, list[Fault]] = field(default_factory=dict)
    """What the next requests meet whose path ends so, whatever the share."""
    met: Counter[Fault] = field(default_factory=Counter)
    _tried: Counter[str] = field(default_factory=Counter)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Disturb a request to Discord's API, or let it through."""
        if not request.path.startswith(_API):
            return await handler(request)
        fault = self._next(request)
        if fault is None:
            return await handler(request)
        self.met[fault] += 1
        return await self._disturbed(fault, request, handler)

    async def _disturbed(self, fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
        if fault in _SCOPES:
            return _limited(fault)
        match fault:
            case Fault.FAILED | Fault.BAD_GATEWAY:
                return reply({"message": "as told", "code": 0}, int(fault.value))
            case Fault.BAD_GATEWAY_AFTER:
                await handler(request)
                return reply({"message": "as told", "code": 0}, 502)
            case Fault.DROPPED:
                return _dropped(request)
            case Fault.DROPPED_AFTER:
                await handler(request)
                return _dropped(request)
            case _:
                await asyncio.sleep(SLOW_S)
                return await handler(request)

    def _next(self, request: web.Request) -> Fault | None:
        for end, faults in self.planned.items():
            if faults and request.path.endswith(end):
                return faults.pop(0)
        who = self.world.interactions.get(request.match_info.get("token", ""))
        resource = request.match_info.route.resource
        assert resource is not None, "whatever the pocket serves has a path"
        key = f"{request.method} {resource.canonical} {'' if who is None else who.nonce}"
        self._tried[key] += 1
        chance = random.Random(f"{self.seed} {key} {self._tried[key]}")
        # After a fault the next try gets through: what Discord does to a request, it seldom does twice.
        if chance.random() >= self.share or self._tried[key] % 2 == 0:
            return None
        return chance.choice(possible(request))


def possible(request: web.Request) -> tuple[Fault, ...]:
    """Return what a request may meet; a followup has no nonce, so nobody could help a 502 that is a lie doubling it."""
    followup = request.method == "POST" and "/webhooks/" in request.path
    return tuple(fault for fault in Fault if not (followup and fault is Fault.BAD_GATEWAY_AFTER))


def _limited(fault: Fault) -> web.Response:
    scope = str(fault.value)
    body = {"message": "You are being rate limited.", "retry_after": LIMITED_S, "global": scope == "global"}
    response = reply(body, 429)
    response.headers.update({"Retry-After": "1", "X-RateLimit-Scope": scope})
    if scope == "global":
        response.headers["X-RateLimit-Global"] = "true"
    return response


def _dropped(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


class FaultyGateway(Gateway):
    """The gateway, which breaks off when told, and delivers again what it has delivered."""

    def __init__(self, world: World, *, seed: int = 0) -> None:
        super().__init__(world)
        self.seed = seed
        self.twice_share = 0.0
        """So many interactions are delivered twice."""
        self.interactions: list[Json] = []
        self._requests: list[web.Request] = []

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection, and know its line."""
        self._requests.append(request)
        try:
            return await super().handle(request)
        finally:
            self._requests.remove(request)

    @property
    def connected(self) -> bool:
        """Tell whether a bot is there, or will hear of everything when it comes back."""
        return bool(self._sessions)

    @property
    def online(self) -> bool:
        """Tell whether a bot is connected right now."""
        return super().connected

    def dispatch(self, event: str, data: Json) -> None:
        """Send an event, some interactions twice."""
        super().dispatch(event, data)
        if event != "INTERACTION_CREATE":
            return
        self.interactions.append(data)
        nonce = self._world.interactions[data["token"]].nonce
        if random.Random(f"{self.seed} {nonce}").random() < self.twice_share:
            super().dispatch(event, data)

    async def reconnect(self) -> None:
        """Ask the bot to reconnect and resume (op 7)."""
        for session in self._here():
            await _tell(session, {"op": _RECONNECT, "d": None})

    async def invalidate(self, *, resumable: bool) -> None:
        """Tell the bot that its session is over (op 9); one that cannot be resumed has to identify anew."""
        for session in self._here():
            await _tell(session, {"op": Op.INVALID_SESSION, "d": resumable})
            if not resumable:
                del self._sessions[session.id]

    def drop(self) -> None:
        """Break the connection without a word."""
        for request in self._requests:
            assert request.transport is not None
            request.transport.abort()

    async def back(self) -> None:
        """Wait until the bot is connected again."""
        while not self.online:  # noqa: ASYNC110 - the gateway has no event for this
            await asyncio.sleep(0.01)

    def _here(self) -> list[Session]:
        return [session for session in self._sessions.values() if session.socket is not None]


async def _tell(session: Session, frame: Json) -> None:
    assert session.socket is not None
    await session.socket.send_json(frame)
