"""Train the autoencoder.

python -m models.embedded.training.autoencoder --art art.npz --out DIR --minutes 35
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import torch
from torch import Generator, Tensor, nn

from models.embedded.drafts.autoencoder import DraftAutoencoder, Residual
from models.embedded.training import run
from models.embedded.training.art import Art
from models.embedded.training.augment import chance, mirrored, recoloured
from models.embedded.training.lines import line_art
from models.embedded.training.sheets import save_sheet

_RECOLOURED: Final = 0.3
_LINES: Final = 0.12
_NOISE: Final = 0.35
"""The strongest noise put upon the latents, in parts of their own size."""
_SHOWN: Final = 24


def batch_of(art: Art, train: Tensor, count: int, chances: Generator) -> Tensor:
    """Return pictures to learn from: mirrored, some in other colours, some as line art."""
    chosen = train[torch.randint(len(train), (count,), generator=chances, device=chances.device)]
    pictures = recoloured(mirrored(art.pictures(chosen), chances), chances, _RECOLOURED)
    drawn = line_art(pictures, chance(count, chances), chance(count, chances))
    return torch.where(chance(count, chances) < _LINES, drawn, pictures)


def loss_of(drawn: Tensor, wanted: Tensor) -> Tensor:
    """Return the error of pictures: absolute, squared, and of the differences between neighbours, the edges."""
    error = drawn - wanted
    plain = (error.square() + 1e-4).sqrt().mean() + error.square().mean()
    return plain + 0.5 * (error.diff(dim=2).abs().mean() + error.diff(dim=3).abs().mean())


def start(network: nn.Module) -> None:
    """Let every residual begin as a straight way."""
    for part in network.modules():
        if isinstance(part, Residual):
            nn.init.zeros_(part.second.weight)
            assert part.second.bias is not None
            nn.init.zeros_(part.second.bias)


def main() -> None:
    """Train, or go on training."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--art", type=Path, required=True)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    run.Plan.arguments(parser, steps=3600, ema=0.998)
    given = parser.parse_args()
    on = run.device()
    torch.manual_seed(given.seed)
    art = Art.load(given.art)
    split = art.split()
    art, train = art.to(on), split.train.to(on)
    network = DraftAutoencoder(enlarger_width=0)
    start(network)
    network.to(on, memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), lr=given.rate, betas=(0.9, 0.95), weight_decay=0.0, fused=True)
    work = run.Run(run.Plan.given(given), network, [optimiser])
    fast: Callable[..., Any] = torch.compile(network)
    places = (given.batch, network.config.channels, network.grid, network.grid)

    def one(chances: Generator) -> Tensor:
        pictures = batch_of(art, train, given.batch, chances).contiguous(memory_format=torch.channels_last)
        noise = torch.randn(places, generator=chances, device=on) * chance(given.batch, chances) * _NOISE
        with run.reduced(on):
            drawn = fast(pictures, noise)
        return loss_of(drawn.float(), pictures)

    apart = torch.cat([split.unseen_pairs, split.unseen_concepts])
    shown = apart[torch.linspace(0, len(apart) - 1, _SHOWN).long()].to(on)

    def look(averaged: nn.Module, step: str) -> None:
        pictures = art.pictures(shown)
        with torch.no_grad():
            save_sheet(torch.cat([pictures, averaged(pictures)]), _SHOWN, work.plan.folder / f"apart-{step}.png")

    done = work.train(one, look)
    print("complete" if done else f"stopped at step {work.step}; call again to go on")


if __name__ == "__main__":
    main()
