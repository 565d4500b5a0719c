"""The wall clock, in the unit of the database."""

import time
from datetime import UTC, datetime
from functools import lru_cache


def now_ms() -> int:
    """Return milliseconds since the Unix epoch, UTC."""
    return time.time_ns() // 1_000_000


def iso_ms(ts_ms: int) -> str:
    """Render milliseconds since the epoch as `YYYY-MM-DDTHH:MM:SS.mmmZ`, as leaves carry it."""
    return f"{_second(ts_ms // 1000)}.{ts_ms % 1000:03d}Z"


@lru_cache(maxsize=16)
def _second(ts_s: int) -> str:
    return f"{datetime.fromtimestamp(ts_s, UTC):%Y-%m-%dT%H:%M:%S}"
