"""One run for one brief, which a moderator has granted on its member's appeal: the same words are drawn once more.

It lasts until the member uses it: with the record of the new brief, in the same transaction, so that two at once do not
both have it. What it is for is in the appeal's row; words are compared with those of the refused brief in the log, so
that an erasure ends it.
"""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.errors import StateConflict
from storage.evidence.ledger import Ledger
from storage.members import Member
from storage.refusals import WAIVABLE
from storage.tables import appeals


class Exemptions:
    """Finds them, and notes that one is used."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger

    async def of(self, member: Member, guild: str | None, text: str) -> int | None:
        """Return the refused brief whose words a member may send again, in a server (None: in any), if there is one."""
        open_ = (appeals.c.member_id == member.id) & (appeals.c.state == "granted") & appeals.c.resent_seq.is_(None)
        where = open_ & appeals.c.rule.in_(WAIVABLE)
        if guild is not None:
            where &= appeals.c.guild_id == guild
        async with self._database.read() as connection:
            granted = list(await connection.scalars(select(appeals.c.about).where(where).order_by(appeals.c.about)))
        if not granted:
            return None
        told = await self._ledger.disclosed_many(granted)
        return next((about for about in granted if told.get(about, {}).get("prompt") == text), None)

    async def covers(self, brief: int) -> bool:
        """Tell whether a brief is the one run that was granted."""
        async with self._database.read() as connection:
            return await connection.scalar(select(appeals.c.about).where(appeals.c.resent_seq == brief)) is not None


async def use(connection: AsyncConnection, about: int, brief: int) -> None:
    """Note, with the record of a brief, that it is the one run; raise StateConflict where another was faster."""
    unused = (appeals.c.about == about) & appeals.c.resent_seq.is_(None)
    result: Any = await connection.execute(update(appeals).where(unused).values(resent_seq=brief))
    if result.rowcount != 1:
        raise StateConflict(f"the exemption of brief {about} is used")
