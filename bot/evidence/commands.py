"""`/evidence export`: a member takes their whole record away, checkable without us."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.texts import Texts
from bot.chat.translator import named
from bot.errors import UserFacing
from bot.evidence.sending import send_bundle
from bot.members.commands import Consent
from storage.members import Member
from storage.store import Store


class EvidenceCog(commands.Cog, name="evidence"):
    """What a member can do with the record of their work."""

    evidence = app_commands.Group(
        name=named("evidence", "cmd-evidence"),
        description=named("The record of what you made", "cmd-evidence-desc"),
    )

    def __init__(self, *, store: Store, texts: Texts, consent: Consent) -> None:
        self._store = store
        self._texts = texts
        self._consent = consent

    @evidence.command(
        name=named("export", "cmd-evidence-export"),
        description=named("Get your current project's evidence as one file", "cmd-evidence-export-desc"),
    )
    async def export(self, interaction: discord.Interaction) -> None:
        """Send the bundle of the member's current project, to them alone."""
        await self._consent.then(interaction, self._export)

    async def _export(self, interaction: discord.Interaction, member: Member) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        project = await self._store.projects.current(member)
        if project is None:
            raise UserFacing("error-no-project")
        await send_bundle(interaction, self._store, self._texts, [project], project.title)
