"""Standing between the bot and its drafts server, and changing what the server says."""

import base64
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from models.drafts.app import create_app
from models.drafts.events import DrawingEngine

Edit = Callable[[bytes], bytes | None]
"""Makes something else of a part of an answer; None breaks the line off there."""


class BrokenOff(Exception):
    """The line is broken off in the middle of an answer."""


@dataclass(slots=True)
class Meddler:
    """Changes the answers to the next requests for pictures, each in another way."""

    edits: deque[Edit | int] = field(default_factory=deque)
    """For each request what is done to its answer; a number is a status that it is refused with."""

    def before(self, load: Callable[[], DrawingEngine], key: str) -> Any:
        """Return our drafts server with this before it."""
        app: Any = create_app(load, key)

        async def meddling(scope: Any, receive: Any, send: Any) -> None:
            drawing = scope["type"] == "http" and scope["path"] == "/v1/images/generations"
            edit = self.edits.popleft() if drawing and self.edits else None
            if isinstance(edit, int):
                await send({"type": "http.response.start", "status": edit, "headers": []})
                await send({"type": "http.response.body", "body": b"<html>as told</html>"})
                return

            async def edited(message: Any) -> None:
                if edit is not None and message["type"] == "http.response.body":
                    body = edit(message.get("body", b""))
                    if body is None:
                        raise BrokenOff
                    message = {**message, "body": body}
                await send(message)

            await app(scope, receive, edited)

        return meddling


def changed(event: str, change: Callable[[dict[str, Any]], object]) -> Edit:
    """Return an edit that changes the data of the events of a name."""

    def edit(body: bytes) -> bytes:
        head, _, data = body.partition(b"\ndata: ")
        if head != f"event: {event}".encode():
            return body
        told = json.loads(data)
        change(told)
        return head + b"\ndata: " + json.dumps(told).encode() + b"\n\n"

    return edit


def cut_off(data: dict[str, Any]) -> None:
    """Send half of a picture."""
    whole = base64.b64decode(data["b64_json"])
    data["b64_json"] = base64.b64encode(whole[: len(whole) // 2]).decode()


def no_json(body: bytes) -> bytes:
    """Send a gateway's page where there was JSON."""
    return body.replace(b"data: {", b"data: <html>")


def half(body: bytes) -> bytes | None:
    """Break the line off at the first picture."""
    return None if b"completed" in body else body
