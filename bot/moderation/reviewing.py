"""`/moderation review`: what members disagree with, what was refused, and which answers did not help."""

from typing import Final

import discord
from discord import app_commands

from bot.chat.acts import acknowledge
from bot.chat.posting import Post
from bot.chat.translator import named
from bot.errors import UserFacing
from bot.moderation.deciding import ACTS, DecideForm
from bot.moderation.group import MODERATION, ModerationPart
from bot.moderation.review_cards import PAGE_APPEALS, PAGE_LINES, ReviewCards
from storage.errors import NotFound, StateConflict

APPEALS, REFUSED, ANSWERS = "appeals", "refused", "answers"
WHAT: Final = (APPEALS, REFUSED, ANSWERS)


class ReviewPart(ModerationPart):
    """What wants a moderator's eyes; words of a brief are not among it, they are opened with `/moderation open`.

    To look at the lists is no recorded act, as with `/moderation log`: they hold numbers, times and rules. An appeal's
    own words are there because its member wrote them to the moderators. To decide one is an act, with its reason.
    """

    @MODERATION.command(
        name=named("review", "cmd-moderation-review"),
        description=named("Appeals to decide, refused briefs, unhelpful answers", "cmd-moderation-review-desc"),
    )
    @app_commands.rename(what=named("show", "opt-moderation-show"))
    @app_commands.describe(what=named("Which list; appeals if you leave it out", "opt-moderation-show-desc"))
    @app_commands.choices(
        what=[
            app_commands.Choice(name=named("appeals", "choice-moderation-appeals"), value=APPEALS),
            app_commands.Choice(name=named("refused briefs", "choice-moderation-refused"), value=REFUSED),
            app_commands.Choice(name=named("unhelpful answers", "choice-moderation-answers"), value=ANSWERS),
        ]
    )
    async def review(self, interaction: discord.Interaction, what: str = APPEALS) -> None:
        """Show a list, to the moderator alone."""
        guild = self.guild_of_moderator(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction, guild, what if what in WHAT else APPEALS, 0)

    async def turn(self, interaction: discord.Interaction, what: str, page: int) -> None:
        """Turn to another page; only ever of the server where it is pressed, by who moderates it."""
        guild = self.guild_of_moderator(interaction)
        await interaction.response.defer()
        await self._show(interaction, guild, what, page)

    async def _show(self, interaction: discord.Interaction, guild: str, what: str, page: int) -> None:
        post = await self._page(str(interaction.locale), guild, what, page)
        await interaction.edit_original_response(embed=post.embed, view=post.view)

    async def _page(self, locale: str, guild: str, what: str, page: int) -> Post:
        store, cards = self._store, ReviewCards(self._texts)
        match what:
            case "refused":
                refused = await store.refusals.of_guild(guild, offset=page * PAGE_LINES, limit=PAGE_LINES)
                return cards.refused(locale, refused, page, await store.refusals.count(guild))
            case "answers":
                rated = await store.ratings.of_guild(guild, offset=page * PAGE_LINES, limit=PAGE_LINES)
                return cards.answers(locale, rated, page, await store.ratings.count(guild))
            case _:
                found = await store.appeals.of_guild(guild, offset=page * PAGE_APPEALS, limit=PAGE_APPEALS)
                total = await store.appeals.count(guild)
                return cards.appeals(locale, found, page, total, await store.appeals.count(guild, open_only=True))

    async def ask_reason(self, interaction: discord.Interaction, about: int, act: str) -> None:
        """Open the form for the reason; it can only come first, and everything is checked when it comes back."""
        self.guild_of_moderator(interaction)
        await DecideForm(self._texts, str(interaction.locale), about, act).show(interaction)

    async def decide(self, interaction: discord.Interaction, about: int, act: str, reason: str) -> None:
        """Record a decision; whoever comes second is told how it was decided."""
        mandate = self.mandate(interaction, reason)
        await acknowledge(interaction, ephemeral=True, thinking=True)
        try:
            appeal = await self._store.appeals.get(mandate.guild, about)
        except NotFound as error:
            raise UserFacing("error-moderation-no-appeal", number=about) from error
        try:
            receipt = await self._store.appeals.decide(appeal, mandate, ACTS[act])
        except StateConflict as error:
            now = await self._store.appeals.of(about)
            state = appeal.state if now is None else now.state
            raise UserFacing("error-moderation-decided", number=about, state=state.value) from error
        self._notifier.wake()
        text = self._texts(
            interaction.locale,
            "moderation-decided",
            state=ACTS[act].value,
            what=appeal.against.what.value,
            number=about,
            receipt=receipt.seq,
        )
        await interaction.edit_original_response(content=text)
