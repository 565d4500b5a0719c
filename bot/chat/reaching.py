"""Waiting for Discord before the first login: the library gives up at once where it is not there."""

import asyncio
import logging
import random
from typing import Final

import httpx2

log = logging.getLogger(__name__)

FIRST_S: Final = 2.0
MOST_S: Final = 60.0
"""Between two questions whether Discord is there; each wait is twice the one before, varied by a quarter."""
_ANSWER_S: Final = 10.0
_FAILS: Final = 500


async def until_there(api: str) -> None:
    """Return as soon as Discord's API, at its URL, answers something that is no failure of its own."""
    wait_s = FIRST_S
    async with httpx2.AsyncClient(timeout=_ANSWER_S) as http:
        while (why := await _what_is_wrong(http, f"{api}/gateway")) is not None:
            log.warning("Discord cannot be reached (%s): trying again in %.0f s", why, wait_s)
            await asyncio.sleep(wait_s * random.uniform(0.75, 1.25))  # noqa: S311 # nosec B311 # no secret
            wait_s = min(2 * wait_s, MOST_S)


async def _what_is_wrong(http: httpx2.AsyncClient, url: str) -> str | None:
    try:
        status = (await http.get(url)).status_code
    except httpx2.HTTPError as error:
        return type(error).__name__
    return None if status < _FAILS else f"it answered {status}"
