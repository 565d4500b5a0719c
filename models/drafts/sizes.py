"""The sizes that pictures are drawn at."""

import math


def near_size(shape: tuple[int, int], pixels: int, multiple: int) -> tuple[int, int]:
    """Return width and height of about `pixels` in all, in the proportions of `shape`, divisible by `multiple`."""
    scale = math.sqrt(pixels / (shape[0] * shape[1]))
    width, height = (max(multiple, round(side * scale / multiple) * multiple) for side in shape)
    return width, height
