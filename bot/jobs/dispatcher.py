"""The dispatcher: a few workers that lease jobs, keep the lease alive, and see each to its end."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from storage.jobs import Job, Jobs

log = logging.getLogger(__name__)

LEASE_MS = 15_000
HEARTBEAT_S = 5.0
# How long an idle worker waits for a wake-up before it looks by itself (expired leases, retries).
IDLE_S = 1.0

Run = Callable[[Job], Awaitable[None]]


class Dispatcher:
    """Runs jobs until it is stopped; what is then unfinished goes back to the queue."""

    def __init__(self, jobs: Jobs, run: Run, *, workers: int = 2) -> None:
        self._jobs = jobs
        self._run = run
        self._name = f"worker-{secrets.token_hex(4)}"
        self._count = workers
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._running: dict[str, asyncio.Task[None]] = {}
        self._held: dict[str, asyncio.Event] = {}

    async def start(self) -> None:
        """Take back what a killed run had leased (the store has one process, so nobody else), and start the workers."""
        await self._jobs.release_all()
        self._tasks = [asyncio.create_task(self._work(), name=f"{self._name}-{i}") for i in range(self._count)]

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
    def held(self, token: str | None) -> Iterator[None]:
        """Let no job begin whose card goes where `token` says, for as long as somebody else writes there."""
        if token is None:
            yield
            return
        free = self._held[token] = asyncio.Event()
        try:
            yield
        finally:
            del self._held[token]
            free.set()

    async def interrupt(self, job_id: str) -> None:
        """Stop a running job; return when it writes nothing more. Its row has been changed by whoever asks."""
        task = self._running.get(job_id)
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    async def _work(self) -> None:
        while True:
            try:
                job = await self._jobs.lease(self._name, LEASE_MS)
                if job is not None:
                    await self._see_through(job)
                    continue
            except Exception as error:  # a worker outlives any job, and a database that is briefly away
                log.error("a worker goes on after an error", exc_info=error)
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), IDLE_S)
            except TimeoutError:
                continue

    async def _see_through(self, job: Job) -> None:
        """Run one job with its lease kept alive; a lost lease stops it."""
        task = asyncio.create_task(self._run_logged(job), name=f"job {job.id}")
        self._running[job.id] = task
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=HEARTBEAT_S)
                if not task.done() and not await self._jobs.heartbeat(job.id, self._name, LEASE_MS):
                    task.cancel()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            del self._running[job.id]

    async def _run_logged(self, job: Job) -> None:
        try:
            free = self._held.get(job.delivery.token or "")
            if free is not None:
                await free.wait()
            await self._run(job)
        except Exception as error:  # the lease runs out and the job is tried again
            log.error("job %s stopped on attempt %d", job.id, job.attempts, exc_info=error)
