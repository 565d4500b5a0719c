"""Lines out of line art, drawings without lines, chalk and photographs: where they are, and clean paper elsewhere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageOps

from models.drafts.craft.colouring import line_iou
from models.drafts.craft.fields import Marks, grown, light_of
from models.drafts.craft.lines import control_lines, extract_lines, is_line_art
from tests.models.drafts.craft import drawings


def ink(lines: Image.Image) -> Marks:
    return light_of(lines) < 0.5


def agreement(lines: Image.Image, expected: Image.Image, shift: int = 2) -> tuple[float, float]:
    """Return which share of the lines found is right, and which share of the right ones is found."""
    found, right = ink(lines), ink(expected.convert("L"))
    return float((found & grown(right, shift)).sum() / found.sum()), float(
        (right & grown(found, shift)).sum() / right.sum()
    )


@pytest.mark.parametrize(
    "picture",
    [drawings.line_art(), drawings.line_art(1), drawings.jpeg(drawings.line_art(), 20), drawings.photographed()],
    ids=["clean", "fine", "jpeg", "photographed"],
)
def test_line_art_is_known_as_such_and_its_lines_are_its_own(picture: Image.Image) -> None:
    assert is_line_art(picture)
    precision, recall = agreement(extract_lines(picture), drawings.line_art(), shift=2)
    assert precision > 0.98
    assert recall > 0.85


@pytest.mark.parametrize(
    "picture",
    [
        drawings.flat(),
        drawings.coloured(),
        drawings.chalk(),
        drawings.noisy((64, 64)),
        Image.new("RGB", (64, 64), "white"),
    ],
    ids=["flat", "coloured", "chalk", "noise", "blank"],
)
def test_other_pictures_are_no_line_art(picture: Image.Image) -> None:
    assert not is_line_art(picture)


def test_a_dark_shape_on_paper_is_no_line_art() -> None:
    picture = Image.new("RGB", (300, 300), "white")
    picture.paste((20, 20, 20), (100, 80, 200, 240))
    assert not is_line_art(picture)


@pytest.mark.parametrize("quality", [None, 30])
def test_a_coloured_drawing_gives_its_strokes(quality: int | None) -> None:
    picture = drawings.coloured() if quality is None else drawings.jpeg(drawings.coloured(), quality)
    precision, recall = agreement(extract_lines(picture), drawings.line_art())
    assert precision > 0.97
    assert recall > 0.9


def test_areas_without_strokes_give_their_outlines() -> None:
    lines = extract_lines(drawings.flat())
    assert agreement(lines, drawings.line_art(1), shift=4)[0] > 0.97
    # Above this row there is nothing but the outline of the head, which was painted; whiskers were not.
    above = (0, 0, drawings.SIDE, 110)
    assert agreement(lines.crop(above), drawings.line_art(1).crop(above), shift=4)[1] > 0.97


def test_colours_of_equal_light_have_an_edge() -> None:
    picture = Image.new("RGB", (200, 100), (200, 60, 60))
    green = next(g for g in range(256) if Image.new("RGB", (1, 1), (30, g, 60)).convert("L").getpixel((0, 0)) == 102)
    picture.paste((30, green, 60), (100, 0, 200, 100))
    columns = [bool(column.any()) for column in ink(extract_lines(picture)).T]
    assert any(columns[96:104])
    assert not any(columns[:94]) and not any(columns[106:])


def test_chalk_is_turned_round() -> None:
    assert ImageChops.difference(extract_lines(drawings.chalk()), extract_lines(drawings.line_art())).getbbox() is None


def test_a_dark_photograph_has_lines_too_and_a_bare_wall_has_none() -> None:
    dusk = drawings.coloured().point([value // 4 for value in range(256)] * 3)
    assert agreement(extract_lines(dusk), drawings.line_art())[1] > 0.8
    wall = Image.fromarray((128 + np.random.default_rng(3).normal(0, 1.5, (256, 256))).astype(np.uint8))
    assert extract_lines(drawings.jpeg(wall.convert("RGB"), 50)).getextrema() == (255, 255)


def test_compression_leaves_no_specks_on_the_paper() -> None:
    for picture in (drawings.line_art(), drawings.coloured()):
        lines = np.asarray(extract_lines(drawings.jpeg(picture, 20)))
        near = grown(ink(drawings.line_art().convert("L")), 6)
        assert (lines[~near] < 255).mean() < 1e-4


def test_detail_lets_fainter_lines_in() -> None:
    faint = Image.blend(drawings.flat(), Image.new("RGB", (drawings.SIDE,) * 2, (214, 232, 244)), 0.7)
    shares = [ink(extract_lines(faint, detail=detail)).mean() for detail in (0.0, 0.5, 1.0)]
    assert shares[0] < shares[1] < shares[2]
    assert extract_lines(faint, detail=9) == extract_lines(faint, detail=1.0)


def test_control_lines_are_white_on_black() -> None:
    lines = control_lines(drawings.coloured())
    assert lines.mode == "RGB"
    assert ImageOps.invert(lines.convert("L")) == extract_lines(drawings.coloured())
    assert light_of(lines.convert("L")).mean() < 0.2


def test_transparent_paper_is_white() -> None:
    strokes = ImageOps.invert(drawings.line_art().convert("L"))
    picture = Image.new("RGBA", strokes.size, (0, 0, 0, 0))
    picture.putalpha(strokes)
    assert is_line_art(picture)
    assert agreement(extract_lines(picture), drawings.line_art())[0] > 0.98


@settings(max_examples=40)
@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(["L", "RGB", "RGBA"]), st.integers(0, 9))
def test_every_picture_gives_lines_of_its_size_and_the_same_again(
    width: int, height: int, mode: str, seed: int
) -> None:
    picture = drawings.noisy((width, height), seed, mode)
    lines = extract_lines(picture)
    assert (lines.mode, lines.size) == ("L", (width, height))
    assert extract_lines(picture) == lines


def test_lines_laid_over_their_colours_are_kept() -> None:
    assert line_iou(drawings.line_art(), drawings.coloured()) > 0.95
