"""Conversations while requests fail, lines break and messages come twice: each is answered once, each offer kept."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from storage.evidence.kinds import Kind
from tests.bot.pocket_member import BOT, GENERAL, Json, PocketMember, buttons_of
from tests.models.fake_language import speaks_and_writes
from tests.pocket.faults import Fault
from tests.scenarios.stage import Role, Stage

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture(autouse=True)
def nothing_wrong(stage: Stage, in_order: None) -> Iterator[None]:
    """Begin with a model that speaks; see that nothing was logged as an error or said against the rules."""
    stage.language.writes = speaks_and_writes
    yield
    assert stage.take_wrongs() == []


@pytest_asyncio.fixture(loop_scope="module")
async def ann(stage: Stage) -> AsyncIterator[PocketMember]:
    """Return a member who has agreed."""
    async with stage.member(Role.AUTHOR) as member:
        answer = await member.answer(await member.command("project", "new", title="Boats"))
        if "I agree" in buttons_of(answer):
            await member.answer(await member.press(answer, buttons_of(answer)["I agree"]))
        yield member


async def offered(stage: Stage, ann: PocketMember, words: str) -> Json:
    """Say something, and return the offer that comes of it, wherever it comes."""
    said = await ann.say(f"{words} <@{BOT}>")
    world = stage.pocket.world
    async with asyncio.timeout(20):
        while True:
            found = answers(stage, words)
            if found:
                assert found[0]["channel_id"] in (said["id"], GENERAL)
                return world.messages[found[0]["id"]]
            await asyncio.sleep(0.05)


def answers(stage: Stage, words: str) -> list[Json]:
    """Return every message of the bot that offers these words."""
    return [m for m in stage.pocket.world.messages.values() if m["author"]["id"] == BOT and words in str(m["embeds"])]


async def suggested(stage: Stage, words: str) -> list[str]:
    """Return the messages that led to a suggestion of these words, one for each event."""
    told = await stage.store.ledger.disclosed_many(range(await stage.store.ledger.size()))
    return [str(fields["discord"]) for fields in told.values() if "request" in fields and fields.get("text") == words]


@pytest.mark.parametrize("route", ["/threads", "/messages"])
@pytest.mark.parametrize("fault", list(Fault))
async def test_what_is_said_is_answered_once_whatever_the_answer_meets(
    stage: Stage, ann: PocketMember, route: str, fault: Fault
) -> None:
    words = f"a boat, {fault.name} at {route.strip('/')}".lower().replace("_", " ")
    stage.pocket.faults.begin()
    stage.pocket.faults.planned[route] = [fault]
    stage.pocket.gateway.twice_share = 1.0
    await offered(stage, ann, words)
    # Whatever comes after it comes when it is done with.
    await offered(stage, ann, f"{words}, later")
    assert stage.pocket.faults.met[fault] > 0
    assert len([m for m in answers(stage, words) if f"{words}, later" not in str(m["embeds"])]) == 1
    assert len(await suggested(stage, words)) == 1


async def test_an_offer_is_taken_after_a_restart_and_so_is_its_form(stage: Stage, ann: PocketMember) -> None:
    offer = await offered(stage, ann, "a boat that waits for its taker")
    form = await ann.form(await ann.press(offer, buttons_of(offer)["Edit…"]))
    await stage.stop_bot()
    await stage.start_bot()
    drawn = await ann.answer(await ann.submit(form, "a boat that was changed"))
    await ann.message(lambda m: m["id"] == drawn["id"] and "①" in buttons_of(m))
    press = await ann.press(offer, buttons_of(offer)["Draft this"])
    waiting = await ann.answer(press)
    await ann.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))
    assert (await stage.recorded(stage.interaction(press).id))[Kind.SUGGESTION_TAKEN] == 1


async def test_what_was_said_while_the_line_was_down_is_answered(stage: Stage, ann: PocketMember) -> None:
    stage.pocket.gateway.drop()
    await offered(stage, ann, "a boat on a line that was down")
    async with asyncio.timeout(20):
        await stage.pocket.gateway.back()


async def test_a_turn_that_is_under_way_when_the_bot_stops_ends_with_it(stage: Stage, ann: PocketMember) -> None:
    stage.language.hold_before = 0
    stage.language.holding.clear()
    stage.language.release.clear()
    await ann.say(f"a boat that is never answered <@{BOT}>")
    async with asyncio.timeout(20):
        await stage.language.holding.wait()
    async with asyncio.timeout(10):
        await stage.stop_bot()
    stage.language.hold_before = None
    stage.language.release.set()
    await stage.start_bot()
    assert not answers(stage, "never answered")
    assert not [task for task in asyncio.all_tasks() if task.get_name() in ("typing", "paced edits")]
