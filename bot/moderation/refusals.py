"""What a member is told whom a moderator's decision keeps from something: the rule, the reason, and the way out."""

import discord
from discord.utils import escape_markdown

from bot.chat.offering import Offering
from bot.chat.texts import Texts
from bot.moderation.appeal_button import appeal_button
from storage.standing import Standing


class Blocked(Offering):
    """Somebody is blocked; the button under the sentence lets them say why that is wrong."""

    def __init__(self, number: int, **arguments: str) -> None:
        super().__init__("error-blocked", number=number, **arguments)
        self.number = number

    def view(self, texts: Texts, locale: str) -> discord.ui.View:
        """Return the button."""
        view = discord.ui.View(timeout=None)
        view.add_item(appeal_button(texts, locale, self.number))
        return view


def refused_for(standing: Standing, *, here: bool) -> Blocked:
    """Return what a blocked member is told; `here` is in the server of the block, not in a direct message."""
    return Blocked(
        standing.seq,
        place="here" if here else "elsewhere",
        until="no" if standing.until_ms is None else f"<t:{standing.until_ms // 1000}:f>",
        reason=escape_markdown(standing.reason),
    )
