"""What the drafts server refuses, in the error shape of OpenAI's API; `code` is stable."""

from typing import Any

from fastapi.responses import JSONResponse


class Problem(Exception):
    """A refusal: the HTTP status, a stable code, a sentence without the member's words, the field at fault."""

    def __init__(
        self, status: int, code: str, message: str, *, param: str | None = None, retry_after_s: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.param = param
        self.retry_after_s = retry_after_s

    def body(self) -> dict[str, Any]:
        """Return the JSON of the answer."""
        return error_body(self.code, self.message, client=self.status < 500, param=self.param)

    def answer(self) -> JSONResponse:
        """Return the whole answer."""
        headers = {} if self.retry_after_s is None else {"Retry-After": str(self.retry_after_s)}
        return JSONResponse(self.body(), self.status, headers)


class Cancelled(Exception):
    """Nobody waits for the draft any more; raised inside the model's thread."""


class OutOfMemory(Exception):
    """A candidate did not fit into memory, though it was tried alone and again."""


def error_body(code: str, message: str, *, client: bool = False, param: str | None = None) -> dict[str, Any]:
    """Return an error in OpenAI's shape; `client` tells whether the request is at fault or the server."""
    kind = "invalid_request_error" if client else "server_error"
    return {"error": {"message": message, "type": kind, "code": code, "param": param}}
