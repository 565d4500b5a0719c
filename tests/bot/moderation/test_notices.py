"""Members are told once: at once or when a hold ends, again where the chat did not take it, and after a restart."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.moderation import notices as module
from bot.moderation.notices import Notifier
from storage.clock import now_ms
from storage.mandate import Hold, Mandate
from storage.members import Member
from storage.notices import Notice
from storage.projects import Project
from storage.store import StorageConfig, Store, open_store
from tests.storage.test_drafts import submit

REASON = "a complaint"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(StorageConfig(tmp_path / "data"), init=True)
    yield opened
    await opened.close()


@pytest.fixture
async def ann(store: Store) -> Member:
    return await store.members.meet("discord", "1001", "Ann")


@pytest.fixture
async def project(store: Store, ann: Member) -> Project:
    opened, _ = await store.projects.open(ann, "Boats", guild_id="9")
    return opened


class Chat:
    """Takes messages, or not."""

    def __init__(self, *answers: bool) -> None:
        self.answers = list(answers)
        self.told: list[Notice] = []
        self._news = asyncio.Condition()

    async def tell(self, notice: Notice) -> bool:
        async with self._news:
            self.told.append(notice)
            self._news.notify_all()
        return self.answers.pop(0) if self.answers else True

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: len(self.told) >= count)


async def opened(store: Store, ann: Member, project: Project, hold: Hold | None = None) -> None:
    seq = (await submit(store, ann, project)).receipt.seq
    await store.moderation.open_event(seq, Mandate("9", "3003", REASON, hold))


async def settled(store: Store) -> None:
    async with asyncio.timeout(10):
        while await store.notices.next_due() is not None:  # noqa: ASYNC110 - a row of the database tells nobody
            await asyncio.sleep(0.01)


async def test_a_member_is_told_once(store: Store, ann: Member, project: Project) -> None:
    chat = Chat()
    notifier = Notifier(store.notices, chat.tell, pause_s=0)
    notifier.start()
    await asyncio.sleep(0)
    await opened(store, ann, project)
    notifier.wake()
    await settled(store)
    await notifier.close()
    (notice,) = chat.told
    assert (notice.user_id, notice.scope["reason"]) == ("1001", REASON)


async def test_what_was_due_before_a_restart_is_told_after_it(tmp_path: Path) -> None:
    config = StorageConfig(tmp_path / "kept")
    store = await open_store(config, init=True)
    ann = await store.members.meet("discord", "1001", "Ann")
    project, _ = await store.projects.open(ann, "Boats", guild_id="9")
    await opened(store, ann, project)
    await store.close()
    again = await open_store(config)
    chat = Chat()
    notifier = Notifier(again.notices, chat.tell, pause_s=0)
    notifier.start()
    await settled(again)
    await notifier.close()
    await again.close()
    assert len(chat.told) == 1


async def test_what_the_chat_did_not_take_is_tried_again(
    store: Store, ann: Member, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AGAIN_S", 0.01)
    await opened(store, ann, project)
    chat = Chat(False, False)
    notifier = Notifier(store.notices, chat.tell, pause_s=0)
    notifier.start()
    await settled(store)
    await notifier.close()
    assert len(chat.told) == 3


async def test_one_that_goes_wrong_does_not_end_it(
    store: Store, ann: Member, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AGAIN_S", 0.01)
    await opened(store, ann, project)
    chat, broken = Chat(), [RuntimeError("the card broke")]

    async def tell(notice: Notice) -> bool:
        if broken:
            raise broken.pop()
        return await chat.tell(notice)

    notifier = Notifier(store.notices, tell, pause_s=0)
    notifier.start()
    await settled(store)
    await notifier.close()
    assert len(chat.told) == 1


async def test_a_hold_is_waited_for(store: Store, ann: Member, project: Project) -> None:
    until = now_ms() + 400
    await opened(store, ann, project, Hold(until, "not yet"))
    chat = Chat()
    notifier = Notifier(store.notices, chat.tell, pause_s=0)
    notifier.start()
    await chat.until(1)
    assert now_ms() >= until
    await notifier.close()
