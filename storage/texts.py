"""Drafts of texts: a brief, the candidates that came of it, the choice, and what the member made of them.

As with pictures each act is first an event, and its row is written in the same transaction. A row is also the queue:
what is open is written, or written again after a restart. Words are in the log alone.
"""

import asyncio
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, cast

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.acts import Act
from storage.choosing import AlreadyChosen, choice_events
from storage.clock import now_ms
from storage.database import Database
from storage.earlier import earlier_texts
from storage.errors import NotFound, NotYours, StateConflict
from storage.evidence.authorship import origin_of
from storage.evidence.changes import word_change
from storage.evidence.commitments import JsonValue
from storage.evidence.hands import BETWEEN, paragraphs
from storage.evidence.kinds import Kind
from storage.evidence.ledger import Ledger, Receipt
from storage.evidence.sealing import NewEvent
from storage.ids import new_id
from storage.jobs import Delivery
from storage.leases import Held, check_held, note_busy
from storage.members import Member
from storage.projects import Project, Projects
from storage.suggestions import Suggestion, taken_over
from storage.tables import members, projects, text_candidates, text_drafts, text_edits
from storage.text_jobs import TextJobs


class TextWork(StrEnum):
    """What a model writes: texts to be used, or ways to put an idea, which become briefs."""

    WRITE = "write"
    BRAINSTORM = "brainstorm"


class TextState(StrEnum):
    """Where a draft stands: to be written, recorded and to be shown, shown, or ended without a text."""

    OPEN = "open"
    MADE = "made"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


_NEXT: Final[Mapping[TextState, frozenset[TextState]]] = {
    TextState.OPEN: frozenset({TextState.MADE, TextState.FAILED, TextState.CANCELLED}),
    TextState.MADE: frozenset({TextState.DELIVERED}),
    TextState.DELIVERED: frozenset(),
    TextState.FAILED: frozenset(),
    TextState.CANCELLED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class TextParams:
    """Everything of a brief for texts that is not words; `seeds` has one entry a candidate."""

    operation: TextWork
    seeds: tuple[int, ...]
    form: str | None = None
    tone: str | None = None
    length: str | None = None


@dataclass(frozen=True, slots=True)
class SubmittedText:
    """A brief on record, and the draft that is to come of it."""

    draft_id: str
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class NewText:
    """A finished candidate, and how it was made."""

    text: str
    seed: int
    generation: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Version:
    """A text and the event that recorded it; `position` where it is a candidate. Erased words are empty."""

    seq: int
    text: str
    position: int = 0
    generation: Mapping[str, JsonValue] = field(default_factory=dict)
    """How a model made it, where it is a candidate."""


@dataclass(frozen=True, slots=True)
class TextView:
    """Everything that a card or a writer needs to know of a draft."""

    id: str
    project: Project
    member_id: str
    owner_user_id: str
    seq: int
    text: str
    params: TextParams
    state: TextState
    attempts: int
    delivery: Delivery
    took_ms: int | None
    candidates: tuple[Version, ...] = ()
    # Position of the chosen candidate, 0 for "none of these", None while nothing was said.
    chosen: int | None = None
    edits: tuple[int, ...] = ()
    worker: str | None = None
    """Who holds the lease under which this was read."""

    @property
    def held(self) -> Held:
        """Return the lease under which this was read."""
        return Held(self.id, self.worker, self.attempts)

    @property
    def latest(self) -> int | None:
        """Return the event of the text as it stands: the last edit, else the candidate that was chosen."""
        if self.edits:
            return self.edits[-1]
        return next((c.seq for c in self.candidates if c.position == self.chosen), None)


class TextDrafts:
    """The repository of drafts of texts."""

    def __init__(self, database: Database, ledger: Ledger, projects: Projects, jobs: TextJobs) -> None:
        self._database = database
        self._jobs = jobs
        self._ledger = ledger
        self._projects = projects

    async def submit(
        self, member: Member, project: Project, text: str, params: TextParams, act: Act, delivery: Delivery
    ) -> SubmittedText:
        """Record a brief and that a draft of it is open; nothing is written before.

        Raise QueueFull where nothing more is taken in: then nothing is recorded.
        """
        draft_id = new_id()
        earlier = await earlier_texts(self._database, self._ledger, project.id)
        origin = await asyncio.to_thread(origin_of, text, earlier)
        fields: dict[str, JsonValue] = {
            "prompt": text,
            "params": _told(params),
            **origin.as_fields(),
            **act.as_fields(),
        }
        refs = () if origin.of is None else (origin.of,)

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            home = select(projects.c.guild_id).where(projects.c.id == project.id)
            guild = delivery.guild_id or await connection.scalar(home) or ""
            turn = await self._jobs.leases.entry(connection, guild, member.id, len(params.seeds), small=False)
            await connection.execute(
                insert(text_drafts).values(
                    id=draft_id,
                    project_id=project.id,
                    member_id=member.id,
                    seq=seqs[0],
                    params=asdict(params),
                    state=TextState.OPEN,
                    attempts=0,
                    delivery=asdict(delivery),
                    created_at=now_ms(),
                    updated_at=now_ms(),
                    **turn,
                )
            )

        event = NewEvent(project.id, Kind.PROMPT_SUBMITTED, project.actor, fields, refs)
        return SubmittedText(draft_id, (await self._ledger.append(event, rows=rows)).receipts[0])

    # --- what a model does with it -------------------------------------------------------------

    async def unfinished(self) -> Sequence[str]:
        """Return the drafts that are still to be written or to be shown, oldest first."""
        waiting = text_drafts.c.state.in_([TextState.OPEN, TextState.MADE])
        query = select(text_drafts.c.id).where(waiting).order_by(text_drafts.c.created_at, text_drafts.c.id)
        async with self._database.read() as connection:
            return list(await connection.scalars(query))

    async def begin(self, view: TextView, model: str, settings: Mapping[str, JsonValue]) -> Receipt:
        """Record that a model starts on a draft; raise StateConflict where it is open no more."""

        async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
            await check_held(connection, text_drafts, view.held)
            mine = (text_drafts.c.id == view.id) & (text_drafts.c.state == TextState.OPEN)
            if await connection.scalar(select(text_drafts.c.id).where(mine)) is None:
                raise StateConflict(f"draft {view.id} is open no more")

        seeds: list[JsonValue] = list(view.params.seeds)
        fields: dict[str, JsonValue] = {"model": model, "seed": seeds, "params": dict(settings)}
        event = _of_machine(view, Kind.GENERATION_STARTED, fields)
        return (await self._ledger.append(event, rows=rows)).receipts[0]

    async def made(self, view: TextView, made: Sequence[NewText], model: str, took_ms: int) -> tuple[Receipt, ...]:
        """Record what a model wrote, and that it is still to be shown; raise StateConflict where it was cancelled.

        Ways to put an idea are suggestions, so that whoever takes one over is not taken for who wrote it.
        """
        if view.params.operation is TextWork.BRAINSTORM:
            events = [
                _of_machine(view, Kind.SUGGESTION_MADE, Suggestion(text.text, model, view.text).as_fields())
                for text in made
            ]
        else:
            events = [_candidate(view, text) for text in made]

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            await check_held(connection, text_drafts, view.held)
            await _move(connection, view.id, TextState.MADE, took_ms=took_ms)
            for position, seq in enumerate(seqs, start=1):
                await connection.execute(insert(text_candidates).values(seq=seq, draft_id=view.id, position=position))

        return (await self._ledger.append(*events, rows=rows)).receipts

    async def refused(self, view: TextView, rule: str, about: Mapping[str, JsonValue]) -> Receipt:
        """Record that nothing is written on a brief, or a candidate is not shown, and by which rule."""
        fields: dict[str, JsonValue] = {"rule": rule, "about": dict(about)}
        event = _of_machine(view, Kind.GENERATION_REFUSED, fields)
        return (await self._ledger.append(event)).receipts[0]

    async def failed(self, view: TextView, reason: str) -> Receipt:
        """Record that nothing will come of a draft; raise StateConflict. `reason` is a code.

        The draft keeps its lease until `told`: its member does not know yet.
        """

        async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
            await check_held(connection, text_drafts, view.held)
            await _move(connection, view.id, TextState.FAILED, failed_with=reason)

        event = _of_machine(view, Kind.GENERATION_FAILED, {"reason": reason})
        return (await self._ledger.append(event, rows=rows)).receipts[0]

    async def set_delivery(self, draft_id: str, delivery: Delivery) -> None:
        """Remember where the card is."""
        async with self._database.write() as connection:
            await connection.execute(
                update(text_drafts).where(text_drafts.c.id == draft_id).values(delivery=asdict(delivery))
            )

    async def delivered(self, view: TextView, delivery: Delivery | None = None) -> None:
        """Say that the card has arrived, where it is now; its interaction token is forgotten. Raise StateConflict."""
        async with self._database.write() as connection:
            await check_held(connection, text_drafts, view.held)
            await _end(connection, view.id, TextState.DELIVERED, delivery)
            await note_busy(connection, text_drafts, view.id)

    async def told(self, view: TextView, delivery: Delivery | None = None) -> None:
        """Say that a member knows that nothing comes; the interaction token is forgotten. Raise LeaseLost."""
        known = {"lease_owner": None, "lease_until": None, "delivery": _without_token(delivery or view.delivery)}
        async with self._database.write() as connection:
            await check_held(connection, text_drafts, view.held)
            await connection.execute(update(text_drafts).where(text_drafts.c.id == view.id).values(known))

    # --- what the member does with it ----------------------------------------------------------

    async def cancel(self, draft_id: str, member: Member, act: Act) -> Receipt:
        """Record that a member stops their own draft, and stop it; raise NotYours, or StateConflict if too late."""
        view = await self._own(draft_id, member)

        async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
            await _end(connection, draft_id, TextState.CANCELLED)

        event = NewEvent(view.project.id, Kind.DRAFT_CANCELLED, view.project.actor, act.as_fields(), refs=(view.seq,))
        return (await self._ledger.append(event, rows=rows)).receipts[0]

    async def choose(self, draft_id: str, position: int, member: Member, why: str, act: Act) -> tuple[Receipt, bool]:
        """Record a member's choice (position 0: none of these) and what was thereby rejected.

        Returns the receipt and whether anything was new, as for pictures.
        """
        view = await self._own(draft_id, member)
        chosen = self._candidate_at(view, position) if position else None
        among = [candidate.seq for candidate in view.candidates]
        events = choice_events(view.project, among, None if chosen is None else chosen.seq, why, act)
        return await self._choose(view, position, why, events)

    async def take(self, draft_id: str, position: int, member: Member, act: Act) -> tuple[Receipt, bool]:
        """Record that a member takes a suggestion over as it stands; taking the same again is one act."""
        view = await self._own(draft_id, member)
        taken = self._candidate_at(view, position)
        return await self._choose(view, position, "", [taken_over(view.project, taken.seq, taken.text, act)])

    async def _choose(
        self, view: TextView, position: int, why: str, events: Sequence[NewEvent]
    ) -> tuple[Receipt, bool]:
        last_seq = await self._last_choice(view.id)
        said = None if last_seq is None else (await self._ledger.disclosed(last_seq)).get("why")
        mine = text_drafts.c.id == view.id

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            row = (await connection.execute(select(text_drafts).where(mine))).one()
            same = row.chosen_seq is not None and row.chosen_position == position
            if same and (not why or (row.chosen_seq, why) == (last_seq, said)):
                raise AlreadyChosen(row.chosen_seq)
            await connection.execute(
                update(text_drafts).where(mine).values(chosen_seq=seqs[0], chosen_position=position)
            )

        try:
            return (await self._ledger.append(*events, rows=rows)).receipts[0], True
        except AlreadyChosen as already:
            return await self._ledger.receipt(already.seq), False

    async def _last_choice(self, draft_id: str) -> int | None:
        async with self._database.read() as connection:
            return await connection.scalar(select(text_drafts.c.chosen_seq).where(text_drafts.c.id == draft_id))

    async def combine(
        self, draft_id: str, picks: Sequence[tuple[int, int]], member: Member, act: Act
    ) -> tuple[Version, Receipt]:
        """Record that a member puts paragraphs together: pairs of a candidate's position and a paragraph's number."""
        view = await self._own(draft_id, member)
        chosen = [(self._candidate_at(view, position), number) for position, number in picks]
        text = combined(view, picks)
        named: list[JsonValue] = [[candidate.seq, number] for candidate, number in chosen]
        fields: dict[str, JsonValue] = {"text": text, "params": {"how": "combined", "paragraphs": named}}
        return await self._edit(view, text, fields, tuple(candidate.seq for candidate, _ in chosen), act)

    async def reword(
        self, draft_id: str, of: int, text: str, member: Member, act: Act
    ) -> tuple[Version, Receipt] | None:
        """Record what a member made of a candidate or an edit, with the difference; None where there is none."""
        view = await self._own(draft_id, member)
        before = await self.version(view, of)
        if unicodedata.normalize("NFC", before.text) == text:
            return None
        change = await asyncio.to_thread(word_change, before.text, text)
        fields: dict[str, JsonValue] = {"text": text, "params": {"how": "typed"}, "change": change}
        return await self._edit(view, text, fields, (of,), act)

    async def _edit(
        self, view: TextView, text: str, fields: Mapping[str, JsonValue], refs: tuple[int, ...], act: Act
    ) -> tuple[Version, Receipt]:
        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            await connection.execute(insert(text_edits).values(seq=seqs[0], draft_id=view.id))

        given = {**fields, **act.as_fields()}
        event = NewEvent(view.project.id, Kind.EDIT_APPLIED, view.project.actor, given, refs)
        receipt = (await self._ledger.append(event, rows=rows)).receipts[0]
        return Version(receipt.seq, text), receipt

    # --- looking -------------------------------------------------------------------------------

    async def version(self, view: TextView, seq: int) -> Version:
        """Return a candidate or an edit of a draft; raise NotFound, also where its words were erased."""
        candidate = next((c for c in view.candidates if c.seq == seq), None)
        if candidate is not None:
            found = candidate
        elif seq in view.edits:
            found = Version(seq, str((await self._ledger.disclosed(seq)).get("text", "")))
        else:
            raise NotFound(f"text {seq} of draft {view.id}")
        if not found.text:
            raise NotFound(f"the words of text {seq}")
        return found

    async def view(self, draft_id: str) -> TextView:
        """Return a draft with its brief, candidates, choice and edits; raise NotFound."""
        query = select(text_drafts, members.c.platform_user_id).join(members, members.c.id == text_drafts.c.member_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query.where(text_drafts.c.id == draft_id))).one_or_none()
            if row is None:
                raise NotFound(f"text draft {draft_id}")
            places = select(text_candidates).where(text_candidates.c.draft_id == draft_id)
            made = (await connection.execute(places.order_by(text_candidates.c.position))).all()
            edited = select(text_edits.c.seq).where(text_edits.c.draft_id == draft_id).order_by(text_edits.c.seq)
            edits = tuple(await connection.scalars(edited))
        told = await self._ledger.disclosed_many([row.seq, *(each.seq for each in made)])
        return TextView(
            id=draft_id,
            project=await self._projects.as_had_by(row.project_id, row.member_id),
            member_id=row.member_id,
            owner_user_id=str(row.platform_user_id),
            seq=row.seq,
            text=str(told.get(row.seq, {}).get("prompt", "")),
            params=_params(row.params),
            state=TextState(row.state),
            attempts=row.attempts,
            delivery=Delivery(**row.delivery),
            took_ms=row.took_ms,
            candidates=tuple(_version(each, told.get(each.seq, {})) for each in made),
            chosen=row.chosen_position,
            edits=edits,
            worker=row.lease_owner,
        )

    async def has(self, draft_id: str) -> bool:
        """Tell whether a draft is one of a text."""
        async with self._database.read() as connection:
            query = select(text_drafts.c.id).where(text_drafts.c.id == draft_id)
            return await connection.scalar(query) is not None

    async def _own(self, draft_id: str, member: Member) -> TextView:
        view = await self.view(draft_id)
        if view.member_id != member.id:
            raise NotYours(f"text draft {draft_id}")
        return view

    def _candidate_at(self, view: TextView, position: int) -> Version:
        found = next((c for c in view.candidates if c.position == position and c.text), None)
        if found is None:
            raise NotFound(f"candidate {position} of text draft {view.id}")
        return found


def _version(row: Any, told: Mapping[str, JsonValue]) -> Version:
    generation = told.get("generation")
    return Version(
        row.seq, str(told.get("text", "")), row.position, generation if isinstance(generation, Mapping) else {}
    )


def combined(view: TextView, picks: Sequence[tuple[int, int]]) -> str:
    """Return paragraphs of candidates put together in their order; raise NotFound where one is not there."""
    parts = {
        (candidate.position, number): part
        for candidate in view.candidates
        for number, part in enumerate(paragraphs(unicodedata.normalize("NFC", candidate.text)), start=1)
    }
    try:
        return BETWEEN.join(parts[pick] for pick in picks)
    except KeyError as error:
        raise NotFound(f"a paragraph of text draft {view.id}") from error


def _candidate(view: TextView, text: NewText) -> NewEvent:
    fields: dict[str, JsonValue] = {
        "text": text.text,
        "draft_id": view.id,
        "seed": text.seed,
        "generation": dict(text.generation),
    }
    return _of_machine(view, Kind.DRAFT_MADE, fields)


def _of_machine(view: TextView, kind: Kind, fields: Mapping[str, JsonValue]) -> NewEvent:
    """Return an event of what the machine did for a brief; whoever wrote the brief can erase it."""
    return NewEvent(view.project.id, kind, "bot", fields, refs=(view.seq,), subject=view.project.actor)


async def _end(connection: AsyncConnection, draft_id: str, state: TextState, delivery: Delivery | None = None) -> None:
    """End a draft where its state allows it, and forget its interaction token; raise StateConflict."""
    stored = await connection.scalar(select(text_drafts.c.delivery).where(text_drafts.c.id == draft_id))
    if stored is None:
        raise NotFound(f"text draft {draft_id}")
    kept = _without_token(delivery or Delivery(**stored))
    await _move(connection, draft_id, state, delivery=kept, lease_owner=None, lease_until=None)


def _without_token(delivery: Delivery) -> dict[str, Any]:
    return asdict(replace(delivery, token=None))


async def _move(connection: AsyncConnection, draft_id: str, state: TextState, **values: object) -> None:
    current = await connection.scalar(select(text_drafts.c.state).where(text_drafts.c.id == draft_id))
    if current is None:
        raise NotFound(f"text draft {draft_id}")
    if state not in _NEXT[TextState(current)]:
        raise StateConflict(f"a text draft that is {current} cannot become {state}")
    await connection.execute(update(text_drafts).where(text_drafts.c.id == draft_id).values(state=state, **values))


def _told(params: TextParams) -> JsonValue:
    given = {name: value for name, value in asdict(params).items() if value is not None}
    return cast(JsonValue, given | {"seeds": list(params.seeds)})


def _params(stored: Mapping[str, Any]) -> TextParams:
    return TextParams(**{**stored, "operation": TextWork(stored["operation"]), "seeds": tuple(stored["seeds"])})
