"""Runs: drafts on their way and lately finished, each followed from its beginning by any number of listeners.

    drawing -> ended: finished, cancelled or failed

A run that nobody listens to any more is cancelled: it leaves before the next step. A finished one is kept for a while,
so that a client which lost its connection, or was killed, gets the same pictures and not new ones.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Mapping
from contextvars import copy_context
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from models.drafts.events import Drawing, Drawn, Event, Failed, Finished, Plan, Step, Withheld
from models.drafts.problems import Cancelled, OutOfMemory, Problem, error_body

log = logging.getLogger(__name__)

MAX_DRAWING = 128
KEPT_RUNS = 192
KEPT_BYTES = 256 * 2**20
KEPT_S = 600.0
RETRY_AFTER_S = 10


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
    """One draft on its way, or ended."""

    id: str
    fingerprint: str
    seeds: tuple[int, ...]
    drawing: Drawing | None = None
    events: list[Outcome] = field(default_factory=list)
    previews: dict[int, int] = field(default_factory=dict)
    size_bytes: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    end: End | None = None
    began_s: float = field(default_factory=time.monotonic)
    ended_s: float = 0.0
    listeners: int = 0
    cancelled: bool = False

    @property
    def lost(self) -> bool:
        """Tell whether no pictures will come of it."""
        return self.end not in (None, End.FINISHED) or (self.end is None and self.cancelled)

    def add(self, outcome: Outcome) -> None:
        """Append an event and wake the listeners."""
        self.events.append(outcome)
        self.size_bytes += len(outcome.data.get("image", b""))
        self.news.set()
        self.news = asyncio.Event()


class Worker:
    """Keeps the runs; all methods belong to the event loop."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self.ends: dict[End, int] = dict.fromkeys(End, 0)

    def stop(self) -> None:
        """Cancel what is drawn."""
        for run in self._runs.values():
            self._give_up(run)

    @property
    def drawing(self) -> int:
        """How many runs have not ended."""
        return sum(run.end is None for run in self._runs.values())

    def known(self, run_id: str, fingerprint: str) -> Run | None:
        """Return the run of this id; raise Problem "draft-id-reused" where it was asked for something else."""
        run = self._runs.get(run_id)
        if run is None or run.lost:
            return None
        if run.fingerprint != fingerprint:
            raise Problem(409, "draft-id-reused", "a draft of this id was asked for something else", param="draft_id")
        return run

    def submit(self, run_id: str, fingerprint: str, seeds: tuple[int, ...], plan: Plan) -> Run:
        """Start a run, or return the one of the same id; raise Problem "draft-id-reused" or "busy"."""
        self._forget_old()
        known = self.known(run_id, fingerprint)
        if known is not None:
            return known
        if self.drawing >= MAX_DRAWING:
            raise Problem(429, "busy", f"{MAX_DRAWING} drafts are under way already", retry_after_s=RETRY_AFTER_S)
        run = Run(run_id, fingerprint, seeds)
        self._runs[run_id] = run
        # A run that takes the place of a lost one is the newest.
        self._runs.move_to_end(run_id)
        loop = asyncio.get_running_loop()
        # Whatever the engine's threads tell belongs to the request that began the run, in the log too.
        context = copy_context()
        log.info("draft %s begins: %d candidates, %d under way", run_id, len(seeds), self.drawing)
        run.drawing = plan.start(lambda event: loop.call_soon_threadsafe(self._hear, run, event, context=context))
        return run

    def cancel(self, run_id: str) -> bool:
        """Stop a run; tell whether it was still on its way."""
        run = self._runs.get(run_id)
        if run is None or run.end is not None or run.cancelled:
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
        run.cancelled = True
        if run.drawing is not None:
            run.drawing.cancel()

    def _forget_old(self) -> None:
        """Forget ended runs, the oldest first, by age, number and size."""
        now = time.monotonic()
        size_bytes = sum(run.size_bytes for run in self._runs.values())
        for run in list(self._runs.values()):
            crowded = len(self._runs) >= KEPT_RUNS or size_bytes > KEPT_BYTES
            if run.end is not None and not run.listeners and (crowded or now - run.ended_s > KEPT_S):
                del self._runs[run.id]
                size_bytes -= run.size_bytes

    def _hear(self, run: Run, event: Event) -> None:
        """Turn what the engine tells into what listeners get."""
        if run.end is not None:
            return
        match event:
            case Step():
                self._hear_step(run, event)
            case Drawn(candidate, image, size):
                about = {"candidate": candidate, "seed": run.seeds[candidate]} | _picture(size, "png", image)
                run.add(Outcome("image_generation.completed", about))
            case Withheld(candidate, label):
                about = {"candidate": candidate, "seed": run.seeds[candidate], "label": label}
                run.add(Outcome("draft.withheld", about))
            case Finished(record):
                run.add(Outcome("draft.record", {"record": dict(record)}))
                self._end(run, End.FINISHED)
            case Failed(Cancelled()):
                self._end(run, End.CANCELLED)
            case Failed(OutOfMemory()):
                log.error("draft %s does not fit into memory", run.id)
                self._end(run, End.FAILED, "it does not fit into memory", code="out-of-memory")
            case Failed(error):
                log.error("a draft failed", exc_info=error)
                self._end(run, End.FAILED, type(error).__name__)

    def _hear_step(self, run: Run, step: Step) -> None:
        about: dict[str, Any] = {"candidate": step.candidate, "step": step.step, "steps": step.steps}
        run.add(Outcome("draft.progress", about))
        if step.preview is not None:
            index = run.previews[step.candidate] = run.previews.get(step.candidate, -1) + 1
            about = about | _picture(step.preview_size, "jpeg", step.preview) | {"partial_image_index": index}
            run.add(Outcome("image_generation.partial_image", about))

    def _end(self, run: Run, end: End, reason: str = "", code: str = "model-failed") -> None:
        self.ends[end] += 1
        run.end, run.ended_s, run.drawing = end, time.monotonic(), None
        log.info("draft %s is %s after %.1f s", run.id, end.value, run.ended_s - run.began_s)
        match end:
            case End.CANCELLED:
                run.add(Outcome("error", error_body("cancelled", "the draft was cancelled")))
            case End.FAILED:
                run.add(Outcome("error", error_body(code, reason)))
            case End.FINISHED:
                run.news.set()


def _picture(size: tuple[int, int], form: str, data: bytes) -> dict[str, Any]:
    """Return what OpenAI's events say of a picture."""
    about = {"size": f"{size[0]}x{size[1]}", "output_format": form, "quality": "auto", "background": "opaque"}
    return {**about, "image": data}
