"""The model servers of a soak, each a process of its own that can be put into a mood.

    python -m tests.bench.soak.servers drafts|language SOCKET MOOD

The drafts server is the real one around an engine that draws at once; the language server is a stand-in. The file MOOD
says how it behaves; without one it is well.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import uvicorn
from fastapi import FastAPI
from PIL import Image
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from models.drafts.__main__ import listen
from models.drafts.app import create_app
from models.drafts.events import Drawn, Finished, Listener, Step
from models.drafts.order import Operation
from tests.models.drafts.fake_engine import OFFER, RECORD, FakeDrawing, FakeEngine, FakePlan
from tests.models.fake_language import KEY, serve_fake, speaks_and_writes

SLOW_S = 0.4
STEPS = 4


class Mood(StrEnum):
    """How a server behaves."""

    WELL = "well"
    SLOW = "slow"
    NO_PICTURES = "no pictures"
    """What it sends as pictures are none; what it writes are no texts."""
    NONSENSE = "nonsense"
    """Its answers are not even of the protocol."""
    FAILING = "failing"
    """Each piece of work ends with an error."""
    REFUSING = "refusing"
    """It answers 500 to everything but a question for its health."""
    OUT_OF_MEMORY = "out of memory"
    """The next piece of work is its end, as by the kernel."""


@dataclass(frozen=True, slots=True)
class MoodFile:
    """Where the mood of a server stands."""

    path: Path

    def now(self) -> Mood:
        """Return the mood."""
        try:
            return Mood(self.path.read_text())
        except FileNotFoundError:
            return Mood.WELL

    def set(self, mood: Mood) -> None:
        """Change it, whole or not at all."""
        # The server itself writes here too, when it comes to its end.
        new = self.path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        new.write_text(mood.value)
        new.replace(self.path)

    def die_of(self) -> None:
        """End as the kernel ends what takes too much memory, once; the mood is over with it."""
        self.set(Mood.WELL)
        os.kill(os.getpid(), signal.SIGKILL)


# --- drafts --------------------------------------------------------------------------------------


@dataclass(slots=True)
class SoakEngine(FakeEngine):
    """Draws small pictures, as its mood is."""

    mood: MoodFile = field(kw_only=True)

    def plan(self, order: Any, model: str | None = None) -> FakePlan:
        """Accept an order; nothing of it is kept."""
        plan = FakeEngine.plan(self, order, model)
        self.orders.clear()
        return SoakPlan(self, plan.order)


class SoakPlan(FakePlan):
    """An order that was accepted."""

    def start(self, listener: Listener) -> FakeDrawing:
        """Draw, in a thread."""
        drawing = SoakDrawing(self.engine, self.order, listener)
        drawing.thread.start()
        return drawing


class SoakDrawing(FakeDrawing):
    """A draft of a few steps, with a preview at the second."""

    def draw(self) -> None:
        assert isinstance(self.engine, SoakEngine)
        mood, seeds = self.engine.mood.now(), self.order.seeds
        for number in range(1, STEPS + 1):
            time.sleep(SLOW_S if mood is Mood.SLOW else 0.01)
            self.check()
            if number == STEPS - 1 and mood is Mood.FAILING:
                raise RuntimeError("CUDA out of memory")
            if number == STEPS - 1 and mood is Mood.OUT_OF_MEMORY:
                self.engine.mood.die_of()
            preview = drawn(0, 24, "JPEG") if number == 2 else None
            for candidate in range(len(seeds)):
                self.listener(Step(candidate, number, STEPS, preview, (24, 24)))
        for candidate, seed in enumerate(seeds):
            image = b"no picture" if mood is Mood.NO_PICTURES else drawn(seed, 64, "PNG")
            self.listener(Drawn(candidate, image, (64, 64)))
        self.listener(Finished(RECORD))


def drawn(seed: int, side: int, form: str) -> bytes:
    """Return a picture of a seed."""
    chance, out = Random(seed), BytesIO()
    low, high = ((chance.randrange(256), chance.randrange(256), chance.randrange(256)) for _ in range(2))
    ramp = Image.linear_gradient("L").resize((side, side)).rotate(chance.choice((0, 90, 180, 270)))
    picture = Image.merge(
        "RGB", [ramp.point(lambda v, a=a, b=b: a + (b - a) * v // 255) for a, b in zip(low, high, strict=True)]
    )
    picture.save(out, form)
    return out.getvalue()


class Moody:
    """In front of the server: what it sends while it is out of its mind."""

    def __init__(self, app: ASGIApp, mood: MoodFile) -> None:
        self._app = app
        self._mood = mood

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let through."""
        answer = None
        if scope["type"] == "http" and str(scope["path"]).startswith("/v1/images"):
            match self._mood.now():
                case Mood.NONSENSE:
                    answer = Response(b"event: \xff\xfe\n\ndata: {]\n\n", media_type="text/event-stream")
                case Mood.REFUSING:
                    answer = Response(b"<html>Internal Server Error</html>", 500)
        await (answer or self._app)(scope, receive, send)


def drafts_app(mood: MoodFile) -> FastAPI:
    """Return the drafts server."""
    offers = (replace(OFFER, operations=tuple(Operation)),)
    app = create_app(lambda: SoakEngine(offers=offers, mood=mood), KEY)
    app.add_middleware(Moody, mood=mood)
    return app


def serve_drafts(socket: Path, mood: MoodFile) -> None:
    """Serve drafts until SIGTERM."""
    config = uvicorn.Config(drafts_app(mood), access_log=False, log_config=None, timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listen(socket)])


# --- language ------------------------------------------------------------------------------------


async def serve_language(socket: Path, mood: MoodFile) -> None:
    """Serve texts until SIGTERM."""
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    async with serve_fake(socket) as fake:

        def writes(asked: dict[str, Any]) -> Sequence[str]:
            now = mood.now()
            if now is Mood.OUT_OF_MEMORY:
                mood.die_of()
            fake.requests.clear()
            fake.raw_after = b"data: {]\n\n" if now is Mood.NONSENSE else None
            fake.drop_after_first = now is Mood.FAILING
            if now is Mood.SLOW:
                # On the loop on purpose: a server that is slow is slow for everybody.
                time.sleep(SLOW_S)
            return ["[", "{", "\x00"] if now is Mood.NO_PICTURES else speaks_and_writes(asked)

        fake.writes = writes
        while not stopping.is_set():
            error = {"message": "Internal Server Error", "code": 500}
            fake.refuse_with = (500, error, {}) if mood.now() is Mood.REFUSING else None
            try:
                await asyncio.wait_for(stopping.wait(), 0.2)
            except TimeoutError:
                continue


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="soak servers", description=__doc__)
    parser.add_argument("which", choices=("drafts", "language"))
    parser.add_argument("socket", type=Path)
    parser.add_argument("mood", type=Path)
    given = parser.parse_args()
    logging.basicConfig(level="WARNING", stream=sys.stderr)
    if given.which == "drafts":
        serve_drafts(given.socket, MoodFile(given.mood))
    else:
        asyncio.run(serve_language(given.socket, MoodFile(given.mood)))


if __name__ == "__main__":
    main()
