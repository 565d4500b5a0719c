"""What was chosen from a select: one of what was offered, or nothing that we know."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.errors import UserFacing

T = TypeVar("T")


def chosen(read: Callable[[str], T], values: Sequence[str]) -> T:
    """Return the first value as `read` takes it; raise UserFacing where it is none that was offered."""
    try:
        return read(values[0])
    except (IndexError, KeyError, ValueError) as error:
        raise UserFacing("error-press-forgotten") from error
