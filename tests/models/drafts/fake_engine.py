"""An engine that draws flat colours at once, holds where it is told to, and fails on request."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from models.drafts.engine import Drawing, OnStep, Order, StepDone
from models.drafts.problems import Problem

RECORD: Mapping[str, Any] = {
    "model": "fake",
    "revision": "1",
    "weights_sha256": "0" * 64,
    "pipeline": "FakePipeline",
    "scheduler": "FakeScheduler",
    "steps": 4,
    "guidance": 1.0,
    "dtype": "float32",
    "device": "cpu",
    "bucket": 1,
    "libraries": {"fake": "1"},
    "drawn_from": ["boat"],
    "unknown": [],
}


@dataclass(slots=True)
class FakeEngine:
    """What it was asked, and how it behaves."""

    orders: list[Order] = field(default_factory=list)
    drawn: int = 0
    hold: threading.Event | None = None
    holding: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)
    fail_with: Exception | None = None
    name: str = "fake"
    styles: tuple[str, ...] = ("flat", "ink")

    def plan(self, order: Order) -> "FakePlan":
        if order.style is not None and order.style not in self.styles:
            raise Problem(422, "unknown-style", "this model has the styles flat, ink")
        if "xyzzy" in order.prompt:
            raise Problem(422, "nothing-known", "this model knows none of the words")
        self.orders.append(order)
        return FakePlan(self, order)


@dataclass(frozen=True, slots=True)
class FakePlan:
    """Four steps with a preview at the second."""

    engine: FakeEngine
    order: Order

    def draw(self, on_step: OnStep) -> Drawing:
        def step(number: int) -> None:
            pictures = tuple(Image.new("RGB", (8, 8), "grey") for _ in self.order.seeds)
            on_step(StepDone(number, 4, pictures if number == 2 else ()))

        self.engine.drawn += 1
        for number in range(1, 5):
            if number == 3 and self.engine.fail_with is not None:
                raise self.engine.fail_with
            if number == 3 and self.engine.hold is not None:
                self.engine.holding.set()
                while not self.engine.hold.wait(0.02):
                    _noting(self.engine, step, 2)
            _noting(self.engine, step, number)
        colours = [(seed % 256, 0, 0) for seed in self.order.seeds]
        return Drawing(tuple(Image.new("RGB", (16, 16), c) for c in colours), RECORD)


def _noting(engine: FakeEngine, step: Callable[[int], None], number: int) -> None:
    try:
        step(number)
    except Exception:
        engine.cancelled.set()
        raise
