"""Drafted texts at the page: private ones, a server that is away, a restart in the middle, and strangers."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.bot.pocket_member import EPHEMERAL, Json, PocketMember, buttons_of, words_of
from tests.models.fake_language import drafts
from tests.pocket.faults import Fault
from tests.scenarios.stage import CAST, Role, Stage
from tests.scenarios.test_faults import agree

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module")
async def ann(stage: Stage) -> AsyncIterator[PocketMember]:
    """Return a member who has agreed."""
    async with stage.member(Role.AUTHOR) as member:
        await agree(member)
        yield member


@pytest.fixture(autouse=True)
def calm(stage: Stage, in_order: None) -> Iterator[None]:
    """Let the model write again, and see that nothing was logged as an error or said against the rules."""
    yield
    stage.language.writes, stage.language.hold_before, stage.language.refuse_with = drafts, None, None
    stage.language.release.set()
    assert stage.take_wrongs() == []


async def card_of(member: PocketMember, waiting: Json, label: str = "①") -> Json:
    """Wait for the finished card in place of its first line."""
    return await member.message(lambda m: m["id"] == waiting["id"] and label in buttons_of(m))


async def write(member: PocketMember, **options: object) -> Json:
    return await card_of(member, await member.answer(await member.command("write", **options)))


async def press(member: PocketMember, message: Json, label: str) -> Json:
    return await member.answer(await member.press(message, buttons_of(message)[label]))


async def test_a_private_text_is_its_members_alone_to_the_end(stage: Stage, ann: PocketMember) -> None:
    card = await write(ann, brief="a private boat", private=True)
    assert card["flags"] & EPHEMERAL
    await press(ann, card, "②")
    marked = await ann.message(lambda m: m["id"] == card["id"] and "② ✓" in buttons_of(m))
    form = await ann.form(await ann.press(marked, buttons_of(marked)["Edit…"]))
    version = await ann.answer(await ann.submit(form, "The boat is mine."))
    assert version["flags"] & EPHEMERAL and "% of the words are yours" in words_of(version)
    redone = await press(ann, marked, "Redo")
    assert (await card_of(ann, redone))["flags"] & EPHEMERAL
    async with stage.member(Role.OTHER) as bo:
        assert not [m for m in bo.seen.messages.values() if "private boat" in words_of(m)]


async def test_a_private_text_whose_token_has_died_comes_directly(stage: Stage, ann: PocketMember) -> None:
    stage.language.hold_before = 3
    stage.language.release.clear()
    nonce = await ann.command("write", brief="a late private boat", private=True)
    await ann.message(lambda m: "Being written" in words_of(m))
    stage.interaction(nonce).created_s = float("-inf")
    stage.language.release.set()
    await stage.all_delivered()
    direct = stage.pocket.world.direct(CAST[Role.AUTHOR, "en-US"].id)["id"]
    shown = [m for m in stage.pocket.world.messages.values() if "a late private boat" in words_of(m) and buttons_of(m)]
    assert [m["channel_id"] for m in shown if "①" in buttons_of(m)] == [direct]


async def test_a_text_is_shown_while_it_is_written_under_its_label(stage: Stage, ann: PocketMember) -> None:
    stage.language.hold_before = 4
    stage.language.release.clear()
    waiting = await ann.answer(await ann.command("write", brief="a slow boat"))
    growing = await ann.message(lambda m: m["id"] == waiting["id"] and "Of a slow boat" in words_of(m))
    assert "AI-generated text" in words_of(growing) and list(buttons_of(growing)) == ["Cancel"]
    stage.language.release.set()
    assert "AI-generated text" in words_of(await card_of(ann, waiting))


async def test_a_server_that_is_away_is_told_and_redo_is_there(stage: Stage, ann: PocketMember) -> None:
    stage.language.refuse_with = (503, {"message": "no", "code": 503}, {})
    waiting = await ann.answer(await ann.command("write", brief="a boat nobody writes"))
    failed = await card_of(ann, waiting, "Redo")
    assert "cannot be reached" in words_of(failed) and "is kept" in words_of(failed)
    stage.language.refuse_with = None
    redone = await card_of(ann, await press(ann, failed, "Redo"))
    assert "a boat nobody writes" in words_of(redone)


async def test_a_text_that_a_restart_cut_off_is_written_after_it(stage: Stage, ann: PocketMember) -> None:
    stage.language.hold_before = 2
    stage.language.holding.clear()
    stage.language.release.clear()
    waiting = await ann.answer(await ann.command("write", brief="a boat that waits"))
    await stage.language.holding.wait()
    await stage.stop_bot()
    stage.language.hold_before = None
    stage.language.release.set()
    await stage.start_bot()
    card = await card_of(ann, waiting)
    assert "a boat that waits" in words_of(card)
    await stage.all_delivered()
    assert len([m for m in stage.pocket.world.messages.values() if "a boat that waits" in words_of(m)]) == 1


async def test_buttons_and_forms_work_after_a_restart(stage: Stage, ann: PocketMember) -> None:
    card = await write(ann, brief="a boat with buttons")
    asked = await press(ann, card, "Combine…")
    chosen = await press(ann, card, "①")
    form = await ann.form(await ann.press(card, buttons_of(card)["Edit…"]))
    await stage.stop_bot()
    await stage.start_bot()
    data = {"component_type": 3, "custom_id": asked["components"][0]["components"][0]["custom_id"], "values": ["b"]}
    await ann._interact({"type": 3, "message_id": asked["id"], "data": data})
    made = await ann.saying("This is what you put together")
    assert "put it together" in words_of(await press(ann, made, "Keep this"))
    assert "% of the words are yours" in words_of(await ann.answer(await ann.submit(form, "The boat is mine.")))
    why = await ann.form(await ann.press(chosen, buttons_of(chosen)["Say why"]))
    assert "Your reason is recorded" in words_of(await ann.answer(await ann.submit(why, "it is plain")))


async def test_a_stranger_can_press_nothing(stage: Stage, ann: PocketMember) -> None:
    card = await write(ann, brief="a boat of mine")
    size = await stage.store.ledger.size()
    async with stage.member(Role.OTHER) as bo:
        await agree(bo)
        size = await stage.store.ledger.size()
        for label in ("①", "None of these", "Combine…", "Edit…", "Redo"):
            refused = await press(bo, card, label)
            assert refused["flags"] & EPHEMERAL and "start your own" in words_of(refused), label
    assert await stage.store.ledger.size() == size


async def test_a_text_with_no_change_is_not_recorded(stage: Stage, ann: PocketMember) -> None:
    card = await write(ann, brief="a boat as it is")
    refused = await press(ann, card, "Edit…")
    assert "Choose a candidate first" in words_of(refused)
    await press(ann, card, "①")
    form = await ann.form(await ann.press(card, buttons_of(card)["Edit…"]))
    (line,) = [label["component"] for label in form["components"]]
    unchanged = await ann.answer(await ann.submit(form, line["value"]))
    assert "Nothing changed" in words_of(unchanged)
    form = await ann.form(await ann.press(card, buttons_of(card)["Edit…"]))
    assert "nothing" in words_of(await ann.answer(await ann.submit(form, " … "))).lower()


async def test_an_idea_that_is_changed_is_drawn_only_when_asked(stage: Stage, ann: PocketMember) -> None:
    waiting = await ann.answer(await ann.command("brainstorm", idea="a harbour in winter"))
    card = await card_of(ann, waiting, "Take 1")
    form = await ann.form(await ann.press(card, buttons_of(card)["Edit 3…"]))
    (line,) = [label["component"] for label in form["components"]]
    changed = await ann.answer(await ann.submit(form, f"{line['value']} with snow"))
    assert changed["flags"] & EPHEMERAL
    await stage.all_delivered()
    drawing = await press(ann, changed, "Draft this")
    assert not drawing["flags"] & EPHEMERAL
    await ann.message(lambda m: m["id"] == drawing["id"] and "①" in buttons_of(m) and "with snow" in words_of(m))
    seq = await stage.number_of(f"{line['value']} with snow")
    told = await stage.store.ledger.disclosed(seq)
    assert str(told["source"]).startswith("edited:")


@pytest.mark.parametrize("fault", list(Fault))
async def test_a_card_comes_once_whatever_its_answers_meet(stage: Stage, ann: PocketMember, fault: Fault) -> None:
    stage.pocket.faults.planned["/messages/@original"] = [fault]
    words = f"a boat, {fault.name}".lower().replace("_", " ")
    await ann.command("write", brief=words)
    await ann.message(lambda m: words in words_of(m) and "①" in buttons_of(m))
    await stage.all_delivered()
    shown = [m for m in stage.pocket.world.messages.values() if words in words_of(m)]
    assert stage.pocket.faults.met[fault] > 0 and len(shown) == 1


async def test_many_texts_at_once_leave_the_loop_free(stage: Stage, ann: PocketMember) -> None:
    nonces = [await ann.command("write", brief=f"boat number {n}", length="short") for n in range(12)]
    await asyncio.gather(*(ann.answer(nonce) for nonce in nonces))
    await stage.all_delivered()
    shown = [words_of(m) for m in stage.pocket.world.messages.values() if "①" in buttons_of(m)]
    assert all(any(f'boat number {n}"' in words for words in shown) for n in range(12))
