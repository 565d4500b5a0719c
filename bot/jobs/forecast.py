"""How long those that wait will wait, told from how long the last ones took, and rather too long than too short.

Reckoned is with what three of four drafts of late were faster than, by candidate; before a long line, with their mean
and its standard error where that is more, for of many some will be slow ones. What hung so rarely that none is to be
expected before somebody is left out.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, pstdev
from typing import Final

from storage.leases import Measured

_SHARE: Final = 0.75


def unit_ms(measured: Sequence[Measured], ahead: int = 0) -> float | None:
    """Return what a candidate takes a worker, behind so many others, in milliseconds; None where nothing tells."""
    if not measured:
        return None
    rates = sorted(each.busy_ms / each.cost for each in measured)
    usual = rates[min(len(rates) - 1, int(len(rates) * _SHARE))]
    # As many jobs as are before somebody, and their own; of those measured, what is rarer than one in so many is rare.
    jobs = 1 + ahead / fmean(each.cost for each in measured)
    rare = min(int(len(rates) / (2 * jobs)), len(rates) - int(len(rates) * _SHARE) - 1)
    common = rates[: len(rates) - max(0, rare)]
    return max(usual, fmean(common) + pstdev(common) / sqrt(len(common)) * min(1.0, jobs / len(common)))


def line_ms(cost: int, measured: Sequence[Measured], workers: int) -> int | None:
    """Return how long so many candidates take all workers together; None where nothing was measured."""
    unit = unit_ms(measured, cost)
    return None if unit is None else round(cost * unit / workers)


def wait_ms(ahead: int, own: int, measured: Sequence[Measured], workers: int) -> int | None:
    """Return how long until a job of `own` candidates has come, behind so many of others; None where nothing tells.

    Its own candidates are one worker's work.
    """
    line, unit = line_ms(ahead, measured, workers), unit_ms(measured)
    return None if line is None or unit is None else line + round(own * unit)
