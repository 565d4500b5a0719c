"""From a history to finished files: which frames, in what order, for how long; blocking, to be used in a thread."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PIL import Image

from storage.evidence.film.captions import captions_in
from storage.evidence.film.cut import Cut, cut
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
    frames_of,
    opening_of,
    settled,
)
from storage.evidence.film.reel import Held, film_of
from storage.evidence.film.sheet import SCALE, sheet_of
from storage.evidence.film.thumbnails import WhereIs
from storage.evidence.film.typeface import Typeface
from storage.evidence.history import History

FILM_FRAMES: Final = 24
"""Of the record; each can stand for two seconds in a film of a minute."""
SHEET_FRAMES: Final = 22
"""Of the record; with the first and the last they fill eight rows of three."""
_OPENING_MS, _CLOSING_MS, _PICTURES_MS, _FINISHED_MS = 2600, 5000, 2200, 4000
_WORDS_MS, _CHARACTER_MS, _LONGEST_MS = 1600, 40, 5000


@dataclass(frozen=True, slots=True)
class Source:
    """From which log, and from what state of it, a history was read."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Making:
    """What films and sheets are made with. `go_on` is called before each frame; what it raises ends the work."""

    typeface: Typeface
    language: str
    where_is: WhereIs
    go_on: Callable[[], None]

    def film(self, history: History, source: Source) -> bytes:
        """Return the film of a project (animated WebP); raise FilmTooLarge."""
        shots = _shots(history, source, cut(frames_of(history), FILM_FRAMES))
        painter, last = self._painter(1.0), len(shots) - 1
        draws = [partial(self._drawn, painter, shot, number / last) for number, shot in enumerate(shots)]
        return film_of([Held(draw, _hold_ms(shot)) for draw, shot in zip(draws, shots, strict=True)])

    def sheet(self, history: History, source: Source) -> bytes:
        """Return the contact sheet of a project (PNG)."""
        shots = _shots(history, source, cut(settled(frames_of(history)), SHEET_FRAMES))
        painter = self._painter(SCALE)
        return sheet_of([partial(self._drawn, painter, shot) for shot in shots])

    def _painter(self, scale: float) -> Painter:
        return Painter(self.typeface, captions_in(self.language), self.where_is, scale)

    def _drawn(self, painter: Painter, shot: Shot, progress: float | None = None) -> Image.Image:
        self.go_on()
        return painter.draw(shot, progress)


def _shots(history: History, source: Source, shown: Cut) -> Sequence[Shot]:
    root = b64encode(source.root).decode("ascii")
    closing = Closing(source.origin, history.project, source.size, root, shown.shown, shown.left_out)
    return (opening_of(history), *shown.frames, closing)


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
