"""What draws: an engine is asked for a plan first, which refuses what it cannot do, and then draws it.

Everything here runs in the one thread that owns the model, except `plan`, which reads words and settings and may
make given pictures smaller, in any thread.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from PIL import Image


@dataclass(frozen=True, slots=True)
class Order:
    """A validated request: one candidate for each seed; pictures are decoded.

    `previews` is how many previews of each candidate are wanted; None means one every `preview_interval_s`.
    """

    prompt: str
    negative: str
    style: str | None
    seeds: tuple[int, ...]
    width: int
    height: int
    steps: int | None
    guidance: float | None
    strength: float | None
    image: Image.Image | None
    line: Image.Image | None
    preview_interval_s: float
    previews: int | None = None


@dataclass(frozen=True, slots=True)
class StepDone:
    """All candidates have done `step` of `steps`; `previews` are small pictures where it was time for them."""

    step: int
    steps: int
    previews: tuple[Image.Image, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """The finished candidates in the order of their seeds, and how they were made."""

    images: tuple[Image.Image, ...]
    record: Mapping[str, Any]


OnStep = Callable[[StepDone], None]
"""Hears of each step; may raise Cancelled, which stops the drawing."""


class Plan(Protocol):
    """An order that an engine has accepted."""

    def draw(self, on_step: OnStep) -> Drawing:
        """Draw; called in the model's thread."""
        ...


class Engine(Protocol):
    """A loaded model."""

    @property
    def name(self) -> str:
        """The model's name in requests."""
        ...

    @property
    def styles(self) -> tuple[str, ...]:
        """The styles that can be asked for."""
        ...

    def plan(self, order: Order) -> Plan:
        """Accept an order or raise Problem."""
        ...
