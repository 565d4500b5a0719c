"""Hashes of any range of leaves, read from what the database keeps: leaf hashes and tile subtrees."""

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.evidence.merkle import (
    Node,
    Range,
    consistency_ranges,
    decompose,
    fold,
    inclusion_ranges,
    node_hash,
)
from storage.tables import evidence_event, evidence_node

_TILE = 8


async def subtree_hashes(connection: AsyncConnection, nodes: Sequence[Node]) -> list[bytes]:
    """Return the hashes of complete subtrees that follow one another.

    Those that lie in one level of tiles are read at once.
    """
    found: list[bytes] = []
    for below, run in groupby(nodes, lambda node: node[0] - node[0] % _TILE):
        group = list(run)
        spans = [(index << level - below, index + 1 << level - below) for level, index in group]
        first, end = spans[0][0], spans[-1][1]
        hashes = await _stored(connection, below, first, end)
        if len(hashes) != end - first:
            raise LookupError(f"subtrees {group} are not complete")
        found += [fold_complete(hashes[start - first : stop - first]) for start, stop in spans]
    return found


async def _stored(connection: AsyncConnection, level: int, first: int, end: int) -> list[bytes]:
    """Return what is kept of a level that has tiles: leaf hashes, or the hashes of their complete subtrees."""
    if level == 0:
        at, h = evidence_event.c.seq, evidence_event.c.h
        query = select(h).where(at >= first, at < end)
    else:
        at, h = evidence_node.c.idx, evidence_node.c.h
        query = select(h).where(evidence_node.c.level == level, at >= first, at < end)
    return [bytes(each) for each in await connection.scalars(query.order_by(at))]


def fold_complete(hashes: Sequence[bytes]) -> bytes:
    """Fold a power of two of sibling hashes into their common parent."""
    level = list(hashes)
    while len(level) > 1:
        level = [node_hash(level[i], level[i + 1]) for i in range(0, len(level), 2)]
    return level[0]


async def range_hash(connection: AsyncConnection, span: Range) -> bytes:
    """Return MTH(D[start:end])."""
    return fold(await subtree_hashes(connection, decompose(*span)))


async def root_at(connection: AsyncConnection, size: int) -> bytes:
    """Return the root that the tree had at a size."""
    return await range_hash(connection, (0, size))


async def inclusion_path(connection: AsyncConnection, index: int, size: int) -> list[bytes]:
    """Return PATH(index, D[size])."""
    return [await range_hash(connection, span) for span in inclusion_ranges(index, size)]


async def consistency_path(connection: AsyncConnection, old: int, new: int) -> list[bytes]:
    """Return PROOF(old, D[new])."""
    return [await range_hash(connection, span) for span in consistency_ranges(old, new)]
