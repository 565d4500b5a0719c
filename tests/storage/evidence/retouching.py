"""A forger of pictures: takes a PNG apart by its chunks, and moves marks from one to another."""

import io
from collections.abc import Iterable

from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CREDENTIALS, XMP = b"caBX", b"iTXt"
LABELS = (XMP, b"tEXt")
Chunk = tuple[bytes, bytes]
"""Its kind, and all of its bytes."""


def chunks(png: bytes) -> Iterable[Chunk]:
    """Yield each chunk of a PNG."""
    at = len(SIGNATURE)
    while at < len(png):
        end = at + 12 + int.from_bytes(png[at : at + 4], "big")
        yield png[at + 4 : at + 8], png[at:end]
        at = end


def assemble(parts: Iterable[Chunk]) -> bytes:
    """Return the PNG of some chunks."""
    return SIGNATURE + b"".join(data for _, data in parts)


def opened(png: bytes) -> Image.Image:
    """Return the decoded picture."""
    with Image.open(io.BytesIO(png)) as image:
        image.load()
    return image


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    """Return a picture as a program writes it that knows of no marks."""
    out = io.BytesIO()
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    bare.save(out, kind)
    return out.getvalue()


def without(png: bytes, *kinds: bytes) -> bytes:
    """Return a PNG without the chunks of some kinds."""
    return assemble((kind, data) for kind, data in chunks(png) if kind not in kinds)


def under_marks_of(png: bytes, pixels: bytes, *kinds: bytes) -> bytes:
    """Return the pixels of one picture under the marks of another."""
    head, *rest = chunks(pixels)
    marks = [chunk for chunk in chunks(png) if chunk[0] in kinds]
    return assemble([head, *marks, *(chunk for chunk in rest if chunk[0] not in kinds)])


def one_pixel_changed(png: bytes) -> bytes:
    """Return a PNG with one other pixel, and every mark where it was."""
    image = opened(png).convert("RGB")
    red, green, blue = image.getpixel((3, 3))  # type: ignore[misc]  # a tuple, for RGB
    image.putpixel((3, 3), (red ^ 1, green, blue))
    return under_marks_of(png, encoded(image), CREDENTIALS, *LABELS)
