"""Reading the log for an export: shown events in pages, hidden stretches as the fewest subtrees."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from storage.database import Database
from storage.evidence.commitments import Sealed, unseal
from storage.evidence.keys import SubjectKeys
from storage.evidence.kinds import Kind
from storage.evidence.leaf import LOG_PROJECT
from storage.evidence.merkle import Node
from storage.evidence.opening import EVERYTHING, Opening
from storage.evidence.tree import subtree_hash
from storage.tables import (
    evidence_checkpoint,
    evidence_disclosure,
    evidence_event,
    evidence_rotation,
    evidence_token,
)

PAGE = 500
# These hold no personal data and fix the log's own history; every bundle shows them.
ALWAYS_SHOWN = (Kind.LOG_OPENED, Kind.KEY_ROTATED, Kind.TIME_ANCHORED, Kind.CLOCK_SKEWED)


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """An event of the export: its number, its bytes, and (field, disclosure) of what can be opened."""

    seq: int
    leaf: bytes
    disclosures: tuple[tuple[str, str], ...]


class LogReader:
    """Reads what an export needs, a page at a time, so that memory does not grow with the log."""

    def __init__(self, database: Database, keys: SubjectKeys) -> None:
        self._database = database
        self._keys = keys

    async def shown(
        self, projects: Collection[str], size: int, opening: Opening = EVERYTHING, *, of_the_log: bool = True
    ) -> AsyncIterator[ShownEvent]:
        """Yield the events of some projects, and of the log itself, below a size, in order.

        `opening` says which of their fields are opened; those of the log always are.
        """
        theirs = evidence_event.c.project.in_(list(projects))
        own = and_(evidence_event.c.project == LOG_PROJECT, evidence_event.c.type.in_(ALWAYS_SHOWN))
        wanted = or_(theirs, own) if of_the_log else theirs
        after = -1
        while True:
            query = (
                select(evidence_event.c.seq, evidence_event.c.leaf, evidence_event.c.project, evidence_event.c.type)
                .where(wanted, evidence_event.c.seq > after, evidence_event.c.seq < size)
                .order_by(evidence_event.c.seq)
                .limit(PAGE)
            )
            async with self._database.read() as connection:
                rows = (await connection.execute(query)).all()
            if not rows:
                return
            opened = await self._open([row.seq for row in rows])
            for row in rows:
                of_log = row.project == LOG_PROJECT
                told = [d for d in opened.get(row.seq, ()) if of_log or opening.shows(row.type, d[0])]
                yield ShownEvent(row.seq, bytes(row.leaf), tuple(told))
            after = rows[-1].seq

    async def count(self, project: str, size: int) -> int:
        """Return how many events of a project are below a size."""
        query = select(func.count()).where(evidence_event.c.project == project, evidence_event.c.seq < size)
        async with self._database.read() as connection:
            return (await connection.scalar(query)) or 0

    async def _open(self, seqs: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
        query = (
            select(evidence_disclosure)
            .where(evidence_disclosure.c.seq.in_(seqs))
            .order_by(evidence_disclosure.c.seq, evidence_disclosure.c.field)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        found: dict[int, list[tuple[str, str]]] = {}
        for row in rows:
            key = await self._keys.get(row.key_id)
            if key is not None:
                text = unseal(key, row.seq, row.field, Sealed(row.nonce, row.ct))
                found.setdefault(row.seq, []).append((row.field, text))
        return found

    async def hidden(self, start: int, end: int) -> list[tuple[int, bytes]]:
        """Return (level, hash) of the complete subtrees that cover the leaves start..end-1."""
        async with self._database.read() as connection:
            return [(node[0], await subtree_hash(connection, node)) for node in cover(start, end)]

    async def checkpoints(self, size: int) -> list[tuple[int, bytes]]:
        """Return (size, note) of every checkpoint up to a size."""
        query = select(evidence_checkpoint.c.size, evidence_checkpoint.c.note).where(
            evidence_checkpoint.c.size <= size, evidence_checkpoint.c.size > 0
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query.order_by(evidence_checkpoint.c.size))).all()
        return [(row.size, bytes(row.note)) for row in rows]

    async def tokens(self, size: int) -> list[tuple[int, str, bytes]]:
        """Return (size, authority, token) of every time stamp on a checkpoint up to a size."""
        query = select(evidence_token).where(evidence_token.c.size <= size)
        async with self._database.read() as connection:
            rows = (await connection.execute(query.order_by(evidence_token.c.size, evidence_token.c.source))).all()
        return [(row.size, row.source, bytes(row.body)) for row in rows]

    async def rotations(self, size: int) -> list[tuple[int, str, bytes]]:
        """Return (first size, vkey, hand-over) of every key in force up to a size; none where there was but one."""
        query = select(evidence_rotation).where(evidence_rotation.c.since <= size)
        async with self._database.read() as connection:
            rows = (await connection.execute(query.order_by(evidence_rotation.c.since))).all()
        return [(row.since, row.vkey, bytes(row.note)) for row in rows]


def cover(start: int, end: int) -> list[Node]:
    """Return the fewest complete subtrees that cover start..end-1 from left to right."""
    nodes: list[Node] = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes
