"""Hashes of any range of leaves, read from what the database keeps: leaf hashes and tile subtrees."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.evidence.merkle import (
    TILE_LEVELS,
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


async def subtree_hash(connection: AsyncConnection, node: Node) -> bytes:
    """Return the hash of a complete subtree; at most 256 rows are read."""
    level, index = node
    if level in TILE_LEVELS:
        row = await connection.scalar(
            select(evidence_node.c.h).where(evidence_node.c.level == level, evidence_node.c.idx == index)
        )
        if row is None:
            raise LookupError(f"subtree {node} is not complete")
        return bytes(row)
    below = level - level % _TILE
    first, count = index << (level - below), 1 << (level - below)
    if below == 0:
        query = select(evidence_event.c.h).where(evidence_event.c.seq >= first, evidence_event.c.seq < first + count)
        query = query.order_by(evidence_event.c.seq)
    else:
        query = select(evidence_node.c.h).where(
            evidence_node.c.level == below, evidence_node.c.idx >= first, evidence_node.c.idx < first + count
        )
        query = query.order_by(evidence_node.c.idx)
    hashes = [bytes(h) for h in await connection.scalars(query)]
    if len(hashes) != count:
        raise LookupError(f"subtree {node} is not complete")
    return fold_complete(hashes)


def fold_complete(hashes: Sequence[bytes]) -> bytes:
    """Fold a power of two of sibling hashes into their common parent."""
    level = list(hashes)
    while len(level) > 1:
        level = [node_hash(level[i], level[i + 1]) for i in range(0, len(level), 2)]
    return level[0]


async def range_hash(connection: AsyncConnection, span: Range) -> bytes:
    """Return MTH(D[start:end])."""
    return fold([await subtree_hash(connection, node) for node in decompose(*span)])


async def root_at(connection: AsyncConnection, size: int) -> bytes:
    """Return the root that the tree had at a size."""
    return await range_hash(connection, (0, size))


async def inclusion_path(connection: AsyncConnection, index: int, size: int) -> list[bytes]:
    """Return PATH(index, D[size])."""
    return [await range_hash(connection, span) for span in inclusion_ranges(index, size)]


async def consistency_path(connection: AsyncConnection, old: int, new: int) -> list[bytes]:
    """Return PROOF(old, D[new])."""
    return [await range_hash(connection, span) for span in consistency_ranges(old, new)]
