"""How far a draft is, gathered from the engine's events."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.images import DraftEvent, Preview, Progress


@dataclass(frozen=True, slots=True)
class Making:
    """How far a draft is: per candidate the share of steps done, and its newest preview."""

    done: Mapping[int, float]
    previews: Mapping[int, bytes]
    count: int


class DraftProgress:
    """Takes every event in; a new preview is worth showing."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._shares: dict[int, float] = {}
        self._previews: dict[int, bytes] = {}

    def note(self, event: DraftEvent) -> Making | None:
        """Take in an event; return the new state where it is worth an edit."""
        match event:
            case Progress(candidate, step, steps):
                self._shares[candidate] = step / steps
            case Preview(candidate=candidate, image=image):
                self._previews[candidate] = image
                return Making(dict(self._shares), dict(self._previews), self._count)
        return None
