"""A server's use as one picture: what became of the briefs of each day, and under it by operation, by rule, in numbers.

Its colours are told apart by whoever sees fewer of them (after Okabe and Ito), in the legend each stands with its word,
and between two parts of a bar paper shows. All that it says is said in words too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from bot.moderation.report_words import ReportWords, day_of
from storage.evidence.film.canvas import INK, LINE, MARGIN, PAPER, SOFT, WIDTH, Box, Canvas
from storage.evidence.film.typeface import NOTO
from storage.reports import Outcome, ServerUse

COLOURS: Final[Mapping[Outcome, str]] = {
    Outcome.DELIVERED: "#0072b2",
    Outcome.REFUSED: "#d55e00",
    Outcome.FAILED: "#2b2b2b",
    Outcome.CANCELLED: "#b5aea2",
    Outcome.UNDER_WAY: "#f0c808",
}
SCALE: Final = 1.5
MAX_BARS: Final = 62
"""Of more days a bar is a week."""
_PLOT: Final = Box(MARGIN + 28, 122, WIDTH - 2 * MARGIN - 28, 176)
_PANELS_TOP: Final = 340
_PANEL_WIDTH: Final = 200
_ROWS: Final = 5
_ROW: Final = 20


@dataclass(frozen=True, slots=True)
class Bar:
    """The briefs of a day, or of a week from a day on."""

    day: int
    counts: Mapping[Outcome, int]

    @property
    def total(self) -> int:
        """Return all of them."""
        return sum(self.counts.values())


def bars_of(use: ServerUse) -> Sequence[Bar]:
    """Return a bar for each day, empty ones too; for each week where there would be too many."""
    width = 1 if use.days <= MAX_BARS else 7
    starts = range(use.first_day, use.first_day + use.days, width)
    return [Bar(start, _sum(use, range(start, start + width))) for start in starts]


def _sum(use: ServerUse, days: Iterable[int]) -> Mapping[Outcome, int]:
    there = [use.by_day[day] for day in days if day in use.by_day]
    return {outcome: sum(day.get(outcome, 0) for day in there) for outcome in Outcome}


def round_above(number: int) -> int:
    """Return the number at the upper end of an axis: one figure with noughts, and no less than what it has to hold."""
    size = 1
    while True:
        for step in (1, 2, 4, 6, 8):
            if step * size >= number:
                return step * size
        size *= 10


def draw_report(words: ReportWords) -> bytes:
    """Draw the chart as a PNG; blocking."""
    canvas = Canvas(NOTO, SCALE)
    canvas.say(words.title, Box(MARGIN, 28, WIDTH - 2 * MARGIN, 30), 19, colour=INK, bold=True)
    subtitle = words.say("briefs", briefs=words.use.briefs, members=words.use.members)
    canvas.say(subtitle, Box(MARGIN, 58, WIDTH - 2 * MARGIN, 20), 12)
    _legend(canvas, words)
    _plot(canvas, words, bars_of(words.use))
    _panels(canvas, words)
    out = BytesIO()
    canvas.image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _legend(canvas: Canvas, words: ReportWords) -> None:
    width = (WIDTH - 2 * MARGIN) / len(Outcome)
    for place, (outcome, count) in enumerate(words.use.outcomes.items()):
        left = MARGIN + place * width
        canvas.rectangle(Box(left, 90, 11, 11), COLOURS[outcome])
        text = words.say("count", name=words.outcome(outcome), count=count)
        canvas.say(text, Box(left + 16, 86, width - 18, 20), 12, colour=INK)


def _plot(canvas: Canvas, words: ReportWords, bars: Sequence[Bar]) -> None:
    top = round_above(max(1, *(bar.total for bar in bars)))
    for part in sorted({0, top // 2, top}):
        y = _PLOT.bottom - _PLOT.height * part / top
        canvas.rectangle(Box(_PLOT.left, y, _PLOT.width, 1), SOFT if part == 0 else LINE)
        canvas.say_right(str(part), _PLOT.left - 6, y - 9, 11)
    step = _PLOT.width / len(bars)
    gap = min(4.0, step * 0.2)
    for place, bar in enumerate(bars):
        _stack(canvas, bar, Box(_PLOT.left + place * step + gap / 2, _PLOT.top, step - gap, _PLOT.height), top)
    for place in sorted({0, len(bars) // 2, len(bars) - 1}):
        # At the ends a date would leave the picture, or meet the axis.
        middle = min(max(_PLOT.left + (place + 0.5) * step, _PLOT.left + 30), _PLOT.right - 30)
        canvas.say_centred(str(day_of(bars[place].day)), middle, _PLOT.bottom + 4, 11)
    if len(bars) > 1 and bars[1].day - bars[0].day > 1:
        canvas.say_right(words.say("weeks"), _PLOT.right, _PLOT.top - 16, 11)


def _stack(canvas: Canvas, bar: Bar, room: Box, top: int) -> None:
    foot = room.bottom
    for outcome in Outcome:
        height = room.height * bar.counts.get(outcome, 0) / top
        if height:
            canvas.rectangle(Box(room.left, foot - height, room.width, height), COLOURS[outcome])
            # Paper between two parts: they are told apart by more than their colours.
            canvas.rectangle(Box(room.left, foot - height, room.width, min(0.8, height / 3)), PAPER)
        foot -= height


def _panels(canvas: Canvas, words: ReportWords) -> None:
    use = words.use
    by_operation = {words.operation(name): count for name, count in use.by_operation.items()}
    by_rule = {words.rule(name): count for name, count in use.by_rule.items()}
    lefts = [MARGIN + place * (_PANEL_WIDTH + 20) for place in range(3)]
    _ranking(canvas, lefts[0], words.say("operations"), by_operation, COLOURS[Outcome.DELIVERED])
    _ranking(canvas, lefts[1], words.say("rules"), by_rule, COLOURS[Outcome.REFUSED])
    canvas.say(words.say("numbers"), _head(lefts[2]), 13, colour=INK, bold=True)
    lines = [words.spread(key, spread) for key, spread in (("waited", use.waited), ("drew", use.drew)) if spread]
    lines.append(words.say("answers", helpful=use.helpful, unhelpful=use.unhelpful))
    lines.append(words.say("acts", appeals=use.appeals, acts=use.acts))
    y = _PANELS_TOP + 24.0
    for line in lines:
        y = canvas.say(line, Box(lefts[2], y, _PANEL_WIDTH, 40), 11, colour=INK, lines=2) + 2


def _head(left: float) -> Box:
    return Box(left, _PANELS_TOP, _PANEL_WIDTH, 20)


def _ranking(canvas: Canvas, left: float, title: str, counts: Mapping[str, int], colour: str) -> None:
    """Draw counts as bars that lie, the largest first."""
    canvas.say(title, _head(left), 13, colour=INK, bold=True)
    most = max(counts.values(), default=0)
    for place, (name, count) in enumerate(list(counts.items())[:_ROWS]):
        y = _PANELS_TOP + 26 + place * _ROW
        canvas.say(name, Box(left, y - 4, 114, _ROW), 11, colour=INK)
        canvas.rectangle(Box(left + 118, y, max(1.5, 50 * count / most), 10), colour)
        canvas.say_right(str(count), left + _PANEL_WIDTH, y - 4, 11)
    if not counts:
        canvas.say("–", Box(left, _PANELS_TOP + 22, _PANEL_WIDTH, _ROW), 11)
