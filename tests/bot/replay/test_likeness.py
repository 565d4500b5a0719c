"""How alike two pictures are: exact for what can be computed by hand, and in the order that the eye has."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from bot.replay.likeness import Likeness, Nearness, likeness


def noise(size: tuple[int, int], seed: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8))


def scene() -> Image.Image:
    """Return shapes on paper, somewhat like a drawing."""
    image = Image.new("RGB", (200, 160), "white")
    image.paste("firebrick", (30, 40, 90, 120))
    image.paste("navy", (110, 60, 180, 100))
    return image.filter(ImageFilter.GaussianBlur(1.5))


def plain_ssim(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Compute equation 13 of the paper window by window."""
    at = np.arange(11) - 5
    bell = np.exp(-(at**2) / 4.5)
    weights = np.outer(bell, bell) / bell.sum() ** 2
    c1, c2, values = (0.01 * 255) ** 2, (0.03 * 255) ** 2, []
    for y in range(a.shape[0] - 10):
        for x in range(a.shape[1] - 10):
            one, other = a[y : y + 11, x : x + 11], b[y : y + 11, x : x + 11]
            mx, my = (weights * one).sum(), (weights * other).sum()
            vx, vy = (weights * (one - mx) ** 2).sum(), (weights * (other - my) ** 2).sum()
            cov = (weights * (one - mx) * (other - my)).sum()
            values.append((2 * mx * my + c1) * (2 * cov + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2)))
    return float(np.mean(values))


@pytest.mark.parametrize("strength", [3, 30, 300])
def test_structure_is_that_of_the_paper(strength: int) -> None:
    one = noise((30, 24), 1)
    moved = np.asarray(one).astype(int) + np.random.default_rng(2).integers(-strength, strength, (24, 30, 3))
    other = Image.fromarray(moved.clip(0, 255).astype(np.uint8))
    lumas = [np.asarray(image.convert("L"), dtype=np.float64) for image in (one, other)]
    assert likeness(one, other).structure == pytest.approx(plain_ssim(*lumas), abs=1e-4)


@pytest.mark.parametrize(
    ("colour", "lab"),
    [("white", (1, 0, 0)), ("red", (0.62796, 0.22486, 0.12585)), ("blue", (0.45201, -0.03246, -0.31153))],
)
def test_colour_is_the_distance_in_oklab(colour: str, lab: tuple[float, float, float]) -> None:
    black = Image.new("RGB", (12, 12))
    assert likeness(black, Image.new("RGB", (12, 12), colour)).colour == pytest.approx(np.linalg.norm(lab), abs=1e-3)


@given(st.integers(1, 700), st.integers(1, 40), st.integers(0, 99))
@settings(max_examples=25)
def test_a_picture_is_like_itself_whatever_its_size(height: int, width: int, seed: int) -> None:
    image = noise((width, height), seed)
    found = likeness(image, image)
    assert found.structure == pytest.approx(1, abs=1e-5)
    assert (found.colour, found.visible, found.largest, found.changed) == (0, 0, 0, 0)
    assert found.nearness is Nearness.SAME


def test_it_does_not_matter_which_comes_first() -> None:
    one, other = noise((60, 600), 1), noise((60, 600), 2)
    there, back = likeness(one, other), likeness(other, one)
    assert there.structure == pytest.approx(back.structure, abs=1e-6)
    assert (there.largest, there.changed) == (back.largest, back.changed)


def test_one_pixel_is_found_wherever_it_is() -> None:
    for at in ((0, 0), (199, 599), (100, 255), (100, 256)):
        image = Image.new("RGB", (200, 600), "white")
        other = image.copy()
        other.putpixel(at, (255, 255, 250))
        found = likeness(image, other)
        assert (found.largest, found.changed) == (5, 1 / 120_000)
        assert found.nearness is Nearness.SAME


def saved(image: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue()))


def test_what_looks_nearer_is_nearer() -> None:
    image = scene()
    rounded = Image.eval(image, lambda value: min(255, value + 1))
    recoloured = image.copy()
    recoloured.paste("gold", (30, 40, 90, 120))
    found: list[Likeness] = [likeness(image, each) for each in (rounded, saved(image, 60), recoloured)]
    assert [each.nearness for each in found] == [Nearness.SAME, Nearness.NEAR, Nearness.APART]
    assert found[0].visible <= found[1].visible < found[2].visible
    assert likeness(image, image.rotate(180)).nearness is Nearness.APART


def test_other_sizes_are_not_compared() -> None:
    with pytest.raises(ValueError, match="sizes"):
        likeness(noise((20, 20), 1), noise((20, 21), 1))
