"""A picture on its way to a model: small, upright, and without what its file says beside the pixels."""

from io import BytesIO

import pytest
from PIL import Image

from bot.describe.describer import MAX_SIDE
from models.language import MAX_PICTURE_BYTES
from storage.darkroom.pictures import small


def encoded(image: Image.Image, kind: str, **how: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("size", [(1, 1), (640, 480), (3000, 1000), (1, 5000)])
def test_every_picture_becomes_a_small_jpeg(kind: str, size: tuple[int, int]) -> None:
    made = small(encoded(Image.new("RGB", size, "orange"), kind), MAX_SIDE)
    assert opened(made).format == "JPEG"
    assert max(opened(made).size) <= MAX_SIDE
    assert len(made) <= MAX_PICTURE_BYTES


def test_noise_fits_too() -> None:
    noise = Image.effect_noise((4000, 4000), 120).convert("RGB")
    assert len(small(encoded(noise, "PNG"), MAX_SIDE)) <= MAX_PICTURE_BYTES


def test_what_is_transparent_becomes_white() -> None:
    clear = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    assert opened(small(encoded(clear, "PNG"), MAX_SIDE)).getpixel((4, 4)) == (255, 255, 255)


def test_it_is_upright_and_tells_no_place() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x9286] = "at home"
    made = opened(small(encoded(Image.new("RGB", (40, 20), "blue"), "JPEG", exif=exif), MAX_SIDE))
    assert made.size == (20, 40)
    assert not made.getexif()
