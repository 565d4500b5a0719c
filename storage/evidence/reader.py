"""Reading the log for an export: shown events in pages, hidden stretches as the fewest subtrees."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from heapq import heappop, heappush, heapreplace

from sqlalchemy import ColumnElement, and_, func, select

from storage.database import Database
from storage.evidence.commitments import Sealed, unseal
from storage.evidence.keys import SubjectKeys, subject_of
from storage.evidence.kinds import Kind
from storage.evidence.leaf import LOG_PROJECT
from storage.evidence.merkle import Node
from storage.evidence.opening import EVERYTHING, Opening
from storage.evidence.sight import Sight
from storage.evidence.tree import subtree_hashes
from storage.tables import (
    evidence_checkpoint,
    evidence_disclosure,
    evidence_event,
    evidence_rotation,
    evidence_token,
)

PAGE = 500
_LEAST_PAGE = 20
# These hold no personal data and fix the log's own history; every bundle shows them.
ALWAYS_SHOWN = (
    Kind.LOG_OPENED,
    Kind.KEY_ROTATED,
    Kind.TIME_ANCHORED,
    Kind.CHECKPOINT_POSTED,
    Kind.CLOCK_SKEWED,
)


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
        self,
        projects: Collection[str],
        size: int,
        opening: Opening = EVERYTHING,
        *,
        of_the_log: bool = True,
        sights: Mapping[str, Sight] | None = None,
    ) -> AsyncIterator[ShownEvent]:
        """Yield the events of some projects, and of the log itself, below a size, in order.

        `opening` says which of their fields are opened, and `sights` whose, where not everybody's; those of the log
        always are.
        """
        page = max(PAGE // (len(projects) + 1), _LEAST_PAGE)
        seen = sights or {}
        streams = [
            self._events(evidence_event.c.project == project, size, opening, page, seen.get(project))
            for project in projects
        ]
        if of_the_log:
            own = and_(evidence_event.c.project == LOG_PROJECT, evidence_event.c.type.in_(ALWAYS_SHOWN))
            streams.append(self._events(own, size, EVERYTHING, page))
        async for event in _in_order(streams):
            yield event

    async def _events(
        self, of: ColumnElement[bool], size: int, opening: Opening, page: int, sight: Sight | None = None
    ) -> AsyncGenerator[ShownEvent]:
        """Yield the events of one project; asked for by its own numbers, for those are indexed."""
        after = -1
        while True:
            query = (
                select(evidence_event.c.seq, evidence_event.c.pseq, evidence_event.c.leaf, evidence_event.c.type)
                .where(of, evidence_event.c.pseq > after)
                .order_by(evidence_event.c.pseq)
                .limit(page)
            )
            async with self._database.read() as connection:
                rows = (await connection.execute(query)).all()
            opened = await self.disclosures([row.seq for row in rows], sight=sight)
            for row in rows:
                if row.seq >= size:
                    return
                told = [d for d in opened.get(row.seq, ()) if opening.shows(row.type, d[0])]
                yield ShownEvent(row.seq, bytes(row.leaf), tuple(told))
            if len(rows) < page:
                return
            after = rows[-1].pseq

    async def count(self, project: str, size: int) -> int:
        """Return how many events of a project are below a size."""
        query = select(func.count()).where(evidence_event.c.project == project, evidence_event.c.seq < size)
        async with self._database.read() as connection:
            return (await connection.scalar(query)) or 0

    async def sight(self, project: str, actor: str) -> Sight:
        """Return whose words a maker may open in a project as it is now."""
        confirming = (evidence_event.c.project == project) & (evidence_event.c.type == Kind.SHARE_CONFIRMED)
        async with self._database.read() as connection:
            leaves = (await connection.scalars(select(evidence_event.c.leaf).where(confirming))).all()
        confirmed: dict[str, int] = {}
        for leaf in map(json.loads, leaves):
            confirmed[leaf["actor"]] = max(confirmed.get(leaf["actor"], -1), *leaf["refs"])
        return Sight(actor, confirmed)

    async def newest(
        self, project: str, count: int, before: int | None = None, sight: Sight | None = None
    ) -> tuple[list[ShownEvent], int]:
        """Return some events of a project, opened, newest first, and how many it has in all.

        Those before one of its own numbers (pseq), where that is given: so that one can go on where a page ended.
        """
        theirs = evidence_event.c.project == project
        query = select(evidence_event.c.seq, evidence_event.c.leaf).where(theirs)
        if before is not None:
            query = query.where(evidence_event.c.pseq < before)
        async with self._database.read() as connection:
            rows = (await connection.execute(query.order_by(evidence_event.c.pseq.desc()).limit(count))).all()
            last = await connection.scalar(select(func.max(evidence_event.c.pseq)).where(theirs))
        told = await self.disclosures([row.seq for row in rows], sight=sight)
        shown = [ShownEvent(row.seq, bytes(row.leaf), tuple(told.get(row.seq, ()))) for row in rows]
        return shown, 0 if last is None else last + 1

    async def leaves(self, seqs: Collection[int]) -> dict[int, bytes]:
        """Return the bytes of some events by their number."""
        query = select(evidence_event.c.seq, evidence_event.c.leaf).where(evidence_event.c.seq.in_(list(seqs)))
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return {row.seq: bytes(row.leaf) for row in rows}

    async def disclosures(
        self, seqs: Collection[int], fields: Collection[str] | None = None, *, sight: Sight | None = None
    ) -> dict[int, list[tuple[str, str]]]:
        """Return (field, disclosure) of some events, as far as they can be opened; of all fields, or only of some.

        Where a `sight` is given, only as far as that goes.
        """
        query = (
            select(evidence_disclosure)
            .where(evidence_disclosure.c.seq.in_(list(seqs)))
            .order_by(evidence_disclosure.c.seq, evidence_disclosure.c.field)
        )
        if fields is not None:
            query = query.where(evidence_disclosure.c.field.in_(list(fields)))
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        keys = await self._keys.get_all({row.key_id for row in rows})
        found: dict[int, list[tuple[str, str]]] = {}
        for row in rows:
            if sight is not None and not sight.opens(subject_of(row.key_id), row.seq):
                continue
            key = keys.get(row.key_id)
            if key is not None:
                text = unseal(key, row.seq, row.field, Sealed(row.nonce, row.ct))
                found.setdefault(row.seq, []).append((row.field, text))
        return found

    async def hidden(self, start: int, end: int) -> list[tuple[int, bytes]]:
        """Return (level, hash) of the complete subtrees that cover the leaves start..end-1."""
        async with self._database.read() as connection:
            nodes = cover(start, end)
            hashes = await subtree_hashes(connection, nodes)
        return [(level, digest) for (level, _), digest in zip(nodes, hashes, strict=True)]

    async def checkpoint_note(self, size: int) -> bytes:
        """Return the note of the checkpoint of a size that is signed."""
        query = select(evidence_checkpoint.c.note).where(evidence_checkpoint.c.size == size)
        async with self._database.read() as connection:
            return bytes((await connection.execute(query)).scalar_one())

    async def stamped(self) -> int:
        """Return the size of the newest checkpoint that an authority has stamped with the time; 0 where none is."""
        async with self._database.read() as connection:
            return await connection.scalar(select(func.max(evidence_token.c.size))) or 0

    async def rotations(self, size: int) -> list[tuple[int, str, bytes]]:
        """Return (first size, vkey, hand-over) of every key in force up to a size; none where there was but one."""
        query = select(evidence_rotation).where(evidence_rotation.c.since <= size)
        async with self._database.read() as connection:
            rows = (await connection.execute(query.order_by(evidence_rotation.c.since))).all()
        return [(row.since, row.vkey, bytes(row.note)) for row in rows]


async def _in_order(streams: Sequence[AsyncGenerator[ShownEvent]]) -> AsyncIterator[ShownEvent]:
    """Merge streams that are in order each; one event of each is held."""
    waiting: list[tuple[int, int, ShownEvent]] = []
    async with AsyncExitStack() as stack:
        for number, stream in enumerate(streams):
            await stack.enter_async_context(aclosing(stream))
            if (event := await anext(stream, None)) is not None:
                heappush(waiting, (event.seq, number, event))
        while waiting:
            _, number, event = waiting[0]
            yield event
            following = await anext(streams[number], None)
            if following is None:
                heappop(waiting)
            else:
                heapreplace(waiting, (following.seq, number, following))


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
