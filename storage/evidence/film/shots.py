"""From a history to the shots of its film or sheet: which frames, between the first and the last. Nothing is drawn."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from storage.evidence.film.cut import Cut, cut
from storage.evidence.film.frames import (
    Candidates,
    Closing,
    Edit,
    Finished,
    Material,
    Opening,
    Shot,
    Shown,
    Words,
    frames_of,
    opening_of,
    settled,
)
from storage.evidence.history import History

FILM_FRAMES: Final = 24
"""Of the record; each can stand for two seconds in a film of a minute."""
SHEET_FRAMES: Final = 22
"""Of the record; with the first and the last they fill eight rows of three."""


@dataclass(frozen=True, slots=True)
class Source:
    """From which log, and from what state of it, a history was read."""

    origin: str
    size: int
    root: bytes


def film_shots(history: History, source: Source) -> tuple[Shot, ...]:
    """Return what a film of a project shows."""
    return _shots(history, source, cut(frames_of(history), FILM_FRAMES))


def sheet_shots(history: History, source: Source) -> tuple[Shot, ...]:
    """Return what a contact sheet of a project shows."""
    return _shots(history, source, cut(settled(frames_of(history)), SHEET_FRAMES))


def pictures_in(shots: Sequence[Shot]) -> frozenset[str]:
    """Return the hashes of the pictures that shots show."""
    return frozenset(shown.sha256 for shot in shots for shown in _shown(shot) if shown.sha256 is not None)


def _shots(history: History, source: Source, shown: Cut) -> tuple[Shot, ...]:
    root = b64encode(source.root).decode("ascii")
    closing = Closing(source.origin, history.project, source.size, root, shown.shown, shown.left_out)
    return (opening_of(history), *shown.frames, closing)


def _shown(shot: Shot) -> Iterator[Shown]:
    match shot:
        case Candidates(pictures=pictures):
            yield from pictures
        case Edit(before=before, after=after):
            yield from (after,) if before is None else (before, after)
        case Material(picture=picture) | Finished(picture=picture):
            yield from () if picture is None else (picture,)
        case Words() | Opening() | Closing():
            return
