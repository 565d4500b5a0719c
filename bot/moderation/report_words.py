"""A server's use in words and cells: for those who cannot see the chart, and for a spreadsheet."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from bot.chat.texts import Texts
from storage.evidence.views import safe_cell
from storage.reports import Outcome, ServerUse, Spread

ALT_LIMIT: Final = 1024
_EPOCH: Final = date(1970, 1, 1)
_NAMED: Final = 6
"""So many operations or rules are named; what more there is stands in the file."""
_BOM: Final = b"\xef\xbb\xbf"


class ReportWords:
    """The words of one report, in the moderator's language."""

    def __init__(self, texts: Texts, locale: str, use: ServerUse) -> None:
        self._texts = texts
        self._locale = locale
        self.use = use

    def say(self, key: str, **filling: str | int | float) -> str:
        """Return a sentence of the report."""
        return self._texts(self._locale, f"moderation-report-{key}", **filling)

    @property
    def title(self) -> str:
        """Return what is reported, and of which days."""
        last = self.use.first_day + self.use.days - 1
        return self.say("title", first=str(day_of(self.use.first_day)), last=str(day_of(last)))

    def lines(self) -> Iterator[str]:
        """Yield all that there is to say, in short; of few members only totals."""
        use = self.use
        if use.of_few:
            yield self.say("few", briefs=use.briefs)
            yield self.say("answers", helpful=use.helpful, unhelpful=use.unhelpful)
            return
        yield self.say("briefs", briefs=use.briefs, members=use.members)
        named = {self.outcome(outcome): count for outcome, count in use.outcomes.items() if count}
        yield self.counts("by-outcome", named)
        yield self.counts("by-operation", {self.operation(name): n for name, n in use.by_operation.items()})
        if use.by_rule:
            yield self.counts("by-rule", {self.rule(name): n for name, n in use.by_rule.items()})
        if use.waited is not None:
            yield self.spread("waited", use.waited)
        if use.drew is not None:
            yield self.spread("drew", use.drew)
        yield self.say("answers", helpful=use.helpful, unhelpful=use.unhelpful)
        yield self.say("acts", appeals=use.appeals, acts=use.acts)

    def counts(self, key: str, counts: Mapping[str, int]) -> str:
        """Return counts with their names in one line."""
        shown = [self.say("count", name=name, count=count) for name, count in list(counts.items())[:_NAMED]]
        return self.say(key, counts=self._texts(self._locale, "list-comma").join(shown) or "0")

    def spread(self, key: str, spread: Spread) -> str:
        """Return how long something took."""
        return self.say(key, median=_seconds(spread.median_ms), most=_seconds(spread.most_ms))

    def outcome(self, outcome: Outcome) -> str:
        """Return what an outcome is called."""
        return self.say(f"outcome-{outcome.value}")

    def operation(self, name: str) -> str:
        """Return what an operation is called; one that nobody has named yet stays as it is."""
        return self._named(f"operation-{name}", f"moderation-report-operation-{name}") or name

    def rule(self, name: str) -> str:
        """Return what a rule is called."""
        return self._named(f"moderation-rule-{name}") or name

    def _named(self, *keys: str) -> str:
        """Return the first of some sentences that there is; empty where there is none."""
        known = [key for key in keys if self._texts.has(self._locale, key)]
        return self._texts(self._locale, known[0]) if known else ""

    def alt(self) -> str:
        """Return the text for those who cannot see the chart."""
        text = "\n".join((self.title, *self.lines()))
        return text if len(text) <= ALT_LIMIT else f"{text[: ALT_LIMIT - 1]}…"


def cells(use: ServerUse) -> bytes:
    """Return the counts as a table for a spreadsheet program, which runs none of them as a formula.

    The names in it are codes, the same in every language.
    """
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(("what", "day", "name", "count"))
    for row in _rows(use):
        writer.writerow([safe_cell(str(cell)) for cell in row])
    return _BOM + out.getvalue().encode()


def _rows(use: ServerUse) -> Iterator[tuple[str, str, str, int]]:
    yield ("briefs", "", "all", use.briefs)
    yield ("answers", "", "helpful", use.helpful)
    yield ("answers", "", "unhelpful", use.unhelpful)
    if use.of_few:
        return
    yield ("members", "", "active", use.members)
    for day in range(use.first_day, use.first_day + use.days):
        counts = use.by_day.get(day, {})
        for outcome in Outcome:
            yield ("briefs", str(day_of(day)), outcome.value, counts.get(outcome, 0))
    for name, count in use.by_operation.items():
        yield ("operation", "", name, count)
    for name, count in use.by_rule.items():
        yield ("rule", "", name, count)
    for what, spread in (("waited-ms", use.waited), ("drew-ms", use.drew)):
        if spread is not None:
            yield (what, "", "median", spread.median_ms)
            yield (what, "", "nine-of-ten", spread.most_ms)
    yield ("appeals", "", "made", use.appeals)
    yield ("moderation", "", "acts", use.acts)


def day_of(number: int) -> date:
    """Return a day by its number since the epoch."""
    return _EPOCH + timedelta(days=number)


def _seconds(duration_ms: int) -> float:
    seconds = duration_ms / 1000
    return round(seconds, 1) if seconds < 10 else round(seconds)
