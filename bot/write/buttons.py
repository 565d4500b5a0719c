"""What can be pressed and chosen under a drafted text; every id says all that is needed, so they outlive a restart."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import discord

from bot.write.picking import PICKS

if TYPE_CHECKING:
    from bot.write.commands import WriteCog

NO_LABEL: Final = "\u200b"


class TextButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=(
        r"text:(?P<draft>[0-9a-f]{20})"
        r":(?P<act>choose|none|why|combine|keep|edit|redo|cancel|take|draft)(?::(?P<of>[0-9a-z]{1,26}))?"
    ),
):
    """A button of a drafted text.

    `of` is what it is about: the position of a candidate (choose, why, take), the event of a text (edit, draft), or the
    paragraphs that were picked, after `p` where the card is the member's alone and `o` where all see it (keep).
    """

    def __init__(
        self,
        draft_id: str,
        act: str,
        of: str | int | None = None,
        *,
        label: str = NO_LABEL,
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        row: int | None = None,
    ) -> None:
        suffix = "" if of is None else f":{of}"
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
            label=label, style=style, custom_id=f"text:{draft_id}:{act}{suffix}", row=row
        )
        super().__init__(button)
        self.draft_id = draft_id
        self.act = act
        self.of = "" if of is None else str(of)

    @property
    def number(self) -> int:
        """Return what it is about as a number; 0 where it is about none."""
        return int(self.of) if self.of.isdecimal() else 0

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "TextButton":
        """Read the button back from its id."""
        return cls(match["draft"], match["act"], match["of"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the cog."""
        client: Any = interaction.client
        cog: WriteCog = client.get_cog("write")
        await client.border.guard(interaction, cog.pressed(interaction, self))


class ParagraphSelect(
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=r"text-paragraphs:(?P<draft>[0-9a-f]{20})"
):
    """Picks paragraphs of the candidates, in an order."""

    def __init__(self, draft_id: str, placeholder: str = "", options: Sequence[str] = ()) -> None:
        select: discord.ui.Select[discord.ui.View] = discord.ui.Select(custom_id=f"text-paragraphs:{draft_id}")
        for letter, option in zip(PICKS, options, strict=False):
            select.add_option(label=option, value=letter)
        select.placeholder = placeholder or None
        select.max_values = max(1, len(select.options))
        super().__init__(select)
        self.draft_id = draft_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "ParagraphSelect":
        """Read the choice back from its id."""
        return cls(match["draft"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the paragraphs to the cog."""
        client: Any = interaction.client
        cog: WriteCog = client.get_cog("write")
        await client.border.guard(interaction, cog.picked(interaction, self.draft_id, "".join(self.item.values)))
