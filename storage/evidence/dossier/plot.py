"""A chart as SVG: the same chart gives the same bytes. No words stand in it, so that it needs no font.

Whose a bar is shows in its place (above or below the line) and its filling, not in its colour alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from storage.evidence.dossier.document import NOTHING, Bar, Chart, Sign

_WIDTH: Final = 720
_BARS: Final = 150
"""The highest bars of both sides share this height; an act is as high on one side as on the other."""
_LANE: Final = 18
"""The landmarks stand in lanes over the bars, as many as it takes for none to cover another."""
_EDGE: Final = 8
_WIDEST: Final = 26.0
_LOWEST: Final = 1.5
"""One act among very many is still seen."""
_KEY: Final = 14
"""The side of a sign in the legend."""

_INK: Final = "#1c2126"
_QUIET: Final = "#56616b"
_RULE: Final = "#d8dee3"
_PERSON: Final = 'fill="#8a3b1c" stroke="#8a3b1c" stroke-width="1"'
_MACHINE: Final = 'fill="#eceffa" stroke="#3d4f96" stroke-width="1.2"'
_LANDMARKS: Final = {
    Sign.INTENT: "M0-6L6 0L0 6L-6 0Z",
    Sign.DRAFT: "M-5 0A5 5 0 1 1 5 0A5 5 0 1 1-5 0Z",
    Sign.CLAIM: "M-4.5-4.5H4.5V4.5H-4.5Z",
    Sign.SHOWN: "M0-6L6 5H-6Z",
}
"""Each of its own shape, around its middle."""


@dataclass(frozen=True, slots=True)
class Plot:
    """Shapes in a space from 0, 0 to `width`, `height`.

    `scale` is what is written beside it: at which part of the height, and which number.
    """

    shapes: str
    width: int
    height: int
    scale: tuple[tuple[float, int], ...] = ()

    def standing_alone(self) -> str:
        """Return it as a file of its own."""
        return f'<svg xmlns="http://www.w3.org/2000/svg" {self.box}>{self.shapes}</svg>'

    @property
    def box(self) -> str:
        """Return the attribute that says in which space the shapes are."""
        return f'viewBox="0 0 {self.width} {self.height}"'


def plot(chart: Chart) -> Plot:
    """Draw a chart, without its legend."""
    pitch = _WIDTH / len(chart.bars)
    middles = [pitch * (place + 0.5) for place in range(len(chart.bars))]
    lanes = _lanes([middles[place] for _, place in chart.landmarks])
    act = _BARS / max(1, chart.most.person + chart.most.machine)
    top = _EDGE + _LANE * (max(lanes, default=-1) + 1)
    line = top + chart.most.person * act
    bottom = top + _BARS
    shapes = [_rule(top), _rule(bottom)]
    for (sign, place), lane in zip(chart.landmarks, lanes, strict=True):
        foot = line - chart.bars[place].person * act
        shapes += _landmark(sign, middles[place], _EDGE + _LANE * (lane + 0.5), foot)
    for bar, middle in zip(chart.bars, middles, strict=True):
        shapes += _bar(bar, middle, line, act, min(pitch * 0.76, _WIDEST))
    shapes += _line(chart.bars, pitch, line)
    height = bottom + _EDGE
    ends = ((top / height, chart.most.person), (bottom / height, chart.most.machine))
    return Plot("".join(shapes), _WIDTH, height, tuple((at, number) for at, number in ends if number))


def key(sign: Sign) -> Plot:
    """Draw a sign for the legend."""
    middle = _KEY / 2
    match sign:
        case Sign.PERSON:
            shape = _box(3, 1, 8, 12, _PERSON)
        case Sign.MACHINE:
            shape = _box(3, 1, 8, 12, _MACHINE)
        case Sign.EMPTY:
            shape = _axis(0, _KEY, middle, empty=True)
        case _:
            shape = _shape(sign, middle, middle)
    return Plot(shape, _KEY, _KEY)


def _lanes(middles: Sequence[float]) -> list[int]:
    """Put each landmark into the first lane in which it stands clear of those before it."""
    found: list[int] = []
    for number, middle in enumerate(middles):
        taken = {lane for lane, other in zip(found, middles[:number], strict=True) if abs(other - middle) < _LANE}
        found.append(next(lane for lane in range(number + 1) if lane not in taken))
    return found


def _bar(bar: Bar, middle: float, line: float, act: float, wide: float) -> Iterable[str]:
    left = middle - wide / 2
    if bar.person:
        high = max(bar.person * act, _LOWEST)
        yield _box(left, line - high, wide, high, _PERSON)
    if bar.machine:
        yield _box(left, line, wide, max(bar.machine * act, _LOWEST), _MACHINE)


def _line(bars: Sequence[Bar], pitch: float, at: float) -> Iterable[str]:
    """Draw the line between the sides, dotted as long as nothing was done."""
    begun = 0
    for empty, run in groupby(bars, key=lambda bar: bar == NOTHING):
        ended = begun + len(list(run))
        yield _axis(begun * pitch, ended * pitch, at, empty=empty)
        begun = ended


def _axis(left: float, right: float, at: float, *, empty: bool) -> str:
    how = (
        f'stroke="{_QUIET}" stroke-width="1.2" stroke-dasharray="1.5 3"'
        if empty
        else f'stroke="{_INK}" stroke-width="2"'
    )
    return f'<path d="M{left:.1f} {at:.1f}H{right:.1f}" {how}/>'


def _rule(at: float) -> str:
    return f'<path d="M0 {at:.1f}H{_WIDTH}" stroke="{_RULE}" stroke-width="1"/>'


def _box(left: float, top: float, wide: float, high: float, how: str) -> str:
    return f'<rect x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{high:.1f}" {how}/>'


def _landmark(sign: Sign, across: float, down: float, foot: float) -> Iterable[str]:
    yield f'<path d="M{across:.1f} {down:.1f}V{foot:.1f}" stroke="{_QUIET}" stroke-width="1"/>'
    yield _shape(sign, across, down)


def _shape(sign: Sign, across: float, down: float) -> str:
    return f'<path d="{_LANDMARKS[sign]}" transform="translate({across:.1f} {down:.1f})" fill="{_INK}"/>'
