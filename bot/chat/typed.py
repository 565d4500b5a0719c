"""What people type: cleaned and bounded before anything else happens."""

import unicodedata

from bot.errors import TextTooLong, UserFacing


def clean(text: str) -> str:
    """Return text in NFC without control characters, bidirectional overrides and outer spaces."""
    kept = (c for c in unicodedata.normalize("NFC", text) if c == "\n" or unicodedata.category(c)[0] != "C")
    return "".join(kept).strip()


def said(text: str, limit: int) -> str:
    """Return a cleaned text that says something; raise UserFacing where it is empty or over its limit."""
    text = clean(text)
    if not has_words(text):
        raise UserFacing("error-text-empty")
    if len(text) > limit:
        raise TextTooLong(text, limit)
    return text


def has_words(text: str) -> bool:
    """Tell whether there is a letter, a number or a symbol in a text."""
    return any(unicodedata.category(c)[0] in "LNS" for c in text)
