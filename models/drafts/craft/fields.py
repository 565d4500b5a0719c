"""Pictures as arrays: blurring, growing and shrinking, in numpy alone, so that the same pixels give the same bits."""

import math
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Light = NDArray[np.float32]
"""Rows and columns of light, 0 black to 1 white."""
Marks = NDArray[np.bool_]
"""Rows and columns of yes and no."""
_Field = TypeVar("_Field", NDArray[np.float32], NDArray[np.uint8], NDArray[np.bool_])


def light_of(grey: Image.Image) -> Light:
    """Return the light of a picture of mode "L"."""
    return np.asarray(grey, dtype=np.float32) / np.float32(255)


def grey_of(light: Light) -> Image.Image:
    """Return light as a picture of mode "L"; what is out of range is cut off."""
    return Image.fromarray(np.rint(np.clip(light, 0, 1) * 255).astype(np.uint8))


def blurred(light: Light, width: float) -> Light:
    """Return light under a Gaussian whose standard deviation is `width` pixels; the edge goes on outside."""
    reach = math.ceil(3 * width)
    weights = np.exp(-(np.arange(reach + 1, dtype=np.float64) ** 2) / (2 * width**2))
    weights = (weights / (2 * weights.sum() - weights[0])).astype(np.float32)
    return _folded(_folded(light, weights, 0), weights, 1)


def _folded(light: Light, weights: Light, axis: int) -> Light:
    """Fold with symmetric weights (the middle one first) along one axis."""
    reach, length = len(weights) - 1, light.shape[axis]
    padded = np.pad(light, [(reach, reach) if each == axis else (0, 0) for each in (0, 1)], mode="edge")

    def shifted(by: int) -> Light:
        return padded[reach + by : reach + by + length] if axis == 0 else padded[:, reach + by : reach + by + length]

    total: Light = shifted(0) * weights[0]
    pair = np.empty_like(total)
    for by in range(1, reach + 1):
        np.add(shifted(-by), shifted(by), out=pair)
        pair *= weights[by]
        total += pair
    return total


def grown(field: _Field, reach: int) -> _Field:
    """Return for each pixel the largest value at most `reach` rows and columns away."""
    return _extreme(_extreme(field, reach, np.maximum, 0), reach, np.maximum, 1)


def shrunk(field: _Field, reach: int) -> _Field:
    """Return for each pixel the smallest value at most `reach` rows and columns away."""
    return _extreme(_extreme(field, reach, np.minimum, 0), reach, np.minimum, 1)


def _extreme(field: _Field, reach: int, better: np.ufunc, axis: int) -> _Field:
    """Return the best value within `reach` along one axis; the cost grows with the logarithm of the reach."""
    whole, length = 2 * reach + 1, field.shape[axis]
    best: Any = np.pad(field, [(reach, reach) if each == axis else (0, 0) for each in (0, 1)], mode="edge")
    best = best if axis == 0 else best.T
    span = 1
    while 2 * span <= whole:
        best = better(best[:-span], best[span:])
        span *= 2
    # Two overlapping spans cover the rest of the window.
    best = better(best[:length], best[whole - span : whole - span + length])
    found: _Field = best if axis == 0 else best.T
    return found
