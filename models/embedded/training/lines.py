"""Line art out of a coloured picture, with the variety that people's own drawings have."""

import torch
from torch import Tensor
from torch.nn import functional

_OUTLINE = -0.7
"""The grey of outlines, of -1..1."""


def line_art(pictures: Tensor, threshold: Tensor, weight: Tensor) -> Tensor:
    """Return line art (B, 3, S, S), black 1 on white as -1..1 pictures are: the edges between the colours.

    `threshold` and `weight` (B, 1, 1, 1) in 0..1: how strong an edge must be to be drawn, and how heavily. With a
    weight above one half what was dark is filled with ink, as in drawings with a brush.
    """
    padded = functional.pad(pictures, (1, 1, 1, 1), mode="replicate")
    across = (padded[:, :, 1:-1, 2:] - padded[:, :, 1:-1, :-2]).abs().amax(1, keepdim=True)
    down = (padded[:, :, 2:, 1:-1] - padded[:, :, :-2, 1:-1]).abs().amax(1, keepdim=True)
    edges = (across.square() + down.square()).sqrt()
    ink = ((edges - 0.25 - 0.5 * threshold) * (1.5 + 2 * weight)).clamp(0, 1)
    dark = ((-0.35 - pictures.amax(1, keepdim=True)) * 4).clamp(0, 1)
    ink = torch.where(weight > 0.5, torch.maximum(ink, dark), ink)
    return (1 - 2 * ink).expand_as(pictures)


def outlined(pictures: Tensor) -> Tensor:
    """Return pictures with dark outlines of even weight along the edges between their colours."""
    even = torch.full_like(pictures[:, :1, :1, :1], 0.3)
    ink = functional.max_pool2d((1 - line_art(pictures, even, even)[:, :1]) / 2, 3, stride=1, padding=1)
    return pictures * (1 - ink) + _OUTLINE * ink
