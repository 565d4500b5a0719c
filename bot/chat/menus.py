"""Commands in the menu of a message; discord.py knows no decorator for them inside a cog."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.translator import named

MAX_NAME: Final = 32


@dataclass(frozen=True, slots=True)
class Menu:
    """An entry: its English name, the key of its names, and the method of the cog that is called."""

    name: str
    key: str
    method: str


class MenuCog(commands.Cog):
    """A cog with entries in the menu of a message; the client adds them to the tree."""

    menus: ClassVar[Sequence[Menu]] = ()

    def context_menus(self) -> Sequence[app_commands.ContextMenu]:
        """Return the commands of the entries."""
        return [
            app_commands.ContextMenu(
                name=named(menu.name, menu.key),
                callback=getattr(self, menu.method),
                type=discord.AppCommandType.message,
            )
            for menu in self.menus
        ]
