"""Commands are offered while they can be done, at the pocket server with the unchanged client."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import discord
import pytest
from discord import app_commands
from discord.ext import commands

from bot.chat import client, offered
from bot.chat.client import ColophonBot, point_at
from bot.chat.texts import Texts
from bot.pocket.server import PocketServer


class TwoCommands(commands.Cog):
    """Two things that can be done."""

    @app_commands.command()
    async def draw(self, interaction: discord.Interaction) -> None:
        """Draw."""

    @app_commands.command()
    async def colour(self, interaction: discord.Interaction) -> None:
        """Colour."""


@dataclass(slots=True)
class Place:
    """A pocket server, and a bot at it that can be started anew; `hidden` is what cannot be done."""

    server: PocketServer
    folder: Path
    hidden: frozenset[str] | None = None
    sent: list[set[str]] = field(default_factory=list)
    bot: ColophonBot = field(init=False)
    _running: "asyncio.Task[None]" = field(init=False)

    async def start(self) -> None:
        async def ready() -> tuple[bool, str]:
            return True, "ready"

        self.bot = ColophonBot(
            texts=Texts(),
            state_dir=self.folder,
            status_line=ready,
            hidden=lambda: self.hidden,
            guild_ready_timeout_s=0.05,
        )
        self.bot.with_cogs([TwoCommands()])
        self._running = asyncio.create_task(self.bot.start("pocket-test"))
        async with asyncio.timeout(20):
            await self.bot.wait_until_ready()

    async def stop(self) -> None:
        await self.bot.close()
        await asyncio.gather(self._running, return_exceptions=True)

    async def offers(self, *names: str) -> None:
        """Wait until exactly these commands are there."""
        async with asyncio.timeout(10):
            while {command["name"] for command in self.server.world.commands} != {*names}:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    def puts(self) -> int:
        """Return how often the commands were sent."""
        return len(self.sent)


@pytest.fixture
async def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    monkeypatch.setattr(client, "STATUS_INTERVAL_S", 0.02)
    server = PocketServer(tmp_path / "world")
    await server.start()
    point_at(f"{server.url}/api/v10", f"{server.url.replace('http', 'ws', 1)}/gateway/")
    place = Place(server, tmp_path)
    tell = server.world.tell

    def told(kind: str, *rest: object) -> None:
        if kind == "COMMANDS":
            place.sent.append({command["name"] for command in server.world.commands})
        tell(kind, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(server.world, "tell", told)
    yield place
    await place.stop()
    await server.stop()


async def test_everything_is_offered_until_it_is_known_what_can_be_done(place: Place) -> None:
    await place.start()
    await place.offers("draw", "colour")
    place.hidden = frozenset({"colour"})
    await place.offers("draw")
    place.hidden = frozenset()
    await place.offers("draw", "colour")
    assert place.sent == [{"draw", "colour"}, {"draw"}, {"draw", "colour"}]
    there = {command["name"]: int(command["id"]) for command in place.server.world.commands}
    assert place.bot._offered.ids == there


async def test_a_command_that_comes_and_goes_comes_back_once_an_hour(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.start()
    for hidden in (frozenset({"colour"}), frozenset[str](), frozenset({"colour"})):
        place.hidden = hidden
        await place.offers(*{"draw", "colour"} - hidden)
    place.hidden = frozenset({"draw"})
    # What can be done no longer is taken away at once, what can be done again waits.
    await place.offers()
    await asyncio.sleep(0.1)
    assert place.puts() == 5
    monkeypatch.setattr(offered, "SHOW_AGAIN_S", 0.0)
    await place.offers("colour")


async def test_a_restart_sends_nothing_that_is_there_already(place: Place) -> None:
    place.hidden = frozenset({"colour"})
    await place.start()
    await place.offers("draw")
    await place.stop()
    # The server of the models is not there yet: what could be done is taken to be the same.
    place.hidden = None
    await place.start()
    await asyncio.sleep(0.1)
    assert place.sent == [{"draw"}]
    place.hidden = frozenset({"colour"})
    await asyncio.sleep(0.1)
    assert place.sent == [{"draw"}]
