"""`/moderation block | suspend | unblock`: who may not make anything with Colophon in this server, and until when."""

from datetime import timedelta
from typing import Final

import discord
from discord import app_commands

from bot.chat.translator import named
from bot.errors import UserFacing
from bot.moderation.asked import read_time
from bot.moderation.group import MODERATION, ModerationPart, Reason
from storage.clock import now_ms
from storage.mandate import Mandate

SUSPENDED_DAYS: Final = (1, 365)
_DAY_MS: Final = timedelta(days=1) // timedelta(milliseconds=1)

SomeDays = app_commands.Range[int, SUSPENDED_DAYS[0], SUSPENDED_DAYS[1]]


class BlockingPart(ModerationPart):
    """Shuts members out of making things; what is theirs stays theirs to see, take away and erase."""

    @MODERATION.command(
        name=named("block", "cmd-moderation-block"),
        description=named("Let a member make nothing more here; they are told why", "cmd-moderation-block-desc"),
    )
    @app_commands.rename(
        member=named("member", "opt-moderation-member"),
        reason=named("reason", "opt-moderation-reason"),
        until=named("until", "opt-moderation-until"),
    )
    @app_commands.describe(
        member=named("Whom", "opt-moderation-whom-desc"),
        reason=named("Why; recorded, and the member reads it", "opt-moderation-told-reason-desc"),
        until=named("The last day, as 2026-12-24 (UTC); without it until it is lifted", "opt-moderation-end-desc"),
    )
    async def block(
        self, interaction: discord.Interaction, member: discord.User, reason: Reason, until: str | None = None
    ) -> None:
        """Block a member."""
        mandate = self.mandate(interaction, reason)
        end = None if until is None else read_time(until, end=True)
        if end is not None and end <= now_ms():
            raise UserFacing("error-moderation-past")
        await self._block(interaction, member, mandate, end)

    @MODERATION.command(
        name=named("suspend", "cmd-moderation-suspend"),
        description=named("Block a member for some days; they are told why", "cmd-moderation-suspend-desc"),
    )
    @app_commands.rename(
        member=named("member", "opt-moderation-member"),
        days=named("days", "opt-moderation-days"),
        reason=named("reason", "opt-moderation-reason"),
    )
    @app_commands.describe(
        member=named("Whom", "opt-moderation-whom-desc"),
        days=named("For how many days, from now on", "opt-moderation-days-desc"),
        reason=named("Why; recorded, and the member reads it", "opt-moderation-told-reason-desc"),
    )
    async def suspend(
        self, interaction: discord.Interaction, member: discord.User, days: SomeDays, reason: Reason
    ) -> None:
        """Block a member for some days."""
        mandate = self.mandate(interaction, reason)
        await self._block(interaction, member, mandate, now_ms() + days * _DAY_MS)

    @MODERATION.command(
        name=named("unblock", "cmd-moderation-unblock"),
        description=named("Let a blocked or suspended member make things again", "cmd-moderation-unblock-desc"),
    )
    @app_commands.rename(
        member=named("member", "opt-moderation-member"), reason=named("reason", "opt-moderation-reason")
    )
    @app_commands.describe(
        member=named("Whom", "opt-moderation-whom-desc"),
        reason=named("Why; recorded, and the member reads it", "opt-moderation-told-reason-desc"),
    )
    async def unblock(self, interaction: discord.Interaction, member: discord.User, reason: Reason) -> None:
        """Lift a block."""
        mandate = self.mandate(interaction, reason)
        await interaction.response.defer(ephemeral=True, thinking=True)
        receipt = await self._store.standings.unblock(await self.met(member), mandate)
        if receipt is None:
            raise UserFacing("error-moderation-not-blocked", member=str(member.id))
        self._notifier.wake()
        text = self._cards.unblocked(str(interaction.locale), str(member.id), receipt)
        await interaction.edit_original_response(content=text)

    async def _block(
        self, interaction: discord.Interaction, user: discord.User | discord.Member, mandate: Mandate, end: int | None
    ) -> None:
        self._refuse_if_above(interaction, user)
        await interaction.response.defer(ephemeral=True, thinking=True)
        receipt = await self._store.standings.block(await self.met(user), mandate, end)
        self._notifier.wake()
        text = self._cards.blocked(str(interaction.locale), str(user.id), end, receipt)
        await interaction.edit_original_response(content=text)

    def _refuse_if_above(self, interaction: discord.Interaction, user: discord.User | discord.Member) -> None:
        """Raise UserFacing for somebody whom no moderator blocks: themselves, a bot, or another moderator."""
        if user.id == interaction.user.id:
            raise UserFacing("error-moderation-oneself")
        if user.bot:
            raise UserFacing("error-moderation-bot")
        if isinstance(user, discord.Member) and self._moderates(user):
            raise UserFacing("error-moderation-colleague", member=str(user.id))

    def _moderates(self, user: discord.Member) -> bool:
        # What Discord resolved for the option: our own idea of roles and channels may be incomplete.
        resolved = user.resolved_permissions
        may = user.guild_permissions if resolved is None else resolved
        return may.manage_guild or may.administrator or any(role.id in self._roles for role in user.roles)
