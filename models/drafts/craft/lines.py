"""Lines out of pictures.

H. Winnemöller, J. E. Kyprianidis, S. C. Olsen: XDoG: An eXtended difference-of-Gaussians compendium including advanced
image stylization, Computers & Graphics 36(6), 2012. Of it the soft threshold (a hyperbolic tangent) is applied to the
difference alone, without the tone of the picture, so that dark areas do not turn into ink. Differences of two widths,
for fine strokes and for contours, are smoothed along the strokes.
"""

from typing import Final

import numpy as np
from PIL import Image, ImageOps

from models.drafts.craft.canvas import on_white
from models.drafts.craft.coherence import flow_of
from models.drafts.craft.fields import Light, blurred, grey_of, light_of
from models.drafts.craft.paper import evened, look_at
from models.drafts.craft.specks import without_specks

_WIDTHS: Final = (0.9, 1.8)
"""Standard deviations of the inner Gaussians, in pixels."""
_RATIO: Final = 1.6
"""The outer Gaussian of a pair, relative to the inner one (k in the paper)."""
_SHARPNESS: Final = np.float32(90)
_FAINTEST, _PLAINEST = 0.004, 0.03
"""The difference from which there is ink, with all detail and with none; an edge has a tenth of its contrast."""
_STRONG: Final = 1.6
"""How many times the faintest difference a stroke must have somewhere."""
_CUT, _MOST_GAIN = 0.005, 3.0
"""The share of the darkest and of the lightest pixels that stretching passes over, and how much it may stretch."""
_BARE, _FULL = 0.88, 0.25
"""In line art: from which light on there is bare paper, and down from which there is full ink."""


def extract_lines(image: Image.Image, *, detail: float = 0.5) -> Image.Image:
    """Return black lines on white paper as "L", of the same size; `detail` 0..1 is how faint a line may be.

    Line art is only cleaned, since its strokes are lines already; light strokes on a dark ground are turned round.
    """
    picture = on_white(image)
    for sheet in (picture, ImageOps.invert(picture)):
        if look_at(sheet).is_line_art:
            return grey_of(1 - _cleaned(sheet))
    return grey_of(1 - _drawn(picture, min(max(detail, 0.0), 1.0)))


def control_lines(image: Image.Image) -> Image.Image:
    """Return white lines on black as "RGB": what control nets for line art and scribbles were trained on."""
    return ImageOps.invert(extract_lines(image)).convert("RGB")


def is_line_art(image: Image.Image) -> bool:
    """Tell whether a picture is mostly light paper with dark thin strokes; a photograph of such a sheet is one too."""
    return look_at(on_white(image)).is_line_art


def _cleaned(sheet: Image.Image) -> Light:
    """Return the ink of line art: bare paper is 0, pencil grey nearly 1, edges stay soft."""
    light = light_of(evened(sheet).convert("L"))
    ink = np.clip((_BARE - light) / np.float32(_BARE - _FULL), 0, 1)
    return without_specks(ink, weak=0.02, strong=0.35, smallest=3)


def _drawn(picture: Image.Image, detail: float) -> Light:
    """Return the ink with which the dark side of each edge, and each dark stroke, would be drawn."""
    faint = np.float32(_PLAINEST * (_FAINTEST / _PLAINEST) ** detail)
    channels = _stretched(picture)
    difference = np.minimum(*(_difference(channels, width) for width in _WIDTHS))
    # Where there is hardly a difference there will be no ink, and most of a picture is such.
    places = np.flatnonzero(difference < -faint / 4)
    smooth = flow_of(channels).along(difference, places)
    ink = np.zeros_like(difference)
    ink.ravel()[places] = np.maximum(np.tanh(_SHARPNESS * (-smooth - faint)), 0)
    strong = float(np.tanh(_SHARPNESS * (_STRONG - 1) * faint))
    return without_specks(ink, weak=0.1, strong=strong, smallest=4 + max(picture.size) // 100)


def _stretched(picture: Image.Image) -> list[Light]:
    """Return the light of each channel, all stretched alike: dusk has lines too, a bare wall none."""
    counts = np.cumsum(picture.convert("L").histogram())
    dark, light = np.searchsorted(counts, [_CUT * counts[-1], (1 - _CUT) * counts[-1]]) / 255
    gain = np.float32(min(1 / max(light - dark, 1 / 255), _MOST_GAIN))
    return [light_of(channel) * gain for channel in picture.split()]


def _difference(channels: list[Light], width: float) -> Light:
    """Return a difference of Gaussians, negative on the dark side of an edge and within dark strokes.

    Half of it is the light's, half the darkest channel's, so that colours of equal light have an edge as well.
    """
    each = [blurred(light, width) - blurred(light, width * _RATIO) for light in channels]
    difference: Light = (sum(each[1:], each[0]) / np.float32(len(each)) + np.minimum.reduce(each)) / 2
    return difference
