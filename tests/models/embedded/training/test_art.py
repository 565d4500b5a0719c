"""The training set: icons are found by their concept, rendered, packed, and come back as they were."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from models.embedded.training.art import COLOURS, SIDE, Art, build, concept_held_out, pair_held_out
from models.embedded.training.attribution import attribution
from models.embedded.training.sources import SETS, Packages
from models.embedded.training.words import SOURCES

pytestmark = pytest.mark.slow
DISC = '<circle cx="8" cy="8" r="6" fill="{}"/>'


def emoji(code: str, label: str, group: int = 3, order: int = 1) -> dict[str, Any]:
    return {"hexcode": code, "label": label, "group": group, "order": order}


@pytest.fixture
def packages(tmp_path: Path) -> Packages:
    """Two real sets and empty others, with what a real package has that must not become a picture."""
    english = [
        emoji("1F431", "cat face", order=2),
        emoji("1F34E", "red apple", 4),
        emoji("1F3FB", "light skin tone", 2),
        emoji("1F1E6", "regional indicator A", 9),
        emoji("1F468-200D-1F33E", "farmer", 1),
    ]
    chinese = [emoji("1F431", "猫脸"), emoji("1F34E", "红苹果", 4)]
    for locale, entries in (("en", english), ("zh", chinese)):
        write(tmp_path, f"emojibase-data/{locale}/data.json", entries)
    icons = {
        "cat-face": {"body": DISC.format("orange")},
        "red-apple": {"body": DISC.format("red"), "width": 8},
        "farmer": {"body": DISC.format("blue")},
        "nothing": {"body": ""},
    }
    for each in SETS:
        folder = f"@iconify-json/{each.package}"
        drawn = icons if each.style == "flat" else {"u1f431-cat": icons["cat-face"]} if each.style == "plain" else {}
        write(tmp_path, f"{folder}/icons.json", {"icons": drawn, "width": 16, "height": 16})
        write(tmp_path, f"{folder}/chars.json", {"1f34e": "red-apple"} if each.style == "flat" else {})
        write(tmp_path, f"{folder}/package.json", {"version": "1.2.3"})
    return Packages(tmp_path)


def write(folder: Path, name: str, content: object) -> None:
    path = folder / "node_modules" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def test_concepts_are_things_in_both_languages(packages: Packages) -> None:
    assert [(c.hexcode, c.name_en, c.name_zh) for c in packages.concepts.values()] == [
        ("1f34e", "red apple", "红苹果"),
        ("1f431", "cat face", "猫脸"),
    ]


def test_every_set_is_rendered_packed_and_read_again(packages: Packages, tmp_path: Path) -> None:
    art = build(packages)
    assert [(art.concepts[c].hexcode, art.styles[s]) for c, s in zip(art.concept, art.style, strict=True)] == [
        ("1f34e", "flat"),
        ("1f431", "flat"),
        ("1f431", "plain"),
    ]
    assert art.indices.shape == (3, SIDE, SIDE) and art.palettes.shape == (3, COLOURS, 3)
    pictures = art.pictures(torch.tensor([0, 1]))
    assert pictures[0, :, SIDE // 2, SIDE // 2].tolist() == pytest.approx([1, -1, -1], abs=0.02)
    assert pictures[:, :, 0, 0].min() > 0.98, "the paper is white"
    art.save(tmp_path / "art.npz")
    again = Art.load(tmp_path / "art.npz")
    assert (again.concepts, again.styles) == (art.concepts, art.styles)
    assert torch.equal(again.pictures(torch.arange(3)), art.pictures(torch.arange(3)))


def test_every_source_is_credited(packages: Packages, tmp_path: Path) -> None:
    for name, *_ in SOURCES:
        write(tmp_path, f"{name}/package.json", {"version": "4.5.6"})
    text = attribution(tmp_path, build(packages))
    assert all(f"{name} 4.5.6 | {licence}" in text for name, licence, _ in SOURCES)
    for each in SETS:
        assert f"@iconify-json/{each.package} 1.2.3" in text and each.author in text and each.licence in text


def test_what_is_held_out_is_a_small_share_and_never_trained_on() -> None:
    codes = [f"1f{number:03x}" for number in range(2000)]
    assert 0.02 < sum(map(concept_held_out, codes)) / len(codes) < 0.045
    assert 0.025 < sum(pair_held_out(code, "flat") for code in codes) / len(codes) < 0.055
    assert [pair_held_out("1f431", style) for style in ("flat", "soft")] == [False, False]
