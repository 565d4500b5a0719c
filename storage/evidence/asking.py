"""Asking a third party over HTTP; what comes back is hostile, so it is bounded in time and size."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import httpx2

from storage.errors import TimestampRefused

ANSWER_S: Final = 10.0
"""How long anybody may take to answer; an export waits for it."""
MAX_ANSWER_BYTES: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


async def ask(url: str, query: bytes | None, headers: Mapping[str, str]) -> Answer:
    """Send a query, or look up what is there without one; raise TimestampRefused where no proper answer comes.

    No redirect is followed: what is asked is what the operator has named.
    """
    method = "GET" if query is None else "POST"
    plain = {**headers, "Accept-Encoding": "identity"}
    try:
        async with (
            asyncio.timeout(ANSWER_S),
            httpx2.AsyncClient(timeout=ANSWER_S, verify=await asyncio.to_thread(_trust)) as client,
            client.stream(method, url, content=query, headers=plain) as response,
        ):
            return Answer(response.status_code, await _bounded(response))
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as error:
        raise TimestampRefused(f"no answer came: {type(error).__name__}") from error


async def _bounded(response: httpx2.Response) -> bytes:
    body = bytearray()
    # As it was sent: unpacking would let a small answer grow beyond every limit.
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise TimestampRefused("the answer is too large")
    return bytes(body)


@cache
def _trust() -> ssl.SSLContext:
    """Read the certificates that the web is trusted by, once; it takes longer than the event loop should wait."""
    return httpx2.create_ssl_context()
