"""`/evidence export`: a member takes their whole record away, checkable without us."""

import asyncio
from io import BytesIO
from pathlib import Path

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.texts import Texts
from bot.chat.translator import named
from bot.errors import UserFacing
from bot.members.commands import Consent
from storage.evidence.bundle import Exported, ExportRequest
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
        folder = self._store.config.data_dir / "exports"
        await asyncio.to_thread(folder.mkdir, exist_ok=True, mode=0o700)
        request = ExportRequest({project.id: project.actor}, {"by": "owner", "fields": "all"})
        bundle = await self._store.exporter.export(request, folder / f"{interaction.id}.zip")
        try:
            await self._send(interaction, project.title, bundle)
        finally:
            await asyncio.to_thread(bundle.path.unlink, missing_ok=True)

    async def _send(self, interaction: discord.Interaction, title: str, bundle: Exported) -> None:
        locale = str(interaction.locale)
        if bundle.size_bytes > interaction.filesize_limit:
            # The next export writes the same events again; nothing is lost by not keeping this file.
            raise UserFacing(
                "error-bundle-large",
                size=_mebibytes(bundle.size_bytes),
                limit=_mebibytes(interaction.filesize_limit),
            )
        text = self._texts(
            locale,
            "evidence-exported",
            title=discord.utils.escape_markdown(title),
            events=bundle.events,
            pictures=bundle.pictures,
            name=_file_name(bundle),
            vkey=self._store.ledger.vkey,
        )
        data = await asyncio.to_thread(Path.read_bytes, bundle.path)
        await interaction.edit_original_response(content=text, attachments=[_as_file(bundle, data)])


def _as_file(bundle: Exported, data: bytes) -> discord.File:
    return discord.File(BytesIO(data), filename=_file_name(bundle))


def _file_name(bundle: Exported) -> str:
    return f"colophon-{bundle.id[2:10]}.zip"


def _mebibytes(size_bytes: int) -> float:
    return round(size_bytes / 2**20, 1)
