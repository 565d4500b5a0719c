"""Several things in one picture: each was drawn by itself on white, and is set where it can be seen.

A thing that fills its whole square, like a sunset or a beach, becomes the backdrop of the others.
"""

from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

_PAPER: Final = 236
"""Grey from which a pixel joined to the border counts as paper."""
_FULL: Final = 0.35
"""The share of a square's border that is not paper, from which it is a backdrop."""
_SMALL: Final = 128

_LAYOUTS: Final = {
    1: ((0.5, 0.5, 1.0),),
    2: ((0.3, 0.46, 0.6), (0.7, 0.54, 0.6)),
    3: ((0.27, 0.32, 0.52), (0.73, 0.32, 0.52), (0.5, 0.72, 0.52)),
}
"""Middle and size of each thing on a white sheet, in parts of its side."""
_BEFORE: Final = {1: ((0.5, 0.62, 0.66),), 2: ((0.3, 0.62, 0.54), (0.7, 0.66, 0.54))}
"""The same before a backdrop."""


def composed(tiles: Sequence[Image.Image]) -> Image.Image:
    """Set RGB squares of one size, the most important first, into one of that size."""
    if len(tiles) == 1:
        return tiles[0]
    side = tiles[0].width
    backdrops = [tile for tile in tiles if _fills_its_square(tile)]
    if backdrops and len(backdrops) < len(tiles):
        sheet = backdrops[0].copy()
        things = [tile for tile in tiles if tile is not backdrops[0]]
        layout = _BEFORE[len(things)]
    else:
        sheet, things, layout = Image.new("RGB", (side, side), "white"), list(tiles), _LAYOUTS[len(tiles)]
    for tile, (across, down, size) in zip(things, layout, strict=True):
        small = tile.resize((round(side * size),) * 2, Image.Resampling.LANCZOS)
        _lay(sheet, small, (round(side * across - small.width / 2), round(side * down - small.height / 2)))
    return sheet


def tilted(tile: Image.Image, degrees: float) -> Image.Image:
    """Turn a thing on its paper; a scene that fills its square stays level."""
    if not degrees or _fills_its_square(tile):
        return tile
    return tile.rotate(degrees, Image.Resampling.BICUBIC, fillcolor="white")


def _lay(sheet: Image.Image, thing: Image.Image, at: tuple[int, int]) -> None:
    """Lay a thing upon a sheet; its paper is multiplied away, so that soft edges leave no white rim."""
    box = (*at, at[0] + thing.width, at[1] + thing.height)
    beneath = sheet.crop(box)
    sheet.paste(Image.composite(thing, ImageChops.multiply(thing, beneath), _inside(thing)), box)


def _inside(thing: Image.Image) -> Image.Image:
    """Return where a drawing is opaque, "L": all that is not paper joined to the border, less its outermost pixels."""
    small = thing.convert("L").resize((_SMALL, _SMALL), Image.Resampling.BOX)
    paper = small.point([255 if grey >= _PAPER else 0 for grey in range(256)])
    framed = Image.new("L", (_SMALL + 2, _SMALL + 2), 255)
    framed.paste(paper, (1, 1))
    ImageDraw.floodfill(framed, (0, 0), 128)
    inside = framed.crop((1, 1, _SMALL + 1, _SMALL + 1)).point([0 if mark == 128 else 255 for mark in range(256)])
    return inside.filter(ImageFilter.MinFilter(3)).resize(thing.size, Image.Resampling.BILINEAR)


def _fills_its_square(tile: Image.Image) -> bool:
    """Tell a scene from a thing on paper, by what its border is made of, a little inside."""
    small = tile.convert("L").resize((_SMALL, _SMALL), Image.Resampling.BOX)
    near, far, greys = _SMALL // 12, _SMALL - 1 - _SMALL // 12, small.tobytes()
    edge = [(along, across) for along in range(near, far + 1) for across in (near, far)]
    shades = [greys[row * _SMALL + column] for row, column in (*edge, *((y, x) for x, y in edge))]
    return sum(shade < _PAPER for shade in shades) >= _FULL * len(shades)
