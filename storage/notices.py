"""What members are still to be told by a direct message: it survives a restart, and a hold may put it off."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select, update

from storage.clock import now_ms
from storage.database import Database
from storage.evidence.commitments import JsonValue
from storage.evidence.ledger import Ledger
from storage.tables import evidence_event, jobs, member_settings, members, notices

_AT_ONCE = 20
TAKEN_MS = 10 * 60_000
"""So long a process has to tell what it took; what it did not, another one tells then."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What to tell whom: the event that it is about, its kind, and its opened scope.

    `act` says what a moderator did, where the event is of the log and not of the member's project.
    """

    seq: int
    user_id: str
    locale: str
    kind: str
    scope: dict[str, JsonValue]
    act: str = ""


class Notices:
    """The repository of notices."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger

    async def next_due(self) -> int | None:
        """Return when the next notice is due, None where there is none."""
        async with self._database.read() as connection:
            first: int | None = await connection.scalar(select(func.min(notices.c.due_at)))
        return first

    async def due(self) -> list[Notice]:
        """Return some notices that are due, those first that have waited longest.

        What was erased meanwhile, and what concerns somebody who has erased themselves, is told to nobody any more,
        and dropped.
        """
        query = (
            select(notices, members.c.platform_user_id, evidence_event.c.type)
            .join(members, members.c.id == notices.c.member_id)
            .join(evidence_event, evidence_event.c.seq == notices.c.seq)
            .where(notices.c.due_at <= now_ms())
            .order_by(notices.c.due_at, notices.c.seq)
            .limit(_AT_ONCE)
        )
        if self._database.shared:
            # Taken for a while, so that no other process tells the same.
            async with self._database.write() as connection:
                rows = (await connection.execute(query)).all()
                taken = update(notices).where(notices.c.seq.in_([row.seq for row in rows]))
                await connection.execute(taken.values(due_at=now_ms() + TAKEN_MS))
        else:
            async with self._database.read() as connection:
                rows = (await connection.execute(query)).all()
        told = await self._ledger.disclosed_many([row.seq for row in rows])
        found = []
        for row in rows:
            fields = told.get(row.seq, {})
            scope = fields.get("scope")
            if isinstance(scope, dict) and not row.platform_user_id.startswith("erased:"):
                locale = await self._locale(row.member_id)
                act = str(fields.get("act", ""))
                found.append(Notice(row.seq, row.platform_user_id, locale, row.type, scope, act))
            else:
                await self.done(row.seq)
        return found

    async def done(self, seq: int) -> None:
        """Forget a notice: it was told, or cannot be."""
        async with self._database.write() as connection:
            await connection.execute(delete(notices).where(notices.c.seq == seq))

    async def later(self, seq: int, due_at: int) -> None:
        """Try a notice again at a time."""
        async with self._database.write() as connection:
            await connection.execute(update(notices).where(notices.c.seq == seq).values(due_at=due_at))

    async def _locale(self, member_id: str) -> str:
        """Return the language that a member set, or last used us in; empty where they never drew anything."""
        chosen = select(member_settings.c.language).where(member_settings.c.member_id == member_id)
        last = select(jobs.c.delivery).where(jobs.c.member_id == member_id).order_by(jobs.c.created_at.desc()).limit(1)
        async with self._database.read() as connection:
            language = await connection.scalar(chosen)
            delivery = await connection.scalar(last)
        if language is not None:
            return str(language)
        return "" if delivery is None else str(delivery["locale"])
