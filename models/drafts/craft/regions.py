"""What hangs together on paper: connected marks, by one name each."""

import numpy as np
from numpy.typing import NDArray

from models.drafts.craft.fields import Marks


def connected(marks: Marks, *, corners: bool) -> NDArray[np.intp]:
    """Return for each marked pixel, in reading order, the lowest number in its connected mark.

    Pixels that touch at a corner only hang together if `corners`.

    Neighbours pass the lower name on, and names are looked up through each other, so that the rounds needed grow with
    the logarithm of a mark's length.
    """
    numbers = np.full(marks.shape, -1, np.intp)
    numbers[marks] = np.arange(int(marks.sum()))
    pairs = _neighbours(numbers, corners=corners)
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


def _neighbours(numbers: NDArray[np.intp], *, corners: bool) -> NDArray[np.intp]:
    """Return the pairs of marked pixels that touch: to the right, below, and below on either side."""
    sides = [(numbers[:, :-1], numbers[:, 1:]), (numbers[:-1], numbers[1:])]
    if corners:
        sides += [(numbers[:-1, :-1], numbers[1:, 1:]), (numbers[:-1, 1:], numbers[1:, :-1])]
    return np.concatenate([np.stack([a[both], b[both]]) for a, b in sides for both in ((a >= 0) & (b >= 0),)], axis=1)
