"""Another process holds the database, for longer than anybody waits."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from models.drafting import ImageTimeouts
from storage.jobs import JobState
from tests.bot.pocket_member import PocketMember, words_of
from tests.faults.conftest import LOCKED_MS
from tests.faults.scene import asked, card_of, cards, drafts_client, until
from tests.faults.table import DATABASE, Outcome, fault
from tests.scenarios.stage import Stage
from tests.storage.conftest import check_everything

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]
Said = Callable[[str], bool]
HOLDS = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
held.execute("ROLLBACK")
"""


@asynccontextmanager
async def held(stage: Stage) -> AsyncIterator[None]:
    """Let another process hold the lock that every writer needs."""
    path = str(stage.store.config.database_file)
    pipe = asyncio.subprocess.PIPE
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDS, path, stdin=pipe, stdout=pipe)
    assert other.stdout is not None
    assert await other.stdout.readline() == b"held\n"
    try:
        yield
    finally:
        await other.communicate(b"")


@fault(
    "Another process locks it for longer than the ten seconds that are waited",
    at=DATABASE,
    member="“Another program holds the record, so this was not recorded and nothing was started. Please try again in a "
    "minute; …”",
    kept="What was recorded before is whole; nothing was half done; the same brief goes through afterwards.",
    operator="Log: a group of … submissions was not recorded, with the reason.",
)
async def test_a_locked_database_is_told_and_nothing_is_half_done(
    stage: Stage, ann: PocketMember, said: Said, outcome: Outcome
) -> None:
    size = await stage.store.ledger.size()
    async with held(stage):
        answer = await ann.answer(await ann.command("draft", brief="a boat in chains", count=1))
        with outcome.member:
            assert "Another program holds the record, so this was not recorded" in words_of(answer)
            assert "Please try again in a minute" in words_of(answer)
        assert await stage.store.ledger.size() == size
    with outcome.operator:
        assert said("submissions was not recorded")
    with outcome.kept:
        counts = await stage.store.jobs.counted()
        assert (counts[JobState.QUEUED], counts[JobState.RUNNING]) == (0, 0)
        await asked(ann, "a boat in chains")
        await card_of(ann, "a boat in chains")
        await check_everything(stage.store)


@fault(
    "Another process locks it while a draft is being drawn",
    at=DATABASE,
    member="The card comes when the lock is gone.",
    kept="The draft goes on being drawn; it is drawn once and shown once.",
    operator="Log: job …: its lease could not be noted (StorageBusy); it goes on.",
)
async def test_a_locked_database_stops_no_draft(
    stage: Stage, ann: PocketMember, said: Said, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing but the database is slow here.
    monkeypatch.setattr(drafts_client(stage)._connection, "timeouts", ImageTimeouts())
    stage.engine.hold = threading.Event()
    drawn = stage.engine.drawn
    await asked(ann, "a boat in fetters")
    await until(stage.engine.holding.is_set, "the middle of the draft")
    async with held(stage):
        await until(lambda: said("its lease could not be noted (StorageBusy); it goes on"), "a heartbeat that failed")
        stage.engine.hold.set()
        await asyncio.sleep(LOCKED_MS / 1000)
    with outcome.member:
        await card_of(ann, "a boat in fetters")
        assert len(cards(stage, "a boat in fetters")) == 1
    with outcome.operator:
        assert said("its lease could not be noted (StorageBusy); it goes on")
    with outcome.kept:
        assert stage.engine.drawn == drawn + 1
        await check_everything(stage.store)
