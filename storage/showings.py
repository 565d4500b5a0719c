"""Private drafts that their member shows to others: first an event, then the card in a channel."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.acts import Act
from storage.database import Database
from storage.drafts import Candidate, DraftView
from storage.errors import NotYours, StateConflict
from storage.evidence.kinds import Kind
from storage.evidence.ledger import Ledger, Receipt
from storage.evidence.sealing import NewEvent
from storage.members import Member
from storage.tables import candidates, showings


@dataclass(frozen=True, slots=True)
class Showing:
    """That candidates are shown is on record; `message_id` is where, once the card stands there."""

    receipt: Receipt
    message_id: str | None = None


class Showings:
    """The repository of what was shown."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger

    async def show(
        self, view: DraftView, shown: Sequence[Candidate], member: Member, channel_id: str, act: Act
    ) -> Showing:
        """Record that a member shows candidates of a draft in a channel; once, however often they press.

        Raise NotYours, or StateConflict where there is nothing to show.
        """
        if view.project.member_id != member.id:
            raise NotYours(f"draft {view.id}")
        if not shown:
            raise StateConflict("the draft has no candidates yet")

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            before = await _shown_before(connection, shown)
            if before is not None:
                raise _AlreadyShown(*before)
            for candidate in shown:
                await connection.execute(insert(showings).values(candidate_id=candidate.id, seq=seqs[0]))

        event = NewEvent(
            view.project.id,
            Kind.DRAFT_SHOWN,
            view.project.actor,
            {"channel": channel_id, **act.as_fields()},
            refs=tuple(candidate.seq for candidate in shown),
        )
        try:
            return Showing((await self._ledger.append(event, rows=rows)).receipts[0])
        except _AlreadyShown as already:
            return Showing(await self._ledger.receipt(already.seq), already.message_id)

    async def posted(self, showing: Showing, message_id: str) -> None:
        """Remember where the card stands, so that it is not posted twice."""
        async with self._database.write() as connection:
            ours = showings.c.seq == showing.receipt.seq
            await connection.execute(update(showings).where(ours).values(message_id=message_id))

    async def shown_of(self, draft_id: str) -> frozenset[int]:
        """Return the positions of those candidates of a draft that were shown."""
        query = (
            select(candidates.c.position)
            .join(showings, showings.c.candidate_id == candidates.c.id)
            .where(candidates.c.draft_id == draft_id)
        )
        async with self._database.read() as connection:
            return frozenset(await connection.scalars(query))


class _AlreadyShown(Exception):
    """The candidates were shown before, by event `seq`."""

    def __init__(self, seq: int, message_id: str | None) -> None:
        super().__init__(seq)
        self.seq = seq
        self.message_id = message_id


async def _shown_before(connection: AsyncConnection, shown: Sequence[Candidate]) -> tuple[int, str | None] | None:
    """Return the newest event by which all of these were shown, and the message; None if none did."""
    ids = [candidate.id for candidate in shown]
    query = select(showings).where(showings.c.candidate_id.in_(ids)).order_by(showings.c.seq.desc())
    rows = (await connection.execute(query)).all()
    newest = [row for row in rows if row.seq == rows[0].seq]
    return (newest[0].seq, newest[0].message_id) if len(newest) == len(ids) else None
