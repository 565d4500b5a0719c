"""What a dossier consists of, before it is HTML or PDF: both say the same because both are drawn from this."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Look(StrEnum):
    """What a piece of text is; each is told apart by more than its colour."""

    PLAIN = "plain"
    CODE = "code"
    OWN = "own"
    """Words of the member, or of somebody else who typed them."""
    MACHINE = "machine"
    """Words that a model wrote."""
    ADDED = "added"
    REMOVED = "removed"
    ABSENT = "absent"
    """What is not on record, or not opened here."""
    EVENT = "event"
    """The number of an event; leads to it in the timeline."""
    LEAF = "leaf"
    """The number of an event; leads to its hash in the proof."""
    CITATION = "citation"
    """A number in the list of law and guidance."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text; `target` is the event or the citation it leads to, `language` is set where it is another one."""

    text: str
    look: Look = Look.PLAIN
    target: int | None = None
    language: str = ""


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph; a `note` stands a little apart."""

    line: Line
    note: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words as a block, and whose they are."""

    line: Line
    by: Line


@dataclass(frozen=True, slots=True)
class Particulars:
    """Names and what they stand for."""

    rows: tuple[tuple[str, Line], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption and a head; the first cell of a row names it.

    `shares` are the columns' widths, `anchors` the names under which others lead to a row.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    shares: tuple[int, ...]
    anchors: tuple[str, ...] = ()
    dense: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """Text for a machine, as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture by its name among the document's, what it shows in words, and what stands below it."""

    picture: str
    alternative: str
    caption: Line


@dataclass(frozen=True, slots=True)
class Figures:
    """Pictures in a row; `large` where they are to be compared."""

    figures: tuple[Figure, ...]
    large: bool = False


class Who(StrEnum):
    """Whose act an event is."""

    PERSON = "person"
    MACHINE = "machine"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline, for one event or several."""

    seqs: tuple[int, ...]
    number: Line
    time: str
    who: Who
    title: str
    lines: tuple[Line, ...] = ()
    figures: Figures | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """The entries of one day."""

    day: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a person and what a machine wrote, side by side: one of the two is empty."""

    who: Who
    head: Line
    blocks: tuple["Block", ...]


class Sign(StrEnum):
    """What a sign in a chart stands for; each has a shape of its own."""

    PERSON = "person"
    MACHINE = "machine"
    EMPTY = "empty"
    """A stretch of time in which nothing was done."""
    INTENT = "intent"
    DRAFT = "draft"
    CLAIM = "claim"
    SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Bar:
    """How many acts of a person and of a machine lie in one stretch of time."""

    person: int
    machine: int


NOTHING: Final = Bar(0, 0)


@dataclass(frozen=True, slots=True)
class Chart:
    """Acts over time, a bar for each stretch, the person's above a line and the machine's below it.

    `landmarks` are signs and the bars over which they stand, `first` and `last` what is written at the ends of the
    line. A document has one at most.
    """

    title: str
    alternative: str
    bars: tuple[Bar, ...]
    landmarks: tuple[tuple[Sign, int], ...]
    first: str
    last: str
    legend: tuple[tuple[Sign, str], ...]
    caption: Line

    @property
    def most(self) -> Bar:
        """Return the largest count on each side."""
        return Bar(max(bar.person for bar in self.bars), max(bar.machine for bar in self.bars))


Block = Prose | Quote | Particulars | Table | Code | Figures | Timeline | Exchange | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter, or a part of one."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    parts: tuple["Section", ...] = ()


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small picture, drawn anew from pixels."""

    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Document:
    """A whole dossier in one language."""

    language: str
    title: str
    subtitle: str
    cover: tuple[Block, ...]
    sections: tuple[Section, ...]
    labels: Mapping[str, str]
    """Words that the drawing itself needs: contents, page, person, machine, record."""
    pictures: Mapping[str, Thumbnail] = field(default_factory=dict)
