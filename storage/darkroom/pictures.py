"""What is done with the pixels of a stranger's picture. Blocking, and only ever to be called in a darkroom's process.

The header is read before anything is decoded: what has too many pixels is never unpacked.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Final

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from storage.darkroom.found import Checked, FileRefused, Pixels, Why
from storage.evidence.pixels import pixels_sha256

MAX_SIDE: Final = 8192
MAX_PIXELS: Final = 40_000_000
MIME_BY_FORMAT: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_FORMATS: Final = tuple(MIME_BY_FORMAT)
_LYING: Final = 5
"""The first of the orientations (Exif 2.32, tag 0x0112) in which width and height change places."""
_UNREADABLE: Final = (
    OSError,
    ValueError,
    SyntaxError,
    LookupError,
    TypeError,
    ArithmeticError,
    struct.error,
    zlib.error,
)
"""What Pillow raises over a broken file."""


def check(data: bytes, *, mask: bool = False) -> Checked:
    """Decode a picture whole; `mask` asks whether it marks anything too. Raise FileRefused."""
    with opened(data) as image:
        mime = MIME_BY_FORMAT[image.format or ""]
        image.load()
        size = _upright(image)
        return Checked(mime, size, _marks_something(image) if mask else None)


def pixels(data: bytes) -> Pixels:
    """Return the size of a picture as it is stored and the hash of its bare pixels. Raise FileRefused."""
    with opened(data) as image:
        return Pixels(pixels_sha256(image), image.width, image.height)


def redrawn(data: bytes) -> bytes:
    """Return a PNG of nothing but the pixels of a picture. Raise FileRefused."""
    with opened(data) as image:
        bare = image.convert("RGBA" if image.has_transparency_data else "RGB")
    bare.info.clear()
    out = BytesIO()
    bare.save(out, "PNG")
    return out.getvalue()


def small(data: bytes, side: int) -> bytes:
    """Return a picture as a JPEG that fits into a square, upright and on white. Raise FileRefused."""
    with opened(data) as image:
        # Decodes a JPEG at a fraction of its size already.
        image.draft("RGB", (side, side))
        picture = ImageOps.exif_transpose(image).convert("RGBA")
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture.getchannel("A"))
    out = BytesIO()
    flat.save(out, "JPEG", quality=88)
    return out.getvalue()


@contextmanager
def opened(data: bytes) -> Iterator[Image.Image]:
    """Open a picture that is one of the three kinds and not too large; raise FileRefused, also for what is done."""
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            if max(image.size) > MAX_SIDE or image.width * image.height > MAX_PIXELS:
                raise FileRefused(Why.PIXELS, image.width, image.height)
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise FileRefused(Why.BOMB) from error
    except UnidentifiedImageError as error:
        raise FileRefused(Why.TYPE) from error
    except _UNREADABLE as error:
        raise FileRefused(Why.BROKEN) from error


def _upright(image: Image.Image) -> tuple[int, int]:
    """Return width and height as the picture is seen: turned as its camera says."""
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    turned = isinstance(orientation, int) and orientation >= _LYING
    return (image.height, image.width) if turned else image.size


def _marks_something(mask: Image.Image) -> bool:
    """Tell whether anything is transparent, or else white: what the drafts server takes for marked."""
    alpha, grey = mask.convert("RGBA").getchannel("A").histogram(), mask.convert("RGB").convert("L").histogram()
    # Many programs save an opaque alpha channel with every picture: only one that says something is asked.
    return any(alpha[:128]) if any(alpha[:255]) else any(grey[128:])
