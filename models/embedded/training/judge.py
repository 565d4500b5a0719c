"""Train the judge: a small network that only ever saw real icons, and tells what a drawing shows, in which style.

    python -m models.embedded.training.judge --art art.npz --out DIR --minutes 15

It measures the draft model (`make bench-embedded`); it takes no part in training it. One real picture in ten is kept
from it, to know how good an eye it has. Beside its weights go the list of all real pictures, and line art of pictures
that the draft model was never shown.
"""

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, cast

import torch
from safetensors.torch import load_file, save_file
from torch import Generator, Tensor, nn
from torch.nn import functional

from models.embedded.training import run
from models.embedded.training.art import Art
from models.embedded.training.augment import chance, mirrored, moved, recoloured
from models.embedded.training.lines import line_art
from models.embedded.training.sheets import save_sheet

SIDE: Final = 64
_SHARPNESS: Final = 20.0
_LINES_KEPT: Final = 48
_LINE_COLUMNS: Final = 8


class Judge(nn.Module):
    """Tell concept and style of pictures (B, 3, 64, 64) in -1..1, by cosine nearness to one direction for each."""

    def __init__(self, concepts: int, styles: int, width: int = 128) -> None:
        super().__init__()
        self.eye = nn.Sequential(
            *_seen(3, 32, 2), *_seen(32, 64), *_seen(64, 96, 2), *_seen(96, 96), *_seen(96, 160, 2), *_seen(160, 160)
        )
        self.concept_in = nn.Linear(160 * 16, width)
        self.style_in = nn.Linear(160, styles)
        self.concepts = nn.Parameter(torch.randn(concepts, width))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Return scores of the concepts (B, concepts) and of the styles (B, styles)."""
        seen = self.eye(pictures)
        said = functional.normalize(self.concept_in(functional.adaptive_avg_pool2d(seen, 4).flatten(1)), dim=1)
        styles = self.style_in(seen.mean((2, 3)))
        return _SHARPNESS * said @ functional.normalize(self.concepts, dim=1).T, cast(Tensor, styles)

    def judge(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Return the scores for pictures of any size."""
        small = functional.interpolate(pictures.float(), (SIDE, SIDE), mode="area")
        with torch.no_grad():
            return cast(tuple[Tensor, Tensor], self(small))


def _seen(channels: int, width: int, stride: int = 1) -> tuple[nn.Module, ...]:
    return nn.Conv2d(channels, width, 3, stride, padding=1), nn.GroupNorm(8, width), nn.SiLU()


def load(folder: Path) -> tuple[Judge, Mapping[str, Any]]:
    """Return the judge of a folder, and the list of real pictures beside it."""
    listed: Mapping[str, Any] = json.loads((folder / "pictures.json").read_text(encoding="utf-8"))
    judge = Judge(len(listed["concepts"]), len(listed["styles"]))
    judge.load_state_dict({name: part.float() for name, part in load_file(folder / "judge.safetensors").items()})
    return judge.eval(), listed


def in_top(scores: Tensor, wanted: Tensor, count: int) -> float:
    """Return the share of rows in which what is wanted is among the `count` highest."""
    return float((scores.topk(count, dim=1).indices == wanted[:, None]).any(1).float().mean())


def _listed(art: Art, real: Mapping[str, float]) -> Mapping[str, Any]:
    """Return which picture there is of what, by concept."""
    styles: dict[int, list[int]] = {}
    for concept, style in zip(art.concept.tolist(), art.style.tolist(), strict=True):
        styles.setdefault(concept, []).append(style)
    concepts = [
        {"hex": c.hexcode, "en": c.name_en, "zh": c.name_zh, "styles": sorted(styles[n])}
        for n, c in enumerate(art.concepts)
    ]
    return {"styles": list(art.styles), "real": dict(real), "concepts": concepts}


def main() -> None:
    """Train, or go on training, and write what the measurement needs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--art", type=Path, required=True)
    parser.add_argument("--written", type=Path, required=True, help="folder for the finished judge")
    parser.add_argument("--batch", type=int, default=96)
    parser.add_argument("--rate", type=float, default=2e-3)
    run.Plan.arguments(parser, steps=4000, ema=0.998)
    given = parser.parse_args()
    on = run.device()
    torch.manual_seed(given.seed)
    art = Art.load(given.art).to(on)
    split = art.split()
    kept = torch.arange(len(art), device=on) % 10 == 7
    train, real = (~kept).nonzero().flatten(), kept.nonzero().flatten()
    network = Judge(len(art.concepts), len(art.styles)).to(on)
    optimiser = torch.optim.AdamW(network.parameters(), lr=given.rate, weight_decay=0.05)
    work = run.Run(run.Plan.given(given), network, [optimiser])
    fast: Callable[..., Any] = torch.compile(network)

    def one(chances: Generator) -> Tensor:
        chosen = train[torch.randint(len(train), (given.batch,), generator=chances, device=on)]
        pictures = functional.avg_pool2d(art.pictures(chosen), 2)
        pictures = recoloured(moved(mirrored(pictures, chances), chances, turn=0.15), chances, 0.2)
        grain = torch.randn(pictures.shape, generator=chances, device=on) * chance(len(pictures), chances) * 0.2
        with run.reduced(on):
            concepts, styles = fast(pictures + grain)
        loss = functional.cross_entropy(concepts.float(), art.concept[chosen], label_smoothing=0.1)
        return loss + functional.cross_entropy(styles.float(), art.style[chosen])

    def look(averaged: nn.Module, step: str) -> None:
        assert isinstance(averaged, Judge)
        scores = [averaged.judge(art.pictures(part)) for part in torch.split(real, 256)]
        concepts, styles = (torch.cat(each) for each in zip(*scores, strict=True))
        figures = {
            "top1": in_top(concepts, art.concept[real], 1),
            "top5": in_top(concepts, art.concept[real], 5),
            "style": in_top(styles, art.style[real], 1),
        }
        print(step, figures, flush=True)
        given.written.mkdir(parents=True, exist_ok=True)
        half = {name: part.half().contiguous().cpu() for name, part in averaged.state_dict().items()}
        save_file(half, given.written / "judge.safetensors")
        listed = _listed(art, {name: round(value, 4) for name, value in figures.items()})
        (given.written / "pictures.json").write_text(json.dumps(listed, ensure_ascii=False), encoding="utf-8")

    done = work.train(one, look)
    apart = torch.cat([split.unseen_pairs, split.unseen_concepts])
    chosen = apart[torch.linspace(0, len(apart) - 1, _LINES_KEPT).long()].to(on)
    half = torch.full((_LINES_KEPT, 1, 1, 1), 0.45, device=on)
    save_sheet(line_art(art.pictures(chosen), half, half), _LINE_COLUMNS, given.written / "lines.png")
    print("complete" if done else f"stopped at step {work.step}; call again to go on")


if __name__ == "__main__":
    main()
