"""Every fault of a network and of Discord, on purpose: seeded, so that a run can be repeated.

What a request meets hangs on the seed, on who did what (the member, and which of their interactions of that day it
belongs to), on the route, and on how often it has been tried; never on what happened on another day, or to others. A
request meets one fault, and then gets through.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
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
_GATEWAY: Final = "/gateway"
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
    kinds: tuple[Fault, ...] = tuple(Fault)
    """Those that they may meet."""
    planned: dict[str, list[Fault]] = field(default_factory=dict)
    """What the next requests meet whose path ends so, whatever the share."""
    met: Counter[Fault] = field(default_factory=Counter)
    down: bool = False
    """Nobody is there: every line to Discord, the gateway's too, breaks as soon as it is opened."""
    _tried: Counter[str] = field(default_factory=Counter)
    _acts: Counter[str] = field(default_factory=Counter)
    _names: dict[str, str] = field(default_factory=dict)

    def begin(self, seed: int = 0) -> None:
        """Begin the day anew."""
        self.seed = seed
        for memory in (self._tried, self._acts, self._names, self.met):
            memory.clear()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Disturb a request to Discord's API, or let it through."""
        if self.down and request.path.startswith((_API, _GATEWAY)):
            return _dropped(request)
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
        resource = request.match_info.route.resource
        assert resource is not None, "whatever the pocket serves has a path"
        key = f"{request.method} {resource.canonical} {self._act(request.match_info.get('token', ''))}"
        self._tried[key] += 1
        chance = random.Random(f"{self.seed} {key} {self._tried[key]}")
        # After a fault the next try gets through: what Discord does to a request, it seldom does twice.
        if chance.random() >= self.share or self._tried[key] % 2 == 0:
            return None
        kinds = possible(request, self.kinds)
        return chance.choice(kinds) if kinds else None

    def _act(self, token: str) -> str:
        """Return whose interaction a token is, and the how manieth of theirs today; nothing where it is none."""
        interaction = self.world.interactions.get(token)
        if interaction is None:
            return ""
        if token not in self._names:
            self._acts[interaction.person.id] += 1
            self._names[token] = f"{interaction.person.id}-{self._acts[interaction.person.id]}"
        return self._names[token]


def possible(request: web.Request, kinds: Sequence[Fault] = tuple(Fault)) -> tuple[Fault, ...]:
    """Return what a request may meet; a followup has no nonce, so nobody could help a 502 that is a lie doubling it."""
    followup = request.method == "POST" and "/webhooks/" in request.path
    return tuple(fault for fault in kinds if not (followup and fault is Fault.BAD_GATEWAY_AFTER))


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

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._seed = 0
        self._said: Counter[str] = Counter()
        self.twice_share = 0.0
        """So many interactions, and messages of members, are delivered twice."""
        self.interactions: list[Json] = []
        self.messages: list[Json] = []
        """What members said, as it was delivered."""
        self._requests: list[web.Request] = []

    def begin(self, seed: int) -> None:
        """Begin the day anew: what is delivered twice hangs on the seed, on who acts, and on how often they did."""
        self._seed = seed
        self._said.clear()

    @property
    def sent(self) -> int:
        """Return the number of the last event that was sent to a bot that is here."""
        return max((session.seq for session in self._here()), default=0)

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
        """Send an event, some interactions and messages twice."""
        super().dispatch(event, data)
        if event == "INTERACTION_CREATE":
            self.interactions.append(data)
            key = self._world.interactions[data["token"]].person.id
        elif event == "MESSAGE_CREATE" and not data["author"].get("bot"):
            self.messages.append(data)
            key = str(data["author"]["id"])
        else:
            return
        self._said[key] += 1
        if random.Random(f"{self._seed} {key} {self._said[key]}").random() < self.twice_share:
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
