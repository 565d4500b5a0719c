"""What all dialects share: the connection, its errors and its limits, and reading what came through it."""

import base64
import binascii
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

import httpx2

from models.drafting import ImageTimeouts
from models.errors import (
    BadResponse,
    GenerationFailed,
    ModelsError,
    RequestRefused,
    ServerBusy,
    ServerUnavailable,
)
from models.sse import ServerSentEvent, SseDecoder

MAX_ANSWER_BYTES: Final = 128 * 2**20
"""Eight large pictures in base64; a server that sends more is broken, or means harm."""
MALFORMED: Final = (KeyError, TypeError, ValueError, binascii.Error)
"""What reading somebody else's JSON can raise."""
Refusal = Callable[[int, httpx2.Headers, bytes], ModelsError]
"""Says what status, headers and content of a refused request mean."""
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}")
# What OpenAI calls a request that its own rules forbid.
_MODERATED = {"moderation_blocked", "content_policy_violation"}


class Connection:
    """One server's API: an HTTP client and the address under which the API lies."""

    def __init__(self, http: httpx2.AsyncClient, base: str, timeouts: ImageTimeouts) -> None:
        self.http = http
        self.base = base.rstrip("/")
        self.timeouts = timeouts

    async def ask(self, method: str, path: str) -> dict[str, Any]:
        """Ask one short question; raise ServerUnavailable, BadResponse or what a refusal means."""
        url = f"{self.base}{path}"
        with translated():
            async with self.http.stream(method, url, timeout=self.timeouts.health_s) as response:
                content = await whole(response)
        if not response.is_success:
            raise refusal(response.status_code, response.headers, content)
        return json_object(content)

    @asynccontextmanager
    async def post(
        self, path: str, *, gap_s: float, refuse: "Refusal", **content: Any
    ) -> AsyncIterator[httpx2.Response]:
        """Send a request for pictures, `gap_s` being the longest silence; raise what `refuse` makes of a refusal."""
        timeout = httpx2.Timeout(gap_s, connect=self.timeouts.connect_s)
        with translated():
            async with self.http.stream("POST", f"{self.base}{path}", timeout=timeout, **content) as response:
                if not response.is_success:
                    raise refuse(response.status_code, response.headers, await whole(response))
                yield response


@contextmanager
def translated() -> Iterator[None]:
    """Turn the errors of the connection into ours."""
    try:
        yield
    except httpx2.ConnectError as error:
        raise ServerUnavailable("the drafts server cannot be reached") from error
    except httpx2.TimeoutException as error:
        raise ServerBusy("the drafts server fell silent") from error
    except httpx2.HTTPError as error:
        raise ServerUnavailable(f"the connection broke off: {type(error).__name__}") from error


async def events(response: httpx2.Response) -> AsyncGenerator[ServerSentEvent]:
    """Read the events of a stream until it ends; raise BadResponse when it never does."""
    decoder, seen = SseDecoder(), 0
    async for chunk in response.aiter_text():
        seen += len(chunk)
        if seen > MAX_ANSWER_BYTES:
            raise BadResponse("the drafts server sends more than any draft needs")
        for event in decoder.feed(chunk):
            yield event


async def whole(response: httpx2.Response) -> bytes:
    """Read an answer that comes in one piece; raise BadResponse where it is too large."""
    pieces, seen = [], 0
    async for piece in response.aiter_bytes():
        seen += len(piece)
        if seen > MAX_ANSWER_BYTES:
            raise BadResponse("the drafts server sends more than any draft needs")
        pieces.append(piece)
    return b"".join(pieces)


def json_object(content: bytes | str) -> dict[str, Any]:
    """Read a JSON object; raise BadResponse for anything else."""
    try:
        body = json.loads(content)
    except ValueError as error:
        raise BadResponse("the drafts server answered no JSON") from error
    if not isinstance(body, dict):
        raise BadResponse("the drafts server answered another kind of JSON")
    return body


def listed(body: Mapping[str, Any]) -> list[Any]:
    """Return the entries of a list in OpenAI's form; raise BadResponse where there is none."""
    found = body.get("data")
    if not isinstance(found, list):
        raise BadResponse("the drafts server answered without a list")
    return found


def decoded(text: str) -> bytes:
    """Decode a picture's base64; raise ValueError."""
    return base64.b64decode(text, validate=True)


def refusal(status: int, headers: httpx2.Headers, content: bytes) -> ModelsError:
    """Say what a refused request means, without the server's sentence: it may quote the request, or the key."""
    code = named_code(content)
    detail = f"the images server answered {status} ({code or 'no code'})"
    match status:
        case 429:
            return busy(detail, headers)
        case 502 | 503 | 504:
            return ServerUnavailable(detail)
        case 401 | 403:
            return RequestRefused("unauthorized", detail)
        case 404:
            return RequestRefused("unknown-model", detail)
        case 413:
            return RequestRefused("too-large", detail)
        case _ if status >= 500:
            return GenerationFailed(detail)
        case _:
            return RequestRefused("not-allowed" if code in _MODERATED else "invalid", detail)


def busy(detail: str, headers: httpx2.Headers) -> ServerBusy:
    """Return the error of a server that has too much to do, with its advice."""
    advice = headers.get("retry-after", "")
    return ServerBusy(detail, retry_after_s=float(advice) if advice.isdecimal() else None)


def named_code(content: bytes | str) -> str | None:
    """Return the code of an error in OpenAI's shape where it is a single word, which quotes nobody."""
    try:
        error = json.loads(content)["error"]
        named = [error.get(name) for name in ("code", "type")]
    except (*MALFORMED, AttributeError):
        return None
    return next((word for word in named if isinstance(word, str) and _CODE.fullmatch(word)), None)
