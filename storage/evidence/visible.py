"""The visible label: words in a corner of the picture itself, for those who look at it (GB 45438-2025 section 5).

What summaries of the standard agree on: words for AI together with "generated", at an edge or in a corner, letters of
at least 5 % of the shorter side. Drawn from masks that are shipped (`scripts/label_masks.py`), so the same picture gets
the same label on every machine, whatever fonts it has.
"""

import functools
from collections.abc import Sequence
from enum import StrEnum
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from storage.evidence.containers import NotAPicture

SHARE: Final = 0.05
"""Of the shorter side: the height of the letters "AI"."""
MIN_LETTER: Final = 10
"""Pixels below which nobody could read it; it is higher then, as far as the picture is wide enough."""

_FOLDER: Final = Path(__file__).parent / "labels"
_SHADE: Final = 150
"""How dark the plate under the words is, of 255: white words on it are readable on any picture."""
# Of a letter's height.
_PADDING, _GAP, _MARGIN, _CORNER = 0.55, 0.45, 0.6, 0.45
_SMOOTH: Final = 4


class VisibleLabel(StrEnum):
    """In which language a picture says for all to see that AI made it."""

    OFF = "off"
    ENGLISH = "en"
    CHINESE = "zh"
    BOTH = "both"


_LINES: Final = {VisibleLabel.ENGLISH: ("en",), VisibleLabel.CHINESE: ("zh",), VisibleLabel.BOTH: ("zh", "en")}


def labelled(data: bytes, which: VisibleLabel, form: str = "PNG") -> bytes:
    """Return a picture with the label in its lower right corner, encoded anew as PNG or JPEG; blocking.

    Raise NotAPicture for what cannot be decoded.
    """
    try:
        with Image.open(BytesIO(data)) as opened:
            transparent = form == "PNG" and opened.has_transparency_data
            image, profile = opened.convert("RGBA" if transparent else "RGB"), opened.info.get("icc_profile")
    except (OSError, SyntaxError) as error:
        raise NotAPicture("it cannot be decoded") from error
    out = BytesIO()
    with_label(image, which).save(out, form, icc_profile=profile)
    return out.getvalue()


def with_label(image: Image.Image, which: VisibleLabel) -> Image.Image:
    """Return an RGB or RGBA picture with the label; the same one where it is off."""
    if which is VisibleLabel.OFF:
        return image
    letter = _letter(image.size, _LINES[which])
    lines = [_line(name, letter) for name in _LINES[which]]
    padding, gap, margin = (max(1, round(share * letter)) for share in (_PADDING, _GAP, _MARGIN))
    width = max(line.width for line in lines) + 2 * padding
    height = sum(line.height for line in lines) + gap * (len(lines) - 1) + 2 * padding
    plate = _plate((width, height), round(_CORNER * letter))
    top = padding
    for line in lines:
        place = ((width - line.width) // 2, top)
        plate.paste((255, 255, 255, 255), (*place, place[0] + line.width, place[1] + line.height), line)
        top += line.height + gap
    corner = (max(0, image.width - width - margin), max(0, image.height - height - margin))
    whole = image.convert("RGBA")
    whole.alpha_composite(plate.crop((0, 0, image.width - corner[0], image.height - corner[1])), corner)
    return whole if image.mode == "RGBA" else whole.convert(image.mode)


def _letter(size: tuple[int, int], lines: Sequence[str]) -> int:
    """Return how high the letters are: the share of the shorter side, readable, and never wider than the picture."""
    # One more, for the rows at top and bottom that are only partly ink.
    wanted = max(ceil(SHARE * min(size)) + 1, MIN_LETTER)
    widest = max(_mask(name)[0].width / _mask(name)[1] for name in lines) + 2 * _PADDING
    return max(1, min(wanted, int(size[0] / widest)))


def _line(name: str, letter: int) -> Image.Image:
    mask, height = _mask(name)
    return mask.resize((ceil(mask.width * letter / height), ceil(mask.height * letter / height)), Image.Resampling.BOX)


@functools.cache
def _mask(name: str) -> tuple[Image.Image, int]:
    """Return the mask of some words, and how high its letters "AI" are."""
    with Image.open(_FOLDER / f"{name}.png") as mask:
        mask.load()
        return mask, int(mask.info["letter"])


def _plate(size: tuple[int, int], corner: int) -> Image.Image:
    """Return a dark, half transparent plate with round corners."""
    large = Image.new("L", (size[0] * _SMOOTH, size[1] * _SMOOTH))
    ImageDraw.Draw(large).rounded_rectangle((0, 0, large.width - 1, large.height - 1), corner * _SMOOTH, fill=_SHADE)
    plate = Image.new("RGBA", size)
    plate.putalpha(large.resize(size, Image.Resampling.BOX))
    return plate
