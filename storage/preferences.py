"""What members set for themselves: their language, what their drafts begin with, and whether those are private.

No event: it shapes no work by itself, and what of it a brief is drawn with is recorded with the brief.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import delete, select

from storage.clock import now_ms
from storage.database import Database
from storage.members import Member
from storage.portable import upsert
from storage.tables import member_settings, members


@dataclass(frozen=True, slots=True)
class Preference:
    """What one member prefers; None leaves it to the chat platform, or to the drafts server."""

    language: str | None = None
    style: str | None = None
    model: str | None = None
    private: bool = False


NO_PREFERENCE: Final = Preference()


class MemberSettings:
    """The repository of preferences, one row a member who has any."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, platform: str) -> Mapping[str, Preference]:
        """Return what is set, by the ids that members have on a platform."""
        table = member_settings
        query = (
            select(members.c.platform_user_id, table.c.language, table.c.style, table.c.model, table.c.private)
            .join(members, members.c.id == table.c.member_id)
            .where(members.c.platform == platform)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return {row.platform_user_id: Preference(row.language, row.style, row.model, row.private) for row in rows}

    async def set(self, member: Member, preference: Preference) -> None:
        """Keep what a member prefers; where that is nothing, no row remains."""
        async with self._database.write() as connection:
            if preference == NO_PREFERENCE:
                await connection.execute(delete(member_settings).where(member_settings.c.member_id == member.id))
                return
            values = {**asdict(preference), "updated_at": now_ms()}
            row = upsert(member_settings).values(member_id=member.id, **values)
            await connection.execute(row.on_conflict_do_update(index_elements=["member_id"], set_=values))
