"""How many rows go together: grown step by step as long as memory and time allow it, as measured."""

import bisect
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Final

from models.drafts.steps.network import Network

LADDER: Final = (1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64)
"""The sizes of batches, in rows: a row's bits depend on the size, so there are few of them, and close together."""

POWERS: Final = (1, 2, 4, 8, 16, 32, 64)
"""Fewer sizes, for networks that are compiled anew for each."""

# After this many forwards of one kind, a size that did not fit, or did not pay, is tried once more.
_CALM: Final = 256
_KINDS: Final = 512
# Where a kind of call begins: four guided candidates, one draft. Too much for a small GPU is found out at once.
_FIRST: Final = 8
# Rows must get cheaper by this much for a batch to grow on: full devices only make everybody wait longer.
_WORTH: Final = 0.96
_NEWS: Final = 0.3


@dataclass(slots=True)
class _Seen:
    """What a kind of call has taught: rows that may go together, forwards until more are tried, seconds a row."""

    most: int = _FIRST
    calm: int = 0
    costs: dict[int, float] = field(default_factory=dict)


class Pace:
    """Chooses the size of each batch.

    `ladder` are the sizes; one size alone pads everything to it, which makes results independent of company. From a
    draft's worth of rows on, batches double as long as that makes rows cheaper and a forward is expected to take no
    more than `step_s` seconds. A single call always runs, however long.
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
        cost = seconds / bucket
        known = seen.costs.get(bucket)
        # The first forward of a size also pays for choosing kernels; a disturbed one says little.
        cost = cost if known is None or cost < known else known + _NEWS * (cost - known)
        seen.costs[bucket] = cost
        seen.calm = max(0, seen.calm - 1)
        affordable = max(1, int(self.step_s / cost))
        if affordable < seen.most:
            seen.most = affordable
        elif 2 * bucket > seen.most and not seen.calm:
            self._grow(seen, bucket, affordable)

    def ran_out_of_memory(self, network: Network, key: Hashable, bucket: int) -> bool:
        """Step back below a size that did not fit; return False where there is nothing smaller."""
        seen = self._of(network, key)
        below = bisect.bisect_left(self.ladder, bucket) - 1
        if below < 0:
            return False
        seen.most = self.ladder[below]
        seen.calm = _CALM
        return True

    def _grow(self, seen: _Seen, bucket: int, affordable: int) -> None:
        """Decide on sizes beyond one that has just been measured."""
        smaller = [cost for size, cost in seen.costs.items() if _FIRST <= size <= bucket // 2]
        if smaller and seen.costs[bucket] > _WORTH * min(smaller):
            seen.most = max(_FIRST, bucket // 2)
            seen.calm = _CALM
        else:
            seen.most = max(seen.most, min(affordable, 2 * bucket))

    def _of(self, network: Network, key: Hashable) -> _Seen:
        """Return what is known of a kind of call; those not seen for longest are forgotten."""
        kind = (network, key)
        seen = self._seen.setdefault(kind, _Seen())
        self._seen.move_to_end(kind)
        if len(self._seen) > _KINDS:
            self._seen.popitem(last=False)
        return seen
