"""What a drafts server told of its work, as far as a card shows it; a server may say anything, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Told:
    """The words a model drew from, those it replaced by the nearest thing it knows, those it left aside.

    `nearest` gives the member's word by the name of the thing. `styles` are those that the seeds chose, one a
    candidate, empty where they chose none.
    """

    drawn_from: tuple[str, ...] = ()
    nearest: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()

    @classmethod
    def of(cls, generation: Mapping[str, Any]) -> "Told":
        """Read what is there, and leave out what is not what it should be."""
        extra = generation.get("extra")
        more = extra if isinstance(extra, Mapping) else {}
        nearest = more.get("nearest")
        choices = more.get("choices")
        chosen = choices if isinstance(choices, (list, tuple)) else ()
        styles = [each.get("style") for each in chosen if isinstance(each, Mapping)]
        return cls(
            _words(generation.get("drawn_from")),
            {str(k): str(v) for k, v in nearest.items()} if isinstance(nearest, Mapping) else {},
            _words(generation.get("unknown")),
            _words(styles) if all(styles) else (),
        )


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(word) for word in value) if isinstance(value, (list, tuple)) else ()
