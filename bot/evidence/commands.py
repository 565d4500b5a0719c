"""`/evidence`: a member takes their record away, or the receipt of one act; both can be checked without us."""

from dataclasses import replace
from functools import partial
from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.posting import Attachment, Post, put_answer, send_directly
from bot.chat.steady import BROKEN
from bot.chat.texts import Texts, nearest
from bot.chat.translator import named
from bot.chat.uploads import fetch
from bot.errors import UserFacing
from bot.evidence.cards import TimelineButton, TimelineCards
from bot.evidence.checking import MAX_BYTES, Checker
from bot.evidence.sending import send_bundle, send_dossier
from bot.evidence.timelapse import Form, Timelapse
from bot.evidence.timeline import PAGE_EVENTS
from bot.members.commands import PLATFORM, Consent
from storage.errors import NotFound
from storage.evidence.dossier.making import FORMATS
from storage.evidence.opening import EVERYTHING, HASHES, OPENINGS, PUBLIC, Opening
from storage.members import Member
from storage.projects import Project
from storage.store import Store

_LANGUAGES: Final = {"en-US": "English", "zh-CN": "简体中文"}


class EvidenceCog(commands.Cog, name="evidence"):
    """What a member can do with the record of their work."""

    evidence = app_commands.Group(
        name=named("evidence", "cmd-evidence"),
        description=named("The record of what you made", "cmd-evidence-desc"),
    )

    def __init__(self, *, store: Store, texts: Texts, consent: Consent, checker: Checker, timelapse: Timelapse) -> None:
        self._store = store
        self._texts = texts
        self._consent = consent
        self._checker = checker
        self._timelapse = timelapse
        self._timeline = TimelineCards(texts)

    @evidence.command(
        name=named("show", "cmd-evidence-show"),
        description=named("Your current project's record, newest first", "cmd-evidence-show-desc"),
    )
    async def show(self, interaction: discord.Interaction) -> None:
        """Show the newest events of the member's current project, to them alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member = await self._store.members.find(PLATFORM, str(interaction.user.id))
        project = None if member is None else await self._store.projects.current(member)
        if project is None:
            raise UserFacing("error-project-none")
        await self._turn_to(interaction, project, None)

    async def turn(self, interaction: discord.Interaction, button: TimelineButton) -> None:
        """Turn to another page; only ever of a project of whoever presses."""
        await interaction.response.defer()
        member = await self._store.members.find(PLATFORM, str(interaction.user.id))
        if member is None:
            raise NotFound(f"project {button.project_id}")
        project = await self._store.projects.own(button.project_id, member)
        await self._turn_to(interaction, project, button.before)

    async def _turn_to(self, interaction: discord.Interaction, project: Project, before: int | None) -> None:
        page = await self._store.page(project, PAGE_EVENTS, before)
        post = self._timeline.page(str(interaction.locale), project.title, page, project.actor)
        await interaction.edit_original_response(
            embed=post.embed, view=post.view, allowed_mentions=discord.AllowedMentions.none()
        )

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

        await self._consent.then(interaction, go, making=False)

    async def _export(self, interaction: discord.Interaction, member: Member, opening: Opening) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        project = await self._store.projects.current(member)
        if project is None:
            raise UserFacing("error-no-project")
        await send_bundle(interaction, self._store, self._texts, [project], project.title, opening)

    @evidence.command(
        name=named("timelapse", "cmd-evidence-timelapse"),
        description=named(
            "How your current project was made, as a short film and a contact sheet", "cmd-evidence-timelapse-desc"
        ),
    )
    @app_commands.rename(form=named("kind", "opt-timelapse-kind"), language=named("language", "opt-timelapse-language"))
    @app_commands.describe(
        form=named("A film, a contact sheet, or both", "opt-timelapse-kind-desc"),
        language=named("The language of the captions; yours by default", "opt-timelapse-language-desc"),
    )
    @app_commands.choices(
        form=[
            app_commands.Choice(name=named("film", "choice-timelapse-film"), value=Form.FILM.value),
            app_commands.Choice(name=named("contact sheet", "choice-timelapse-sheet"), value=Form.SHEET.value),
            app_commands.Choice(name=named("both", "choice-timelapse-both"), value=Form.BOTH.value),
        ],
        language=[
            app_commands.Choice(name=named("English", "choice-timelapse-en"), value="en-US"),
            app_commands.Choice(name=named("中文", "choice-timelapse-zh"), value="zh-CN"),
        ],
    )
    async def timelapse(
        self, interaction: discord.Interaction, form: str = Form.BOTH.value, language: str | None = None
    ) -> None:
        """Send how the member's current project was made, to them alone."""
        await self._consent.then(interaction, partial(self._send_timelapse, Form(form), language), making=False)

    async def _send_timelapse(
        self, form: Form, language: str | None, interaction: discord.Interaction, member: Member
    ) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        project = await self._store.projects.current(member)
        if project is None:
            raise UserFacing("error-no-project")
        made = await self._timelapse.make(project, form, language or str(interaction.locale))
        title = discord.utils.escape_markdown(project.title)
        text = self._texts(
            interaction.locale, "evidence-timelapse", title=title, size=made.size, number=made.receipt.seq
        )
        alt = {
            Form.FILM: self._texts(interaction.locale, "evidence-timelapse-film-alt"),
            Form.SHEET: self._texts(interaction.locale, "evidence-timelapse-sheet-alt"),
        }
        files = tuple(Attachment(file.name, file.data, alt[file.form]) for file in made.files)
        await put_answer(interaction, Post(text, attachments=files), private=True)

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

        await self._consent.then(interaction, send, making=False)

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
        post = Post(text, attachments=(Attachment(name, proof),))
        if send == "dm":
            try:
                await send_directly(interaction, post)
            except (discord.HTTPException, *BROKEN):
                post = replace(post, content=f"{self._texts(interaction.locale, 'evidence-receipt-shut')}\n{text}")
            else:
                sent = self._texts(interaction.locale, "evidence-receipt-sent", number=number)
                await interaction.edit_original_response(content=sent)
                return
        await put_answer(interaction, post, private=True)

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
        await self.report_on(interaction, await fetch(file))

    async def report_on(self, interaction: discord.Interaction, data: bytes) -> None:
        """Say what a file turns out to be, in place of "thinking"."""
        report = await self._checker.check(data, str(interaction.locale))
        await put_answer(interaction, Post(discord.utils.escape_markdown(report)[:1900]), private=True)
