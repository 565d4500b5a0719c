"""`/moderation report`: how the server is used, as a picture, in words and as a table."""

import asyncio
from typing import Final

import discord
from discord import app_commands

from bot.chat.posting import Attachment, Post, put_answer
from bot.chat.translator import named
from bot.draft.cards import SEAL_RED
from bot.moderation.group import MODERATION, ModerationPart
from bot.moderation.report_chart import chart_of
from bot.moderation.report_words import ReportWords, cells

REPORT_DAYS: Final = (1, 366)
DEFAULT_DAYS: Final = 30

Span = app_commands.Range[int, REPORT_DAYS[0], REPORT_DAYS[1]]


class ReportPart(ModerationPart):
    """Counts, and nothing else: nobody's name, nobody's words, and of few members only totals.

    Therefore it asks for no reason and is no recorded act, as `/moderation log` is none: what is recorded with a reason
    is to read, to take away and to change. Who may look at the record may look at this.
    """

    @MODERATION.command(
        name=named("report", "cmd-moderation-report"),
        description=named("How this server is used, as a picture: counts, no names", "cmd-moderation-report-desc"),
    )
    @app_commands.rename(days=named("days", "opt-moderation-days"))
    @app_commands.describe(
        days=named("Of how many days, up to today; 30 by default", "opt-moderation-report-days-desc")
    )
    async def report(self, interaction: discord.Interaction, days: Span = DEFAULT_DAYS) -> None:
        """Send the report, to the moderator alone."""
        guild = self.guild_of_moderator(interaction, looking=True)
        await interaction.response.defer(ephemeral=True, thinking=True)
        use = await self._store.reports.of(guild, days)
        words = ReportWords(self._texts, str(interaction.locale), use)
        embed = discord.Embed(title=words.title, description="\n".join(words.lines()), colour=SEAL_RED)
        table = Attachment("colophon-report.csv", await asyncio.to_thread(cells, use), words.say("table-alt"))
        if use.of_few or not use.briefs:
            await put_answer(interaction, Post(embed=embed, attachments=(table,)), private=True)
            return
        drawn = await self._store.darkroom.chart(chart_of(words))
        picture = Attachment("colophon-report.png", drawn, words.alt())
        embed.set_image(url=f"attachment://{picture.name}")
        await put_answer(interaction, Post(embed=embed, attachments=(picture, table)), private=True)
