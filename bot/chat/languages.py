"""The language that a member reads: the one they have set, or else what their Discord says."""

from collections.abc import Callable
from typing import Final

import discord

LanguageOf = Callable[[int], str | None]
"""Returns the language that an account has set, out of memory; None where Discord decides."""
_DISCORDS: Final = "discord-locale"


def speak(interaction: discord.Interaction, language: str | None) -> None:
    """Let everything that answers an interaction use a language; None goes back to what Discord said."""
    own: discord.Locale = interaction.extras.setdefault(_DISCORDS, interaction.locale)
    interaction.locale = own if language is None else discord.Locale(language)
