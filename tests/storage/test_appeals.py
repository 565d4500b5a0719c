"""An appeal is made once and decided once; what is granted is one run of one brief, or the end of one block."""

import asyncio
from dataclasses import replace

import pytest

from storage.acts import Act
from storage.appeals import Contested, State, What
from storage.drafts import BriefParams, NewBrief, Submitted
from storage.errors import NotFound, StateConflict
from storage.evidence.kinds import Kind
from storage.exemptions import Exemptions
from storage.mandate import Mandate
from storage.members import Member
from storage.privacy import Basis
from storage.projects import Project
from storage.store import Store
from tests.storage.test_drafts import ACT as DRAFT_ACT
from tests.storage.test_drafts import DELIVERY, submit

GUILD = "9"
ACT = Act("175928847299117063", "20", GUILD)
MO = Mandate(GUILD, "3003", "we looked again")
WHY = "a boat is no weapon"


async def refused(store: Store, ann: Member, project: Project, text: str = "a boat", rule: str = "server") -> int:
    brief = NewBrief(text, "", BriefParams("text", (7,)))
    return (await store.drafts.submit(ann, project, brief, DRAFT_ACT, DELIVERY, refused=rule)).receipt.seq


async def appeal(store: Store, ann: Member, number: int) -> int:
    return (await store.appeals.make(ann, await store.appeals.against(ann, number), WHY, ACT)).seq


async def decide(store: Store, number: int, decision: State) -> int:
    return (await store.appeals.decide(await store.appeals.get(GUILD, number), MO, decision)).seq


async def kinds(store: Store, project: Project) -> list[str]:
    return [event.kind for event in await store.history(project)]


async def test_an_appeal_of_a_refusal_stands_in_the_members_project(
    store: Store, ann: Member, project: Project
) -> None:
    number = await refused(store, ann, project)
    assert [one.number for one in await store.appeals.contestable(ann, GUILD, limit=5)] == [number]
    seq = await appeal(store, ann, number)
    (event,) = (await store.history(project)).of(Kind.APPEAL_MADE)
    assert (event.seq, event.refs, event.text("text")) == (seq, (number,), WHY)
    assert event.map("about") == {"what": "brief", "number": number}
    (found,) = await store.appeals.of_guild(GUILD, offset=0, limit=5)
    assert (found.against.rule, found.words, found.state, found.user) == ("server", WHY, State.OPEN, "1001")
    assert await store.appeals.contestable(ann, GUILD, limit=5) == []
    assert [one.appealed for one in await store.refusals.of_guild(GUILD, offset=0, limit=5)] == ["open"]


async def test_against_one_refusal_there_is_one_appeal(store: Store, ann: Member, project: Project) -> None:
    number = await refused(store, ann, project)
    made = await asyncio.gather(*(appeal(store, ann, number) for _ in range(3)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in made) == ["StateConflict", "StateConflict", "int"]
    assert (await kinds(store, project)).count(Kind.APPEAL_MADE) == 1


async def test_only_ones_own_refusals_can_be_appealed(store: Store, ann: Member, project: Project) -> None:
    number = await refused(store, ann, project)
    drawn = (await submit(store, ann, project)).receipt.seq
    bo = await store.members.meet("discord", "1002", "Bo")
    for member, wanted in ((bo, number), (ann, drawn), (ann, 10**9)):
        with pytest.raises(NotFound):
            await store.appeals.against(member, wanted)


@pytest.mark.parametrize("rule", ["minors", "age-restricted", "withheld"])
async def test_what_nobody_can_waive_is_answered_and_never_granted(
    store: Store, ann: Member, project: Project, rule: str
) -> None:
    number = await refused(store, ann, project, rule=rule)
    await appeal(store, ann, number)
    for decision in (State.GRANTED, State.UPHELD):
        with pytest.raises(StateConflict):
            await decide(store, number, decision)
    await decide(store, number, State.ANSWERED)
    assert await Exemptions(store.database, store.ledger).of(ann, GUILD, "a boat") is None


async def test_a_decision_is_in_the_log_and_in_the_project_and_is_told(
    store: Store, ann: Member, project: Project
) -> None:
    number = await refused(store, ann, project)
    made = await appeal(store, ann, number)
    seq = await decide(store, number, State.UPHELD)
    (event,) = (await store.history(project)).of(Kind.MODERATION_ACTED)
    assert (event.refs, event.text("act"), event.map("scope")["reason"]) == ((made,), "appeal-upheld", MO.reason)
    assert "member" not in event.map("scope")
    (act,) = await store.moderation.acts(GUILD, before=None, limit=5)
    assert (act.seq, act.act, act.member, act.scope["event"]) == (seq, "appeal-upheld", "1001", number)
    (notice,) = await store.notices.due()
    assert (notice.seq, notice.act, notice.user_id) == (seq, "appeal-upheld", "1001")


async def test_of_two_decisions_the_first_counts(store: Store, ann: Member, project: Project) -> None:
    number = await refused(store, ann, project)
    await appeal(store, ann, number)
    both = [decide(store, number, State.GRANTED), decide(store, number, State.UPHELD)]
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["StateConflict", "int"]
    assert len(await store.moderation.acts(GUILD, before=None, limit=5)) == 1
    assert (await kinds(store, project)).count(Kind.MODERATION_ACTED) == 1


async def test_another_servers_moderators_do_not_see_it(store: Store, ann: Member, project: Project) -> None:
    number = await refused(store, ann, project)
    await appeal(store, ann, number)
    with pytest.raises(NotFound):
        await store.appeals.get("8", number)
    assert await store.appeals.of_guild("8", offset=0, limit=5) == []
    assert await store.refusals.count("8") == 0


async def test_what_is_granted_is_one_run_of_the_same_words(store: Store, ann: Member, project: Project) -> None:
    number = await refused(store, ann, project)
    exemptions = Exemptions(store.database, store.ledger)
    await appeal(store, ann, number)
    assert await exemptions.of(ann, GUILD, "a boat") is None
    await decide(store, number, State.GRANTED)
    bo = await store.members.meet("discord", "1002", "Bo")
    assert await exemptions.of(ann, GUILD, "a boat") == number
    assert await exemptions.of(ann, GUILD, "a boat, burning") is None
    assert await exemptions.of(ann, "8", "a boat") is None
    assert await exemptions.of(bo, GUILD, "a boat") is None
    other = await submit(store, ann, project, "a barn")
    again = await submit(store, ann, project, "a boat")
    assert (await exemptions.covers(again.receipt.seq), await exemptions.covers(other.receipt.seq)) == (True, False)
    assert await exemptions.of(ann, GUILD, "a boat") is None
    assert not await exemptions.covers((await submit(store, ann, project, "a boat")).receipt.seq)


async def test_two_at_once_do_not_both_have_the_one_run(store: Store, ann: Member, project: Project) -> None:
    number = await refused(store, ann, project)
    await appeal(store, ann, number)
    await decide(store, number, State.GRANTED)
    sent = await asyncio.gather(*(submit(store, ann, project, "a boat") for _ in range(2)), return_exceptions=True)
    covers = Exemptions(store.database, store.ledger).covers
    taken = [await covers(one.receipt.seq) for one in sent if isinstance(one, Submitted)]
    assert taken.count(True) == 1


async def test_a_refused_brief_uses_nothing_up(store: Store, ann: Member, project: Project) -> None:
    number = await refused(store, ann, project)
    await appeal(store, ann, number)
    await decide(store, number, State.GRANTED)
    await refused(store, ann, project)
    assert await Exemptions(store.database, store.ledger).of(ann, GUILD, "a boat") == number


async def test_a_granted_appeal_lifts_the_block_that_it_is_about(store: Store, ann: Member, project: Project) -> None:
    number = (await store.standings.block(ann, Mandate(GUILD, "3003", "spam"), None)).seq
    assert await store.appeals.contestable(ann, GUILD, limit=5) == [Contested(number, What.BLOCK, GUILD)]
    assert await store.appeals.contestable(ann, "8", limit=5) == []
    await appeal(store, ann, number)
    await decide(store, number, State.GRANTED)
    assert store.standings.of(GUILD, "discord", "1001") is None
    assert [act.act for act in await store.moderation.acts(GUILD, before=None, limit=5)] == ["appeal-granted", "block"]


async def test_a_newer_block_is_not_lifted_by_an_appeal_of_the_old_one(
    store: Store, ann: Member, project: Project
) -> None:
    number = (await store.standings.block(ann, Mandate(GUILD, "3003", "spam"), None)).seq
    await appeal(store, ann, number)
    newer = (await store.standings.block(ann, Mandate(GUILD, "3003", "worse"), None)).seq
    await decide(store, number, State.GRANTED)
    held = store.standings.of(GUILD, "discord", "1001")
    assert held is not None and held.seq == newer


async def test_who_has_no_project_appeals_in_the_log_without_words_there(store: Store, ann: Member) -> None:
    number = (await store.standings.block(ann, Mandate(GUILD, "3003", "spam"), None)).seq
    seq = await appeal(store, ann, number)
    told = await store.ledger.disclosed(seq)
    assert told["about"] == {"what": "block", "number": number} and "text" not in told
    assert (await store.appeals.get(GUILD, number)).words == WHY
    await store.privacy.forget(ann)
    assert await store.appeals.of_guild(GUILD, offset=0, limit=5) == []
    found = await store.appeals.of(number)
    assert found is not None and (found.state, found.words, found.user) == (State.WITHDRAWN, None, "")


async def test_an_erasure_closes_the_appeal_and_ends_the_exemption(store: Store, ann: Member, project: Project) -> None:
    first, second = await refused(store, ann, project), await refused(store, ann, project, "a barn")
    await appeal(store, ann, first)
    await decide(store, first, State.GRANTED)
    await appeal(store, ann, second)
    await store.privacy.erase(project, Basis.ASKED)
    assert await Exemptions(store.database, store.ledger).of(ann, GUILD, "a boat") is None
    found = await store.appeals.of(second)
    assert found is not None and (found.state, found.words) == (State.WITHDRAWN, None)
    with pytest.raises(StateConflict):
        await store.appeals.decide(replace(found, state=State.OPEN), MO, State.UPHELD)
    assert await store.appeals.contestable(ann, None, limit=5) == []


async def test_open_appeals_come_first_and_the_oldest_of_them(store: Store, ann: Member, project: Project) -> None:
    numbers = [await refused(store, ann, project, f"boat {i}") for i in range(4)]
    for number in numbers:
        await appeal(store, ann, number)
    await decide(store, numbers[0], State.UPHELD)
    await asyncio.sleep(0.002)
    await decide(store, numbers[2], State.GRANTED)
    shown = [a.against.number for a in await store.appeals.of_guild(GUILD, offset=0, limit=9)]
    assert shown == [numbers[1], numbers[3], numbers[2], numbers[0]]
    assert (await store.appeals.count(GUILD), await store.appeals.count(GUILD, open_only=True)) == (4, 2)
