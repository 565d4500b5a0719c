"""The hash of a picture's bare pixels, and how far two pictures are apart."""

from hashlib import sha256

from PIL import Image, ImageChops

_THUMBNAIL = (32, 32)


def pixels_sha256(image: Image.Image) -> str:
    """Hash the bare pixels, so that a lossless re-encoding still matches.

    SHA-256 over `<width>x<height>:RGB` and a newline, then the raw RGB bytes.
    """
    rgb = image.convert("RGB")
    return sha256(f"{rgb.width}x{rgb.height}:RGB\n".encode() + rgb.tobytes()).hexdigest()


def pixels_apart(one: Image.Image, other: Image.Image) -> int | None:
    """Return how many pixels differ; None for pictures of different sizes."""
    if one.size != other.size:
        return None
    red, green, blue = ImageChops.difference(one.convert("RGB"), other.convert("RGB")).split()
    largest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return one.width * one.height - largest.histogram()[0]


def distance(one: Image.Image, other: Image.Image) -> float:
    """Return how different two pictures look at a glance, from 0 to 1, whatever their sizes."""
    small, smaller = (each.convert("RGB").resize(_THUMBNAIL, Image.Resampling.BOX) for each in (one, other))
    histogram = ImageChops.difference(small, smaller).histogram()
    # One histogram a channel, one after the other.
    total = sum(count * (value % 256) for value, count in enumerate(histogram))
    return total / (255 * 3 * _THUMBNAIL[0] * _THUMBNAIL[1])
