"""What a member attached: hostile until it has been checked."""

import asyncio
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import aiohttp
import discord
from PIL import Image, UnidentifiedImageError

from bot.errors import UserFacing

DOWNLOAD_TIMEOUT_S: Final = 20.0
MAX_UPLOAD_BYTES: Final = 10 * 1024 * 1024
MAX_SIDE: Final = 8192
MAX_PIXELS: Final = 40_000_000
MIME_BY_FORMAT: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture that has passed every check."""

    data: bytes
    mime: str


async def fetch(attachment: discord.Attachment) -> bytes:
    """Return the bytes of an attachment; raise UserFacing where they do not come. Its size is the caller's to check."""
    try:
        async with asyncio.timeout(DOWNLOAD_TIMEOUT_S):
            return await attachment.read()
    except (discord.HTTPException, aiohttp.ClientError, TimeoutError) as error:
        raise UserFacing("error-upload-gone") from error


async def fetch_picture(attachment: discord.Attachment) -> Upload:
    """Fetch a picture and check it; raise UserFacing."""
    return await asyncio.to_thread(check_upload, await fetch(attachment))


def check_declared(size_bytes: int, content_type: str | None) -> None:
    """Refuse an attachment by what the platform says of it, before it is downloaded."""
    if size_bytes > MAX_UPLOAD_BYTES:
        raise UserFacing("error-upload-large", limit=MAX_UPLOAD_BYTES // 2**20)
    if content_type is not None and not content_type.startswith("image/"):
        raise UserFacing("error-upload-type")


def check_upload(data: bytes) -> Upload:
    """Check a picture; blocking. Its size is read from the header before anything is decoded."""
    if len(data) > MAX_UPLOAD_BYTES:
        raise UserFacing("error-upload-large", limit=MAX_UPLOAD_BYTES // 2**20)
    try:
        with Image.open(BytesIO(data), formats=tuple(MIME_BY_FORMAT)) as image:
            if max(image.size) > MAX_SIDE or image.width * image.height > MAX_PIXELS:
                raise UserFacing("error-upload-pixels", width=image.width, height=image.height, limit=MAX_SIDE)
            mime = MIME_BY_FORMAT[image.format or ""]
            image.load()
    except Image.DecompressionBombError as error:
        raise UserFacing("error-upload-bomb", limit=MAX_SIDE) from error
    except UnidentifiedImageError as error:
        raise UserFacing("error-upload-type") from error
    except (OSError, ValueError, SyntaxError) as error:
        raise UserFacing("error-upload-broken") from error
    return Upload(data, mime)
