"""From shots to finished files: each is drawn, and stands for as long as it takes to look at; blocking."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from storage.evidence.film.captions import captions_in
from storage.evidence.film.draw import Painter
from storage.evidence.film.frames import (
    Candidates,
    Closing,
    Edit,
    Finished,
    Material,
    Opening,
    Shot,
    Verdict,
    Words,
)
from storage.evidence.film.reel import Held, film_of
from storage.evidence.film.sheet import SCALE, sheet_of
from storage.evidence.film.thumbnails import WhereIs
from storage.evidence.film.typeface import Typeface

_OPENING_MS, _CLOSING_MS, _PICTURES_MS, _FINISHED_MS = 2600, 5000, 2200, 4000
_WORDS_MS, _CHARACTER_MS, _LONGEST_MS = 1600, 40, 5000


@dataclass(frozen=True, slots=True)
class Making:
    """What films and sheets are made with."""

    typeface: Typeface
    language: str
    where_is: WhereIs

    def film(self, shots: Sequence[Shot]) -> bytes:
        """Return the film of shots (animated WebP); raise FilmTooLarge."""
        painter, last = self._painter(1.0), len(shots) - 1
        draws = [partial(painter.draw, shot, number / last) for number, shot in enumerate(shots)]
        return film_of([Held(draw, _hold_ms(shot)) for draw, shot in zip(draws, shots, strict=True)])

    def sheet(self, shots: Sequence[Shot]) -> bytes:
        """Return the contact sheet of shots (PNG)."""
        painter = self._painter(SCALE)
        return sheet_of([partial(painter.draw, shot) for shot in shots])

    def _painter(self, scale: float) -> Painter:
        return Painter(self.typeface, captions_in(self.language), self.where_is, scale)


def _hold_ms(shot: Shot) -> int:
    """Return how long a frame is looked at: as long as its words take to read."""
    match shot:
        case Opening():
            return _OPENING_MS
        case Closing():
            return _CLOSING_MS
        case Words(spans=spans):
            return _reading_ms(_WORDS_MS, sum(len(span.text) for span in spans or ()))
        case Candidates(verdict=verdict, reason=reason):
            return _reading_ms(_PICTURES_MS, 0 if verdict is Verdict.OPEN else len(reason or ""))
        case Material(declared=said) | Edit(operation=said):
            return _reading_ms(_PICTURES_MS, len(said or ""))
        case Finished(title=title, claim=claim):
            return _reading_ms(_FINISHED_MS, len(title or "") + len(claim or ""))


def _reading_ms(least: int, characters: int) -> int:
    return max(least, min(_LONGEST_MS, least + characters * _CHARACTER_MS))
