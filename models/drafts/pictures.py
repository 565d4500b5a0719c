"""Pictures from outside are hostile until decoded within limits; pictures to outside are encoded here."""

from io import BytesIO
from typing import Final

from PIL import Image, UnidentifiedImageError

from models.drafts.problems import Problem

MAX_BYTES: Final = 20 * 2**20
MAX_PIXELS: Final = 40_000_000
MAX_SIDE: Final = 12_000
_FORMATS: Final = ("PNG", "JPEG", "WEBP")
_PREVIEW_QUALITY = 80


def decode(data: bytes) -> Image.Image:
    """Decode a still picture; its size is read from the header and refused before a pixel is decoded.

    Raise Problem "bad-image" or "image-too-large".
    """
    if len(data) > MAX_BYTES:
        raise Problem(413, "image-too-large", f"the picture is larger than {MAX_BYTES // 2**20} MiB")
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            if max(image.size) > MAX_SIDE or image.width * image.height > MAX_PIXELS:
                raise Problem(413, "image-too-large", f"the picture has {image.width} x {image.height} pixels")
            if getattr(image, "n_frames", 1) > 1:
                raise Problem(422, "bad-image", "the picture is animated")
            image.load()
            return image.copy()
    except UnidentifiedImageError as error:
        raise Problem(422, "bad-image", "the file is not a PNG, JPEG or WebP picture") from error
    except Image.DecompressionBombError as error:
        raise Problem(413, "image-too-large", "the picture has far too many pixels") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise Problem(422, "bad-image", "the picture is damaged or cut off") from error


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
