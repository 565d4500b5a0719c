"""Blurring, growing and shrinking, against what their words mean."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from PIL import Image

from models.drafts.craft.fields import blurred, grey_of, grown, light_of, shrunk

SHAPES = arrays.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12)
GREYS = arrays.arrays(np.uint8, SHAPES)


@given(GREYS, st.integers(0, 6))
def test_growing_takes_the_largest_around(field: NDArray[np.uint8], reach: int) -> None:
    rows, columns = field.shape
    expected = [
        [
            field[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1].max()
            for column in range(columns)
        ]
        for row in range(rows)
    ]
    assert np.array_equal(grown(field, reach), np.array(expected))


@given(GREYS, st.integers(0, 6))
def test_shrinking_is_growing_the_other_way(field: NDArray[np.uint8], reach: int) -> None:
    assert np.array_equal(shrunk(field, reach), 255 - grown(255 - field, reach))


@given(GREYS)
def test_light_keeps_every_grey(field: NDArray[np.uint8]) -> None:
    assert np.array_equal(np.asarray(grey_of(light_of(Image.fromarray(field)))), field)


@given(GREYS, st.floats(0.3, 3))
def test_a_blur_stays_between_the_extremes(field: NDArray[np.uint8], width: float) -> None:
    light = light_of(Image.fromarray(field))
    soft = blurred(light, width)
    assert soft.shape == light.shape
    assert light.min() - 1e-5 <= soft.min() and soft.max() <= light.max() + 1e-5


def test_a_blur_has_the_width_it_is_asked_for() -> None:
    point = np.zeros((41, 41), np.float32)
    point[20, 20] = 1
    soft = blurred(point, 2.0)
    at = np.arange(41) - 20
    assert soft.sum() == pytest.approx(1, abs=1e-5)
    assert np.sqrt((soft.sum(axis=0) * at**2).sum()) == pytest.approx(2, rel=0.03)
    assert np.allclose(soft, soft.T) and np.allclose(soft, soft[::-1])
