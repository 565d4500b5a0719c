"""A line that is full takes nothing more in: nothing is recorded, the words come back, and it is said for how long."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.chat.texts import LOCALES, Texts
from bot.errors import GivenBack
from bot.jobs import full as module
from bot.jobs.full import told_full
from storage.errors import QueueFull
from storage.members import Member
from storage.projects import Project
from storage.queue_rules import QueueRules
from storage.store import StorageConfig, Store, open_store
from storage.tables import jobs
from tests.storage.test_drafts import make, submit
from tests.storage.test_texts import ask

NOW = 1_800_000_000_000
MINUTE = 60_000


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "now_ms", lambda: NOW)


async def opened(folder: Path, rules: QueueRules) -> tuple[Store, Member, Project]:
    store = await open_store(StorageConfig(folder / "data", queue=rules), init=True)
    ann = await store.members.meet("discord", "1001", "Ann")
    return store, ann, (await store.projects.open(ann, "Boats", guild_id="9"))[0]


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[tuple[Store, Member, Project]]:
    """Return a store in which one member may have two drafts under way, and a server three."""
    store, ann, project = await opened(tmp_path, QueueRules(most_of_member=2, most_of_server=3))
    yield store, ann, project
    await store.close()


async def fill(store: Store, member: Member, project: Project) -> QueueFull:
    """Ask until nothing more is taken in."""
    for _ in range(2):
        await submit(store, member, project)
    size = await store.ledger.size()
    with pytest.raises(QueueFull) as raised:
        await submit(store, member, project, "one too many")
    assert await store.ledger.size() == size, "nothing of it is on record"
    return raised.value


async def took(store: Store, member: Member, project: Project, busy_ms: int) -> None:
    """Let a draft of two candidates have been drawn in so long."""
    submitted = await submit(store, member, project)
    await make(store, submitted)
    await store.jobs.delivered(await store.jobs.get(submitted.job_id))
    async with store.database.write() as connection:
        await connection.execute(update(jobs).where(jobs.c.id == submitted.job_id).values(busy_ms=busy_ms))


async def told(full: QueueFull, store: Store, member: Member) -> GivenBack:
    return await told_full(full, store.jobs.leases, 1, member, "one too many")


async def test_a_member_is_told_when_the_first_of_theirs_has_come(small: tuple[Store, Member, Project]) -> None:
    store, ann, project = small
    await took(store, ann, project, 10 * MINUTE)
    error = await told(await fill(store, ann, project), store, ann)
    assert (error.key, error.text, error.arguments["count"]) == ("error-line-full-member", "one too many", 2)
    # Its two candidates take ten minutes, and that is a whole minute.
    assert error.arguments["free"] == f"<t:{(NOW + 10 * MINUTE) // 1000}:t>"


async def test_a_server_and_all_are_told_of_a_part_of_the_line(small: tuple[Store, Member, Project]) -> None:
    store, ann, project = small
    await took(store, ann, project, 10 * MINUTE)
    full = await fill(store, ann, project)
    error = await told(QueueFull("server", full.count), store, ann)
    assert error.key == "error-line-full-server"
    assert error.arguments["free"] == f"<t:{(NOW + 5 * MINUTE) // 1000}:t>"


async def test_where_nothing_was_measured_no_time_is_told(small: tuple[Store, Member, Project]) -> None:
    store, ann, project = small
    error = await told(await fill(store, ann, project), store, ann)
    assert error.arguments["free"] == "no"
    for locale in LOCALES:
        for key in ("member", "server", "all"):
            for free in ("no", "<t:1:t>"):
                said = Texts()(locale, f"error-line-full-{key}", count=2, free=free)
                assert said.count("\n") == 0 and ("<t:1:t>" in said) == (free != "no")


async def test_texts_are_counted_by_themselves(small: tuple[Store, Member, Project]) -> None:
    store, ann, project = small
    await fill(store, ann, project)
    for _ in range(2):
        await ask(store, ann, project)
    with pytest.raises(QueueFull):
        await ask(store, ann, project)


async def test_a_server_is_full_for_all_of_its_members(small: tuple[Store, Member, Project]) -> None:
    store, ann, project = small
    bob = await store.members.meet("discord", "1002", "Bob")
    his, _ = await store.projects.open(bob, "Cats", guild_id="9")
    elsewhere, _ = await store.projects.open(bob, "Dogs", guild_id="10")
    await submit(store, ann, project)
    await submit(store, ann, project)
    await submit(store, bob, his)
    with pytest.raises(QueueFull) as raised:
        await submit(store, bob, his)
    assert (raised.value.whose, raised.value.count) == ("server", 3)
    await submit(store, bob, elsewhere)
