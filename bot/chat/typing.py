"""Showing that an answer is being written."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import discord

from bot.chat.steady import BROKEN

log = logging.getLogger(__name__)
# Discord shows it for ten seconds.
_AGAIN_S: Final = 8.0


@asynccontextmanager
async def typing(place: discord.abc.Messageable) -> AsyncIterator[None]:
    """Show "typing" for as long as the context is open; where it cannot be shown, nothing is missing."""
    task = asyncio.create_task(_keep(place), name="typing")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _keep(place: discord.abc.Messageable) -> None:
    while True:
        try:
            await place.typing()
        except (discord.HTTPException, *BROKEN) as error:
            log.debug("typing is not shown: %s", type(error).__name__)
        await asyncio.sleep(_AGAIN_S)
