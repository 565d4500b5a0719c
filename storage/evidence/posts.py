"""Checkpoints that were shown to members: whoever saw one is a witness of the log up to its size.

Each post is recorded (`checkpoint.posted`). The number of the message is the platform's own clock, so a post also bears
witness of a time, though the platform and the operator's bot can both take it down again.
"""

from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.evidence.commitments import JsonValue
from storage.evidence.kinds import Kind
from storage.evidence.leaf import LOG_PROJECT
from storage.evidence.ledger import Ledger
from storage.evidence.sealing import NewEvent
from storage.tables import evidence_checkpoint, evidence_event, evidence_post

LANDMARKS = ("export.made", "key.rotated")
"""A checkpoint that ends with one of these is worth showing soon: somebody holds its bundle, or it has a new key."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The size of a checkpoint that stands in a channel, and since when by the platform's clock."""

    size: int
    at_ms: int


class Posts:
    """The repository of these acts; a channel is named as its platform names it."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger

    async def last(self, channel: str) -> Posted | None:
        """Return the newest checkpoint that stands in a channel."""
        query = (
            select(evidence_post.c.size, evidence_post.c.posted_at)
            .where(evidence_post.c.channel == channel)
            .order_by(evidence_post.c.size.desc())
            .limit(1)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else Posted(row.size, row.posted_at)

    async def landmark(self, above: int) -> int | None:
        """Return the size of the newest checkpoint above a size that ends with an export or a hand-over."""
        query = (
            select(func.max(evidence_checkpoint.c.size))
            .join(evidence_event, evidence_event.c.seq == evidence_checkpoint.c.size - 1)
            .where(evidence_checkpoint.c.size > above, evidence_event.c.type.in_(LANDMARKS))
        )
        async with self._database.read() as connection:
            newest: int | None = await connection.scalar(query)
        return newest

    async def record(self, channel: str, size: int, message: str, at_ms: int) -> None:
        """Record that the checkpoint of a size now stands in a channel."""

        async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
            row = {"channel": channel, "size": size, "message": message, "posted_at": at_ms}
            await connection.execute(insert(evidence_post).values(row))

        told: dict[str, JsonValue] = {"size": size, "channel": channel, "id": message}
        await self._ledger.append(NewEvent(LOG_PROJECT, Kind.CHECKPOINT_POSTED, "sys", {"message": told}), rows=rows)
