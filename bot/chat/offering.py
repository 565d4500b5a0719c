"""An error that offers something to press under its sentence."""

from abc import abstractmethod

import discord

from bot.chat.texts import Texts
from bot.errors import UserFacing


class Offering(UserFacing):
    """The person can mend it, or do something about it at once."""

    @abstractmethod
    def view(self, texts: Texts, locale: str) -> discord.ui.View:
        """Return the buttons, in the person's language."""
