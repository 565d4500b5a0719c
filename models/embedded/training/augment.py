"""The same picture mirrored, moved, resized, in other colours: what a model must cope with beyond its training set."""

import math

import torch
from torch import Generator, Tensor
from torch.nn import functional

_YELLOW_BLUE = 2 / math.sqrt(3)


def chance(count: int, generator: Generator) -> Tensor:
    """Return (count, 1, 1, 1) numbers, even in 0..1."""
    return torch.rand(count, 1, 1, 1, generator=generator, device=generator.device)


def mirrored(pictures: Tensor, generator: Generator) -> Tensor:
    """Turn every other picture over, left to right."""
    return torch.where(chance(len(pictures), generator) < 0.5, pictures.flip(3), pictures)


def moved(pictures: Tensor, generator: Generator, *, least: float = 0.7, turn: float = 0.25) -> Tensor:
    """Resize to `least`..1.1 of the size, turn by up to `turn` radians, push aside; what comes in is white."""
    count, device = len(pictures), pictures.device
    scale, angle, right, down = (chance(count, generator).flatten() for _ in range(4))
    scale = 1 / (least + (1.1 - least) * scale)
    angle = (angle * 2 - 1) * turn
    cos, sin = scale * angle.cos(), scale * angle.sin()
    room = (scale - 1).clamp(min=0)
    place = torch.stack([cos, -sin, (right * 2 - 1) * room, sin, cos, (down * 2 - 1) * room], 1)
    grid = functional.affine_grid(place.reshape(count, 2, 3).to(device), list(pictures.shape), align_corners=False)
    return functional.grid_sample(pictures - 1, grid, mode="bilinear", align_corners=False) + 1


def recoloured(pictures: Tensor, generator: Generator, share: float) -> Tensor:
    """Turn the colour circle of a share of the pictures by any angle; greys, black and white stay."""
    count = len(pictures)
    chosen = chance(count, generator) < share
    angle = chance(count, generator) * 2 * math.pi
    red, green, blue = torch.split(pictures, 1, dim=1)
    grey = pictures.mean(1, keepdim=True)
    one, other = red - green, ((red + green) / 2 - blue) * _YELLOW_BLUE
    cos, sin = angle.cos(), angle.sin()
    one, other = one * cos - other * sin, (one * sin + other * cos) / _YELLOW_BLUE
    third = other / 3
    turned = torch.cat([grey + one / 2 + third, grey - one / 2 + third, grey - 2 * third], 1)
    return torch.where(chosen, turned.clamp(-1, 1), pictures)
