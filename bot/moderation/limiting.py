"""`/moderation limits`: how much everyone, a role or a member may ask for in a server."""

from typing import Final

import discord
from discord import app_commands

from bot.chat.translator import named
from bot.draft.brief import MAX_COUNT
from bot.errors import UserFacing
from bot.members.commands import PLATFORM
from bot.moderation.group import MODERATION, ModerationPart, Reason
from bot.moderation.limits import Asker, Limits
from storage.mandate import Mandate
from storage.members import Member
from storage.servers import EVERYONE, Limit, of_member, of_role

MAX_DAY: Final = 1000
MAX_SIZE_MIB: Final = 10
"""The largest picture that is taken anyway, see bot.chat.uploads."""
MAX_QUEUE: Final = 50
ALL: Final = "all"


class LimitingPart(ModerationPart):
    """Sets limits; the operator's own bounds hold whatever stands here."""

    @MODERATION.command(
        name=named("limits", "cmd-moderation-limits"),
        description=named("How much members may draft: see, set or lift limits", "cmd-moderation-limits-desc"),
    )
    @app_commands.rename(
        role=named("role", "opt-moderation-role"),
        member=named("member", "opt-moderation-member"),
        day=named("drafts-a-day", "opt-moderation-day"),
        count=named("candidates", "opt-moderation-count"),
        size=named("upload-mib", "opt-moderation-size"),
        queue=named("at-once", "opt-moderation-queue"),
        lift=named("lift", "opt-moderation-lift"),
        reason=named("reason", "opt-moderation-reason"),
    )
    @app_commands.describe(
        role=named("For a role; without role and member for everyone", "opt-moderation-role-desc"),
        member=named("For one member, who is told; it beats their roles", "opt-moderation-limit-member-desc"),
        day=named("Drafts within 24 hours", "opt-moderation-day-desc"),
        count=named("Candidates of one draft", "opt-moderation-count-desc"),
        size=named("The largest picture to send, in MiB", "opt-moderation-size-desc"),
        queue=named("Drafts that wait or are made at one time", "opt-moderation-queue-desc"),
        lift=named("A limit to take away", "opt-moderation-lift-desc"),
        reason=named("Why; needed for a change, and recorded", "opt-moderation-change-reason-desc"),
    )
    @app_commands.choices(
        lift=[
            app_commands.Choice(name=named("all", "choice-moderation-all"), value=ALL),
            app_commands.Choice(name=named("drafts a day", "choice-moderation-day"), value=Limit.DAY.value),
            app_commands.Choice(name=named("candidates", "choice-moderation-count"), value=Limit.COUNT.value),
            app_commands.Choice(name=named("upload size", "choice-moderation-size"), value=Limit.SIZE.value),
            app_commands.Choice(name=named("drafts at one time", "choice-moderation-queue"), value=Limit.QUEUE.value),
        ]
    )
    async def limits(
        self,
        interaction: discord.Interaction,
        role: discord.Role | None = None,
        member: discord.User | None = None,
        day: app_commands.Range[int, 0, MAX_DAY] | None = None,
        count: app_commands.Range[int, 1, MAX_COUNT] | None = None,
        size: app_commands.Range[int, 0, MAX_SIZE_MIB] | None = None,
        queue: app_commands.Range[int, 0, MAX_QUEUE] | None = None,
        lift: str | None = None,
        reason: Reason | None = None,
    ) -> None:
        """Show the limits, or change those of one subject."""
        guild = self.guild_of_moderator(interaction)
        given = {Limit.DAY: day, Limit.COUNT: count, Limit.SIZE: size, Limit.QUEUE: queue}
        changed: dict[Limit, int | None] = {name: value for name, value in given.items() if value is not None}
        if lift is not None:
            changed |= dict.fromkeys(_lifted(lift))
        mandate = self.mandate(interaction, reason or "") if changed else None
        if role is not None and member is not None:
            raise UserFacing("error-moderation-one-subject")
        await interaction.response.defer(ephemeral=True, thinking=True)
        if mandate is None:
            text = await self._shown(str(interaction.locale), guild, member)
        else:
            text = await self._changed(str(interaction.locale), mandate, role, member, changed)
        await interaction.edit_original_response(content=text)

    async def _changed(
        self,
        locale: str,
        mandate: Mandate,
        role: discord.Role | None,
        user: discord.User | discord.Member | None,
        changed: dict[Limit, int | None],
    ) -> str:
        member = None if user is None else await self.met(user)
        subject = of_member(member.id) if member is not None else EVERYONE if role is None else of_role(role.id)
        receipt = await self._store.servers.limit(mandate, subject, changed, member)
        self._notifier.wake()
        return self._rule_cards.limited(locale, subject, "" if user is None else str(user.id), changed, receipt)

    async def _shown(self, locale: str, guild: str, user: discord.User | discord.Member | None) -> str:
        servers = self._store.servers
        lines = servers.of(guild).limits
        ids = {subject.removeprefix(of_member("")) for subject, _ in lines if subject.startswith(of_member(""))}
        text = self._rule_cards.limits(locale, lines, await self._store.moderation.accounts(ids))
        if user is None:
            return text
        known = await self._store.members.find(PLATFORM, str(user.id))
        roles = [str(role.id) for role in user.roles] if isinstance(user, discord.Member) else []
        nobody = Member("", PLATFORM, str(user.id), "", None)
        asker = Asker(known or nobody, guild, frozenset(roles))
        left = await Limits(servers, self._store.usage).left(asker)
        return f"{text}\n{self._rule_cards.left(locale, str(user.id), left)}"


def _lifted(choice: str) -> list[Limit]:
    try:
        return list(Limit) if choice == ALL else [Limit(choice)]
    except ValueError as error:
        raise UserFacing("error-moderation-lift") from error
