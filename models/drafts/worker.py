"""One thread draws, one run after the other; any number of listeners follow a run, from its beginning.

    waiting -> drawing -> ended: finished, cancelled or failed

A run that nobody listens to any more is cancelled: at once while it waits, at its next step while it is drawn. A
finished one is kept for a while, so that a client which lost its connection, or was killed, gets the same pictures
and not new ones.
"""

import asyncio
import concurrent.futures
import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar

from models.drafts.engine import Drawing, Plan, StepDone
from models.drafts.pictures import encode_png, encode_preview
from models.drafts.problems import Cancelled, Problem, error_body

log = logging.getLogger(__name__)

MAX_WAITING = 64
KEPT_RUNS = 64
KEPT_BYTES = 256 * 2**20
KEPT_S = 600.0
RETRY_AFTER_S = 10
# How long the end of the server waits for the model's thread to notice.
STOP_S = 1.0

T = TypeVar("T")


class End(Enum):
    """How a run ended."""

    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one event of a run says: a name and its data; pictures are still bytes."""

    name: str
    data: Mapping[str, Any]


@dataclass(slots=True, eq=False)
class Run:
    """One draft on its way, or finished; `plan` is dropped at the end, since it may hold pictures."""

    id: str
    fingerprint: str
    plan: Plan | None
    seeds: tuple[int, ...]
    events: list[Outcome] = field(default_factory=list)
    size_bytes: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    end: End | None = None
    ended_s: float = 0.0
    listeners: int = 0
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def lost(self) -> bool:
        """Tell whether no pictures will come of it."""
        return self.end not in (None, End.FINISHED) or (self.end is None and self.cancelled.is_set())

    def add(self, outcome: Outcome) -> None:
        """Append an event and wake the listeners."""
        self.events.append(outcome)
        self.size_bytes += len(outcome.data.get("image", b""))
        self.news.set()
        self.news = asyncio.Event()


class Worker:
    """The waiting line and the thread behind it; all methods belong to the event loop."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._line: deque[Run] = deque()
        self._arrived = asyncio.Event()
        self._thread = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="model")
        self._busy: concurrent.futures.Future[Any] | None = None
        self._task: asyncio.Task[None] | None = None
        self.ends: dict[End, int] = dict.fromkeys(End, 0)

    def start(self) -> None:
        """Start taking runs."""
        self._task = asyncio.create_task(self._work(), name="drafts worker")

    async def stop(self) -> None:
        """Cancel what runs; wait a moment, but no longer, for the thread to notice."""
        for run in self._runs.values():
            run.cancelled.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)
        if self._busy is not None:
            await asyncio.to_thread(concurrent.futures.wait, (self._busy,), STOP_S)

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Do something in the one thread in which a model is loaded and used."""
        future = self._thread.submit(work)
        self._busy = future
        return await asyncio.wrap_future(future)

    @property
    def waiting(self) -> int:
        """How many runs wait for the thread."""
        return len(self._line)

    def known(self, run_id: str, fingerprint: str) -> Run | None:
        """Return the run of this id; raise Problem "draft-id-reused" where it was asked for something else."""
        run = self._runs.get(run_id)
        if run is None or run.lost:
            return None
        if run.fingerprint != fingerprint:
            raise Problem(409, "draft-id-reused", "a draft of this id was asked for something else", param="draft_id")
        return run

    def submit(self, run_id: str, fingerprint: str, plan: Plan, seeds: tuple[int, ...]) -> Run:
        """Queue a run, or return the one of the same id; raise Problem "draft-id-reused" or "busy"."""
        self._forget_old()
        known = self.known(run_id, fingerprint)
        if known is not None:
            return known
        if self.waiting >= MAX_WAITING:
            raise Problem(429, "busy", f"{MAX_WAITING} drafts are waiting already", retry_after_s=RETRY_AFTER_S)
        run = Run(run_id, fingerprint, plan, seeds)
        self._runs[run_id] = run
        # A run that takes the place of a lost one is the newest.
        self._runs.move_to_end(run_id)
        self._line.append(run)
        self._arrived.set()
        return run

    def cancel(self, run_id: str) -> bool:
        """Stop a run; tell whether it was still on its way."""
        run = self._runs.get(run_id)
        if run is None or run.end is not None or run.cancelled.is_set():
            return False
        self._give_up(run)
        return True

    async def follow(self, run: Run, beat_s: float | None = None) -> AsyncGenerator[Outcome | None]:
        """Yield all events of a run, and None after each `beat_s` without one.

        When its last listener leaves early, the run is cancelled.
        """
        run.listeners += 1
        try:
            position = 0
            while True:
                news = run.news
                while position < len(run.events):
                    yield run.events[position]
                    position += 1
                if run.end is not None:
                    return
                try:
                    async with asyncio.timeout(beat_s):
                        await news.wait()
                except TimeoutError:
                    yield None
        finally:
            run.listeners -= 1
            if not run.listeners and run.end is None:
                self._give_up(run)

    def _give_up(self, run: Run) -> None:
        run.cancelled.set()
        if run in self._line:
            self._line.remove(run)
            self._end(run, End.CANCELLED)

    def _forget_old(self) -> None:
        """Forget ended runs, the oldest first, by age, number and size."""
        now = time.monotonic()
        size_bytes = sum(run.size_bytes for run in self._runs.values())
        for run in list(self._runs.values()):
            crowded = len(self._runs) >= KEPT_RUNS or size_bytes > KEPT_BYTES
            if run.end is not None and not run.listeners and (crowded or now - run.ended_s > KEPT_S):
                del self._runs[run.id]
                size_bytes -= run.size_bytes

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            while not self._line:
                self._arrived.clear()
                await self._arrived.wait()
            run = self._line.popleft()

            def tell(outcome: Outcome, run: Run = run) -> None:
                loop.call_soon_threadsafe(run.add, outcome)

            def draw(run: Run = run, tell: Callable[[Outcome], None] = tell) -> Drawing:
                return _draw(run, tell)

            try:
                drawing = await self.in_thread(draw)
            except Cancelled:
                self._end(run, End.CANCELLED)
            except Exception as error:  # whatever a model raises must not end the server
                log.exception("a draft failed", exc_info=error)
                self._end(run, End.FAILED, type(error).__name__)
            else:
                run.add(Outcome("draft.record", {"record": dict(drawing.record)}))
                self._end(run, End.FINISHED)

    def _end(self, run: Run, end: End, reason: str = "") -> None:
        self.ends[end] += 1
        run.end, run.ended_s, run.plan = end, time.monotonic(), None
        match end:
            case End.CANCELLED:
                run.add(Outcome("error", error_body("cancelled", "the draft was cancelled")))
            case End.FAILED:
                run.add(Outcome("error", error_body("model-failed", reason)))
            case End.FINISHED:
                log.debug("a draft of %d candidates is finished", len(run.seeds))


def _draw(run: Run, tell: Callable[[Outcome], None]) -> Drawing:
    """Draw a run in the model's thread."""
    previews = 0

    def on_step(done: StepDone) -> None:
        nonlocal previews
        if run.cancelled.is_set():
            raise Cancelled
        for candidate in range(len(run.seeds)):
            about: dict[str, Any] = {"candidate": candidate, "step": done.step, "steps": done.steps}
            tell(Outcome("draft.progress", about))
            if done.previews:
                image = done.previews[candidate]
                about |= _picture(image.size, "jpeg", encode_preview(image)) | {"partial_image_index": previews}
                tell(Outcome("image_generation.partial_image", about))
        previews += bool(done.previews)

    if run.cancelled.is_set() or run.plan is None:
        raise Cancelled
    drawing = run.plan.draw(on_step)
    for candidate, (seed, image) in enumerate(zip(run.seeds, drawing.images, strict=True)):
        about = {"candidate": candidate, "seed": seed} | _picture(image.size, "png", encode_png(image))
        tell(Outcome("image_generation.completed", about))
    return drawing


def _picture(size: tuple[int, int], form: str, data: bytes) -> dict[str, Any]:
    """Return what OpenAI's events say of a picture."""
    about = {"size": f"{size[0]}x{size[1]}", "output_format": form, "quality": "auto", "background": "opaque"}
    return {**about, "image": data}
