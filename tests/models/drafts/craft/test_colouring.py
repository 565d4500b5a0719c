"""A member's lines stand over the colours, and the measure of it tells good from bad."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from models.drafts.craft.canvas import fit
from models.drafts.craft.colouring import keep_lines, line_iou, stencil
from models.drafts.craft.fields import grown
from tests.models.drafts.craft import drawings


@settings(max_examples=40)
@given(st.integers(1, 32), st.integers(1, 32), st.integers(0, 99), st.sampled_from(["L", "RGB", "RGBA"]))
def test_nothing_is_lighter_than_the_lines_and_paper_changes_nothing(
    width: int, height: int, seed: int, mode: str
) -> None:
    coloured = drawings.noisy((width, height), seed)
    lines = drawings.noisy((width, height), seed + 1, mode)
    lines.paste("white", (0, 0, max(1, width // 2), height))
    tone = np.asarray(stencil(lines, coloured.size))
    kept = np.asarray(keep_lines(coloured, lines))
    assert (kept.max(axis=2) <= tone).all()
    assert np.array_equal(kept[tone == 255], np.asarray(coloured)[tone == 255])
    assert (tone[:, : max(1, width // 2)] == 255).all()


def test_strokes_on_white_paper_keep_their_tone_bit_for_bit() -> None:
    lines = drawings.line_art().convert("L").resize((200, 200))
    grey, tone = np.asarray(lines), np.asarray(stencil(lines, lines.size))
    assert np.array_equal(tone[grey <= 190], grey[grey <= 190])
    assert (tone >= grey).all()


def test_the_shade_of_a_photographed_sheet_does_not_dull_the_colours() -> None:
    colours = drawings.flat()
    kept = np.asarray(keep_lines(colours, drawings.photographed()))
    change = np.abs(kept.astype(int) - np.asarray(colours)).max(axis=2)
    paper = ~grown(np.asarray(drawings.line_art().convert("L")) < 255, 4)
    assert (change[paper] == 0).mean() > 0.95
    assert change[paper].mean() < 1
    assert line_iou(drawings.line_art(), Image.fromarray(kept)) > 0.8


def test_sizes_are_fitted_undistorted_and_as_pictures_are() -> None:
    lines = drawings.line_art()
    assert stencil(lines, (400, 200)) == stencil(fit(lines, 400, 200), (400, 200))


def test_kept_lines_measure_well_and_lost_ones_badly() -> None:
    lines = drawings.line_art()
    assert line_iou(lines, keep_lines(drawings.flat(), lines)) > 0.95
    assert line_iou(lines, lines) == 1
    assert line_iou(lines, drawings.flat()) < 0.7
    assert line_iou(lines, Image.new("RGB", lines.size, "white")) == 0
    assert line_iou(lines, Image.new("RGB", lines.size, "black")) == 0
    moved = Image.new("RGB", lines.size, "white")
    moved.paste(lines, (9, 7))
    assert line_iou(lines, moved) < 0.4


def test_a_pixels_shift_is_forgiven() -> None:
    lines = drawings.line_art()
    moved = Image.new("RGB", lines.size, "white")
    moved.paste(lines, (1, 1))
    assert line_iou(lines, moved) > 0.95


def test_no_lines_are_kept_in_any_case() -> None:
    assert line_iou(Image.new("L", (20, 20), 255), drawings.noisy((20, 20))) == 1


@pytest.mark.parametrize("mode", ["L", "RGBA", "P"])
def test_colours_of_any_mode_become_rgb(mode: str) -> None:
    assert keep_lines(drawings.flat().convert(mode), drawings.line_art()).mode == "RGB"
