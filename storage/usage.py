"""What members have used of a server: counted from what is there, so that nothing has to be kept in step.

A draft counts where it was asked for; one asked for in a direct message counts where its project began.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, func, select, union_all

from storage.database import Database
from storage.jobs import OPEN_STATES, JobState
from storage.members import Member
from storage.tables import actors, briefs, drafts, jobs, projects, text_drafts
from storage.texts import TextState

_FAILED: Final = frozenset({JobState.FAILED, TextState.FAILED})
_UNDER_WAY: Final = frozenset({*OPEN_STATES, TextState.OPEN})


@dataclass(frozen=True, slots=True)
class Used:
    """When a member asked for the drafts that count, oldest first, and how many of all theirs are under way."""

    asked_ms: tuple[int, ...]
    under_way: int


class Usage:
    """Counts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, member: Member, guild: str, since_ms: int, until_ms: int) -> Used:
        """Return what a member used in a server in a time; a draft that was refused or failed cost nothing."""
        asked = union_all(_asked(member, guild, since_ms), _asked_of_texts(member, guild, since_ms))
        async with self._database.read() as connection:
            rows = (await connection.execute(asked)).all()
        counted = sorted(
            row.created_at for row in rows if since_ms < row.created_at <= until_ms and row.state not in _FAILED
        )
        return Used(tuple(counted), sum(row.state in _UNDER_WAY for row in rows))

    async def home(self, member: Member) -> str | None:
        """Return the server where a member's current project began."""
        async with self._database.read() as connection:
            found: str | None = await connection.scalar(home_of(member))
        return found


def home_of(member: Member) -> Select[tuple[str | None]]:
    """Return the query for the server where a member's current project began."""
    current = (actors.c.project_id == projects.c.id) & (actors.c.member_id == member.id) & (actors.c.current == 1)
    return select(projects.c.guild_id).join(actors, current)


def _asked_of_texts(member: Member, guild: str, since_ms: int) -> Select[tuple[int, str]]:
    place = func.coalesce(text_drafts.c.delivery["guild_id"].as_string(), projects.c.guild_id)
    return (
        select(text_drafts.c.created_at, text_drafts.c.state)
        .join(projects, projects.c.id == text_drafts.c.project_id)
        .where(text_drafts.c.member_id == member.id, place == guild)
        .where((text_drafts.c.created_at > since_ms) | (text_drafts.c.state == TextState.OPEN))
    )


def _asked(member: Member, guild: str, since_ms: int) -> Select[tuple[int, str]]:
    place = func.coalesce(jobs.c.delivery["guild_id"].as_string(), projects.c.guild_id)
    return (
        select(briefs.c.created_at, jobs.c.state)
        .join(projects, projects.c.id == briefs.c.project_id)
        .join(drafts, drafts.c.brief_id == briefs.c.id)
        .join(jobs, jobs.c.draft_id == drafts.c.id)
        .where(briefs.c.member_id == member.id, place == guild)
        .where((briefs.c.created_at > since_ms) | jobs.c.state.in_(OPEN_STATES))
    )
