"""For whom a request comes: read from its header, so that it stands in every line that is logged for it."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from models.trace import HEADER, following


class Traced:
    """ASGI middleware: what is done for a request is done under its number."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with following(Headers(scope=scope).get(HEADER, "")):
            await self._app(scope, receive, send)
