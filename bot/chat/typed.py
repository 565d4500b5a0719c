"""What people type: cleaned and bounded before anything else happens."""

import unicodedata
from typing import Final

from bot.errors import TextTooLong, UserFacing

_SEPARATORS: Final = {0x2028: "\n", 0x2029: "\n"}


def clean(text: str) -> str:
    """Return text in NFC without control characters, bidirectional overrides and outer spaces.

    Unicode's own separators of lines and paragraphs become newlines, so that what must be one line is seen to be more.
    """
    kept = (
        c
        for c in unicodedata.normalize("NFC", text).translate(_SEPARATORS)
        if c == "\n" or unicodedata.category(c)[0] != "C"
    )
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
