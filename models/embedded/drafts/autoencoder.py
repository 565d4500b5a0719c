"""The autoencoder of the embedded draft model: 128 x 128 pixels to 8 x 8 latent vectors of unit length, and back.

Icon art is flat areas with clean edges: sixteen times smaller a side, with 64 numbers a place, it comes back nearly
unharmed. The small transformer has then only those 64 places to fill, and what it gets slightly wrong the decoder
turns into clean edges again, since in training noise was put upon the latents.
"""

from typing import cast

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import Tensor, nn
from torch.nn import functional

GROUPS = 8
FOLD = 4
"""Pixels a side that the first layer folds into channels: no convolution runs at full size."""

ENLARGED_BY = 4


class DraftAutoencoder(ModelMixin, ConfigMixin):  # type: ignore[misc]  # diffusers is untyped
    """Encode pictures (B, 3, S, S) in -1..1 into latents (B, C, S/16, S/16), and decode them.

    An `enlarger_width` of 0 leaves the enlarger out, which is trained after the rest.
    """

    config_name = "config.json"

    @register_to_config  # type: ignore[untyped-decorator]
    def __init__(
        self,
        side: int = 128,
        channels: int = 64,
        encoder_widths: tuple[int, int, int] = (48, 96, 160),
        decoder_widths: tuple[int, int, int, int] = (192, 128, 80, 32),
        enlarger_width: int = 32,
    ) -> None:
        super().__init__()
        self.encoder = _encoder(channels, encoder_widths)
        self.decoder = _decoder(channels, decoder_widths)
        self.enlarger = Enlarger(enlarger_width) if enlarger_width else None

    @property
    def grid(self) -> int:
        """Places a side of the latents."""
        return int(self.config.side) // (4 * FOLD)

    def encode(self, pictures: Tensor) -> Tensor:
        """Return latents; at each place a vector whose mean square is 1."""
        return unit(self.encoder(pictures))

    def decode(self, latents: Tensor, *, large: bool = False) -> Tensor:
        """Return pictures, ENLARGED_BY times larger a side if `large`; the length of the latent vectors is not read."""
        pictures = self.decoder(unit(latents))
        if large:
            assert self.enlarger is not None, "a model in training has no enlarger yet"
            pictures = self.enlarger(pictures.clamp(-1, 1))
        return cast(Tensor, pictures)

    def forward(self, pictures: Tensor, noise: Tensor | None = None) -> Tensor:
        """Return pictures after the way through the latents, upon which `noise` of their shape is put."""
        latents = self.encode(pictures)
        return self.decode(latents if noise is None else latents + noise.to(latents.dtype))


def unit(latents: Tensor) -> Tensor:
    """Scale the vector at each place of (B, C, H, W) to a mean square of 1."""
    return latents * torch.rsqrt(latents.square().mean(1, keepdim=True) + 1e-6)


class Residual(nn.Module):
    """Two convolutions beside a straight way."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, width)
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, hidden: Tensor) -> Tensor:
        """Return (B, width, H, W)."""
        bent = self.first(functional.silu(self.norm(hidden)))
        return cast(Tensor, hidden + self.second(functional.silu(bent)))


class Enlarger(nn.Module):
    """Adds to a smoothly enlarged picture what makes its edges sharp and its areas even."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.into = nn.Conv2d(3, width, 3, padding=1)
        self.bends = nn.ModuleList([nn.Conv2d(width, width, 3, padding=1) for _ in range(6)])
        self.out = nn.Conv2d(width, 3 * ENLARGED_BY**2, 3, padding=1)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return (B, 3, 4 H, 4 W)."""
        hidden = self.into(pictures)
        for first, second in zip(self.bends[::2], self.bends[1::2], strict=True):
            hidden = hidden + second(functional.silu(first(functional.silu(hidden))))
        smooth = functional.interpolate(pictures, scale_factor=ENLARGED_BY, mode="bilinear", align_corners=False)
        return smooth + functional.pixel_shuffle(self.out(functional.silu(hidden)), ENLARGED_BY)


def _encoder(channels: int, widths: tuple[int, int, int]) -> nn.Sequential:
    fine, middle, coarse = widths
    return nn.Sequential(
        nn.PixelUnshuffle(FOLD),
        nn.Conv2d(3 * FOLD**2, fine, 3, padding=1),
        Residual(fine),
        nn.PixelUnshuffle(2),
        nn.Conv2d(4 * fine, middle, 1),
        Residual(middle),
        nn.PixelUnshuffle(2),
        nn.Conv2d(4 * middle, coarse, 1),
        Residual(coarse),
        nn.GroupNorm(GROUPS, coarse),
        nn.Conv2d(coarse, channels, 1),
    )


def _decoder(channels: int, widths: tuple[int, int, int, int]) -> nn.Sequential:
    coarse, middle, fine, finest = widths
    return nn.Sequential(
        nn.Conv2d(channels, coarse, 3, padding=1),
        Residual(coarse),
        *_twice_the_size(coarse, middle),
        Residual(middle),
        Residual(middle),
        *_twice_the_size(middle, fine),
        Residual(fine),
        Residual(fine),
        *_twice_the_size(fine, finest),
        Residual(finest),
        nn.GroupNorm(GROUPS, finest),
        nn.SiLU(),
        nn.Conv2d(finest, 12, 3, padding=1),
        nn.PixelShuffle(2),
    )


def _twice_the_size(width: int, next_width: int) -> tuple[nn.Module, nn.Module]:
    return nn.Conv2d(width, 4 * next_width, 1), nn.PixelShuffle(2)
