"""Fetching what a member attached; hostile until it has been checked."""

import asyncio
from typing import Final

import aiohttp
import discord

from bot.errors import UserFacing

DOWNLOAD_TIMEOUT_S: Final = 20.0


async def fetch(attachment: discord.Attachment) -> bytes:
    """Return the bytes of an attachment; raise UserFacing where they do not come. Its size is the caller's to check."""
    try:
        async with asyncio.timeout(DOWNLOAD_TIMEOUT_S):
            return await attachment.read()
    except (discord.HTTPException, aiohttp.ClientError, TimeoutError) as error:
        raise UserFacing("error-upload-gone") from error
