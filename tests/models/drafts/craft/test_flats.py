"""Colours between a member's lines are evened; what is open, or meant to be various, is left alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from models.drafts.craft.flats import flatted
from tests.models.drafts.craft import drawings

SIDE = 256


def box_lines(*, gap: int = 0) -> Image.Image:
    """Return two boxes beside each other that share a side; a gap in it joins them."""
    sheet = Image.new("L", (SIDE, SIDE), 255)
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((40, 60, 216, 196), outline=0, width=5)
    draw.line((128, 60, 128, 196), fill=0, width=5)
    if gap:
        draw.line((128, 100, 128, 100 + gap), fill=255, width=7)
    return sheet


def painted(noise: int = 60) -> Image.Image:
    """Return red on the left and blue on the right, blotched."""
    colours = np.full((SIDE, SIDE, 3), 250, np.int32)
    colours[60:196, 40:128] = (200, 60, 50)
    colours[60:196, 128:216] = (60, 70, 200)
    blotches = np.random.default_rng(1).integers(-noise, noise, (8, 8, 3)).repeat(SIDE // 8, 0).repeat(SIDE // 8, 1)
    return Image.fromarray((colours + blotches).clip(0, 255).astype(np.uint8))


def spread(image: Image.Image, box: tuple[int, int, int, int]) -> float:
    return float(np.asarray(image.crop(box), np.float32).std((0, 1)).mean())


LEFT, RIGHT = (48, 70, 120, 186), (136, 70, 208, 186)


def test_closed_shapes_become_even_and_keep_their_own_colours() -> None:
    even = flatted(painted(), box_lines())
    assert spread(even, LEFT) < 0.3 * spread(painted(), LEFT)
    left, right = (np.asarray(even.crop(box)).mean((0, 1)) for box in (LEFT, RIGHT))
    assert left[0] > left[2] + 80 and right[2] > right[0] + 80


def test_the_sheet_around_becomes_white() -> None:
    even = np.asarray(flatted(painted(noise=10), box_lines()))
    assert (even[:30] == 255).all()


def test_an_open_shape_keeps_what_was_painted() -> None:
    even = flatted(painted(), box_lines(gap=60))
    left, right = (np.asarray(even.crop(box)).mean((0, 1)) for box in (LEFT, RIGHT))
    assert left[0] > left[2] + 40 and right[2] > right[0] + 40, "the two colours have not become one"


@pytest.mark.parametrize("lines", [Image.new("L", (50, 40), 255), Image.new("L", (50, 40), 0)])
def test_an_empty_and_a_black_sheet_are_no_matter(lines: Image.Image) -> None:
    assert flatted(painted(), lines).size == (SIDE, SIDE)


@settings(max_examples=25)
@given(st.integers(1, 48), st.integers(1, 48), st.integers(0, 99))
def test_any_sizes_give_a_picture_of_the_painted_size(width: int, height: int, seed: int) -> None:
    coloured = drawings.noisy((width, height), seed)
    assert flatted(coloured, drawings.noisy((height, width), seed + 1, "L")).size == (width, height)
