"""Measure what the embedded draft model draws.

    python -m tests.bench.bench_embedded

Prints a table and writes build/bench/embedded.json. The eye is a small network that was trained on real icons only
(models/embedded/training/judge.py); `real_top5` says how often it knows a real icon it never saw.
"""

import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from PIL import Image
from torch import Tensor

from models.drafts.craft.colouring import keep_lines, line_iou
from models.embedded.drafts import STYLES, WEIGHTS
from models.embedded.drafts.pipeline import DraftPipeline, load
from models.embedded.training.art import pair_held_out
from models.embedded.training.judge import in_top
from models.embedded.training.judge import load as load_judge
from tests.bench.report import Figure, report

FOLDER = Path(__file__).parent / "embedded"
CONCEPTS = 200
AT_ONCE = 32
LINE_SIDE = 128
AIM_TOP5, AIM_ZH, AIM_UNSEEN, AIM_STYLE, AIM_LINES, AIM_SECONDS = 0.80, 0.05, 0.50, 0.90, 0.90, 6.0


class Asked(NamedTuple):
    """One drawing to make: its words, its style, and what a judge should see in it."""

    words: str
    style: str
    concept: int
    style_number: int


def asked(listed: Any, known: frozenset[str], *, language: str, held_out: bool) -> list[Asked]:
    """Return what to draw: 200 known concepts in all styles they were seen in, or all pairs never seen."""
    concepts = [(number, each) for number, each in enumerate(listed["concepts"]) if each["hex"] in known]
    if not held_out:
        concepts = random.Random(7).sample(concepts, CONCEPTS)
    return [
        Asked(each[language], listed["styles"][style], number, style)
        for number, each in concepts
        for style in each["styles"]
        if listed["styles"][style] in STYLES and pair_held_out(each["hex"], listed["styles"][style]) == held_out
    ]


def drawn(pipeline: DraftPipeline, wanted: Sequence[Asked]) -> Tensor:
    """Draw everything, many at once, style by style; (N, 3, S, S) in the order asked."""
    found: dict[int, Tensor] = {}
    for style in pipeline.styles:
        rows = [index for index, each in enumerate(wanted) if each.style == style]
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            seeds = [torch.Generator().manual_seed(index) for index in part]
            words = [wanted[index].words for index in part]
            output: Any = pipeline(words, style=style, output_type="pt", generator=seeds)
            found |= dict(zip(part, output.images[:, 0], strict=True))
    return torch.stack([found[index] for index in range(len(wanted))])


def lines_kept(pipeline: DraftPipeline) -> tuple[float, float]:
    """Colour line art of pictures the model never saw; return how well lines are kept as members get it, and before."""
    with Image.open(FOLDER / "lines.png") as sheet:
        places = [(x, y) for y in range(0, sheet.height, LINE_SIDE) for x in range(0, sheet.width, LINE_SIDE)]
        art = [sheet.crop((x, y, x + LINE_SIDE, y + LINE_SIDE)).resize((512, 512)) for x, y in places]
    shown, bare = [], []
    for index, line in enumerate(art):
        output: Any = pipeline("", line=line, generator=torch.Generator().manual_seed(index))
        shown.append(line_iou(line, keep_lines(output.images[0], line)))
        bare.append(line_iou(line, output.images[0]))
    return sum(shown) / len(shown), sum(bare) / len(bare)


def seconds_for_four(pipeline: DraftPipeline) -> float:
    """Return the median time of four finished candidates in one call."""
    taken = []
    for turn in range(5):
        began = time.perf_counter()
        seeds = [torch.Generator().manual_seed(turn * 4 + index) for index in range(4)]
        pipeline("a red apple", style="soft", num_images_per_prompt=4, generator=seeds)
        taken.append(time.perf_counter() - began)
    return sorted(taken)[2]


def measure() -> list[Figure]:
    """Take all figures."""
    pipeline, (judge, listed) = load(WEIGHTS), load_judge(FOLDER)
    known = frozenset(pipeline.drawings)

    def top5(language: str, *, held_out: bool) -> tuple[float, float, int]:
        wanted = asked(listed, known, language=language, held_out=held_out)
        concepts, styles = judge.judge(drawn(pipeline, wanted))
        right = in_top(concepts, torch.tensor([each.concept for each in wanted]), 5)
        return right, in_top(styles, torch.tensor([each.style_number for each in wanted]), 1), len(wanted)

    seconds = seconds_for_four(pipeline)
    english, style, count = top5("en", held_out=False)
    chinese, _, _ = top5("zh", held_out=False)
    unseen, _, unseen_count = top5("en", held_out=True)
    kept, bare = lines_kept(pipeline)
    chance, real = 5 / len(listed["concepts"]), listed["real"]
    return [
        Figure("concept_top5", english, "", f"{AIM_TOP5}, over {count} drawings"),
        Figure("concept_top5_zh", chinese, "", f"within {AIM_ZH} of English"),
        Figure("unseen_pair_top5", unseen, "", f"{AIM_UNSEEN}, over {unseen_count} pairs kept from training"),
        Figure("style_accuracy", style, "", f"{AIM_STYLE}"),
        Figure("chance_top5", chance, "", "what guessing gives"),
        Figure("real_top5", real["top5"], "", "the judge on real icons it never saw"),
        Figure("real_style_accuracy", real["style"], "", "the judge on their styles"),
        Figure("line_iou", kept, "", f"{AIM_LINES}, as members get it"),
        Figure("line_iou_network", bare, "", "before the lines are laid over again"),
        Figure("seconds_for_four", seconds, "s", f"at most {AIM_SECONDS:.0f}"),
    ]


def main() -> None:
    """Measure, and report."""
    report("embedded", "Embedded drafts", measure())


if __name__ == "__main__":
    main()
