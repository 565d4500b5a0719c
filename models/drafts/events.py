"""What an engine tells while it draws, and the face it shows to the server; imports neither torch nor diffusers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from models.drafts.order import Operation, Order


@dataclass(frozen=True, slots=True)
class Step:
    """A candidate has done `step` of `steps`; `preview` is an encoded JPEG where it was time for one."""

    candidate: int
    step: int
    steps: int
    preview: bytes | None = None
    preview_size: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finished candidate as PNG."""

    candidate: int
    image: bytes
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Withheld:
    """A finished candidate that the safety check does not let out; `label` says why."""

    candidate: int
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Finished:
    """All candidates have been told; how they were made."""

    record: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Failed:
    """No more will come; `error` may be Cancelled."""

    error: BaseException


Event = Step | Drawn | Withheld | Finished | Failed
Listener = Callable[[Event], object]
"""Hears of a draft, in whatever thread; must not block."""


class Drawing(Protocol):
    """A draft on its way."""

    def cancel(self) -> None:
        """Stop it, if it still goes on; from any thread, and more than once."""
        ...


class Plan(Protocol):
    """An order that a model has accepted."""

    def start(self, listener: Listener) -> Drawing:
        """Draw; returns at once."""
        ...


@dataclass(frozen=True, slots=True)
class Offer:
    """A model as the server lists it, and what can be asked of it; the first of `sizes` is its favourite."""

    name: str
    revision: str
    weights_sha256: str
    operations: tuple[Operation, ...]
    styles: tuple[str, ...] = ()
    schedulers: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    loras: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sizes: tuple[tuple[int, int], ...] = ()
    negative: bool = False
    reference: bool = False
    steps: int = 0
    guidance: float = 0.0


class DrawingEngine(Protocol):
    """What the server is built around."""

    @property
    def offers(self) -> tuple[Offer, ...]:
        """The models, the default one first."""
        ...

    @property
    def crash(self) -> BaseException | None:
        """What ended the engine, if something did."""
        ...

    @property
    def load(self) -> tuple[int, int]:
        """How many candidates run and how many wait to run."""
        ...

    @property
    def counts(self) -> Mapping[str, int]:
        """What was done since the start, by name."""
        ...

    def plan(self, order: Order, model: str | None = None) -> Plan:
        """Accept an order or raise Problem; blocking."""
        ...

    def close(self) -> None:
        """Stop; blocking for a second at most."""
        ...
