"""The door of the drafts server: the key and the size of a request are checked before its body is read."""

import hmac
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.drafts.problems import Problem

MAX_BODY_BYTES: Final = 58 * 2**20
"""Two pictures of the allowed size in base64, and the words."""
_GUARDED = "/v1/"


class Guard:
    """ASGI middleware in front of everything under /v1/; a key of None lets everybody in (tests only)."""

    def __init__(self, app: ASGIApp, api_key: str | None, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._expected = None if api_key is None else f"Bearer {api_key}".encode()
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] != "http" or not scope["path"].startswith(_GUARDED):
            await self._app(scope, receive, send)
            return
        problem = self._problem(Headers(scope=scope))
        if problem is not None:
            await problem.answer()(scope, receive, send)
            return
        await self._app(scope, self._counted(receive), send)

    def _problem(self, headers: Headers) -> Problem | None:
        given = headers.get("authorization", "").encode()
        if self._expected is not None and not hmac.compare_digest(given, self._expected):
            return Problem(401, "unauthorized", "the key is missing or wrong")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._max_body_bytes:
            return Problem(413, "too-large", f"a request may have {self._max_body_bytes} bytes")
        return None

    def _counted(self, receive: Receive) -> Receive:
        """Count a body whose length was not told beforehand."""
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._max_body_bytes:
                raise HTTPException(413)
            return message

        return counted
