"""Pictures from outside are hostile until decoded within limits; pictures to outside are encoded here."""

import struct
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from models.drafts.problems import Problem

MAX_BYTES: Final = 20 * 2**20
MAX_PIXELS: Final = 24_000_000
MAX_SIDE: Final = 12_000
KEPT_SIDE: Final = 2048
"""The longest side that is kept of a decoded picture: nothing larger is ever drawn."""
_FORMATS: Final = ("PNG", "JPEG", "WEBP")
_PREVIEW_QUALITY = 80
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
# What Pillow's decoders and its Exif reader are known to raise for broken files.
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, TypeError, LookupError, ArithmeticError, struct.error)


def decode(data: bytes) -> Image.Image:
    """Decode a still picture, upright; its size is read from the header and refused before a pixel is decoded.

    Raise Problem "bad-image" or "too-large".
    """
    if len(data) > MAX_BYTES:
        raise Problem(413, "too-large", f"the picture is larger than {MAX_BYTES // 2**20} MiB")
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            _check_header(image)
            # A JPEG can be decoded at half its size or less, which saves the memory of the rest.
            image.draft(None, (KEPT_SIDE, KEPT_SIDE))
            image.load()
            upright = ImageOps.exif_transpose(image)
    except UnidentifiedImageError as error:
        raise Problem(422, "bad-image", "the file is not a PNG, JPEG or WebP picture") from error
    except _BOMBS as error:
        raise Problem(413, "too-large", "the picture has far too many pixels") from error
    except _BROKEN as error:
        raise Problem(422, "bad-image", "the picture is damaged or cut off") from error
    upright.thumbnail((KEPT_SIDE, KEPT_SIDE))
    return upright


def _check_header(image: Image.Image) -> None:
    if max(image.size) > MAX_SIDE or image.width * image.height > MAX_PIXELS:
        raise Problem(413, "too-large", f"the picture has {image.width} x {image.height} pixels")
    if getattr(image, "n_frames", 1) > 1:
        raise Problem(422, "bad-image", "the picture is animated")


def encode_png(image: Image.Image) -> bytes:
    """Encode without loss."""
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def encode_preview(image: Image.Image) -> bytes:
    """Encode small, as JPEG."""
    out = BytesIO()
    image.save(out, "JPEG", quality=_PREVIEW_QUALITY)
    return out.getvalue()
