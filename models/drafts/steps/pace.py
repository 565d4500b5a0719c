"""How many rows go together: grown step by step as long as memory and time allow it, as measured."""

import bisect
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

from models.drafts.steps.network import Network

LADDER: Final = (1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64)
"""The sizes of batches, in rows: a row's bits depend on the size, so there are few of them, and close together."""

POWERS: Final = (1, 2, 4, 8, 16, 32, 64)
"""Fewer sizes, for networks that are compiled anew for each."""

# After running out of memory, this many forwards go by before a larger batch is tried again.
_CALM: Final = 256
_KINDS: Final = 512
# Where a kind of call begins: four guided candidates, one draft. Too much for a small GPU is found out at once.
_FIRST: Final = 8


@dataclass(slots=True)
class _Seen:
    """What one kind of call has taught: rows that may go together, rows that fitted, forwards until more are tried."""

    most: int = _FIRST
    fitted: int = 0
    calm: int = 0


class Pace:
    """Chooses the size of each batch.

    `ladder` are the sizes; one size alone pads everything to it, which makes results independent of company. Batches
    grow to at most twice what has been measured, as long as a forward is expected to stay under `step_s` seconds; a
    single call always runs, however long.
    """

    def __init__(self, ladder: Sequence[int] = LADDER, *, step_s: float = 2.0) -> None:
        self.ladder = tuple(ladder)
        self.step_s = step_s
        self._seen: OrderedDict[tuple[Network, Hashable], _Seen] = OrderedDict()

    def bucket(self, rows: int) -> int:
        """Return the smallest size that holds `rows`; more than the largest is a batch of its own size."""
        index = bisect.bisect_left(self.ladder, rows)
        return self.ladder[index] if index < len(self.ladder) else rows

    def most_rows(self, network: Network, key: Hashable) -> int:
        """Return how many rows of this kind may go together now."""
        return min(self._of(network, key).most, self.ladder[-1])

    def ran(self, network: Network, key: Hashable, bucket: int, seconds: float) -> None:
        """Learn from a forward that took `seconds`."""
        seen = self._of(network, key)
        seen.calm = max(0, seen.calm - 1)
        if 2 * bucket <= seen.most:
            # Too small to tell anything of large ones.
            return
        affordable = int(self.step_s * bucket / max(seconds, 1e-9))
        ceiling = seen.fitted if seen.calm else 2 * bucket
        seen.most = max(1, min(affordable, ceiling))

    def ran_out_of_memory(self, network: Network, key: Hashable, bucket: int) -> bool:
        """Step back below a size that did not fit; return False where there is nothing smaller."""
        seen = self._of(network, key)
        below = bisect.bisect_left(self.ladder, bucket) - 1
        if below < 0:
            return False
        seen.most = seen.fitted = self.ladder[below]
        seen.calm = _CALM
        return True

    def _of(self, network: Network, key: Hashable) -> _Seen:
        """Return what is known of a kind of call; those not seen for longest are forgotten."""
        kind = (network, key)
        seen = self._seen.setdefault(kind, _Seen())
        self._seen.move_to_end(kind)
        if len(self._seen) > _KINDS:
            self._seen.popitem(last=False)
        return seen
