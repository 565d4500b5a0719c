"""What a frame is drawn on: paper, ink and one vermilion, a few shapes with soft edges, and words in their boxes.

Everything is placed in units of a frame of 720 by 480; `scale` turns them into pixels, so that the small frames of a
sheet are lettered anew rather than shrunk.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageFont, features

from storage.evidence.film.lettering import Block, Run, legible, set_in_lines
from storage.evidence.film.spans import IDEOGRAPHIC, Mark, Span
from storage.evidence.film.typeface import Typeface

WIDTH: Final = 720
HEIGHT: Final = 480
MARGIN: Final = 40

PAPER: Final = "#faf7f1"
SHEET: Final = "#ffffff"
SUNK: Final = "#f1ece2"
LINE: Final = "#e2d9ca"
INK: Final = "#211d17"
SOFT: Final = "#6d6357"
SEAL: Final = "#a9362a"
SEAL_WASH: Final = "#f8e9e4"

LEADING: Final = 1.5
"""Height of a line, in sizes of its letters; leaves room for the accents of capitals and for tall Chinese faces."""
_BASELINE: Final = 1.12
_BALANCED: Final = 4
"""Up to so many lines are made of about the same length; a longer text is a paragraph."""
_BALANCING: Final = 6
_IDEOGRAPH: Final = re.compile(rf"[{IDEOGRAPHIC}]")
# A Chinese typeface draws quotation marks and dots as wide as a Chinese sign; Latin letters want narrow ones.
_LATIN_FORMS: Final = ("pwid", "palt")
_SMOOTH: Final = 4


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in units."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Return its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Return its lower edge."""
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class Hand:
    """A face at a size, with the forms that fit the words."""

    font: ImageFont.FreeTypeFont
    forms: list[str] | None

    def length(self, text: str) -> float:
        """Return how long a text is, in pixels."""
        return self.font.getlength(text, features=self.forms)


@dataclass(frozen=True, slots=True)
class Lettered:
    """Words that were set for a box: in which hand and size, and how much of its height they take."""

    block: Block
    hand: Hand
    size: float

    @property
    def height(self) -> float:
        """Return the height of all lines, in units."""
        return len(self.block.lines) * self.size * LEADING


class Canvas:
    """One frame while it is drawn."""

    def __init__(self, typeface: Typeface, scale: float = 1.0) -> None:
        self._typeface = typeface
        self._scale = scale
        self.image = Image.new("RGB", (self.px(WIDTH), self.px(HEIGHT)), PAPER)
        self._draw = ImageDraw.Draw(self.image)

    def px(self, units: float) -> int:
        """Return how many pixels a length has."""
        return round(units * self._scale)

    # --- words -------------------------------------------------------------------------------

    def set(self, spans: Sequence[Span], width: float, size: float, max_lines: int, *, bold: bool = False) -> Lettered:
        """Set words in lines without drawing them."""
        clean = [Span(legible(span.text, self._typeface.lacks), span.mark) for span in spans]
        hand = self._hand("".join(span.text for span in clean), size, bold=bold)
        return Lettered(set_in_lines(clean, hand.length, width * self._scale, max(1, max_lines)), hand, size)

    def fit(self, spans: Sequence[Span], box: Box, sizes: Sequence[float], *, bold: bool = False) -> Lettered:
        """Set words in the largest size in which all of them fit a box; in the smallest they are clipped."""
        for size in sizes:
            lettered = self.set(spans, box.width, size, int(box.height / (size * LEADING)), bold=bold)
            if lettered.block.fits:
                return self._balanced(lettered, spans, box.width, bold=bold)
        return lettered

    def _balanced(self, lettered: Lettered, spans: Sequence[Span], width: float, *, bold: bool) -> Lettered:
        """Return the same words in as many lines, of which the last is not a lonely word."""
        lines = len(lettered.block.lines)
        narrow, wide = width / 2, width
        for _ in range(_BALANCING if 1 < lines <= _BALANCED else 0):
            middle = (narrow + wide) / 2
            tried = self.set(spans, middle, lettered.size, lines, bold=bold)
            narrow, wide = (narrow, middle) if tried.block.fits else (middle, wide)
            lettered = tried if tried.block.fits else lettered
        return lettered

    def write(self, lettered: Lettered, left: float, top: float, colour: str = INK) -> float:
        """Draw set words; return where the next thing may begin."""
        for number, line in enumerate(lettered.block.lines):
            x = left * self._scale
            for run in line:
                self._run(run, lettered, x, top + number * lettered.size * LEADING, colour)
                x += lettered.hand.length(run[0])
        return top + lettered.height

    def _run(self, run: Run, lettered: Lettered, x: float, top: float, colour: str) -> None:
        """Draw words of one mark: what was added stands on a wash and is underlined, what was dropped is struck out."""
        (text, mark), size, hand = run, lettered.size, lettered.hand
        left, right = round(x), round(x + hand.length(text.rstrip()))
        thickness = max(1, self.px(size / 12))
        under, across = self.px(top + size * 1.36), self.px(top + size * 0.78)
        if mark is Mark.ADDED:
            self._draw.rectangle((left, self.px(top + size * 0.14), right, under), fill=SEAL_WASH)
            self._draw.rectangle((left, under, right, under + thickness - 1), fill=SEAL)
        self._line(text, hand, (x, top, size), "ls", SOFT if mark is Mark.DROPPED else colour)
        if mark is Mark.DROPPED:
            self._draw.rectangle((left, across, right, across + thickness - 1), fill=SOFT)

    def say(self, text: str, box: Box, size: float, *, colour: str = SOFT, lines: int = 1, bold: bool = False) -> float:
        """Set and draw plain words at the top of a box; return where the next thing may begin."""
        return self.write(self.set((Span(text),), box.width, size, lines, bold=bold), box.left, box.top, colour)

    def say_right(self, text: str, right: float, top: float, size: float) -> None:
        """Draw one line that ends at a place."""
        self._line(text, self._hand(text, size), (right * self._scale, top, size), "rs", SOFT)

    def say_centred(self, text: str, middle: float, top: float, size: float) -> None:
        """Draw one line around a place."""
        self._line(text, self._hand(text, size), (middle * self._scale, top, size), "ms", SOFT)

    def _line(self, text: str, hand: Hand, place: tuple[float, float, float], anchor: str, colour: str) -> None:
        x, top, size = place
        baseline = self.px(top + size * _BASELINE)
        self._draw.text((x, baseline), text, font=hand.font, fill=colour, anchor=anchor, features=hand.forms)

    def _hand(self, text: str, size: float, *, bold: bool = False) -> Hand:
        face = self._typeface.bold if bold else self._typeface.regular
        latin = features.check_feature("raqm") and not _IDEOGRAPH.search(text)
        return Hand(face.at(self.px(size)), list(_LATIN_FORMS) if latin else None)

    # --- shapes ------------------------------------------------------------------------------

    def rectangle(self, box: Box, colour: str) -> None:
        """Fill a rectangle."""
        edges = (self.px(box.left), self.px(box.top), self.px(box.right) - 1, self.px(box.bottom) - 1)
        if edges[2] >= edges[0] and edges[3] >= edges[1]:
            self._draw.rectangle(edges, fill=colour)

    def frame(self, box: Box, colour: str, width: float) -> None:
        """Draw a rectangle's outline, inside its edges."""
        edges = (self.px(box.left), self.px(box.top), self.px(box.right) - 1, self.px(box.bottom) - 1)
        if edges[2] > edges[0] and edges[3] > edges[1]:
            self._draw.rectangle(edges, outline=colour, width=max(1, self.px(width)))

    def picture(self, image: Image.Image, box: Box, *, dimmed: bool = False) -> Box:
        """Paste a picture that was made for the box, in its middle; return where it is."""
        left = self.px(box.left + box.width / 2) - image.width // 2
        top = self.px(box.top + box.height / 2) - image.height // 2
        shown = Image.blend(image, Image.new("RGB", image.size, PAPER), 0.72) if dimmed else image
        self.image.paste(shown, (left, top))
        scale = self._scale
        return Box(left / scale, top / scale, image.width / scale, image.height / scale)

    def tick(self, box: Box) -> None:
        """Draw a round seal with a tick in it."""

        def bend(draw: ImageDraw.ImageDraw, width: int, height: int) -> None:
            points = [(width * x, height * y) for x, y in ((0.28, 0.52), (0.44, 0.68), (0.73, 0.34))]
            draw.line(points, fill=255, width=max(1, width // 10), joint="curve")

        self._stamp(box, SEAL, lambda draw, width, height: draw.ellipse((0, 0, width - 1, height - 1), fill=255))
        self._stamp(box, SHEET, bend)

    def seal(self, box: Box) -> None:
        """Draw the mark of the house: a vermilion square with 落款 in it."""

        def square(draw: ImageDraw.ImageDraw, width: int, height: int) -> None:
            draw.rounded_rectangle((0, 0, width - 1, height - 1), radius=width // 9, fill=255)

        self._stamp(box, SEAL, square)
        font = self._typeface.bold.at(self.px(box.height * 0.4))
        for number, sign in enumerate("落款"):
            place = (self.px(box.left + box.width / 2), self.px(box.top + box.height * (0.29 + 0.42 * number)))
            self._draw.text(place, sign, font=font, fill=PAPER, anchor="mm")

    def arrow(self, box: Box) -> None:
        """Draw a thin arrow from left to right."""

        def shaft(draw: ImageDraw.ImageDraw, width: int, height: int) -> None:
            thick, middle, tip = max(1, height // 8), height / 2, width - height / 8
            draw.line([(0, middle), (tip, middle)], fill=255, width=thick)
            head = [(tip - height * 0.4, height * 0.1), (tip, middle), (tip - height * 0.4, height * 0.9)]
            draw.line(head, fill=255, width=thick, joint="curve")

        self._stamp(box, SOFT, shaft)

    def _stamp(self, box: Box, colour: str, paint: Callable[[ImageDraw.ImageDraw, int, int], None]) -> None:
        """Fill what `paint` leaves white of a box, drawn larger and reduced: Pillow's own shapes have hard edges."""
        width, height = self.px(box.width), self.px(box.height)
        shape = Image.new("L", (width * _SMOOTH, height * _SMOOTH), 0)
        paint(ImageDraw.Draw(shape), shape.width, shape.height)
        mask = shape.resize((width, height), Image.Resampling.LANCZOS)
        self.image.paste(colour, (self.px(box.left), self.px(box.top)), mask)
