"""`/moderation settings`: where Colophon drafts and shows, who may look at the record, for how long it is kept."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import discord
from discord import app_commands

from bot.chat.translator import named
from bot.errors import UserFacing
from bot.moderation.group import MODERATION, ModerationPart, Reason
from bot.moderation.rule_cards import Arranged
from storage.clock import now_ms
from storage.errors import StateConflict
from storage.evidence.ledger import Receipt
from storage.mandate import Mandate
from storage.servers import ServerSettings

KEEP_DAYS: Final = (30, 36500)
NOTICE_MS: Final = timedelta(days=14) // timedelta(milliseconds=1)
"""So long nothing is erased by a new rule of retention: until then members can take their record away."""
MAX_CHANNELS: Final = 25
MAX_EXPORTERS: Final = 10
_RESET: Final = {
    "channels": "choice-moderation-channels",
    "showcase_channel": "choice-moderation-showcase",
    "witness_channel": "choice-moderation-witness",
    "exporters": "choice-moderation-exporters",
    "keep_days": "choice-moderation-retention",
}

KeepDays = app_commands.Range[int, KEEP_DAYS[0], KEEP_DAYS[1]]
DraftPlace = discord.TextChannel | discord.VoiceChannel | discord.ForumChannel


class ArrangingPart(ModerationPart):
    """Shows the settings of a server, and changes them one by one, each with its reason."""

    @MODERATION.command(
        name=named("settings", "cmd-moderation-settings"),
        description=named("How Colophon behaves in this server: see or change", "cmd-moderation-settings-desc"),
    )
    @app_commands.rename(
        drafting=named("drafts-in", "opt-moderation-drafting"),
        showcase=named("showcase", "opt-moderation-showcase"),
        witness=named("witness", "opt-moderation-witness"),
        exporter=named("exporter", "opt-moderation-exporter"),
        keep_days=named("keep-days", "opt-moderation-keep-days"),
        age_restricted=named("age-restricted", "opt-moderation-age-restricted"),
        reset=named("reset", "opt-moderation-reset"),
        reason=named("reason", "opt-moderation-reason"),
    )
    @app_commands.describe(
        drafting=named("Members may draft here; given again, no longer", "opt-moderation-drafting-desc"),
        showcase=named("Where finished pieces are shown", "opt-moderation-showcase-desc"),
        witness=named("Where everybody sees the log's checkpoints", "opt-moderation-witness-desc"),
        exporter=named(
            "A role that may export, open and see the log; given again, no longer", "opt-moderation-exporter-desc"
        ),
        keep_days=named("Erase projects so many days after the last act in them", "opt-moderation-keep-days-desc"),
        age_restricted=named(
            "Whether anything is drafted in age-restricted channels", "opt-moderation-age-restricted-desc"
        ),
        reset=named("A setting to take back", "opt-moderation-reset-desc"),
        reason=named("Why; needed for a change, and recorded", "opt-moderation-change-reason-desc"),
    )
    @app_commands.choices(
        reset=[app_commands.Choice(name=named(name.replace("_", " "), key), value=name) for name, key in _RESET.items()]
    )
    async def settings(
        self,
        interaction: discord.Interaction,
        drafting: DraftPlace | None = None,
        showcase: discord.TextChannel | None = None,
        witness: discord.TextChannel | None = None,
        exporter: discord.Role | None = None,
        keep_days: KeepDays | None = None,
        age_restricted: bool | None = None,
        reset: str | None = None,
        reason: Reason | None = None,
    ) -> None:
        """Show the settings, after changing what is given."""
        guild = self.guild_of_moderator(interaction)
        changes: dict[str, Any] = {
            "showcase_channel": None if showcase is None else str(showcase.id),
            "witness_channel": None if witness is None else str(witness.id),
            "keep_days": keep_days,
            "age_restricted": age_restricted,
        }
        changes = {name: value for name, value in changes.items() if value is not None}
        before = self._store.servers.of(guild).settings
        if drafting is not None:
            changes["channels"] = _toggled(before.channels, str(drafting.id), MAX_CHANNELS)
        if exporter is not None:
            changes["exporters"] = _toggled(before.exporters, str(exporter.id), MAX_EXPORTERS)
        if reset is not None:
            changes[_known(reset)] = getattr(ServerSettings(), reset)
        self._check_retention(keep_days)
        mandate = self.mandate(interaction, reason or "") if changes else None
        await interaction.response.defer(ephemeral=True, thinking=True)
        receipts = [] if mandate is None else await self._change(mandate, changes)
        held = self._store.standings.here(guild)
        ids = {each.member for each in held}
        shown = Arranged(
            self._store.servers.of(guild).settings, self._keep_days, held, await self._store.moderation.accounts(ids)
        )
        post = self._rule_cards.settings(str(interaction.locale), shown, receipts)
        await interaction.edit_original_response(content=post.content or None, embed=post.embed)

    async def _change(self, mandate: Mandate, changes: dict[str, Any]) -> list[Receipt]:
        """Record each change; what is so already is none."""
        receipts = []
        for name, value in changes.items():
            new = replace(ServerSettings(keep_from_ms=now_ms() + NOTICE_MS), **{name: value})
            try:
                receipts.append(await self._store.servers.set(mandate, name, new))
            except StateConflict:
                continue
        if not receipts:
            raise UserFacing("error-moderation-unchanged")
        return receipts

    def _check_retention(self, days: int | None) -> None:
        """Raise UserFacing where a server would keep projects longer than its operator lets anyone."""
        if days is not None and self._keep_days is not None and days > self._keep_days:
            raise UserFacing("error-moderation-keep-days", limit=self._keep_days)


def _toggled(chosen: tuple[str, ...], one: str, limit: int) -> tuple[str, ...]:
    """Return a choice with one more, or without it where it was chosen; raise UserFacing beyond a limit."""
    if one in chosen:
        return tuple(each for each in chosen if each != one)
    if len(chosen) >= limit:
        raise UserFacing("error-moderation-too-many", limit=limit)
    return (*chosen, one)


def _known(name: str) -> str:
    if name not in _RESET:
        raise UserFacing("error-moderation-unchanged")
    return name
