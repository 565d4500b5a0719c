"""The wall clock of the machine is set by hours, forward and back, while the bot runs."""

import json
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from storage import clock
from storage.evidence.kinds import Kind
from storage.servers import Limit, of_member
from tests.bot.pocket_member import PocketMember, words_of
from tests.faults.meddling import Meddler
from tests.faults.scene import asked, card_of, cards, counted, until
from tests.faults.table import CLOCK, Outcome, fault
from tests.scenarios.stage import MANDATE, Stage
from tests.storage.conftest import check_everything

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]
HOURS_MS = 6 * 3_600_000
DAY_MS = 24 * 3_600_000
Set = Callable[[int], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Set:
    """Return what sets the wall clock of everything that is ours by so many milliseconds; Discord keeps its own."""

    def set_by(ms: int) -> None:
        wrong = SimpleNamespace(time_ns=lambda: time.time_ns() + ms * 1_000_000, monotonic_ns=time.monotonic_ns)
        monkeypatch.setattr(clock, "time", wrong)

    return set_by


async def skews(stage: Stage) -> list[dict[str, Any]]:
    """Return what is on record of a clock that went wrong."""
    async with stage.store.database.read() as connection:
        query = "SELECT seq FROM evidence_event WHERE type = ? ORDER BY seq"
        seqs = list((await connection.exec_driver_sql(query, (Kind.CLOCK_SKEWED,))).scalars())
    return list((await stage.store.ledger.disclosed_many(seqs)).values())


async def times(stage: Stage) -> list[str]:
    """Return the times of all events, in the order of the log."""
    async with stage.store.database.read() as connection:
        leaves = (await connection.exec_driver_sql("SELECT leaf FROM evidence_event ORDER BY seq")).scalars()
        return [str(json.loads(leaf)["ts"]) for leaf in leaves]


@fault(
    "Set forward by six hours while a draft is drawn",
    at=CLOCK,
    member="The card comes in the place of the reply, as if nothing had been.",
    kept="The lease of the draft and the token of its interaction go by a clock that nobody sets: it is drawn once.",
    operator="The event clock.skew in the log, with how far the clock is before Discord's.",
)
async def test_a_clock_set_forward_ends_no_lease_and_no_token(
    stage: Stage, ann: PocketMember, outcome: Outcome, set_clock: Set
) -> None:
    begun = await counted(stage, "gen.start")
    stage.engine.hold = threading.Event()
    waiting = await asked(ann, "a boat of tomorrow")
    await until(stage.engine.holding.is_set, "the middle of the draft")
    set_clock(HOURS_MS)
    # Another one, which would take what nobody holds any more.
    await asked(ann, "a boat of today")
    stage.engine.hold.set()
    with outcome.member:
        card = await card_of(ann, "a boat of tomorrow")
        assert card["id"] == waiting["id"]
        await card_of(ann, "a boat of today")
        assert len(cards(stage, "a boat of tomorrow")) == 1
    with outcome.kept:
        await stage.all_delivered()
        assert await counted(stage, "gen.start") == begun + 2
    with outcome.operator:
        assert (await skews(stage))[-1]["ahead_ms"] >= HOURS_MS - 60_000


@fault(
    "Set back by six hours",
    at=CLOCK,
    member="Cards come as before, also those that had to wait for a server.",
    kept="The times of the log never run back: they stand still until the clock has caught up.",
    operator="The event clock.skew in the log, with how far the clock ran back.",
)
async def test_a_clock_set_back_holds_nothing_up(
    stage: Stage, ann: PocketMember, outcome: Outcome, set_clock: Set, meddler: Meddler
) -> None:
    await asked(ann, "a boat of now")
    await card_of(ann, "a boat of now")
    set_clock(-HOURS_MS)
    meddler.edits.extend([502, 502])
    with outcome.member:
        await asked(ann, "a boat of yesterday")
        await card_of(ann, "a boat of yesterday")
    with outcome.kept:
        seen = await times(stage)
        assert seen == sorted(seen)
        await check_everything(stage.store)
    with outcome.operator:
        assert any(int(told.get("behind_ms", 0)) >= HOURS_MS - 60_000 for told in await skews(stage))


@fault(
    "Set right after it was ahead by three days, where members may ask for so many drafts a day",
    at=CLOCK,
    member="Who has used up their day by the wrong clock can ask again, and as often as on any day.",
    kept="What was asked for counts at its time on record: not before that has come.",
    operator="The event clock.skew in the log, with how far the clock ran back.",
)
async def test_nobody_is_locked_out_by_drafts_of_the_future(
    stage: Stage, ann: PocketMember, outcome: Outcome, set_clock: Set
) -> None:
    servers, member = stage.store.servers, await stage.store.members.meet("discord", ann.id, "")
    today = await stage.store.usage.of(member, MANDATE.guild, clock.now_ms() - DAY_MS, clock.now_ms())
    await servers.limit(MANDATE, of_member(member.id), {Limit.DAY: 2})
    try:
        set_clock(3 * DAY_MS)
        for words in ("a boat of noon", "a boat of one"):
            await asked(ann, words)
            await card_of(ann, words)
        refused = await ann.answer(await ann.command("draft", brief="a boat of two"))
        assert "2 drafts" in words_of(refused)
        told_before = len(await skews(stage))
        set_clock(0)
        # Others of these tests have drafted today, too.
        await servers.limit(MANDATE, of_member(member.id), {Limit.DAY: len(today.asked_ms) + 2})
        with outcome.member:
            for words in ("a boat of six", "a boat of seven"):
                await asked(ann, words)
                await card_of(ann, words)
        with outcome.kept:
            refused = await ann.answer(await ann.command("draft", brief="a boat of eight"))
            assert "all are used" in words_of(refused)
        with outcome.operator:
            (told,) = (await skews(stage))[told_before:]
            assert int(told["behind_ms"]) >= 3 * DAY_MS - 60_000
    finally:
        await servers.limit(MANDATE, of_member(member.id), {Limit.DAY: None})


@fault(
    "Set back by six hours, and the bot started anew",
    at=CLOCK,
    member="Cards come at once; what waited before the start is drawn after it.",
    kept="A lease that ends further away than any lease can is one of another clock, and holds nobody up.",
    operator="The event clock.skew in the log.",
)
async def test_what_waited_by_another_clock_is_drawn_after_a_start(
    stage: Stage, ann: PocketMember, outcome: Outcome, set_clock: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as ahead:
        # As if this process had begun when the clock was six hours ahead.
        ahead.setattr(clock, "_BEGAN_MS", clock._BEGAN_MS + HOURS_MS)
        set_clock(HOURS_MS)
        stage.engine.hold = threading.Event()
        await asked(ann, "a boat of another time")
        await until(stage.engine.holding.is_set, "the middle of the draft")
        await stage.stop_bot()
    set_clock(0)
    stage.engine.hold.set()
    await stage.start_bot()
    with outcome.member:
        await card_of(ann, "a boat of another time")
        await asked(ann, "a boat of this time")
        await card_of(ann, "a boat of this time")
    with outcome.kept:
        await stage.all_delivered()
        seen = await times(stage)
        assert seen == sorted(seen)
    with outcome.operator:
        assert any("behind_ms" in told for told in await skews(stage))
