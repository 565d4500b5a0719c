"""How alike two pictures are to the eye: structure, colour, and the largest difference of all.

* structure: SSIM of the brightness (Wang, Bovik, Sheikh and Simoncelli 2004, "Image quality assessment: from error
  visibility to structural similarity", IEEE Transactions on Image Processing 13(4)), with the paper's window of 11
  pixels and its constants; 1 is the same.
* colour: the mean distance in Oklab (Ottosson 2020, "A perceptual color space for image processing"), and the share of
  pixels in which it is 0.02 or more, a difference that can just be seen (CSS Color Module Level 4, section 13).
* the largest difference of one channel, of 255, and the share of pixels that differ at all.

None of them knows what a picture shows. Means flatter pictures with much empty paper, so the shares count too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Plane = NDArray[np.float32]
Number = TypeVar("Number", np.uint8, np.float32)

JUST_VISIBLE: Final = 0.02
_WINDOW: Final = 11
_SIGMA: Final = 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
# Rows that are looked at together: bounds the memory whatever the picture.
_BAND: Final = 256
_TO_LINEAR: Final = np.array(
    [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in np.arange(256) / 255], dtype=np.float32
)
_TO_CONES: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    dtype=np.float32,
)
_TO_OKLAB: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    dtype=np.float32,
)


class Nearness(Enum):
    """What the numbers mean, in words."""

    SAME = "same"
    """Nobody could tell them apart side by side."""
    NEAR = "near"
    """The same picture, with differences that one finds by looking for them."""
    APART = "apart"
    """The differences are plain to see; it may be another picture altogether."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two pictures of one size are."""

    structure: float
    colour: float
    visible: float
    largest: int
    changed: float

    @property
    def nearness(self) -> Nearness:
        """Return what the numbers mean; the limits are ours."""
        if self.structure >= 0.99 and self.visible < 0.001:
            return Nearness.SAME
        return Nearness.NEAR if self.structure >= 0.95 and self.visible < 0.05 else Nearness.APART


def likeness(one: Image.Image, other: Image.Image) -> Likeness:
    """Compare two pictures of the same size; blocking. Raise ValueError where the sizes differ."""
    if one.size != other.size:
        raise ValueError("pictures of different sizes cannot be compared pixel by pixel")
    a, b = (np.asarray(image.convert("RGB")) for image in (one, other))
    structure, colour, visible, largest, changed, windows = 0.0, 0.0, 0, 0, 0, 0
    for first, second in _bands(a, b):
        difference = np.abs(first.astype(np.int16) - second.astype(np.int16)).max(axis=2)
        largest = max(largest, int(difference.max()))
        changed += int(np.count_nonzero(difference))
        distance = np.linalg.norm(_oklab(first) - _oklab(second), axis=2)
        colour += float(distance.sum())
        visible += int(np.count_nonzero(distance >= JUST_VISIBLE))
    for first, second in _bands(_luma(one), _luma(other), overlap=_WINDOW - 1):
        similar = _ssim(first, second)
        structure += float(similar.sum())
        windows += similar.size
    pixels = one.width * one.height
    return Likeness(structure / windows, colour / pixels, visible / pixels, largest, changed / pixels)


def _bands(one: NDArray[Number], other: NDArray[Number], overlap: int = 0) -> Iterator[tuple[NDArray[Number], ...]]:
    """Yield stripes of both, from the top down; a window across an edge lies in one of them whole."""
    for top in range(0, max(1, len(one) - overlap), _BAND):
        bottom = top + _BAND + overlap
        yield one[top:bottom], other[top:bottom]


def _oklab(rgb: NDArray[np.uint8]) -> Plane:
    cones: Plane = _TO_LINEAR[rgb] @ _TO_CONES.T
    lab: Plane = np.cbrt(cones) @ _TO_OKLAB.T
    return lab


def _luma(image: Image.Image) -> Plane:
    """Return the brightness, continued at the edges of pictures that are smaller than the window."""
    luma = np.asarray(image.convert("L"), dtype=np.float32)
    missing = [(0, max(0, _WINDOW - side)) for side in luma.shape]
    return np.pad(luma, missing, mode="edge")


def _ssim(x: Plane, y: Plane) -> Plane:
    """Return the similarity of each window (equation 13 of the paper)."""
    mean_x, mean_y = _blurred(x), _blurred(y)
    both, own = mean_x * mean_y, mean_x * mean_x + mean_y * mean_y
    covariance, variances = _blurred(x * y) - both, _blurred(x * x + y * y) - own
    similar = (2 * both + _C1) * (2 * covariance + _C2) / ((own + _C1) * (variances + _C2))
    return similar.astype(np.float32, copy=False)


def _blurred(plane: Plane) -> Plane:
    """Weigh each window by a bell curve; only whole windows count."""
    at = np.arange(_WINDOW, dtype=np.float32) - _WINDOW // 2
    bell = np.exp(-(at**2) / (2 * _SIGMA**2))
    weights = (bell / bell.sum()).astype(np.float32)
    height, width = (side - _WINDOW + 1 for side in plane.shape)
    rows = np.zeros((height, plane.shape[1]), np.float32)
    for n, weight in enumerate(weights):
        rows += weight * plane[n : n + height]
    both = np.zeros((height, width), np.float32)
    for n, weight in enumerate(weights):
        both += weight * rows[:, n : n + width]
    return both
