"""What goes wrong in the pocket server.

OperatorError (bot.errors)
├── PortInUse       the port belongs to somebody else
├── NotLoopback     asked to listen where others could reach it
└── DamagedWorld    the saved world cannot be read
DiscordRefusal      an error answer in Discord's own shape, for the bot
PageRefusal         an error answer for the page: a status and one sentence
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.errors import OperatorError


class PortInUse(OperatorError):
    """Another process already listens on the port."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"Port {port} on {host} is in use. Choose another with --port, or 0 for any free one.")
        self.host = host
        self.port = port


class NotLoopback(OperatorError):
    """The pocket server has no accounts, so only this machine may reach it."""

    def __init__(self, host: str) -> None:
        super().__init__(f"The pocket server listens on loopback addresses only, not on {host}.")
        self.host = host


class DamagedWorld(OperatorError):
    """The saved world is not what this version wrote."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"The saved pocket world {path} cannot be read. Move it away to start afresh.")
        self.path = path


class DiscordRefusal(Exception):
    """An HTTP error as Discord words it: `{"code", "message", "errors"?}`."""

    def __init__(
        self, status: int, code: int, message: str, errors: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def body(self) -> dict[str, Any]:
        """Return the JSON body of the answer."""
        body: dict[str, Any] = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = dict(self.errors)
        return body


class PageRefusal(Exception):
    """An HTTP error for the page: `{"error": sentence}`."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def unauthorized() -> DiscordRefusal:
    """Return the answer to a missing or wrong bot token."""
    return DiscordRefusal(401, 0, "401: Unauthorized")


def not_found(code: int, what: str) -> DiscordRefusal:
    """Return a 404 such as `10008 Unknown Message`."""
    return DiscordRefusal(404, code, f"Unknown {what}")


def bad_request(code: int, message: str) -> DiscordRefusal:
    """Return a 400 with a code of its own."""
    return DiscordRefusal(400, code, message)
