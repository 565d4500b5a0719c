"""Names of styles in a member's language; those of a server that nobody translated stay as they are."""

from bot.chat.texts import Texts


def style_name(texts: Texts, locale: object, style: str) -> str:
    """Return what a style is called."""
    key = f"style-{style}"
    return texts(locale, key) if texts.has(locale, key) else style
