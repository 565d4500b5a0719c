"""How far a draft is, gathered from the engine's events."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.draft.remaining import Remaining
from models.images import DraftEvent, Preview, Progress

QUIET_S: Final = 4.0
"""After so long without a preview, steps alone are worth an edit: not every server sends pictures on the way."""


@dataclass(frozen=True, slots=True)
class Making:
    """How far a draft is: per candidate the share of steps done and its newest preview, and the seconds to go."""

    done: Mapping[int, float]
    previews: Mapping[int, bytes]
    count: int
    left_s: float | None = None

    @property
    def share(self) -> float:
        """Return how much of all steps is done, from 0 to 1."""
        return min(1.0, sum(self.done.values()) / max(1, self.count))


class DraftProgress:
    """Takes every event in; a new preview is worth showing, and steps where no previews come."""

    def __init__(self, count: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._count = count
        self._clock = clock
        self._shares: dict[int, float] = {}
        self._previews: dict[int, bytes] = {}
        self._remaining = Remaining()
        self._shown = clock()

    @property
    def begun(self) -> bool:
        """Tell whether drawing has begun, as far as is known."""
        return bool(self._shares or self._previews)

    def note(self, event: DraftEvent) -> Making | None:
        """Take in an event; return the new state where it is worth an edit."""
        now = self._clock()
        match event:
            case Progress(candidate, step, steps):
                self._shares[candidate] = step / max(1, steps)
                self._remaining.note(sum(self._shares.values()) / max(1, self._count), now)
                return self._state(now) if now - self._shown >= QUIET_S else None
            case Preview(candidate=candidate, image=image):
                self._previews[candidate] = image
                return self._state(now)
        return None

    def _state(self, now: float) -> Making:
        self._shown = now
        left_s = self._remaining.left_s(now)
        return Making(dict(self._shares), dict(self._previews), self._count, left_s)
