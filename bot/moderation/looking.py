"""`/moderation export | open | log`: take the record of a server away, open words, and see who did what."""

import asyncio
from collections.abc import Collection
from io import BytesIO
from pathlib import Path

import discord
from discord import app_commands

from bot.chat.translator import named
from bot.errors import UserFacing
from bot.moderation.asked import ALL, read_forms, read_span
from bot.moderation.cards import ACTS_SHOWN
from bot.moderation.group import MODERATION, Days, ModerationPart, Number, Reason
from storage.errors import ExportTooLarge, NotFound, StateConflict
from storage.evidence.moderation_export import Form
from storage.mandate import Mandate
from storage.selecting import Wanted

Channel = app_commands.AppCommandChannel | app_commands.AppCommandThread


class LookingPart(ModerationPart):
    """What moderators see of the record."""

    @MODERATION.command(
        name=named("export", "cmd-moderation-export"),
        description=named("The record of this server as a file that proves itself", "cmd-moderation-export-desc"),
    )
    @app_commands.rename(
        reason=named("reason", "opt-moderation-reason"),
        member=named("member", "opt-moderation-member"),
        channel=named("channel", "opt-moderation-channel"),
        since=named("since", "opt-moderation-since"),
        until=named("until", "opt-moderation-until"),
        form=named("format", "opt-moderation-format"),
        words=named("words", "opt-moderation-words"),
        hold_days=named("hold-days", "opt-moderation-hold-days"),
        hold_reason=named("hold-reason", "opt-moderation-hold-reason"),
    )
    @app_commands.describe(
        reason=named("Why; recorded, and shown to the members concerned", "opt-moderation-reason-desc"),
        member=named("Of one member only", "opt-moderation-member-desc"),
        channel=named("From one channel only", "opt-moderation-channel-desc"),
        since=named("From this day or time on (2026-11-23, UTC)", "opt-moderation-since-desc"),
        until=named("Up to this day or time (2026-11-23, UTC)", "opt-moderation-until-desc"),
        form=named("Which files; all of them if you leave it out", "opt-moderation-format-desc"),
        words=named("Also open what members wrote; they are told", "opt-moderation-words-desc"),
        hold_days=named("Tell the members only after so many days", "opt-moderation-hold-days-desc"),
        hold_reason=named("Why they must not be told yet", "opt-moderation-hold-reason-desc"),
    )
    @app_commands.choices(
        form=[
            app_commands.Choice(name=named("all", "choice-moderation-all"), value=ALL),
            app_commands.Choice(name="JSON Lines", value=Form.JSONL.value),
            app_commands.Choice(name=named("spreadsheet (CSV)", "choice-moderation-csv"), value=Form.CSV.value),
            app_commands.Choice(name="Parquet", value=Form.PARQUET.value),
        ]
    )
    async def export(
        self,
        interaction: discord.Interaction,
        reason: Reason,
        member: discord.User | None = None,
        channel: Channel | None = None,
        since: str | None = None,
        until: str | None = None,
        form: str = ALL,
        words: bool = False,
        hold_days: Days | None = None,
        hold_reason: Reason | None = None,
    ) -> None:
        """Send an export of this server, to the moderator alone."""
        mandate = self.mandate(interaction, reason, (hold_days, hold_reason), looking=True)
        first, last = read_span(since, until)
        wanted = Wanted(
            member=None if member is None else str(member.id),
            channel=None if channel is None else str(channel.id),
            since_ms=first,
            until_ms=last,
        )
        forms = read_forms(form)
        await interaction.response.defer(ephemeral=True, thinking=True)
        limit = interaction.filesize_limit
        try:
            await self._hand_over(interaction, wanted, mandate, forms, words=words, limit_bytes=limit)
        except NotFound as error:
            raise UserFacing("error-moderation-nothing") from error
        except ExportTooLarge as error:
            size = round(error.size_bytes / 2**20, 1)
            raise UserFacing("error-moderation-large", size=size, limit=limit // 2**20) from error
        finally:
            self._notifier.wake()

    async def _hand_over(
        self,
        interaction: discord.Interaction,
        wanted: Wanted,
        mandate: Mandate,
        forms: Collection[Form],
        *,
        words: bool,
        limit_bytes: int,
    ) -> None:
        async with self._store.moderation.exported(
            wanted, mandate, words=words, forms=forms, limit_bytes=limit_bytes
        ) as export:
            name = f"colophon-{export.id[2:10]}.zip"
            vkey = self._store.ledger.vkey
            text = self._cards.handed(str(interaction.locale), export, words=words, name=name, vkey=vkey)
            data = await asyncio.to_thread(Path.read_bytes, export.path)
            file = discord.File(BytesIO(data), filename=name)
            await interaction.edit_original_response(content=text, attachments=[file])

    @MODERATION.command(
        name=named("open", "cmd-moderation-open"),
        description=named("Open the words of one event; the member is told", "cmd-moderation-open-desc"),
    )
    @app_commands.rename(
        number=named("number", "opt-moderation-number"),
        reason=named("reason", "opt-moderation-reason"),
        hold_days=named("hold-days", "opt-moderation-hold-days"),
        hold_reason=named("hold-reason", "opt-moderation-hold-reason"),
    )
    @app_commands.describe(
        number=named("The number behind # on the card or a receipt, or a row's seq", "opt-moderation-number-desc"),
        reason=named("Why; recorded, and shown to the members concerned", "opt-moderation-reason-desc"),
        hold_days=named("Tell the members only after so many days", "opt-moderation-hold-days-desc"),
        hold_reason=named("Why they must not be told yet", "opt-moderation-hold-reason-desc"),
    )
    async def open(
        self,
        interaction: discord.Interaction,
        number: Number,
        reason: Reason,
        hold_days: Days | None = None,
        hold_reason: Reason | None = None,
    ) -> None:
        """Show the words of one event, to the moderator alone."""
        mandate = self.mandate(interaction, reason, (hold_days, hold_reason), looking=True)
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            event = await self._store.moderation.open_event(number, mandate)
        except NotFound as error:
            raise UserFacing("error-moderation-unknown", number=number) from error
        except StateConflict as error:
            raise UserFacing("error-moderation-wordless", number=number) from error
        self._notifier.wake()
        post = self._cards.opened(str(interaction.locale), event)
        files = [each.as_file() for each in post.attachments]
        await interaction.edit_original_response(content=post.content, attachments=files)

    @MODERATION.command(
        name=named("log", "cmd-moderation-log"),
        description=named("What moderators did in this server, and why", "cmd-moderation-log-desc"),
    )
    @app_commands.rename(before=named("before", "opt-moderation-before"))
    @app_commands.describe(before=named("Only acts before this number", "opt-moderation-before-desc"))
    async def log(self, interaction: discord.Interaction, before: Number | None = None) -> None:
        """List what moderators did here, newest first."""
        guild = self.guild_of_moderator(interaction, looking=True)
        await interaction.response.defer(ephemeral=True, thinking=True)
        acts = await self._store.moderation.acts(guild, before=before, limit=ACTS_SHOWN + 1)
        text = self._cards.acts(str(interaction.locale), acts)
        await interaction.edit_original_response(content=text)
