"""Going through the whole log again: every leaf's hash, the tree above them, and every checkpoint that was signed.

What a start checks is the head and the newest checkpoint, in milliseconds. This is for a restored backup, and for an
operator who wants to know: seconds for a million events.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.errors import LedgerMismatch
from storage.evidence.keys import load_signing_key
from storage.evidence.ledger import open_checkpoint, reigns_of
from storage.evidence.merkle import Frontier, Node, leaf_hash
from storage.evidence.notes import Checkpoint, Reign
from storage.tables import evidence_checkpoint, evidence_event, evidence_head, evidence_node

_PAGE = 2_000


@dataclass(frozen=True, slots=True)
class Audited:
    """A log that is what was signed: its name, how many events and checkpoints it holds, and what the newest covers."""

    origin: str
    events: int
    checkpoints: int
    signed: int


async def audit(database: Database, keys: Path, published: str | None = None) -> Audited:
    """Check a log from its first event to its head against the keys in a folder; nothing is written.

    `published` is the newest checkpoint as it is kept outside the database. Raise LedgerMismatch with the first thing
    that does not fit, or FileNotFoundError where the signing key is missing.
    """
    async with database.read() as connection:
        head = (await connection.execute(select(evidence_head))).one()
        reigns = await reigns_of(connection, load_signing_key(keys / "log.key", head.origin, create=False).verifier)
        signed = await _signed(connection, reigns)
        if published is not None:
            kept = _opened(published, reigns)
            if signed.setdefault(kept.size, kept.root) != kept.root:
                raise LedgerMismatch(f"the published checkpoint of {kept.size} events is not the one of the database")
        tree = await _rebuilt(connection, dict(signed), head.size)
        if tree.size != head.size or tree.pack() != bytes(head.frontier):
            raise LedgerMismatch("the head of the ledger does not fit its events")
    return Audited(head.origin, head.size, len(signed), max(signed, default=0))


async def _signed(connection: AsyncConnection, reigns: tuple[Reign, ...]) -> dict[int, bytes]:
    """Return the root at every size that was signed."""
    roots = {}
    for row in await connection.execute(select(evidence_checkpoint).order_by(evidence_checkpoint.c.size)):
        signed = _opened(bytes(row.note).decode(), reigns)
        if signed.size != row.size:
            raise LedgerMismatch(f"the checkpoint of size {row.size} says {signed.size}")
        roots[row.size] = signed.root
    return roots


def _opened(note: str, reigns: tuple[Reign, ...]) -> Checkpoint:
    try:
        return open_checkpoint(note, reigns)
    except ValueError as error:
        raise LedgerMismatch(f"a checkpoint is not one of this log: {error}") from error


async def _rebuilt(connection: AsyncConnection, wanted: dict[int, bytes], size: int) -> Frontier:
    """Build the tree anew from the leaves, held against each root that was signed on the way."""
    tree = Frontier()
    tiles: dict[Node, bytes] = {}
    while tree.size < size:
        query = (
            select(evidence_event.c.seq, evidence_event.c.leaf, evidence_event.c.h)
            .where(evidence_event.c.seq >= tree.size)
            .order_by(evidence_event.c.seq)
            .limit(_PAGE)
        )
        rows = (await connection.execute(query)).all()
        if not rows:
            break
        for row in rows:
            if row.seq != tree.size:
                raise LedgerMismatch(f"event {tree.size} is missing")
            if leaf_hash(bytes(row.leaf)) != bytes(row.h):
                raise LedgerMismatch(f"event {row.seq} is not the one that was recorded")
            tree = tree.push(bytes(row.h), lambda level, index, digest: tiles.__setitem__((level, index), digest))
            root = wanted.pop(tree.size, None)
            if root is not None and root != tree.root():
                raise LedgerMismatch(f"the events below {tree.size} are not those that were signed")
        await _check_tiles(connection, tiles)
        tiles.clear()
    wanted.pop(0, None)
    if wanted:
        raise LedgerMismatch(f"a checkpoint of {max(wanted)} events was signed, but the database holds {tree.size}")
    return tree


async def _check_tiles(connection: AsyncConnection, tiles: Mapping[Node, bytes]) -> None:
    """Hold the subtrees that proofs are read from against those of the leaves."""
    for (level, index), digest in tiles.items():
        query = select(evidence_node.c.h).where(evidence_node.c.level == level, evidence_node.c.idx == index)
        if await connection.scalar(query) != digest:
            raise LedgerMismatch(f"the subtree {index} of level {level} does not fit its events")
