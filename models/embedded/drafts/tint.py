"""Another colour for what was drawn: "a blue cat", where every cat of the training set is brown.

The leading colour of the drawing is turned on the colour circle; other colours, white and black stay, so that a red
apple made blue keeps its green leaf. Computed in Oklab (Björn Ottosson, 2020), where turning the hue leaves the
lightness as it was.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import torch
from torch import Tensor

_TO_CONES: Final = torch.tensor(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]]
)  # fmt: skip
_TO_LAB: Final = torch.tensor(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]]
)  # fmt: skip

TINTS: Final[Mapping[str, tuple[float, float, float]]] = MappingProxyType(
    {
        "red": (0.60, 0.215, 28),
        "orange": (0.74, 0.165, 60),
        "yellow": (0.87, 0.170, 98),
        "green": (0.68, 0.175, 145),
        "blue": (0.60, 0.170, 255),
        "purple": (0.55, 0.190, 305),
        "pink": (0.76, 0.150, 355),
        "brown": (0.50, 0.085, 55),
        "black": (0.30, 0.0, 0),
        "grey": (0.65, 0.0, 0),
        "white": (0.94, 0.0, 0),
    }
)
"""Oklab lightness, chroma and hue in degrees of each colour that can be asked for."""

_COLOURED: Final = 0.045
"""Chroma from which a pixel counts as coloured."""
_ALIKE: Final = math.radians(38)
"""How far from the leading hue others still go along."""


def tinted(pictures: Tensor, tint: str) -> Tensor:
    """Return pictures (B, 3, H, W) in -1..1 with their leading colour turned into `tint`."""
    light, chroma, degrees = TINTS[tint]
    lab = _to_oklab((pictures.clamp(-1, 1) + 1) / 2)
    lightness, ab = lab[:, :1], lab[:, 1:]
    strength = ab.norm(dim=1, keepdim=True)
    drawn = ((0.97 - lightness) / 0.05).clamp(0, 1) * ((lightness - 0.15) / 0.15).clamp(0, 1)
    coloured = ((strength - _COLOURED) / _COLOURED).clamp(0, 1) * drawn
    has_colour = coloured.mean((1, 2, 3), keepdim=True) > 0.1 * drawn.mean((1, 2, 3), keepdim=True)
    leading = (ab * coloured).sum((2, 3), keepdim=True)
    hue = torch.atan2(leading[:, 1:], leading[:, :1])
    away = torch.remainder(torch.atan2(ab[:, 1:], ab[:, :1]) - hue + math.pi, 2 * math.pi) - math.pi
    share = torch.where(has_colour, coloured * torch.exp(-((away / _ALIKE) ** 2) / 2), drawn)
    angle = math.radians(degrees) + torch.where(has_colour, away, torch.zeros_like(away))
    middle = (lightness * share).sum((2, 3), keepdim=True) / share.sum((2, 3), keepdim=True).clamp(min=1e-3)
    # Light and shade of the drawing stay, around the lightness of the new colour.
    aimed = (lightness + 0.9 * (light - middle)).clamp(0.05, 0.99)
    wanted = torch.cat([aimed, chroma * angle.cos(), chroma * angle.sin()], 1)
    return (_from_oklab(lab + share * (wanted - lab)) * 2 - 1).clamp(-1, 1)


def _to_oklab(colours: Tensor) -> Tensor:
    linear = torch.where(colours <= 0.04045, colours / 12.92, ((colours.clamp(min=0) + 0.055) / 1.055) ** 2.4)
    cones = torch.einsum("ij,bjhw->bihw", _TO_CONES, linear).clamp(min=0) ** (1 / 3)
    return torch.einsum("ij,bjhw->bihw", _TO_LAB, cones)


def _from_oklab(lab: Tensor) -> Tensor:
    cones = torch.einsum("ij,bjhw->bihw", torch.linalg.inv(_TO_LAB), lab) ** 3
    linear = torch.einsum("ij,bjhw->bihw", torch.linalg.inv(_TO_CONES), cones).clamp(0, 1)
    return torch.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear.clamp(min=1e-8) ** (1 / 2.4) - 0.055)
