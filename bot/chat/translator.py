"""Command names and descriptions in the languages that Colophon speaks."""

import discord
from discord import app_commands

from bot.chat.texts import Texts

_SPOKEN = {discord.Locale.chinese: "zh-CN", discord.Locale.american_english: "en-US"}


class CommandTranslator(app_commands.Translator):
    """Looks up `locale_str(..., key=...)` in the texts; other languages keep the English name."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return the string in a locale, or None to keep the default."""
        key = string.extras.get("key")
        if key is None or locale not in _SPOKEN:
            return None
        return self._texts(locale.value, key)


def named(default: str, key: str) -> app_commands.locale_str:
    """Return a name or description that is translated through a key of the texts."""
    return app_commands.locale_str(default, key=key)
