"""Take the network's patch texture out of a drawing before it is enlarged.

The network paints in patches of 8 x 8 pixels, and flat areas come out dotted in that rhythm. A bilateral filter
evens out small differences between neighbours of similar colour and keeps edges; it adds nothing that was not drawn.
"""

import torch
from torch import Tensor
from torch.nn import functional

_RADIUS = 2
_NEARNESS = 1.5
_PASSES = (0.5, 0.4, 0.3)
"""Colour differences (of a range of 2) that count as texture, one for each pass."""

_PAPER = 0.9
"""What is lighter than this, of -1..1, in all three colours, is moved towards white."""


def smooth(drawn: Tensor) -> Tensor:
    """Return pictures (B, 3, S, S) in -1..1 with even areas and clean paper."""
    for similarity in _PASSES:
        drawn = _bilateral(drawn, similarity)
    lightness = drawn.amin(1, keepdim=True)
    paper = ((lightness - _PAPER) / (1 - _PAPER) * 2).clamp(0, 1)
    return drawn + (1 - drawn) * paper


def _bilateral(drawn: Tensor, similarity: float) -> Tensor:
    side = drawn.shape[-1]
    padded = functional.pad(drawn, (_RADIUS,) * 4, mode="replicate")
    total, weights = torch.zeros_like(drawn), torch.zeros_like(drawn[:, :1])
    reach = range(-_RADIUS, _RADIUS + 1)
    for down, right in ((down, right) for down in reach for right in reach):
        top, left = _RADIUS + down, _RADIUS + right
        neighbour = padded[:, :, top : top + side, left : left + side]
        difference = ((neighbour - drawn) ** 2).sum(1, keepdim=True) / (2 * similarity**2)
        weight = torch.exp(-difference - (down**2 + right**2) / (2 * _NEARNESS**2))
        total, weights = total + weight * neighbour, weights + weight
    return total / weights
