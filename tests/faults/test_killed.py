"""Model servers that are processes: killed and stopped for real, under the supervisor that the launcher uses."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from models.supervisor import ServerState
from tests.bot.pocket_member import PocketMember, buttons_of, words_of
from tests.faults.conftest import agreed
from tests.faults.scene import asked, card_of, cards, counted, told_of_text, until
from tests.faults.servers import Supervised, supervised
from tests.faults.table import DRAFTS, LANGUAGE, Outcome, fault
from tests.scenarios.stage import Stage, open_stage

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
Said = Callable[[str], bool]


class Servers:
    """Both model servers of a stage, as children."""

    drafts: Supervised
    language: Supervised


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Stage, Servers]]:
    """Return a stage whose servers are children."""
    servers = Servers()

    @asynccontextmanager
    async def children(stage: Stage) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            servers.drafts = await stack.enter_async_context(supervised("drafts", stage.folder))
            servers.language = await stack.enter_async_context(supervised("language", stage.folder))
            yield

    async with open_stage(tmp_path_factory.mktemp("killed"), children) as opened:
        yield opened, servers


@pytest.fixture
def stage_of(both: tuple[Stage, Servers]) -> Stage:
    """Return the stage."""
    return both[0]


@pytest.fixture
def servers(both: tuple[Stage, Servers]) -> Servers:
    """Return its servers, with closed gates and nothing told yet."""
    for each in (both[1].drafts, both[1].language):
        each.gate.unlink(missing_ok=True)
        each.states.clear()
    return both[1]


@pytest_asyncio.fixture(loop_scope="module")
async def member(stage_of: Stage) -> AsyncIterator[PocketMember]:
    """Return a member who has agreed."""
    async with agreed(stage_of) as opened:
        yield opened


async def being_drawn(member: PocketMember, words: str) -> None:
    """Ask for a draft, and wait until the server is in the middle of it."""
    waiting = await asked(member, words)
    await member.message(lambda m: m["id"] == waiting["id"] and "preview" in str(m["attachments"]))


@fault(
    "Killed (SIGKILL) in the middle of a draft, as by the kernel for want of memory",
    at=DRAFTS,
    member="The card stops growing, then begins anew, and comes.",
    kept="The draft goes back to the queue and is drawn by the server that takes its place; it is recorded once.",
    operator="drafts: ended by SIGKILL; next start in … s. Then: drafts is ready.",
)
async def test_a_drafts_server_that_is_killed_is_replaced_and_the_draft_comes(
    stage_of: Stage, servers: Servers, member: PocketMember, outcome: Outcome
) -> None:
    made = await counted(stage_of, "draft.made")
    await being_drawn(member, "a boat in a storm")
    os.kill(servers.drafts.pid, signal.SIGKILL)
    await servers.drafts.ready_again()
    servers.drafts.gate.touch()
    with outcome.member:
        await card_of(member, "a boat in a storm")
        assert len(cards(stage_of, "a boat in a storm")) == 1
    with outcome.kept:
        assert await counted(stage_of, "draft.made") == made + 1
    with outcome.operator:
        assert servers.drafts.told(ServerState.BACKOFF)[0].startswith("ended by SIGKILL; next start in")
        assert servers.drafts.told(ServerState.READY)


@fault(
    "Hung (SIGSTOP) in the middle of a draft",
    at=DRAFTS,
    member="The card stops growing, then begins anew, and comes.",
    kept="The server is ended and started again (after two minutes); the draft goes back to the queue.",
    operator="drafts: alive but silent for … s; next start in … s. Then: drafts is ready.",
)
async def test_a_drafts_server_that_hangs_is_replaced_and_the_draft_comes(
    stage_of: Stage, servers: Servers, member: PocketMember, outcome: Outcome
) -> None:
    await being_drawn(member, "a boat in the ice")
    hung = servers.drafts.pid
    os.kill(hung, signal.SIGSTOP)
    await servers.drafts.ready_again()
    servers.drafts.gate.touch()
    with outcome.member:
        await card_of(member, "a boat in the ice")
        assert len(cards(stage_of, "a boat in the ice")) == 1
    with outcome.kept:
        assert servers.drafts.pid != hung
        assert not Path(f"/proc/{hung}").exists()
    with outcome.operator:
        assert "alive but silent for" in servers.drafts.told(ServerState.BACKOFF)[0]
        assert servers.drafts.told(ServerState.READY)


@fault(
    "Slow: it stands still for a moment and goes on",
    at=DRAFTS,
    member="The card comes, later.",
    kept="The same process goes on with the same draft; nothing is drawn twice.",
    operator="drafts: alive but silent for … s. Then: drafts is ready.",
)
async def test_a_drafts_server_that_is_slow_is_waited_for(
    stage_of: Stage, servers: Servers, member: PocketMember, outcome: Outcome
) -> None:
    begun = await counted(stage_of, "gen.start")
    await being_drawn(member, "a slow boat")
    slow = servers.drafts.pid
    os.kill(slow, signal.SIGSTOP)
    await until(lambda: bool(servers.drafts.told(ServerState.DEGRADED)), "a silence")
    os.kill(slow, signal.SIGCONT)
    servers.drafts.gate.touch()
    with outcome.member:
        await card_of(member, "a slow boat")
    with outcome.kept:
        assert servers.drafts.pid == slow
        assert await counted(stage_of, "gen.start") == begun + 1
    with outcome.operator:
        assert "alive but silent" in servers.drafts.told(ServerState.DEGRADED)[0]
        await until(lambda: bool(servers.drafts.told(ServerState.READY)), "its return")


@fault(
    "Killed in the middle of a text",
    at=LANGUAGE,
    member="“Nothing came of brief #…: the model failed … Your brief is kept; press Redo to try again.”",
    kept="The brief and its failure are on record; Redo writes it once the server is back.",
    operator="language: ended by SIGKILL; next start in … s. Then: language is ready.",
)
async def test_a_language_server_that_is_killed_is_replaced_and_the_member_told(
    stage_of: Stage, servers: Servers, member: PocketMember, outcome: Outcome
) -> None:
    nonce = await member.command("write", brief="a storm at sea")
    await member.answer(nonce)
    await until(lambda: servers.language.held, "the middle of an answer")
    os.kill(servers.language.pid, signal.SIGKILL)
    with outcome.member:
        told = await told_of_text(member, nonce, "Nothing came of brief")
        assert "Your brief is kept; press Redo to try again." in words_of(told)
    with outcome.kept:
        servers.language.gate.touch()
        await servers.language.supervisor.wait_ready(60)
        again = await member.answer(await member.press(told, buttons_of(told)["Redo"]))
        await member.message(lambda m: m["id"] == again["id"] and "Of a storm at sea" in words_of(m))
    with outcome.operator:
        assert servers.language.told(ServerState.BACKOFF)[0].startswith("ended by SIGKILL; next start in")
        assert servers.language.told(ServerState.READY)


@fault(
    "Away when a text is asked for",
    at=LANGUAGE,
    member="“… The model that writes is starting; your text begins when it is ready.” Then the text.",
    kept="The brief waits for a minute.",
    operator="language: ended by SIGKILL; next start in … s. Then: language is ready.",
)
async def test_a_language_server_that_is_away_is_waited_for(
    stage_of: Stage, servers: Servers, member: PocketMember, outcome: Outcome
) -> None:
    servers.language.gate.touch()
    os.kill(servers.language.pid, signal.SIGKILL)
    await until(lambda: bool(servers.language.told(ServerState.BACKOFF)), "its end")
    nonce = await member.command("write", brief="a calm at sea")
    with outcome.member:
        first = await member.answer(nonce)
        says = "The model that writes is starting; your text begins when it is ready."
        await until(lambda: any(says in str(f["d"]) for f in member.seen.frames), "the line that it waits")
    with outcome.kept:
        await member.message(lambda m: m["id"] == first["id"] and "Of a calm at sea" in words_of(m))
    with outcome.operator:
        assert servers.language.told(ServerState.BACKOFF)[0].startswith("ended by SIGKILL; next start in")
        assert servers.language.told(ServerState.READY)


@fault(
    "It crashes again and again",
    at=DRAFTS,
    member="“The drawing server is away. Your place is kept, and it begins as soon as the server is back.”",
    kept="The draft stays in the queue, and comes when the operator has started the server again.",
    operator="After five crashes in a row no more starts: the drafts server keeps failing: ended by SIGKILL.",
)
async def test_a_drafts_server_that_keeps_crashing_is_given_up_and_the_draft_waits(
    stage_of: Stage, servers: Servers, member: PocketMember, outcome: Outcome
) -> None:
    drafts = servers.drafts
    await member.answer(await member.command("privacy", "show"))
    while drafts.supervisor.failure is None:
        if drafts.supervisor.state is ServerState.READY:
            os.kill(drafts.pid, signal.SIGKILL)
            await until(lambda: drafts.supervisor.state is not ServerState.READY, "its end")
        await asyncio.sleep(0.05)
    waiting = await asked(member, "a boat without a captain")
    with outcome.member:
        held = "The drawing server is away. Your place is kept, and it begins as soon as the server is back."
        await member.message(lambda m: m["id"] == waiting["id"] and held in words_of(m))
    with outcome.operator:
        assert drafts.told(ServerState.STOPPED)[0].startswith("the drafts server keeps failing: ended by SIGKILL")
    with outcome.kept:
        drafts.gate.touch()
        await drafts.supervisor.stop()
        await drafts.supervisor.start()
        await card_of(member, "a boat without a captain")
