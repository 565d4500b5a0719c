"""Turn the model's 64 x 64 pixels into a picture to look at, and anything given into RGB on white."""

from typing import Final

from PIL import Image, ImageOps

ENLARGED: Final = 512
"""Pixels a side of what is handed out, unless asked otherwise."""


def on_white(image: Image.Image) -> Image.Image:
    """Return an RGB copy with transparent parts turned into white paper."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGBA", layer.size, "white")
    paper.alpha_composite(layer)
    return paper.convert("RGB")


def on_paper(image: Image.Image, side: int) -> Image.Image:
    """Fit a picture, undistorted, into the middle of a square white sheet."""
    return ImageOps.pad(on_white(image), (side, side), Image.Resampling.LANCZOS, color="white")


def from_rgb_bytes(pixels: bytes, side: int) -> Image.Image:
    """Build a square picture from rows of red, green, blue bytes."""
    return Image.frombytes("RGB", (side, side), pixels)


def enlarge(image: Image.Image, size: int = ENLARGED) -> Image.Image:
    """Enlarge by Lanczos."""
    return image.resize((size, size), Image.Resampling.LANCZOS)
