"""On whose word a moderator's act is done: recorded with everything that is done under it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import iso_ms, now_ms
from storage.evidence.commitments import JsonValue
from storage.evidence.kinds import Kind
from storage.evidence.leaf import LOG_PROJECT
from storage.evidence.ledger import Ledger, Receipt, Rows
from storage.evidence.sealing import NewEvent
from storage.tables import moderation_acts, notices


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a member is told only later, and when."""

    until_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class Mandate:
    """Who acts in which server, and why."""

    guild: str
    who: str
    reason: str
    hold: Hold | None = None

    def as_scope(self, **more: JsonValue) -> dict[str, JsonValue]:
        """Return the field `scope` of an event."""
        told: dict[str, JsonValue] = {"by": "moderator", "who": self.who, "guild": self.guild, "reason": self.reason}
        scope = told | more
        if self.hold is not None:
            scope["hold"] = {"until": iso_ms(self.hold.until_ms), "reason": self.hold.reason}
        return scope


async def record_act(
    ledger: Ledger,
    mandate: Mandate,
    act: str,
    scope: Mapping[str, JsonValue],
    rows: Rows[None],
    *,
    tell: str | None = None,
) -> Receipt:
    """Record an act once for its server, with the rows that it changes, in one transaction.

    `tell` is the member who is told of it. The log outlives an erasure, so that a scope never holds who a member is on
    the chat platform, only our own name for them.
    """

    async def written(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
        await rows(connection, seqs)
        await rows_of_act(mandate, {} if tell is None else {tell: seqs[0]})(connection, seqs)

    event = NewEvent(LOG_PROJECT, Kind.MODERATION_ACTED, "sys", {"act": act, "scope": mandate.as_scope(**scope)})
    return (await ledger.append(event, rows=written)).receipts[0]


def rows_of_act(mandate: Mandate, to_tell: Mapping[str, int]) -> Rows[None]:
    """Return what is written with an act: that it was in this server, and which members are to be told by what."""
    due_at = now_ms() if mandate.hold is None else mandate.hold.until_ms

    async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
        await connection.execute(insert(moderation_acts).values(seq=seqs[0], guild_id=mandate.guild))
        told = [{"seq": seq, "member_id": member, "due_at": due_at} for member, seq in to_tell.items()]
        if told:
            await connection.execute(insert(notices), told)

    return rows
