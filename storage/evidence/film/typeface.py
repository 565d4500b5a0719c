"""The typeface of films: Noto Sans CJK, which has Latin and Chinese alike, from the package that Colophon depends on.

The same on every machine, so that a film looks the same on every machine.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from PIL import ImageFont

_PACKAGE, _FILE = "manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc"
_SIMPLIFIED: Final = 2
"""Which face of the file writes Chinese as the mainland does; its order is Japanese, Korean, then this."""
_REGULAR_WEIGHT, _BOLD_WEIGHT = 400, 700
_NO_CHARACTER: Final = "\uffff"
_PROBED_AT: Final = 16


@dataclass(frozen=True, slots=True)
class Face:
    """One weight of the typeface."""

    weight: int

    def at(self, size_px: int) -> ImageFont.FreeTypeFont:
        """Return the face at a size."""
        return _loaded(self, size_px)


@dataclass(frozen=True, slots=True)
class Typeface:
    """What a film is lettered with."""

    regular: Face
    bold: Face

    def lacks(self, character: str) -> bool:
        """Tell whether there is no glyph for a character, which would be drawn as a box."""
        return _lacks(character)


NOTO: Final = Typeface(Face(_REGULAR_WEIGHT), Face(_BOLD_WEIGHT))


@lru_cache(maxsize=1)
def _file() -> Path:
    return Path(str(files(_PACKAGE) / _FILE))


@lru_cache(maxsize=64)
def _loaded(face: Face, size_px: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.FreeTypeFont(_file(), size_px, _SIMPLIFIED)
    font.set_variation_by_axes([face.weight])
    return font


@lru_cache(maxsize=8192)
def _lacks(character: str) -> bool:
    # What is drawn for a code point that never has a character is what is drawn for a lacking one.
    return not character.isspace() and _drawn(character) == _drawn(_NO_CHARACTER)


def _drawn(character: str) -> tuple[tuple[int, int], bytes]:
    mask = _probe().getmask(character)
    return mask.size, bytes(mask)


@lru_cache(maxsize=1)
def _probe() -> ImageFont.FreeTypeFont:
    # Without shaping: a lone mark would be given something to stand on.
    return ImageFont.FreeTypeFont(_file(), _PROBED_AT, _SIMPLIFIED, layout_engine=ImageFont.Layout.BASIC)
