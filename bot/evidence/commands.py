"""`/evidence`: a member takes their record away, or the receipt of one act; both can be checked without us."""

from io import BytesIO
from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.texts import Texts, nearest
from bot.chat.translator import named
from bot.chat.uploads import fetch
from bot.errors import UserFacing
from bot.evidence.checking import MAX_BYTES, Checker
from bot.evidence.sending import send_bundle, send_dossier
from bot.members.commands import PLATFORM, Consent
from storage.errors import NotFound
from storage.evidence.dossier.making import FORMATS
from storage.members import Member
from storage.store import Store

_LANGUAGES: Final = {"en-US": "English", "zh-CN": "简体中文"}


class EvidenceCog(commands.Cog, name="evidence"):
    """What a member can do with the record of their work."""

    evidence = app_commands.Group(
        name=named("evidence", "cmd-evidence"),
        description=named("The record of what you made", "cmd-evidence-desc"),
    )

    def __init__(self, *, store: Store, texts: Texts, consent: Consent, checker: Checker) -> None:
        self._store = store
        self._texts = texts
        self._consent = consent
        self._checker = checker

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

    @evidence.command(
        name=named("report", "cmd-evidence-report"),
        description=named("Your current project's dossier, to read and to show", "cmd-evidence-report-desc"),
    )
    @app_commands.rename(
        format_=named("format", "opt-evidence-format"), language=named("language", "opt-evidence-language")
    )
    @app_commands.describe(
        format_=named("HTML opens in any browser; PDF is for print and filing", "opt-evidence-format-desc"),
        language=named("Yours, if left empty", "opt-evidence-language-desc"),
    )
    @app_commands.choices(
        format_=[
            app_commands.Choice(name=named(name, f"evidence-format-{value}"), value=value)
            for value, name in (("both", "HTML and PDF"), ("html", "HTML"), ("pdf", "PDF"))
        ],
        language=[app_commands.Choice(name=name, value=value) for value, name in _LANGUAGES.items()],
    )
    async def report(
        self, interaction: discord.Interaction, format_: str = "both", language: str | None = None
    ) -> None:
        """Send the dossier of the member's current project, to them alone."""

        async def send(interaction: discord.Interaction, member: Member) -> None:
            await interaction.response.defer(ephemeral=True, thinking=True)
            project = await self._store.projects.current(member)
            if project is None:
                raise UserFacing("error-no-project")
            spoken = nearest(language or str(interaction.locale))
            formats = FORMATS if format_ == "both" else (format_,)
            await send_dossier(interaction, self._store, self._texts, project, formats=formats, language=spoken)

        await self._consent.then(interaction, send)

    @evidence.command(
        name=named("receipt", "cmd-evidence-receipt"),
        description=named("The full receipt of one recorded act, to keep", "cmd-evidence-receipt-desc"),
    )
    @app_commands.rename(number=named("number", "opt-evidence-number"))
    @app_commands.describe(number=named("The number behind # on the card", "opt-evidence-number-desc"))
    async def receipt(self, interaction: discord.Interaction, number: app_commands.Range[int, 0, 2**53 - 1]) -> None:
        """Send the full receipt of an act of the member, to them alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member = await self._store.members.find(PLATFORM, str(interaction.user.id))
        try:
            if member is None:
                raise NotFound(f"event {number}")
            await self._store.projects.of_event(number, member)
        except NotFound as error:
            raise UserFacing("error-receipt-unknown", number=number) from error
        proof = await self._store.ledger.receipt_proof(number)
        name = f"receipt-{number}.txt"
        text = self._texts(
            interaction.locale, "evidence-receipt", number=number, name=name, vkey=self._store.ledger.vkey
        )
        file = discord.File(BytesIO(proof.encode()), filename=name)
        await interaction.edit_original_response(content=text, attachments=[file])

    @evidence.command(
        name=named("verify", "cmd-evidence-verify"),
        description=named("Check a bundle, a receipt or a picture", "cmd-evidence-verify-desc"),
    )
    @app_commands.rename(file=named("file", "opt-evidence-file"))
    @app_commands.describe(file=named("A bundle (zip), a receipt (text), or a picture", "opt-evidence-file-desc"))
    async def verify(self, interaction: discord.Interaction, file: discord.Attachment) -> None:
        """Check what somebody brings; nothing of it is kept."""
        if file.size > MAX_BYTES:
            raise UserFacing("error-check-large", size=file.size // 2**20, limit=MAX_BYTES // 2**20)
        await interaction.response.defer(ephemeral=True, thinking=True)
        data = await fetch(file)
        report = await self._checker.check(data, str(interaction.locale))
        shown = discord.utils.escape_markdown(report)[:1900]
        await interaction.edit_original_response(content=shown, allowed_mentions=discord.AllowedMentions.none())
