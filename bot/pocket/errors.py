"""What the pocket server refuses, in Discord's own error shape."""

from collections.abc import Mapping
from typing import Any


class DiscordRefusal(Exception):
    """An HTTP error as Discord words it: a status, its numeric code, a message, and where in the body."""

    def __init__(self, status: int, code: int, message: str, errors: Mapping[str, Any] | None = None) -> None:
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


def invalid_form(field: str, code: str, message: str) -> DiscordRefusal:
    """Return the refusal of one field of a body (code 50035)."""
    errors = {field: {"_errors": [{"code": code, "message": message}]}}
    return DiscordRefusal(400, 50035, "Invalid Form Body", errors)


def unknown(what: str, code: int) -> DiscordRefusal:
    """Return a 404 such as `10008 Unknown Message`."""
    return DiscordRefusal(404, code, f"Unknown {what}")
