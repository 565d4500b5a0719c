"""The opened history of a project: what dossiers, checks and exports for people are made from.

It holds whole projects in memory, which is what a person can read; bundles stream instead.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from storage.evidence.commitments import JsonValue, opened
from storage.evidence.kinds import Kind
from storage.evidence.merkle import leaf_hash
from storage.evidence.opening import EVERYTHING, Opening
from storage.evidence.reader import LogReader, ShownEvent
from storage.evidence.sight import Sight


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """One event with the values that can be opened; `closed` names the fields that cannot (erased or withheld)."""

    seq: int
    pseq: int
    at: datetime
    kind: str
    actor: str
    project: str
    refs: tuple[int, ...]
    fields: Mapping[str, JsonValue]
    closed: tuple[str, ...]
    leaf_sha256: bytes

    def text(self, field: str) -> str:
        """Return a field's text; empty where it has none or it cannot be opened."""
        value = self.fields.get(field)
        return value if isinstance(value, str) else ""

    def map(self, field: str) -> Mapping[str, JsonValue]:
        """Return a field that holds an object; empty where it has none or it cannot be opened."""
        value = self.fields.get(field)
        return value if isinstance(value, Mapping) else {}

    @property
    def holds_text(self) -> bool:
        """Tell whether the event has a text, opened or not: a candidate or an edit that is no picture."""
        return "text" in self.fields or "text" in self.closed

    @property
    def image_sha256(self) -> str | None:
        """Return the hash of the picture that the event names, if it names one."""
        digest = self.map("image").get("sha256")
        return digest if isinstance(digest, str) else None

    @property
    def file_name(self) -> str:
        """Return the name of the file that the event names beside a picture; empty where it names none."""
        name = self.map("file").get("name")
        return name if isinstance(name, str) else ""


@dataclass(frozen=True)
class History:
    """All events of one project in their order."""

    project: str
    events: tuple[RecordedEvent, ...]

    def __iter__(self) -> Iterator[RecordedEvent]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)

    @cached_property
    def by_seq(self) -> Mapping[int, RecordedEvent]:
        """Return the events by their number."""
        return {event.seq: event for event in self.events}

    def of(self, *kinds: Kind) -> tuple[RecordedEvent, ...]:
        """Return the events of some kinds."""
        return tuple(event for event in self.events if event.kind in kinds)

    def referring_to(self, seq: int, *kinds: Kind) -> tuple[RecordedEvent, ...]:
        """Return the events of some kinds that refer to an event."""
        return tuple(event for event in self.of(*kinds) if seq in event.refs)

    @property
    def title(self) -> str:
        """Return the project's latest title; empty where it was erased."""
        titles = [event.text("title") for event in self.of(Kind.PROJECT_OPENED, Kind.STATEMENT_DECLARED)]
        return next((title for title in reversed(titles) if title), "")


@dataclass(frozen=True, slots=True)
class Page:
    """Some events of a project, newest first, and how many it has in all."""

    project: str
    events: tuple[RecordedEvent, ...]
    total: int


async def history_of(
    reader: LogReader, project: str, size: int, opening: Opening = EVERYTHING, sight: Sight | None = None
) -> History:
    """Read the history of a project below a size of the log; `opening` says which fields are opened, `sight` whose."""
    sights = {} if sight is None else {project: sight}
    shown = reader.shown([project], size, opening, of_the_log=False, sights=sights)
    return History(project, tuple([recorded(event) async for event in shown]))


async def page_of(
    reader: LogReader, project: str, count: int, before: int | None = None, sight: Sight | None = None
) -> Page:
    """Read the newest events of a project, or those before one of its own numbers (pseq)."""
    shown, total = await reader.newest(project, count, before, sight)
    return Page(project, tuple(map(recorded, shown)), total)


def recorded(event: ShownEvent) -> RecordedEvent:
    """Return an event of the log with its opened values."""
    leaf = json.loads(event.leaf)
    fields = {name: opened(text) for name, text in event.disclosures}
    return RecordedEvent(
        seq=event.seq,
        pseq=leaf["pseq"],
        at=datetime.fromisoformat(leaf["ts"]),
        kind=leaf["type"],
        actor=leaf["actor"],
        project=leaf["project"],
        refs=tuple(leaf["refs"]),
        fields=fields,
        closed=tuple(sorted(leaf["fields"].keys() - fields.keys())),
        leaf_sha256=leaf_hash(event.leaf),
    )
