"""Projects: what a member is making; every event about making belongs to one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.acts import Act
from storage.clock import iso_ms, now_ms
from storage.database import Database
from storage.errors import NotFound, NotYours, StateConflict
from storage.evidence.commitments import JsonValue
from storage.evidence.kinds import Kind
from storage.evidence.ledger import Ledger, Receipt
from storage.evidence.sealing import NewEvent
from storage.ids import new_actor_id, new_project_id
from storage.media import Picture, StoredFile, record
from storage.members import Member
from storage.tables import actors, attachments, briefs, evidence_disclosure, evidence_event, projects

_MADE: Final[Select[Any]] = select(
    projects.c.id,
    projects.c.opened_seq,
    projects.c.created_at,
    projects.c.member_id.label("owner_id"),
    actors.c.member_id,
    actors.c.actor,
    actors.c.current,
).join(actors, actors.c.project_id == projects.c.id)
"""The projects, once for each who ever worked on them."""
_OWNED: Final = actors.c.member_id == projects.c.member_id
_WORKED_ON: Final = actors.c.left_seq.is_(None)


@dataclass(frozen=True, slots=True)
class Project:
    """A piece of work as one of its makers has it: `actor` is their pseudonym in it, `title` its opened field."""

    id: str
    member_id: str
    actor: str
    title: str
    opened_seq: int
    owner_id: str

    @property
    def owned(self) -> bool:
        """Tell whether the maker is who opened it."""
        return self.member_id == self.owner_id


@dataclass(frozen=True, slots=True)
class Listed:
    """A project as a maker sees it among theirs: how many events it has, since when, and whether it is current."""

    project: Project
    events: int
    opened_ms: int
    current: bool


@dataclass(frozen=True, slots=True)
class Brought:
    """What a member brings into a project: a picture, a document, or a text; and what they say of it.

    `declared` says who made it (see `MadeBy`) and `operation` how. `of` is the event of what it changes, where it is an
    edit; `change` is then what the comparison of both shows. `marks` is what a picture says of itself. Beside a `file`
    the picture is the preview in it, and the text is what it says.
    """

    picture: Picture | None
    declared: str
    of: int | None = None
    operation: str = ""
    change: Mapping[str, JsonValue] | Sequence[JsonValue] = field(default_factory=dict)
    marks: Mapping[str, JsonValue] = field(default_factory=dict)
    file: StoredFile | None = None
    text: str | None = None

    def as_fields(self) -> dict[str, JsonValue]:
        """Return the fields of its event."""
        fields: dict[str, JsonValue] = {"declared": self.declared}
        if self.picture is not None:
            fields |= {"image": self.picture.as_field(), "pixels": self.picture.pixels_sha256}
        if self.file is not None:
            fields["file"] = self.file.as_field()
        if self.text is not None:
            fields["text"] = self.text
        if self.operation:
            fields["operation"] = self.operation
        if self.marks and self.of is None:
            fields["marks"] = dict(self.marks)
        if self.change:
            fields["change"] = dict(self.change) if isinstance(self.change, Mapping) else list(self.change)
        return fields


class Projects:
    """The repository of projects."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger

    async def current_or_open(self, member: Member, title: str, *, guild_id: str | None) -> Project:
        """Return the project the member is working on, or open their first one: only one, however often they ask."""
        project = await self.current(member)
        if project is not None:
            return project
        try:
            return (await self.open(member, title, guild_id=guild_id, beside=False))[0]
        except StateConflict:
            # Another act of the member was faster.
            project = await self.current(member)
            assert project is not None, "whoever was faster has opened it"
            return project

    async def open(
        self, member: Member, title: str, *, guild_id: str | None, beside: bool = True
    ) -> tuple[Project, Receipt]:
        """Open a project and make it the member's current one; raise StateConflict if it may not stand `beside` one.

        Recorded: the opening, whose pseudonym the actor is, and that its owner agreed to be recorded.
        """
        project_id, actor = new_project_id(), new_actor_id()
        identity = f"{member.platform}:{member.platform_user_id}"

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            mine = actors.c.member_id == member.id
            current = mine & (actors.c.current == 1)
            if not beside and await connection.scalar(select(actors.c.actor).where(current)) is not None:
                raise StateConflict(f"member {member.id} has a current project")
            await connection.execute(update(actors).where(mine).values(current=0))
            await connection.execute(
                insert(projects).values(
                    id=project_id,
                    member_id=member.id,
                    guild_id=guild_id,
                    opened_seq=seqs[0],
                    created_at=now_ms(),
                )
            )
            made = {"project_id": project_id, "member_id": member.id, "actor": actor, "current": 1}
            await connection.execute(insert(actors).values(made))

        events = [
            NewEvent(project_id, Kind.PROJECT_OPENED, actor, {"title": title}),
            NewEvent(project_id, Kind.ACTOR_BOUND, actor, {"identity": identity}, refs=(-1,)),
        ]
        if member.consented_at is not None:
            agreed: dict[str, JsonValue] = {"agreed_at": iso_ms(member.consented_at)}
            events.append(NewEvent(project_id, Kind.CONSENT_GIVEN, actor, agreed))
        appended = await self._ledger.append(*events, rows=rows)
        receipt = appended.receipts[0]
        return Project(project_id, member.id, actor, title, receipt.seq, member.id), receipt

    async def switch(self, project: Project) -> None:
        """Make a project its maker's current one; that shapes no work, so it is no event."""
        async with self._database.write() as connection:
            mine = actors.c.member_id == project.member_id
            current = case((actors.c.project_id == project.id, 1), else_=0)
            await connection.execute(update(actors).where(mine).values(current=current))

    async def declare_intent(self, project: Project, text: str, act: Act) -> Receipt:
        """Seal what the member means to make; said before the first draft, it shows that the idea came first."""
        return await self._add(project, Kind.INTENT_DECLARED, {"text": text, **act.as_fields()})

    async def note(self, project: Project, text: str, act: Act) -> Receipt:
        """Record a note."""
        return await self._add(project, Kind.NOTE_ADDED, {"text": text, **act.as_fields()})

    async def finish(self, project: Project, title: str, claim: str, act: Act) -> Receipt:
        """Record the finished piece's title and what the member claims of it."""
        return await self._add(project, Kind.STATEMENT_DECLARED, {"title": title, "text": claim, **act.as_fields()})

    async def attach(self, project: Project, brought: Brought, act: Act) -> Receipt:
        """Record an edit made elsewhere, or outside material; its files are already stored."""
        kind = Kind.UPLOAD_ADDED if brought.of is None else Kind.EDIT_APPLIED
        refs = () if brought.of is None else (brought.of,)
        files = [file for file in (brought.picture, brought.file) if file is not None]
        return await self._add(project, kind, {**brought.as_fields(), **act.as_fields()}, refs=refs, files=files)

    async def _add(
        self,
        project: Project,
        kind: Kind,
        fields: Mapping[str, JsonValue],
        *,
        refs: tuple[int, ...] = (),
        files: Sequence[Picture | StoredFile] = (),
    ) -> Receipt:
        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            for file in files:
                await keep_file(connection, project, seqs[0], file)

        event = NewEvent(project.id, kind, project.actor, fields, refs)
        return (await self._ledger.append(event, rows=rows)).receipts[0]

    async def current(self, member: Member) -> Project | None:
        """Return the project the member is working on, if one is open."""
        query = _MADE.where(actors.c.member_id == member.id, actors.c.current == 1)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else await self._project(row)

    async def get(self, project_id: str, member: Member | None = None) -> Project:
        """Return a project as its owner has it, or as `member` has; raise NotFound, or NotYours for no maker of it."""
        async with self._database.read() as connection:
            rows = (await connection.execute(_MADE.where(projects.c.id == project_id, _WORKED_ON))).all()
        if not rows:
            raise NotFound(f"project {project_id}")
        for row in rows:
            if row.member_id == (row.owner_id if member is None else member.id):
                return await self._project(row)
        raise NotYours(f"project {project_id}")

    async def as_had_by(self, project_id: str, member_id: str) -> Project:
        """Return a project as somebody has it, or had it before they left; raise NotFound."""
        query = _MADE.where(projects.c.id == project_id, actors.c.member_id == member_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise NotFound(f"project {project_id}")
        return await self._project(row)

    async def own(self, project_id: str, member: Member) -> Project:
        """Return a project of a member; raise NotFound also where it is somebody else's, which is nobody's business."""
        try:
            return await self.get(project_id, member)
        except NotYours as error:
            raise NotFound(f"project {project_id}") from error

    async def of_event(self, seq: int, member: Member) -> Project:
        """Return the project of an event; raise NotFound where there is none, or it never was the member's."""
        query = select(evidence_event.c.project).where(evidence_event.c.seq == seq)
        async with self._database.read() as connection:
            project_id = await connection.scalar(query)
        if project_id is None:
            raise NotFound(f"event {seq}")
        return await self.as_had_by(project_id, member.id)

    async def list(self, member: Member | None = None) -> list[Project]:
        """Return all projects, oldest first; of a member also those they have left: their words are still there."""
        query = _MADE.where(_OWNED if member is None else actors.c.member_id == member.id)
        async with self._database.read() as connection:
            rows = (await connection.execute(query.order_by(projects.c.opened_seq))).all()
        return [await self._project(row) for row in rows]

    async def makers(self, project_id: str) -> Sequence[Project]:
        """Return a project as each has it who ever worked on it, its owner first."""
        query = _MADE.where(projects.c.id == project_id).order_by(_OWNED.desc(), actors.c.actor)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [await self._project(row) for row in rows]

    async def listed(self, member: Member) -> Sequence[Listed]:
        """Return a member's projects with what there is to know of them at a glance, newest first."""
        count = select(func.count()).where(evidence_event.c.project == projects.c.id).scalar_subquery()
        query = _MADE.add_columns(count.label("events")).where(actors.c.member_id == member.id, _WORKED_ON)
        async with self._database.read() as connection:
            rows = (await connection.execute(query.order_by(projects.c.opened_seq.desc()))).all()
        told = await self._ledger.disclosed_many([row.opened_seq for row in rows])
        return [
            Listed(
                _project(row, str(told.get(row.opened_seq, {}).get("title", ""))),
                row.events,
                row.created_at,
                bool(row.current),
            )
            for row in rows
        ]

    async def briefs_before(self, project: Project, seq: int) -> int:
        """Return how many briefs a project had before an event."""
        query = select(func.count()).where(briefs.c.project_id == project.id, briefs.c.seq < seq)
        async with self._database.read() as connection:
            return await connection.scalar(query) or 0

    async def _project(self, row: Any) -> Project:
        return _project(row, str((await self._ledger.disclosed(row.opened_seq)).get("title", "")))


def _project(row: Any, title: str) -> Project:
    return Project(row.id, row.member_id, row.actor, title, row.opened_seq, row.owner_id)


def sealed_for(actor: str) -> ColumnElement[bool]:
    """Tell of a field whether a key of somebody seals it; after an erasure they have another one."""
    key = evidence_disclosure.c.key_id
    return (key == actor) | key.like(f"{actor}~%")


async def keep_file(connection: AsyncConnection, project: Project, seq: int, file: Picture | StoredFile) -> None:
    """Write whose file an event brought, inside its transaction."""
    await record(connection, file)
    row = {"seq": seq, "media_sha256": file.sha256, "project_id": project.id, "member_id": project.member_id}
    await connection.execute(insert(attachments).values(row))
