"""One thread draws, one run after the other; any number of listeners follow a run, from its beginning.

A run that nobody listens to any more is cancelled. A finished one is kept for a while, so that a client which lost
its connection, or was killed, gets the same pictures and not new ones.
"""

import asyncio
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from models.drafts.engine import Drawing, Plan, StepDone
from models.drafts.pictures import encode_png, encode_preview
from models.drafts.problems import Cancelled, Problem

log = logging.getLogger(__name__)

MAX_WAITING = 64
KEPT_RUNS = 64
KEPT_S = 600.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one event of a run says: a name and its data; pictures are still bytes."""

    name: str
    data: Mapping[str, Any]


@dataclass(slots=True)
class Run:
    """One draft on its way, or finished."""

    id: str
    fingerprint: str
    plan: Plan
    seeds: tuple[int, ...]
    events: list[Outcome] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    ended_s: float | None = None
    failed: bool = False
    listeners: int = 0
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def ended(self) -> bool:
        """Tell whether the last event is there."""
        return self.ended_s is not None


class Worker:
    """The waiting line and the thread behind it."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._waiting: asyncio.Queue[Run] = asyncio.Queue()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="model")
        self._task: asyncio.Task[None] | None = None
        self.outcomes: dict[str, int] = {"finished": 0, "cancelled": 0, "failed": 0}

    def start(self) -> None:
        """Start taking runs."""
        self._task = asyncio.create_task(self._work(), name="drafts worker")

    async def stop(self) -> None:
        """Cancel what runs and end the thread."""
        for run in self._runs.values():
            run.cancelled.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await asyncio.to_thread(self._thread.shutdown)

    @property
    def thread(self) -> ThreadPoolExecutor:
        """The one thread in which a model is loaded and used."""
        return self._thread

    @property
    def waiting(self) -> int:
        """How many runs wait for the thread."""
        return self._waiting.qsize()

    def submit(self, run_id: str, fingerprint: str, plan: Plan, seeds: tuple[int, ...]) -> Run:
        """Queue a run, or return the one of the same id.

        Raise Problem "draft-id-reused" where that one was asked for something else, and "busy".
        """
        self._forget_old()
        known = self._runs.get(run_id)
        if known is not None and not (known.failed or known.cancelled.is_set()):
            if known.fingerprint != fingerprint:
                raise Problem(409, "draft-id-reused", "a draft of this id was asked for something else")
            return known
        if self.waiting >= MAX_WAITING:
            raise Problem(429, "busy", f"{MAX_WAITING} drafts are waiting already", retry_after_s=10)
        run = Run(run_id, fingerprint, plan, seeds)
        self._runs[run_id] = run
        self._waiting.put_nowait(run)
        return run

    def cancel(self, run_id: str) -> bool:
        """Stop a run; tell whether it was still on its way."""
        run = self._runs.get(run_id)
        if run is None or run.ended or run.cancelled.is_set():
            return False
        run.cancelled.set()
        return True

    async def follow(self, run: Run) -> AsyncGenerator[Outcome]:
        """Yield all events of a run; when its last listener leaves early, it is cancelled."""
        run.listeners += 1
        try:
            position = 0
            while True:
                news = run.news
                while position < len(run.events):
                    yield run.events[position]
                    position += 1
                if run.ended:
                    return
                await news.wait()
        finally:
            run.listeners -= 1
            if not run.listeners and not run.ended:
                run.cancelled.set()

    def _forget_old(self) -> None:
        now = time.monotonic()
        for run in list(self._runs.values()):
            if run.ended_s is not None and (now - run.ended_s > KEPT_S or len(self._runs) >= KEPT_RUNS):
                del self._runs[run.id]

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            run = await self._waiting.get()

            def tell(outcome: Outcome, run: Run = run) -> None:
                loop.call_soon_threadsafe(_add, run, outcome)

            try:
                drawing = await loop.run_in_executor(self._thread, _draw, run, tell)
            except Cancelled:
                self._end(run, "cancelled", Outcome("error", _error("cancelled", "the draft was cancelled")))
            except Exception as error:  # whatever a model raises must not end the server
                log.exception("a draft failed", exc_info=error)
                self._end(run, "failed", Outcome("error", _error("model-failed", type(error).__name__)))
            else:
                self._end(run, "finished", Outcome("draft.record", {"record": dict(drawing.record)}))

    def _end(self, run: Run, outcome: str, last: Outcome) -> None:
        self.outcomes[outcome] += 1
        run.failed = outcome != "finished"
        run.ended_s = time.monotonic()
        _add(run, last)


def _add(run: Run, outcome: Outcome) -> None:
    run.events.append(outcome)
    run.news.set()
    run.news = asyncio.Event()


def _error(code: str, message: str) -> Mapping[str, Any]:
    return {"error": {"message": message, "type": "server_error", "code": code, "param": None}}


def _draw(run: Run, tell: Any) -> Drawing:
    """Draw a run in the model's thread."""

    def on_step(done: StepDone) -> None:
        if run.cancelled.is_set():
            raise Cancelled
        for candidate in range(len(run.seeds)):
            about: dict[str, Any] = {"candidate": candidate, "step": done.step, "steps": done.steps}
            tell(Outcome("draft.progress", about))
            if done.previews:
                image = encode_preview(done.previews[candidate])
                about |= {"image": image, "output_format": "jpeg", "partial_image_index": candidate}
                tell(Outcome("image_generation.partial_image", about))

    if run.cancelled.is_set():
        raise Cancelled
    drawing = run.plan.draw(on_step)
    for candidate, (seed, image) in enumerate(zip(run.seeds, drawing.images, strict=True)):
        size = f"{image.width}x{image.height}"
        about = {"candidate": candidate, "seed": seed, "image": encode_png(image), "output_format": "png"}
        tell(Outcome("image_generation.completed", about | {"size": size}))
    return drawing
