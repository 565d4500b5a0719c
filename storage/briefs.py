"""What a brief consists of: words, parameters, and the pictures that go in, each in its role."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, Final, cast

from storage.evidence.authorship import MadeBy
from storage.evidence.commitments import JsonValue
from storage.media import Picture

_FIRST_WORDS: Final = {"text": "draft", "image": "redraw"}
"""What the first versions called the two operations that they had."""


class InputRole(StrEnum):
    """What a picture is for in a brief."""

    IMAGE = "image"
    """It is worked on."""
    LINE = "line"
    """Line art that gets colours."""
    MASK = "mask"
    """It says where the image is drawn anew."""
    REFERENCE = "reference"
    """It lends its style."""
    BLENDED = "blended"
    """It is mixed with the others of this role."""


@dataclass(frozen=True, slots=True)
class BriefParams:
    """Everything of a brief that is neither the member's words nor a picture; `seeds` has one entry a candidate.

    `operation` is a word of the drafts API. `regions` are fields of a 3 x 3 grid, counted as one reads, in place of a
    mask; `margins` the pixels to grow by at left, top, right and bottom; `control` and `control_scale` how strokes are
    followed. `added` are words that were added to the member's by what they chose from a list, a palette or a style.
    `derived_from` is the event of the candidate that the brief goes on from. `steps` are more, or fewer, than the model
    draws with by itself.
    """

    operation: str
    seeds: tuple[int, ...]
    style: str | None = None
    aspect: str | None = None
    model: str | None = None
    strength: float | None = None
    regions: tuple[int, ...] = ()
    margins: tuple[int, int, int, int] | None = None
    scale: int | None = None
    control: str | None = None
    control_scale: float | None = None
    added: str | None = None
    derived_from: int | None = None
    steps: int | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "BriefParams":
        """Read what `as_field` or an older version wrote; raise ValueError where it is not of this form."""
        unknown = stored.keys() - {each.name for each in fields(cls)}
        if unknown:
            raise ValueError(f"this version does not know the parameter {min(unknown)}")
        given = {"operation": "text", **stored}
        margins = given.get("margins")
        given |= {"seeds": _numbers(given.get("seeds")), "regions": _numbers(given.get("regions", []))}
        given["margins"] = None if margins is None else _numbers(margins)
        if given["margins"] is not None and len(given["margins"]) != 4:
            raise ValueError("the margins of a brief are not what they should be")
        return cls(**given)

    @property
    def work(self) -> str:
        """Return the operation as the drafts API calls it, in briefs of the first versions too."""
        return _FIRST_WORDS.get(self.operation, self.operation)

    def as_field(self) -> dict[str, JsonValue]:
        """Return what is recorded: whatever was not left to the model."""
        kept = {name: value for name, value in asdict(self).items() if value is not None and value != ()}
        return {
            name: list(value) if isinstance(value, tuple) else cast(JsonValue, value) for name, value in kept.items()
        }


@dataclass(frozen=True, slots=True)
class Material:
    """A stored picture that a member brings; `marks` is what it says of itself: that AI made it.

    `declared` says who made it. `taken_from` is the event of another member's candidate, where it is one.
    """

    picture: Picture
    marks: Mapping[str, JsonValue] = field(default_factory=dict)
    declared: MadeBy = MadeBy.OWN_INPUT
    taken_from: int | None = None


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A picture that the project has already, by the event that recorded it."""

    seq: int


@dataclass(frozen=True, slots=True)
class NewInput:
    """A picture that goes into a new brief; what is on record is referred to, and not taken in a second time."""

    role: InputRole
    source: Material | OnRecord


@dataclass(frozen=True, slots=True)
class NewBrief:
    """What a member asks for. Where its words come from is found out by the store, not told.

    `after` is the event of the brief that this one was made from, where the member had it before them.
    """

    text: str
    negative: str
    params: BriefParams
    inputs: tuple[NewInput, ...] = ()
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """A picture that went into a brief: its role, the event that recorded it, and its file."""

    role: InputRole
    seq: int
    sha256: str


def _numbers(value: object) -> tuple[int, ...]:
    if not isinstance(value, (list, tuple)) or not all(type(number) is int for number in value):
        raise ValueError("the numbers of a brief are not what they should be")
    return tuple(value)
