"""A server's use as one picture: what became of the briefs of each day, and under it by operation, by rule, in numbers.

Its colours are told apart by whoever sees fewer of them (after Okabe and Ito), in the legend each stands with its word.
All that it says is said in words too. It is drawn in the darkroom.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.moderation.report_words import ReportWords, day_of
from storage.darkroom.chart import Chart, Column, Part, Ranking
from storage.reports import Outcome, ServerUse

COLOURS: Final[Mapping[Outcome, str]] = {
    Outcome.DELIVERED: "#0072b2",
    Outcome.REFUSED: "#d55e00",
    Outcome.FAILED: "#2b2b2b",
    Outcome.CANCELLED: "#b5aea2",
    Outcome.UNDER_WAY: "#f0c808",
}
MAX_BARS: Final = 62
"""Of more days a bar is a week."""


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


def chart_of(words: ReportWords) -> Chart:
    """Return the chart of a report."""
    use, bars = words.use, bars_of(words.use)
    weekly = len(bars) > 1 and bars[1].day - bars[0].day > 1
    told = [words.spread(key, spread) for key, spread in (("waited", use.waited), ("drew", use.drew)) if spread]
    return Chart(
        title=words.title,
        subtitle=words.say("briefs", briefs=use.briefs, members=use.members),
        legend=tuple(
            Part(COLOURS[outcome], words.say("count", name=words.outcome(outcome), count=count))
            for outcome, count in use.outcomes.items()
        ),
        columns=tuple(
            Column(str(day_of(bar.day)), tuple(bar.counts[outcome] for outcome in use.outcomes)) for bar in bars
        ),
        remark=words.say("weeks") if weekly else "",
        rankings=(
            _ranking(words.say("operations"), Outcome.DELIVERED, use.by_operation, words.operation),
            _ranking(words.say("rules"), Outcome.REFUSED, use.by_rule, words.rule),
        ),
        told=words.say("numbers"),
        sentences=(
            *told,
            words.say("answers", helpful=use.helpful, unhelpful=use.unhelpful),
            words.say("acts", appeals=use.appeals, acts=use.acts),
        ),
    )


def _ranking(title: str, outcome: Outcome, counts: Mapping[str, int], name_of: Callable[[str], str]) -> Ranking:
    return Ranking(title, COLOURS[outcome], tuple((name_of(key), count) for key, count in counts.items()))
