"""The dispatcher: leases are kept while a job runs, given back when it stops, and never held by the dead."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace

import pytest

from bot.jobs import dispatcher as module
from bot.jobs.dispatcher import BROKE, Dispatcher
from storage.jobs import Delivery, Job, JobState

Run = Callable[[Job], Awaitable[None]]


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
    postponed: list[tuple[str, str | None]] = field(default_factory=list)
    asked: list[tuple[bool, tuple[str, ...]]] = field(default_factory=list)
    beaten: asyncio.Event = field(default_factory=asyncio.Event)

    async def lease(
        self, worker: str, lease_ms: int, *, making: bool = True, besides: Collection[str] = ()
    ) -> Job | None:
        self.asked.append((making, tuple(besides)))
        return self.waiting.pop(0) if self.waiting and making else None

    async def postpone(self, job: Job, wait_ms: int, *, failed_with: str | None = None) -> None:
        self.postponed.append((job.id, failed_with))

    async def heartbeat(self, job_id: str, worker: str, lease_ms: int) -> bool:
        self.beaten.set()
        return self.alive

    async def release_all(self, worker: str | None = None) -> None:
        self.released.append(worker)


async def started(jobs: FakeJobs, run: Run) -> Dispatcher[Job]:
    made = Dispatcher(jobs, run, workers=1)
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

    jobs = FakeJobs([job("a"), job("b")])
    dispatcher = await started(jobs, run)
    async with asyncio.timeout(5):
        await done.wait()
    await dispatcher.stop()
    assert ran == ["a", "b"]
    assert jobs.postponed == [("a", BROKE)], "it is tried again, and that counts"
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


async def test_a_drain_lets_what_runs_end_and_begins_nothing_more() -> None:
    running, go_on, ended = asyncio.Event(), asyncio.Event(), []

    async def run(job: Job) -> None:
        running.set()
        await go_on.wait()
        ended.append(job.id)

    jobs = FakeJobs([job("a"), job("b")])
    dispatcher = await started(jobs, run)
    async with asyncio.timeout(5):
        await running.wait()
        draining = asyncio.create_task(dispatcher.drain(60.0))
        await asyncio.sleep(0)
        go_on.set()
        await draining
    assert (ended, [each.id for each in jobs.waiting]) == (["a"], ["b"])
    assert len(jobs.released) == 2, "at the start, and at the end of its own"


async def test_what_does_not_end_in_time_is_given_back_at_once() -> None:
    running, cut_off = asyncio.Event(), asyncio.Event()

    async def run(job: Job) -> None:
        running.set()
        try:
            await asyncio.Event().wait()
        finally:
            cut_off.set()

    jobs = FakeJobs([job("a")])
    dispatcher = await started(jobs, run)
    async with asyncio.timeout(5):
        await running.wait()
        await dispatcher.drain(0.01)
    assert cut_off.is_set()
    assert jobs.released[-1] is not None and jobs.postponed == [], "a stop is no failure of the job"


async def test_nothing_is_taken_while_there_is_nowhere_to_show_it() -> None:
    there, done, jobs = asyncio.Event(), asyncio.Event(), FakeJobs([job("a")])

    async def run(job: Job) -> None:
        done.set()

    async def ready() -> None:
        await there.wait()

    dispatcher = Dispatcher(jobs, run, workers=1, ready=ready)
    await dispatcher.start()
    await asyncio.sleep(0.02)
    assert jobs.asked == []
    there.set()
    async with asyncio.timeout(5):
        await done.wait()
    await dispatcher.stop()


async def test_only_what_is_made_is_taken_while_nothing_can_make_more() -> None:
    jobs = FakeJobs([job("a")])

    async def run(job: Job) -> None:
        raise AssertionError(job)

    async def no() -> bool:
        return False

    dispatcher = Dispatcher(jobs, run, workers=1, can_make=no)
    await dispatcher.start()
    async with asyncio.timeout(5):
        while not jobs.asked:  # noqa: ASYNC110 - until it has looked
            await asyncio.sleep(0)
    await dispatcher.stop()
    assert jobs.asked == [(False, ())] and jobs.waiting
