"""Showing a finished piece: first the record of it, then the message; and taking it down again.

Where the record is made and the message is not, publishing the same again posts it, and nothing is recorded twice.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.acts import Act
from storage.database import Database
from storage.errors import NotFound, StateConflict
from storage.evidence.commitments import JsonValue
from storage.evidence.kinds import Kind
from storage.evidence.ledger import Ledger, Receipt
from storage.evidence.sealing import NewEvent
from storage.media import Picture
from storage.members import Member
from storage.projects import Project, keep_file
from storage.tables import actors, evidence_event, projects, publications


@dataclass(frozen=True, slots=True)
class Piece:
    """What is shown: the picture of an event, the statement that it is finished, and what is said beside it.

    `licence` is an SPDX identifier, another name that the bot gives, or the member's own words. `picture` is the file
    as it is shown, `marks` what was written into it where it came without.
    """

    statement: int
    of: int
    picture: Picture
    title: str
    name: str
    licence: str
    marks: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def said(self) -> dict[str, JsonValue]:
        """Return what is said of it."""
        return {"title": self.title, "name": self.name, "licence": self.licence}


@dataclass(frozen=True, slots=True)
class Publication:
    """A piece on record as shown; without a message it is not, or not surely, there yet."""

    seq: int
    project_id: str
    channel_id: str
    message_id: str | None


class Publications:
    """The repository of what was shown."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger
        self._one_at_a_time = asyncio.Lock()

    async def publish(
        self, project: Project, piece: Piece, channel_id: str, act: Act
    ) -> tuple[Publication, Receipt, bool]:
        """Record that a piece is about to be shown; the same again, while it stands, is answered with the first.

        Return it, its receipt, and whether it is new.
        """
        async with self._one_at_a_time:
            first = await self._the_same(project, piece, channel_id)
            if first is not None:
                return first, await self._ledger.receipt(first.seq), False
            fields: dict[str, JsonValue] = {
                **piece.said,
                "image": piece.picture.as_field(),
                "pixels": piece.picture.pixels_sha256,
                "channel": channel_id,
                **act.as_fields(),
            }
            if piece.marks:
                fields["marks"] = dict(piece.marks)

            async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
                await keep_file(connection, project, seqs[0], piece.picture)
                await connection.execute(
                    insert(publications).values(
                        seq=seqs[0], project_id=project.id, member_id=project.member_id, channel_id=channel_id
                    )
                )

            refs = (piece.statement, piece.of)
            event = NewEvent(project.id, Kind.PIECE_PUBLISHED, project.actor, fields, refs)
            receipt = (await self._ledger.append(event, rows=rows)).receipts[0]
            return Publication(receipt.seq, project.id, channel_id, None), receipt, True

    async def shown(self, project: Project, publication: Publication, message_id: str) -> Publication:
        """Record under which number the platform took the message: its own witness of the time."""

        async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
            mine = publications.c.seq == publication.seq
            await connection.execute(update(publications).where(mine).values(message_id=message_id))

        message: dict[str, JsonValue] = {"channel": publication.channel_id, "id": message_id}
        fields: dict[str, JsonValue] = {"message": message}
        event = NewEvent(project.id, Kind.PIECE_SHOWN, "bot", fields, refs=(publication.seq,), subject=project.actor)
        await self._ledger.append(event, rows=rows)
        return replace(publication, message_id=message_id)

    async def withdraw(self, seq: int, member: Member, act: Act) -> tuple[Publication, Receipt]:
        """Record that a piece is taken down: by whoever published it, or the owner of the project.

        Raise NotFound where it is not theirs to take down, StateConflict where it was before.
        """
        found = await self._theirs(seq, member)

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            standing = (publications.c.seq == seq) & publications.c.withdrawn_seq.is_(None)
            done = await connection.execute(update(publications).where(standing).values(withdrawn_seq=seqs[0]))
            if not done.rowcount:
                raise StateConflict(f"publication {seq} was taken down")

        actor = await self._actor(found.project_id, member)
        event = NewEvent(found.project_id, Kind.PIECE_WITHDRAWN, actor, act.as_fields(), refs=(seq,))
        return found, (await self._ledger.append(event, rows=rows)).receipts[0]

    async def standing(self, project: Project) -> Sequence[Publication]:
        """Return what stands of a project, the oldest first."""
        query = (
            select(publications)
            .where(publications.c.project_id == project.id, publications.c.withdrawn_seq.is_(None))
            .order_by(publications.c.seq)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [Publication(row.seq, row.project_id, row.channel_id, row.message_id) for row in rows]

    async def _the_same(self, project: Project, piece: Piece, channel_id: str) -> Publication | None:
        standing = [each for each in await self.standing(project) if each.channel_id == channel_id]
        told = await self._ledger.disclosed_many([each.seq for each in standing])
        async with self._database.read() as connection:
            query = select(evidence_event.c.seq, evidence_event.c.leaf).where(evidence_event.c.seq.in_(list(told)))
            refs = {row.seq: json.loads(row.leaf)["refs"] for row in await connection.execute(query)}
        wanted = sorted((piece.statement, piece.of))
        for each in standing:
            said = {name: told.get(each.seq, {}).get(name) for name in piece.said}
            if said == piece.said and refs.get(each.seq) == wanted:
                return each
        return None

    async def _theirs(self, seq: int, member: Member) -> Publication:
        theirs = (publications.c.member_id == member.id) | (projects.c.member_id == member.id)
        query = select(publications).join(projects, projects.c.id == publications.c.project_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query.where(publications.c.seq == seq, theirs))).one_or_none()
        if row is None:
            raise NotFound(f"publication {seq}")
        return Publication(row.seq, row.project_id, row.channel_id, row.message_id)

    async def _actor(self, project_id: str, member: Member) -> str:
        query = select(actors.c.actor).where(actors.c.project_id == project_id, actors.c.member_id == member.id)
        async with self._database.read() as connection:
            return str(await connection.scalar(query))
