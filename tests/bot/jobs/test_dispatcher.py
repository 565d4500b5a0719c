"""The dispatcher: leases are kept while a job runs, given back when it stops, and never held by the dead."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from bot.jobs import dispatcher as module
from bot.jobs.dispatcher import Dispatcher, Run
from storage.jobs import Delivery, Job, JobState


def job(id_: str) -> Job:
    delivery = Delivery(channel_id="1", user_id="1", locale="en-US", token=None, token_until=0)
    return Job(
        id=id_,
        draft_id=id_,
        member_id="m",
        state=JobState.RUNNING,
        attempts=1,
        delivery=delivery,
        reason=None,
        created_at=0,
    )


@dataclass(slots=True)
class FakeJobs:
    """A queue of jobs, and what was done with their leases."""

    waiting: list[Job]
    alive: bool = True
    released: list[str | None] = field(default_factory=list)
    beaten: asyncio.Event = field(default_factory=asyncio.Event)

    async def lease(self, worker: str, lease_ms: int) -> Job | None:
        return self.waiting.pop(0) if self.waiting else None

    async def heartbeat(self, job_id: str, worker: str, lease_ms: int) -> bool:
        self.beaten.set()
        return self.alive

    async def release_all(self, worker: str | None = None) -> None:
        self.released.append(worker)


async def started(jobs: FakeJobs, run: Run) -> Dispatcher:
    made = Dispatcher(jobs, run, workers=1)  # type: ignore[arg-type]  # the three verbs it uses
    await made.start()
    return made


async def test_a_start_takes_back_what_a_killed_run_had_leased() -> None:
    jobs = FakeJobs([])

    async def run(job: Job) -> None:
        raise AssertionError(job)

    dispatcher = await started(jobs, run)
    assert jobs.released == [None]
    await dispatcher.stop()
    assert len(jobs.released) == 2


async def test_jobs_run_one_after_the_other_and_a_failing_one_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    ran: list[str] = []
    done = asyncio.Event()

    async def run(job: Job) -> None:
        ran.append(job.id)
        if job.id == "a":
            raise ValueError("a bug")
        done.set()

    dispatcher = await started(FakeJobs([job("a"), job("b")]), run)
    async with asyncio.timeout(5):
        await done.wait()
    await dispatcher.stop()
    assert ran == ["a", "b"]
    assert "job a stopped" in caplog.text


async def test_a_lost_lease_stops_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEARTBEAT_S", 0.01)
    cancelled = asyncio.Event()

    async def run(job: Job) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    dispatcher = await started(FakeJobs([job("a")], alive=False), run)
    async with asyncio.timeout(5):
        await cancelled.wait()
    await dispatcher.stop()


async def test_a_running_job_keeps_its_lease_and_can_be_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEARTBEAT_S", 0.01)
    jobs, running, ended = FakeJobs([job("a")]), asyncio.Event(), asyncio.Event()

    async def run(job: Job) -> None:
        try:
            await jobs.beaten.wait()
            running.set()
            await asyncio.Event().wait()
        finally:
            ended.set()

    dispatcher = await started(jobs, run)
    async with asyncio.timeout(5):
        await running.wait()
        await dispatcher.interrupt("a")
    assert ended.is_set()
    await dispatcher.stop()


async def test_a_job_waits_for_whoever_still_writes_where_its_card_goes() -> None:
    ran = asyncio.Event()

    async def run(job: Job) -> None:
        ran.set()

    jobs = FakeJobs([])
    dispatcher = await started(jobs, run)
    with dispatcher.held("t"):
        jobs.waiting.append(replace(job("a"), delivery=Delivery("1", "2", "en-US", token="t")))
        dispatcher.wake()
        while jobs.waiting:  # noqa: ASYNC110 - until it is leased
            await asyncio.sleep(0)
        await asyncio.sleep(0.02)
        assert not ran.is_set()
    async with asyncio.timeout(5):
        await ran.wait()
    await dispatcher.stop()


async def test_waking_finds_a_new_job_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE_S", 600.0)
    jobs, done = FakeJobs([]), asyncio.Event()

    async def run(job: Job) -> None:
        done.set()

    dispatcher = await started(jobs, run)
    await asyncio.sleep(0)
    jobs.waiting.append(job("a"))
    async with asyncio.timeout(5):
        while not done.is_set():
            dispatcher.wake()
            await asyncio.sleep(0.01)
    await dispatcher.stop()
