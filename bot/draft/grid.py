"""A picture under a grid of nine numbered fields, and the fields that a member has pressed, as three hex digits."""

from collections.abc import Iterable
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont

FIELDS: Final = range(1, 10)
"""The numbers of the fields, counted as one reads."""
_SIDE: Final = 768
_NUMBER: Final = 0.16
_SHADE: Final = (0, 0, 0, 160)
_INK: Final = (255, 255, 255, 235)


def pressed(fields: Iterable[int]) -> str:
    """Return fields as an id carries them."""
    return f"{sum(1 << (field - 1) for field in set(fields)):03x}"


def fields_of(carried: str) -> frozenset[int]:
    """Return the fields that an id carries."""
    bits = int(carried, 16)
    return frozenset(field for field in FIELDS if bits >> (field - 1) & 1)


def under_grid(data: bytes) -> bytes:
    """Return a smaller copy of a picture with lines between its nine fields and a number in each; blocking."""
    with Image.open(BytesIO(data)) as opened:
        image = opened.convert("RGB")
    image.thumbnail((_SIDE, _SIDE))
    draw = ImageDraw.Draw(image, "RGBA")
    width, height = image.size
    for third in (1, 2):
        for ink, thick in ((_SHADE, 5), (_INK, 2)):
            draw.line([(width * third // 3, 0), (width * third // 3, height)], fill=ink, width=thick)
            draw.line([(0, height * third // 3), (width, height * third // 3)], fill=ink, width=thick)
    radius = max(6, round(min(width, height) * _NUMBER / 2))
    font = ImageFont.load_default(radius * 1.3)
    for field in FIELDS:
        row, column = divmod(field - 1, 3)
        x, y = round(width * (column + 0.5) / 3), round(height * (row + 0.5) / 3)
        draw.ellipse([(x - radius, y - radius), (x + radius, y + radius)], fill=_SHADE)
        draw.text((x, y), str(field), fill=_INK, font=font, anchor="mm")
    out = BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()
