"""Discord cannot be reached for an hour; the hour is only shorter here, as the waits between two tries are."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from storage.jobs import JobState
from tests.bot.pocket_member import PocketMember
from tests.faults.meddling import Meddler, changed, cut_off
from tests.faults.scene import asked, card_of, cards, counted, shown, until
from tests.faults.table import PLATFORM, Outcome, fault
from tests.scenarios.stage import Stage

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]
Said = Callable[[str], bool]


@asynccontextmanager
async def an_hour_without_discord(stage: Stage) -> AsyncIterator[None]:
    """Let every line to Discord break, and the tokens of its interactions die meanwhile."""
    stage.pocket.faults.down = True
    stage.pocket.gateway.drop()
    for interaction in stage.pocket.world.interactions.values():
        interaction.created_s = float("-inf")
    try:
        yield
    finally:
        stage.pocket.faults.down = False
    async with asyncio.timeout(90):
        await stage.pocket.gateway.back()


@fault(
    "Down for an hour while drafts are drawn",
    at=PLATFORM,
    member="Each card comes when Discord is back, as a message of its own or in the place of the old one, once.",
    kept="What is drawn is recorded at once, and waits to be shown; the dead tokens of its interactions do not matter.",
    operator="Log: job … waits: the chat platform cannot be reached; the figure colophon_gateway_connected is 0.",
)
async def test_what_is_drawn_while_discord_is_down_is_shown_after(
    stage: Stage, ann: PocketMember, said: Said, outcome: Outcome
) -> None:
    stage.engine.hold = threading.Event()
    made = await counted(stage, "draft.made")
    for words in ("a boat in the dark", "a boat in the fog"):
        await asked(ann, words)
    await until(stage.engine.holding.is_set, "the middle of a draft")
    async with an_hour_without_discord(stage):
        stage.engine.hold.set()
        async with asyncio.timeout(60):
            while await counted(stage, "draft.made") < made + 2:  # noqa: ASYNC110 - rows of a database
                await asyncio.sleep(0.05)
        with outcome.operator:
            await until(lambda: said("waits: the chat platform cannot be reached"), "the line in the log")
            assert not stage.bot.is_connected()
        assert (await stage.store.jobs.counted())[JobState.MADE.value] == 2
    with outcome.member:
        for words in ("a boat in the dark", "a boat in the fog"):
            await card_of(ann, words)
        await stage.all_delivered()
        assert [len(cards(stage, words)) for words in ("a boat in the dark", "a boat in the fog")] == [1, 1]
    with outcome.kept:
        assert await counted(stage, "draft.made") == made + 2
        assert stage.engine.drawn == 2


@fault(
    "Down when a draft fails",
    at=PLATFORM,
    member="The sentence that says why, when Discord is back; once.",
    kept="The failure is recorded at once, and stays to be told, over a restart too.",
    operator="Log: job … failed: set-aside-model; then: job … waits: the chat platform cannot be reached.",
)
async def test_a_failure_while_discord_is_down_is_told_after(
    stage: Stage, ann: PocketMember, meddler: Meddler, said: Said, outcome: Outcome
) -> None:
    says, failed = "was set aside: the drawing model failed", await counted(stage, "gen.failed")
    before = len(shown(stage, says))
    meddler.edits.extend([changed("image_generation.completed", cut_off)] * 3)
    stage.engine.hold = threading.Event()
    await asked(ann, "a boat that fails in the dark")
    await until(stage.engine.holding.is_set, "the middle of the draft")
    async with an_hour_without_discord(stage):
        stage.engine.hold.set()
        with outcome.operator:
            await until(lambda: said("waits: the chat platform cannot be reached"), "the line in the log")
            assert said("failed: set-aside-model")
        assert len(shown(stage, says)) == before
    with outcome.member:
        await until(lambda: len(shown(stage, says)) > before, "the sentence")
        await asyncio.sleep(0.5)
        assert len(shown(stage, says)) == before + 1
    with outcome.kept:
        assert await counted(stage, "gen.failed") == failed + 1
        counts = await stage.store.jobs.counted()
        assert (counts[JobState.QUEUED], counts[JobState.RUNNING]) == (0, 0)


@fault(
    "Down when a text is written",
    at=PLATFORM,
    member="The card comes when Discord is back, once.",
    kept="What is written is recorded at once, and waits to be shown; nothing is written twice.",
    operator="Log: text draft … waits: the chat platform cannot be reached.",
)
async def test_a_text_that_is_written_while_discord_is_down_is_shown_after(
    stage: Stage, ann: PocketMember, said: Said, outcome: Outcome
) -> None:
    stage.language.hold_before = 1
    asked_for = len(stage.language.requests)
    await ann.answer(await ann.command("write", brief="a tale of the dark"))
    await stage.language.holding.wait()
    async with an_hour_without_discord(stage):
        stage.language.release.set()
        with outcome.operator:
            await until(lambda: said("waits: the chat platform cannot be reached"), "the line in the log")
    with outcome.member:
        await until(lambda: bool(shown(stage, "Of a tale of the dark")), "the card")
        await stage.all_delivered()
        assert len(shown(stage, "Of a tale of the dark")) == 1
    with outcome.kept:
        assert len(stage.language.requests) == asked_for + 3
