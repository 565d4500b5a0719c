"""The visible label: in the corner, large enough, the same everywhere, and nowhere else a pixel changed."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from storage.evidence.visible import SHARE, VisibleLabel, labelled, with_label

SHOWN = [label for label in VisibleLabel if label is not VisibleLabel.OFF]


def changed(before: Image.Image, after: Image.Image) -> tuple[int, int, int, int]:
    box = ImageChops.difference(before.convert("RGB"), after.convert("RGB")).getbbox()
    assert box is not None
    return box


@pytest.mark.parametrize("which", SHOWN)
@pytest.mark.parametrize("size", [(1024, 1024), (512, 768), (1536, 640), (2048, 2048)])
@pytest.mark.parametrize("colour", ["white", "black", "grey"])
def test_it_stands_in_the_corner_and_is_large_enough(which: VisibleLabel, size: tuple[int, int], colour: str) -> None:
    before = Image.new("RGB", size, colour)
    left, top, right, bottom = changed(before, with_label(before, which))
    lines = 2 if which is VisibleLabel.BOTH else 1
    assert bottom - top >= lines * SHARE * min(size)
    assert left > size[0] // 3 and top > size[1] // 2
    assert right < size[0] and bottom < size[1]


@pytest.mark.parametrize("which", SHOWN)
@pytest.mark.parametrize("colour", ["white", "black", "yellow", "red"])
def test_it_is_readable_on_any_picture(which: VisibleLabel, colour: str) -> None:
    after = with_label(Image.new("RGB", (512, 512), colour), which)
    box = changed(Image.new("RGB", after.size, colour), after)
    grey = after.crop(box).convert("L")
    darkest, lightest = ImageStat.Stat(grey).extrema[0]
    # WCAG asks for 4.5 between words and what is behind them; the plate's middle is never lighter than this.
    assert lightest == 255
    assert darkest < 110


def test_the_letters_are_as_high_as_the_standard_asks() -> None:
    after = with_label(Image.new("RGB", (1000, 1000), "black"), VisibleLabel.ENGLISH)
    ink = after.convert("L").point([0] * 200 + [255] * 56)
    box = ink.getbbox()
    assert box is not None
    # The first two letters are the capitals.
    width = box[2] - box[0]
    capitals = ink.crop((box[0], box[1], box[0] + width // 8, box[3])).getbbox()
    assert capitals is not None and capitals[3] - capitals[1] >= 50


@settings(max_examples=40)
@given(st.integers(16, 700), st.integers(16, 700), st.sampled_from(SHOWN))
def test_it_fits_into_any_picture(width: int, height: int, which: VisibleLabel) -> None:
    image = Image.new("RGB", (width, height), "white")
    assert with_label(image, which).size == image.size


def test_off_changes_nothing() -> None:
    image = Image.effect_noise((64, 64), 40).convert("RGB")
    assert with_label(image, VisibleLabel.OFF) is image


def test_transparency_stays_where_the_label_is_not() -> None:
    image = Image.new("RGBA", (200, 200), (10, 20, 30, 0))
    after = with_label(image, VisibleLabel.CHINESE)
    assert after.mode == "RGBA"
    assert after.getpixel((3, 3)) == (10, 20, 30, 0)
    assert after.getchannel("A").getextrema()[1] == 255


@pytest.mark.parametrize(("kind", "form"), [("PNG", "PNG"), ("JPEG", "PNG"), ("WEBP", "PNG"), ("JPEG", "JPEG")])
def test_an_encoded_picture_comes_back_encoded(kind: str, form: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (80, 80), "teal").save(out, kind)
    with Image.open(io.BytesIO(labelled(out.getvalue(), VisibleLabel.BOTH, form))) as image:
        assert (image.format, image.size, image.mode) == (form, (80, 80), "RGB")


def test_the_same_picture_gets_the_same_label() -> None:
    image = Image.effect_noise((300, 200), 60).convert("RGB")
    assert with_label(image, VisibleLabel.BOTH).tobytes() == with_label(image, VisibleLabel.BOTH).tobytes()
