"""The buttons and the form of `/moderation review`: turning pages, and deciding an appeal with a reason."""

import re
from typing import TYPE_CHECKING, Any

import discord

from bot.chat.forms import StandingForm, Typed
from bot.chat.texts import Texts
from bot.moderation.asked import REASON_LENGTHS
from storage.appeals import State

if TYPE_CHECKING:
    from bot.moderation.commands import ModerationCog

ACTS = {"grant": State.GRANTED, "uphold": State.UPHELD, "answer": State.ANSWERED}
"""What can be decided, by the names of the buttons."""


class ReviewButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"review:(?P<what>appeals|refused|answers):(?P<page>[0-9]{1,6})",
):
    """Turns to another page of a list."""

    def __init__(self, what: str, page: int, label: str = "\u200b") -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"review:{what}:{page}"))
        self.what = what
        self.page = page

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "ReviewButton":
        """Read the button back from its id."""
        return cls(match["what"], int(match["page"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the cog."""
        client: Any = interaction.client
        cog: ModerationCog = client.get_cog("moderation")
        await client.border.guard(interaction, cog.turn(interaction, self.what, self.page))


class DecideButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"appeal-decide:(?P<about>[0-9]{1,15}):(?P<act>grant|uphold|answer)",
):
    """Opens the form for the reason of a decision."""

    def __init__(
        self,
        about: int,
        act: str,
        *,
        label: str = "\u200b",
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        row: int | None = None,
    ) -> None:
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
            label=label, style=style, custom_id=f"appeal-decide:{about}:{act}", row=row
        )
        super().__init__(button)
        self.about = about
        self.act = act

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "DecideButton":
        """Read the button back from its id."""
        return cls(int(match["about"]), match["act"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the cog."""
        client: Any = interaction.client
        cog: ModerationCog = client.get_cog("moderation")
        await client.border.guard(interaction, cog.ask_reason(interaction, self.about, self.act))


class DecideForm(StandingForm):
    """A form of one line: the reason, which the member reads."""

    template = r"appeal-decision:(?P<about>[0-9]{1,15}):(?P<act>grant|uphold|answer)"

    def __init__(self, texts: Texts, locale: str, about: int, act: str) -> None:
        title = texts(locale, f"moderation-decide-title-{act}", number=about)
        super().__init__(title=title, custom_id=f"appeal-decision:{about}:{act}")
        low, high = REASON_LENGTHS
        line: discord.ui.TextInput[DecideForm] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, min_length=low, max_length=high, required=True, custom_id="reason"
        )
        self.add_item(discord.ui.Label(text=texts(locale, "moderation-decide-label"), component=line))

    @classmethod
    async def submitted(cls, interaction: discord.Interaction, match: re.Match[str], typed: Typed) -> None:
        """Hand the decision to the cog."""
        client: Any = interaction.client
        cog: ModerationCog = client.get_cog("moderation")
        await cog.decide(interaction, int(match["about"]), match["act"], str(typed["reason"]))
