"""Which events of a server a moderator asked for: only of that server, and only as far as the record says so."""

import json
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, select

from storage.clock import iso_ms
from storage.database import Database
from storage.evidence.commitments import JsonValue, opened
from storage.evidence.kinds import Kind
from storage.evidence.moderation_export import IDENTITY, Binding, Selected, Whose
from storage.evidence.places import FIELD as PLACE
from storage.evidence.places import Place, Places
from storage.evidence.reader import PAGE, LogReader
from storage.tables import actors, evidence_event, members, projects

_OF_THE_OWNER: Final = 1
"""The place in a project of the event that says whose it is: right after its opening."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events of a server: of one member, in one channel, from a time on and before another."""

    member: str | None = None
    channel: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None

    def as_field(self) -> dict[str, JsonValue]:
        """Return the filters as they are recorded; what is not filtered is not in it."""
        times = {"since": self.since_ms, "until": self.until_ms}
        told: dict[str, JsonValue] = {name: iso_ms(ms) for name, ms in times.items() if ms is not None}
        return told | {name: value for name in ("member", "channel") if (value := getattr(self, name)) is not None}

    def fits(self, guild: str, place: Place | None) -> bool:
        """Tell whether an event that happened there is wanted of a server; None is where its project was opened."""
        if place is None:
            return self.channel is None
        return place.guild == guild and self.channel in (None, place.channel)


class Selector:
    """Finds them, a page at a time; what it keeps of an event is its number."""

    def __init__(self, database: Database, reader: LogReader) -> None:
        self._database = database
        self._reader = reader

    async def select(self, guild: str, wanted: Wanted, size: int) -> Selected:
        """Return the wanted events of a server, below a size of the log."""
        selected, places = Selected(size), Places(self._reader)
        known: set[str] = set()
        bindings: dict[Whose, Binding] = {}
        async for page in self._pages(guild, wanted, size):
            new = {row.project for row in page} - known
            known |= new
            bindings |= await self._bindings(new)
            told = await self._reader.disclosures([row.seq for row in page], [PLACE])
            for row in page:
                said = told.get(row.seq)
                place = await places.of(bytes(row.leaf), opened(said[0][1]) if said else None)
                whose = Whose.of(json.loads(row.leaf))
                binding = bindings.get(whose)
                theirs = wanted.member is None or (binding is not None and binding.member == wanted.member)
                if theirs and wanted.fits(guild, place):
                    selected.add(row.seq, whose, row.type, binding)
        return selected

    async def _pages(self, guild: str, wanted: Wanted, size: int) -> AsyncIterator[list[Any]]:
        after = (0 if wanted.since_ms is None else await self._first_at(wanted.since_ms, size)) - 1
        end = size if wanted.until_ms is None else await self._first_at(wanted.until_ms, size)
        while True:
            query = _of_server(guild, wanted.member).where(evidence_event.c.seq > after, evidence_event.c.seq < end)
            async with self._database.read() as connection:
                rows = (await connection.execute(query.order_by(evidence_event.c.seq).limit(PAGE))).all()
            if not rows:
                return
            yield list(rows)
            after = rows[-1].seq

    async def _first_at(self, at_ms: int, size: int) -> int:
        """Return the first event that is not before a time: times never run back, so it is found by halving."""
        wanted, low, high = iso_ms(at_ms), 0, size
        while low < high:
            middle = (low + high) // 2
            if json.loads((await self._reader.leaves([middle]))[middle])["ts"] < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    async def _bindings(self, among: Collection[str]) -> dict[Whose, Binding]:
        """Return the events that say whose the pseudonyms in projects are, where that was not erased.

        Who joined again said it again: the first time counts.
        """
        query = (
            select(evidence_event.c.seq, evidence_event.c.pseq, evidence_event.c.leaf)
            .where(evidence_event.c.project.in_(list(among)), evidence_event.c.type == Kind.ACTOR_BOUND)
            .order_by(evidence_event.c.seq)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        told = await self._reader.disclosures([row.seq for row in rows], [IDENTITY])
        found: dict[Whose, Binding] = {}
        for row in rows:
            if row.seq in told:
                whose, binding = Whose.of(json.loads(row.leaf)), Binding(row.seq, told[row.seq][0][1])
                found.setdefault(whose, binding)
                if row.pseq == _OF_THE_OWNER:
                    found[Whose(whose.project, "")] = binding
        return found


def _of_server(guild: str, member: str | None) -> Select[tuple[int, bytes, str, str]]:
    theirs = select(projects.c.id).where(projects.c.guild_id == guild)
    if member is not None:
        makers = actors.join(members, members.c.id == actors.c.member_id)
        theirs = theirs.join(makers, actors.c.project_id == projects.c.id).where(members.c.platform_user_id == member)
    event = evidence_event.c
    # Concatenated, so that SQLite goes through the log in its order: by the index on projects it would gather and
    # sort everything again for each page.
    return select(event.seq, event.leaf, event.project, event.type).where(event.project.concat("").in_(theirs))
