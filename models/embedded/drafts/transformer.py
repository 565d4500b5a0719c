"""The embedded draft model's network: a small transformer over picture patches.

It works on pixels (no autoencoder) and predicts the clean picture rather than the noise, which is what lets a narrow
network use large patches (the idea of "Just image Transformers", arXiv 2511.13720). Ten text tokens and one style
token stand before the patches in the sequence; the pooled text, the style and the noise level also modulate every
block.
"""

import math
from typing import cast

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import Tensor, nn
from torch.nn import functional

NO_LINE = -0.5
"""The value of the line channel where no line art was given; 0 is paper and 1 is line."""


class DraftTransformer2DModel(ModelMixin, ConfigMixin):  # type: ignore[misc]  # diffusers is untyped
    """Estimate the clean picture from a noisy one, a noise level, text features, a style and line art."""

    config_name = "config.json"

    @register_to_config  # type: ignore[untyped-decorator]
    def __init__(
        self,
        size: int = 64,
        patch: int = 8,
        width: int = 256,
        depth: int = 6,
        heads: int = 4,
        styles: tuple[str, ...] = (),
        text_rows: int = 12288,
        text_width: int = 128,
        text_tokens: int = 10,
        bottleneck: int = 128,
    ) -> None:
        super().__init__()
        self.size, self.patch, self.grid = size, patch, size // patch
        self.patch_in = nn.Sequential(
            nn.Linear(4 * patch * patch, bottleneck, bias=False), nn.Linear(bottleneck, width)
        )
        self.text = TextEncoder(text_rows, text_width, text_tokens, width)
        self.style = nn.Embedding(len(styles) + 1, width)
        self.noise_level = NoiseLevel(width)
        self.modulation = nn.Linear(width, 6 * width)
        self.blocks = nn.ModuleList([Block(width, heads) for _ in range(depth)])
        self.head_modulation = nn.Linear(width, 2 * width)
        self.head = nn.Linear(width, 3 * patch * patch)
        self.seams = nn.Sequential(nn.Conv2d(6, 24, 3, padding=1), nn.SiLU(), nn.Conv2d(24, 3, 3, padding=1))
        cos, sin = rotary_table(self.grid, width // heads, before=text_tokens + 1)
        self.register_buffer("rotary_cos", cos, persistent=False)
        self.register_buffer("rotary_sin", sin, persistent=False)

    def forward(self, noisy: Tensor, sigma: Tensor, text: Tensor, style: Tensor, line: Tensor) -> Tensor:
        """Return the estimate of the clean picture.

        `noisy` (B, 3, S, S) in about -1..1; `sigma` (B,) the share of noise, 0..1; `text` (B, T, F) feature rows;
        `style` (B,) indices, the last one meaning none; `line` (B, 1, S, S) with NO_LINE where nothing was given.
        """
        tokens, pooled = self.text(text)
        styled = self.style(style)
        condition = functional.silu(self.noise_level(sigma) + pooled + styled)
        modulation = self.modulation(condition).unflatten(1, (6, -1))
        patches = self.patch_in(self._to_patches(torch.cat([noisy, line], 1)))
        hidden = torch.cat([tokens.to(patches.dtype), styled[:, None].to(patches.dtype), patches], 1)
        cos, sin = self.rotary_cos.to(hidden.dtype), self.rotary_sin.to(hidden.dtype)
        for block in self.blocks:
            hidden = block(hidden, modulation, cos, sin)
        scale, shift = self.head_modulation(condition)[:, None].chunk(2, -1)
        hidden = _normal(hidden[:, tokens.shape[1] + 1 :]) * (1 + scale) + shift
        clean = self._to_picture(self.head(hidden))
        return cast(Tensor, clean + self.seams(torch.cat([clean, noisy.to(clean.dtype)], 1)))

    def _to_patches(self, picture: Tensor) -> Tensor:
        batch, channels = picture.shape[:2]
        tiles = picture.reshape(batch, channels, self.grid, self.patch, self.grid, self.patch)
        return tiles.permute(0, 2, 4, 1, 3, 5).reshape(batch, self.grid**2, -1)

    def _to_picture(self, patches: Tensor) -> Tensor:
        tiles = patches.reshape(patches.shape[0], self.grid, self.grid, 3, self.patch, self.patch)
        return tiles.permute(0, 3, 1, 4, 2, 5).reshape(patches.shape[0], 3, self.size, self.size)


class TextEncoder(nn.Module):
    """Turn feature rows into tokens of the sequence and one pooled vector."""

    def __init__(self, rows: int, text_width: int, tokens: int, width: int) -> None:
        super().__init__()
        self.tokens = tokens
        self.rows = nn.Embedding(rows, text_width)
        self.missing = nn.Parameter(torch.zeros(text_width))
        self.token_out = nn.Linear(text_width, width)
        self.attention = nn.Linear(text_width, 1)
        self.pooled_out = nn.Sequential(nn.Linear(text_width, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return (B, tokens, width) and (B, width); a token is the mean of its features."""
        features = features[:, : self.tokens]
        known = (features > 0).unsqueeze(-1).to(self.rows.weight.dtype)
        count = known.sum(2)
        present = count > 0
        vectors = (self.rows(features) * known).sum(2) / count.clamp(min=1)
        vectors = torch.where(present, vectors, self.missing.expand_as(vectors))
        weights = self.attention(vectors).masked_fill(~present, -1e4).softmax(1)
        pooled = (weights * vectors).sum(1)
        pooled = torch.where(present.any(1), pooled, self.missing.expand_as(pooled))
        # Normalised, or the text enters several times weaker than style and noise level and is hardly learned.
        return self.token_out(_normal(vectors)), self.pooled_out(_normal(pooled))


class NoiseLevel(nn.Module):
    """Embed the share of noise, 0..1, by cosines and sines of 32 frequencies."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.out = nn.Sequential(nn.Linear(64, width), nn.SiLU(), nn.Linear(width, width))
        frequencies = torch.exp(torch.linspace(0, math.log(1000.0), 32))
        self.register_buffer("frequencies", frequencies, persistent=False)

    def forward(self, sigma: Tensor) -> Tensor:
        """Return (B, width); the angles are kept in float32, bfloat16 would merge neighbouring levels."""
        angles = sigma.float()[:, None] * cast(Tensor, self.frequencies).float()[None]
        waves = torch.cat([angles.cos(), angles.sin()], -1)
        return cast(Tensor, self.out(waves.to(cast(nn.Linear, self.out[0]).weight.dtype)))


class Block(nn.Module):
    """One transformer block: attention with normalised, rotated queries and keys, then a gated feed-forward."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        inner = width * 8 // 3 // 32 * 32
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.attention_out = nn.Linear(width, width, bias=False)
        self.up = nn.Linear(width, 2 * inner, bias=False)
        self.down = nn.Linear(inner, width, bias=False)
        self.query_scale = nn.Parameter(torch.ones(width // heads))
        self.key_scale = nn.Parameter(torch.ones(width // heads))
        self.modulation = nn.Parameter(torch.zeros(6, width))

    def forward(self, hidden: Tensor, modulation: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """Return the sequence after this block; `modulation` (B, 6, width) is shared by all blocks."""
        scale, shift, gate, scale_2, shift_2, gate_2 = (modulation + self.modulation).unsqueeze(2).unbind(1)
        attended = self._attend(_normal(hidden) * (1 + scale) + shift, cos, sin)
        hidden = hidden + self.attention_out(attended) * (1 + gate)
        value, opening = self.up(_normal(hidden) * (1 + scale_2) + shift_2).chunk(2, -1)
        return cast(Tensor, hidden + self.down(functional.silu(opening) * value) * (1 + gate_2))

    def _attend(self, hidden: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        parts = self.qkv(hidden).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        query, key, value = parts.unbind(0)
        query = _rotate(_normal(query, self.query_scale), cos, sin)
        key = _rotate(_normal(key, self.key_scale), cos, sin)
        mixed = functional.scaled_dot_product_attention(query, key, value)
        return mixed.transpose(1, 2).flatten(2)


def rotary_table(grid: int, head_width: int, *, before: int) -> tuple[Tensor, Tensor]:
    """Return cosines and sines for `before` unplaced tokens and a grid of patches; half a head for y, half for x."""
    quarter = head_width // 4
    frequencies = 1.0 / (100.0 ** (torch.arange(quarter) / quarter))
    angles = torch.arange(grid).float()[:, None] * frequencies[None]
    rows = angles[:, None].expand(grid, grid, quarter)
    columns = angles[None].expand(grid, grid, quarter)
    placed = torch.cat([rows, columns], -1).reshape(grid * grid, 2 * quarter)
    unplaced = torch.zeros(before, 2 * quarter)
    table = torch.cat([unplaced, placed])
    return table.cos(), table.sin()


def _rotate(vectors: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    first, second = vectors.chunk(2, -1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], -1)


def _normal(vectors: Tensor, scale: Tensor | None = None) -> Tensor:
    weight = None if scale is None else scale.to(vectors.dtype)
    return functional.rms_norm(vectors, (vectors.shape[-1],), weight)
