"""Why an answer did not help: a choice of five, shown to whoever voted against it."""

import re
from typing import TYPE_CHECKING, Any

import discord

from bot.chat.chosen import chosen
from bot.chat.texts import Texts
from storage.ratings import Reason

if TYPE_CHECKING:
    from bot.ask.commands import AskCog


class ReasonSelect(
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=r"ask:reason:(?P<message>[0-9]{1,20})"
):
    """Adds a reason to a vote that is already kept; its id names the answer."""

    def __init__(self, message_id: str, texts: Texts | None = None, locale: str = "") -> None:
        select: discord.ui.Select[discord.ui.View] = discord.ui.Select(custom_id=f"ask:reason:{message_id}")
        if texts is not None:
            select.placeholder = texts(locale, "ask-reason-choose")
            for reason in Reason:
                select.add_option(label=texts(locale, f"ask-reason-{reason.value}"), value=reason.value)
        super().__init__(select)
        self.message_id = message_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "ReasonSelect":
        """Read the choice back from its id."""
        return cls(match["message"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the reason to the cog."""
        client: Any = interaction.client
        cog: AskCog = client.get_cog("ask")

        async def give() -> None:
            await cog.give_reason(interaction, self.message_id, chosen(Reason, self.item.values))

        await client.border.guard(interaction, give())
