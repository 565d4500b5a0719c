"""When the bot stops while somebody is served who cannot be served in time, they are told, and get their words back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.chat import admission
from tests.bot.house import House, open_house
from tests.bot.pocket_member import ANN, PocketMember, buttons_of, words_of

pytestmark = pytest.mark.slow

NOTE = "warmer, and further away"


@pytest.fixture(autouse=True)
def short_settling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "SETTLE_S", 0.3)


async def agree(member: PocketMember) -> None:
    notice = await member.answer(await member.command("settings"))
    await member.press(notice, buttons_of(notice)["I agree"])
    await member.message(lambda m: "settings:reset" in words_of(m))
    await member.answer(await member.command("project", "new", title="Boats"))


@asynccontextmanager
async def nothing_can_be_written(house: House) -> AsyncIterator[None]:
    """Hold the database as another process would, until the context ends; the bot is then closed."""
    async with house.store.database.write():
        yield
        closing = asyncio.create_task(house.bot.close())
        await asyncio.sleep(0.8)
    await closing


async def test_whoever_is_cut_off_by_a_stop_is_told_and_gets_their_words_back(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, PocketMember(house.url, ANN, patience_s=20) as ann:
        await agree(ann)
        size = await house.store.ledger.size()
        async with nothing_can_be_written(house):
            nonce = await ann.command("project", "note", text=NOTE)
            await ann.frame(lambda f: f["t"] == "INTERACTION" and f["d"]["nonce"] == nonce)
        answer = await ann.answer(nonce)
        assert "is being restarted, and this was not finished" in answer["content"]
        (given,) = answer["attachments"]
        assert await ann.download(given) == NOTE.encode()
        assert await house.store.ledger.size() == size


async def test_a_press_that_is_cut_off_is_told_beside_the_card(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, PocketMember(house.url, ANN, patience_s=20) as ann:
        await agree(ann)
        waiting = await ann.answer(await ann.command("draft", brief="a boat", count=1))
        card = await ann.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))
        async with nothing_can_be_written(house):
            await ann.press(card, buttons_of(card)["①"])
            await asyncio.sleep(0.3)
        told = await ann.saying("is being restarted, and this was not finished")
        assert told["attachments"] == []


async def test_a_form_that_is_cut_off_gives_back_what_was_typed(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, PocketMember(house.url, ANN, patience_s=20) as ann:
        await agree(ann)
        waiting = await ann.answer(await ann.command("draft", brief="a boat", count=1))
        card = await ann.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))
        form = await ann.form(await ann.press(card, buttons_of(card)["Refine…"]))
        async with nothing_can_be_written(house):
            nonce = await ann.submit(form, "a boat in the rain", "sun")
            await asyncio.sleep(0.3)
        answer = await ann.answer(nonce)
        assert "is being restarted, and this was not finished" in answer["content"]
        (given,) = answer["attachments"]
        assert await ann.download(given) == b"a boat in the rain\n\nsun"
