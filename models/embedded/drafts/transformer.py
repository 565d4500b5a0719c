"""The embedded draft model's network: a small transformer over the 8 x 8 places of the autoencoder's latents.

It predicts the clean latents rather than the noise or the velocity, which is what lets a narrow network work with
many channels a place (the idea of "Just image Transformers", arXiv 2511.13720). What is to be drawn enters as a code,
8 x 8 small vectors which say what is where and in which colour, but not in which style: it is a diffusion autoencoder
(Preechakul et al., arXiv 2111.15640) whose codes of known drawings are kept in a table. So words need no language
model, only a lexicon, and every drawing can be asked for in every style.

Several things are drawn side by side: latents twice as wide hold two tiles, each with its own code, which do not see
each other. The pipeline puts them together.
"""

import math
from collections.abc import Sequence
from typing import cast

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import Tensor, nn
from torch.nn import functional

from models.embedded.drafts.autoencoder import GROUPS, Residual


class DraftTransformer2DModel(ModelMixin, ConfigMixin):  # type: ignore[misc]  # diffusers is untyped
    """Estimate the clean latents from noisy ones, a noise level, codes, a style and line art.

    `drawings` lists what the table of codes holds, in its order: a style, and the hexcodes of the concepts as the icons
    of that style compose them (a list, since a mapping would lose its order in the configuration's file). The row after
    the last is the code of nothing.
    """

    config_name = "config.json"

    @register_to_config  # type: ignore[untyped-decorator]
    def __init__(
        self,
        channels: int = 64,
        grid: int = 8,
        width: int = 256,
        depth: int = 4,
        heads: int = 4,
        inner: int = 448,
        code: int = 7,
        code_width: int = 64,
        drawings: Sequence[tuple[str, str]] = (),
        styles: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self.grid = grid
        places = grid * grid
        self.latents_in = nn.Linear(channels, width)
        self.line_in = nn.Linear(channels, width, bias=False)
        rows = sum(len(concepts.split()) for _, concepts in drawings)
        self.codes = nn.Embedding(rows + 1, places * code)
        self.code_encoder = CodeEncoder(channels, code, code_width)
        self.code_in = nn.Linear(code, width, bias=False)
        self.gist = nn.Sequential(nn.Linear(places * code, 64), nn.SiLU(), nn.Linear(64, width))
        self.place = nn.Parameter(torch.zeros(places, width))
        self.style = nn.Embedding(len(styles) + 1, width)
        self.noise_level = NoiseLevel(width)
        self.modulation = nn.Linear(width, 6 * width)
        self.blocks = nn.ModuleList([Block(width, heads, inner) for _ in range(depth)])
        self.head_modulation = nn.Linear(width, 2 * width)
        self.head = nn.Linear(width, channels)
        cos, sin = rotary_table(grid, width // heads, before=1)
        self.register_buffer("rotary_cos", cos, persistent=False)
        self.register_buffer("rotary_sin", sin, persistent=False)

    def encode(self, latents: Tensor) -> Tensor:
        """Return the codes (B, G * G * code) of any drawings' latents (B, C, G, G)."""
        return cast(Tensor, self.code_encoder(latents))

    def forward(self, latents: Tensor, sigma: Tensor, codes: Tensor, style: Tensor, line: Tensor) -> Tensor:
        """Return the estimate of the clean latents.

        `latents` (B, C, G, G * T), T tiles of G x G places side by side; `sigma` (B,) the share of noise, 0..1;
        `codes` (B, T, G * G * code), rows of the table or of a like kind; `style` (B,) numbers the styles, one past the
        last meaning none; `line` is the latents of line art, of the shape of `latents`, zeros where none was given.
        """
        tiles = codes.shape[1]
        placed = _tokens(latents, tiles)
        code = codes.flatten(0, 1)
        hidden = self.latents_in(placed) + self.line_in(_tokens(line, tiles)) + self.place
        hidden = hidden + self.code_in(code.reshape(len(code), self.grid**2, -1))
        styled = self.style(style.repeat_interleave(tiles))
        level = self.noise_level(sigma.repeat_interleave(tiles))
        condition = functional.silu(level + styled + self.gist(code))
        modulation = self.modulation(condition).unflatten(1, (6, -1))
        hidden = torch.cat([styled[:, None].to(hidden.dtype), hidden], 1)
        cos, sin = self.rotary_cos.to(hidden.dtype), self.rotary_sin.to(hidden.dtype)
        for block in self.blocks:
            hidden = block(hidden, modulation, cos, sin)
        scale, shift = self.head_modulation(condition)[:, None].chunk(2, -1)
        clean = self.head(_normal(hidden[:, 1:]) * (1 + scale) + shift)
        return _latents(clean, self.grid, tiles)


class CodeEncoder(nn.Module):
    """Makes the code of a drawing from its latents: few numbers a place, of mean square 1 over the whole."""

    def __init__(self, channels: int, code: int, width: int) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(channels, width, 1),
            Residual(width),
            Residual(width),
            nn.GroupNorm(GROUPS, width),
            nn.Conv2d(width, code, 1),
        )

    def forward(self, latents: Tensor) -> Tensor:
        """Return (B, G * G * code)."""
        code = self.net(latents).permute(0, 2, 3, 1).flatten(1).float()
        return functional.rms_norm(code, code.shape[1:])


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

    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.heads = heads
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
        parts = self.qkv(hidden).reshape(*hidden.shape[:2], 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        query, key, value = parts.unbind(0)
        query = _rotate(_normal(query, self.query_scale), cos, sin)
        key = _rotate(_normal(key, self.key_scale), cos, sin)
        if self.training and not hidden.is_cuda:
            # On a processor the backward pass of the fused attention is the slower one for so few tokens.
            shares = (query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5).softmax(-1)
            mixed = shares.to(value.dtype) @ value
        else:
            mixed = functional.scaled_dot_product_attention(query, key, value)
        return cast(Tensor, mixed.transpose(1, 2).flatten(2))


def rotary_table(grid: int, head_width: int, *, before: int) -> tuple[Tensor, Tensor]:
    """Return cosines and sines for `before` unplaced tokens and a grid of places; half a head for y, half for x."""
    quarter = head_width // 4
    frequencies = 1.0 / (100.0 ** (torch.arange(quarter) / quarter))
    angles = torch.arange(grid).float()[:, None] * frequencies[None]
    rows = angles[:, None].expand(grid, grid, quarter)
    columns = angles[None].expand(grid, grid, quarter)
    placed = torch.cat([rows, columns], -1).reshape(grid * grid, 2 * quarter)
    unplaced = torch.zeros(before, 2 * quarter)
    table = torch.cat([unplaced, placed])
    return table.cos(), table.sin()


def _tokens(latents: Tensor, tiles: int) -> Tensor:
    """Return (B, C, G, G * T) as (B * T, G * G, C)."""
    batch, channels, grid, _ = latents.shape
    cut = latents.reshape(batch, channels, grid, tiles, grid).permute(0, 3, 2, 4, 1)
    return cut.reshape(batch * tiles, grid * grid, channels)


def _latents(tokens: Tensor, grid: int, tiles: int) -> Tensor:
    """Undo `_tokens`."""
    channels = tokens.shape[-1]
    placed = tokens.reshape(-1, tiles, grid, grid, channels).permute(0, 4, 2, 1, 3)
    return placed.reshape(-1, channels, grid, grid * tiles)


def _rotate(vectors: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    first, second = vectors.chunk(2, -1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], -1)


def _normal(vectors: Tensor, scale: Tensor | None = None) -> Tensor:
    weight = None if scale is None else scale.to(vectors.dtype)
    return functional.rms_norm(vectors, (vectors.shape[-1],), weight)
