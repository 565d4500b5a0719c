"""Drafting under the rules of a server, with everything from the page to the drafts server."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.pocket.world import GUILD_ID
from storage.appeals import State
from storage.evidence.kinds import Kind
from storage.jobs import JobState
from storage.mandate import Mandate
from storage.servers import EVERYONE, Limit, ServerSettings
from tests.bot.house import House, open_house
from tests.bot.pocket_member import ANN, MO, PocketMember, SomeMember, buttons_of, words_of

pytestmark = pytest.mark.slow

MANDATE = Mandate(GUILD_ID, MO, "a reason")
AFTER_DARK = "1100000000000000013"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


@pytest.fixture
async def ann(house: House) -> AsyncIterator[PocketMember]:
    member = await house.store.members.meet("discord", ANN, "Ann")
    await house.store.privacy.agree(member, [])
    async with PocketMember(house.url, ANN, patience_s=60) as there:
        yield there


async def draft(member: PocketMember, words: str, **options: Any) -> dict[str, Any]:
    return await member.answer(await member.command("draft", brief=words, **options))


async def finished(member: PocketMember, waiting: dict[str, Any]) -> dict[str, Any]:
    return await member.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))


async def kinds(house: House) -> list[str]:
    (project,) = await house.store.projects.list()
    return [event.kind for event in await house.store.history(project)]


async def test_a_term_is_refused_at_once_named_and_on_record(house: House, ann: PocketMember) -> None:
    await house.store.servers.add_term(MANDATE, "purple weevil")
    refused = await draft(ann, "a Purple weevil on a leaf", count=1)
    said = words_of(refused)
    assert "“purple weevil”" in said and "was not drawn" in said and "/appeal" in said and "other words" in said
    assert list(buttons_of(refused)) == ["Redo", "Appeal"]
    assert (await kinds(house))[-2:] == [Kind.PROMPT_SUBMITTED, Kind.GENERATION_REFUSED]
    again = await ann.answer(await ann.press(refused, buttons_of(refused)["Redo"]))
    assert "“purple weevil”" in words_of(again)
    await house.store.servers.remove_term(MANDATE, "purple weevil")
    await finished(ann, await ann.answer(await ann.press(refused, buttons_of(refused)["Redo"])))


async def test_the_limit_of_a_day_gives_the_brief_back_and_says_when(house: House, ann: PocketMember) -> None:
    await house.store.servers.limit(MANDATE, EVERYONE, {Limit.DAY: 1})
    card = await finished(ann, await draft(ann, "a boat", count=1))
    size = await house.store.ledger.size()
    refused = await draft(ann, "a heron", count=1)
    assert "one draft a day in this server, and it is used" in words_of(refused)
    assert "The next one is free <t:" in words_of(refused)
    assert await ann.download(refused["attachments"][0]) == b"a heron"
    await ann.press(card, buttons_of(card)["Redo"])
    await ann.message(lambda m: m["id"] != refused["id"] and "one draft a day" in words_of(m))
    assert await house.store.ledger.size() == size


async def test_drafts_are_made_where_the_server_wants_them(house: House, ann: PocketMember) -> None:
    servers = house.store.servers
    await servers.set(MANDATE, "channels", ServerSettings(channels=(AFTER_DARK,)))
    refused = await draft(ann, "a boat", count=1)
    assert f"drafts are made in <#{AFTER_DARK}>" in words_of(refused)
    async with PocketMember(house.url, ANN, channel=AFTER_DARK, patience_s=60) as behind:
        await finished(behind, await draft(behind, "a boat", count=1))
        await servers.set(MANDATE, "age_restricted", ServerSettings(age_restricted=False))
        assert "nothing is drafted in age-restricted channels" in words_of(await draft(behind, "a boat", count=1))


async def test_whoever_is_blocked_while_a_draft_waits_gets_none_and_can_still_cancel(
    house: House, ann: PocketMember
) -> None:
    house.seen.hold = asyncio.Event()
    first = await draft(ann, "a boat", count=1)
    for _ in range(2):
        waiting = await draft(ann, "two herons", count=1)
    async with PocketMember(house.url, MO, patience_s=60) as mo:
        await mo.answer(await mo.command("moderation", "block", member=SomeMember(ANN), reason="spam"))
    assert "blocked you" in words_of(await draft(ann, "a third", count=1))
    await ann.press(first, buttons_of(first)["Cancel"])
    await ann.saying("The draft was cancelled")
    house.seen.hold.set()
    house.seen.hold = None
    told = await ann.message(lambda m: m["id"] == waiting["id"] and "was not drawn" in words_of(m))
    assert "a moderator blocked you meanwhile" in words_of(told)
    states = {(await house.store.jobs.get(job)).state for job in await jobs(house)}
    assert JobState.QUEUED not in states


async def jobs(house: House) -> list[str]:
    async with house.store.database.read() as connection:
        return [str(row.id) for row in (await connection.exec_driver_sql("SELECT id FROM jobs")).all()]


async def test_what_is_granted_on_an_appeal_is_drawn_once(house: House, ann: PocketMember) -> None:
    store, words = house.store, "a purple weevil"
    await store.servers.add_term(MANDATE, "purple weevil")
    refused = await draft(ann, words, count=1)
    form = await ann.form(await ann.press(refused, buttons_of(refused)["Appeal"]))
    assert "is recorded" in words_of(await ann.answer(await ann.submit(form, "it is a beetle")))
    (appeal,) = await store.appeals.of_guild(GUILD_ID, offset=0, limit=5)
    await store.appeals.decide(appeal, MANDATE, State.GRANTED)
    assert "was not drawn" in words_of(await draft(ann, f"{words}, in a jar", count=1))
    await finished(ann, await ann.answer(await ann.press(refused, buttons_of(refused)["Redo"])))
    assert (await kinds(house)).count(Kind.DRAFT_MADE) == 1
    assert "was not drawn" in words_of(await draft(ann, words, count=1))
