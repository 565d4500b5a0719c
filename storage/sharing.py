"""Making a piece together: who is asked, who joins in, whose rows the others may open, and who leaves.

Each maker has a pseudonym and a key of their own in the project; what they do is recorded under the one and sealed with
the other. So everybody keeps the say over their own words, and nobody over another's.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.acts import Act
from storage.clock import iso_ms, now_ms
from storage.database import Database
from storage.errors import NotFound, NotYours, StateConflict
from storage.evidence.commitments import JsonValue
from storage.evidence.kinds import Kind
from storage.evidence.ledger import Ledger, Receipt
from storage.evidence.sealing import NewEvent
from storage.ids import new_actor_id, new_id
from storage.members import Member
from storage.projects import Project, Projects, sealed_for
from storage.tables import actors, evidence_disclosure, evidence_event, members, projects, share_offers

MAX_MAKERS: Final = 4
"""With those who are asked; more would be a company, whose record no one of them could oversee."""


class TooManyMakers(StateConflict):
    """As many as there may be make the piece together already, or are asked to."""


class MakesItAlready(StateConflict):
    """Whoever is asked is one of the makers."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Somebody is asked to make a piece together; `user_id` is their account on the chat platform."""

    id: str
    project_id: str
    user_id: str
    actor: str
    seq: int


@dataclass(frozen=True, slots=True)
class Maker:
    """One who works on a project; `confirmed` is the number up to which they have confirmed their own rows."""

    user_id: str
    actor: str
    owner: bool
    confirmed: int | None


class Sharing:
    """The repository of who makes what together."""

    def __init__(self, database: Database, ledger: Ledger, repository: Projects) -> None:
        self._database = database
        self._ledger = ledger
        self._projects = repository

    async def makers(self, project: Project) -> Sequence[Maker]:
        """Return who works on a project now, its owner first."""
        query = (
            select(
                actors.c.actor,
                members.c.platform_user_id,
                (actors.c.member_id == projects.c.member_id).label("owner"),
            )
            .join(members, members.c.id == actors.c.member_id)
            .join(projects, projects.c.id == actors.c.project_id)
            .where(actors.c.project_id == project.id, actors.c.left_seq.is_(None))
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
            confirmed = await _confirmations(connection, project.id)
        until = {actor: until for actor, (_, until) in confirmed.items()}
        found = [Maker(row.platform_user_id, row.actor, bool(row.owner), until.get(row.actor)) for row in rows]
        return sorted(found, key=lambda maker: (not maker.owner, maker.actor))

    # --- asking ------------------------------------------------------------------------------

    async def offer(self, project: Project, user_id: str, act: Act) -> tuple[Offer, Receipt]:
        """Record that somebody is asked; asked twice, they are asked once.

        Raise NotYours where it is not the owner who asks, MakesItAlready or TooManyMakers.
        """
        if not project.owned:
            raise NotYours(f"project {project.id}")
        open_ = await self._offer((share_offers.c.project_id == project.id) & (share_offers.c.user_id == user_id))
        if open_ is not None:
            return open_, await self._ledger.receipt(open_.seq)
        actor = await self._pseudonym(project, user_id)
        made = Offer(new_id(), project.id, user_id, actor, -1)

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            working = (actors.c.project_id == project.id) & actors.c.left_seq.is_(None)
            if await connection.scalar(select(actors.c.actor).where(working, actors.c.actor == actor)) is not None:
                raise MakesItAlready(f"project {project.id}")
            now = await connection.scalar(select(func.count()).select_from(actors).where(working)) or 0
            if now + (await connection.scalar(_asked(project)) or 0) >= MAX_MAKERS:
                raise TooManyMakers(f"project {project.id}")
            await connection.execute(
                insert(share_offers).values(
                    id=made.id,
                    project_id=project.id,
                    user_id=user_id,
                    actor=actor,
                    seq=seqs[0],
                    created_at=now_ms(),
                )
            )

        event = NewEvent(project.id, Kind.SHARE_OFFERED, project.actor, {"invitee": actor, **act.as_fields()})
        receipt = (await self._ledger.append(event, rows=rows)).receipts[0]
        return Offer(made.id, project.id, user_id, actor, receipt.seq), receipt

    async def _pseudonym(self, project: Project, user_id: str) -> str:
        """Return under which pseudonym somebody will work: who comes back has their old one."""
        query = (
            select(actors.c.actor)
            .join(members, members.c.id == actors.c.member_id)
            .where(actors.c.project_id == project.id, members.c.platform_user_id == user_id)
        )
        async with self._database.read() as connection:
            return await connection.scalar(query) or new_actor_id()

    async def offers_to(self, user_id: str) -> Sequence[tuple[Offer, Project]]:
        """Return what somebody is asked to make together, oldest first, and each project as its owner has it."""
        query = select(share_offers).where(share_offers.c.user_id == user_id).order_by(share_offers.c.seq)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        offers = [Offer(row.id, row.project_id, row.user_id, row.actor, row.seq) for row in rows]
        return [(offer, await self._projects.get(offer.project_id)) for offer in offers]

    async def offers_of(self, project: Project) -> Sequence[Offer]:
        """Return who is asked to make a project, and has not answered."""
        query = select(share_offers).where(share_offers.c.project_id == project.id).order_by(share_offers.c.seq)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [Offer(row.id, row.project_id, row.user_id, row.actor, row.seq) for row in rows]

    async def offered(self, offer_id: str, user_id: str) -> Offer:
        """Return an open offer; raise NotFound where it is none any more, NotYours where it is another's."""
        found = await self._offer(share_offers.c.id == offer_id)
        if found is None:
            raise NotFound(f"offer {offer_id}")
        if found.user_id != user_id:
            raise NotYours(f"offer {offer_id}")
        return found

    async def _offer(self, where: ColumnElement[bool]) -> Offer | None:
        async with self._database.read() as connection:
            row = (await connection.execute(select(share_offers).where(where))).one_or_none()
        return None if row is None else Offer(row.id, row.project_id, row.user_id, row.actor, row.seq)

    async def accept(self, offer_id: str, member: Member, act: Act) -> tuple[Project, Receipt]:
        """Record that somebody joins in, whose pseudonym theirs is, and that they agreed; it is their current project.

        Raise NotFound or NotYours as `offered` does.
        """
        offer = await self.offered(offer_id, member.platform_user_id)
        identity = f"{member.platform}:{member.platform_user_id}"
        events = [NewEvent(offer.project_id, Kind.ACTOR_BOUND, offer.actor, {"identity": identity}, refs=(offer.seq,))]
        if member.consented_at is not None:
            agreed: dict[str, JsonValue] = {"agreed_at": iso_ms(member.consented_at)}
            events.append(NewEvent(offer.project_id, Kind.CONSENT_GIVEN, offer.actor, agreed))
        joins = NewEvent(offer.project_id, Kind.SHARE_ACCEPTED, offer.actor, act.as_fields(), refs=(offer.seq,))

        async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
            taken = await connection.execute(delete(share_offers).where(share_offers.c.id == offer_id))
            if not taken.rowcount:
                raise NotFound(f"offer {offer_id}")
            mine = actors.c.member_id == member.id
            await connection.execute(update(actors).where(mine).values(current=0))
            back = update(actors).where(mine, actors.c.project_id == offer.project_id).values(current=1, left_seq=None)
            if not (await connection.execute(back)).rowcount:
                joined = {"project_id": offer.project_id, "member_id": member.id, "actor": offer.actor, "current": 1}
                await connection.execute(insert(actors).values(joined))

        receipt = (await self._ledger.append(*events, joins, rows=rows)).receipts[-1]
        return await self._projects.as_had_by(offer.project_id, member.id), receipt

    async def decline(self, offer_id: str, user_id: str) -> Offer:
        """Forget that somebody was asked; whoever says no leaves nothing behind. Raise as `offered` does."""
        offer = await self.offered(offer_id, user_id)
        async with self._database.write() as connection:
            await connection.execute(delete(share_offers).where(share_offers.c.id == offer_id))
        return offer

    # --- confirming and leaving --------------------------------------------------------------

    async def confirm(self, project: Project, act: Act) -> tuple[Receipt, int, bool]:
        """Record that a maker confirms their own rows, and what was drawn for them, for all makers to open.

        Return the receipt, the number up to which, and whether that is new.
        """
        async with self._database.read() as connection:
            newest = await connection.scalar(
                select(func.max(evidence_event.c.seq)).where(evidence_event.c.project == project.id)
            )
            last, before = (await _confirmations(connection, project.id)).get(project.actor, (-1, -1))
            new = await connection.scalar(_newly_sealed(project, before))
        assert newest is not None, "a project begins with an event"
        if last >= 0 and not new:
            return await self._ledger.receipt(last), before, False
        fields: dict[str, JsonValue] = {"until": newest, **act.as_fields()}
        event = NewEvent(project.id, Kind.SHARE_CONFIRMED, project.actor, fields, refs=(newest,))
        return (await self._ledger.append(event)).receipts[0], newest, True

    async def end(self, project: Project, act: Act) -> tuple[Receipt, int]:
        """Record that a maker leaves, or that the owner ends the sharing and goes on alone; their words stay theirs.

        Return the receipt, and how many are out. Raise StateConflict where nobody else works on it, or is asked to.
        """
        others = [maker.actor for maker in await self.makers(project) if not maker.owner]
        out = others if project.owned else [project.actor]
        async with self._database.read() as connection:
            asked = await connection.scalar(_asked(project))
        if project.owned and not out and not asked:
            raise StateConflict(f"project {project.id} is not shared")

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            leaving = (actors.c.project_id == project.id) & actors.c.actor.in_(out) & actors.c.left_seq.is_(None)
            left = await connection.execute(update(actors).where(leaving).values(current=0, left_seq=seqs[0]))
            if left.rowcount != len(out):
                raise StateConflict(f"project {project.id} was left already")
            if project.owned:
                await connection.execute(delete(share_offers).where(share_offers.c.project_id == project.id))

        fields: dict[str, JsonValue] = {"out": [*out], **act.as_fields()}
        event = NewEvent(project.id, Kind.SHARE_ENDED, project.actor, fields)
        return (await self._ledger.append(event, rows=rows)).receipts[0], len(out)


async def _confirmations(connection: AsyncConnection, project_id: str) -> dict[str, tuple[int, int]]:
    """Return the newest confirmation of each maker: its own number, and the one up to which it goes."""
    theirs = (evidence_event.c.project == project_id) & (evidence_event.c.type == Kind.SHARE_CONFIRMED)
    query = select(evidence_event.c.seq, evidence_event.c.leaf).where(theirs).order_by(evidence_event.c.seq)
    found: dict[str, tuple[int, int]] = {}
    for row in await connection.execute(query):
        leaf = json.loads(row.leaf)
        found[leaf["actor"]] = (row.seq, max(leaf["refs"]))
    return found


def _newly_sealed(project: Project, since: int) -> Select[Any]:
    """Count what a maker's key has sealed in a project since an event, confirmations aside."""
    return (
        select(func.count())
        .select_from(evidence_disclosure)
        .join(evidence_event, evidence_event.c.seq == evidence_disclosure.c.seq)
        .where(
            evidence_event.c.project == project.id,
            evidence_event.c.seq > since,
            evidence_event.c.type != Kind.SHARE_CONFIRMED,
            sealed_for(project.actor),
        )
    )


def _asked(project: Project) -> Select[Any]:
    return select(func.count()).select_from(share_offers).where(share_offers.c.project_id == project.id)
