"""The Discord client: logs in, keeps the commands in step, and shows how the models are."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.chat.border import ColophonTree, ErrorBorder
from bot.chat.forms import Forms, StandingForm, typed_in
from bot.chat.steady import BROKEN, answer_steadily, steadily
from bot.chat.texts import Texts
from bot.chat.translator import CommandTranslator
from bot.chat.turns import Turns

log = logging.getLogger(__name__)
STATUS_INTERVAL_S = 2.0
# By then whoever knows a button or a form has taken the interaction in hand.
MISSED_S = 1.0

StatusLine = Callable[[], Awaitable[tuple[bool, str]]]
"""Returns whether everything is ready, and a short line about the models."""


def point_at(api: str, gateway: str) -> None:
    """Set where discord.py finds Discord; the library has these two places and no setting."""
    Route.BASE = api
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)


class ColophonBot(commands.Bot):
    """The client with our tree, border and translator; what it can do comes as cogs."""

    def __init__(
        self,
        *,
        texts: Texts,
        state_dir: Path,
        status_line: StatusLine,
        guild_ready_timeout_s: float = 2.0,
    ) -> None:
        intents = discord.Intents.none()
        intents.guilds = True
        super().__init__(
            command_prefix=commands.when_mentioned,
            intents=intents,
            help_command=None,
            tree_cls=ColophonTree,
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            guild_ready_timeout=guild_ready_timeout_s,
            # Until the servers have been asked, nobody should read "online" as "ready".
            status=discord.Status.idle,
            activity=discord.CustomActivity(name="starting"),
        )
        self._turns = Turns()
        self.border = ErrorBorder(texts, self._turns)
        assert isinstance(self.tree, ColophonTree)
        self.tree.border = self.border
        self._texts = texts
        self._state_dir = state_dir
        self._status_line = status_line
        self._forms = Forms()
        self._cogs_to_add: Sequence[commands.Cog] = ()
        self._status_task: asyncio.Task[None] | None = None
        self._shown: tuple[bool, str] | None = None
        self._set_up = asyncio.Event()

    def with_cogs(self, cogs: Sequence[commands.Cog]) -> None:
        """Name the cogs to be added when the client starts."""
        self._cogs_to_add = cogs

    def add_forms(self, *kinds: type[StandingForm]) -> None:
        """Know forms that may come back after a restart."""
        self._forms.add(kinds)

    async def setup_hook(self) -> None:
        """Add the cogs and bring the commands at Discord in step, once, before connecting."""
        answer_steadily(self._turns)
        for cog in self._cogs_to_add:
            await self.add_cog(cog)
        translator = CommandTranslator(self._texts)
        await self.tree.set_translator(translator)
        await self._sync_if_changed(translator)
        self._status_task = asyncio.create_task(self._show_status(), name="presence")
        self._set_up.set()

    async def wait_until_ready(self) -> None:
        """Wait until the client is connected and knows its servers; may be asked before it has logged in, too."""
        await self._set_up.wait()
        await super().wait_until_ready()

    async def on_ready(self) -> None:
        """Show the presence again: a new session begins with the one of the start."""
        self._shown = None

    async def on_resumed(self) -> None:
        """Show the presence again: it may have gone down with the connection."""
        self._shown = None

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Take forms, and see that what no handler knows is answered too: discord.py drops it in silence."""
        data: Any = interaction.data
        if interaction.type is discord.InteractionType.modal_submit:
            found = self._forms.find(data["custom_id"])
            if found is not None:
                kind, match = found
                await self.border.guard(interaction, kind.submitted(interaction, match, typed_in(data["components"])))
                return
        elif interaction.type is not discord.InteractionType.component:
            return
        await asyncio.sleep(MISSED_S)
        await self.border.missed(interaction)

    async def _sync_if_changed(self, translator: CommandTranslator) -> None:
        """Send the commands only when they differ: Discord allows 200 creations a day."""
        payload = [await c.get_translated_payload(self.tree, translator) for c in self.tree.get_commands()]
        text = json.dumps([Route.BASE, self.application_id, payload], sort_keys=True, default=str)
        digest = hashlib.sha256(text.encode()).hexdigest()
        marker = self._state_dir / "commands.sha256"
        known = await asyncio.to_thread(lambda: marker.read_text() if marker.exists() else "")
        there = {command.name for command in await steadily(self.tree.fetch_commands)}
        if known == digest and there == {command.name for command in self.tree.get_commands()}:
            return
        await steadily(self.tree.sync)
        await asyncio.to_thread(marker.write_text, digest)
        log.info("commands synced: %d", len(payload))

    async def _show_status(self) -> None:
        """Keep the presence in step with the models: people see why a first answer takes a while."""
        await self.wait_until_ready()
        while True:
            ready, line = await self._status_line()
            if (ready, line) != self._shown:
                status = discord.Status.online if ready else discord.Status.idle
                self._shown = (ready, line)
                try:
                    await self.change_presence(status=status, activity=discord.CustomActivity(name=line))
                except (*BROKEN, discord.ConnectionClosed, AttributeError):
                    self._shown = None
                    # Between two gateway connections there is nobody to tell; the next round does.
                    log.debug("presence not shown: reconnecting")
            await asyncio.sleep(STATUS_INTERVAL_S)

    async def close(self) -> None:
        """Finish what members have begun, stop the presence task, and log out."""
        await self.border.close()
        if self._status_task is not None:
            self._status_task.cancel()
            await asyncio.gather(self._status_task, return_exceptions=True)
        await super().close()
