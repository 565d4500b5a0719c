"""`/project share` as two members meet it: the real bot in this process, at the pocket server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.evidence.kinds import Kind
from tests.bot.house import House, open_house
from tests.bot.pocket_member import ANN, BO, MO, Json, PocketMember, SomeMember, buttons_of, words_of
from tests.bot.projects.test_commands import uses

pytestmark = pytest.mark.slow


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def asks(ann: PocketMember, invited: str = BO) -> Json:
    """Ask somebody; return what they see of it."""
    answer = words_of(await uses(ann, "project", "share", member=SomeMember(invited)))
    assert "is asked" in answer and "receipt #" in answer
    return await ann.message(lambda m: "Join in" in buttons_of(m))


async def presses(member: PocketMember, message: Json, label: str) -> str:
    """Press a button, agreeing where that is asked for; return the words of the answer."""
    answer = await member.answer(await member.press(message, buttons_of(message)[label]))
    if "I agree" in buttons_of(answer):
        answer = await member.answer(await member.press(answer, buttons_of(answer)["I agree"]))
    return words_of(answer)


async def test_two_make_one_piece(house: House) -> None:
    async with (
        PocketMember(house.url, ANN, patience_s=30) as ann,
        PocketMember(house.url, BO, patience_s=30) as bo,
        PocketMember(house.url, MO, patience_s=30) as mo,
    ):
        await uses(ann, "project", "new", title="Harbour")
        offer = await asks(ann)
        assert f"<@{BO}>" in offer["content"] and offer["mentions"] == []
        assert "asks somebody else" in await presses(mo, offer, "Join in")
        assert "asks somebody else" in await presses(ann, offer, "No, thank you")
        assert "together now" in await presses(bo, offer, "Join in")
        joined = await ann.message(lambda m: m["id"] == offer["id"] and not buttons_of(m))
        assert "has joined in" in joined["content"]

        waiting = await bo.answer(await bo.command("draft", brief="two herons", count=2))
        card = await bo.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))
        assert "is chosen" in await presses(ann, card, "①")
        assert "is chosen" in await presses(bo, card, "②")
        assert "another member" in await presses(mo, card, "①")
        assert "another member" in await presses(ann, card, "Redo")

        await uses(bo, "project", "note", text="Bo's secret")
        hers = words_of(await uses(ann, "evidence", "show"))
        assert "not confirmed by them" in hers and "another maker" in hers and "secret" not in hers
        stands = await uses(bo, "project", "share")
        assert "2 people" in words_of(stands) and "rows not confirmed" in words_of(stands)
        assert "confirm your own rows" in await presses(bo, stands, "Confirm my rows")
        assert "Nothing new" in await presses(bo, stands, "Confirm my rows")
        assert "secret" in words_of(await uses(ann, "evidence", "show"))
        assert "19 events, 2 pictures" in words_of(await uses(ann, "evidence", "export"))
        assert "one of those who make it with you" in words_of(await uses(bo, "privacy", "who-looked"))

        assert "no longer work on" in await presses(bo, stands, "Leave")
        assert "does not stand" in await presses(bo, stands, "Leave")
        assert "another member" in await presses(bo, card, "①")
        history = await house.store.history((await house.store.projects.list())[0])
        kinds = [e.kind for e in history if e.kind.startswith("share.")]
        assert kinds == [Kind.SHARE_OFFERED, Kind.SHARE_ACCEPTED, Kind.SHARE_CONFIRMED, Kind.SHARE_ENDED]


async def test_who_says_no_and_who_is_nobody(house: House) -> None:
    async with PocketMember(house.url, ANN, patience_s=30) as ann, PocketMember(house.url, BO, patience_s=30) as bo:
        assert "no project yet" in words_of(await uses(ann, "project", "share"))
        await uses(ann, "project", "new", title="Harbour")
        assert "you alone" in words_of(await uses(ann, "project", "share"))
        refused = await uses(ann, "project", "share", member=SomeMember(ANN))
        assert "with a bot, or with oneself" in words_of(refused)
        offer = await asks(ann)
        # No agreement is asked of somebody who says no.
        said = await bo.answer(await bo.press(offer, buttons_of(offer)["No, thank you"]))
        assert "Nothing of it is kept" in words_of(said)
        assert await house.store.members.find("discord", BO) is None
        assert "was declined" in (await ann.message(lambda m: m["id"] == offer["id"] and not buttons_of(m)))["content"]


async def test_the_owner_ends_it_also_after_a_restart_and_erases_their_own(tmp_path: Path) -> None:
    async with (
        open_house(tmp_path) as house,
        PocketMember(house.url, ANN, patience_s=30) as ann,
        PocketMember(house.url, BO, patience_s=30) as bo,
    ):
        await uses(ann, "project", "new", title="Harbour")
        await presses(bo, await asks(ann), "Join in")
        await uses(bo, "project", "note", text="Bo's heron")
        stands = await uses(ann, "project", "share")
    async with (
        open_house(tmp_path) as again,
        PocketMember(again.url, ANN, patience_s=30) as ann,
        PocketMember(again.url, BO, patience_s=30) as bo,
    ):
        explained = await uses(ann, "privacy", "erase", what="project")
        assert "words of those who make it with you stay theirs" in words_of(explained)
        assert "One person is out" in await presses(ann, stands, "End the sharing")
        await ann.press(explained, buttons_of(explained)["Erase for good"])
        await ann.message(lambda m: m["id"] == explained["id"] and not buttons_of(m))
        assert "no project yet" in words_of(await uses(bo, "project", "show"))
        member = await again.store.members.find("discord", BO)
        assert member is not None
        (his,) = await again.store.projects.list(member)
        assert "Bo's heron" in str((await again.store.history(his)).events)
