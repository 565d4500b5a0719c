"""Masks and canvases: what may be drawn on, at what size, and how it is put back."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

from models.drafts.craft.fields import grown, shrunk
from models.drafts.problems import Problem
from models.drafts.sizes import near_size

MOST_SIDE: Final = 3072
"""The longest side of an outpainted picture."""
ASPECTS: Final = {
    "1:1": (1, 1),
    "3:2": (3, 2),
    "2:3": (2, 3),
    "4:3": (4, 3),
    "3:4": (3, 4),
    "16:9": (16, 9),
    "9:16": (9, 16),
}
"""The shapes that can be asked for by name, as width and height."""
_FEATHER: Final = 8
"""Pixels over which a drawing fades in from the seam."""
_SAME_SHAPE: Final = 0.02
_NEAR_BLUR: Final = 2.0
_FAR_BLUR_SHARE: Final = 0.2


def on_white(image: Image.Image) -> Image.Image:
    """Return an RGB copy with transparent parts turned into white paper."""
    image = _eight_bits(image)
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGBA", layer.size, "white")
    paper.alpha_composite(layer)
    return paper.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return a picture of 16 bit greys, as scanners make them, in 8 bits: Pillow itself would cut off above 255."""
    if not image.mode.startswith("I;16"):
        return image
    return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))


def fit(image: Image.Image, width: int, height: int, *, multiple: int = 1, pad: bool = False) -> Image.Image:
    """Return an undistorted "RGB" picture of this size, each side rounded down to a multiple.

    What does not fit is cut at the edges, or, with `pad`, made room for with white paper.
    """
    size = (max(multiple, width // multiple * multiple), max(multiple, height // multiple * multiple))
    if pad:
        return ImageOps.pad(on_white(image), size, Image.Resampling.LANCZOS, color="white")
    return ImageOps.fit(on_white(image), size, Image.Resampling.LANCZOS)


def sizes_for(aspect: str, pixels: int, multiple: int) -> tuple[int, int]:
    """Return width and height in a shape of ASPECTS, with about `pixels` in all, divisible by `multiple`.

    Raise Problem "bad-size" for any other shape.
    """
    if aspect not in ASPECTS:
        raise Problem(422, "bad-size", f"the shapes are {', '.join(ASPECTS)}", param="size")
    return near_size(ASPECTS[aspect], pixels, multiple)


def edit_mask(mask: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return where to draw anew as "L" of 0 and 255, in the size of the picture.

    Transparent parts are meant where the mask has any (as in OpenAI's API), else white ones. Raise Problem "bad-mask"
    for a mask of another shape, or one that leaves nothing to draw.
    """
    mask = _eight_bits(mask)
    shape, own = size[0] / size[1], mask.width / mask.height
    if abs(shape - own) > _SAME_SHAPE * shape:
        raise Problem(422, "bad-mask", "the mask has another shape than the picture", param="mask")
    seen_through = ImageOps.invert(mask.convert("RGBA").getchannel("A"))
    # Many programs save an opaque alpha channel with every picture: only one that says something is asked.
    chosen = seen_through if seen_through.getbbox() else mask.convert("RGB").convert("L")
    smooth = chosen if chosen.size == size else chosen.resize(size, Image.Resampling.BILINEAR)
    return _not_empty(smooth.point([0] * 128 + [255] * 128))


def region_mask(size: tuple[int, int], cells: Iterable[int]) -> Image.Image:
    """Return a mask of some of the nine fields of a 3 x 3 grid, counted 1 to 9 as one reads.

    Raise Problem "bad-mask" for another number, or for none.
    """
    mask = Image.new("L", size, 0)
    for cell in cells:
        if not 1 <= cell <= 9:
            raise Problem(422, "bad-mask", "the fields are counted from 1 to 9", param="mask")
        row, column = divmod(cell - 1, 3)
        left, right = (size[0] * at // 3 for at in (column, column + 1))
        top, bottom = (size[1] * at // 3 for at in (row, row + 1))
        mask.paste(255, (left, top, right, bottom))
    return _not_empty(mask)


def _not_empty(mask: Image.Image) -> Image.Image:
    if mask.getbbox() is None:
        raise Problem(422, "bad-mask", "the mask leaves nothing to draw", param="mask")
    return mask


@dataclass(frozen=True, slots=True)
class Canvas:
    """A grown picture, where it is new ("L", 255), and where the old one lies in it as left, top, right, bottom."""

    image: Image.Image
    mask: Image.Image
    box: tuple[int, int, int, int]


def outpaint_canvas(
    image: Image.Image, margins: tuple[int, int, int, int], *, multiple: int = 8, most_side: int = MOST_SIDE
) -> Canvas:
    """Grow a picture by margins (left, top, right, bottom, in pixels); sides are rounded up to a multiple.

    What rounding adds goes where a margin was asked for, else to the right and to the bottom. New parts begin as the
    picture mirrored at its edge, and lose themselves in its colours further out, so that a network finds something to
    go on from; the old part stays bit for bit. Raise Problem "bad-size" for margins that add nothing or too much.
    """
    left, top, right, bottom = margins
    if min(margins) < 0 or max(margins) == 0:
        raise Problem(422, "bad-size", "margins are 0 or more, and one at least is more", param="margins")
    left, right = _rounded(image.width, left, right, multiple)
    top, bottom = _rounded(image.height, top, bottom, multiple)
    size = (left + image.width + right, top + image.height + bottom)
    if max(size) > most_side:
        raise Problem(422, "bad-size", f"the grown picture may have {most_side} pixels a side", param="margins")
    box = (left, top, left + image.width, top + image.height)
    picture = on_white(image)
    canvas = _mirrored(picture, size, box)
    canvas.paste(picture, box)
    mask = Image.new("L", size, 255)
    mask.paste(0, box)
    return Canvas(canvas, mask, box)


def _rounded(side: int, before: int, after: int, multiple: int) -> tuple[int, int]:
    """Return the margins of one direction, one of them enlarged so that the whole is a multiple."""
    missing = -(before + side + after) % multiple
    return (before + missing, after) if before and not after else (before, after + missing)


def _mirrored(image: Image.Image, size: tuple[int, int], box: tuple[int, int, int, int]) -> Image.Image:
    """Repeat a picture in mirrors on a larger canvas, the more blurred the further it is from the picture."""
    left, top, right, bottom = box
    outside = ((top, size[1] - bottom), (left, size[0] - right), (0, 0))
    canvas = Image.fromarray(np.pad(np.asarray(image), outside, mode="symmetric"))
    furthest = max(max(pair) for pair in outside)
    near = canvas.filter(ImageFilter.GaussianBlur(_NEAR_BLUR))
    far = canvas.filter(ImageFilter.GaussianBlur(max(_NEAR_BLUR, _FAR_BLUR_SHARE * furthest)))
    columns, rows = _outside(size[0], left, right), _outside(size[1], top, bottom)
    share = np.maximum(rows[:, None], columns[None]) * (255 / furthest)
    return Image.composite(far, near, Image.fromarray(np.rint(share).astype(np.uint8)))


def _outside(length: int, start: int, stop: int) -> NDArray[np.float64]:
    """Return for each place of a side how many pixels it is before `start` or after `stop`."""
    at = np.arange(length)
    outside: NDArray[np.float64] = np.maximum(np.maximum(start - at, at - stop + 1), 0.0)
    return outside


def paste_back(original: Image.Image, drawn: Image.Image, mask: Image.Image) -> Image.Image:
    """Put the drawn parts into the original: where the mask is 0 every pixel stays bit for bit what it was.

    The drawing fades in over a few pixels on the inner side of the seam, in thin parts over fewer; the border of the
    picture is no seam. The result is "RGB", or "RGBA" where the original can be seen through. Sizes must be equal.
    """
    if not (original.size == drawn.size == mask.size):
        raise ValueError("original, drawing and mask have different sizes")
    original = _eight_bits(original)
    mode = "RGBA" if original.has_transparency_data else "RGB"
    return Image.composite(drawn.convert(mode), original.convert(mode), _faded(mask))


def _faded(mask: Image.Image) -> Image.Image:
    """Return a mask that grows from its seam inwards and is nowhere more than before."""
    values = np.asarray(mask.convert("L"))
    layer = values > 0
    depth = layer.astype(np.uint8)
    for _ in range(_FEATHER - 1):
        layer = shrunk(layer, 1)
        depth += layer
    # The middle of a thin part is as deep as it gets there, and is drawn in full.
    share = depth / np.maximum(grown(depth, _FEATHER), 1)
    return Image.fromarray(np.rint(values * share).astype(np.uint8))
