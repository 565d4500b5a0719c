"""What hangs together is one mark, and only marks that are strong and large stay."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from models.drafts.craft.fields import Light
from models.drafts.craft.specks import without_specks

INKS = arrays.arrays(
    np.float32,
    arrays.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=14),
    elements=st.sampled_from([0.0, 0.0, 0.0, 0.3, 0.9]),
)


def flooded(ink: Light, strong: float, smallest: int) -> Light:
    """Return the same by flooding each mark from its first pixel."""
    kept, seen = np.zeros_like(ink), np.zeros(ink.shape, bool)
    for start in zip(*np.nonzero(ink), strict=True):
        if seen[start]:
            continue
        mark, waiting = [], [start]
        seen[start] = True
        while waiting:
            row, column = waiting.pop()
            mark.append((row, column))
            for near in ((row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)):
                inside = 0 <= near[0] < ink.shape[0] and 0 <= near[1] < ink.shape[1]
                if inside and ink[near] > 0 and not seen[near]:
                    seen[near] = True
                    waiting.append(near)
        if len(mark) >= smallest and max(ink[place] for place in mark) >= strong:
            for place in mark:
                kept[place] = ink[place]
    return kept


@given(INKS, st.integers(1, 8))
def test_marks_are_judged_as_a_whole(ink: Light, smallest: int) -> None:
    found = without_specks(ink, weak=0.1, strong=0.5, smallest=smallest)
    assert np.array_equal(found, flooded(ink, 0.5, smallest))


def test_a_long_winding_mark_is_one() -> None:
    spiral = np.zeros((63, 63), np.float32)
    spiral[::2] = 0.3
    spiral[1::4, -1] = 0.3
    spiral[3::4, 0] = 0.3
    spiral[-1, -1] = 0.9
    assert np.array_equal(without_specks(spiral, weak=0.1, strong=0.5, smallest=int((spiral > 0).sum())), spiral)
    spiral[-1, -1] = 0.3
    assert not without_specks(spiral, weak=0.1, strong=0.5, smallest=1).any()


def test_no_ink_is_no_error() -> None:
    assert not without_specks(np.zeros((5, 7), np.float32), weak=0.1, strong=0.5, smallest=2).any()
