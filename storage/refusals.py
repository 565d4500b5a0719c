"""What was refused: which rules there are, and the briefs of a server that broke one, without their words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, or_, select

from storage.database import Database
from storage.jobs import JobState
from storage.members import Member
from storage.tables import appeals, briefs, drafts, jobs, members, projects

CONTESTABLE: Final = frozenset({"minors", "age-restricted", "operator", "server", "withheld"})
"""The rules whose refusal a member can appeal; the codes are those of a job's `reason`."""
WAIVABLE: Final = frozenset({"operator", "server"})
"""Those which a moderator can waive for one brief; the others nobody can, or no moderator decides."""
REFUSED: Final = CONTESTABLE | {"blocked"}
"""All reasons for which a brief is refused; any other says that something failed."""

_asked_in: Final = jobs.c.delivery["guild_id"].as_string()
_place: Final = func.coalesce(_asked_in, projects.c.guild_id)


@dataclass(frozen=True, slots=True)
class RefusedBrief:
    """A brief that was not drawn, or whose candidates were not shown.

    Its number, the rule, when, and whose: `user` is empty where they have erased themselves. `appealed` says where an
    appeal stands, and is empty where there is none.
    """

    number: int
    rule: str
    at_ms: int
    guild: str
    user: str = ""
    appealed: str = ""


class Refusals:
    """Reads them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_guild(self, guild: str, *, offset: int, limit: int) -> Sequence[RefusedBrief]:
        """Return the refused briefs of a server, newest first."""
        refused = jobs.c.reason.in_(REFUSED)
        query = _refused(in_guild(guild), refused).order_by(briefs.c.seq.desc()).offset(offset).limit(limit)
        return await self._read(query)

    async def count(self, guild: str) -> int:
        """Return how many briefs of a server were refused."""
        found = _refused(in_guild(guild), jobs.c.reason.in_(REFUSED)).subquery()
        async with self._database.read() as connection:
            return await connection.scalar(select(func.count()).select_from(found)) or 0

    async def contestable(self, member: Member, guild: str | None, *, limit: int) -> Sequence[RefusedBrief]:
        """Return a member's refused briefs (of a server) that they have not appealed, newest first."""
        mine = (briefs.c.member_id == member.id) & appeals.c.about.is_(None)
        where = mine if guild is None else mine & in_guild(guild)
        query = _refused(where, jobs.c.reason.in_(CONTESTABLE)).order_by(briefs.c.created_at.desc()).limit(limit)
        return await self._read(query)

    async def of_member(self, member: Member, number: int) -> RefusedBrief | None:
        """Return a member's own refused brief by its number, if there is one that can be appealed."""
        mine = (briefs.c.member_id == member.id) & (briefs.c.seq == number)
        found = await self._read(_refused(mine, jobs.c.reason.in_(CONTESTABLE)))
        return found[0] if found else None

    async def _read(self, query: Select[Any]) -> Sequence[RefusedBrief]:
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [
            RefusedBrief(
                row.seq,
                row.reason,
                row.created_at,
                row.guild or "",
                "" if row.platform_user_id.startswith("erased:") else row.platform_user_id,
                row.appealed or "",
            )
            for row in rows
        ]


def in_guild(guild: str) -> ColumnElement[bool]:
    """Tell of jobs whether their brief counts in a server: where it was asked for, else where its project began.

    A job alone says so for nearly all: only of the others its project has to be looked up.
    """
    return or_(_asked_in.is_(None), _asked_in == guild) & (_place == guild)


def _refused(*where: ColumnElement[bool]) -> Select[Any]:
    return (
        select(
            briefs.c.seq,
            jobs.c.reason,
            briefs.c.created_at,
            _place.label("guild"),
            members.c.platform_user_id,
            appeals.c.state.label("appealed"),
        )
        .join(drafts, drafts.c.brief_id == briefs.c.id)
        .join(jobs, jobs.c.draft_id == drafts.c.id)
        .join(projects, projects.c.id == briefs.c.project_id)
        .join(members, members.c.id == briefs.c.member_id)
        .outerjoin(appeals, appeals.c.about == briefs.c.seq)
        .where(jobs.c.state == JobState.FAILED, *where)
    )
