"""Sending again what a broken connection swallowed: discord.py repeats refusals, but on Linux no lost connection."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import aiohttp
import discord
from discord import HTTPException, InteractionResponseType
from discord.http import Route
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from bot.chat.turns import Turns
from bot.errors import PlatformAway
from bot.watch.figures import Figures

T = TypeVar("T")

BROKEN: Final = (aiohttp.ClientError, OSError)
"""What a request raises when its connection is lost; whether it arrived is then unknown."""
ACKNOWLEDGED: Final = 40060
"""Discord's code for an interaction that has had its first answer."""
_UNKNOWN: Final = 10062
# A connection mostly dies while it lies idle, so the next one holds; a first answer has three seconds in all.
_PAUSES_S: Final = (0.1, 0.5, 1.5)
# First answers under way: over lines that stand they go faster than over hundreds that have to be opened. So many that
# 300 are through in time even where Discord takes a second for each.
_AT_ONCE: Final = 128


async def steadily(send: Callable[[], Awaitable[T]]) -> T:
    """Send, and again over a new connection where one breaks; for what may arrive twice and counts once."""
    for pause_s in _PAUSES_S:
        try:
            return await send()
        except BROKEN:
            await asyncio.sleep(pause_s)
    return await send()


@contextmanager
def reaching() -> Iterator[None]:
    """Turn what is raised where Discord cannot be reached, or has failed itself, into PlatformAway."""
    try:
        yield
    except (*BROKEN, discord.DiscordServerError) as error:
        raise PlatformAway from error


class SteadyAdapter(AsyncWebhookAdapter):
    """Sends the answers to interactions, over a line that may break.

    A first answer that did arrive, though the reply to it was lost, is refused the second time: good news. A followup
    that did arrive would be there twice, so it alone is not repeated.
    """

    def __init__(self, turns: Turns, figures: Figures) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # discord.py leaves it untyped
        self._turns = turns
        self._figures = figures
        self._acknowledging = asyncio.Semaphore(_AT_ONCE)

    async def request(self, route: Route, session: aiohttp.ClientSession, **given: Any) -> Any:
        """Send one request of an interaction; whoever is acknowledged waits for a place to be served."""
        if not _is_callback(route):
            return await self._send(route, session, **given)
        async with self._acknowledging:
            answer = await self._send(route, session, **given)
        self._figures.acknowledged(time.time() - time_of(route))
        await self._turns.take_place()
        return answer

    async def _send(self, route: Route, session: aiohttp.ClientSession, **given: Any) -> Any:
        counting: Any = _Counting(session)

        async def send() -> Any:
            for file in given.get("files") or ():
                file.reset()
            return await super(SteadyAdapter, self).request(route, counting, **given)

        try:
            return await (send() if _is_followup(route) else steadily(send))
        except HTTPException as error:
            arrived = error.code == ACKNOWLEDGED and counting.requests > 1
            # Whoever types on does not wait for what is offered: to come too late is no error there.
            passed = error.code in (ACKNOWLEDGED, _UNKNOWN) and _offers(given)
            if arrived or passed:
                return {"interaction": {"id": route.webhook_id}}
            raise


class _Counting:
    """A session that counts its requests, those that discord.py repeats among them."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self.requests = 0

    def request(self, *arguments: Any, **given: Any) -> Any:
        """Pass a request on."""
        self.requests += 1
        return self._session.request(*arguments, **given)


def time_of(route: Route) -> float:
    """Return when the interaction of a route began, by Discord's clock, in seconds since 1970."""
    return discord.utils.snowflake_time(int(route.webhook_id or 0)).timestamp()


def _is_callback(route: Route) -> bool:
    return route.path.endswith("/callback")


def _is_followup(route: Route) -> bool:
    return route.method == "POST" and not _is_callback(route)


def _offers(given: dict[str, Any]) -> bool:
    payload = given.get("payload")
    return payload is not None and payload.get("type") == InteractionResponseType.autocomplete_result.value


def answer_steadily(turns: Turns, figures: Figures) -> None:
    """Let this task, and those that it starts from now on, answer interactions steadily, and in turns."""
    async_context.set(SteadyAdapter(turns, figures))
