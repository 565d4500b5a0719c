"""The way that strokes run, and smoothing along it.

H. Kang, S. Lee, C. K. Chui: Flow-based image abstraction, IEEE TVCG 15(1), 2009, with the directions taken from the
smoothed structure tensor as J. E. Kyprianidis, J. Döllner: Image abstraction by structure adaptive filtering, TPCG
2008, do. Averaging along a stroke closes its gaps, and thins out what runs nowhere: grain and compression noise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.drafts.craft.fields import Light, blurred

_TENSOR_WIDTH: Final = 1.2
_STEP_WEIGHTS: Final = tuple(float(np.exp(-(at**2) / (2 * 2.5**2))) for at in range(6))
"""Weights of the steps along a stroke, the start first: a Gaussian of 2.5 pixels."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Directions along strokes as columns and rows of a unit vector, for each block of 2 x 2 pixels."""

    columns: Light
    rows: Light

    def along(self, light: Light, places: NDArray[np.intp]) -> Light:
        """Return the light at flat indices `places`, averaged over five pixels each way along the flow."""
        total = light.ravel()[places] * np.float32(_STEP_WEIGHTS[0])
        for way in (1.0, -1.0):
            total += self._one_way(light, places, np.float32(way))
        share: Light = total / np.float32(2 * sum(_STEP_WEIGHTS) - _STEP_WEIGHTS[0])
        return share

    def _one_way(self, light: Light, places: NDArray[np.intp], way: np.float32) -> Light:
        height, width = light.shape
        flat, total = light.ravel(), np.zeros(len(places), np.float32)
        row, column = (part.astype(np.float32) for part in np.divmod(places, width))
        down, right = self._at(row, column)
        down, right = down * way, right * way
        for weight in _STEP_WEIGHTS[1:]:
            row = np.clip(row + down, 0, height - 1)
            column = np.clip(column + right, 0, width - 1)
            at = np.rint(row).astype(np.intp) * width + np.rint(column).astype(np.intp)
            total += flat[at] * np.float32(weight)
            next_down, next_right = self._at(row, column)
            # A direction has no sign of its own: go on, do not turn back.
            turn = np.where(next_down * down + next_right * right < 0, np.float32(-1), np.float32(1))
            down, right = next_down * turn, next_right * turn
        return total

    def _at(self, row: Light, column: Light) -> tuple[Light, Light]:
        at = (row.astype(np.intp) >> 1) * self.rows.shape[1] + (column.astype(np.intp) >> 1)
        return self.rows.ravel()[at], self.columns.ravel()[at]


def flow_of(channels: Sequence[Light]) -> Flow:
    """Return the directions in which the light of all channels together changes least."""
    halves = [_halved(light) for light in channels]
    across, mixed = np.zeros_like(halves[0]), np.zeros_like(halves[0])
    for half in halves:
        down, right = (_slope(half, axis) for axis in (0, 1))
        across += right * right - down * down
        mixed += 2 * right * down
    # Half the angle of the tensor is the steepest direction (its major eigenvector); strokes run across that.
    steepest = np.arctan2(blurred(mixed, _TENSOR_WIDTH), blurred(across, _TENSOR_WIDTH))
    steepest /= 2
    return Flow(columns=-np.sin(steepest), rows=np.cos(steepest))


def _slope(light: Light, axis: int) -> Light:
    """Return the central difference along one axis; the edge goes on outside."""
    padded = np.pad(light, [(1, 1) if each == axis else (0, 0) for each in (0, 1)], mode="edge")
    slope: Light = padded[2:] - padded[:-2] if axis == 0 else padded[:, 2:] - padded[:, :-2]
    slope /= 2
    return slope


def _halved(light: Light) -> Light:
    """Return the means of blocks of 2 x 2 pixels."""
    even = np.pad(light, [(0, side % 2) for side in light.shape], mode="edge")
    mean: Light = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
    mean /= 4
    return mean
