"""Train the transformer on the latents of the autoencoder, and in it the encoder that makes its codes.

    python -m models.embedded.training.flow --art art.npz --autoencoder DIR --out DIR --minutes 90

Three tasks share every batch. To draw, from noise: the code comes from a picture of the same composition, if there is
one in another style, and the picture is wanted in its own. To colour line art. To redraw a picture that was moved and
recoloured, at lower noise, so that the network goes by the picture it is given. In the last two the code, if there is
one, comes from another drawing of the same concept: it may tell colours, and must not tell what goes where.

The outlined set shows nothing in a composition that another set shares, so nobody could tell its style from its
drawings; some pictures of the others are therefore given outlines of the same kind.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from diffusers import FlowMatchEulerDiscreteScheduler
from torch import Generator, Tensor, nn

from models.embedded.drafts.autoencoder import DraftAutoencoder, unit
from models.embedded.drafts.pipeline import COMPOSED_AS, DraftPipeline
from models.embedded.drafts.transformer import Block, DraftTransformer2DModel
from models.embedded.training import run
from models.embedded.training.art import Art, Split
from models.embedded.training.augment import chance, mirrored, moved, recoloured
from models.embedded.training.lines import line_art, outlined
from models.embedded.training.sheets import save_sheet
from models.embedded.training.sources import DRAWN, is_drawn

_COLOUR: Final = 0.2
_REDRAW: Final = 0.1
_CHANGED: Final = 0.15
_OUTLINED: Final = 0.06
"""Shares of a batch: lines to colour, pictures to redraw, pictures drawn after being moved and recoloured, and of those
the ones that get outlines; the rest is drawn as it is."""
_NOISE_MIDDLE: Final = 1.8
_NOISE_SPREAD: Final = 1.2
"""The share of noise is sigmoid(middle + spread * normal): high, for what goes where is decided there."""
_LEAST_NOISE: Final = 0.15
"""Errors weigh as much more as there is less noise, down to this share of it."""
_CODE_NOISE: Final = 0.1
_SILENT: Final = 0.5
"""How often lines are coloured, and pictures redrawn, without a code."""
_UNSTYLED: Final = 0.06
_SHOWN: Final = ("cat", "red apple", "sailboat", "rocket", "house", "sunflower", "dragon", "guitar", "bicycle", "owl")


class Learner(nn.Module):
    """The transformer at school: it makes the codes itself, and its table has nothing but the code of nothing."""

    def __init__(self, network: DraftTransformer2DModel) -> None:
        super().__init__()
        self.network = network

    def forward(self, lesson: "Lesson") -> Tensor:
        """Return the estimate of the clean latents."""
        codes = self.network.encode(lesson.seen) + lesson.code_noise
        codes = torch.where(lesson.silent[:, None], self.network.codes.weight[-1], codes)
        estimate: Tensor = self.network(lesson.noisy, lesson.sigma, codes[:, None], lesson.style, lesson.line)
        return estimate


@dataclass(frozen=True)
class Lesson:
    """One batch: clean latents and their noisy form, the share of noise, and what is told of them.

    `seen` are the latents that the code comes from, unless `silent`.
    """

    clean: Tensor
    noisy: Tensor
    sigma: Tensor
    seen: Tensor
    code_noise: Tensor
    silent: Tensor
    style: Tensor
    line: Tensor


class Lessons:
    """Makes batches out of the training set."""

    def __init__(self, art: Art, train: Tensor, autoencoder: DraftAutoencoder, count: int, code: int) -> None:
        self._art, self._train, self._autoencoder = art, train, autoencoder
        self._lines, self._redrawn = round(count * _COLOUR), round(count * _REDRAW)
        self._outlined = round(count * _OUTLINED)
        self._changed = self._lines + self._redrawn + round(count * _CHANGED)
        self._count, self._code = count, code
        self.latents = torch.cat([self._encode(art.pictures(part)) for part in torch.split(train, 128)])
        concepts, styles = art.concept[train].tolist(), art.style[train].tolist()
        self.composed = [COMPOSED_AS.get(art.styles[style], art.styles[style]) for style in styles]
        coloured = [art.styles[style] != "ink" for style in styles]
        same: dict[Any, list[int]] = {}
        for number, (concept, composition, whole) in enumerate(zip(concepts, self.composed, coloured, strict=True)):
            # From ink alone nobody could tell the colours.
            for key in (concept, (concept, composition)) if whole else ():
                same.setdefault(key, []).append(number)
        alike = [same.get((c, k), [n]) for n, (c, k) in enumerate(zip(concepts, self.composed, strict=True))]
        related = [same.get(concept, [number]) for number, concept in enumerate(concepts)]
        self._alike, self._related = _padded(alike, train.device), _padded(related, train.device)

    def next(self, chances: Generator) -> Lesson:
        """Return the next batch."""
        on, count, changed, lines = self._train.device, self._count, self._changed, self._lines
        chosen = torch.randint(len(self._train), (count,), generator=chances, device=on)
        pictures = mirrored(self._art.pictures(self._train[chosen[:changed]]), chances)
        pictures = recoloured(moved(pictures, chances), chances, 0.35)
        drawn = line_art(pictures[:lines], chance(lines, chances), chance(lines, chances))
        plain = self._encode(pictures[changed - self._outlined :])
        pictures[changed - self._outlined :] = outlined(pictures[changed - self._outlined :])
        clean = torch.cat([self._encode(pictures), self.latents[chosen[changed:]]])
        line = torch.cat([self._encode(drawn), torch.zeros_like(clean[lines:])])
        sigma = torch.sigmoid(_NOISE_MIDDLE + _NOISE_SPREAD * torch.randn(count, generator=chances, device=on))
        lower = 0.05 + 0.8 * torch.rand(self._redrawn, generator=chances, device=on)
        sigma[lines : lines + self._redrawn] = lower
        share = sigma[:, None, None, None]
        noise = torch.randn(clean.shape, generator=chances, device=on)
        return Lesson(
            clean,
            (1 - share) * clean + share * noise,
            sigma,
            self._seen(chosen, clean, plain, chances),
            _CODE_NOISE
            * torch.randn(count, clean.shape[2] * clean.shape[3] * self._code, generator=chances, device=on),
            *self._told(chosen, chances),
            line,
        )

    def _seen(self, chosen: Tensor, clean: Tensor, plain: Tensor, chances: Generator) -> Tensor:
        """Return the latents whose codes are given: of a related, of the same changed, of an alike picture."""
        guided, whole = self._lines + self._redrawn, self._changed - self._outlined
        related = _picked(self._related[chosen[:guided]], chances)
        alike = _picked(self._alike[chosen[self._changed :]], chances)
        return torch.cat([self.latents[related], clean[guided:whole], plain, self.latents[alike]])

    def _told(self, chosen: Tensor, chances: Generator) -> tuple[Tensor, Tensor]:
        """Return where no code is given, and the styles, left out now and then."""
        on, guided = chosen.device, self._lines + self._redrawn
        silent = torch.rand(len(chosen), generator=chances, device=on) < _SILENT
        silent[guided:] = False
        style = self._art.style[self._train[chosen]]
        style[self._changed - self._outlined : self._changed] = self._art.styles.index("outlined")
        unstyled = torch.rand(len(chosen), generator=chances, device=on) < _UNSTYLED
        return silent, style.masked_fill(unstyled, len(self._art.styles))

    @torch.no_grad()
    def _encode(self, pictures: Tensor) -> Tensor:
        with run.reduced(pictures.device):
            return unit(self._autoencoder.encode(pictures.contiguous(memory_format=torch.channels_last)).float())


def _padded(lists: list[list[int]], on: torch.device) -> Tensor:
    """Return lists of different lengths as rows of one length, by repeating them."""
    longest = max(map(len, lists))
    return torch.tensor([(each * longest)[:longest] for each in lists], device=on)


def _picked(rows: Tensor, chances: Generator) -> Tensor:
    """Pick one of each row."""
    column = torch.randint(rows.shape[1], (len(rows), 1), generator=chances, device=rows.device)
    return rows.gather(1, column)[:, 0]


def loss_of(estimate: Tensor, lesson: Lesson) -> Tensor:
    """Return the squared error of the clean latents, weighed by the noise."""
    weight = 1 / lesson.sigma.clamp(min=_LEAST_NOISE)
    return ((estimate - lesson.clean).square().mean((1, 2, 3)) * weight).mean()


def start(learner: Learner) -> None:
    """Set the first weights: blocks that change nothing yet."""
    network = learner.network
    with torch.no_grad():
        nn.init.zeros_(network.codes.weight)
        nn.init.normal_(network.style.weight, std=0.3)
        nn.init.normal_(network.place, std=0.1)
        for part in (network.modulation, network.head_modulation, network.head):
            nn.init.zeros_(part.weight)
            nn.init.zeros_(part.bias)
        for part in network.modules():
            if isinstance(part, Block):
                nn.init.zeros_(part.attention_out.weight)
                nn.init.zeros_(part.down.weight)


def optimisers_of(learner: Learner, rate: float) -> list[torch.optim.Optimizer]:
    """Return Muon for the matrices of the blocks (Jordan 2024), AdamW for the rest."""
    blocks = learner.network.blocks.named_parameters()
    matrices = [part for name, part in blocks if part.ndim == 2 and "modulation" not in name]
    apart = {id(part) for part in matrices}
    rest = [part for part in learner.parameters() if id(part) not in apart]
    return [
        torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.95), weight_decay=0.0, fused=True),
        torch.optim.Muon(matrices, lr=rate, momentum=0.95, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"),
    ]


def drawn_art(art: Art) -> tuple[Art, Split]:
    """Return the part of the training set that is drawn from: not all styles, no mere symbols."""
    styles = torch.tensor([style in DRAWN for style in art.styles])[art.style]
    things = torch.tensor([is_drawn(concept) for concept in art.concepts])[art.concept]
    part = art.part((styles & things).nonzero().flatten(), DRAWN)
    return part, part.split()


@torch.no_grad()
def with_codes(learner: Learner, lessons: Lessons, art: Art, train: Tensor) -> DraftTransformer2DModel:
    """Return the transformer with the codes of all drawings in its table; a composition's is the mean of its styles."""
    drawings: dict[str, dict[str, list[int]]] = {}
    for number, (picture, composition) in enumerate(zip(train.tolist(), lessons.composed, strict=True)):
        if art.styles[int(art.style[picture])] != "ink":
            concept = art.concepts[int(art.concept[picture])].hexcode
            drawings.setdefault(composition, {}).setdefault(concept, []).append(number)
    listed = [(composition, " ".join(concepts)) for composition, concepts in drawings.items()]
    settings = {name: value for name, value in learner.network.config.items() if not name.startswith("_")}
    network: DraftTransformer2DModel = DraftTransformer2DModel(**{**settings, "drawings": listed, "styles": art.styles})
    codes = torch.cat([learner.network.encode(part) for part in torch.split(lessons.latents, 256)])
    rows = [codes[numbers].mean(0) for concepts in drawings.values() for numbers in concepts.values()]
    weights = dict(learner.network.state_dict())
    weights["codes.weight"] = torch.cat([torch.stack(rows), learner.network.codes.weight[-1:]])
    network.load_state_dict(weights)
    network.eval()
    return network


def samples(pipeline: DraftPipeline, art: Art, split: Split) -> Iterator[Tensor]:
    """Yield rows of a sheet: things in all styles as each composes them, one in ink as all compose it, unseen pairs."""
    codes = {concept.name_en: concept.hexcode for concept in art.concepts}
    shown = [codes[name] for name in _SHOWN]
    for style in art.styles:
        yield _drawn(pipeline, [(concept, style, None) for concept in shown])
    for style, composition in (("ink", "soft"), ("flat", "bold"), ("outlined", "flat"), ("soft", "rounded")):
        yield _drawn(pipeline, [(concept, style, composition) for concept in shown])
    pairs = split.unseen_pairs[torch.linspace(0, len(split.unseen_pairs) - 1, len(_SHOWN)).long()].cpu()
    yield art.pictures(pairs.to(art.style.device)).cpu()
    named = [(art.concepts[art.concept[n]].hexcode, art.styles[art.style[n]], None) for n in pairs.tolist()]
    yield _drawn(pipeline, named)


def _drawn(pipeline: DraftPipeline, asked: Sequence[tuple[str, str, str | None]]) -> Tensor:
    drawn = []
    for concept, style, composition in asked:
        output: Any = pipeline(
            concepts=[concept],
            compositions=[composition],
            style=style,
            output_type="pt",
            generator=Generator().manual_seed(0),
        )
        drawn.append(output.images[0])
    return torch.cat(drawn).cpu()


def pipeline_of(network: DraftTransformer2DModel, autoencoder: DraftAutoencoder) -> DraftPipeline:
    """Return the pipeline around a network."""
    pipeline = DraftPipeline(network, autoencoder, FlowMatchEulerDiscreteScheduler(shift=1.0))
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


@dataclass(frozen=True)
class Class:
    """Everything that lessons need: the learner, the pictures, the autoencoder."""

    learner: Learner
    lessons: Lessons
    art: Art
    split: Split
    autoencoder: DraftAutoencoder

    @classmethod
    def of(cls, art_file: Path, autoencoder_run: Path, batch: int, on: torch.device) -> "Class":
        """Load the pictures and the autoencoder, and make a learner that knows nothing."""
        art, split = drawn_art(Art.load(art_file))
        art, train = art.to(on), split.train.to(on)
        autoencoder = DraftAutoencoder(enlarger_width=0)
        autoencoder.load_state_dict(run.averaged(autoencoder_run))
        autoencoder.to(on, memory_format=torch.channels_last).requires_grad_(False).eval()
        network = DraftTransformer2DModel(styles=art.styles)
        learner = Learner(network)
        start(learner)
        learner.to(on)
        return cls(learner, Lessons(art, train, autoencoder, batch, int(network.config.code)), art, split, autoencoder)

    def graduate(self, learner: Learner) -> DraftTransformer2DModel:
        """Return the finished transformer, its table filled."""
        return with_codes(learner, self.lessons, self.art, self.split.train)


def main() -> None:
    """Train, or go on training."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--art", type=Path, required=True)
    parser.add_argument("--autoencoder", type=Path, required=True, help="folder of the autoencoder's run")
    parser.add_argument("--batch", type=int, default=96)
    parser.add_argument("--rate", type=float, default=2e-3)
    run.Plan.arguments(parser, steps=20_000, ema=0.999)
    given = parser.parse_args()
    on = run.device()
    torch.manual_seed(given.seed)
    taught = Class.of(given.art, given.autoencoder, given.batch, on)
    work = run.Run(run.Plan.given(given), taught.learner, optimisers_of(taught.learner, given.rate))
    fast: Callable[..., Any] = torch.compile(taught.learner)

    def one(chances: Generator) -> Tensor:
        lesson = taught.lessons.next(chances)
        with run.reduced(on):
            estimate = fast(lesson)
        return loss_of(estimate.float(), lesson)

    def look(averaged: nn.Module, step: str) -> None:
        assert isinstance(averaged, Learner)
        pipeline = pipeline_of(taught.graduate(averaged), taught.autoencoder)
        rows = torch.cat(list(samples(pipeline, taught.art, taught.split)))
        save_sheet(rows, len(_SHOWN), work.plan.folder / f"drawn-{step}.png")

    done = work.train(one, look)
    print("complete" if done else f"stopped at step {work.step}; call again to go on")


if __name__ == "__main__":
    main()
