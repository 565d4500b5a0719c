"""Where pictures of one shape stand so that they are as large as an area allows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from storage.evidence.film.canvas import Box

GAP: Final = 14
NUMBER: Final = 26
"""Height below a picture, for its number."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Places for so many pictures: how many in a row, and the size of each."""

    area: Box
    count: int
    columns: int
    width: float
    height: float

    @property
    def box(self) -> Box:
        """Return what all of them take, numbers included."""
        rows = -(-self.count // self.columns)
        across = self.columns * (self.width + GAP) - GAP
        return Box(self.area.left, self.area.top, across, rows * (self.height + NUMBER))

    def cells(self) -> Iterator[Box]:
        """Yield the place of each, row by row."""
        for number in range(self.count):
            row, column = divmod(number, self.columns)
            left = self.area.left + column * (self.width + GAP)
            yield Box(left, self.area.top + row * (self.height + NUMBER), self.width, self.height)


def largest_grid(count: int, shape: float, area: Box) -> Grid:
    """Return the grid in which pictures of a shape, width by height, become largest in an area."""
    grids = []
    for columns in range(1, count + 1):
        across = (area.width - (columns - 1) * GAP) / columns
        height = min(across / shape, area.height / -(-count // columns) - NUMBER)
        grids.append(Grid(area, count, columns, height * shape, height))
    return max(grids, key=lambda grid: grid.height)
