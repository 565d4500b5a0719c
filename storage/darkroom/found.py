"""What comes back from a darkroom, and what a picture is refused for."""

from dataclasses import dataclass
from enum import StrEnum

from storage.errors import StorageError


class Why(StrEnum):
    """What is wrong with a file."""

    TYPE = "type"
    """It is no PNG, JPEG or WebP, or no zip where that was wanted."""
    PIXELS = "pixels"
    """A side, or the whole, has more pixels than a picture may have."""
    BOMB = "bomb"
    """It says that it becomes so large that nobody looks any further."""
    BROKEN = "broken"
    """It is damaged or cut off."""
    COSTLY = "costly"
    """To open it took more memory or time than it may, or ended the process that tried."""


class FileRefused(StorageError):
    """A picture or a bundle is not opened; `width` and `height` are what its header says, where that is the reason."""

    def __init__(self, why: Why, width: int = 0, height: int = 0) -> None:
        super().__init__(why.value)
        self.why = why
        self.width = width
        self.height = height


class NotDrawn(StorageError):
    """A film, a sheet or a chart was given up: it took more memory or time than it may, or failed."""


class DarkroomBusy(StorageError):
    """So many pictures wait to be opened that another one would take memory that the bot needs."""


class DarkroomClosed(StorageError):
    """The bot is stopping; nothing more is opened."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A sound picture: what it is, its size as it is seen, and whether it marks anything where it is to be a mask."""

    mime: str
    size: tuple[int, int]
    marks_something: bool | None = None


@dataclass(frozen=True, slots=True)
class Pixels:
    """The hash of a picture's bare pixels, and its size as it is stored."""

    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Traces:
    """By what a picture can be found in a record: its bytes, its pixels, and the numbers in its marks."""

    sha256: str
    pixels_sha256: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lead:
    """An event that a picture leads to; `path` is where the recorded file lies, if it was not erased."""

    seq: int
    sha256: str
    produce_id: str | None
    path: str


@dataclass(frozen=True, slots=True)
class FoundLeads:
    """The events that a picture leads to: by its bytes, by its pixels, by its marks."""

    exact: tuple[Lead, ...] = ()
    same_pixels: tuple[Lead, ...] = ()
    named: tuple[Lead, ...] = ()
