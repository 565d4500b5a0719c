"""What a member can know and decide about their record: what is kept, who looked, and erasing it.

Erasing destroys the keys of the words and deletes the pictures. The log is not touched: it still verifies, and it shows
that something was erased, when, and on what ground (GDPR art. 17, PIPL art. 47).
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.evidence.commitments import JsonValue
from storage.evidence.keys import SubjectKeys
from storage.evidence.ledger import Ledger, Receipt
from storage.evidence.sealing import NewEvent
from storage.jobs import OPEN_STATES, JobState
from storage.media import Media
from storage.members import Member
from storage.projects import Project
from storage.tables import (
    briefs,
    candidates,
    drafts,
    evidence_disclosure,
    evidence_event,
    jobs,
    media,
    members,
    projects,
)


class Basis(StrEnum):
    """Why something was erased."""

    ASKED = "the member asked for it"
    RETENTION = "the time it is kept for is over"


@dataclass(frozen=True, slots=True)
class Kept:
    """How much is kept of a member."""

    projects: int
    events: int
    pictures: int
    since_ms: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody took words of a project away: when, who (owner, moderator or operator), and why if they said."""

    project: Project
    seq: int
    ts: str
    who: str
    reason: str


class Privacy:
    """The repository of these acts."""

    def __init__(self, database: Database, keys: SubjectKeys, ledger: Ledger, media: Media) -> None:
        self._database = database
        self._keys = keys
        self._ledger = ledger
        self._media = media

    async def kept(self, owned: Sequence[Project]) -> Kept:
        """Count what is kept of projects."""
        ids = [project.id for project in owned]
        async with self._database.read() as connection:
            events = await connection.scalar(
                select(func.count()).select_from(evidence_event).where(evidence_event.c.project.in_(ids))
            )
            pictures = len(await _pictures(connection, ids))
            since = await connection.scalar(select(func.min(projects.c.created_at)).where(projects.c.id.in_(ids)))
        return Kept(len(ids), events or 0, pictures, since)

    async def looks(self, owned: Sequence[Project]) -> list[Look]:
        """Return who took words of projects away, newest first."""
        by_id = {project.id: project for project in owned}
        query = (
            select(evidence_event.c.seq, evidence_event.c.project, evidence_event.c.leaf)
            .where(evidence_event.c.project.in_(list(by_id)), evidence_event.c.type == "export.made")
            .order_by(evidence_event.c.seq.desc())
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [await self._look(row.seq, bytes(row.leaf), by_id[row.project]) for row in rows]

    async def _look(self, seq: int, leaf: bytes, project: Project) -> Look:
        scope = (await self._ledger.disclosed(seq)).get("scope")
        told = scope if isinstance(scope, dict) else {}
        return Look(project, seq, json.loads(leaf)["ts"], str(told.get("by", "")), str(told.get("reason", "")))

    async def erase(self, project: Project, basis: Basis) -> Receipt:
        """Erase the words and pictures of a project; what waits to be drawn is cancelled, and it takes no more acts.

        First the keys go, so that being cut off anywhere leaves nothing readable; erasing again finishes the rest.
        Raise StateConflict where the files are being read without end.
        """
        async with self._database.read() as connection:
            targets = (
                await connection.execute(
                    select(evidence_disclosure.c.seq, evidence_disclosure.c.field)
                    .join(evidence_event, evidence_event.c.seq == evidence_disclosure.c.seq)
                    .where(evidence_event.c.project == project.id)
                    .order_by(evidence_disclosure.c.seq, evidence_disclosure.c.field)
                )
            ).all()
            pictures = await _pictures(connection, [project.id])
        await self._keys.destroy(project.actor)

        async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
            mine = select(drafts.c.id).join(briefs, briefs.c.id == drafts.c.brief_id)
            waiting = jobs.c.draft_id.in_(mine.where(briefs.c.project_id == project.id)) & jobs.c.state.in_(OPEN_STATES)
            await connection.execute(update(jobs).where(waiting).values(state=JobState.CANCELLED))
            await connection.execute(update(projects).where(projects.c.id == project.id).values(current=0))

        fields: dict[str, JsonValue] = {
            "targets": [[target.seq, target.field] for target in targets],
            "basis": basis.value,
        }
        erased = await self._ledger.append(NewEvent(project.id, "erasure.done", project.actor, fields), rows=rows)
        await self._delete(pictures, project)
        await self._database.forget_traces()
        return erased.receipts[0]

    async def _delete(self, pictures: set[str], project: Project) -> None:
        """Delete the files of pictures that no other project has."""
        async with self._database.read() as connection:
            others = (await connection.scalars(select(projects.c.id).where(projects.c.id != project.id))).all()
            elsewhere = await _pictures(connection, others)
        gone = sorted(pictures - elsewhere)
        for digest in gone:
            await asyncio.to_thread(self._media.path(digest).unlink, missing_ok=True)
        async with self._database.write() as connection:
            await connection.execute(update(media).where(media.c.sha256.in_(gone)).values(pixels_sha256=None))

    async def forget(self, member: Member) -> None:
        """Forget who a member is, once their projects are erased: whoever comes back is somebody new."""
        async with self._database.write() as connection:
            await connection.execute(
                update(members)
                .where(members.c.id == member.id)
                .values(platform_user_id=f"erased:{member.id}", name="", consented_at=None)
            )
        await self._database.forget_traces()


async def _pictures(connection: AsyncConnection, ids: Sequence[str]) -> set[str]:
    """Return the hashes of all pictures of some projects: candidates, and what members put in."""
    made = (
        select(candidates.c.media_sha256)
        .join(drafts, drafts.c.id == candidates.c.draft_id)
        .join(briefs, briefs.c.id == drafts.c.brief_id)
        .where(briefs.c.project_id.in_(ids))
    )
    given = select(briefs.c.reference_sha256).where(
        briefs.c.project_id.in_(ids), briefs.c.reference_sha256.is_not(None)
    )
    return set(await connection.scalars(union(made, given)))
