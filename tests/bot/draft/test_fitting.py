"""Briefs fit their pictures: masks, margins and scales, and what is told where something is changed."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.chat.uploads import Upload
from bot.draft.fitting import (
    DIRECTIONS,
    GROWN_SIDE,
    WORKED_SIDE,
    check_mask,
    check_scale,
    margins_of,
    reduced,
    worked_size,
)
from bot.draft.regions import FIELDS, REGIONS, fields_of
from bot.errors import UserFacing
from models.drafts.craft.canvas import edit_mask
from models.drafts.problems import Problem
from storage.darkroom.pictures import check

SIDES = st.integers(1, 8192)


def upload(image: Image.Image, kind: str = "PNG", **how: Any) -> Upload:
    out = io.BytesIO()
    image.save(out, kind, **how)
    found = check(out.getvalue(), mask=True)
    return Upload(out.getvalue(), found.mime, found.size, found.marks_something)


def grey(size: tuple[int, int], value: int) -> Image.Image:
    return Image.new("L", size, value)


IMAGE = upload(Image.new("RGB", (64, 48), "red"))


def test_a_mask_of_the_same_size_needs_no_word() -> None:
    assert check_mask(upload(grey((64, 48), 255)), IMAGE) == ()


def test_a_mask_of_another_size_is_stretched_and_that_is_said() -> None:
    (note,) = check_mask(upload(grey((128, 96), 255)), IMAGE)
    assert note.key == "draft-note-mask-stretched"
    assert dict(note.arguments) == {"width": 128, "height": 96, "wanted_width": 64, "wanted_height": 48}


MASKS = {
    "white": (grey((64, 48), 255), True),
    "black": (grey((64, 48), 0), False),
    "see-through": (Image.new("RGBA", (64, 48), (0, 0, 0, 0)), True),
    "hardly see-through": (Image.new("RGBA", (64, 48), (255, 255, 255, 200)), False),
    "opaque white": (Image.new("RGBA", (64, 48), "white"), True),
    "opaque black": (Image.new("RGBA", (64, 48), "black"), False),
    "another shape": (grey((48, 48), 255), False),
}


@pytest.mark.parametrize("name", MASKS)
def test_a_mask_is_taken_exactly_where_the_drafts_server_takes_it(name: str) -> None:
    image, good = MASKS[name]
    if good:
        check_mask(upload(image), IMAGE)
        edit_mask(image, (64, 48))
        return
    with pytest.raises(UserFacing, match="error-mask"):
        check_mask(upload(image), IMAGE)
    with pytest.raises(Problem):
        edit_mask(image, (64, 48))


def test_a_picture_is_as_large_as_it_is_seen() -> None:
    lying = Image.new("RGB", (60, 40))
    exif = lying.getexif()
    exif[0x0112] = 6
    assert upload(lying, "JPEG", exif=exif).size == (40, 60)


@given(st.tuples(SIDES, SIDES))
def test_what_is_worked_on_is_never_larger_than_the_server_works(size: tuple[int, int]) -> None:
    width, height = worked_size(size)
    assert min(width, height) >= 1 and max(width, height) <= WORKED_SIDE
    assert bool(reduced(size)) == (max(size) > WORKED_SIDE)


@given(st.tuples(SIDES, SIDES), st.sampled_from([*DIRECTIONS]), st.integers(10, 100))
def test_a_canvas_grows_where_it_is_told_and_not_beyond_the_limit(
    size: tuple[int, int], direction: str, percent: int
) -> None:
    try:
        margins = margins_of(size, direction, percent)
    except UserFacing:
        assert max(worked_size(size)) * (1 + 2 * percent / 100) > GROWN_SIDE
        return
    width, height = worked_size(size)
    assert all(bool(margin) <= bool(grows) for margin, grows in zip(margins, DIRECTIONS[direction], strict=True))
    assert any(margins)
    assert max(width + margins[0] + margins[2], height + margins[1] + margins[3]) <= GROWN_SIDE


def test_by_default_any_picture_can_grow() -> None:
    assert margins_of((4000, 4000), "all", 25) == (512, 512, 512, 512)


def test_what_would_be_too_large_is_refused() -> None:
    check_scale((1024, 768), 4)
    with pytest.raises(UserFacing, match="error-upscale-large"):
        check_scale((1025, 768), 4)
    with pytest.raises(UserFacing, match="error-extend-large"):
        margins_of((2048, 2048), "all", 26)


def test_the_regions_cover_the_grid() -> None:
    assert fields_of(*FIELDS) == tuple(range(1, 10))
    assert fields_of("upper-third", "left-third") == (1, 2, 3, 4, 7)
    assert all(set(numbers) <= set(range(1, 10)) for numbers in REGIONS.values())
