"""Draw the sheets that the documentation shows: the first seeds, whatever comes of them.

python -m models.embedded.training.show --out docs
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import torch
from PIL import Image

from models.drafts.embedded import reader
from models.drafts.order import Order
from models.embedded.drafts import WEIGHTS
from models.embedded.drafts.pipeline import DraftPipeline, load

SEEDS: Final = (0, 1, 2, 3)
SAMPLES: Final = (
    ("a cat", None),
    ("an owl", "ink"),
    ("sailboat at sunset", None),
    ("一条龙", None),
    ("a blue elephant", "flat"),
    ("strawberry cake", "soft"),
    ("a rocket and a planet", None),
    ("樱花树", "outlined"),
    ("a house on a hill", None),
    ("red fox", "bold"),
    ("熊猫和竹子", None),
    ("a cup of coffee", "glossy"),
    ("an old wizard with a crystal ball", None),
    ("紫色的蝴蝶", "rounded"),
    ("a terrier", None),
    ("a guitar", "ink"),
)
"""Sixteen briefs, English and Chinese, written before anybody looked."""

FIRST: Final = (("a cat", None), ("夕阳下的帆船", None), ("a blue dragon", "outlined"))
"""What the README shows."""


def sheet(pipeline: DraftPipeline, briefs: Sequence[tuple[str, str | None]], side: int, columns: int) -> Image.Image:
    """Draw each brief with the first four seeds; `columns` briefs stand side by side."""
    read = reader(pipeline)
    rows = -(-len(briefs) // columns)
    paper = Image.new("RGB", (columns * len(SEEDS) * side, rows * side), "white")
    for number, (words, style) in enumerate(briefs):
        asked = read(Order(words, SEEDS, style=style))
        for place, (seed, each) in enumerate(zip(SEEDS, asked.each, strict=True)):
            output: Any = pipeline(
                asked.prompt,
                **{**asked.arguments, **each},
                generator=torch.Generator().manual_seed(seed),
            )
            column, row = number % columns * len(SEEDS) + place, number // columns
            paper.paste(output.images[0].resize((side, side), Image.Resampling.LANCZOS), (column * side, row * side))
    return paper


def main() -> None:
    """Draw the sheets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    pipeline = load(given.weights)
    sheet(pipeline, SAMPLES, 160, 2).save(given.out / "embedded-samples.png", optimize=True)
    sheet(pipeline, FIRST, 192, 1).save(given.out / "embedded-first.png", optimize=True)


if __name__ == "__main__":
    main()
