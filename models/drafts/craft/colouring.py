"""Colours under a member's own lines."""

from typing import Final

import numpy as np
from PIL import Image, ImageChops

from models.drafts.craft.canvas import fit, on_white
from models.drafts.craft.fields import Marks, grown
from models.drafts.craft.lines import is_line_art
from models.drafts.craft.paper import evened

_INK, _PAPER = 190, 228
"""Greys: up to the first a stroke keeps its tone, from the second on paper counts as white, between is a slope."""
_DARKER: Final = 0.6
"""Ink has at most this share of the light of the lightest pixel in its surroundings."""
_AROUND: Final = 4
_FORGIVEN: Final = 1


def keep_lines(coloured: Image.Image, lines: Image.Image) -> Image.Image:
    """Lay lines over colours as "RGB": nowhere lighter than `stencil`, and where that is white not one bit changes.

    The numbers in the pixels (sRGB) are multiplied, not the light they stand for: painting programs do so in their
    layer mode of this name, artists know the look, and soft edges of strokes keep their weight.
    """
    tone = stencil(lines, coloured.size)
    return ImageChops.multiply(on_white(coloured), Image.merge("RGB", (tone, tone, tone)))


def stencil(lines: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return lines as "L" on white paper in another size, cut as `fit` cuts the pictures drawn from them.

    Strokes keep their tone; the shade of a scanned or photographed sheet is left out, lest it dull the colours.
    """
    sheet = fit(lines, *size)
    if is_line_art(sheet):
        sheet = evened(sheet)
    return sheet.convert("L").point([_tone(grey) for grey in range(256)])


def line_iou(lines: Image.Image, coloured: Image.Image) -> float:
    """Measure how well a coloured picture keeps lines, 0 to 1: ink that is in both, over ink that is in either.

    Ink is what is much darker than its surroundings, so that a dark area is none. A pixel's shift is forgiven, and ink
    far from every line is no fault: eyes and folds may be added. 1 where there are no lines.
    """
    wanted = _ink(stencil(lines, coloured.size))
    found = _ink(on_white(coloured).convert("L"))
    kept = wanted & grown(found, _FORGIVEN)
    beside = found & grown(wanted, _AROUND) & ~grown(wanted, _FORGIVEN)
    either = int(wanted.sum()) + int(beside.sum())
    return int(kept.sum()) / either if either else 1.0


def _tone(grey: int) -> int:
    if grey <= _INK:
        return grey
    return min(255, round(_INK + (grey - _INK) * (255 - _INK) / (_PAPER - _INK)))


def _ink(grey: Image.Image) -> Marks:
    light = np.asarray(grey)
    return light < _DARKER * grown(light, _AROUND)
