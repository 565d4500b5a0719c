"""`/ask`, and what can be pressed under an answer."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.ask.answer import Answer, AnswerService, check_question
from bot.ask.buttons import RateButton, SourcesButton
from bot.ask.cards import AnswerCards
from bot.ask.facts import Language
from bot.ask.further import FurtherForm, trail_of
from bot.ask.places import PLACES
from bot.ask.reasons import ReasonSelect
from bot.ask.showing import show
from bot.chat.posting import put_answer
from bot.chat.texts import Texts
from bot.chat.translator import named
from bot.errors import UserFacing
from storage.ratings import Answered, Ratings, Reason


class AskCog(commands.Cog, name="ask"):
    """Answers questions; nothing of a question is recorded, so it needs no consent."""

    def __init__(
        self, answers: AnswerService, ratings: Ratings, texts: Texts, *, default_jurisdiction: str | None = None
    ) -> None:
        self._answers = answers
        self._ratings = ratings
        self._texts = texts
        self._cards = AnswerCards(texts)
        self._default_jurisdiction = default_jurisdiction

    @app_commands.command(
        name=named("ask", "cmd-ask"), description=named("Ask about art, copyright and AI", "cmd-ask-desc")
    )
    @app_commands.rename(
        question=named("question", "opt-ask-question"),
        jurisdiction=named("jurisdiction", "opt-ask-jurisdiction"),
        private=named("private", "opt-ask-private"),
    )
    @app_commands.describe(
        question=named("Your question, in English or Chinese", "opt-ask-question-desc"),
        jurisdiction=named("Whose law you ask about", "opt-ask-jurisdiction-desc"),
        private=named("Show the answer to you alone", "opt-ask-private-desc"),
    )
    @app_commands.choices(
        jurisdiction=[
            app_commands.Choice(name=named(name, f"ask-place-{code.lower()}"), value=code) for code, name in PLACES
        ]
    )
    async def ask(
        self,
        interaction: discord.Interaction,
        question: str,
        jurisdiction: str | None = None,
        private: bool = False,
    ) -> None:
        """Answer a question with cited facts."""
        check_question(question)
        await interaction.response.defer(ephemeral=private, thinking=True)
        await self._answer(interaction, question, jurisdiction, (), private=private)

    async def open_further(self, interaction: discord.Interaction, language: Language) -> None:
        """Open the form for a further question."""
        await FurtherForm(self._texts, language).show(interaction)

    async def ask_further(self, interaction: discord.Interaction, question: str, jurisdiction: str | None) -> None:
        """Answer a question under an answer; without words, the same question for another place."""
        message = interaction.message
        before = trail_of(message.embeds[0]) if message is not None and message.embeds else ()
        private = message is not None and message.flags.ephemeral
        if not question and jurisdiction is not None and before:
            *earlier, question = before
            before = tuple(earlier)
        check_question(question)
        await interaction.response.defer(ephemeral=private, thinking=True)
        await self._answer(interaction, question, jurisdiction, before, private=private)

    async def _answer(
        self,
        interaction: discord.Interaction,
        question: str,
        jurisdiction: str | None,
        before: tuple[str, ...],
        *,
        private: bool,
    ) -> None:
        """Edit the acknowledgement into the answer, as it grows."""

        async def edit(state: Answer) -> None:
            post = self._cards.answer(state)
            if state.final:
                await put_answer(interaction, post, private=private)
            else:
                await interaction.edit_original_response(embed=post.embed)

        states = self._answers.answer(
            question, str(interaction.locale), jurisdiction, prefer=self._default_jurisdiction, before=before
        )
        await show(states, edit)

    async def rate(self, interaction: discord.Interaction, button: RateButton) -> None:
        """Keep a vote, and ask whom it did not help for the reason."""
        assert interaction.message is not None, "a button stands on a message"
        locale = str(interaction.locale)
        await interaction.response.defer(ephemeral=True, thinking=True)
        answered = Answered(
            message_id=str(interaction.message.id),
            channel_id=str(interaction.channel_id),
            guild_id=None if interaction.guild_id is None else str(interaction.guild_id),
            facts=tuple(fact.id for key in button.keys if (fact := self._answers.index.by_key(key)) is not None),
        )
        await self._ratings.rate(answered, str(interaction.user.id), helpful=button.helpful)
        if button.helpful:
            await interaction.edit_original_response(content=self._texts(locale, "ask-rated-helpful"))
            return
        view = discord.ui.View(timeout=None)
        view.add_item(ReasonSelect(answered.message_id, self._texts, locale))
        await interaction.edit_original_response(content=self._texts(locale, "ask-rated-unhelpful"), view=view)

    async def give_reason(self, interaction: discord.Interaction, message_id: str, reason: Reason) -> None:
        """Add a reason to a vote that is kept already."""
        await interaction.response.defer()
        await self._ratings.give_reason(message_id, str(interaction.user.id), reason)
        await interaction.edit_original_response(
            content=self._texts(str(interaction.locale), "ask-rated-why"), view=None
        )

    async def show_sources(self, interaction: discord.Interaction, button: SourcesButton) -> None:
        """Show the sources of an answer to whoever asks for them."""
        found = [self._answers.index.by_key(key) for key in button.keys]
        facts = [fact for fact in found if fact is not None]
        if not facts:
            raise UserFacing("ask-error-sources-gone")
        await interaction.response.send_message(
            embeds=self._cards.sources(facts, button.language),
            ephemeral=True,
            allowed_mentions=discord.AllowedMentions.none(),
        )
