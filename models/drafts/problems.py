"""What the drafts server refuses, in the error shape of OpenAI's API; `code` is stable."""

from typing import Any


class Problem(Exception):
    """A refusal: the HTTP status, a stable code, and a sentence without the member's words."""

    def __init__(self, status: int, code: str, message: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after_s = retry_after_s

    def body(self) -> dict[str, Any]:
        """Return the JSON of the answer."""
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        return {"error": {"message": self.message, "type": kind, "code": self.code, "param": None}}


class Cancelled(Exception):
    """Nobody waits for the draft any more; raised inside the model's thread."""
