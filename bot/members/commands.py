"""The first-use notice and its one button: nothing of a member is recorded before they agree."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Final

import discord
from discord.ext import commands

from bot.chat.posting import Post, tell_privately
from bot.chat.texts import Texts
from bot.errors import RecordFailed
from bot.moderation.refusals import refused_for
from storage.members import Member
from storage.store import Store

PLATFORM = "discord"
# Interrupted commands that wait for "I agree"; kept in memory only, since nothing may be recorded yet.
_WAITING_KEPT = 1000
_KNOWN_AT_START: Final = 10_000
# What comes next has to acknowledge the press, and Discord waits for three seconds.
_RECORD_S: Final = 1.5

Continuation = Callable[[discord.Interaction, Member], Awaitable[None]]


class AgreeButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"consent:agree"):
    """The button under the notice; works after a restart too."""

    def __init__(self, label: str = "\u200b") -> None:
        super().__init__(discord.ui.Button(label=label, style=discord.ButtonStyle.success, custom_id="consent:agree"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "AgreeButton":
        """Read the button back."""
        return cls()

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the cog."""
        client: Any = interaction.client
        cog: Consent = client.get_cog("consent")
        await client.border.guard(interaction, cog.agreed(interaction))


class Consent(commands.Cog, name="consent"):
    """Lets recorded commands through for members who agreed, and shows the notice to the others."""

    def __init__(self, store: Store, texts: Texts) -> None:
        self._store = store
        self._texts = texts
        self._known: dict[int, Member] = {}
        self._waiting: OrderedDict[int, Continuation] = OrderedDict()

    async def cog_load(self) -> None:
        """Get to know those who have agreed, so that the first thing they do after a start waits for no database."""
        for member in await self._store.members.agreed(PLATFORM, _KNOWN_AT_START):
            self._known[int(member.platform_user_id)] = member

    def knows(self, user_id: int) -> bool:
        """Tell whether a member is known to have agreed, without asking the database."""
        return user_id in self._known

    async def then(self, interaction: discord.Interaction, go: Continuation, *, making: bool = True) -> None:
        """Run `go` for a member who agreed; otherwise show the notice and run it after they agree.

        What is `making` something is refused to those whom a moderator has blocked; what a member does with their own
        record is not: to see it, to take it away, to stop what they began.
        """
        if making:
            self._refuse_blocked(interaction)
            go = self._unless_blocked(go)
        member = await self.find(interaction.user.id)
        if member is not None:
            await go(interaction, member)
            return
        self._wait(interaction.user.id, go)
        view = discord.ui.View(timeout=None)
        view.add_item(AgreeButton(self._texts(interaction.locale, "consent-agree")))
        await tell_privately(interaction, Post(self._texts(interaction.locale, "consent-notice"), view=view))

    async def is_blocked(self, guild_id: int | None, user_id: int) -> bool:
        """Tell whether an account may make nothing in a server, or directly with what it works on there."""
        if guild_id is not None:
            return self._store.standings.of(str(guild_id), PLATFORM, str(user_id)) is not None
        member = await self.find(user_id)
        return member is not None and await self._store.standings.at_work(member, None) is not None

    def _refuse_blocked(self, interaction: discord.Interaction) -> None:
        if interaction.guild_id is not None:
            held = self._store.standings.of(str(interaction.guild_id), PLATFORM, str(interaction.user.id))
            if held is not None:
                raise refused_for(held, here=True)

    def _unless_blocked(self, go: Continuation) -> Continuation:
        """Return `go` for where only the member says which server counts: in a direct message."""

        async def unless_blocked(interaction: discord.Interaction, member: Member) -> None:
            guild = None if interaction.guild_id is None else str(interaction.guild_id)
            held = await self._store.standings.at_work(member, guild)
            if held is not None:
                raise refused_for(held, here=guild is not None)
            await go(interaction, member)

        return unless_blocked

    def _wait(self, user_id: int, go: Continuation) -> None:
        self._waiting[user_id] = go
        self._waiting.move_to_end(user_id)
        if len(self._waiting) > _WAITING_KEPT:
            self._waiting.popitem(last=False)

    async def agreed(self, interaction: discord.Interaction) -> None:
        """Note the agreement and go on with what the member was about to do."""
        go = self._waiting.pop(interaction.user.id, None)
        if go is None:
            await interaction.response.edit_message(
                content=self._texts(interaction.locale, "consent-thanks"), view=None
            )
            await self._agree(interaction.user)
            return
        try:
            async with asyncio.timeout(_RECORD_S):
                member = await self._agree(interaction.user)
        except TimeoutError:
            self._wait(interaction.user.id, go)
            raise RecordFailed("error-record-busy") from None
        await go(interaction, member)

    async def _agree(self, user: discord.User | discord.Member) -> Member:
        member = await self.member(user.id, user.display_name)
        return await self._store.privacy.agree(member, await self._store.projects.list(member))

    async def member(self, user_id: int, name: str) -> Member:
        """Return the member of an account, made on first sight."""
        return self._known.get(user_id) or await self._store.members.meet(PLATFORM, str(user_id), name)

    def forget(self, user_id: int) -> None:
        """Ask the database about an account the next time: it no longer agrees, or is gone."""
        self._known.pop(user_id, None)
        self._waiting.pop(user_id, None)

    async def find(self, user_id: int) -> Member | None:
        """Return the member if they agreed; a read that no writer can delay."""
        known = self._known.get(user_id)
        if known is None:
            known = await self._store.members.find(PLATFORM, str(user_id))
            if known is None or not known.consented:
                return None
            self._known[user_id] = known
        return known
