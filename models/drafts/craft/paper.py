"""Drawings on paper: the light that lies on a scanned or photographed sheet, and whether there is a sheet at all."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from models.drafts.craft.fields import Light, blurred, grown, light_of, shrunk

_LOOKED_AT: Final = 1024
"""Pixels a side at which pictures are judged: thin strokes survive it."""
_LIT_AT: Final = 256
"""Pixels a side at which the light on the paper is measured; it changes slowly."""
_REACH: Final = 20
"""How far the next bare paper is at most, at that size: the half width of a stroke that is not taken for shadow."""
_DARKEST_SHARE: Final = 0.6
"""Paper in shadow has at least this share of the light of the brightest paper; anything darker is ink."""
_PAPER, _INK = 0.85, 0.6
_THICK: Final = 0.01
"""Half the width of a stroke that counts as thick, as a share of the longer side."""


@dataclass(frozen=True, slots=True)
class Look:
    """Shares of a picture, 0 to 1: bare `paper`, `ink`, thick patches of ink within all ink, and mean `colour`."""

    paper: float
    ink: float
    thick: float
    colour: float

    @property
    def is_line_art(self) -> bool:
        """Mostly light paper with dark thin strokes: few half tones, hardly any colour."""
        strokes = 0.0005 < self.ink < 0.3 and self.thick < 0.5
        return self.paper > 0.7 and strokes and self.colour < 0.055


def look_at(image: Image.Image) -> Look:
    """Measure an RGB picture, after the light on its paper was evened out."""
    small = image.copy()
    small.thumbnail((_LOOKED_AT, _LOOKED_AT))
    small = evened(small)
    light = light_of(small.convert("L"))
    ink = light < _INK
    patches = shrunk(ink, max(1, round(_THICK * max(small.size))))
    thick = grown(patches, max(1, round(_THICK * max(small.size)))) & ink
    pixels = np.asarray(small, dtype=np.int16)
    colour = (pixels.max(axis=2) - pixels.min(axis=2)).mean() / 255
    share = ink.mean()
    return Look(
        float((light > _PAPER).mean()), float(share), float(thick.mean() / share) if share else 0.0, float(colour)
    )


def evened(image: Image.Image) -> Image.Image:
    """Return an RGB picture as if its paper were white and evenly lit; white paper stays bit for bit what it is."""
    paper = np.stack([_paper_light(channel) for channel in image.split()], axis=2)
    if paper.min() >= 254.5 / 255:
        return image
    lit = Image.merge("RGB", [_resized(paper[:, :, each], image.size) for each in range(3)])
    pixels = np.asarray(image, dtype=np.float32) / np.maximum(np.asarray(lit, dtype=np.float32), 1)
    return Image.fromarray(np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8))


def _paper_light(channel: Image.Image) -> Light:
    """Return how light the paper is everywhere, strokes filled in from the paper around them; small."""
    small = channel.copy()
    small.thumbnail((_LIT_AT, _LIT_AT))
    # Grain would make the lightest pixels around lighter than the paper.
    light = blurred(light_of(small), 1.0)
    filled = blurred(shrunk(grown(light, _REACH), _REACH), _REACH / 2)
    lit: Light = np.maximum(filled, np.float32(_DARKEST_SHARE) * filled.max())
    return lit


def _resized(light: Light, size: tuple[int, int]) -> Image.Image:
    pixels = np.rint(np.clip(light, 0, 1) * 255).astype(np.uint8)
    return Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR)
