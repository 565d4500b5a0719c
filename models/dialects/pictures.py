"""Pictures on their way to and from other people's servers: measured, and masks in the form that each wants.

Functions of encoded pictures, slow enough for a thread. All raise BadPicture.
"""

from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

MAX_SIDE: Final = 8192
_FORMATS: Final = ("PNG", "JPEG", "WEBP")
# What Pillow raises for files that are broken, or mean harm.
_BROKEN = (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning)
_TO_BLACK_AND_WHITE: Final = [0] * 128 + [255] * 128


class BadPicture(Exception):
    """A picture is at fault: `kind` is "bad-image" or "too-large"."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind


def measured(picture: bytes) -> tuple[str, int, int]:
    """Return MIME type, width and height, read from the picture itself."""
    opened = _opened(picture)
    return Image.MIME[str(opened.format)], *opened.size


def whole_picture(picture: bytes, size: tuple[int, int]) -> None:
    """Decode every pixel of a picture of a size; raise BadPicture where it is broken, cut off, or of another size."""
    opened = _opened(picture)
    if opened.size != size:
        raise BadPicture("bad-image", f"a picture of {size} is said to come, and {opened.size} came")
    try:
        opened.load()
    except _BROKEN as error:
        raise BadPicture("bad-image", "a picture is damaged or cut off") from error


def transparent_where_drawn(mask: bytes, image: bytes) -> bytes:
    """Return OpenAI's `mask`: a PNG of the picture's size, transparent where it is drawn anew."""
    drawn = _drawn(mask, _opened(image).size)
    out = Image.new("RGBA", drawn.size, "black")
    out.putalpha(ImageOps.invert(drawn))
    return _png(out)


def white_where_drawn(mask: bytes, image: bytes) -> bytes:
    """Return vLLM-Omni's `mask_image`: a grey PNG of the picture's size, white where it is drawn anew."""
    return _png(_drawn(mask, _opened(image).size))


def _drawn(mask: bytes, size: tuple[int, int]) -> Image.Image:
    """Return 255 where the mask is transparent, or white where nothing in it is; 0 elsewhere."""
    opened = _opened(mask)
    try:
        if opened.has_transparency_data:
            grey = ImageOps.invert(opened.convert("RGBA").getchannel("A"))
        else:
            grey = opened.convert("L")
    except _BROKEN as error:
        raise BadPicture("bad-image", "the mask is damaged or cut off") from error
    return grey.point(_TO_BLACK_AND_WHITE).resize(size, Image.Resampling.NEAREST)


def _opened(picture: bytes) -> Image.Image:
    """Read a picture's header; its pixels are not decoded yet."""
    try:
        opened = Image.open(BytesIO(picture), formats=_FORMATS)
    except _BROKEN as error:
        raise BadPicture("bad-image", "a picture must be PNG, JPEG or WebP") from error
    if max(opened.size) > MAX_SIDE:
        raise BadPicture("too-large", f"a picture may have {MAX_SIDE} pixels a side")
    return opened


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
