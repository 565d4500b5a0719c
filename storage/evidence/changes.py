"""What a person changed: in words, character by character, and in pictures, region by region.

Both are written into the event of the change, so that the record says what the hand did and what it left.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rapidfuzz.distance import Indel

from storage.evidence.commitments import JsonValue

CELLS: Final = 64
"""A changed picture is looked at in a grid of so many cells along its longer side."""
NOTICEABLE: Final = 12
"""Two pixels differ where a channel does by more than this (of 255): less is what re-saving as JPEG does."""
MAX_REGIONS: Final = 24
BAND: Final = 64
"""So many rows of pixels are compared at once."""


@dataclass(frozen=True, slots=True)
class Region:
    """A changed rectangle, in pixels of the later picture."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PictureChange:
    """What differs between two pictures; `share_ppm` is the part of all pixels that do, in millionths.

    `resized` says that the sizes differ: the earlier one was scaled to the later one's before it was compared.
    """

    share_ppm: int
    regions: tuple[Region, ...]
    resized: bool

    def as_field(self) -> dict[str, JsonValue]:
        """Return the value of a `change` field."""
        regions: list[JsonValue] = [[r.left, r.top, r.width, r.height] for r in self.regions]
        return {"share_ppm": self.share_ppm, "regions": regions, "resized": self.resized}


def word_change(before: str, after: str) -> list[JsonValue]:
    """Return how one text becomes another: `["=", n]` keeps n characters, `["-", text]` drops, `["+", text]` adds.

    The shortest such list by insertions and deletions (Indel distance), over NFC.
    """
    before, after = unicodedata.normalize("NFC", before), unicodedata.normalize("NFC", after)
    steps: list[JsonValue] = []
    for op in Indel.opcodes(before, after):
        if op.tag == "equal":
            steps.append(["=", op.src_end - op.src_start])
        if op.tag in ("delete", "replace"):
            steps.append(["-", before[op.src_start : op.src_end]])
        if op.tag in ("insert", "replace"):
            steps.append(["+", after[op.dest_start : op.dest_end]])
    return steps


def picture_change(before: Image.Image, after: Image.Image) -> PictureChange:
    """Compare two pictures; blocking. Neither is changed."""
    resized = before.size != after.size
    earlier, later = _rgb(before), _rgb(after)
    if resized:
        earlier = earlier.resize(later.size, Image.Resampling.LANCZOS)
    differs = _differing(earlier, later)
    share_ppm = round(float(differs.mean()) * 1_000_000)
    return PictureChange(share_ppm, _regions(differs), resized)


def _rgb(image: Image.Image) -> Image.Image:
    return image if image.mode == "RGB" else image.convert("RGB")


def _differing(before: Image.Image, after: Image.Image) -> NDArray[np.bool_]:
    """Tell of each pixel whether it differs; a band at a time, or large pictures would be in memory five times."""
    width, height = after.size
    differs = np.empty((height, width), dtype=bool)
    for top in range(0, height, BAND):
        box = (0, top, width, min(top + BAND, height))
        one, other = np.asarray(before.crop(box)), np.asarray(after.crop(box))
        gap = np.maximum(one, other) - np.minimum(one, other)
        differs[top : box[3]] = gap.max(axis=2) > NOTICEABLE
    return differs


def _regions(differs: NDArray[np.bool_]) -> tuple[Region, ...]:
    """Return rectangles around what hangs together in the grid, the largest first."""
    height, width = differs.shape
    side = max(1, -(-max(height, width) // CELLS))
    rows, columns = -(-height // side), -(-width // side)
    padded = np.zeros((rows * side, columns * side), dtype=bool)
    padded[:height, :width] = differs
    grid = np.asarray(padded.reshape(rows, side, columns, side).any(axis=(1, 3)))
    found = []
    for top, left, bottom, right in _islands(grid):
        x, y = left * side, top * side
        found.append(Region(x, y, min((right + 1) * side, width) - x, min((bottom + 1) * side, height) - y))
    found.sort(key=lambda region: region.width * region.height, reverse=True)
    return tuple(found[:MAX_REGIONS])


def _islands(grid: NDArray[np.bool_]) -> list[tuple[int, int, int, int]]:
    """Return (top, left, bottom, right) of each group of cells that touch, corners included."""
    waiting = {(int(y), int(x)) for y, x in np.argwhere(grid)}
    boxes = []
    while waiting:
        edge, island = [waiting.pop()], []
        while edge:
            y, x = edge.pop()
            island.append((y, x))
            near = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)} & waiting
            waiting -= near
            edge += near
        ys, xs = [y for y, _ in island], [x for _, x in island]
        boxes.append((min(ys), min(xs), max(ys), max(xs)))
    return boxes
