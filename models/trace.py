"""One number from a member's press to the GPU: it stands in every log line on the way.

In the bot it is the interaction's number, in a job that of its draft. Requests to model servers carry it in a header
that ours log, and that vLLM takes for the name of its own request.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

import httpx2

HEADER: Final = "X-Request-Id"
_LONGEST: Final = 64
_request: ContextVar[str] = ContextVar("request", default="")


def follow(request: str) -> None:
    """Let this task, and those that it starts from now on, work for a request."""
    _request.set(_plain(request))


@contextmanager
def following(request: str) -> Iterator[None]:
    """Work for a request for a while."""
    before = _request.set(_plain(request))
    try:
        yield
    finally:
        _request.reset(before)


def followed() -> str:
    """Return the request that is worked for, or an empty text."""
    return _request.get()


async def traced(request: httpx2.Request) -> None:
    """Write into a request to a server for whom it is sent: a hook of the HTTP client."""
    if _request.get():
        request.headers[HEADER] = _request.get()


def _plain(request: str) -> str:
    """Return what may stand in a header and in a line of a log, whoever sent it."""
    return "".join(c for c in request[:_LONGEST] if c.isascii() and (c.isalnum() or c in "-_."))


class TextLines(logging.Formatter):
    """Lines for people, with the request where there is one."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s%(request)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as a line."""
        request = _request.get()
        record.request = f" [{request}]" if request else ""
        return super().format(record)


class JsonLines(logging.Formatter):
    """One JSON object a line, for programs that gather logs."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as JSON: when, how grave, who says what for which request, and the error behind it."""
        told = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}",
            "level": record.levelname,
            "logger": record.name,
            "request": _request.get(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told)


def log_to_stderr(level: str, form: str = "text") -> None:
    """Let this process log to its standard error, as "text" or as "json"."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    logging.basicConfig(level=level, handlers=[handler])
