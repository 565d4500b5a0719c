"""Masks and canvases: what is drawn anew is what was asked for, and nothing else changes by one bit."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from models.drafts.craft.canvas import (
    ASPECTS,
    MOST_SIDE,
    edit_mask,
    fit,
    on_white,
    outpaint_canvas,
    paste_back,
    region_mask,
    sizes_for,
)
from models.drafts.problems import Problem
from tests.models.drafts.craft import drawings

SIDES = st.integers(1, 40)
MARGINS = st.tuples(*[st.integers(0, 50)] * 4)


def refused(code: str, call: Callable[[], object]) -> None:
    with pytest.raises(Problem) as caught:
        call()
    assert (caught.value.status, caught.value.code) == (422, code)


def random_mask(size: tuple[int, int], seed: int, cell: int = 1) -> Image.Image:
    small = np.random.default_rng(seed).random((-(-size[1] // cell), -(-size[0] // cell))) < 0.4
    whole = small.repeat(cell, axis=0).repeat(cell, axis=1)[: size[1], : size[0]]
    return Image.fromarray(whole.astype(np.uint8) * 255)


def transparent_where(mask: Image.Image) -> Image.Image:
    picture = drawings.noisy(mask.size).convert("RGBA")
    picture.putalpha(mask.point([255 - value for value in range(256)]))
    return picture


@given(SIDES, SIDES, st.integers(0, 99), st.sampled_from(["L", "1", "RGB", "RGBA", "P", "LA"]))
def test_both_forms_of_a_mask_mean_the_same(width: int, height: int, seed: int, mode: str) -> None:
    mask = random_mask((width, height), seed)
    mask.putpixel((width // 2, height // 2), 255)
    assert edit_mask(mask.convert(mode), mask.size) == mask
    assert edit_mask(transparent_where(mask), mask.size) == mask


@given(SIDES, SIDES, st.integers(1, 5), st.integers(0, 99))
def test_a_mask_comes_in_the_size_of_the_picture_and_in_two_values(
    width: int, height: int, times: int, seed: int
) -> None:
    mask = random_mask((width, height), seed)
    mask.putpixel((0, 0), 255)
    size = (width * times, height * times)
    found = edit_mask(mask, size)
    assert found.size == size
    assert set(np.unique(np.asarray(found))) <= {0, 255}
    assert found.getpixel((0, 0)) == 255


def test_an_opaque_alpha_channel_says_nothing() -> None:
    mask = region_mask((30, 30), [5])
    painted = mask.convert("RGBA")
    assert edit_mask(painted, mask.size) == mask


@pytest.mark.parametrize(
    "mask", [Image.new("L", (20, 20), 0), Image.new("RGBA", (20, 20), (0, 0, 0, 255)), Image.new("L", (20, 10), 255)]
)
def test_masks_that_mean_nothing_are_refused(mask: Image.Image) -> None:
    refused("bad-mask", lambda: edit_mask(mask, (20, 20)))


@given(st.integers(3, 50), st.integers(3, 50), st.sets(st.integers(1, 9), min_size=1))
def test_the_nine_fields_tile_the_picture(width: int, height: int, cells: set[int]) -> None:
    def area(some: set[int]) -> int:
        return int((np.asarray(region_mask((width, height), some)) == 255).sum())

    assert sum(area({cell}) for cell in cells) == area(cells)
    assert area(set(range(1, 10))) == width * height


def test_fields_are_counted_as_one_reads() -> None:
    assert region_mask((30, 30), [1]).getbbox() == (0, 0, 10, 10)
    assert region_mask((30, 30), [6]).getbbox() == (20, 10, 30, 20)
    assert region_mask((30, 30), [7, 8, 9]).getbbox() == (0, 20, 30, 30)


@pytest.mark.parametrize("cells", [[0], [10], [-1], [5, 11], []])
def test_other_fields_are_refused(cells: list[int]) -> None:
    refused("bad-mask", lambda: region_mask((30, 30), cells))


@given(SIDES, SIDES, MARGINS, st.sampled_from([1, 8, 16, 64]), st.integers(0, 9))
def test_a_grown_picture_holds_the_old_one_bit_for_bit(
    width: int, height: int, margins: tuple[int, int, int, int], multiple: int, seed: int
) -> None:
    picture = drawings.noisy((width, height), seed)
    if not any(margins):
        refused("bad-size", lambda: outpaint_canvas(picture, margins))
        return
    canvas = outpaint_canvas(picture, margins, multiple=multiple)
    left, top, right, bottom = canvas.box
    assert canvas.image.width % multiple == canvas.image.height % multiple == 0
    grown_by = (left, top, canvas.image.width - right, canvas.image.height - bottom)
    assert all(0 <= more - asked < multiple for more, asked in zip(grown_by, margins, strict=True))
    assert canvas.image.crop(canvas.box) == picture
    new = np.asarray(canvas.mask) == 255
    assert not new[top:bottom, left:right].any()
    assert new.sum() == canvas.image.width * canvas.image.height - width * height
    assert set(np.unique(np.asarray(canvas.mask))) <= {0, 255}


def test_rounding_adds_where_a_margin_was_asked_for() -> None:
    canvas = outpaint_canvas(drawings.noisy((61, 40)), (10, 0, 0, 0), multiple=16)
    assert canvas.box == (19, 0, 80, 40)
    assert canvas.image.size == (80, 48)


def test_new_parts_go_on_from_the_edge_and_lose_themselves() -> None:
    picture = Image.linear_gradient("L").convert("RGB")
    canvas = np.asarray(outpaint_canvas(picture, (0, 64, 0, 64)).image, dtype=int)[:, 0, 0]
    assert abs(canvas[63] - canvas[64]) < 8 and abs(canvas[319] - canvas[320]) < 8
    noise = outpaint_canvas(drawings.noisy((128, 128)), (0, 0, 128, 0)).image.convert("L")
    spreads = [
        np.asarray(noise.crop(box)).std() for box in ((100, 8, 128, 120), (136, 8, 150, 120), (240, 8, 256, 120))
    ]
    assert spreads[0] > spreads[1] > spreads[2]


@pytest.mark.parametrize("margins", [(0, 0, 0, 0), (-1, 0, 10, 0), (MOST_SIDE, 0, 0, 0), (0, 10**9, 0, 0)])
def test_margins_without_sense_are_refused(margins: tuple[int, int, int, int]) -> None:
    refused("bad-size", lambda: outpaint_canvas(Image.new("RGB", (64, 64)), margins))
    refused("bad-size", lambda: outpaint_canvas(Image.new("RGB", (64, 64)), (8, 0, 0, 0), most_side=64))


@given(SIDES, SIDES, st.integers(0, 99), st.integers(1, 9), st.sampled_from(["L", "RGB", "RGBA"]))
def test_what_is_not_masked_stays_bit_for_bit(width: int, height: int, seed: int, cell: int, mode: str) -> None:
    original = drawings.noisy((width, height), seed, mode)
    drawn = drawings.noisy((width, height), seed + 1)
    mask = random_mask((width, height), seed + 2, cell)
    result = paste_back(original, drawn, mask)
    assert result.mode == ("RGBA" if mode == "RGBA" else "RGB")
    outside = np.asarray(mask) == 0
    assert np.array_equal(np.asarray(result)[outside], np.asarray(original.convert(result.mode))[outside])


@given(SIDES, SIDES, st.integers(0, 99), st.integers(1, 9))
def test_everything_masked_is_touched_and_the_middle_drawn_in_full(
    width: int, height: int, seed: int, cell: int
) -> None:
    mask = random_mask((width, height), seed, cell)
    drawn = np.asarray(paste_back(Image.new("L", mask.size, 0), Image.new("L", mask.size, 255), mask))[:, :, 0]
    inside = np.asarray(mask) > 0
    assert (drawn[inside] > 0).all()
    assert not inside.any() or drawn[inside].max() == 255


def test_the_seam_fades_inwards_and_the_border_is_none() -> None:
    mask = Image.new("L", (60, 40), 0)
    mask.paste(255, (20, 0, 60, 40))
    row = np.asarray(paste_back(Image.new("L", mask.size, 0), Image.new("L", mask.size, 255), mask))[0, :, 0].astype(
        int
    )
    assert (row[:20] == 0).all() and (np.diff(row) >= 0).all() and (row[27:] == 255).all()
    assert 0 < row[20] < 64


def test_a_thin_stroke_of_a_mask_is_drawn() -> None:
    mask = Image.new("L", (64, 64), 0)
    ImageDraw.Draw(mask).line([(8, 32), (56, 32)], fill=255, width=2)
    result = paste_back(Image.new("RGB", mask.size, "white"), Image.new("RGB", mask.size, "red"), mask)
    assert result.getpixel((30, 32)) == (255, 0, 0)


def test_parts_of_other_sizes_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="different sizes"):
        paste_back(Image.new("RGB", (8, 8)), Image.new("RGB", (8, 9)), Image.new("L", (8, 8)))


@given(SIDES, SIDES, st.integers(1, 90), st.integers(1, 90), st.sampled_from([1, 8]), st.booleans())
def test_fitting_gives_the_size_in_multiples(
    width: int, height: int, wide: int, high: int, multiple: int, pad: bool
) -> None:
    found = fit(drawings.noisy((width, height)), wide, high, multiple=multiple, pad=pad)
    assert found.mode == "RGB"
    for side, asked in zip(found.size, (wide, high), strict=True):
        assert side % multiple == 0 and multiple <= side <= max(asked, multiple)


def test_fitting_does_not_distort() -> None:
    picture = Image.new("RGB", (120, 60), "white")
    ImageDraw.Draw(picture).ellipse((40, 10, 80, 50), fill="black")
    for pad in (False, True):
        box = fit(picture, 90, 90, pad=pad).convert("L").point([255] * 128 + [0] * 128).getbbox()
        assert box is not None
        assert abs((box[2] - box[0]) - (box[3] - box[1])) <= 1
    assert fit(picture, 120, 60) == picture


def test_transparent_parts_become_white_paper() -> None:
    assert on_white(Image.new("RGBA", (2, 2), (0, 0, 0, 0))) == Image.new("RGB", (2, 2), "white")


def test_greys_of_sixteen_bits_keep_their_tone() -> None:
    deep = np.repeat(np.arange(0, 2**16, 257, dtype=np.uint16)[None], 4, axis=0)
    picture = Image.fromarray(deep)
    assert picture.mode == "I;16"
    assert np.array_equal(np.asarray(on_white(picture))[0, :, 0], np.arange(256))
    assert edit_mask(picture, picture.size).getbbox() == (128, 0, 256, 4)


@given(st.sampled_from(sorted(ASPECTS)), st.integers(256, 1536), st.sampled_from([8, 16, 64]))
def test_sizes_have_their_shape_and_their_number_of_pixels(aspect: str, side: int, multiple: int) -> None:
    width, height = sizes_for(aspect, side**2, multiple)
    assert width % multiple == height % multiple == 0
    across, down = ASPECTS[aspect]
    assert abs(width - side * (across / down) ** 0.5) <= multiple / 2 + 1e-6
    assert abs(height - side * (down / across) ** 0.5) <= multiple / 2 + 1e-6


def test_other_shapes_are_refused() -> None:
    refused("bad-size", lambda: sizes_for("5:1", 2**20, 8))
