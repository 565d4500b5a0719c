"""The darkroom: opens strangers' pictures and bundles in processes of their own, which are replaced when one dies.

A picture can be made so that opening it takes all memory, never ends, or crashes the decoder. Here that ends a process
that holds nothing, and its sender reads one sentence; the bot goes on. Two processes work at a time, started when the
first picture comes; what waits is bounded by its bytes.

Films, sheets and charts are drawn here too: they take a core for seconds, a typeface of tens of megabytes, and the
pictures that members brought.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from storage.darkroom.chart import Chart
from storage.darkroom.found import (
    Checked,
    DarkroomBusy,
    DarkroomClosed,
    FileRefused,
    FoundLeads,
    NotDrawn,
    Pixels,
    Traces,
    Why,
)
from storage.darkroom.process import Ended, Worker
from storage.evidence.changes import PictureChange
from storage.evidence.commitments import JsonValue
from storage.evidence.film.frames import Shot
from storage.evidence.film.reel import FilmTooLarge
from storage.evidence.film.script import written
from storage.evidence.film.shots import pictures_in
from storage.evidence.verify import Report

log = logging.getLogger(__name__)
T = TypeVar("T")

WORKERS: Final = 2
ANSWERS_EACH: Final = 200
"""So many answers a process gives before another takes its place: what decoders leak or keep goes with it."""
MAX_WAITING_BYTES: Final = 512 * 2**20
"""Of all that waits or is worked on; a single thing always gets in."""
WALL: Final = 3
"""So many seconds may go by for one of the processor's: the machine may be busy, and that is no picture's fault."""
SECONDS: Final[Mapping[str, int]] = {
    "check": 10,
    "pixels": 10,
    "redrawn": 40,
    "small": 15,
    "compare": 30,
    "marks": 10,
    "look": 15,
    "judge": 30,
    "bundle": 40,
    "film": 120,
    "sheet": 60,
    "chart": 15,
}
"""How many seconds of the processor each thing may take: several times what the largest that is allowed needs."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a picture that is to be checked shows: traces to find it by, or a report that refuses it already."""

    traces: Traces | None = None
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class _Refused:
    why: Why
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class _Reply:
    """An answer as it may be; whatever else a process says is nonsense."""

    found: Any = None
    refused: _Refused | None = None
    failed: str | None = None


_REPLY: Final = TypeAdapter(_Reply)
_CHECKED: Final = TypeAdapter(Checked)
_PIXELS: Final = TypeAdapter(Pixels)
_CHANGE: Final = TypeAdapter(PictureChange)
_MARKS: Final[TypeAdapter[dict[str, Any]]] = TypeAdapter(dict[str, Any])
_LOOKED: Final = TypeAdapter(Looked)
_REPORT: Final = TypeAdapter(Report)
_NOTHING: Final[TypeAdapter[None]] = TypeAdapter(None)


class Darkroom:
    """Owns the processes. Every method raises FileRefused, DarkroomBusy, or DarkroomClosed."""

    def __init__(self, start: Callable[[], Awaitable[Worker]] = Worker.start) -> None:
        self._start = start
        self._free = asyncio.Semaphore(WORKERS)
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._taken_bytes = 0
        self._closed = False

    @property
    def pids(self) -> frozenset[int]:
        """Return the numbers of the processes that are there."""
        return frozenset(worker.pid for worker in (*self._idle, *self._busy))

    async def check(self, data: bytes, *, mask: bool = False) -> Checked:
        """Decode a picture whole, and say what it is; `mask` asks whether it marks anything too."""
        return await self._found("check", {"mask": mask}, [data], _CHECKED)

    async def pixels(self, data: bytes) -> Pixels:
        """Return the size of a picture as it is stored and the hash of its bare pixels."""
        return await self._found("pixels", {}, [data], _PIXELS)

    async def redrawn(self, data: bytes) -> bytes:
        """Return a PNG of nothing but the pixels of a picture."""
        return await self._made("redrawn", {}, data)

    async def small(self, data: bytes, side: int) -> bytes:
        """Return a picture as a JPEG that fits into a square, upright and on white."""
        return await self._made("small", {"side": side}, data)

    async def compare(self, before: bytes, after: bytes) -> PictureChange:
        """Compare two pictures."""
        return await self._found("compare", {}, [before, after], _CHANGE)

    async def marks(self, data: bytes, mime: str) -> dict[str, JsonValue]:
        """Return what a picture says of itself, for its event (storage.evidence.marking.said_of_input)."""
        return await self._found("marks", {"mime": mime}, [data], _MARKS)

    async def look(self, data: bytes, authority: bytes) -> Looked:
        """Return by what a picture that somebody wants checked can be found in a record."""
        return await self._found("look", {"authority": authority.decode()}, [data], _LOOKED)

    async def judge(self, data: bytes, authority: bytes, leads: FoundLeads) -> Report:
        """Check a picture against the events that it leads to."""
        return await self._found("judge", {"authority": authority.decode(), "leads": leads}, [data], _REPORT)

    async def bundle(self, path: Path, vkeys: Sequence[str], most_bytes: int) -> Report:
        """Verify a bundle or a moderators' export that lies somewhere and unpacks to no more than so much."""
        how = {"path": str(path), "vkeys": list(vkeys), "most_bytes": most_bytes}
        return await self._found("bundle", how, [], _REPORT)

    async def film(self, shots: Sequence[Shot], language: str, where_is: Callable[[str], Path]) -> bytes:
        """Draw the film of some shots (animated WebP); raise NotDrawn, FilmTooLarge, or DarkroomClosed."""
        film = await self._drawn("film", _scene(shots, language, where_is), written(shots))
        if not film:
            raise FilmTooLarge(f"{len(shots)} shots do not fit into any film")
        return film

    async def sheet(self, shots: Sequence[Shot], language: str, where_is: Callable[[str], Path]) -> bytes:
        """Draw the contact sheet of some shots (PNG); raise NotDrawn, or DarkroomClosed."""
        return await self._drawn("sheet", _scene(shots, language, where_is), written(shots))

    async def chart(self, chart: Chart) -> bytes:
        """Draw a chart (PNG); raise NotDrawn, or DarkroomClosed."""
        return await self._drawn("chart", {"chart": chart}, b"")

    async def close(self) -> None:
        """End every process; what is under way is refused."""
        self._closed = True
        for worker in (*self._idle, *self._busy):
            self._let_go(worker)
        self._idle.clear()
        await asyncio.gather(*self._ending)

    # --- how it is done ------------------------------------------------------------------------

    async def _found(self, work: str, how: Mapping[str, Any], parts: Sequence[bytes], shape: TypeAdapter[T]) -> T:
        return (await self._ask(work, how, parts, shape))[0]

    async def _made(self, work: str, how: Mapping[str, Any], data: bytes) -> bytes:
        return (await self._ask(work, how, [data], _NOTHING, given=1))[1][0]

    async def _drawn(self, work: str, how: Mapping[str, Any], script: bytes) -> bytes:
        try:
            return await self._made(work, how, script)
        except (FileRefused, DarkroomBusy) as error:
            raise NotDrawn(f"{work}: {error}") from error

    async def _ask(
        self, work: str, how: Mapping[str, Any], parts: Sequence[bytes], shape: TypeAdapter[T], given: int = 0
    ) -> tuple[T, list[bytes]]:
        size = sum(len(part) for part in parts)
        if self._taken_bytes and self._taken_bytes + size > MAX_WAITING_BYTES:
            raise DarkroomBusy(f"{self._taken_bytes // 2**20} MiB wait already")
        self._taken_bytes += size
        try:
            async with self._free:
                return await self._asked(work, how, parts, shape, given)
        finally:
            self._taken_bytes -= size

    async def _asked(
        self, work: str, how: Mapping[str, Any], parts: Sequence[bytes], shape: TypeAdapter[T], given: int
    ) -> tuple[T, list[bytes]]:
        """Ask a free process; one that is not sound afterwards, or was interrupted, is not asked again."""
        worker = await self._taken()
        sound = False
        try:
            head, made = await worker.ask(work, how, parts, seconds=SECONDS[work], within_s=WALL * SECONDS[work])
            reply = _REPLY.validate_python(head)
            if reply.refused is not None:
                sound = reply.refused.why is not Why.COSTLY
                raise FileRefused(reply.refused.why, reply.refused.width, reply.refused.height)
            if reply.failed is not None:
                log.error("a file could not be opened: %s failed with %s", work, reply.failed[:200])
                raise FileRefused(Why.BROKEN)
            found = shape.validate_python(reply.found)
            if len(made) != given:
                raise Ended(f"answered with {len(made)} files instead of {given}")
            sound = True
            return found, made
        except Ended as error:
            if self._closed:
                raise DarkroomClosed("the bot is stopping") from error
            log.warning("a file ended the process that opened it: %s, %s", work, error)
            raise FileRefused(Why.COSTLY) from error
        except ValidationError:
            log.warning("a file ended the process that opened it: %s, its answer has another form", work)
            # The text of the cause would repeat what came.
            raise FileRefused(Why.COSTLY) from None
        finally:
            self._busy.discard(worker)
            if sound and worker.alive and worker.answered < ANSWERS_EACH and not self._closed:
                self._idle.append(worker)
            elif not self._closed:
                # Whoever closed everything has let go of this one too.
                self._let_go(worker)

    async def _taken(self) -> Worker:
        """Return a process to ask, a new one where none is idle."""
        self._still_open()
        while self._idle:
            worker = self._idle.pop()
            if worker.alive:
                self._busy.add(worker)
                return worker
            self._let_go(worker)
        try:
            worker = await self._start()
        except OSError as error:
            log.error("no process could be started to open a file in: %s", error)
            raise DarkroomBusy("no process could be started") from error
        try:
            self._still_open()
        except DarkroomClosed:
            await worker.end()
            raise
        self._busy.add(worker)
        return worker

    def _still_open(self) -> None:
        if self._closed:
            raise DarkroomClosed("the bot is stopping")

    def _let_go(self, worker: Worker) -> None:
        """End a process; it is waited for when everything is closed, at the latest."""
        task = asyncio.create_task(worker.end(), name=f"end of darkroom process {worker.pid}")
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


def _scene(shots: Sequence[Shot], language: str, where_is: Callable[[str], Path]) -> Mapping[str, Any]:
    """Return what a film is drawn with beside its script: the language, and where its pictures lie."""
    return {"language": language, "paths": {digest: str(where_is(digest)) for digest in pictures_in(shots)}}
