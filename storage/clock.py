"""The wall clock, in the unit of the database, and what tells that it is wrong."""

import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

RAN_BACK_MS: Final = 2_000
"""A clock that ran back this far is an event of the log; less is what synchronising does."""
LEFT_MS: Final = 60_000
"""So far the chat platform's clock may be from ours: an act is with us within seconds."""
# Discord's clock starts with 2015; the upper 42 bits of an id are milliseconds since then.
_PLATFORM_EPOCH_MS: Final = 1_420_070_400_000
_BEGAN_MS: Final = (time.time_ns() - time.monotonic_ns()) // 1_000_000


def now_ms() -> int:
    """Return milliseconds since the Unix epoch, UTC."""
    return time.time_ns() // 1_000_000


def steady_ms() -> int:
    """Return milliseconds of a clock that nobody sets: the wall clock at the start of this process, and the time since.

    For what has to last as long as it says, whatever happens to the wall clock meanwhile: leases, and tokens.
    """
    return _BEGAN_MS + time.monotonic_ns() // 1_000_000


def iso_ms(ts_ms: int) -> str:
    """Render milliseconds since the epoch as `YYYY-MM-DDTHH:MM:SS.mmmZ`, as leaves carry it."""
    return f"{_second(ts_ms // 1000)}.{ts_ms % 1000:03d}Z"


@lru_cache(maxsize=16)
def _second(ts_s: int) -> str:
    return f"{datetime.fromtimestamp(ts_s, UTC):%Y-%m-%dT%H:%M:%S}"


def snowflake_ms(id_: str) -> int:
    """Return when an id of the chat platform was made, by its own clock, in milliseconds since the Unix epoch."""
    return (int(id_) >> 22) + _PLATFORM_EPOCH_MS


class ClockWatch:
    """Tells, once each time, that the clock went wrong; what goes on being wrong is no news."""

    def __init__(self) -> None:
        self._behind = False
        self._away = False

    def ran_back(self, behind_ms: int) -> bool:
        """Take in how far the clock is behind the last recorded time; return whether that has just begun."""
        begun = behind_ms > RAN_BACK_MS and not self._behind
        self._behind = behind_ms > RAN_BACK_MS
        return begun

    def left_the_platforms(self, ahead_ms: int) -> bool:
        """Take in how far the clock is before the chat platform's; return whether it has just left it."""
        begun = abs(ahead_ms) > LEFT_MS and not self._away
        self._away = abs(ahead_ms) > LEFT_MS
        return begun
