"""A chart as one picture: bars of parts over days, and under them two rankings and a column of sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from storage.evidence.film.canvas import INK, LINE, MARGIN, PAPER, SOFT, WIDTH, Box, Canvas
from storage.evidence.film.typeface import NOTO

SCALE: Final = 1.5
_PLOT: Final = Box(MARGIN + 28, 122, WIDTH - 2 * MARGIN - 28, 176)
_PANELS_TOP: Final = 340
_PANEL_WIDTH: Final = 200
_ROWS: Final = 5
_ROW: Final = 20


@dataclass(frozen=True, slots=True)
class Part:
    """What every bar has a part of: its colour (#rrggbb), and what the legend says of it."""

    colour: str
    said: str


@dataclass(frozen=True, slots=True)
class Column:
    """A bar: what stands below it, and how much of each part it has, in the order of the legend."""

    label: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """Return all of it."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Names and their counts, in the order in which they are shown."""

    title: str
    colour: str
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """All that a chart says; `remark` stands above the right end of the bars."""

    title: str
    subtitle: str
    legend: tuple[Part, ...]
    columns: tuple[Column, ...]
    remark: str
    rankings: tuple[Ranking, Ranking]
    told: str
    sentences: tuple[str, ...]


def draw_chart(chart: Chart) -> bytes:
    """Draw a chart as a PNG; blocking."""
    canvas = Canvas(NOTO, SCALE)
    canvas.say(chart.title, Box(MARGIN, 28, WIDTH - 2 * MARGIN, 30), 19, colour=INK, bold=True)
    canvas.say(chart.subtitle, Box(MARGIN, 58, WIDTH - 2 * MARGIN, 20), 12)
    _legend(canvas, chart.legend)
    _plot(canvas, chart)
    lefts = [MARGIN + place * (_PANEL_WIDTH + 20) for place in range(3)]
    for left, ranking in zip(lefts, chart.rankings, strict=False):
        _ranking(canvas, left, ranking)
    _sentences(canvas, lefts[2], chart)
    out = BytesIO()
    canvas.image.save(out, "PNG", optimize=True)
    return out.getvalue()


def round_above(number: int) -> int:
    """Return the number at the upper end of an axis: one figure with noughts, and no less than what it has to hold."""
    size = 1
    while True:
        for step in (1, 2, 4, 6, 8):
            if step * size >= number:
                return step * size
        size *= 10


def _legend(canvas: Canvas, legend: Sequence[Part]) -> None:
    width = (WIDTH - 2 * MARGIN) / len(legend)
    for place, part in enumerate(legend):
        left = MARGIN + place * width
        canvas.rectangle(Box(left, 90, 11, 11), part.colour)
        canvas.say(part.said, Box(left + 16, 86, width - 18, 20), 12, colour=INK)


def _plot(canvas: Canvas, chart: Chart) -> None:
    columns = chart.columns
    top = round_above(max(1, *(column.total for column in columns)))
    for part in sorted({0, top // 2, top}):
        y = _PLOT.bottom - _PLOT.height * part / top
        canvas.rectangle(Box(_PLOT.left, y, _PLOT.width, 1), SOFT if part == 0 else LINE)
        canvas.say_right(str(part), _PLOT.left - 6, y - 9, 11)
    step = _PLOT.width / len(columns)
    gap = min(4.0, step * 0.2)
    for place, column in enumerate(columns):
        room = Box(_PLOT.left + place * step + gap / 2, _PLOT.top, step - gap, _PLOT.height)
        _stack(canvas, column, chart.legend, room, top)
    for place in sorted({0, len(columns) // 2, len(columns) - 1}):
        # At the ends a date would leave the picture, or meet the axis.
        middle = min(max(_PLOT.left + (place + 0.5) * step, _PLOT.left + 30), _PLOT.right - 30)
        canvas.say_centred(columns[place].label, middle, _PLOT.bottom + 4, 11)
    canvas.say_right(chart.remark, _PLOT.right, _PLOT.top - 16, 11)


def _stack(canvas: Canvas, column: Column, legend: Sequence[Part], room: Box, top: int) -> None:
    foot = room.bottom
    for part, count in zip(legend, column.counts, strict=True):
        height = room.height * count / top
        if height:
            canvas.rectangle(Box(room.left, foot - height, room.width, height), part.colour)
            # Paper between two parts: they are told apart by more than their colours.
            canvas.rectangle(Box(room.left, foot - height, room.width, min(0.8, height / 3)), PAPER)
        foot -= height


def _ranking(canvas: Canvas, left: float, ranking: Ranking) -> None:
    """Draw counts as bars that lie."""
    canvas.say(ranking.title, _head(left), 13, colour=INK, bold=True)
    most = max((count for _, count in ranking.counts), default=0)
    for place, (name, count) in enumerate(ranking.counts[:_ROWS]):
        y = _PANELS_TOP + 26 + place * _ROW
        canvas.say(name, Box(left, y - 4, 114, _ROW), 11, colour=INK)
        canvas.rectangle(Box(left + 118, y, max(1.5, 50 * count / most), 10), ranking.colour)
        canvas.say_right(str(count), left + _PANEL_WIDTH, y - 4, 11)
    if not ranking.counts:
        canvas.say("–", Box(left, _PANELS_TOP + 22, _PANEL_WIDTH, _ROW), 11)


def _sentences(canvas: Canvas, left: float, chart: Chart) -> None:
    canvas.say(chart.told, _head(left), 13, colour=INK, bold=True)
    y = _PANELS_TOP + 24.0
    for sentence in chart.sentences:
        y = canvas.say(sentence, Box(left, y, _PANEL_WIDTH, 40), 11, colour=INK, lines=2) + 2


def _head(left: float) -> Box:
    return Box(left, _PANELS_TOP, _PANEL_WIDTH, 20)
