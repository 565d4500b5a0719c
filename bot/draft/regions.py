"""The fields of a picture that can be named: a grid of three by three, and its rows and columns."""

from collections.abc import Mapping
from typing import Final

FIELDS: Final[Mapping[str, tuple[int, ...]]] = {
    "top-left": (1,),
    "top": (2,),
    "top-right": (3,),
    "left": (4,),
    "middle": (5,),
    "right": (6,),
    "bottom-left": (7,),
    "bottom": (8,),
    "bottom-right": (9,),
}
"""The nine fields by name, each with its number, counted as one reads."""
REGIONS: Final[Mapping[str, tuple[int, ...]]] = {
    **FIELDS,
    "upper-third": (1, 2, 3),
    "middle-row": (4, 5, 6),
    "lower-third": (7, 8, 9),
    "left-third": (1, 4, 7),
    "middle-column": (2, 5, 8),
    "right-third": (3, 6, 9),
}
"""Everything that has a name (`region-<name>` in the texts), with its fields."""


def fields_of(*names: str) -> tuple[int, ...]:
    """Return the fields of some regions, each once, in their order."""
    return tuple(sorted({number for name in names for number in REGIONS[name]}))
