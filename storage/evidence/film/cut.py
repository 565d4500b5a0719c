"""Which frames are shown where there are too many: whole stories, evenly spread, never the most beautiful ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from storage.evidence.film.frames import Frame

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cut:
    """The frames that are shown, in the order of the log; how many events they show, and how many are left out."""

    frames: tuple[Frame, ...]
    shown: int
    left_out: int


def cut(frames: Sequence[Frame], limit: int) -> Cut:
    """Return at most `limit` frames: all of them, or as many whole parts as fit, evenly spread from first to last."""
    kept = frames if len(frames) <= limit else _whole_parts(frames, limit) or _spread(frames, limit)
    shown, total = _events(kept), _events(frames)
    return Cut(tuple(kept), shown, total - shown)


def _whole_parts(frames: Sequence[Frame], limit: int) -> list[Frame]:
    """Return the frames of as many evenly spread parts as fit; empty where not even the first and the last do."""
    parts = list(dict.fromkeys(frame.part for frame in frames))
    for count in range(min(limit, len(parts)), 1, -1):
        chosen = set(_spread(parts, count))
        kept = [frame for frame in frames if frame.part in chosen]
        if len(kept) <= limit:
            return kept
    return []


def _spread(items: Sequence[T], count: int) -> list[T]:
    """Return `count` of more than as many items, evenly spread, the first and the last among them."""
    return [items[round(n * (len(items) - 1) / (count - 1))] for n in range(count)]


def _events(frames: Sequence[Frame]) -> int:
    return len({seq for frame in frames for seq in frame.seqs})
