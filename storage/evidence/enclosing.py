"""Which checkpoints of the log go into a bundle, with the stamps on them.

A busy log signs tens of thousands of checkpoints a year, and an hourly authority stamps thousands: enclosed all, they
would outgrow what a chat platform takes, and few of them say anything of the projects that are shown. So there go in:

* the first checkpoint above each shown event, which is the one in its receipt, and the one after that;
* of each authority, and of the calendars, the first stamp above each shown event (no later than that did it exist) and
  the last one below it (no earlier than that);
* every checkpoint that was posted where members could copy it, and every one of a new key;
* the newest ones, so that a receipt of these days is met whosesoever it is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, func, select

from storage.database import Database
from storage.evidence.commitments import opened
from storage.evidence.kinds import Kind
from storage.evidence.reader import ShownEvent
from storage.tables import (
    evidence_checkpoint,
    evidence_event,
    evidence_post,
    evidence_rotation,
    evidence_stamp,
    evidence_token,
)

RECENT: Final = 200
"""So many of the newest checkpoints go in, whatever they cover."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """Checkpoints as (size, note), tokens as (size, authority, token), OpenTimestamps files as (size, file)."""

    checkpoints: Sequence[tuple[int, bytes]]
    tokens: Sequence[tuple[int, str, bytes]]
    stamps: Sequence[tuple[int, bytes]]

    @property
    def sizes(self) -> list[int]:
        """Return the sizes at which the log has to be met."""
        return [size for size, _ in self.checkpoints]

    def token_hashes(self) -> frozenset[str]:
        """Return the hashes by which the log records the tokens."""
        return frozenset(sha256(token).hexdigest() for _, _, token in self.tokens)


def records_absent_token(event: ShownEvent, hashes: Collection[str]) -> bool:
    """Tell whether an event records a token that is not enclosed: it would only make its reader ask for it."""
    if f'"{Kind.TIME_ANCHORED}"'.encode() not in event.leaf:
        return False
    told = dict(event.disclosures).get("token")
    token: Any = None if told is None else opened(told)
    return isinstance(token, dict) and token.get("sha256") not in hashes


class Enclosing:
    """Chooses; `recent` is how many of the newest go in anyway."""

    def __init__(self, database: Database, recent: int = RECENT) -> None:
        self._database = database
        self._recent = recent

    async def of(self, projects: Collection[str], size: int) -> Enclosed:
        """Return what belongs into a bundle of some projects that ends at a size."""
        shown = evidence_event.c.project.in_(list(projects)) & (evidence_event.c.seq < size)
        wanted = await self._numbers(self._of_events(shown, size), self._of_the_log(size), self._newest(size))
        tokens = await self._stamped(evidence_token, shown, size, *await self._authorities())
        stamps = await self._stamped(evidence_stamp, shown, size, None)
        wanted |= {size, *(row.size for row in (*tokens, *stamps))}
        checkpoints = await self._rows(evidence_checkpoint, wanted)
        signed = {row.size for row in checkpoints}
        return Enclosed(
            [(row.size, bytes(row.note)) for row in checkpoints],
            [(row.size, row.source, bytes(row.body)) for row in tokens if row.size in signed],
            [(row.size, bytes(row.body)) for row in stamps if row.size in signed],
        )

    def _of_events(self, shown: ColumnElement[bool], size: int) -> list[Select[Any]]:
        """Ask for the first two checkpoints above each event; another export may have signed one in between since."""
        above = evidence_checkpoint.alias("above")
        first = _least(evidence_checkpoint, evidence_event.c.seq, size)
        firsts = select(first.label("size")).where(shown).distinct().subquery()
        second = select(func.min(above.c.size)).where(above.c.size > firsts.c.size, above.c.size <= size)
        return [select(firsts.c.size), select(second.scalar_subquery()).select_from(firsts)]

    def _of_the_log(self, size: int) -> list[Select[Any]]:
        posted = select(evidence_post.c.size).where(evidence_post.c.size <= size)
        since = select(_least(evidence_checkpoint, evidence_rotation.c.since - 1, size)).where(
            evidence_rotation.c.since <= size
        )
        return [posted, since]

    def _newest(self, size: int) -> list[Select[Any]]:
        query = select(evidence_checkpoint.c.size).where(evidence_checkpoint.c.size <= size)
        return [query.order_by(evidence_checkpoint.c.size.desc()).limit(self._recent)]

    async def _numbers(self, *queries: Sequence[Select[Any]]) -> set[int]:
        async with self._database.read() as connection:
            found = [await connection.scalars(query) for some in queries for query in some]
        # Size 0 is signed in every log and covers nothing.
        return {number for numbers in found for number in numbers if number}

    async def _authorities(self) -> Sequence[str]:
        async with self._database.read() as connection:
            return (await connection.scalars(select(evidence_token.c.source).distinct())).all()

    async def _stamped(
        self, table: Table, shown: ColumnElement[bool], size: int, *sources: str | None
    ) -> Sequence[Any]:
        """Return the stamps next to each event, above and below, of each source, and the newest."""
        rows: list[Any] = []
        for source in sources:
            of = (table.c.source == source) if source is not None else (table.c.size > 0)
            above = _least(table, evidence_event.c.seq, size, of)
            below = select(func.max(table.c.size)).where(table.c.size <= evidence_event.c.seq, of).scalar_subquery()
            newest = select(func.max(table.c.size)).where(table.c.size <= size, of)
            next_to = [select(bound).where(shown).distinct() for bound in (above, below)]
            rows += await self._rows(table, await self._numbers([*next_to, newest]), of)
        return sorted(rows, key=lambda row: row.size)

    async def _rows(self, table: Table, sizes: Collection[int], of: ColumnElement[bool] | None = None) -> list[Any]:
        """Return the rows of some sizes, smallest first."""
        ordered = sorted(sizes)
        found: list[Any] = []
        async with self._database.read() as connection:
            for at in range(0, len(ordered), 500):
                query = select(table).where(table.c.size.in_(ordered[at : at + 500]))
                found += (await connection.execute(query if of is None else query.where(of))).all()
        return found


def _least(table: Table, above: ColumnElement[int], size: int, *of: ColumnElement[bool]) -> Any:
    """Return the least size in a table above something, up to a size, as a part of a query."""
    return select(func.min(table.c.size)).where(table.c.size > above, table.c.size <= size, *of).scalar_subquery()
