"""Writing to one member alone."""

import asyncio
import logging
from typing import Final

import aiohttp
import discord

log = logging.getLogger(__name__)

SEND_WITHIN_S: Final = 30.0
# They blocked us, shut their direct messages, or are gone: no other try would end otherwise.
_FINAL: Final = frozenset({400, 403, 404})


async def write_to(
    client: discord.Client, user_id: str, text: str, nonce: str, *, view: discord.ui.View = discord.utils.MISSING
) -> bool:
    """Send a direct message; return False where it is worth another try.

    The nonce makes Discord drop a second copy if the first did arrive.
    """
    try:
        async with asyncio.timeout(SEND_WITHIN_S):
            channel = await client.create_dm(discord.Object(int(user_id)))
            await channel.send(text, nonce=nonce, view=view)
    except discord.HTTPException as error:
        log.info("%s: the direct message was not taken: %s", nonce, error.status)
        return error.status in _FINAL
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        log.info("%s: the direct message was not sent: %s", nonce, type(error).__name__)
        return False
    return True
