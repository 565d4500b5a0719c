"""What a member can know and decide about their record: what is kept, who looked, and erasing it.

Erasing destroys the keys of the words and deletes the pictures. The log is not touched: it still verifies, and it shows
that something was erased, when, and on what ground (GDPR art. 17, PIPL art. 47).
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, func, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.acts import Act
from storage.clock import iso_ms, now_ms
from storage.database import Database
from storage.errors import NotDisclosed, NotFound, StateConflict
from storage.evidence.commitments import JsonValue
from storage.evidence.keys import SubjectKeys
from storage.evidence.kinds import Kind
from storage.evidence.leaf import LOG_PROJECT
from storage.evidence.ledger import Ledger, Receipt
from storage.evidence.sealing import NewEvent
from storage.jobs import OPEN_STATES, JobState
from storage.media import Media
from storage.members import Member
from storage.projects import Project, Projects
from storage.tables import (
    attachments,
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

_LOOKS: Final = (Kind.EXPORT_MADE, Kind.WORDS_OPENED)
"""The events that say whose words somebody got to see; `scope` says who and why."""


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
    """Somebody took words of a project away, or `opened` them where they are.

    When, who (owner, moderator or operator), and why if they said; `person` is a moderator's id on the chat platform.
    """

    project: Project
    seq: int
    ts: str
    who: str
    reason: str
    opened: bool = False
    person: str = ""


class Privacy:
    """The repository of these acts."""

    def __init__(
        self, database: Database, keys: SubjectKeys, ledger: Ledger, media: Media, repository: Projects
    ) -> None:
        self._database = database
        self._keys = keys
        self._ledger = ledger
        self._media = media
        self._projects = repository

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
        """Return who took words of projects away, or opened them, newest first."""
        by_id = {project.id: project for project in owned}
        query = (
            select(evidence_event.c.seq, evidence_event.c.project, evidence_event.c.type, evidence_event.c.leaf)
            .where(evidence_event.c.project.in_(list(by_id)), evidence_event.c.type.in_(_LOOKS))
            .order_by(evidence_event.c.seq.desc())
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        told = await self._ledger.disclosed_many([row.seq for row in rows])
        looks = []
        for row in rows:
            scope = told.get(row.seq, {}).get("scope")
            said = {name: str(value) for name, value in scope.items()} if isinstance(scope, dict) else {}
            who, reason, person = (said.get(name, "") for name in ("by", "reason", "who"))
            ts, opened = json.loads(row.leaf)["ts"], row.type == Kind.WORDS_OPENED
            looks.append(Look(by_id[row.project], row.seq, ts, who, reason, opened, person))
        return looks

    async def open_words(self, seq: int, reason: str) -> Receipt:
        """Record that the operator is about to open the words of an event; raise NotFound, or NotDisclosed if erased.

        First the record, then the look: whoever is stopped in between has seen nothing.
        """
        async with self._database.read() as connection:
            project = await connection.scalar(select(evidence_event.c.project).where(evidence_event.c.seq == seq))
            words = select(evidence_disclosure.c.key_id).where(evidence_disclosure.c.seq == seq)
            keys = set(await connection.scalars(words))
        if project is None or project == LOG_PROJECT:
            raise NotFound(f"event {seq}")
        if not [key for key in keys if await self._keys.get(key) is not None]:
            raise NotDisclosed("all of it")
        scope: dict[str, JsonValue] = {"by": "operator", "reason": reason}
        opened = await self._ledger.append(NewEvent(project, Kind.WORDS_OPENED, "sys", {"scope": scope}, refs=(seq,)))
        return opened.receipts[0]

    async def agree(self, member: Member, owned: Sequence[Project]) -> Member:
        """Record in every project of a member that they agree; agreeing twice is once."""
        if member.consented:
            return member
        now = now_ms()
        agreed: dict[str, JsonValue] = {"agreed_at": iso_ms(now)}
        await self._consent(member, owned, Kind.CONSENT_GIVEN, agreed, now)
        return replace(member, consented_at=now)

    async def withdraw(self, member: Member, owned: Sequence[Project], act: Act) -> Receipt | None:
        """Record in every project of a member that they no longer agree: until they do again, nothing more is.

        Return the last receipt; None where there was no project, or no agreement to take back.
        """
        if not member.consented:
            return None
        receipts = await self._consent(member, owned, Kind.CONSENT_WITHDRAWN, act.as_fields(), None)
        return receipts[-1] if receipts else None

    async def _consent(
        self,
        member: Member,
        owned: Sequence[Project],
        kind: Kind,
        fields: Mapping[str, JsonValue],
        consented_at: int | None,
    ) -> tuple[Receipt, ...]:
        async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
            agreed = update(members).where(members.c.id == member.id)
            await connection.execute(agreed.values(consented_at=consented_at))

        events = [NewEvent(project.id, kind, project.actor, fields) for project in owned]
        return (await self._ledger.append(*events, rows=rows)).receipts

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
        erased = await self._ledger.append(NewEvent(project.id, Kind.ERASURE_DONE, project.actor, fields), rows=rows)
        await self._delete(pictures, project)
        await self._database.forget_traces()
        return erased.receipts[0]

    async def erase_event(self, project: Project, seq: int, basis: Basis) -> Receipt:
        """Erase the words and the picture of one event of a project; raise StateConflict where none are left.

        A brief that waits to be drawn is cancelled. The words go in the transaction that records it.
        """
        told = await self._ledger.disclosed(seq)
        if not told:
            raise StateConflict(f"event {seq} has no words any more")
        image = told.get("image")

        async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
            await connection.execute(delete(evidence_disclosure).where(evidence_disclosure.c.seq == seq))
            mine = select(drafts.c.id).join(briefs, briefs.c.id == drafts.c.brief_id).where(briefs.c.seq == seq)
            waiting = jobs.c.draft_id.in_(mine) & jobs.c.state.in_(OPEN_STATES)
            await connection.execute(update(jobs).where(waiting).values(state=JobState.CANCELLED))

        fields: dict[str, JsonValue] = {"targets": [[seq, name] for name in sorted(told)], "basis": basis.value}
        event = NewEvent(project.id, Kind.ERASURE_DONE, project.actor, fields, refs=(seq,))
        erased = await self._ledger.append(event, rows=rows)
        if isinstance(image, Mapping):
            await self._delete_unless_used(str(image["sha256"]), seq)
        await self._database.forget_traces()
        return erased.receipts[0]

    async def _delete_unless_used(self, digest: str, seq: int) -> None:
        """Delete the file of a picture, once no other event that can still be opened names it."""
        # The event of an upload stands right before its brief's, in one submission.
        uses = union(
            select(candidates.c.seq).where(candidates.c.media_sha256 == digest),
            select(attachments.c.seq).where(attachments.c.media_sha256 == digest),
            select(briefs.c.seq - 1).where(briefs.c.reference_sha256 == digest),
        )
        async with self._database.read() as connection:
            used = set(await connection.scalars(uses))
        if not await self._ledger.disclosed_many(sorted(used - {seq})):
            await asyncio.to_thread(self._media.path(digest).unlink, missing_ok=True)

    async def idle_since(self, before_ms: int) -> list[Project]:
        """Return the projects with words in which nothing was recorded since a time, oldest first."""
        # That somebody looked at a project is no work on it, and must not keep it alive.
        work = (evidence_event.c.project != LOG_PROJECT) & evidence_event.c.type.not_in(_LOOKS)
        newest = select(func.max(evidence_event.c.seq)).where(work)
        last = select(evidence_event.c.project, evidence_event.c.leaf).where(
            evidence_event.c.seq.in_(newest.group_by(evidence_event.c.project))
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(last.order_by(evidence_event.c.seq))).all()
        before = iso_ms(before_ms)
        idle = [row.project for row in rows if json.loads(row.leaf)["ts"] < before]
        found = [await self._projects.get(project_id) for project_id in idle]
        return [project for project in found if await self._keys.has_any(project.actor)]

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
    brought = select(attachments.c.media_sha256).where(attachments.c.project_id.in_(ids))
    return set(await connection.scalars(union(made, given, brought)))
