"""Train the part of the autoencoder that enlarges: small pictures as it decodes them, to the same icons drawn large.

    python -m models.embedded.training.enlarger --packages DIR --art art.npz --autoencoder DIR --out DIR --minutes 15

Icons are drawings without a size, so what a picture of 512 pixels looks like is known exactly. The small pictures
have been through latents with noise upon them: the enlarger learns to clean what the decoder leaves behind, too.
"""

import argparse
import io
from pathlib import Path
from typing import Final, cast

import numpy as np
import torch
from PIL import Image
from torch import Generator, Tensor, nn
from torch.nn import functional

from models.embedded.drafts.autoencoder import ENLARGED_BY, DraftAutoencoder, Enlarger
from models.embedded.training import run
from models.embedded.training.art import SIDE, concept_held_out, pair_held_out, render
from models.embedded.training.augment import chance
from models.embedded.training.autoencoder import loss_of
from models.embedded.training.sheets import save_sheet
from models.embedded.training.sources import SETS, Packages

_CROP: Final = 40
"""Pixels a side of the small pieces that are learned from."""
_NOISE: Final = 0.45
_PICTURES: Final = 12
_PIECES: Final = 3
"""Pictures in a batch, and pieces cut out of each."""


class Drawn:
    """Icons drawn large, kept as PNG: all of them as pixels would take gigabytes."""

    def __init__(self, packages: Packages, every: int) -> None:
        icons = [icon for each in SETS for icon in packages.icons(each)]
        apart = [icon for icon in icons if concept_held_out(icon.concept) or pair_held_out(icon.concept, icon.style)]
        seen = [icon for icon in icons if icon not in apart]
        self.train: Final = [_png(icon) for icon in seen[::every]]
        self.apart: Final = [_png(icon) for icon in apart[:: max(1, len(apart) // 8)]]

    @staticmethod
    def pictures(chosen: list[bytes]) -> Tensor:
        """Return (B, 3, 4 S, 4 S) in -1..1."""
        arrays = [np.asarray(Image.open(io.BytesIO(png)).convert("RGB")) for png in chosen]
        return torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2).float() / 127.5 - 1


def _png(icon: object) -> bytes:
    image = render(icon, SIDE * ENLARGED_BY) or Image.new("RGB", (SIDE * ENLARGED_BY,) * 2, "white")  # type: ignore[arg-type]
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


def small(autoencoder: DraftAutoencoder, large: Tensor, noise: Tensor) -> Tensor:
    """Return pictures at the autoencoder's size as it decodes them."""
    reduced = functional.interpolate(large, scale_factor=1 / ENLARGED_BY, mode="area")
    with torch.no_grad():
        return cast(Tensor, autoencoder(reduced, noise).clamp(-1, 1))


def pieces(little: Tensor, large: Tensor, chances: Generator) -> tuple[Tensor, Tensor]:
    """Cut the same random places out of both."""
    places = torch.randint(SIDE - _CROP, (len(little), _PIECES, 2), generator=chances).tolist()
    cut = [(index, top, left) for index, row in enumerate(places) for top, left in row]
    by = ENLARGED_BY
    return (
        torch.stack([little[i, :, t : t + _CROP, x : x + _CROP] for i, t, x in cut]),
        torch.stack([large[i, :, by * t : by * (t + _CROP), by * x : by * (x + _CROP)] for i, t, x in cut]),
    )


def main() -> None:
    """Train, or go on training."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=Path, required=True)
    parser.add_argument("--autoencoder", type=Path, required=True, help="folder of the autoencoder's run")
    parser.add_argument("--every", type=int, default=6, help="take each n-th icon only")
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--rate", type=float, default=2e-3)
    run.Plan.arguments(parser, steps=3000, ema=0.998)
    given = parser.parse_args()
    on = run.device()
    torch.manual_seed(given.seed)
    drawn = Drawn(Packages(given.packages), given.every)
    autoencoder = DraftAutoencoder(enlarger_width=0)
    autoencoder.load_state_dict(run.averaged(given.autoencoder))
    autoencoder.to(on, memory_format=torch.channels_last).requires_grad_(False).eval()
    network = Enlarger(given.width)
    nn.init.zeros_(network.out.weight)
    network.to(on)
    optimiser = torch.optim.AdamW(network.parameters(), lr=given.rate, betas=(0.9, 0.95), weight_decay=0.0)
    work = run.Run(run.Plan.given(given), network, [optimiser])
    channels, grid = int(autoencoder.config.channels), autoencoder.grid

    def noise(count: int, chances: Generator) -> Tensor:
        return torch.randn(count, channels, grid, grid, generator=chances, device=on) * chance(count, chances) * _NOISE

    def one(chances: Generator) -> Tensor:
        chosen = torch.randint(len(drawn.train), (_PICTURES,), generator=chances, device=on).tolist()
        large = drawn.pictures([drawn.train[index] for index in chosen]).to(on)
        little = small(autoencoder, large, noise(_PICTURES, chances))
        seen, wanted = pieces(little, large, Generator().manual_seed(int(chances.initial_seed())))
        with run.reduced(on):
            enlarged = network(seen)
        return loss_of(enlarged.float(), wanted)

    def look(averaged: nn.Module, step: str) -> None:
        large = drawn.pictures(drawn.apart[:8]).to(on)
        little = small(autoencoder, large, noise(len(large), Generator(on).manual_seed(0)))
        with torch.no_grad():
            plain = functional.interpolate(little, scale_factor=ENLARGED_BY, mode="bicubic")
            rows = torch.cat([plain, averaged(little), large])
        save_sheet(rows, len(large), work.plan.folder / f"enlarged-{step}.png")

    done = work.train(one, look)
    print("complete" if done else f"stopped at step {work.step}; call again to go on")


if __name__ == "__main__":
    main()
