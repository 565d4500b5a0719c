"""Even colours inside closed shapes, as colourists lay them down before they shade.

A small network colours roughly: its colours run over lines and are blotched. Inside a shape that a member closed with
lines one colour was meant, mostly; so each shape gets the mean of what was painted in it, the more of it the more alike
it was anyway. A shape left open joins its surroundings, is not alike, and keeps what was painted.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.drafts.craft.canvas import on_white
from models.drafts.craft.colouring import stencil
from models.drafts.craft.fields import Light, Marks, grown, light_of
from models.drafts.craft.regions import connected

_WORKED: Final = 256
"""Pixels of the longer side at which shapes are looked for."""
_OPEN: Final = 0.72
"""Light of the lines' sheet from which a pixel belongs to a shape, and not to a stroke."""
_ALIKE: Final = 0.22
"""Standard deviation of a shape's colours, 0..1, at which half of each is taken."""
_WHITE: Final = 0.93
"""Mean light from which the sheet around the drawing is white."""


def flatted(coloured: Image.Image, lines: Image.Image) -> Image.Image:
    """Return a coloured picture as "RGB" with even colours between the lines, which are not drawn themselves."""
    painted = on_white(coloured)
    scale = _WORKED / max(painted.size)
    size = (max(1, round(painted.width * scale)), max(1, round(painted.height * scale)))
    colours = np.asarray(painted.resize(size, Image.Resampling.BOX), np.float32) / np.float32(255)
    sheet = light_of(stencil(lines, size))
    even, share = _evened(colours, sheet > _OPEN)
    mixed = Image.fromarray(np.rint((colours + share * (even - colours)) * 255).astype(np.uint8))
    amount = Image.fromarray(np.rint(share[..., 0] * 255).astype(np.uint8)).resize(
        painted.size, Image.Resampling.BILINEAR
    )
    return Image.composite(mixed.resize(painted.size, Image.Resampling.BILINEAR), painted, amount)


def _evened(colours: NDArray[np.float32], open_paper: Marks) -> tuple[NDArray[np.float32], Light]:
    """Return the mean colour of each pixel's shape, also under the strokes beside it, and how much of it to take."""
    names = connected(open_paper, corners=False)
    _, names = np.unique(names, return_inverse=True)
    count = int(names.max(initial=-1)) + 1
    if not count:
        return colours, np.zeros((*open_paper.shape, 1), np.float32)
    inside = colours[open_paper]
    sizes = np.bincount(names, minlength=count).astype(np.float32)[:, None]
    means = np.stack([np.bincount(names, inside[:, channel], count) for channel in range(3)], 1) / sizes
    squares = np.stack([np.bincount(names, inside[:, channel] ** 2, count) for channel in range(3)], 1) / sizes
    spread = np.sqrt(np.maximum(squares - means**2, 0).mean(1))
    shares = 1 / (1 + (spread / _ALIKE) ** 4)
    around = _around(open_paper, names, count)
    white = around & (means.mean(1) > _WHITE)
    means[white], shares[white] = 1.0, 1.0
    return _spread_under_strokes(open_paper, names, means.astype(np.float32), shares.astype(np.float32))


def _around(open_paper: Marks, names: NDArray[np.intp], count: int) -> NDArray[np.bool_]:
    """Tell which shapes reach the border of the sheet."""
    placed = np.full(open_paper.shape, -1, np.intp)
    placed[open_paper] = names
    border = np.concatenate([placed[0], placed[-1], placed[:, 0], placed[:, -1]])
    found = np.zeros(count, np.bool_)
    found[border[border >= 0]] = True
    return found


def _spread_under_strokes(
    open_paper: Marks, names: NDArray[np.intp], means: NDArray[np.float32], shares: NDArray[np.float32]
) -> tuple[NDArray[np.float32], Light]:
    """Let the colours of shapes go on under the strokes, where they meet the next one's."""
    placed = np.zeros(open_paper.shape, np.intp)
    placed[open_paper] = names + 1
    while not placed.all():
        wider = grown(placed.astype(np.float32), 1).astype(np.intp)
        placed = np.where(placed > 0, placed, wider)
    return means[placed - 1], shares[placed - 1][..., None]
