"""How things are put: events by their numbers, times, shares, and other people's words, which stay what they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from storage.evidence.commitments import JsonValue
from storage.evidence.dossier.content import Brief, told
from storage.evidence.dossier.document import Line, Look, Span
from storage.evidence.dossier.legible import clipped, legible
from storage.evidence.dossier.wording import Fate, Piece
from storage.evidence.dossier.words import Filling, Words
from storage.evidence.hands import Hand
from storage.evidence.history import RecordedEvent

_MAX_STRETCHES: Final = 24
"""More stretches of numbers than this are cut short, and counted: the chapters have each event."""
_LOOK_OF: Final = {Hand.PERSON: Look.OWN, Hand.MACHINE: Look.MACHINE, Hand.UNKNOWN: Look.OWN}
_MAX_VALUE: Final = 400


class Telling:
    """Puts what the record holds into one language."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def line(self, key: str, **filling: Filling) -> Line:
        """Return a sentence of ours."""
        return self.words.line(key, **filling)

    def text(self, key: str, **filling: str | int) -> str:
        """Return a sentence of ours without marks."""
        return self.words.text(key, **filling)

    def absent(self, key: str = "absent.closed") -> Line:
        """Say that something is not on record, or not opened."""
        return (Span(self.text(key), Look.ABSENT),)

    def own(self, text: str | None, length: int | None = None) -> Line:
        """Return what somebody typed; None is what is not opened."""
        return self._words(text, Look.OWN, length)

    def machine(self, text: str | None, length: int | None = None) -> Line:
        """Return what a model wrote."""
        return self._words(text, Look.MACHINE, length)

    def _words(self, text: str | None, look: Look, length: int | None) -> Line:
        if text is None:
            return self.absent()
        if not text.strip():
            return self.absent("absent.empty")
        return (Span(legible(text if length is None else clipped(text, length)), look),)

    def quoted(self, text: str | None, length: int | None = None) -> Line:
        """Return what somebody typed, in quotation marks."""
        if text is None or not text.strip():
            return self.own(text)
        return (Span(self.text("list.open")), *self.own(text, length), Span(self.text("list.close")))

    def field(self, event: RecordedEvent, name: str, length: int | None = None) -> Line:
        """Return a field that somebody typed."""
        return self.own(told(event, name), length)

    def declared(self, text: str | None, length: int | None = None) -> Line:
        """Return who made something from elsewhere, as the member declared it."""
        key = f"made-by.{(text or '').replace(' ', '-')}"
        return (Span(self.text(key)),) if key in self.words else self.own(text, length)

    def pieces(self, pieces: Iterable[Piece]) -> Line:
        """Return a text with what was added and removed, and with a machine's words marked."""
        looks = {Fate.ADDED: Look.ADDED, Fate.REMOVED: Look.REMOVED}
        return tuple(
            Span(
                legible(piece.text),
                _LOOK_OF[piece.hand] if piece.hand is Hand.MACHINE else looks.get(piece.fate, Look.OWN),
            )
            for piece in pieces
        )

    def events(self, seqs: Iterable[int], look: Look = Look.EVENT) -> Line:
        """Return the numbers of events, neighbours as a stretch."""
        numbers = sorted(set(seqs))
        stretches = _stretches(numbers)
        shown: list[Line] = [
            (Span(f"#{first}" if first == last else f"#{first}–#{last}", look, first),)
            for first, last in stretches[:_MAX_STRETCHES]
        ]
        if len(stretches) > _MAX_STRETCHES:
            shown.append(self.line("list.more", count=len(numbers)))
        return self.words.joined(shown)

    def time(self, at: datetime) -> str:
        """Return a moment to the second, UTC."""
        return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"

    def share(self, ppm: int | None) -> str:
        """Return a share of pixels."""
        if ppm is None:
            return self.text("absent.uncompared")
        percent = ppm / 10_000
        if 0 < percent < 0.01:
            return "< 0.01 %"
        return f"{percent:.0f} %" if percent >= 10 else f"{percent:.2g} %"

    def settings(self, settings: Mapping[str, JsonValue]) -> Line:
        """Return named values."""
        return self.words.joined(
            (Span(f"{self.setting(name)} "), *self.value(value))
            for name, value in settings.items()
            if value not in ("", [])
        )

    def inputs(self, brief: Brief) -> Line:
        """Return the pictures that went into a brief, each with what it was for."""
        return self.words.joined((Span(f"{self._role(role)} "), *self.events([seq])) for seq, role in brief.inputs)

    def _role(self, role: str) -> str:
        key = f"input.{role}"
        return self.text(key) if key in self.words else legible(role)

    def setting(self, name: str) -> str:
        """Return what a setting is called."""
        key = f"setting.{name}"
        return self.text(key) if key in self.words else legible(name)

    def value(self, value: JsonValue) -> Line:
        """Return a value that a program recorded, or that somebody chose."""
        if isinstance(value, Mapping):
            return (Span(legible(clipped(", ".join(f"{k} {v}" for k, v in value.items()), _MAX_VALUE)), Look.CODE),)
        if isinstance(value, list):
            return (Span(legible(clipped(" × ".join(map(str, value)), _MAX_VALUE)), Look.CODE),)
        return (Span(legible(clipped(str(value), _MAX_VALUE)), Look.CODE),)

    def settings_changed(self, brief: Brief) -> Line:
        """Return which settings are others than those of the brief before."""
        changed = []
        for name in dict.fromkeys([*brief.before, *brief.settings]):
            old, new = brief.before.get(name), brief.settings.get(name)
            if brief.before and old != new:
                before = self.value(old) if old is not None else self.absent("absent.unset")
                after = self.value(new) if new is not None else self.absent("absent.unset")
                changed.append((Span(f"{self.setting(name)} "), *before, Span(" → "), *after))
        return self.words.joined(changed)


def in_language(line: Line, language: str) -> Line:
    """Return a line whose sentences of ours are marked as being in another language."""
    return tuple(replace(span, language=language) if span.look is Look.PLAIN else span for span in line)


def _stretches(seqs: Sequence[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for seq in seqs:
        if found and found[-1][1] == seq - 1:
            found[-1] = (found[-1][0], seq)
        else:
            found.append((seq, seq))
    return found
