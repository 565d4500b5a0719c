"""Train the transformer on the latents of the autoencoder.

    python -m models.embedded.training.flow --art art.npz --autoencoder DIR --out DIR --minutes 90

Three tasks share every batch: to draw a concept in a style from noise; to colour line art; to redraw a picture that
was moved and recoloured, at lower noise, so that the network goes by the picture it is given and not by the concept
alone. For each pair of concept and style there is one picture only: what is drawn at full noise is decided by the code.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from diffusers import FlowMatchEulerDiscreteScheduler
from torch import Generator, Tensor, nn
from torch.nn import functional

from models.embedded.drafts.autoencoder import DraftAutoencoder, unit
from models.embedded.drafts.pipeline import Conditions, DraftPipeline
from models.embedded.drafts.transformer import Block, DraftTransformer2DModel
from models.embedded.training import run
from models.embedded.training.art import Art, Split
from models.embedded.training.augment import chance, mirrored, moved, recoloured
from models.embedded.training.lines import line_art
from models.embedded.training.sheets import save_sheet

_COLOUR: Final = 0.2
_REDRAW: Final = 0.12
"""Shares of a batch; the rest is drawn from noise."""
_NOISE_MIDDLE: Final = 1.8
_NOISE_SPREAD: Final = 1.2
"""The share of noise is sigmoid(middle + spread * normal): high, for what goes where is decided there."""
_LEAST_NOISE: Final = 0.15
"""Errors weigh as much more as there is less noise, down to this share of it."""
_CODE_NOISE: Final = 0.05
_SHOWN: Final = ("cat", "red apple", "sailboat", "rocket", "house", "sunflower", "dragon", "guitar", "bicycle", "owl")


@dataclass(frozen=True)
class Lesson:
    """One batch: clean latents, their noisy form, the share of noise, what was said of them."""

    clean: Tensor
    noisy: Tensor
    sigma: Tensor
    conditions: Conditions


class Lessons:
    """Makes batches out of the training set."""

    def __init__(self, art: Art, train: Tensor, autoencoder: DraftAutoencoder, count: int) -> None:
        self._art, self._train, self._autoencoder = art, train, autoencoder
        self._coloured, self._redrawn = round(count * _COLOUR), round(count * _REDRAW)
        self._count = count
        shown = sorted(set(art.concept[train].tolist()))
        self.concepts: Final = tuple(art.concepts[number].hexcode for number in shown)
        self.nothing, self.no_style = len(shown), len(art.styles)
        self._row = torch.full((len(art.concepts),), self.nothing, device=train.device)
        self._row[torch.tensor(shown, device=train.device)] = torch.arange(len(shown), device=train.device)
        self._latents = torch.cat([self._encode(art.pictures(part)) for part in torch.split(train, 128)])

    def first_codes(self, width: int) -> Tensor:
        """Return codes to begin with (concepts + 1, places * width): means over styles, in their leading directions."""
        places = self._latents.flatten(2).transpose(1, 2)
        rows = self._row[self._art.concept[self._train]]
        sums = torch.zeros(self.nothing, *places.shape[1:], device=places.device)
        sums.index_add_(0, rows, places)
        means = sums / torch.bincount(rows, minlength=self.nothing)[:, None, None]
        flat = means.flatten(0, 1)
        flat = flat - flat.mean(0)
        directions = torch.linalg.eigh(flat.T @ flat).eigenvectors[:, -width:]
        codes = flat @ directions
        codes = (codes / codes.std()).reshape(self.nothing, -1)
        return torch.cat([codes, torch.zeros_like(codes[:1])])

    def next(self, chances: Generator) -> Lesson:
        """Return the next batch."""
        on, count = self._train.device, self._count
        chosen = torch.randint(len(self._train), (count,), generator=chances, device=on)
        changed = self._coloured + self._redrawn
        pictures = recoloured(
            moved(mirrored(self._art.pictures(self._train[chosen[:changed]]), chances), chances), chances, 0.35
        )
        drawn = line_art(pictures[: self._coloured], chance(self._coloured, chances), chance(self._coloured, chances))
        clean = torch.cat([self._encode(pictures), self._latents[chosen[changed:]]])
        line = torch.cat([self._encode(drawn), torch.zeros_like(clean[self._coloured :])])
        sigma = torch.sigmoid(_NOISE_MIDDLE + _NOISE_SPREAD * torch.randn(count, generator=chances, device=on))
        lower = 0.05 + 0.8 * torch.rand(self._redrawn, generator=chances, device=on)
        sigma = torch.cat([sigma[: self._coloured], lower, sigma[changed:]])
        noise = torch.randn(clean.shape, generator=chances, device=on)
        share = sigma[:, None, None, None]
        return Lesson(clean, (1 - share) * clean + share * noise, sigma, self._said(chosen, line, chances))

    def _said(self, chosen: Tensor, line: Tensor, chances: Generator) -> Conditions:
        """Return concept and style of each picture, left out now and then."""
        numbers = self._train[chosen]
        concept, style = self._row[self._art.concept[numbers]], self._art.style[numbers]
        silent = torch.full((len(chosen),), 0.05, device=chosen.device)
        silent[: self._coloured + self._redrawn] = 0.5
        no_concept = torch.rand(len(chosen), generator=chances, device=chosen.device) < silent
        no_style = torch.rand(len(chosen), generator=chances, device=chosen.device) < silent.clamp(max=0.3)
        return Conditions(
            concept.masked_fill(no_concept, self.nothing)[:, None],
            functional.one_hot(style.masked_fill(no_style, self.no_style), self.no_style + 1).float(),
            line,
        )

    @torch.no_grad()
    def _encode(self, pictures: Tensor) -> Tensor:
        with run.reduced(pictures.device):
            return unit(self._autoencoder.encode(pictures.contiguous(memory_format=torch.channels_last)).float())


def loss_of(estimate: Tensor, lesson: Lesson) -> Tensor:
    """Return the squared error of the clean latents, weighed by the noise."""
    weight = 1 / lesson.sigma.clamp(min=_LEAST_NOISE)
    return ((estimate - lesson.clean).square().mean((1, 2, 3)) * weight).mean()


def start(network: DraftTransformer2DModel, codes: Tensor) -> None:
    """Set the first weights: blocks that change nothing yet, codes from the data."""
    with torch.no_grad():
        network.codes.weight.copy_(codes)
        nn.init.normal_(network.style.weight, std=0.3)
        nn.init.normal_(network.place, std=0.1)
        for part in (network.modulation, network.head_modulation, network.head):
            nn.init.zeros_(part.weight)
            nn.init.zeros_(part.bias)
        for block in network.blocks:
            assert isinstance(block, Block)
            nn.init.zeros_(block.attention_out.weight)
            nn.init.zeros_(block.down.weight)


def optimisers_of(network: DraftTransformer2DModel, rate: float, code_rate: float) -> list[torch.optim.Optimizer]:
    """Return Muon for the blocks' matrices (Jordan 2024), AdamW for the rest, the codes with a rate of their own."""
    matrices = [
        p for name, p in network.named_parameters() if name.startswith("blocks") and p.ndim == 2 and "mod" not in name
    ]
    apart = {id(p) for p in (*matrices, network.codes.weight)}
    rest = [p for p in network.parameters() if id(p) not in apart]
    groups = [{"params": rest, "lr": rate}, {"params": [network.codes.weight], "lr": code_rate}]
    return [
        torch.optim.AdamW(groups, betas=(0.9, 0.95), weight_decay=0.0, fused=True),
        torch.optim.Muon(matrices, lr=rate, momentum=0.95, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"),
    ]


def pipeline_of(network: DraftTransformer2DModel, autoencoder: DraftAutoencoder) -> DraftPipeline:
    """Return the pipeline around a network."""
    pipeline = DraftPipeline(network, autoencoder, FlowMatchEulerDiscreteScheduler(shift=1.0))
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def samples(pipeline: DraftPipeline, art: Art, split: Split) -> Iterator[Tensor]:
    """Yield rows of a sheet: known things in all styles, unseen pairs beside the real ones, coloured lines."""
    codes = {concept.name_en: concept.hexcode for concept in art.concepts}
    for style in art.styles:
        yield _drawn(pipeline, [codes[name] for name in _SHOWN], style)
    pairs = split.unseen_pairs[torch.linspace(0, len(split.unseen_pairs) - 1, len(_SHOWN)).long()].cpu()
    yield art.pictures(pairs.to(art.style.device)).cpu()
    yield torch.cat(
        [_drawn(pipeline, [art.concepts[art.concept[n]].hexcode], art.styles[art.style[n]]) for n in pairs.tolist()]
    )


def _drawn(pipeline: DraftPipeline, concepts: list[str], style: str) -> Tensor:
    known = [concept for concept in concepts if concept in pipeline.concepts]
    drawn = []
    for each in known:
        output: Any = pipeline(
            [""], concepts=[each], style=style, output_type="pt", generator=Generator().manual_seed(0)
        )
        drawn.append(output.images[0])
    return functional.pad(torch.cat(drawn).cpu(), (0, 0, 0, 0, 0, 0, 0, len(concepts) - len(known)), value=1.0)


def main() -> None:
    """Train, or go on training."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--art", type=Path, required=True)
    parser.add_argument("--autoencoder", type=Path, required=True, help="folder of the autoencoder's run")
    parser.add_argument("--batch", type=int, default=96)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--code-rate", type=float, default=4e-3)
    run.Plan.arguments(parser, steps=40_000, ema=0.999)
    given = parser.parse_args()
    on = run.device()
    torch.manual_seed(given.seed)
    art = Art.load(given.art)
    split = art.split()
    art = art.to(on)
    autoencoder = DraftAutoencoder(enlarger_width=0)
    autoencoder.load_state_dict(run.averaged(given.autoencoder))
    autoencoder.to(on, memory_format=torch.channels_last).requires_grad_(False).eval()
    lessons = Lessons(art, split.train.to(on), autoencoder, given.batch)
    network = DraftTransformer2DModel(concepts=lessons.concepts, styles=art.styles)
    given.out.mkdir(parents=True, exist_ok=True)
    settings = {name: value for name, value in network.config.items() if not name.startswith("_")}
    (given.out / "network.json").write_text(json.dumps(settings), encoding="utf-8")
    start(network, lessons.first_codes(int(network.config.code)))
    network.to(on)
    work = run.Run(run.Plan.given(given), network, optimisers_of(network, given.rate, given.code_rate))
    fast: Callable[..., Any] = torch.compile(network)

    def one(chances: Generator) -> Tensor:
        lesson = lessons.next(chances)
        with run.reduced(on):
            estimate = fast(lesson.noisy, lesson.sigma, *lesson.conditions)
        return loss_of(estimate.float(), lesson)

    def look(averaged: nn.Module, step: str) -> None:
        with torch.no_grad():
            assert isinstance(averaged, DraftTransformer2DModel)
            rows = torch.cat(list(samples(pipeline_of(averaged, autoencoder), art, split)))
        save_sheet(rows, len(_SHOWN), work.plan.folder / f"drawn-{step}.png")

    done = work.train(one, look)
    print("complete" if done else f"stopped at step {work.step}; call again to go on")


if __name__ == "__main__":
    main()
