"""An engine that draws flat colours at once, holds where it is told to, and fails on request; without torch."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from PIL import Image

from models.drafts.events import Drawn, Failed, Finished, Listener, Offer, Step, Withheld
from models.drafts.order import Operation, Order
from models.drafts.problems import Cancelled, Problem

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
OFFER = Offer(
    name="fake",
    revision="1",
    weights_sha256="0" * 64,
    operations=(Operation.DRAFT, Operation.REDRAW, Operation.INPAINT),
    styles=("flat", "ink"),
    sizes=((512, 512),),
)


@dataclass(slots=True)
class FakeEngine:
    """What it was asked, and how it behaves."""

    orders: list[Order] = field(default_factory=list)
    drawn: int = 0
    hold: threading.Event | None = None
    holding: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)
    fail_with: Exception | None = None
    withhold: bool = False
    crash: BaseException | None = None
    closed: bool = False
    load: tuple[int, int] = (0, 0)
    counts: Mapping[str, int] = field(default_factory=lambda: {"forwards": 3})
    offers: tuple[Offer, ...] = (OFFER,)

    def plan(self, order: Order, model: str | None = None) -> "FakePlan":
        if order.style is not None and order.style not in OFFER.styles:
            raise Problem(422, "unknown-style", "this model has the styles flat, ink")
        if "xyzzy" in order.prompt:
            raise Problem(422, "nothing-known", "this model knows none of the words")
        self.orders.append(order)
        return FakePlan(self, order)

    def close(self) -> None:
        self.closed = True


@dataclass(frozen=True, slots=True)
class FakePlan:
    """Four steps with a preview at the second."""

    engine: FakeEngine
    order: Order

    def start(self, listener: Listener) -> "FakeDrawing":
        drawing = FakeDrawing(self.engine, self.order, listener)
        drawing.thread.start()
        return drawing


class FakeDrawing:
    """A draft in a thread of its own."""

    def __init__(self, engine: FakeEngine, order: Order, listener: Listener) -> None:
        self.engine, self.order, self.listener = engine, order, listener
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def cancel(self) -> None:
        self.stopped.set()

    def run(self) -> None:
        try:
            self.draw()
        except Exception as error:  # noqa: BLE001 - told to the listener, as the engine does
            if isinstance(error, Cancelled):
                self.engine.cancelled.set()
            self.listener(Failed(error))

    def draw(self) -> None:
        engine, seeds = self.engine, self.order.seeds
        engine.drawn += 1
        for number in range(1, 5):
            if number == 3 and engine.fail_with is not None:
                raise engine.fail_with
            if number == 3 and engine.hold is not None:
                engine.holding.set()
                while not engine.hold.wait(0.02):
                    self.check()
            self.check()
            preview = encoded("grey", 8, "JPEG") if number == 2 else None
            for candidate in range(len(seeds)):
                self.listener(Step(candidate, number, 4, preview, (8, 8)))
        for candidate, seed in enumerate(seeds):
            if engine.withhold and candidate == 0:
                self.listener(Withheld(candidate, "nsfw", 0.9))
                continue
            self.listener(Drawn(candidate, encoded((seed % 256, 0, 0), 16, "PNG"), (16, 16)))
        self.listener(Finished(RECORD))

    def check(self) -> None:
        if self.stopped.is_set():
            raise Cancelled


def encoded(colour: str | tuple[int, int, int], side: int, form: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (side, side), colour).save(out, form)
    return out.getvalue()
