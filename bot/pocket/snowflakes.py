"""Ids as Discord makes them: milliseconds since 2015 in the high 42 bits, a counter in the low 12."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

DISCORD_EPOCH_MS = 1_420_070_400_000


class Snowflakes:
    """A source of ids that grow with time and never repeat, even when the clock steps back."""

    def __init__(self, clock: Callable[[], float] = time.time, *, after: int = 0) -> None:
        self._clock = clock
        self._last = after

    def next(self) -> int:
        """Return an id for this moment, greater than every id before."""
        now = (int(self._clock() * 1000) - DISCORD_EPOCH_MS) << 22
        self._last = max(now, self._last + 1)
        return self._last

    def never_before(self, snowflake: int) -> None:
        """Make every later id greater than `snowflake` (after a restart)."""
        self._last = max(self._last, snowflake)


def moment(snowflake: int) -> datetime:
    """Return the time at which an id was made (UTC)."""
    return datetime.fromtimestamp(((snowflake >> 22) + DISCORD_EPOCH_MS) / 1000, UTC)


def iso(at: datetime) -> str:
    """Return a time the way Discord writes it."""
    return at.isoformat(timespec="microseconds")
