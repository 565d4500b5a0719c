"""`/moderation`: everything that moderators can do, and the messages by which members hear of it."""

import discord

from bot.chat.direct import write_to
from bot.chat.texts import Texts
from bot.moderation.appeal_button import appeal_button
from bot.moderation.arranging import ArrangingPart
from bot.moderation.blocking import BlockingPart
from bot.moderation.cards import ModerationCards
from bot.moderation.group import MODERATION
from bot.moderation.limiting import LimitingPart
from bot.moderation.looking import LookingPart
from bot.moderation.reporting import ReportPart
from bot.moderation.reviewing import ReviewPart
from bot.moderation.wordlist import WordlistPart
from storage.notices import Notice


class DirectNotices:
    """Tells members by direct message."""

    def __init__(self, client: discord.Client, texts: Texts) -> None:
        self._client = client
        self._texts = texts
        self._cards = ModerationCards(texts)

    async def tell(self, notice: Notice) -> bool:
        """Send a notice; return False where it is to be tried again."""
        await self._client.wait_until_ready()
        guild = str(notice.scope.get("guild", ""))
        server = self._client.get_guild(int(guild)) if guild.isdecimal() else None
        text = self._cards.notice(notice, "" if server is None else server.name)
        return await write_to(self._client, notice.user_id, text, f"notice-{notice.seq}", view=self._view(notice))

    def _view(self, notice: Notice) -> discord.ui.View:
        """Return the button that goes with what can be appealed."""
        if notice.act != "block":
            return discord.utils.MISSING  # type: ignore[no-any-return]  # discord.py's word for "none"
        view = discord.ui.View(timeout=None)
        view.add_item(appeal_button(self._texts, notice.locale, notice.seq))
        return view


class ModerationCog(
    LookingPart, BlockingPart, LimitingPart, WordlistPart, ArrangingPart, ReviewPart, ReportPart, name="moderation"
):
    """All parts of the group as one cog."""

    moderation = MODERATION

    async def cog_load(self) -> None:
        """Begin to tell members what they are still to be told."""
        self._notifier.start()

    async def cog_unload(self) -> None:
        """Stop; what is not told yet stays due."""
        await self._notifier.close()
