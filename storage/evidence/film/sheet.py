"""The contact sheet: all frames side by side in one picture (PNG)."""

from collections.abc import Callable, Sequence
from io import BytesIO
from math import ceil
from typing import Final

from PIL import Image

from storage.evidence.film.canvas import HEIGHT, LINE, SUNK, WIDTH

SCALE: Final = 0.75
COLUMNS: Final = 3
_GAP: Final = 18


def sheet_of(draws: Sequence[Callable[[], Image.Image]]) -> bytes:
    """Return frames side by side, drawn one after the other at SCALE; blocking. What one raises ends it."""
    width, height = round(WIDTH * SCALE), round(HEIGHT * SCALE)
    columns = min(COLUMNS, len(draws))
    rows = ceil(len(draws) / columns)
    size = (columns * (width + _GAP) + _GAP, rows * (height + _GAP) + _GAP)
    sheet = Image.new("RGB", size, SUNK)
    for number, draw in enumerate(draws):
        row, column = divmod(number, columns)
        left, top = _GAP + column * (width + _GAP), _GAP + row * (height + _GAP)
        sheet.paste(LINE, (left - 1, top - 1, left + width + 1, top + height + 1))
        sheet.paste(draw(), (left, top))
    out = BytesIO()
    sheet.save(out, "PNG", optimize=False)
    return out.getvalue()
