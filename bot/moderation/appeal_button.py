"""The button "Appeal", and the form that it opens: to be put under whatever tells of a refusal or a block."""

import re
from typing import TYPE_CHECKING, Any, Final

import discord

from bot.chat.forms import StandingForm, Typed
from bot.chat.texts import Texts

if TYPE_CHECKING:
    from bot.moderation.appealing import AppealCog

MAX_APPEAL: Final = 1000


class AppealButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"appeal:(?P<about>[0-9]{1,15})"
):
    """Opens the form; its id is the number of the refused brief, or of the act that blocked."""

    def __init__(self, about: int, label: str = "\u200b") -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"appeal:{about}"))
        self.about = about

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "AppealButton":
        """Read the button back from its id."""
        return cls(int(match["about"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the cog."""
        client: Any = interaction.client
        cog: AppealCog = client.get_cog("appeal")
        await client.border.guard(interaction, cog.open(interaction, self.about))


class AppealForm(StandingForm):
    """A form of one paragraph: why it is wrong."""

    template = r"appeal-form:(?P<about>[0-9]{1,15})"

    def __init__(self, texts: Texts, locale: str, about: int) -> None:
        super().__init__(title=texts(locale, "appeal-title", number=about), custom_id=f"appeal-form:{about}")
        line: discord.ui.TextInput[AppealForm] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, max_length=MAX_APPEAL, required=True, custom_id="words"
        )
        self.add_item(
            discord.ui.Label(
                text=texts(locale, "appeal-label"), description=texts(locale, "appeal-label-desc"), component=line
            )
        )

    @classmethod
    async def submitted(cls, interaction: discord.Interaction, match: re.Match[str], typed: Typed) -> None:
        """Hand the words to the cog."""
        client: Any = interaction.client
        cog: AppealCog = client.get_cog("appeal")
        await cog.said(interaction, int(match["about"]), str(typed["words"]))


def appeal_button(texts: Texts, locale: str, about: int) -> AppealButton:
    """Return the button for a refused brief or a block; whose it is, is asked when the form comes back."""
    return AppealButton(about, texts(locale, "appeal-button"))
