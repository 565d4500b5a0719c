"""`/evidence`: a member takes their record away, or the receipt of one act; both can be checked without us."""

from io import BytesIO

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.texts import Texts
from bot.chat.translator import named
from bot.chat.uploads import fetch
from bot.errors import UserFacing
from bot.evidence.checking import MAX_BYTES, Checker
from bot.evidence.sending import send_bundle
from bot.members.commands import PLATFORM, Consent
from storage.errors import NotFound
from storage.evidence.opening import EVERYTHING, HASHES, OPENINGS, PUBLIC, Opening
from storage.members import Member
from storage.store import Store


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
    @app_commands.rename(fields=named("fields", "opt-evidence-fields"))
    @app_commands.describe(
        fields=named("What the file opens; everything if you leave it out", "opt-evidence-fields-desc")
    )
    @app_commands.choices(
        fields=[
            app_commands.Choice(name=named("everything", "choice-fields-all"), value=EVERYTHING.name),
            app_commands.Choice(name=named("without who, where and notes", "choice-fields-public"), value=PUBLIC.name),
            app_commands.Choice(name=named("no words, only proof", "choice-fields-hashes"), value=HASHES.name),
        ]
    )
    async def export(self, interaction: discord.Interaction, fields: str = EVERYTHING.name) -> None:
        """Send the bundle of the member's current project, to them alone."""

        async def go(current: discord.Interaction, member: Member) -> None:
            await self._export(current, member, OPENINGS[fields])

        await self._consent.then(interaction, go)

    async def _export(self, interaction: discord.Interaction, member: Member, opening: Opening) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        project = await self._store.projects.current(member)
        if project is None:
            raise UserFacing("error-no-project")
        await send_bundle(interaction, self._store, self._texts, [project], project.title, opening)

    @evidence.command(
        name=named("receipt", "cmd-evidence-receipt"),
        description=named("The full receipt of one recorded act, to keep", "cmd-evidence-receipt-desc"),
    )
    @app_commands.rename(number=named("number", "opt-evidence-number"), send=named("send", "opt-evidence-send"))
    @app_commands.describe(
        number=named("The number behind # on the card", "opt-evidence-number-desc"),
        send=named("Here, or into your direct messages", "opt-evidence-send-desc"),
    )
    @app_commands.choices(
        send=[
            app_commands.Choice(name=named("here, for you alone", "choice-evidence-here"), value="here"),
            app_commands.Choice(name=named("as a direct message", "choice-evidence-dm"), value="dm"),
        ]
    )
    async def receipt(
        self, interaction: discord.Interaction, number: app_commands.Range[int, 0, 2**53 - 1], send: str = "here"
    ) -> None:
        """Send the full receipt of an act of the member, to them alone; a direct message outlasts the server."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member = await self._store.members.find(PLATFORM, str(interaction.user.id))
        try:
            if member is None:
                raise NotFound(f"event {number}")
            await self._store.projects.of_event(number, member)
        except NotFound as error:
            raise UserFacing("error-receipt-unknown", number=number) from error
        proof = (await self._store.ledger.receipt_proof(number)).encode()
        name = f"receipt-{number}.txt"
        text = self._texts(
            interaction.locale, "evidence-receipt", number=number, name=name, vkey=self._store.ledger.vkey
        )
        if send == "dm":
            try:
                await interaction.user.send(text, file=discord.File(BytesIO(proof), filename=name))
            except discord.HTTPException:
                text = f"{self._texts(interaction.locale, 'evidence-receipt-shut')}\n{text}"
            else:
                sent = self._texts(interaction.locale, "evidence-receipt-sent", number=number)
                await interaction.edit_original_response(content=sent)
                return
        file = discord.File(BytesIO(proof), filename=name)
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
