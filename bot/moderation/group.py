"""The group `/moderation`, and what all its parts share; each part is a file with commands of one purpose.

A part is a cog that is never added by itself: `ModerationCog` inherits from all of them, and discord.py binds every
command of the group to it. An act of a new part is recorded with `storage.mandate.record_act`; its name chooses the
sentences `moderation-did-<act>` of the log and `moderation-notice-<act>` for the member who is told.
"""

from collections.abc import Collection

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.texts import Texts
from bot.chat.translator import named
from bot.errors import UserFacing
from bot.members.commands import PLATFORM
from bot.moderation.asked import HOLD_DAYS, REASON_LENGTHS, read_hold, read_reason
from bot.moderation.cards import ModerationCards
from bot.moderation.notices import Notifier
from bot.moderation.rule_cards import RuleCards
from storage.clock import now_ms
from storage.mandate import Mandate
from storage.members import Member
from storage.store import Store

Reason = app_commands.Range[str, REASON_LENGTHS[0], REASON_LENGTHS[1]]
Days = app_commands.Range[int, HOLD_DAYS[0], HOLD_DAYS[1]]
Number = app_commands.Range[int, 0, 2**53 - 1]
NO_HOLD = (None, None)

MODERATION = app_commands.Group(
    name=named("moderation", "cmd-moderation"),
    description=named("For moderators; every use is recorded with its reason", "cmd-moderation-desc"),
    default_permissions=discord.Permissions(manage_guild=True),
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
)


class ModerationPart(commands.Cog):
    """What moderators can do; `roles` may, beside those who manage the server.

    Roles that a server has chosen itself may look at its record and change nothing: else they could choose others.
    `keep_days` is for how long the operator lets anyone keep projects.
    """

    def __init__(
        self, *, store: Store, texts: Texts, notifier: Notifier, roles: Collection[int], keep_days: int | None = None
    ) -> None:
        self._store = store
        self._texts = texts
        self._cards = ModerationCards(texts)
        self._rule_cards = RuleCards(texts)
        self._notifier = notifier
        self._roles = frozenset(roles)
        self._keep_days = keep_days

    def mandate(
        self,
        interaction: discord.Interaction,
        reason: str,
        hold: tuple[int | None, str | None] = NO_HOLD,
        *,
        looking: bool = False,
    ) -> Mandate:
        """Return on whose word and why something is done; raise UserFacing for who may not, or gives no reason.

        `hold` is for how many days and why the member is not told.
        """
        guild = self.guild_of_moderator(interaction, looking=looking)
        return Mandate(guild, str(interaction.user.id), read_reason(reason), read_hold(*hold, now_ms()))

    def guild_of_moderator(self, interaction: discord.Interaction, *, looking: bool = False) -> str:
        """Return the server that somebody moderates, or whose record they may look at; raise UserFacing.

        Discord hides the commands from others, but a server can show them to anyone: who may use them is decided here.
        """
        may = interaction.permissions.manage_guild or interaction.permissions.administrator
        if isinstance(interaction.user, discord.Member):
            roles = {role.id for role in interaction.user.roles}
            chosen = self._store.servers.of(str(interaction.guild_id)).settings.exporters if looking else ()
            may = may or not roles.isdisjoint(self._roles) or not {str(role) for role in roles}.isdisjoint(chosen)
        if interaction.guild_id is None or not may:
            raise UserFacing("error-moderation-not-allowed")
        return str(interaction.guild_id)

    async def met(self, user: discord.User | discord.Member) -> Member:
        """Return the member of an account that an option names."""
        return await self._store.members.meet(PLATFORM, str(user.id), user.display_name)
