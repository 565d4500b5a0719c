"""Which marks on paper are strokes, and which are specks."""

import numpy as np

from models.drafts.craft.fields import Light
from models.drafts.craft.regions import connected


def without_specks(ink: Light, *, weak: float, strong: float, smallest: int) -> Light:
    """Return ink without connected marks that are nowhere strong, or are small.

    A mark is what hangs together, corners included, with more than `weak` ink; it stays if it has `strong` ink
    somewhere and at least `smallest` pixels (J. Canny 1986 calls the first condition hysteresis).
    """
    marks = ink > weak
    names = connected(marks, corners=True)
    count = int(names.max(initial=-1)) + 1
    sizes = np.bincount(names, minlength=count)
    strongest = np.zeros(count, np.float32)
    np.maximum.at(strongest, names, ink[marks])
    stays = (sizes >= smallest) & (strongest >= strong)
    kept = np.zeros_like(ink)
    kept[marks] = np.where(stays[names], ink[marks], 0)
    return kept
