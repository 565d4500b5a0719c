"""The bot as a process, killed at the worst moments, and started while Discord is down."""

import asyncio
import os
import signal
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio

from bot.launch import Launcher
from bot.settings import DiscordSettings, Settings, StorageSettings
from models.drafts.app import create_app
from models.drafts.order import Operation
from models.supervisor import Pace, ServerState, Supervisor
from storage.store import StorageConfig, open_store
from tests.bot.pocket_member import Json, PocketMember, buttons_of
from tests.faults.scene import asked, card_of, until
from tests.faults.table import BOT, Outcome, fault
from tests.models.drafts.fake_engine import OFFER, FakeEngine
from tests.models.fake_images import serve_app
from tests.models.fake_language import KEY, serve_fake
from tests.pocket.disturbed import DisturbedPocket
from tests.scenarios.stage import CACHE
from tests.storage.conftest import check_everything

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
PACE = Pace(start_poll_s=0.1, watch_poll_s=0.1, backoff_first_s=0.2, hung_after_s=60.0)
PATIENCE_S = 120.0
GRACE_S = 30.0


@dataclass(slots=True)
class Run:
    """A bot under the supervisor, as the launcher starts it, and everything around it."""

    pocket: DisturbedPocket
    engine: FakeEngine
    supervisor: Supervisor
    database: Path
    states: list[tuple[ServerState, str]] = field(default_factory=list)

    def told(self, state: ServerState) -> list[str]:
        """Return what the operator was told each time that it came to a state."""
        return [detail for known, detail in self.states if known is state]

    def log(self) -> str:
        """Return the bot's log."""
        file = self.supervisor.spec.log_file
        return file.read_text() if file.exists() else ""

    async def kill(self) -> None:
        """Kill the bot, and wait until its end was noticed."""
        tether = self.supervisor.pid
        (child,) = Path(f"/proc/{tether}/task/{tether}/children").read_text().split()
        self.states.clear()
        os.kill(int(child), signal.SIGKILL)
        await until(lambda: bool(self.told(ServerState.BACKOFF)), "its end")

    def counted(self, kind: str) -> int:
        """Return how many events of a kind are on record."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            query = "SELECT count(*) FROM evidence_event WHERE type = ?"
            return int(connection.execute(query, (kind,)).fetchone()[0])
        finally:
            connection.close()

    def cards(self, words: str) -> list[Json]:
        """Return every message that shows the card of a brief."""
        return [m for m in self.pocket.world.messages.values() if f"> {words}" in str(m["embeds"])]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Run]:
    """Return a bot that has not been started yet, before a Discord that is not there yet."""
    folder = tmp_path_factory.mktemp("bot")
    (folder / "data").mkdir()
    CACHE.mkdir(parents=True, exist_ok=True)
    (folder / "data" / "cache").symlink_to(CACHE)
    config = StorageConfig(folder / "data")
    await (await open_store(config, init=True)).close()
    engine = FakeEngine(offers=(replace(OFFER, operations=tuple(Operation)),))
    pocket = DisturbedPocket(folder / "pocket")
    states: list[tuple[ServerState, str]] = []
    async with AsyncExitStack() as stack:
        await pocket.start()
        stack.push_async_callback(pocket.stop)
        await stack.enter_async_context(serve_fake(folder / "language"))
        await stack.enter_async_context(serve_app(create_app(lambda: engine, KEY), folder / "drafts"))
        supervisor = Supervisor(_spec(folder, pocket.url), lambda *told: states.append(told))
        stack.push_async_callback(supervisor.stop)
        yield Run(pocket, engine, supervisor, config.database_file, states)
    store = await open_store(config)
    await check_everything(store)
    await store.close()


def _spec(folder: Path, url: str) -> Any:
    """Return what the launcher would start."""
    settings = Settings(
        discord=DiscordSettings(token=cast(Any, "pocket-test")), storage=StorageSettings(data=folder / "data")
    )
    spec = Launcher(settings, pocket=False, init=False, config=None, say=print)._bot_spec()
    env = {
        "COLOPHON_DISCORD_API": f"{url}/api/v10",
        "COLOPHON_DISCORD_GATEWAY": f"{url.replace('http', 'ws', 1)}/gateway/",
        "COLOPHON_DISCORD_TOKEN": "pocket-test",
        "COLOPHON_DRAFTS_URL": f"unix:{folder / 'drafts'}",
        "COLOPHON_DRAFTS_KEY": KEY,
        "COLOPHON_LANGUAGE_URL": f"unix:{folder / 'language'}",
        "COLOPHON_LANGUAGE_KEY": KEY,
    }
    return replace(spec, env=env, pace=PACE, start_timeout_s=PATIENCE_S, stop_grace_s=GRACE_S)


@pytest_asyncio.fixture(loop_scope="module")
async def member(run: Run) -> AsyncIterator[PocketMember]:
    """Return a member at the page."""
    run.engine.hold = None
    run.engine.holding.clear()
    async with PocketMember(run.pocket.url, patience_s=PATIENCE_S) as opened:
        yield opened


@fault(
    "Started while Discord is down",
    at=BOT,
    member="It comes online when Discord is back.",
    kept="It waits, and asks again after 2 s, 4 s, and so on up to a minute; it is not taken for one that crashes.",
    operator="bot: alive and still waiting; its log says what for: Discord cannot be reached (…): trying again in … s.",
)
async def test_a_bot_that_starts_while_discord_is_down_waits_for_it(
    run: Run, member: PocketMember, outcome: Outcome
) -> None:
    run.pocket.faults.down = True
    await run.supervisor.start()
    with outcome.operator:
        await until(lambda: "Discord cannot be reached" in run.log() and "trying again in" in run.log(), "the line")
        # From now on it is late; how long a start takes says how busy the machine is.
        run.supervisor.spec = replace(run.supervisor.spec, start_timeout_s=0.0)
        await until(lambda: bool(run.told(ServerState.DEGRADED)), "the waiting")
        assert run.told(ServerState.DEGRADED)[0] == "alive and still waiting; its log says what for"
        run.supervisor.spec = replace(run.supervisor.spec, start_timeout_s=PATIENCE_S)
    run.pocket.faults.down = False
    with outcome.member:
        await run.supervisor.wait_ready(PATIENCE_S)
        await member.bot_there()
    with outcome.kept:
        assert not run.told(ServerState.BACKOFF)
    answer = await member.answer(await member.command("project", "new", title="Boats"))
    await member.answer(await member.press(answer, buttons_of(answer)["I agree"]))


@fault(
    "Killed (SIGKILL) while a draft is drawn",
    at=BOT,
    member="The card comes in the place of the line that it was promised in, once.",
    kept="The brief was on record before anything was drawn; the next start takes the draft up again.",
    operator="bot: ended by SIGKILL; next start in … s. Then: bot is ready.",
)
async def test_a_bot_that_is_killed_while_a_draft_is_drawn_delivers_it_after(
    run: Run, member: PocketMember, outcome: Outcome
) -> None:
    made = run.counted("draft.made")
    run.engine.hold = threading.Event()
    waiting = await asked(member, "a boat that is cut off")
    await until(run.engine.holding.is_set, "the middle of the draft")
    await run.kill()
    run.engine.hold.set()
    with outcome.member:
        card = await card_of(member, "a boat that is cut off")
        assert card["id"] == waiting["id"]
        assert len(run.cards("a boat that is cut off")) == 1
    with outcome.kept:
        assert run.counted("draft.made") == made + 1
    with outcome.operator:
        assert run.told(ServerState.BACKOFF)[0].startswith("ended by SIGKILL; next start in")
        await run.supervisor.wait_ready(PATIENCE_S)


@fault(
    "Killed between the record of a draft and its card",
    at=BOT,
    member="The card comes, once.",
    kept="What was drawn is on record and is not drawn again; only its card was missing.",
    operator="bot: ended by SIGKILL; next start in … s. Then: bot is ready.",
)
async def test_a_bot_that_is_killed_before_the_card_shows_it_after(
    run: Run, member: PocketMember, outcome: Outcome
) -> None:
    made = run.counted("draft.made")
    run.engine.hold = threading.Event()
    await asked(member, "a boat that is drawn")
    await until(run.engine.holding.is_set, "the middle of the draft")
    # So that the card cannot be there yet.
    run.pocket.faults.down = True
    run.engine.hold.set()
    await until(lambda: run.counted("draft.made") == made + 1, "the record")
    drawn = run.engine.drawn
    assert not run.cards("a boat that is drawn") or "①" not in str(run.cards("a boat that is drawn"))
    await run.kill()
    run.pocket.faults.down = False
    with outcome.member:
        await card_of(member, "a boat that is drawn")
        await asyncio.sleep(0.5)
        assert len(run.cards("a boat that is drawn")) == 1
    with outcome.kept:
        assert (run.engine.drawn, run.counted("draft.made")) == (drawn, made + 1)
    with outcome.operator:
        assert run.told(ServerState.BACKOFF)[0].startswith("ended by SIGKILL; next start in")
        await run.supervisor.wait_ready(PATIENCE_S)


@fault(
    "Stopped (SIGTERM) while somebody waits for a database that another process keeps locked",
    at=BOT,
    member="Reads within seconds that it is being restarted and that this was not finished, and gets their words back.",
    kept="Nothing of it is on record; done once more after the start, it is there once.",
    operator="The stop ends in time; nothing has to be killed.",
)
async def test_whoever_is_cut_off_by_a_stop_is_told(run: Run, member: PocketMember, outcome: Outcome) -> None:
    words, noted = "warmer, and further away", run.counted("note.add")
    other = sqlite3.connect(run.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    nonce = await member.command("project", "note", text=words)
    await member.frame(lambda f: f["t"] == "INTERACTION" and f["d"]["nonce"] == nonce)
    stopping = asyncio.create_task(run.supervisor.stop())
    with outcome.member:
        answer = await member.answer(nonce)
        assert "being restarted, and this was not finished" in answer["content"]
        (given,) = answer["attachments"]
        assert await member.download(given) == words.encode()
    other.execute("ROLLBACK")
    other.close()
    with outcome.operator:
        began = time.monotonic()
        await stopping
        assert time.monotonic() - began < GRACE_S, "it was killed"
    with outcome.kept:
        assert run.counted("note.add") == noted
        await run.supervisor.start()
        await run.supervisor.wait_ready(PATIENCE_S)
        await member.answer(await member.command("project", "note", text=words))
        assert run.counted("note.add") == noted + 1
