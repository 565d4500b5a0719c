"""Appeals: a member says once why a refusal or a block is wrong, and a moderator decides, once, with a reason.

What a member says is an event of their project, sealed with their key. Who has no project is blocked all the same: then
the log has that they appealed, and their words stand in the row, where an erasure finds them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.acts import Act
from storage.clock import now_ms
from storage.database import Database
from storage.errors import NotFound, StateConflict
from storage.evidence.commitments import JsonValue
from storage.evidence.kinds import Kind
from storage.evidence.leaf import LOG_PROJECT
from storage.evidence.ledger import Ledger, Receipt
from storage.evidence.sealing import NewEvent
from storage.mandate import Mandate, rows_of_act
from storage.members import Member
from storage.projects import Projects
from storage.refusals import WAIVABLE, Refusals, RefusedBrief
from storage.standing import Standings
from storage.tables import appeals, members

MAX_WORDS: Final = 1000


class What(StrEnum):
    """What an appeal is against."""

    BRIEF = "brief"
    """A brief that was refused."""
    BLOCK = "block"


class State(StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    GRANTED = "granted"
    UPHELD = "upheld"
    """What was decided stays."""
    ANSWERED = "answered"
    """Of a rule that no moderator can waive: they have said why."""
    WITHDRAWN = "withdrawn"
    """Its words were erased before anybody decided."""


@dataclass(frozen=True, slots=True)
class Contested:
    """What a member can appeal, by the number of the refused brief or of the act that blocked them.

    `rule` is of a brief; `at_ms` is when it was sent, and 0 for a block.
    """

    number: int
    what: What
    guild: str
    rule: str = ""
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal on record; `words` are None where they were erased, `user` is empty where the member is."""

    against: Contested
    seq: int
    member_id: str
    user: str
    words: str | None
    state: State
    made_ms: int
    decided_ms: int | None
    decided_seq: int | None

    @property
    def decisions(self) -> tuple[State, ...]:
        """Return how it can be decided; nobody grants what no moderator can waive."""
        if self.against.what is What.BRIEF and self.against.rule not in WAIVABLE:
            return (State.ANSWERED,)
        return (State.GRANTED, State.UPHELD)


class Appeals:
    """The repository of appeals."""

    def __init__(
        self, database: Database, ledger: Ledger, projects: Projects, standings: Standings, refusals: Refusals
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._projects = projects
        self._standings = standings
        self._refusals = refusals

    # --- what a member does --------------------------------------------------------------------

    async def contestable(self, member: Member, guild: str | None, *, limit: int) -> Sequence[Contested]:
        """Return what a member can still appeal (in a server): blocks first, then refused briefs, the newest first."""
        held = [one for one in self._standings.all_of(member) if guild in (None, one.guild)]
        async with self._database.read() as connection:
            done = set(await connection.scalars(select(appeals.c.about).where(appeals.c.member_id == member.id)))
        blocks = [Contested(one.seq, What.BLOCK, one.guild) for one in held if one.seq not in done]
        refused = await self._refusals.contestable(member, guild, limit=limit)
        told = await self._ledger.disclosed_many([one.number for one in refused])
        return [*blocks, *(_of(one) for one in refused if "prompt" in told.get(one.number, {}))][:limit]

    async def against(self, member: Member, number: int) -> Contested:
        """Return what a member can appeal under a number; raise NotFound where it is nothing of theirs, or erased.

        That it was appealed before is told by `of`.
        """
        for held in self._standings.all_of(member):
            if held.seq == number:
                return Contested(number, What.BLOCK, held.guild)
        found = await self._refusals.of_member(member, number)
        if found is None or "prompt" not in await self._ledger.disclosed(number):
            raise NotFound(f"nothing of {member.id} to appeal as {number}")
        return _of(found)

    async def make(self, member: Member, against: Contested, words: str, act: Act) -> Receipt:
        """Record an appeal; raise StateConflict where there is one already."""
        brief = against.what is What.BRIEF
        project = await (self._projects.of_event(against.number, member) if brief else self._projects.current(member))
        about: dict[str, JsonValue] = {"what": against.what.value, "number": against.number}
        fields: dict[str, JsonValue] = {"about": about, **act.as_fields()}
        if project is None:
            event = NewEvent(LOG_PROJECT, Kind.APPEAL_MADE, "sys", fields)
        else:
            refs = (against.number,) if brief else ()
            event = NewEvent(project.id, Kind.APPEAL_MADE, project.actor, {"text": words, **fields}, refs)

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            row = {
                "about": against.number,
                "what": against.what,
                "guild_id": against.guild,
                "member_id": member.id,
                "project_id": None if project is None else project.id,
                "rule": against.rule or None,
                "seq": seqs[0],
                "words": words if project is None else None,
                "state": State.OPEN,
                "made_at": now_ms(),
            }
            try:
                await connection.execute(insert(appeals).values(row))
            except IntegrityError as error:
                raise StateConflict(f"{against.number} was appealed before") from error

        return (await self._ledger.append(event, rows=rows)).receipts[0]

    async def of(self, number: int) -> Appeal | None:
        """Return the appeal against what has a number, if there is one."""
        found = await self._read(appeals.c.about == number)
        return found[0] if found else None

    # --- what moderators do --------------------------------------------------------------------

    async def of_guild(self, guild: str, *, offset: int, limit: int) -> Sequence[Appeal]:
        """Return the appeals of a server: open ones first, of which the oldest; then the latest decisions."""
        return await self._read(_to_review(guild), offset=offset, limit=limit)

    async def count(self, guild: str, *, open_only: bool = False) -> int:
        """Return how many appeals a server has to see."""
        where = _to_review(guild)
        if open_only:
            where &= appeals.c.state == State.OPEN
        async with self._database.read() as connection:
            return await connection.scalar(select(func.count()).select_from(appeals).where(where)) or 0

    async def get(self, guild: str, number: int) -> Appeal:
        """Return an appeal of a server; raise NotFound."""
        found = await self._read(_to_review(guild) & (appeals.c.about == number))
        if not found:
            raise NotFound(f"appeal {number} of server {guild}")
        return found[0]

    async def decide(self, appeal: Appeal, mandate: Mandate, decision: State) -> Receipt:
        """Record a decision in the log and in the member's project, with what follows of it; the first one counts.

        A block whose appeal is granted is lifted with it, a brief's may be sent once more (`storage.exemptions`). Raise
        StateConflict where it was decided before, or cannot be decided so.
        """
        if decision not in appeal.decisions:
            raise StateConflict(f"the appeal of {appeal.against.number} cannot be {decision}")
        member = await self._member(appeal.member_id)
        number = appeal.against.number
        lifting = decision is State.GRANTED and self._holds(member, appeal.against)
        scope = mandate.as_scope(event=number, what=appeal.against.what.value)
        act = f"appeal-{decision}"
        events = [
            NewEvent(LOG_PROJECT, Kind.MODERATION_ACTED, "sys", {"act": act, "scope": {**scope, "member": member.id}})
        ]
        project = await self._project_of(number)
        if project is not None:
            fields: dict[str, JsonValue] = {"act": act, "scope": scope}
            events.append(NewEvent(project, Kind.MODERATION_ACTED, "sys", fields, refs=(appeal.seq,)))

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            still_open = (appeals.c.about == number) & (appeals.c.state == State.OPEN)
            values = {"state": decision, "decided_at": now_ms(), "decided_seq": seqs[0]}
            result: Any = await connection.execute(update(appeals).where(still_open).values(values))
            if result.rowcount != 1:
                raise StateConflict(f"the appeal of {number} is decided")
            if lifting:
                await self._standings.delete(connection, member, mandate.guild)
            await rows_of_act(mandate, {member.id: seqs[0]})(connection, seqs[:1])

        receipt = (await self._ledger.append(*events, rows=rows)).receipts[0]
        if lifting:
            self._standings.lifted(member, mandate.guild)
        return receipt

    def _holds(self, member: Member, against: Contested) -> bool:
        """Tell whether an appeal is against the block that holds now, and not one that another has replaced."""
        held = self._standings.of(against.guild, member.platform, member.platform_user_id)
        return against.what is What.BLOCK and held is not None and held.seq == against.number

    async def _project_of(self, number: int) -> str | None:
        async with self._database.read() as connection:
            found: str | None = await connection.scalar(select(appeals.c.project_id).where(appeals.c.about == number))
        return found

    async def _member(self, member_id: str) -> Member:
        async with self._database.read() as connection:
            row = (await connection.execute(select(members).where(members.c.id == member_id))).one()
        return Member(row.id, row.platform, row.platform_user_id, row.name, row.consented_at)

    async def _read(self, where: ColumnElement[bool], *, offset: int = 0, limit: int | None = None) -> Sequence[Appeal]:
        waiting = appeals.c.state == State.OPEN
        query = (
            select(appeals, members.c.platform_user_id)
            .join(members, members.c.id == appeals.c.member_id)
            .where(where)
            .order_by(~waiting, case((waiting, appeals.c.made_at), else_=-appeals.c.decided_at), appeals.c.about)
            .offset(offset)
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        told = await self._ledger.disclosed_many([row.seq for row in rows])
        return [_appeal(row, told.get(row.seq, {}).get("text", row.words)) for row in rows]


async def withdraw(connection: AsyncConnection, where: ColumnElement[bool]) -> None:
    """Forget the words of appeals, and close those that are open: they were erased."""
    still_open = case((appeals.c.state == State.OPEN, State.WITHDRAWN.value), else_=appeals.c.state)
    await connection.execute(update(appeals).where(where).values(words=None, state=still_open))


def _of(refused: RefusedBrief) -> Contested:
    return Contested(refused.number, What.BRIEF, refused.guild, refused.rule, refused.at_ms)


def _to_review(guild: str) -> ColumnElement[bool]:
    return (appeals.c.guild_id == guild) & (appeals.c.state != State.WITHDRAWN)


def _appeal(row: Any, words: JsonValue) -> Appeal:
    return Appeal(
        against=Contested(row.about, What(row.what), row.guild_id, row.rule or ""),
        seq=row.seq,
        member_id=row.member_id,
        user="" if row.platform_user_id.startswith("erased:") else row.platform_user_id,
        words=words if isinstance(words, str) else None,
        state=State(row.state),
        made_ms=row.made_at,
        decided_ms=row.decided_at,
        decided_seq=row.decided_seq,
    )
