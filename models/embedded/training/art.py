"""The training set: every drawing rendered on white, packed into one file.

    python -m models.embedded.training.art --packages DIR --out DIR

A picture is kept as 128 x 128 indices into 48 colours of its own, which icon art hardly notices: 11 MB for all.
"""

import argparse
import io
import json
import lzma
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from models.embedded.drafts.picture import on_white
from models.embedded.training.sources import SETS, Concept, Icon, IconSet, Packages

SIDE: Final = 128
COLOURS: Final = 48
_EMPTY: Final = 4
"""Standard deviation of the grey levels under which nothing was drawn."""
_FILTERS: Final[list[dict[str, int]]] = [
    {"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 24, "lc": 0, "pb": 0},
]

_CONCEPTS_HELD_OUT: Final = 30
_PAIRS_HELD_OUT: Final = 40
"""Of a thousand, chosen by a hash, so that they stay the same whatever is added."""


def concept_held_out(concept: str) -> bool:
    """Tell whether a concept is never shown in training, in any style."""
    return _hashed(f"held-out:{concept}") < _CONCEPTS_HELD_OUT


def pair_held_out(concept: str, style: str) -> bool:
    """Tell whether a concept is never shown in training in this style, though in others."""
    return _hashed(f"{concept}/{style}") < _PAIRS_HELD_OUT


def render(icon: Icon, side: int) -> Image.Image | None:
    """Draw an icon on white; None where the renderer cannot."""
    import resvg_py

    try:
        png = resvg_py.svg_to_bytes(svg_string=icon.sized(side), width=side, height=side)
    except BaseException as error:  # a panic in Rust is no Exception
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        return None
    image = on_white(Image.open(io.BytesIO(bytes(png))))
    return image if np.asarray(image.convert("L")).std() >= _EMPTY else None


@dataclass(frozen=True)
class Art:
    """The training set in memory.

    `indices` (N, S, S) and `palettes` (N, K, 3) are bytes; `concept` and `style` (N,) number the entries of `concepts`
    and `styles`.
    """

    concepts: tuple[Concept, ...]
    styles: tuple[str, ...]
    indices: Tensor
    palettes: Tensor
    concept: Tensor
    style: Tensor

    def __len__(self) -> int:
        return len(self.concept)

    def pictures(self, chosen: Tensor) -> Tensor:
        """Return pictures (B, 3, S, S) in -1..1."""
        flat = self.indices[chosen].flatten(1).long().unsqueeze(-1).expand(-1, -1, 3)
        colours = torch.gather(self.palettes[chosen], 1, flat)
        side = self.indices.shape[-1]
        return colours.reshape(-1, side, side, 3).permute(0, 3, 1, 2).float() / 127.5 - 1

    def split(self) -> "Split":
        """Return which pictures are trained on, and which are kept apart."""
        codes = [self.concepts[index].hexcode for index in self.concept.tolist()]
        styles = [self.styles[index] for index in self.style.tolist()]
        unseen = torch.tensor([concept_held_out(code) for code in codes])
        pair = torch.tensor([pair_held_out(code, style) for code, style in zip(codes, styles, strict=True)])
        return Split(*(mask.nonzero().flatten() for mask in (~unseen & ~pair, pair & ~unseen, unseen)))

    def part(self, chosen: Tensor, styles: tuple[str, ...]) -> "Art":
        """Return some of the pictures, their styles numbered as in `styles`."""
        number = torch.tensor([styles.index(style) if style in styles else -1 for style in self.styles])
        return Art(
            self.concepts,
            styles,
            self.indices[chosen],
            self.palettes[chosen],
            self.concept[chosen],
            number[self.style[chosen]],
        )

    def to(self, device: torch.device) -> "Art":
        """Return a copy on another device."""
        moved = (part.to(device) for part in (self.indices, self.palettes, self.concept, self.style))
        return Art(self.concepts, self.styles, *moved)

    def save(self, path: Path) -> None:
        """Write one file which numpy reads."""
        packed = lzma.compress(self.indices.numpy().tobytes(), format=lzma.FORMAT_RAW, filters=_FILTERS)
        np.savez_compressed(
            path,
            packed=np.frombuffer(packed, np.uint8),
            shape=np.array(self.indices.shape),
            palettes=self.palettes.numpy(),
            concept=self.concept.numpy().astype(np.int16),
            style=self.style.numpy().astype(np.int8),
            styles=np.array(self.styles),
            concepts=np.array(json.dumps([_as_json(concept) for concept in self.concepts], ensure_ascii=False)),
        )

    @classmethod
    def load(cls, path: Path) -> "Art":
        """Read a file that `save` wrote."""
        with np.load(path) as file:
            shape = tuple(int(side) for side in file["shape"])
            raw = lzma.decompress(file["packed"].tobytes(), format=lzma.FORMAT_RAW, filters=_FILTERS)
            concepts = json.loads(str(file["concepts"]))
            return cls(
                tuple(Concept(each["hex"], each["en"], each["zh"], each["group"]) for each in concepts),
                tuple(str(style) for style in file["styles"]),
                torch.from_numpy(np.frombuffer(raw, np.uint8).reshape(shape).copy()),
                torch.from_numpy(file["palettes"]),
                torch.from_numpy(file["concept"].astype(np.int64)),
                torch.from_numpy(file["style"].astype(np.int64)),
            )


@dataclass(frozen=True)
class Split:
    """Numbers of pictures: those trained on, those of unseen pairs of concept and style, those of unseen concepts."""

    train: Tensor
    unseen_pairs: Tensor
    unseen_concepts: Tensor


def build(packages: Packages, sets: Sequence[IconSet] = SETS) -> Art:
    """Render all icons; takes about two minutes."""
    drawn = [(icon, packed) for icon, packed in _rendered(icon for each in sets for icon in packages.icons(each))]
    shown = {icon.concept for icon, _ in drawn}
    concepts = tuple(concept for concept in packages.concepts.values() if concept.hexcode in shown)
    row = {concept.hexcode: number for number, concept in enumerate(concepts)}
    styles = tuple(each.style for each in sets)
    return Art(
        concepts,
        styles,
        torch.from_numpy(np.stack([indices for _, (indices, _) in drawn])),
        torch.from_numpy(np.stack([palette for _, (_, palette) in drawn])),
        torch.tensor([row[icon.concept] for icon, _ in drawn]),
        torch.tensor([styles.index(icon.style) for icon, _ in drawn]),
    )


def _rendered(icons: Iterable[Icon]) -> Iterator[tuple[Icon, tuple[Any, Any]]]:
    for icon in icons:
        image = render(icon, SIDE)
        if image is not None:
            yield icon, _packed(image)


def _packed(image: Image.Image) -> tuple[Any, Any]:
    """Return a picture as indices and the palette they point into."""
    few = image.getcolors(COLOURS) is not None
    method = None if few else Image.Quantize.MEDIANCUT
    reduced = image.quantize(COLOURS, method=method, dither=Image.Dither.NONE)
    listed = np.array((reduced.getpalette() or [])[: COLOURS * 3], np.uint8).reshape(-1, 3)
    palette = np.zeros((COLOURS, 3), np.uint8)
    palette[: len(listed)] = listed
    return np.asarray(reduced), palette


def _as_json(concept: Concept) -> dict[str, object]:
    return {"hex": concept.hexcode, "en": concept.name_en, "zh": concept.name_zh, "group": concept.group}


def _hashed(key: str) -> int:
    return zlib.crc32(key.encode()) % 1000


def main() -> None:
    """Build the training set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=Path, required=True, help="a folder with node_modules of the npm packages")
    parser.add_argument("--out", type=Path, required=True, help="where art.npz and concepts.json go")
    given = parser.parse_args()
    packages = Packages(given.packages)
    art = build(packages)
    given.out.mkdir(parents=True, exist_ok=True)
    art.save(given.out / "art.npz")
    listed = json.dumps([_as_json(concept) for concept in art.concepts], ensure_ascii=False)
    (given.out / "concepts.json").write_text(listed, encoding="utf-8")
    print(f"{len(art)} pictures of {len(art.concepts)} concepts in {len(art.styles)} styles")


if __name__ == "__main__":
    main()
