"""What a member attached: hostile until it has been checked."""

import asyncio
from dataclasses import dataclass
from typing import Final

import aiohttp
import discord
from discord.http import Route
from yarl import URL

from bot.errors import Busy, UserFacing
from storage.darkroom.darkroom import Darkroom
from storage.darkroom.found import DarkroomBusy, FileRefused, Why
from storage.darkroom.pictures import MAX_SIDE

DOWNLOAD_TIMEOUT_S: Final = 20.0
MAX_UPLOAD_BYTES: Final = 10 * 1024 * 1024
_FILE_HOSTS: Final = ("cdn.discordapp.com", "media.discordapp.net")


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture that has passed every check; `size` is width and height as it is seen.

    `marks_something` is None where nobody asked whether it is a mask.
    """

    data: bytes
    mime: str
    size: tuple[int, int]
    marks_something: bool | None = None


async def fetch(attachment: discord.Attachment) -> bytes:
    """Return the bytes of an attachment; raise UserFacing where they do not come. Its size is the caller's to check."""
    try:
        async with asyncio.timeout(DOWNLOAD_TIMEOUT_S):
            return await attachment.read()
    except (discord.HTTPException, aiohttp.ClientError, TimeoutError) as error:
        raise UserFacing("error-upload-gone") from error


async def fetch_link(client: discord.Client, link: str) -> bytes:
    """Return the bytes of a file by the link that the platform gave for it; raise UserFacing where they do not come.

    Layouts of other bots may show pictures from anywhere: only the platform itself is asked.
    """
    if URL(link).host not in (*_FILE_HOSTS, URL(Route.BASE).host):
        raise UserFacing("error-upload-elsewhere")
    try:
        async with asyncio.timeout(DOWNLOAD_TIMEOUT_S):
            return await client.http.get_from_cdn(link)
    except (discord.HTTPException, aiohttp.ClientError, TimeoutError) as error:
        raise UserFacing("error-upload-gone") from error


async def fetch_picture(darkroom: Darkroom, attachment: discord.Attachment, *, mask: bool = False) -> Upload:
    """Fetch a picture and check it; `mask` asks whether it marks anything too. Raise UserFacing or Busy."""
    return await check_upload(darkroom, await fetch(attachment), mask=mask)


def check_size(size_bytes: int) -> None:
    """Refuse an attachment that is too large by what the platform says of it, before it is downloaded."""
    if size_bytes > MAX_UPLOAD_BYTES:
        raise UserFacing("error-upload-large", limit=MAX_UPLOAD_BYTES // 2**20)


def check_declared(size_bytes: int, content_type: str | None) -> None:
    """Refuse an attachment by what the platform says of it, before it is downloaded."""
    check_size(size_bytes)
    if content_type is not None and not content_type.startswith("image/"):
        raise UserFacing("error-upload-type")


async def check_upload(darkroom: Darkroom, data: bytes, *, mask: bool = False) -> Upload:
    """Have a picture decoded apart from the bot; raise UserFacing for what is none, or Busy."""
    check_size(len(data))
    try:
        found = await darkroom.check(data, mask=mask)
    except FileRefused as error:
        raise refused_upload(error) from error
    except DarkroomBusy as error:
        raise Busy("error-upload-busy") from error
    return Upload(data, found.mime, found.size, found.marks_something)


def refused_upload(error: FileRefused) -> UserFacing:
    """Return what is told of a picture that was not opened."""
    match error.why:
        case Why.PIXELS:
            return UserFacing("error-upload-pixels", width=error.width, height=error.height, limit=MAX_SIDE)
        case Why.BOMB:
            return UserFacing("error-upload-bomb", limit=MAX_SIDE)
        case why:
            return UserFacing(f"error-upload-{why.value}")
