"""Colours to choose from in a list: what is added to the member's words for each."""

from collections.abc import Mapping
from typing import Final

PALETTES: Final[Mapping[str, str]] = {
    "warm": "warm colours",
    "cool": "cool colours",
    "pastel": "soft pastel colours",
    "muted": "muted colours",
    "vivid": "vivid, saturated colours",
    "earthy": "natural ochre and umber colours",
    "monochrome": "one single hue, monochrome",
    "complementary": "two complementary colours",
}
"""The palettes by name (`palette-<name>` in the texts); no word of them is a thing that could be drawn."""
