"""How the work went, at a glance: whose acts, and when. It is made of kinds and times alone, never of words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from storage.evidence.dossier.content import BY_MODEL, Content
from storage.evidence.dossier.document import NOTHING, Bar, Chart, Prose, Sign
from storage.evidence.dossier.stretches import Stretches, stretches
from storage.evidence.dossier.telling import Telling
from storage.evidence.history import RecordedEvent
from storage.evidence.kinds import BY_MEMBER

FEWEST: Final = 3
"""Fewer acts are told sooner than drawn."""


def chart(content: Content, telling: Telling) -> tuple[Chart | Prose, ...]:
    """Return the chart and what it does not say; nothing where there is too little to show."""
    person = [event.at for event in content.history if event.kind in BY_MEMBER]
    machine = [event.at for event in content.history if event.kind in BY_MODEL]
    if len(person) + len(machine) < FEWEST:
        return ()
    landmarks = tuple(_landmarks(content))
    moments = [*person, *machine, *(event.at for _, event in landmarks)]
    cut = stretches(moments)
    length = telling.text(f"chart.length-{cut.unit}", count=cut.many)
    bars = _bars(person, machine, cut)
    named = {sign: telling.text(f"chart.{sign}", time=_minute(event.at)) for sign, event in landmarks}
    sides = [Sign.PERSON, Sign.MACHINE, *([Sign.EMPTY] if NOTHING in bars else [])]
    drawn = Chart(
        title=telling.text("chart.title"),
        alternative=_alternative(bars, length, telling),
        bars=bars,
        landmarks=tuple((sign, cut.place(event.at)) for sign, event in landmarks),
        first=f"{_minute(min(moments))} UTC",
        last=f"{_minute(max(moments))} UTC",
        legend=(*((side, telling.text(f"chart.{side}")) for side in sides), *named.items()),
        caption=telling.line(
            "chart.told", person=len(person), machine=len(machine), when=_when(moments, telling), length=length
        ),
    )
    return (drawn, Prose(telling.line("chart.note"), note=True))


def _landmarks(content: Content) -> Iterable[tuple[Sign, RecordedEvent]]:
    if content.intents:
        yield Sign.INTENT, content.intents[0]
    if content.drafts:
        yield Sign.DRAFT, content.drafts[0]
    if content.claim is not None:
        yield Sign.CLAIM, content.claim
    if content.first_shown is not None:
        yield Sign.SHOWN, content.first_shown.posted


def _bars(person: Iterable[datetime], machine: Iterable[datetime], cut: Stretches) -> tuple[Bar, ...]:
    above, below = Counter(map(cut.place, person)), Counter(map(cut.place, machine))
    return tuple(Bar(above[place], below[place]) for place in range(cut.number))


def _alternative(bars: Sequence[Bar], length: str, telling: Telling) -> str:
    return telling.text(
        "chart.alternative",
        number=len(bars),
        length=length,
        person=max(bar.person for bar in bars),
        machine=max(bar.machine for bar in bars),
        empty=sum(bar == NOTHING for bar in bars),
    )


def _when(moments: Sequence[datetime], telling: Telling) -> str:
    first, last = (f"{at.astimezone(UTC):%Y-%m-%d}" for at in (min(moments), max(moments)))
    return telling.text("chart.one-day" if first == last else "chart.days", first=first, last=last)


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
