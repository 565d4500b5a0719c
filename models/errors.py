"""The errors of the model servers and their clients.

ModelsError
├── ServerUnavailable    not started, still loading, or unreachable: try again later
├── ServerBusy           reachable, but refusing more work for now
├── RequestRefused       the request itself is at fault; the same request will be refused again
├── GenerationFailed     accepted, then failed inside the model
│   └── OutOfMemory      more than the machine has room for; less of it may go through
└── BadResponse          the server answered something its interface does not allow
"""


class ModelsError(Exception):
    """Base of everything that can go wrong between the bot and a model server."""


class ServerUnavailable(ModelsError):
    """The server is not started, still loading, or unreachable; nothing was generated."""


class ServerBusy(ModelsError):
    """The server is up but refuses more work for now.

    `retry_after_s` is the server's own advice in seconds, where it gave one.
    """

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class RequestRefused(ModelsError):
    """The request is at fault: `kind` is a stable code, `detail` a sentence for the operator."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail


class GenerationFailed(ModelsError):
    """The server accepted the request and then failed to finish it."""


class OutOfMemory(GenerationFailed):
    """What was asked for needs more memory than there is, also alone and after other work had made room."""


class BadResponse(ModelsError):
    """The server answered something its interface does not allow."""
