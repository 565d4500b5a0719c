"""Why an answer did not help: a choice of five, shown to whoever voted against it."""

from typing import Any

import discord

from bot.chat.texts import Texts
from storage.ratings import Answered, Ratings, Reason


class ReasonSelect(discord.ui.Select[discord.ui.View]):
    """Adds a reason to a vote that is already kept."""

    def __init__(self, ratings: Ratings, texts: Texts, locale: str, answered: Answered) -> None:
        options = [
            discord.SelectOption(label=texts(locale, f"ask-reason-{reason.value}"), value=reason.value)
            for reason in Reason
        ]
        super().__init__(placeholder=texts(locale, "ask-reason-choose"), options=options)
        self._ratings, self._texts, self._answered = ratings, texts, answered

    async def callback(self, interaction: discord.Interaction) -> None:
        """Keep the reason."""
        client: Any = interaction.client
        await client.border.guard(interaction, self._keep(interaction))

    async def _keep(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        reason = Reason(self.values[0])
        await self._ratings.rate(self._answered, str(interaction.user.id), helpful=False, reason=reason)
        await interaction.edit_original_response(
            content=self._texts(str(interaction.locale), "ask-rated-why"), view=None
        )
