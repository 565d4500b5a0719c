"""What can be pressed under an answer; every id holds all that is needed, so that buttons outlive every process."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import discord

from bot.ask.facts import Language

if TYPE_CHECKING:
    from bot.ask.commands import AskCog

_LANGUAGE = "(?P<language>en|zh)"
_KEYS = r"(?P<keys>[0-9a-f]{8}(?:\.[0-9a-f]{8}){0,7})"
NO_LABEL = "\u200b"
"""For a button that is read back from its id: what it says is not needed then, and Discord wants something."""


def language_named(code: str) -> Language:
    """Return the language of a code in an id."""
    return next(language for language in Language if language.code == code)


def _cog(interaction: discord.Interaction) -> "AskCog":
    client: Any = interaction.client
    cog: AskCog = client.get_cog("ask")
    return cog


async def _guarded(interaction: discord.Interaction, doing: Any) -> None:
    client: Any = interaction.client
    await client.border.guard(interaction, doing)


class SourcesButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=rf"ask:sources:{_LANGUAGE}:{_KEYS}"
):
    """Shows the sources of an answer; its id names the facts."""

    def __init__(self, language: Language, keys: Sequence[str], *, label: str = NO_LABEL) -> None:
        custom_id = f"ask:sources:{language.code}:{'.'.join(keys)}"
        super().__init__(discord.ui.Button(label=label, style=discord.ButtonStyle.secondary, custom_id=custom_id))
        self.language = language
        self.keys = tuple(keys)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "SourcesButton":
        """Read the button back from its id."""
        return cls(language_named(match["language"]), match["keys"].split("."))

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the cog."""
        await _guarded(interaction, _cog(interaction).show_sources(interaction, self))


class FurtherButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=rf"ask:further:{_LANGUAGE}"):
    """Opens the form for a further question; what was asked before stands in the message itself."""

    def __init__(self, language: Language, *, label: str = NO_LABEL) -> None:
        custom_id = f"ask:further:{language.code}"
        super().__init__(discord.ui.Button(label=label, style=discord.ButtonStyle.secondary, custom_id=custom_id))
        self.language = language

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "FurtherButton":
        """Read the button back from its id."""
        return cls(language_named(match["language"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the cog."""
        await _guarded(interaction, _cog(interaction).open_further(interaction, self.language))


class RateButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=rf"ask:rate:(?P<vote>yes|no):{_LANGUAGE}:{_KEYS}",
):
    """Says whether an answer helped; its id names the facts it rests on."""

    def __init__(self, language: Language, keys: Sequence[str], *, helpful: bool) -> None:
        custom_id = f"ask:rate:{'yes' if helpful else 'no'}:{language.code}:{'.'.join(keys)}"
        emoji = "👍" if helpful else "👎"
        super().__init__(discord.ui.Button(emoji=emoji, style=discord.ButtonStyle.secondary, custom_id=custom_id))
        self.language = language
        self.keys = tuple(keys)
        self.helpful = helpful

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "RateButton":
        """Read the button back from its id."""
        return cls(language_named(match["language"]), match["keys"].split("."), helpful=match["vote"] == "yes")

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the cog."""
        await _guarded(interaction, _cog(interaction).rate(interaction, self))
