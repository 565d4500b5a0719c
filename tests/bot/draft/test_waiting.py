"""The lines of those who wait: their place and what holds them up, told when it changes, and never over a card."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.draft.waiting import EDITS, Holding, Waiting, WaitingLines
from bot.jobs.dispatcher import Dispatcher
from models.health import Health, ServerHealth
from storage.acts import Act
from storage.drafts import BriefParams, DraftView, NewBrief
from storage.jobs import Delivery, Job
from storage.store import StorageConfig, Store, open_store


@dataclass(slots=True)
class Queue:
    """A queue of briefs, a drafts server that is as told, and what was said to whom."""

    store: Store
    dispatcher: Dispatcher[Job]
    health: Health = Health.READY
    told: list[tuple[str, Waiting]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    async def show_waiting(self, job: Job, view: DraftView, waiting: Waiting) -> Delivery:
        if view.text in self.broken:
            raise ConnectionError("the chat is away")
        self.told.append((view.text, waiting))
        return replace(job.delivery, message_id="9")

    async def is_asked(self) -> ServerHealth:
        return ServerHealth(self.health, "")

    async def brief(self, words: str) -> str:
        """Put a brief into the queue; return its job's id."""
        member = await self.store.members.meet("discord", "1001", "Ann")
        project = await self.store.projects.current_or_open(member, "Boats", guild_id=None)
        delivery = Delivery(channel_id="1", user_id="1001", locale="en-US", token=f"token of {words}", token_until=1)
        brief = NewBrief(words, "", BriefParams("draft", (7,)))
        return (await self.store.drafts.submit(member, project, brief, Act("1", "2", None), delivery)).job_id

    def news(self) -> list[tuple[str, Waiting]]:
        """Return what was said since the last time."""
        said = [*self.told]
        self.told.clear()
        return said


async def never(job: Job) -> None:
    raise AssertionError(job)


@pytest.fixture
async def queue(tmp_path: Path) -> AsyncIterator[Queue]:
    store = await open_store(StorageConfig(tmp_path), init=True)
    yield Queue(store, Dispatcher(store.jobs, never))
    await store.close()


@pytest.fixture
def lines(queue: Queue) -> WaitingLines:
    return WaitingLines(queue.store.jobs, queue.store.drafts, queue.is_asked, queue.dispatcher, queue)


async def test_a_place_is_told_when_it_changes(queue: Queue, lines: WaitingLines) -> None:
    for words in ("a boat", "a heron", "a fog"):
        await queue.brief(words)
    await lines.look()
    assert queue.news() == [], "their first lines said as much"
    job = await queue.store.jobs.lease("w", 60_000)
    assert job is not None
    await lines.look()
    assert queue.news() == [], "who is being drawn is still before them"
    await queue.store.jobs.postpone(job, 60_000)
    member = await queue.store.members.meet("discord", "1001", "Ann")
    await queue.store.drafts.cancel(job.draft_id, member, Act("2", "2", None))
    await lines.look()
    assert queue.news() == [("a heron", Waiting(0)), ("a fog", Waiting(1))]
    await lines.look()
    assert queue.news() == []


@pytest.mark.parametrize(
    ("health", "holding"),
    [(Health.STARTING, Holding.LOADING), (Health.AWAY, Holding.AWAY), (Health.FAILED, Holding.FAILED)],
)
async def test_what_holds_them_up_is_told_and_that_it_is_over(
    queue: Queue, lines: WaitingLines, health: Health, holding: Holding
) -> None:
    job_id = await queue.brief("a boat")
    queue.health = health
    await lines.look()
    assert queue.news() == [("a boat", Waiting(0, holding))]
    assert (await queue.store.jobs.get(job_id)).delivery.message_id == "9"
    queue.health = Health.READY
    await lines.look()
    assert queue.news() == [("a boat", Waiting(0, Holding.TURN))]


async def test_nobody_writes_where_somebody_else_does(queue: Queue, lines: WaitingLines) -> None:
    await queue.brief("a boat")
    queue.health = Health.AWAY
    with queue.dispatcher.held("token of a boat"):
        await lines.look()
    assert queue.news() == []


async def test_one_line_that_cannot_be_changed_holds_up_no_other(queue: Queue, lines: WaitingLines) -> None:
    for words in ("a boat", "a heron"):
        await queue.brief(words)
    queue.health, queue.broken = Health.AWAY, {"a boat"}
    with pytest.raises(ConnectionError):
        await lines.look()
    await lines.look()
    assert queue.news() == [("a heron", Waiting(1, Holding.AWAY))]


async def test_a_long_queue_is_told_a_few_at_a_time(queue: Queue, lines: WaitingLines) -> None:
    for number in range(EDITS + 2):
        await queue.brief(f"{number} boats")
    queue.health = Health.AWAY
    await lines.look()
    assert len(queue.news()) == EDITS
    await lines.look()
    assert len(queue.news()) == 2
