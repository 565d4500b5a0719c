"""Four ways to serve the same requests: the engine, one request after the other, micro-batches, and full batches."""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch

from models.drafts import schedulers
from models.drafts.engine import Engine
from models.drafts.events import Event, Failed, Finished, Step
from models.drafts.families import Family
from models.drafts.loaded import LoadedModel
from models.drafts.order import Order, Previews
from models.drafts.pictures import encode_png
from models.drafts.provenance import Provenance
from models.drafts.safety import Unchecked

PREVIEWS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """One candidate to draw; requests of one kind could share a call of diffusers' pipeline."""

    number: int
    steps: int
    guidance: float
    scheduler: str

    @property
    def kind(self) -> tuple[int, float, str]:
        return self.steps, self.guidance, self.scheduler


@dataclass(slots=True)
class Served:
    """When a request came, was first seen, and was done, by time.perf_counter."""

    came_s: float
    seen_s: float = 0.0
    done_s: float = 0.0
    done: threading.Event = field(default_factory=threading.Event)

    def seen(self) -> None:
        self.seen_s = self.seen_s or time.perf_counter()

    def finish(self) -> None:
        self.done_s = time.perf_counter()
        self.seen()
        self.done.set()


class Way(Protocol):
    """A way of serving."""

    def submit(self, asked: Asked) -> Served:
        """Take a request; returns at once."""
        ...

    def close(self) -> None:
        """Stop."""
        ...


class StepBatches:
    """(a) This engine."""

    def __init__(self, pipeline: Any, side: int) -> None:
        family = Family(side=side, multiple=8)
        self._model = LoadedModel(Provenance("bench", "1", "0" * 64), pipeline, defaults=family)
        self.engine = Engine([self._model], safety=Unchecked("nothing is shown to anybody"))
        self.engine.warm_up()

    def submit(self, asked: Asked) -> Served:
        served = Served(time.perf_counter())

        def hear(event: Event) -> None:
            match event:
                case Step(preview=bytes()):
                    served.seen()
                case Finished():
                    served.finish()
                case Failed(error):
                    raise error

        self.engine.plan(order(asked)).start(hear)
        return served

    def close(self) -> None:
        self.engine.close()


def order(asked: Asked) -> Order:
    return Order(
        f"picture {asked.number}",
        (asked.number,),
        steps=asked.steps,
        guidance=asked.guidance,
        scheduler=asked.scheduler,
        previews=Previews(PREVIEWS),
    )


class Calls:
    """(b) and (c): a queue before diffusers' own call, which takes up to `most` waiting requests of one kind."""

    def __init__(self, pipeline: Any, side: int, most: int) -> None:
        self._pipeline, self._side, self._most = pipeline, side, most
        self._waiting: list[tuple[Asked, Served]] = []
        self._news: queue.SimpleQueue[tuple[Asked, Served] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def submit(self, asked: Asked) -> Served:
        served = Served(time.perf_counter())
        self._news.put((asked, served))
        return served

    def close(self) -> None:
        self._news.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            while not self._news.empty() or not self._waiting:
                found = self._news.get()
                if found is None:
                    return
                self._waiting.append(found)
            kind = self._waiting[0][0].kind
            batch = [each for each in self._waiting if each[0].kind == kind][: self._most]
            self._waiting = [each for each in self._waiting if each not in batch]
            call(self._pipeline, self._side, batch)


def call(pipeline: Any, side: int, batch: Sequence[tuple[Asked, Served]]) -> None:
    """Draw requests of one kind in one call of diffusers' pipeline."""
    first = batch[0][0]
    own = schedulers.fresh(pipeline.scheduler, first.scheduler)
    before, pipeline.scheduler = pipeline.scheduler, own
    seen_after = first.steps / (PREVIEWS + 1)

    def on_step(_: Any, index: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        if index + 1 >= seen_after:
            for _, served in batch:
                served.seen()
        return {}

    images = pipeline(
        prompt=[f"picture {asked.number}" for asked, _ in batch],
        num_inference_steps=first.steps,
        guidance_scale=first.guidance,
        width=side,
        height=side,
        generator=[torch.Generator("cpu").manual_seed(asked.number) for asked, _ in batch],
        callback_on_step_end=on_step,
    ).images
    pipeline.scheduler = before
    for image, (_, served) in zip(images, batch, strict=True):
        encode_png(image)
        served.finish()


def bound_s(pipeline: Any, side: int, kinds: Sequence[Asked], largest: int) -> float:
    """(d) Return seconds a request in full batches back to back: nothing that draws these can be faster.

    The best of all batch sizes up to the largest is taken, for each kind.
    """
    best = []
    for kind in kinds:
        found = []
        for count in (largest // 4, largest // 2, largest):
            batch = [(Asked(n, kind.steps, kind.guidance, kind.scheduler), Served(0.0)) for n in range(count)]
            found.append(timed(lambda batch=batch: call(pipeline, side, batch)) / count)  # type: ignore[misc]
        best.append(min(found))
    return sum(best) / len(best)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
