"""The dispatcher: a few workers that lease jobs, keep the lease alive, and see each to its end."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Final, Generic, Protocol, TypeVar

from bot.errors import PlatformAway
from models.trace import follow
from storage.errors import StateConflict, StorageBusy, StorageFull

log = logging.getLogger(__name__)

LEASE_MS = 15_000
HEARTBEAT_S = 5.0
# How long an idle worker waits for a wake-up before it looks by itself (expired leases, retries).
IDLE_S = 1.0
BROKE: Final = "broke"
"""Why a job failed that ran into an error nobody expected: the code that is kept with it."""
AWAY_MS: Final = 10_000
"""Between two tries to show something to a chat platform that cannot be reached."""
FULL_MS: Final = 60_000
"""Before a job is tried again for which there was no room on the disk."""
_AGAIN_MS: Final = 2_000
_LATEST_AGAIN_MS: Final = 5 * 60_000


class Leased(Protocol):
    """A job that a worker has; what its lease counts for is the queue's business."""

    @property
    def id(self) -> str:
        """Return its number in the queue."""
        ...

    @property
    def draft_id(self) -> str:
        """Return the draft that it is for."""
        ...

    @property
    def attempts(self) -> int:
        """Return how often it was leased."""
        ...

    @property
    def token(self) -> str | None:
        """Return the token of the reply where its card goes."""
        ...


J = TypeVar("J", bound=Leased)


class Queue(Protocol[J]):
    """What the jobs come from."""

    async def lease(
        self, worker: str, lease_ms: int, *, making: bool = True, besides: Collection[str] = ()
    ) -> J | None:
        """Take the next job; without `making` only one that is made already, or has failed, and is to be told."""
        ...

    async def heartbeat(self, job_id: str, worker: str, lease_ms: int) -> bool:
        """Extend a lease; tell whether it is still the worker's."""
        ...

    async def postpone(self, job: J, wait_ms: int, *, failed_with: str | None = None) -> None:
        """Put a job back to wait; raise StateConflict where it has ended, or is somebody else's by now."""
        ...

    async def release_all(self, worker: str | None = None) -> None:
        """Give back the leases of a worker, or of all."""
        ...


async def _always() -> bool:
    return True


async def _at_once() -> None:
    return None


class Dispatcher(Generic[J]):
    """Runs jobs until it is stopped; what is then unfinished goes back to the queue.

    Nothing is taken before there is somewhere to show it, which is `ready`. While nothing `can_make` them, jobs are
    left where they are, and only what is made is told.
    """

    def __init__(
        self,
        jobs: Queue[J],
        run: Callable[[J], Awaitable[None]],
        *,
        workers: int = 2,
        ready: Callable[[], Awaitable[None]] = _at_once,
        can_make: Callable[[], Awaitable[bool]] = _always,
    ) -> None:
        self._jobs = jobs
        self._run = run
        self._name = f"worker-{secrets.token_hex(4)}"
        self._count = workers
        self._ready = ready
        self._can_make = can_make
        self._wake = asyncio.Event()
        self._draining = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._running: dict[str, asyncio.Task[None]] = {}
        self._held: dict[str, asyncio.Event] = {}

    async def start(self) -> None:
        """Take back what a killed run had leased (nobody else serves the same shard), and start the workers."""
        await self._jobs.release_all()
        self._draining.clear()
        self._tasks = [asyncio.create_task(self._work(), name=f"{self._name}-{i}") for i in range(self._count)]

    async def drain(self, grace_s: float) -> None:
        """Begin no more jobs, let those that run go on for so many seconds, and give back at once what is left.

        Whoever starts next takes that first.
        """
        self._draining.set()
        running = set(self._running.values())
        if running:
            _, late = await asyncio.wait(running, timeout=grace_s)
            if late:
                log.info("%d jobs go back to the queue: the stop waited for %g s", len(late), grace_s)
        await self.stop()

    async def stop(self) -> None:
        """Stop the workers and give their jobs back."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self._jobs.release_all(self._name)

    def wake(self) -> None:
        """Say that a job has come."""
        self._wake.set()

    @contextmanager
    def held(self, key: str | None) -> Iterator[None]:
        """Let no job begin for as long as somebody else writes where its card goes: its token, or the job by its id."""
        if key is None:
            yield
            return
        free = self._held[key] = asyncio.Event()
        try:
            yield
        finally:
            del self._held[key]
            free.set()

    def is_held(self, key: str | None) -> bool:
        """Tell whether somebody writes there now."""
        return key in self._held

    async def interrupt(self, job_id: str) -> None:
        """Stop a running job; return when it writes nothing more. Its row has been changed by whoever asks."""
        task = self._running.get(job_id)
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    async def _work(self) -> None:
        await self._ready()
        while not self._draining.is_set():
            try:
                job = await self._next()
                if job is not None:
                    await self._see_through(job)
                    continue
            except (StorageBusy, StorageFull) as error:
                log.warning("a worker waits: %s", error)
            except Exception as error:  # a worker outlives any job, and a database that is briefly away
                log.error("a worker goes on after an error", exc_info=error)
            if self._draining.is_set():
                return
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), IDLE_S)
            except TimeoutError:
                continue

    async def _next(self) -> J | None:
        making = await self._can_make()
        if self._draining.is_set():
            return None
        # What this process still runs is not to be run twice, though its lease ran out while the database was away.
        return await self._jobs.lease(self._name, LEASE_MS, making=making, besides=tuple(self._running))

    async def _see_through(self, job: J) -> None:
        """Run one job with its lease kept alive; a lost lease stops it."""
        task = asyncio.create_task(self._run_logged(job), name=f"job {job.id}")
        self._running[job.id] = task
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=HEARTBEAT_S)
                if not task.done() and not await self._is_still_ours(job):
                    task.cancel()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            del self._running[job.id]

    async def _is_still_ours(self, job: J) -> bool:
        """Keep a lease alive; tell whether it was. While nothing can be written nobody can take it from us."""
        try:
            return await self._jobs.heartbeat(job.id, self._name, LEASE_MS)
        except (StorageBusy, StorageFull) as error:
            log.warning("job %s: its lease could not be noted (%s); it goes on", job.id, type(error).__name__)
            return True

    async def _run_logged(self, job: J) -> None:
        follow(job.draft_id)
        try:
            for key in (job.token, job.id):
                free = self._held.get(key or "")
                if free is not None:
                    await free.wait()
            await self._run(job)
        except PlatformAway:
            log.warning("job %s waits: the chat platform cannot be reached", job.id)
            await self._put_back(job, AWAY_MS)
        except StorageFull:
            log.error("job %s waits: the disk is full", job.id)
            await self._put_back(job, FULL_MS)
        except StorageBusy:
            log.warning("job %s waits: the database is locked", job.id)
            await self._put_back(job, _AGAIN_MS)
        except Exception as error:  # it is tried again, a few times, longer after each
            log.error("job %s stopped on attempt %d", job.id, job.attempts, exc_info=error)
            wait_ms = min(_AGAIN_MS * 2 ** min(job.attempts - 1, 16), _LATEST_AGAIN_MS)
            await self._put_back(job, wait_ms, failed_with=BROKE)

    async def _put_back(self, job: J, wait_ms: int, *, failed_with: str | None = None) -> None:
        """Let a job wait; `failed_with` counts as a failure of what was being made, what is nobody's fault does not.

        While nothing can be written the job stays ours: a lease that is not kept would count as lost.
        """
        while True:
            try:
                await self._jobs.postpone(job, wait_ms, failed_with=failed_with)
            except (StorageBusy, StorageFull):
                await asyncio.sleep(_AGAIN_MS / 1000)
            except StateConflict:
                log.info("job %s had ended, or is somebody else's", job.id)
                return
            else:
                return
