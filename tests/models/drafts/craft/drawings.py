"""Pictures with known lines: the same cat as line art, coloured, without lines, in chalk, and photographed."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

SIDE = 384
_ROUND = (((90, 150, 300, 355), (230, 150, 60)), ((110, 65, 265, 210), (240, 165, 75)))
_EYES = ((146, 116, 170, 146), (206, 116, 230, 146))


def line_art(width: int = 4) -> Image.Image:
    """Return black strokes on white paper."""
    picture = Image.new("RGB", (SIDE, SIDE), "white")
    pen = ImageDraw.Draw(picture)
    for box, _ in _ROUND:
        pen.ellipse(box, outline="black", width=width)
    for eye in _EYES:
        pen.ellipse(eye, outline="black", width=width)
    for end in range(4):
        pen.line([(180, 166 + 3 * end), (92, 150 + 12 * end)], fill="black", width=max(1, width // 2))
    return picture


def flat() -> Image.Image:
    """Return the areas of the cat in colours, with no stroke between them."""
    picture = Image.new("RGB", (SIDE, SIDE), (214, 232, 244))
    pen = ImageDraw.Draw(picture)
    for box, colour in _ROUND:
        pen.ellipse(box, fill=colour)
    for eye in _EYES:
        pen.ellipse(eye, fill=(30, 60, 40))
    return picture


def coloured(width: int = 4) -> Image.Image:
    """Return the coloured cat with its strokes."""
    return ImageChops.multiply(flat(), line_art(width))


def chalk() -> Image.Image:
    """Return white strokes on a black board."""
    return ImageOps.invert(line_art())


def photographed(seed: int = 0) -> Image.Image:
    """Return the line art as a telephone sees a sheet: warm uneven light, a soft lens, grain, JPEG."""
    noise = np.random.default_rng(seed)
    light = np.linspace(0.5, 0.95, SIDE)[None, :, None] * np.array([1.0, 0.93, 0.8])
    seen = np.asarray(line_art().filter(ImageFilter.GaussianBlur(0.7)), dtype=np.float64) * light
    seen += noise.normal(0, 3, seen.shape)
    return jpeg(Image.fromarray(np.clip(seen, 0, 255).astype(np.uint8)), 60)


def jpeg(picture: Image.Image, quality: int) -> Image.Image:
    """Return a picture with the noise that compression leaves."""
    file = BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def noisy(size: tuple[int, int], seed: int = 0, mode: str = "RGB") -> Image.Image:
    """Return a picture in which every pixel differs from its neighbours."""
    shape = (size[1], size[0], len(mode)) if len(mode) > 1 else (size[1], size[0])
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8), mode=None)
