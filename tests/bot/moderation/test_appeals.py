"""`/appeal` and `/moderation review` at the pocket page: from a refusal to the decision that the member is told."""

import asyncio
from typing import Any

import pytest

from bot.chat.texts import Texts
from bot.draft.cards import DraftCards
from bot.pocket.world import GUILD_ID
from storage.acts import Act
from storage.appeals import State
from storage.drafts import BriefParams, NewBrief
from storage.jobs import Delivery
from storage.mandate import Mandate
from storage.members import Member
from storage.projects import Project
from storage.ratings import Answered, Reason
from storage.store import Store
from tests.bot.moderation.using import run
from tests.bot.pocket_member import ANN, BO, GENERAL, MO, PocketMember, SomeMember, buttons_of, words_of

WHY = "a zyzzyva is a harmless beetle"
BECAUSE = "we looked again"
BLOCKED = Mandate(GUILD_ID, MO, "spam in #drafts")


@pytest.fixture
async def ann(store: Store, project: Project) -> Member:
    """Return Ann, who has agreed."""
    member = await store.members.find("discord", ANN)
    assert member is not None
    return await store.privacy.agree(member, [project])


async def refused(store: Store, ann: Member, project: Project, rule: str = "server", text: str = "a zyzzyva") -> int:
    """Put a brief on record that a rule refuses; return its number."""
    act = Act("175928847299117063", GENERAL, GUILD_ID)
    brief = NewBrief(text, "", BriefParams("text", (7,)))
    delivery = Delivery(GENERAL, ANN, "en-US", guild_id=GUILD_ID)
    return (await store.drafts.submit(ann, project, brief, act, delivery, refused=rule)).receipt.seq


async def appeal(member: PocketMember, **options: Any) -> str:
    return words_of(await member.answer(await member.command("appeal", text=WHY, **options)))


async def decided(mo: PocketMember, shown: dict[str, Any], label: str) -> str:
    """Press a button of the list and give the reason; return what is said then."""
    form = await mo.form(await mo.press(shown, buttons_of(shown)[label]))
    return words_of(await mo.answer(await mo.submit(form, BECAUSE)))


async def test_from_a_refusal_to_the_decision(
    store: Store, ann: Member, project: Project, people: dict[str, PocketMember]
) -> None:
    number = await refused(store, ann, project)
    said = await appeal(people[ANN])
    assert f"Your appeal of #{number} is recorded" in said and "receipt #" in said and "drawn once" in said
    shown = await run(people[MO], "review")
    assert shown["flags"] & 64 and WHY in words_of(shown) and "one is open" in words_of(shown)
    assert "zyzzyva" not in words_of(shown).replace(WHY, ""), "the brief's own words stay sealed"
    assert f"The appeal of #{number} is granted" in await decided(people[MO], shown, f"Grant #{number}")
    told = await people[ANN].frame(lambda f: f["t"] == "MESSAGE_CREATE" and "granted your appeal" in f["d"]["content"])
    assert BECAUSE in told["d"]["content"] and "drawn this once" in told["d"]["content"]
    assert await store.exemptions.of(ann, GUILD_ID, "a zyzzyva") == number
    listed = words_of(await run(people[MO], "log"))
    assert "granted the appeal of" in listed and f"#{number}" in listed
    assert "none is open" in words_of(await run(people[MO], "review"))


async def test_an_appeal_is_made_once(
    store: Store, ann: Member, project: Project, people: dict[str, PocketMember]
) -> None:
    number = await refused(store, ann, project)
    await appeal(people[ANN], about=number)
    size = await store.ledger.size()
    assert "have not decided yet" in await appeal(people[ANN], about=number)
    assert "nothing of yours here to appeal" in await appeal(people[ANN])
    assert await store.ledger.size() == size


async def test_nobody_appeals_for_another(
    store: Store, ann: Member, project: Project, people: dict[str, PocketMember]
) -> None:
    number = await refused(store, ann, project)
    bo = await store.members.meet("discord", BO, "Bo")
    await store.privacy.agree(bo, [])
    size = await store.ledger.size()
    assert f"#{number} is no refusal of yours" in await appeal(people[BO], about=number)
    assert await store.ledger.size() == size
    assert await people[BO].offered("appeal", "about", "") == []
    (offered,) = await people[ANN].offered("appeal", "about", "")
    assert offered["value"] == number and "server's word list" in offered["name"]


async def test_who_is_blocked_appeals_with_the_button_and_is_let_in_again(
    store: Store, ann: Member, project: Project, people: dict[str, PocketMember]
) -> None:
    number = (await store.standings.block(ann, BLOCKED, None)).seq
    answer = await people[ANN].answer(await people[ANN].command("project", "note", text="warmer"))
    form = await people[ANN].form(await people[ANN].press(answer, buttons_of(answer)["Appeal"]))
    said = words_of(await people[ANN].answer(await people[ANN].submit(form, WHY)))
    assert f"Your appeal of #{number} is recorded" in said and "the block is lifted" in said
    shown = await run(people[MO], "review")
    assert f"the block of <@{ANN}>" in words_of(shown)
    assert "the block is lifted" in await decided(people[MO], shown, f"Grant #{number}")
    assert store.standings.of(GUILD_ID, "discord", ANN) is None
    noted = words_of(await people[ANN].answer(await people[ANN].command("project", "note", text="warmer")))
    assert "recorded" in noted.casefold()


async def test_the_message_that_tells_of_a_block_has_the_button(
    store: Store, ann: Member, people: dict[str, PocketMember]
) -> None:
    await run(people[MO], "block", member=SomeMember(ANN), reason="spam in #drafts")
    told = await people[ANN].frame(lambda f: f["t"] == "MESSAGE_CREATE" and "blocked you" in f["d"]["content"])
    assert "Appeal" in buttons_of(told["d"])


async def test_who_moderates_not_decides_nothing(
    store: Store, ann: Member, project: Project, people: dict[str, PocketMember]
) -> None:
    number = await refused(store, ann, project)
    await appeal(people[ANN])
    assert "This is for moderators" in words_of(await run(people[BO], "review"))
    found = await store.appeals.of(number)
    assert found is not None and found.state is State.OPEN


async def test_the_second_decision_is_told_of_the_first(
    store: Store, ann: Member, project: Project, people: dict[str, PocketMember]
) -> None:
    number = await refused(store, ann, project)
    await appeal(people[ANN])
    shown = await run(people[MO], "review")
    mo = people[MO]
    forms = [
        await mo.form(await mo.press(shown, buttons_of(shown)[label]))
        for label in (f"Grant #{number}", f"Uphold #{number}")
    ]
    nonces = await asyncio.gather(*(mo.submit(form, BECAUSE) for form in forms))
    said = [words_of(await mo.answer(nonce)) for nonce in nonces]
    assert sum("was decided before you" in words for words in said) == 1
    assert sum("Recorded as #" in words for words in said) == 1


@pytest.mark.parametrize("rule", ["minors", "age-restricted", "withheld"])
async def test_what_nobody_waives_can_only_be_answered(
    store: Store, ann: Member, project: Project, people: dict[str, PocketMember], rule: str
) -> None:
    number = await refused(store, ann, project, rule)
    assert "No moderator can waive this rule" in await appeal(people[ANN])
    shown = await run(people[MO], "review")
    assert set(buttons_of(shown)) == {f"Answer #{number}"}
    mo = people[MO]
    form = await mo.form(await mo.press(shown, buttons_of(shown)[f"Answer #{number}"]))
    forged = form | {"custom_id": form["custom_id"].replace(":answer", ":grant")}
    assert "cannot be decided so" in words_of(await mo.answer(await mo.submit(forged, BECAUSE)))
    assert "is answered" in await decided(people[MO], shown, f"Answer #{number}")


async def test_refused_briefs_are_listed_without_their_words(
    store: Store, ann: Member, project: Project, people: dict[str, PocketMember]
) -> None:
    numbers = [await refused(store, ann, project, text=f"zyzzyva {i}") for i in range(11)]
    size = await store.ledger.size()
    shown = await run(people[MO], "review", show="refused")
    lines = words_of(shown)
    assert f"#{numbers[-1]}" in lines and f"<@{ANN}>" in lines and "server's word list" in lines
    assert "zyzzyva" not in lines and "Page 1 of 2" in lines
    await people[MO].press(shown, buttons_of(shown)["Further"])
    older = await people[MO].message(lambda m: m["id"] == shown["id"] and "Page 2 of 2" in words_of(m))
    assert f"#{numbers[0]}`" in words_of(older) and set(buttons_of(older)) == {"Back"}
    assert await store.ledger.size() == size


async def test_answers_that_did_not_help_are_listed_without_names(
    store: Store, project: Project, people: dict[str, PocketMember]
) -> None:
    await store.ratings.rate(Answered("77", GENERAL, GUILD_ID, ("us-thaler",)), BO, helpful=False)
    await store.ratings.give_reason("77", BO, Reason.OUTDATED)
    shown = words_of(await run(people[MO], "review", show="answers"))
    assert f"/{GUILD_ID}/{GENERAL}/77" in shown and "us-thaler" in shown and "It is out of date" in shown
    assert BO not in shown


async def test_the_card_of_a_refusal_has_the_button_and_that_of_a_failure_has_none(
    store: Store, ann: Member, project: Project
) -> None:
    number = await refused(store, ann, project)
    cards = DraftCards(Texts())
    async with store.database.read() as connection:
        draft = (await connection.exec_driver_sql("SELECT id FROM drafts")).scalar_one()
    view = await store.drafts.view(draft)
    with_button, without = (cards.failed("en-US", view, reason) for reason in ("server", "model-failed"))
    assert with_button.view is not None and without.view is not None
    ids = [getattr(item, "custom_id", "") for item in with_button.view.children]
    assert f"appeal:{number}" in ids
    assert len(without.view.children) == 1
