"""What a drafted statement consists of: sentences that rest on events, and gaps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from storage.evidence.dossier.document import Line
from storage.evidence.dossier.telling import Telling
from storage.evidence.dossier.words import Filling

Fill = Callable[[Telling], Mapping[str, Filling]]


def nothing(_: Telling) -> Mapping[str, Filling]:
    """Fill a sentence that has no gaps."""
    return {}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a draft, and the events it rests on."""

    key: str
    events: tuple[int, ...]
    fill: Fill = nothing

    def __post_init__(self) -> None:
        if not self.events:
            raise ValueError(f"{self.key} rests on no event")

    def told(self, telling: Telling) -> Line:
        """Return it in a language."""
        return telling.line(self.key, **self.fill(telling))


@dataclass(frozen=True, slots=True)
class Gap:
    """What is asked for and is not on record, or `closed`: not opened here. `events` are those that show it."""

    key: str
    events: tuple[int, ...] = ()
    fill: Fill = nothing
    closed: bool = False

    def told(self, telling: Telling) -> Line:
        """Return it in a language."""
        return telling.line(self.key, **self.fill(telling))


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked for."""

    label: str
    said: tuple[Sentence | Gap, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted statement; `language` is that of whoever is to read it, empty where it is for the member."""

    id: str
    language: str
    fields: tuple[Field, ...]
