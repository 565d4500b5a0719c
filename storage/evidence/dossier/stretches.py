"""Time cut into equal stretches, so that many moments can be seen at once. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final

MOST: Final = 40
"""More stretches than this are no glance any more."""
_MONDAY: Final = datetime(1970, 1, 5, tzinfo=UTC)
"""Stretches begin at full minutes, hours and days of UTC, and weeks on a Monday."""
_UNITS: Final = (
    ("minutes", timedelta(minutes=1), (1, 2, 5, 10, 15, 30)),
    ("hours", timedelta(hours=1), (1, 2, 3, 6, 12)),
    ("days", timedelta(days=1), (1, 2)),
)
_WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of `many` minutes, hours, days or weeks each, without a gap between them."""

    unit: str
    many: int
    length: timedelta
    first: int
    number: int

    def place(self, at: datetime) -> int:
        """Return in which stretch a moment lies, counted from 0."""
        return _since(at, self.length) - self.first


def stretches(moments: Sequence[datetime], most: int = MOST) -> Stretches:
    """Return the shortest stretches that hold all moments, of which there is one at least, in so many at most."""
    begun, ended = min(moments), max(moments)
    for unit, many, length in _lengths():
        first = _since(begun, length)
        number = _since(ended, length) - first + 1
        if number <= most:
            return Stretches(unit, many, length, first, number)
    raise AssertionError("unreachable: stretches grow without end")


def _since(at: datetime, length: timedelta) -> int:
    return (at - _MONDAY) // length


def _lengths() -> Iterable[tuple[str, int, timedelta]]:
    for unit, length, amounts in _UNITS:
        for many in amounts:
            yield unit, many, many * length
    for doubled in count():
        yield "weeks", 2**doubled, 2**doubled * _WEEK
