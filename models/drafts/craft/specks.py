"""Which marks on paper are strokes, and which are specks."""

import numpy as np
from numpy.typing import NDArray

from models.drafts.craft.fields import Light, Marks


def without_specks(ink: Light, *, weak: float, strong: float, smallest: int) -> Light:
    """Return ink without connected marks that are nowhere strong, or are small.

    A mark is what hangs together, corners included, with more than `weak` ink; it stays if it has `strong` ink
    somewhere and at least `smallest` pixels (J. Canny 1986 calls the first condition hysteresis).
    """
    marks = ink > weak
    names = _named(marks)
    count = int(names.max(initial=-1)) + 1
    sizes = np.bincount(names, minlength=count)
    strongest = np.zeros(count, np.float32)
    np.maximum.at(strongest, names, ink[marks])
    stays = (sizes >= smallest) & (strongest >= strong)
    kept = np.zeros_like(ink)
    kept[marks] = np.where(stays[names], ink[marks], 0)
    return kept


def _named(marks: Marks) -> NDArray[np.intp]:
    """Return for each marked pixel, in reading order, the lowest number in its connected mark.

    Neighbours pass the lower name on, and names are looked up through each other, so that the rounds needed grow with
    the logarithm of a mark's length.
    """
    numbers = np.full(marks.shape, -1, np.intp)
    numbers[marks] = np.arange(int(marks.sum()))
    pairs = _neighbours(numbers)
    names = np.arange(int(marks.sum()))
    while True:
        one, other = names[pairs[0]], names[pairs[1]]
        lower = np.minimum(one, other)
        if np.array_equal(one, other):
            return names
        # The former representatives hear of it too, and with them all who were named after them.
        for heard in (one, other, *pairs):
            np.minimum.at(names, heard, lower)
        while not np.array_equal(names, names[names]):
            names = names[names]


def _neighbours(numbers: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the pairs of marked pixels that touch: to the right, below, and below on either side."""
    sides = (
        (numbers[:, :-1], numbers[:, 1:]),
        (numbers[:-1], numbers[1:]),
        (numbers[:-1, :-1], numbers[1:, 1:]),
        (numbers[:-1, 1:], numbers[1:, :-1]),
    )
    return np.concatenate([np.stack([a[both], b[both]]) for a, b in sides for both in ((a >= 0) & (b >= 0),)], axis=1)
