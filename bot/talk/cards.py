"""How the turns of a conversation look."""

import re
from typing import TYPE_CHECKING, Any

import discord
from discord.utils import escape_markdown

from bot.chat.posting import Post
from bot.chat.texts import Texts

if TYPE_CHECKING:
    from bot.talk.commands import TalkCog


class TalkAgreeButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"talk:agree:(?P<user>[0-9]{1,20})"
):
    """Shows the first-use notice to the one person it is for: what is said in a channel cannot be private."""

    def __init__(self, user_id: str, *, label: str = "\u200b") -> None:
        custom_id = f"talk:agree:{user_id}"
        super().__init__(discord.ui.Button(label=label, style=discord.ButtonStyle.primary, custom_id=custom_id))
        self.user_id = user_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "TalkAgreeButton":
        """Read the button back from its id."""
        return cls(match["user"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the cog."""
        client: Any = interaction.client
        cog: TalkCog = client.get_cog("talk")
        await client.border.guard(interaction, cog.show_notice(interaction, self))


class TalkCards:
    """Builds the posts of a conversation, in its language."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def answer(self, locale: str, text: str, model: str) -> Post:
        """Show what a model says, as plain words, and that a model says it."""
        by = self._texts(locale, "talk-by-model", model=escape_markdown(model))
        return Post(f"{escape_markdown(text)[:1800]}\n-# {by}")

    def sentence(self, locale: str, key: str) -> Post:
        """Say one of our own sentences."""
        return Post(self._texts(locale, key))

    def notice_first(self, locale: str, user_id: int) -> Post:
        """Say that an offer has to wait for an agreement, and show where that is given."""
        view = discord.ui.View(timeout=None)
        view.add_item(TalkAgreeButton(str(user_id), label=self._texts(locale, "talk-agree")))
        return Post(self._texts(locale, "talk-agree-first"), view=view)
