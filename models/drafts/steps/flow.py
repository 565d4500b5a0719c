"""A pipeline call that can pause: a greenlet which asks the loop for what it cannot compute alone.

A greenlet rather than a generator or a thread: the call that pauses sits deep inside diffusers' own functions, and
with one thread there is one owner of the GPU and nothing to lock.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

from greenlet import getcurrent, greenlet

from models.drafts.steps.network import Network


@dataclass(frozen=True, slots=True, eq=False)
class NetworkCall:
    """Rows for a network: the arguments of its forward by name, `setup` being what must be switched on for them."""

    network: Network
    arguments: Mapping[str, Any]
    setup: "Setup"


@dataclass(frozen=True, slots=True, eq=False)
class SideCall:
    """Work beside the steps, such as decoding: `start` hands it to the side thread and returns its future."""

    start: Callable[[], "Future[Any]"]


@dataclass(frozen=True, slots=True)
class Setup:
    """What a network must be set to before a forward: adapters with their weights, the share of a picture prompt.

    Calls of different setups never share a forward.
    """

    adapters: tuple[tuple[str, float], ...] = ()
    picture_prompt: float = 0.0


PLAIN: Final = Setup()
Request = NetworkCall | SideCall


@dataclass(frozen=True, slots=True)
class Returned:
    """A flow has reached its end with this value."""

    value: Any


class Flow:
    """One pipeline call; all methods belong to the loop's thread."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self._greenlet = greenlet(lambda: Returned(call()))

    def resume(self, answer: Any = None) -> Request | Returned:
        """Go on with the answer to the last request; raise whatever the call raises."""
        self._greenlet.parent = getcurrent()
        given = () if not self._greenlet else (answer,)
        found: Request | Returned = self._greenlet.switch(*given)
        return found

    def fail(self, error: BaseException) -> Request | Returned:
        """Let the last request raise `error` inside the call, which may handle it or let it out."""
        if not self._greenlet:
            raise error
        self._greenlet.parent = getcurrent()
        found: Request | Returned = self._greenlet.throw(error)
        return found


def ask(request: Request) -> Any:
    """Pause the running flow until the loop has an answer; only inside a flow."""
    loop = getcurrent().parent
    assert loop is not None
    return loop.switch(request)
