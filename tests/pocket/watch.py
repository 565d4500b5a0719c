"""A watch over all that the bot says to Discord: every body against the specification, and nobody pinged."""

import json
from collections.abc import Iterable
from typing import Any, Final

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.pocket.codes import CallbackType
from bot.pocket.rest import BODY
from tests.pocket.specification import Specification, document_path

Json = dict[str, Any]

API: Final = "/api/v10"
_SHOWN: Final = ("content", "embeds", "components")
_REFUSED_FORM: Final = 50035
_SAY_NOTHING: Final = (CallbackType.AUTOCOMPLETE, CallbackType.MODAL)


class Watch:
    """Collects what should not be; without the document, only what needs none."""

    def __init__(self, specification: Specification | None) -> None:
        self._specification = specification
        self.violations: list[str] = []
        self.strange: list[str] = []
        """What the pocket server itself answered otherwise than Discord would."""
        self.pings: list[str] = []
        self.requests = 0

    @classmethod
    def of_this_machine(cls) -> "Watch":
        """Return a watch with the document, if it is here."""
        path = document_path()
        return cls(None if path is None else Specification(path))

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request through, and look at both sides of it."""
        response = await handler(request)
        if request.path.startswith(API):
            self.requests += 1
            self._look(request, await _body(request), response)
        return response

    def _look(self, request: web.Request, body: Any, response: web.StreamResponse) -> None:
        path = request.path.removeprefix(API)
        answer: Any = _json(response.body) if isinstance(response, web.Response) else None
        if response.status == 400 and answer["code"] == _REFUSED_FORM:
            self.violations.append(f"{request.method} {path}: refused: {json.dumps(answer)}")
        self.pings += [f"{request.method} {path}: {told}" for told in pings(body)]
        if self._specification is None:
            return
        operation = self._specification.operation(request.method, path)
        if operation is None:
            self.violations.append(f"{request.method} {path}: Discord has no such route")
            return
        # Where a request with files was refused before anybody read it, there is nothing to look at.
        unread = body is None and request.content_type.startswith("multipart/")
        problems = [] if unread else self._specification.request_problems(operation, body)
        self.violations += [f"{operation}: {told}" for told in problems]
        strange = self._specification.response_problems(operation, response.status, answer)
        self.strange += [f"{operation}: the answer's {told}" for told in strange]


async def _body(request: web.Request) -> Any:
    """Return the JSON of a request; of one with files, what its handler read of it."""
    if request.content_type.startswith("multipart/"):
        return request.get(BODY)
    return _json(await request.read())


def _json(raw: Any) -> Any:
    return json.loads(raw) if isinstance(raw, bytes) and raw else None


def pings(body: Any) -> Iterable[str]:
    """Tell how a message would ping somebody: what is shown must forbid all mentions."""
    if not isinstance(body, dict):
        return
    message = body["data"] if isinstance(body.get("data"), dict) else body
    if body.get("type") in _SAY_NOTHING or not any(message.get(key) for key in _SHOWN):
        return
    allowed = message.get("allowed_mentions")
    if allowed is None:
        yield "allowed_mentions is missing"
    elif any(allowed.get(key) for key in ("parse", "users", "roles", "replied_user")):
        yield f"allowed_mentions is {allowed}"
