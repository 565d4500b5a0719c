"""Making a brief fit its pictures: how far a canvas grows, whether a mask is one, what is too large."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.chat.uploads import Upload
from bot.errors import TextArgument, UserFacing

WORKED_SIDE: Final = 2048
"""The longest side of a picture that a drafts server works on: larger ones are reduced first."""
GROWN_SIDE: Final = 3072
"""The longest side of an extended picture."""
ENLARGED_SIDE: Final = 4096
"""The longest side of an enlarged picture."""
MAX_SCALE: Final = 4
DIRECTIONS: Final[Mapping[str, tuple[int, int, int, int]]] = {
    "all": (1, 1, 1, 1),
    "left": (1, 0, 0, 0),
    "up": (0, 1, 0, 0),
    "right": (0, 0, 1, 0),
    "down": (0, 0, 0, 1),
    "sides": (1, 0, 1, 0),
    "up-down": (0, 1, 0, 1),
}
"""Where a picture can grow (`direction-<name>` in the texts): left, top, right, bottom."""
_SAME_SHAPE: Final = 0.02
_LEAST_MARGIN: Final = 8


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence that the member is told beside the answer: its key and what fills it."""

    key: str
    arguments: Mapping[str, TextArgument] = field(default_factory=dict)


def worked_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return the size in which a picture is worked on."""
    share = min(1.0, WORKED_SIDE / max(size))
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))


def reduced(size: tuple[int, int]) -> tuple[Note, ...]:
    """Say so where a picture is worked on in a smaller size than it has."""
    if max(size) <= WORKED_SIDE:
        return ()
    width, height = worked_size(size)
    before = {"from_width": size[0], "from_height": size[1]}
    return (Note("draft-note-reduced", {**before, "width": width, "height": height}),)


def check_mask(mask: Upload, image: Upload) -> tuple[Note, ...]:
    """Check a mask against its picture; raise UserFacing. One of another size is stretched, and that is said."""
    own, wanted = mask.size, image.size
    if abs(wanted[0] / wanted[1] - own[0] / own[1]) > _SAME_SHAPE * wanted[0] / wanted[1]:
        raise UserFacing(
            "error-mask-shape", width=own[0], height=own[1], wanted_width=wanted[0], wanted_height=wanted[1]
        )
    if not mask.marks_something:
        raise UserFacing("error-mask-empty")
    if own == wanted:
        return ()
    sizes = {"width": own[0], "height": own[1], "wanted_width": wanted[0], "wanted_height": wanted[1]}
    return (Note("draft-note-mask-stretched", sizes),)


def margins_of(size: tuple[int, int], direction: str, percent: int) -> tuple[int, int, int, int]:
    """Return how many pixels a picture of some size grows by at left, top, right and bottom; raise UserFacing."""
    width, height = worked_size(size)
    sides = (width, height, width, height)
    left, top, right, bottom = (
        max(_LEAST_MARGIN, side * percent // 100) * grows
        for side, grows in zip(sides, DIRECTIONS[direction], strict=True)
    )
    if max(width + left + right, height + top + bottom) > GROWN_SIDE:
        raise UserFacing("error-extend-large", width=width, height=height, limit=GROWN_SIDE)
    return left, top, right, bottom


def check_scale(size: tuple[int, int], scale: int) -> None:
    """Raise UserFacing where an enlarged picture would be larger than anybody can be sent."""
    width, height = worked_size(size)
    if max(width, height) * scale > ENLARGED_SIDE:
        raise UserFacing("error-upscale-large", width=width, height=height, scale=scale, limit=ENLARGED_SIDE)
