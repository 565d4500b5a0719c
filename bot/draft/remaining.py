"""How long a draft still takes, told from the share of steps done and the time they took."""

from dataclasses import dataclass, field
from typing import Final

BURST_S: Final = 0.05
"""Steps that come within this time are of one moment: candidates that are drawn together."""
LOOK_S: Final = 0.3
"""Before this time has gone by since the first steps, nothing can be said."""
ABOUT: Final = ((10.0, 2), (60.0, 5), (180.0, 15), (float("inf"), 60))
"""Up to so many seconds, a time to go is told in steps of so many."""
_LEAST: Final = 1e-4
"""No draft has more than ten thousand steps: less than this is no step done."""
_TRUST: Final = 0.3
"""How much of a new estimate of the end is believed; a single slow step changes little."""


@dataclass(slots=True)
class Remaining:
    """Estimates the end of a draft; it is steady, and never says that nothing is left to do."""

    _first: tuple[float, float] | None = field(default=None, init=False)
    _last: tuple[float, float] = field(default=(0.0, 0.0), init=False)
    _end: float | None = field(default=None, init=False)

    def note(self, share: float, now: float) -> None:
        """Take in that a share of all steps is done at a time, in seconds; both only grow."""
        if self._first is None or now - self._first[1] <= BURST_S:
            self._first = (share, now if self._first is None else self._first[1])
        self._last = (max(share, self._last[0]), now)

    def left_s(self, now: float) -> float | None:
        """Return the seconds to go from a time on; None while too little is known."""
        if self._first is None:
            return None
        done, took = self._last[0] - self._first[0], self._last[1] - self._first[1]
        if done < _LEAST or took < LOOK_S:
            return None
        end = self._last[1] + (1 - self._last[0]) * took / done
        self._end = end if self._end is None else self._end + _TRUST * (end - self._end)
        return max(0.0, self._end - now)


def told_s(left_s: float) -> int:
    """Return a time to go as it is told: never shorter than it is, in steps that grow with it, and at least one."""
    step = next(step for limit, step in ABOUT if left_s <= limit)
    return max(step, -int(-left_s // step) * step)
