"""The wall clock, in the unit of the database."""

import time
from datetime import UTC, datetime


def now_ms() -> int:
    """Return milliseconds since the Unix epoch, UTC."""
    return time.time_ns() // 1_000_000


def iso_ms(ts_ms: int) -> str:
    """Render milliseconds since the epoch as `YYYY-MM-DDTHH:MM:SS.mmmZ`, as leaves carry it."""
    moment = datetime.fromtimestamp(ts_ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ts_ms % 1000:03d}Z"
