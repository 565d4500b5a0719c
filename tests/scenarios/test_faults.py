"""One fault at a time: what the bot does about it, through the unchanged discord.py client."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Iterator

import discord
import pytest
import pytest_asyncio

from tests.bot.pocket_member import GENERAL, LOADING, Json, PocketMember, buttons_of, words_of
from tests.pocket.faults import Fault
from tests.scenarios.stage import CAST, Role, Stage

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

REPLY = "/messages/@original"


@pytest_asyncio.fixture(loop_scope="module")
async def ann(stage: Stage) -> AsyncIterator[PocketMember]:
    """Return a member who has agreed."""
    async with stage.member(Role.AUTHOR) as member:
        await agree(member)
        yield member


@pytest.fixture(autouse=True)
def nothing_wrong(stage: Stage, in_order: None) -> Iterator[None]:
    """See that nothing was logged as an error or said against the rules."""
    yield
    assert stage.take_wrongs() == []


async def agree(member: PocketMember) -> None:
    """Go through the first-use notice, if it comes."""
    answer = await member.answer(await member.command("evidence", "export"))
    if "I agree" in buttons_of(answer):
        await member.answer(await member.press(answer, buttons_of(answer)["I agree"]))


async def card_of(member: PocketMember, words: str) -> Json:
    """Wait for the finished card of a brief."""
    return await member.message(lambda m: f"> {words}" in str(m["embeds"]) and "①" in buttons_of(m))


def cards(stage: Stage, words: str) -> list[Json]:
    """Return every message that shows the card of a brief."""
    return [m for m in stage.pocket.world.messages.values() if f"> {words}" in str(m["embeds"])]


async def submitted(stage: Stage, nonce: str) -> int:
    """Return how often the brief of a command is on record."""
    return (await stage.recorded(stage.interaction(nonce).id))["prompt.submit"]


@pytest.mark.parametrize("route", ["/callback", REPLY])
@pytest.mark.parametrize("fault", list(Fault))
async def test_a_draft_comes_once_whatever_its_answers_meet(
    stage: Stage, ann: PocketMember, route: str, fault: Fault
) -> None:
    stage.pocket.faults.planned[route] = [fault]
    words = f"a boat, {fault.name} at {route}".lower().replace("_", " ")
    nonce = await ann.command("draft", brief=words, count=1)
    await ann.answer(nonce)
    await card_of(ann, words)
    assert stage.pocket.faults.met[fault] > 0
    assert await submitted(stage, nonce) == 1
    assert len(cards(stage, words)) == 1


@pytest.mark.parametrize("fault", [None, *Fault])
async def test_a_card_whose_token_has_died_is_a_message_of_its_own(
    stage: Stage, ann: PocketMember, fault: Fault | None
) -> None:
    words = f"a late boat, {'calm' if fault is None else fault.name}".lower().replace("_", " ")
    stage.engine.hold = threading.Event()
    nonce = await ann.command("draft", brief=words, count=1)
    await ann.message(lambda m: bool(m["attachments"]) and "preview" in str(m["attachments"]))
    stage.interaction(nonce).created_s = float("-inf")
    stage.pocket.faults.planned[f"/channels/{GENERAL}/messages"] = [] if fault is None else [fault]
    stage.engine.hold.set()
    card = await card_of(ann, words)
    await stage.all_delivered()
    assert [m["id"] for m in cards(stage, words)] == [card["id"]]


async def test_an_answer_whose_token_has_died_is_a_message_of_its_own(stage: Stage, ann: PocketMember) -> None:
    stage.pocket.world.token_life_s = 1.0
    stage.pocket.faults.planned[REPLY] = [Fault.SLOW]
    question = "Can an AI be the author of a picture in the US?"
    await ann.command("ask", question=question)
    shown = await ann.message(lambda m: question in str(m["embeds"]) and not m["flags"] & LOADING)
    assert "interaction_metadata" not in shown


async def test_a_private_answer_whose_token_has_died_goes_to_the_member_alone(stage: Stage, ann: PocketMember) -> None:
    stage.pocket.world.token_life_s = 1.0
    stage.pocket.faults.planned[REPLY] = [Fault.SLOW]
    known = set(stage.pocket.world.messages)
    await ann.command("evidence", "export")
    direct = stage.pocket.world.direct(CAST[Role.AUTHOR, "en-US"].id)["id"]
    async with stage.member(Role.AUTHOR, channel=direct) as at_home:
        await at_home.message(lambda m: "zip" in str(m["attachments"]))
    new = [m for id_, m in stage.pocket.world.messages.items() if id_ not in known and m["attachments"]]
    assert [m["channel_id"] for m in new] == [direct]


async def test_a_card_for_a_channel_that_has_gone_reaches_its_member(stage: Stage, ann: PocketMember) -> None:
    stage.engine.hold = threading.Event()
    nonce = await ann.command("draft", brief="a homeless boat", count=1)
    making = await ann.message(lambda m: bool(m["attachments"]) and "preview" in str(m["attachments"]))
    stage.interaction(nonce).created_s = float("-inf")
    gone = stage.pocket.world.channels.pop(GENERAL)
    del stage.pocket.world.messages[making["id"]]
    try:
        stage.engine.hold.set()
        await stage.all_delivered()
    finally:
        stage.pocket.world.channels[GENERAL] = gone
    direct = stage.pocket.world.direct(CAST[Role.AUTHOR, "en-US"].id)["id"]
    assert [m["channel_id"] for m in cards(stage, "a homeless boat")] == [direct]


async def test_what_is_delivered_twice_acts_once(stage: Stage) -> None:
    stage.pocket.gateway.twice_share = 1.0
    async with stage.member(Role.OTHER) as bo:
        notice = await bo.answer(await bo.command("draft", brief="one boat", count=2))
        await bo.press(notice, buttons_of(notice)["I agree"])
        card = await card_of(bo, "one boat")
        chosen = await bo.answer(await bo.press(card, buttons_of(card)["②"]))
        form = await bo.form(await bo.press(chosen, buttons_of(chosen)["Say why"]))
        await bo.answer(await bo.submit(form, "it is the only one"))
        redone = await bo.answer(await bo.press(card, buttons_of(card)["Redo"]))
        await bo.message(lambda m: m["id"] == redone["id"] and "①" in buttons_of(m))
        await bo.answer(await bo.command("privacy", "show"))
    acts = [(kind, act) for kind, act, _ in await stage.acts() if act]
    assert len(acts) == len(set(acts))
    assert len(cards(stage, "one boat")) == 2
    forms = [f for f in bo.seen.frames if f["t"] == "MODAL"]
    assert len(forms) == 1


async def test_what_is_delivered_again_after_a_restart_acts_once(stage: Stage, ann: PocketMember) -> None:
    card = await card_of(ann, words := await one_draft(ann, "a boat of before"))
    chosen = await ann.answer(await ann.press(card, buttons_of(card)["①"]))
    form = await ann.form(await ann.press(chosen, buttons_of(chosen)["Say why"]))
    await ann.answer(await ann.submit(form, "it floats"))
    await ann.answer(await ann.command("evidence", "export"))
    before, size = len(stage.pocket.world.messages), await stage.store.ledger.size()
    delivered = list(stage.pocket.gateway.interactions)
    await stage.stop_bot()
    await stage.start_bot()
    for interaction in delivered:
        stage.pocket.gateway.dispatch("INTERACTION_CREATE", interaction)
    # Whatever comes after all of them comes when they are done with.
    await ann.answer(await ann.command("ask", question="Who owns AI art in the United States?"))
    assert await stage.store.ledger.size() == size
    assert len(stage.pocket.world.messages) == before + 1
    assert len(cards(stage, words)) == 1


async def one_draft(member: PocketMember, words: str) -> str:
    """Draft; return the words."""
    await member.answer(await member.command("draft", brief=words, count=1))
    return words


@pytest.mark.parametrize("way", ["reconnect", "resumable", "new session", "dropped"])
async def test_a_connection_that_ends_in_the_middle_is_no_matter(stage: Stage, ann: PocketMember, way: str) -> None:
    gateway, presence = stage.pocket.gateway, dict(stage.pocket.world.presence)
    tasks = lasting_tasks()
    stage.engine.hold = threading.Event()
    words = f"a boat on a line that is {way}"
    await ann.answer(await ann.command("draft", brief=words, count=1))
    match way:
        case "reconnect":
            await gateway.reconnect()
        case "resumable":
            await gateway.invalidate(resumable=True)
        case "new session":
            await gateway.invalidate(resumable=False)
        case _:
            gateway.drop()
    if way != "new session":
        # Not connected, and yet nothing is lost: the session hears of it when it resumes.
        await ann.answer(await ann.command("privacy", "show"))
    async with asyncio.timeout(20):
        await gateway.back()
    await ann.answer(await ann.command("privacy", "show"))
    stage.engine.hold.set()
    await card_of(ann, words)
    assert len(cards(stage, words)) == 1
    async with asyncio.timeout(10):
        while stage.pocket.world.presence != presence:  # noqa: ASYNC110 - shown by a round of the bot's
            await asyncio.sleep(0.05)
    await stage.all_delivered()
    assert lasting_tasks() == tasks


def lasting_tasks() -> list[str]:
    """Return what runs for as long as the bot does."""
    names = (task.get_name() for task in asyncio.all_tasks())
    return sorted(name for name in names if re.match("bot|presence|ledger|worker|witness", name))


async def test_a_cancelled_draft_stays_cancelled_though_an_edit_of_it_is_slow(stage: Stage, ann: PocketMember) -> None:
    stage.engine.hold = threading.Event()
    waiting = await ann.answer(await ann.command("draft", brief="a boat that sinks", count=1))
    await ann.message(lambda m: m["id"] == waiting["id"] and bool(m["attachments"]))
    stage.pocket.faults.planned[REPLY] = [Fault.SLOW]
    again = await ann.answer(await ann.command("draft", brief="a boat that sinks too", count=1))
    for message in (waiting, again):
        await ann.press(message, buttons_of(message)["Cancel"])
        await becomes_cancelled(ann, message["id"])
    await asyncio.sleep(2.5)
    for message in (waiting, again):
        assert "cancelled" in stage.pocket.world.messages[message["id"]]["content"]


async def becomes_cancelled(member: PocketMember, id_: str) -> None:
    """Wait until a card says so."""
    await member.message(lambda m: m["id"] == id_ and "cancelled" in m["content"])


async def test_a_database_that_is_busy_keeps_nobody_waiting(stage: Stage, ann: PocketMember) -> None:
    async with stage.member(Role.UNCONSENTED) as cy:
        notice = await cy.answer(await cy.command("draft", brief="a patient boat", count=1))
        async with stage.store.database.write():
            busy = await cy.answer(await cy.press(notice, buttons_of(notice)["I agree"]))
            assert "very busy" in words_of(busy)
            acknowledged = await ann.command("draft", brief="a boat in the queue", count=1)
            await ann.frame(lambda f: f["t"] == "INTERACTION" and f["d"]["nonce"] == acknowledged)
        await cy.answer(await cy.press(notice, buttons_of(notice)["I agree"]))
        await card_of(cy, "a patient boat")
        await card_of(ann, "a boat in the queue")


async def test_a_job_that_waits_at_the_start_waits_for_the_client(stage: Stage, ann: PocketMember) -> None:
    stage.engine.hold = threading.Event()
    await ann.answer(await ann.command("draft", brief="a boat that waits", count=1))
    await asyncio.to_thread(stage.engine.holding.wait, 10)
    await stage.stop_bot()
    stage.engine.hold.set()
    await stage.start_bot()
    await card_of(ann, "a boat that waits")


async def test_a_press_that_comes_while_the_bot_ends_stays_out(
    stage: Stage, ann: PocketMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await card_of(ann, await one_draft(ann, "a boat at the very end"))
    close, presses = discord.Client.close, list[str]()

    async def pressed_before(bot: discord.Client) -> None:
        presses.append(await ann.press(card, buttons_of(card)["①"]))
        await asyncio.sleep(0.5)
        await close(bot)

    monkeypatch.setattr(discord.Client, "close", pressed_before)
    await stage.stop_bot()
    monkeypatch.undo()
    await stage.start_bot()
    assert await stage.recorded(stage.interaction(presses[0]).id) == {}


async def test_a_button_that_nobody_knows_is_answered(stage: Stage, ann: PocketMember) -> None:
    card = await card_of(ann, await one_draft(ann, "a boat with a strange button"))
    answer = await ann.answer(await ann.press(card, "from:another:time"))
    assert "before a restart" in words_of(answer)


async def test_a_form_is_taken_after_a_restart(stage: Stage, ann: PocketMember) -> None:
    card = await card_of(ann, await one_draft(ann, "a boat with a form"))
    chosen = await ann.answer(await ann.press(card, buttons_of(card)["①"]))
    form = await ann.form(await ann.press(chosen, buttons_of(chosen)["Say why"]))
    await stage.stop_bot()
    await stage.start_bot()
    answer = await ann.answer(await ann.submit(form, "the form of the bow"))
    assert "Your reason is recorded" in words_of(answer)


async def test_a_form_that_nobody_knows_gives_the_words_back(stage: Stage, ann: PocketMember) -> None:
    card = await card_of(ann, await one_draft(ann, "a boat with a strange form"))
    chosen = await ann.answer(await ann.press(card, buttons_of(card)["①"]))
    form = await ann.form(await ann.press(chosen, buttons_of(chosen)["Say why"]))
    answer = await ann.answer(await ann.submit(form | {"custom_id": "from-another-time"}, "the form of the bow"))
    assert "your words are attached" in words_of(answer)
    assert await ann.download(answer["attachments"][0]) == b"the form of the bow"
