"""Members: a person on a platform, and whether they agreed to be recorded."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from storage.clock import now_ms
from storage.database import Database
from storage.ids import new_id
from storage.portable import upsert
from storage.tables import members


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a community."""

    id: str
    platform: str
    platform_user_id: str
    name: str
    consented_at: int | None

    @property
    def consented(self) -> bool:
        """Tell whether the member has agreed to the notice."""
        return self.consented_at is not None


class Members:
    """The repository of members."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def meet(self, platform: str, platform_user_id: str, name: str) -> Member:
        """Return the member of a platform account, made on first sight; a new name is kept."""
        key = (members.c.platform == platform) & (members.c.platform_user_id == platform_user_id)
        async with self._database.read() as connection:
            row = (await connection.execute(select(members).where(key))).one_or_none()
        if row is not None and row.name == name:
            return _member(row)
        async with self._database.write() as connection:
            new = upsert(members).values(
                id=new_id(),
                platform=platform,
                platform_user_id=platform_user_id,
                name=name,
                created_at=now_ms(),
            )
            await connection.execute(
                new.on_conflict_do_update(index_elements=["platform", "platform_user_id"], set_={"name": name})
            )
            return _member((await connection.execute(select(members).where(key))).one())

    async def find(self, platform: str, platform_user_id: str) -> Member | None:
        """Return the member of a platform account, if we have met."""
        key = (members.c.platform == platform) & (members.c.platform_user_id == platform_user_id)
        async with self._database.read() as connection:
            row = (await connection.execute(select(members).where(key))).one_or_none()
        return None if row is None else _member(row)

    async def agreed(self, platform: str, limit: int) -> list[Member]:
        """Return those of a platform who have agreed, the latest first."""
        key = (members.c.platform == platform) & members.c.consented_at.is_not(None)
        query = select(members).where(key).order_by(members.c.consented_at.desc()).limit(limit)
        async with self._database.read() as connection:
            return [_member(row) for row in await connection.execute(query)]


def _member(row: Any) -> Member:
    return Member(row.id, row.platform, row.platform_user_id, row.name, row.consented_at)
