"""Pictures of the record, reduced for a frame: one is decoded at a time, and few reduced ones are kept."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import ExifTags, Image, ImageOps

from storage.evidence.film.canvas import PAPER

KEPT: Final = 12
"""Reduced pictures that are kept: candidates come twice, when they are made and when one is chosen."""
_FORMATS: Final = ("PNG", "JPEG", "WEBP")
# Of the eight orientations of Exif, those whose width is the height of what was stored.
_LYING: Final = frozenset({5, 6, 7, 8})

WhereIs = Callable[[str], Path]
"""Where the file of a picture's hash lies, whether it is there or not."""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height as a person sees the picture; `turned` where the file has it otherwise."""

    width: int
    height: int
    turned: bool


class Thumbnails:
    """Opens pictures by their hash; what is erased, or no picture, is None."""

    def __init__(self, where_is: WhereIs) -> None:
        self._where_is = where_is
        self.reduced = lru_cache(maxsize=KEPT)(self._reduced)

    def size(self, digest: str) -> Size | None:
        """Return the size of a picture; nothing is decoded."""
        try:
            with Image.open(self._where_is(digest), formats=_FORMATS) as image:
                orientation = _orientation(image)
                width, height = image.size if orientation not in _LYING else image.size[::-1]
                return Size(width, height, orientation != 1)
        except OSError:
            return None

    def _reduced(self, digest: str, box: tuple[int, int]) -> Image.Image | None:
        """Return a picture as large as a box allows."""
        try:
            with Image.open(self._where_is(digest), formats=_FORMATS) as image:
                longer = max(box)
                image.draft("RGB", (longer, longer))
                upright = image if _orientation(image) == 1 else ImageOps.exif_transpose(image)
                return ImageOps.contain(_opaque(upright), box, Image.Resampling.LANCZOS)
        except OSError:
            return None


def _orientation(image: Image.Image) -> int:
    """Return how a photograph is to be turned; a PNG would be decoded to tell, and no camera makes one."""
    if image.format == "PNG":
        return 1
    found = image.getexif().get(ExifTags.Base.Orientation, 1)
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def _opaque(image: Image.Image) -> Image.Image:
    """Return a picture without transparency: what shows through is paper."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    paper = Image.new("RGB", layered.size, PAPER)
    paper.paste(layered, mask=layered.getchannel("A"))
    return paper
