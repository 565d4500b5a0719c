"""Other people's words, made safe to look at: what would hide, reorder or cover other text is shown as its code."""

import re
import unicodedata
from typing import Final

_JOINERS: Final = frozenset("\u200c\u200d")
"""Formatting characters that scripts and emoji are written with; invisible, and they move nothing."""
_SPACES: Final = frozenset("\n\t")
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
MARKS_IN_A_ROW: Final = 4
"""More accents than this on one letter would pile up over the lines above."""
_BREAK: Final = "\u200b"
_UNBROKEN: Final = re.compile(r"[!-\u2fff]{33,}")
_PIECE: Final = 24


def legible(text: str) -> str:
    """Return a text with control, bidirectional and unassigned characters, and piled-up accents, as ‹U+…›."""
    shown, marks = [], 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        plain = category not in _HIDDEN or character in _JOINERS or character in _SPACES
        shown.append(character if plain and marks <= MARKS_IN_A_ROW else coded(character))
    return "".join(shown)


def coded(character: str) -> str:
    """Return a character's code."""
    return f"‹U+{ord(character):04X}›"


def clipped(text: str, length: int) -> str:
    """Return the beginning of a text, with an ellipsis where something is left out."""
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def breakable(text: str) -> str:
    """Return a text whose very long words may be broken, for a typesetter that would let them run off the page."""
    return _UNBROKEN.sub(lambda found: _broken(found[0]), text)


def _broken(word: str) -> str:
    return _BREAK.join(word[start : start + _PIECE] for start in range(0, len(word), _PIECE))
