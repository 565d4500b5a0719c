"""The five commands through the real client, at the pocket server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.write.delivery import AT_ONCE as WRITTEN_AT_ONCE
from tests.bot.house import House, open_house
from tests.bot.pocket_member import ANN, BO, Json, PocketMember, buttons_of, words_of
from tests.scenarios.stage import Role, open_stage

pytestmark = pytest.mark.slow


async def use(member: PocketMember, name: str, sub: str | None = None, /, **options: object) -> Json:
    return await member.answer(await member.command(name, sub, **options))


async def agree(member: PocketMember) -> None:
    notice = await use(member, "settings")
    await member.press(notice, next(iter(buttons_of(notice).values())))
    await member.message(lambda m: "settings:reset" in words_of(m))


@asynccontextmanager
async def held(house: House) -> AsyncIterator[None]:
    """Let nothing be drawn for a while."""
    house.seen.hold = asyncio.Event()
    try:
        yield
    finally:
        house.seen.hold.set()
        house.seen.hold = None


async def test_a_language_of_ones_own_counts_everywhere_and_after_a_restart(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage, stage.member(Role.AUTHOR) as ann:
        await ann.bot_ready()
        await agree(ann)
        assert "你的设置" in words_of(await use(ann, "settings", language="zh-CN"))
        assert "你没有在等待" in words_of(await use(ann, "queue"))
        assert "没有“plaid”这种风格" in words_of(await use(ann, "settings", style="plaid"))
        assert "你想做什么" in words_of(await use(ann, "help"))
        async with stage.member(Role.OTHER) as bo:
            assert "Nothing of yours" in words_of(await use(bo, "queue"))
        await stage.stop_bot()
        await stage.start_bot()
        assert "你没有在等待" in words_of(await use(ann, "queue"))
        card = await use(ann, "settings")
        await ann.press(card, buttons_of(card)["全部重置"])
        await ann.message(lambda m: m["id"] == card["id"] and "Your settings" in words_of(m))
        assert "Nothing of yours" in words_of(await use(ann, "queue"))


async def test_what_is_set_begins_a_draft_unless_it_is_named(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage, stage.member(Role.AUTHOR) as ann:
        await ann.bot_ready()
        await agree(ann)
        style, other = (await ann.offered("settings", "style", ""))[1:3]
        model = (await ann.offered("settings", "model", ""))[1]["value"]
        await use(ann, "settings", style=style["value"], model=model)
        for brief, given, drawn in (
            ("a boat", {}, style["value"]),
            ("a barn", {"style": other["value"]}, other["value"]),
        ):
            await use(ann, "draft", brief=brief, count=1, **given)
            await ann.message(lambda m, words=brief: f"> {words}" in words_of(m) and "①" in buttons_of(m))  # type: ignore[misc]
            recorded = (await stage.store.ledger.disclosed(await stage.number_of(brief)))["params"]
            assert isinstance(recorded, dict)
            assert (recorded["style"], recorded["model"]) == (drawn, model)
            assert stage.engine.orders[-1].style == drawn


async def test_erasing_everything_forgets_the_settings_too(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, PocketMember(house.url, ANN) as ann:
        await agree(ann)
        await use(ann, "project", "new", title="Harbour", intent="a harbour at dusk")
        await use(ann, "settings", language="zh-CN")
        assert "`/设置`" in words_of(await use(ann, "privacy", "show"))
        explained = await use(ann, "privacy", "erase", what="all")
        await ann.press(explained, buttons_of(explained)["永久删除"])
        await ann.message(lambda m: m["id"] == explained["id"] and not buttons_of(m))
        assert "Nothing of yours" in words_of(await use(ann, "queue"))
        assert await house.store.member_settings.all("discord") == {}


async def test_a_draft_that_is_stopped_elsewhere_says_so_on_its_card(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, PocketMember(house.url, ANN) as ann, held(house):
        await agree(ann)
        card = await use(ann, "draft", brief="two herons", count=1)
        listed = await use(ann, "queue")
        assert "two herons" in words_of(listed)
        assert "no draft of this model has been finished here yet" in words_of(listed)
        offered = await ann.offered("cancel", "draft", "heron")
        assert "was cancelled" in words_of(await use(ann, "cancel", draft=offered[0]["value"]))
        await ann.message(lambda m: m["id"] == card["id"] and "was cancelled" in words_of(m))
        assert "You have no such draft" in words_of(await use(ann, "cancel", draft=offered[0]["value"]))


async def test_a_text_that_is_stopped_elsewhere_says_so_on_its_card(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, PocketMember(house.url, ANN) as ann:
        await agree(ann)
        house.language.hold_before = 0
        card = await use(ann, "write", brief="a poem of herons")
        await house.language.holding.wait()
        listed = await use(ann, "queue")
        assert "a poem of herons" in words_of(listed) and "being written" in words_of(listed)
        assert "no text has been written here yet" in words_of(listed)
        offered = await ann.offered("cancel", "draft", "heron")
        assert "was cancelled" in words_of(await use(ann, "cancel", draft=offered[0]["value"]))
        await ann.message(lambda m: m["id"] == card["id"] and "The text was cancelled" in words_of(m))
        await house.language.all_aborted.wait()
        assert "Nothing of yours" in words_of(await use(ann, "queue"))


async def test_texts_tell_their_place_and_how_long_they_wait(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, PocketMember(house.url, ANN) as ann:
        await agree(ann)
        first = await use(ann, "write", brief="a poem of herons")
        await ann.message(lambda m: m["id"] == first["id"] and "①" in str(buttons_of(m)))
        house.language.hold_before = 0
        # One more than are written at a time.
        for number in range(WRITTEN_AT_ONCE + 1):
            await use(ann, "write", brief=f"a poem of {number} herons")
        async with asyncio.timeout(20):
            while words_of(listed := await use(ann, "queue")).count("being written") < WRITTEN_AT_ONCE:
                pass
        assert f"{WRITTEN_AT_ONCE} texts come first" in words_of(listed)
        assert "to go" in words_of(listed)


async def test_what_is_being_made_when_the_bot_closes_is_shown_before_it_logs_out(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, PocketMember(house.url, ANN) as ann:
        await agree(ann)
        async with held(house):
            card = await use(ann, "draft", brief="two herons", count=1)
            async with asyncio.timeout(10):
                while not (await house.store.jobs.counted())["running"]:  # noqa: ASYNC110 - a row of a database
                    await asyncio.sleep(0.01)
            closing = asyncio.create_task(house.bot.close())
            await asyncio.sleep(0.05)
        await ann.message(lambda m: m["id"] == card["id"] and "①" in buttons_of(m))
        await closing
        assert (await house.store.jobs.counted())["delivered"] == 1


async def test_nobody_stops_anothers_draft(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, PocketMember(house.url, ANN) as ann, held(house):
        await agree(ann)
        await use(ann, "draft", brief="two herons", count=1)
        listed = await use(ann, "queue")
        draft = next(iter(buttons_of(listed).values())).rpartition(":")[2]
        async with PocketMember(house.url, BO) as bo:
            await agree(bo)
            assert "You have no such draft" in words_of(await use(bo, "cancel", draft=draft))
            assert await bo.offered("cancel", "draft", "") == []
            # As if the button had come into other hands.
            await bo.press(listed, f"queue:cancel:{draft}")
            await bo.saying("belongs to another member")
        assert "two herons" in words_of(await use(ann, "queue"))


async def test_help_opens_commands_and_jumps_between_tasks(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, PocketMember(house.url, ANN) as ann:
        page = await use(ann, "help")
        ids = {command["name"]: command["id"] for command in (await ann.state())["commands"]}
        assert f"</draft:{ids['draft']}>" in words_of(page)
        assert f"</evidence report:{ids['evidence']}>" not in words_of(page)
        await ann.choose(page, "prove")
        turned = await ann.message(lambda m: m["id"] == page["id"] and "it proves" in words_of(m).lower())
        assert f"</evidence report:{ids['evidence']}>" in words_of(turned)


async def test_about_names_models_licences_facts_and_the_key_of_the_log(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, PocketMember(house.url, ANN) as ann:
        await ann.bot_ready()
        told = words_of(await use(ann, "about"))
        assert house.store.ledger.vkey in told
        assert house.store.ledger.origin in told
        assert "licence Apache-2.0" in told and "not legal advice" in told
