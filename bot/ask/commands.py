"""`/ask` and the button that shows an answer's sources."""

from contextlib import aclosing

import discord
from discord import app_commands
from discord.ext import commands

from bot.ask.answer import Answer, AnswerService, check_question
from bot.ask.cards import AnswerCards, SourcesButton
from bot.ask.places import PLACES
from bot.chat.pacing import PacedEdits
from bot.chat.texts import Texts
from bot.chat.translator import named
from bot.errors import UserFacing

__all__ = ["AskCog", "SourcesButton"]


class AskCog(commands.Cog, name="ask"):
    """Answers questions; nothing of a question is recorded, so it needs no consent."""

    def __init__(self, answers: AnswerService, texts: Texts, *, default_jurisdiction: str | None = None) -> None:
        self._answers = answers
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

        async def edit(state: Answer) -> None:
            post = self._cards.answer(state)
            await interaction.edit_original_response(
                embed=post.embed, view=post.view, allowed_mentions=discord.AllowedMentions.none()
            )

        edits = PacedEdits(edit)
        states = self._answers.answer(
            question, str(interaction.locale), jurisdiction, prefer=self._default_jurisdiction
        )
        try:
            async with aclosing(states):
                async for state in states:
                    if state.final:
                        await edits.finish(state)
                    else:
                        edits.offer(state)
        finally:
            await edits.stop()

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
