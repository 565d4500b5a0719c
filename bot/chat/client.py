"""The Discord client: logs in, keeps the commands in step, and shows how the models are."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
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
from bot.chat.languages import LanguageOf
from bot.chat.menus import MenuCog
from bot.chat.offered import Hidden, OfferedCommands, nothing_hidden
from bot.chat.steady import BROKEN, answer_steadily
from bot.chat.texts import Texts
from bot.chat.translator import CommandTranslator
from bot.chat.turns import Turns
from bot.watch.figures import Figures

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
        language_of: LanguageOf = lambda _: None,
        hidden: Hidden = nothing_hidden,
        guild_ready_timeout_s: float = 2.0,
        shard: tuple[int, int] | None = None,
    ) -> None:
        intents = discord.Intents.none()
        # What is said to the bot comes with its words without the privileged intent; of the rest it sees no words.
        intents.guilds = intents.guild_messages = intents.dm_messages = True
        super().__init__(
            command_prefix=commands.when_mentioned,
            intents=intents,
            # Nothing of what people say stays with us.
            max_messages=None,
            help_command=None,
            tree_cls=ColophonTree,
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            guild_ready_timeout=guild_ready_timeout_s,
            # Discord sends each process what happens in its part of the servers (`number` of `count`), the first one
            # direct messages too.
            shard_id=None if shard is None else shard[0],
            shard_count=None if shard is None else shard[1],
            # Until the servers have been asked, nobody should read "online" as "ready".
            status=discord.Status.idle,
            activity=discord.CustomActivity(name="starting"),
        )
        self._turns = Turns()
        self.figures = Figures()
        self.border = ErrorBorder(texts, self._turns, self.figures, language_of)
        assert isinstance(self.tree, ColophonTree)
        self.tree.border = self.border
        self._texts = texts
        self._status_line = status_line
        self._translator = CommandTranslator(texts)
        self._offered = OfferedCommands(self.tree, self._translator, state_dir, hidden)
        self._forms = Forms()
        self._cogs_to_add: Sequence[commands.Cog] = ()
        self._leaving: Mapping[str, commands.Cog] = {}
        self._status_task: asyncio.Task[None] | None = None
        self._shown: tuple[bool, str] | None = None
        self._set_up = asyncio.Event()
        self._before_logout: list[Callable[[], Awaitable[None]]] = []

    def with_cogs(self, cogs: Sequence[commands.Cog]) -> None:
        """Name the cogs to be added when the client starts."""
        self._cogs_to_add = cogs

    def before_logout(self, ending: Callable[[], Awaitable[None]]) -> None:
        """See to the end of something that still has to show what it made, when nothing more is let in."""
        self._before_logout.append(ending)

    def add_forms(self, *kinds: type[StandingForm]) -> None:
        """Know forms that may come back after a restart."""
        self._forms.add(kinds)

    async def setup_hook(self) -> None:
        """Add the cogs and bring the commands at Discord in step, once, before connecting."""
        answer_steadily(self._turns, self.figures)
        for cog in self._cogs_to_add:
            await self.add_cog(cog)
            if isinstance(cog, MenuCog):
                for menu in cog.context_menus():
                    self.tree.add_command(menu)
        await self.tree.set_translator(self._translator)
        await self._offered.begin()
        self._status_task = asyncio.create_task(self._show_status(), name="presence")
        self._set_up.set()

    async def wait_until_ready(self) -> None:
        """Wait until the client is connected and knows its servers; may be asked before it has logged in, too."""
        await self._set_up.wait()
        await super().wait_until_ready()

    def is_connected(self) -> bool:
        """Tell whether Discord sends events now, and not only once did."""
        # Before the first connection there is none, whatever the library's types say.
        line: DiscordWebSocket | None = self.ws
        return self.is_ready() and line is not None and line.open

    async def on_ready(self) -> None:
        """Show the presence again: a new session begins with the one of the start."""
        self._shown = None

    async def on_resumed(self) -> None:
        """Show the presence again: it may have gone down with the connection."""
        self._shown = None

    async def on_message(self, message: discord.Message, /) -> None:
        """Take no commands from messages, as the library would: who listens to them is a cog."""

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

    def mention(self, path: str) -> str:
        """Return a slash command, by its full name, as something that opens it when it is pressed."""
        number = self._offered.ids.get(path.split(" ")[0])
        return f"`/{path}`" if number is None else f"</{path}:{number}>"

    async def _show_status(self) -> None:
        """Keep presence and commands in step with the models: people see what there is, and why they wait."""
        await self.wait_until_ready()
        while True:
            ready, line = await self._status_line()
            await self._offered.look()
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

    def get_cog(self, name: str, /) -> commands.Cog | None:
        """Return a feature; also one that ends, so that whoever still comes for it is turned away at the border."""
        return super().get_cog(name) or self._leaving.get(name)

    async def close(self) -> None:
        """Finish what members have begun, let what is being made end, stop the presence task, and log out."""
        await self.border.close()
        await asyncio.gather(*(ending() for ending in self._before_logout))
        # The library takes the features away before it closes the connection, over which presses come to the end.
        self._leaving = dict(self.cogs)
        if self._status_task is not None:
            self._status_task.cancel()
            await asyncio.gather(self._status_task, return_exceptions=True)
        await super().close()
