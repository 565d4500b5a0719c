"""The rows of docs/faults.md: each belongs to a test that puts the fault in, and asserts what the row says.

A test takes the fixture `outcome` and asserts every part of its row in a block of that name:

    @fault("Killed while it draws", at=DRAFTS, member="...", kept="...", operator="...")
    async def test_...(outcome: Outcome) -> None:
        with outcome.member:
            assert ...

It fails where a part was not asserted, so no row can say what nobody has seen.
"""

import importlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "faults.md"
MARK: Final = "fault"
DRAFTS, LANGUAGE, BOT = "The drafts server", "The language server", "The bot"
DATABASE, DISK, CLOCK, PLATFORM = "The database", "The disk", "The clock", "Discord"
PLACES: Final = (DRAFTS, LANGUAGE, BOT, DATABASE, DISK, CLOCK, PLATFORM)
MODULES: Final = (
    "tests.faults.test_killed",
    "tests.faults.test_drafts_server",
    "tests.faults.test_language_server",
    "tests.faults.test_bot",
    "tests.faults.test_database",
    "tests.faults.test_disk",
    "tests.faults.test_clock",
    "tests.faults.test_discord",
)
"""Where rows are, in the order of the page."""
_HEAD: Final = """\
# Faults, and what comes of them

<!-- Written by `make faults`, which runs the tests first; a test fails when it is stale. -->

Each row is a test that puts the fault in and asserts the whole row: what the member sees, what is kept and how it goes
on, what the operator sees. `make faults` runs them and writes this page.
"""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One fault and its outcome."""

    what: str
    at: str
    member: str
    kept: str
    operator: str


PARTS: Final = tuple(field.name for field in fields(Row) if field.name not in ("what", "at"))


def fault(what: str, *, at: str, member: str, kept: str, operator: str) -> pytest.MarkDecorator:
    """Give a test, or one of its parameters, a row."""
    assert at in PLACES
    return pytest.mark.fault(Row(what, at, member, kept, operator))


class Outcome:
    """The parts of a row, each to be asserted in a block."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self._seen: set[str] = set()

    @property
    def member(self) -> Any:
        """What the member sees is asserted here."""
        return self._asserted("member")

    @property
    def kept(self) -> Any:
        """What is kept, and how it goes on, is asserted here."""
        return self._asserted("kept")

    @property
    def operator(self) -> Any:
        """What the operator sees is asserted here."""
        return self._asserted("operator")

    @property
    def unseen(self) -> list[str]:
        """Return the parts that nobody asserted."""
        return [part for part in PARTS if part not in self._seen]

    @contextmanager
    def _asserted(self, part: str) -> Iterator[None]:
        yield
        self._seen.add(part)


def row_of(item: pytest.Item) -> Row | None:
    """Return the row of a test."""
    mark = item.get_closest_marker(MARK)
    return None if mark is None else _row(mark)


def _row(mark: pytest.Mark) -> Row:
    row = mark.args[0]
    assert isinstance(row, Row)
    return row


def rows() -> list[Row]:
    """Return the rows that the tests carry, in the order in which they stand."""
    return [row for module in MODULES for row in _rows_of(importlib.import_module(module))]


def _rows_of(module: Any) -> Iterator[Row]:
    tests = [value for name, value in vars(module).items() if name.startswith("test_") and inspect.isfunction(value)]
    for test in tests:
        for mark in _marks(test):
            yield _row(mark)


def _marks(test: Callable[..., Any]) -> Iterator[pytest.Mark]:
    """Return the marks of rows that a test carries, itself or in its parameters."""
    for mark in getattr(test, "pytestmark", ()):
        if mark.name == MARK:
            yield mark
        elif mark.name == "parametrize":
            for given in mark.args[1]:
                yield from (inner for inner in getattr(given, "marks", ()) if inner.name == MARK)


def page() -> str:
    """Return the page."""
    everything = rows()
    there = [place for place in PLACES if any(row.at == place for row in everything)]
    sections = [_section(place, [row for row in everything if row.at == place]) for place in there]
    return "\n".join([_HEAD, *sections])


def _section(place: str, found: list[Row]) -> str:
    lines = [
        f"## {place}",
        "",
        "| what goes wrong | the member | what is kept, and how it goes on | the operator |",
        "| --- | --- | --- | --- |",
        *(f"| {row.what} | {row.member} | {row.kept} | {row.operator} |" for row in found),
    ]
    return "\n".join([*lines, ""])
