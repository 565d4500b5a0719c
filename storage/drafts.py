"""Briefs, drafts, candidates and selections: each act is first an event, and in the same transaction."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, insert, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.acts import Act
from storage.briefs import BriefParams, Input, InputRole, Material, NewBrief, NewInput, OnRecord
from storage.choosing import AlreadyChosen, choice_events
from storage.clock import now_ms
from storage.database import Database
from storage.earlier import earlier_texts
from storage.errors import NotFound, NotYours, StateConflict
from storage.evidence.authorship import origin_of
from storage.evidence.commitments import JsonValue
from storage.evidence.kinds import Kind
from storage.evidence.ledger import Ledger, Receipt
from storage.evidence.sealing import NewEvent, Numbered
from storage.evidence.wording import Piece, Wording, pieces_of
from storage.exemptions import Exemptions, use
from storage.ids import new_id
from storage.jobs import Delivery, Job, Jobs, JobState, end_job, move_job
from storage.leases import check_held
from storage.media import Picture, record
from storage.members import Member
from storage.projects import Project, Projects
from storage.tables import (
    actors,
    attachments,
    brief_inputs,
    briefs,
    candidates,
    drafts,
    evidence_event,
    jobs,
    media,
    members,
    projects,
    selections,
)

__all__ = [
    "BriefParams",
    "Candidate",
    "DraftView",
    "Drafts",
    "Input",
    "InputRole",
    "Material",
    "NewBrief",
    "NewCandidate",
    "NewInput",
    "OnRecord",
    "RecordedCandidate",
    "Submitted",
]

MAX_RECORDED: Final = 100
"""How many candidates a search for a picture returns: plain ones can have the same pixels many times."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A brief on record, with its draft waiting."""

    draft_id: str
    job_id: str
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class NewCandidate:
    """A finished candidate, already stored as media; `marks` is what was written into it (storage.evidence.marking)."""

    seed: int
    picture: Picture
    marks: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One image of a draft, and the event that recorded it."""

    id: str
    position: int
    seed: int
    sha256: str
    seq: int


@dataclass(frozen=True, slots=True)
class RecordedCandidate:
    """A candidate that an event recorded: its file, and the number that its marks carry."""

    seq: int
    sha256: str
    produce_id: str


@dataclass(frozen=True, slots=True)
class DraftView:
    """Everything a card or a job needs to know of a draft. Words are opened from the ledger.

    `erased` tells that they are gone: there are briefs without words. `pieces` are the words with whose they are,
    `chosen_seq` the event of the last choice. A `private` draft can be shown in the channel `home`, where it has one.
    """

    id: str
    project: Project
    owner_user_id: str
    """The account of whoever asked for it."""
    seq: int
    text: str
    negative: str
    params: BriefParams
    inputs: tuple[Input, ...]
    model: str | None
    took_ms: int | None
    candidates: tuple[Candidate, ...]
    # Position of the chosen candidate, 0 for "none of these", None while nothing was said.
    chosen: int | None
    # How the candidates were made, as the server said it; empty while nothing is made.
    generation: Mapping[str, JsonValue] = field(default_factory=dict)
    erased: bool = False
    pieces: tuple[Piece, ...] = ()
    chosen_seq: int | None = None
    private: bool = False
    home: str | None = None
    # The accounts of everybody who works on the project.
    makers: frozenset[str] = frozenset()

    @property
    def picked(self) -> Candidate | None:
        """Return the chosen candidate."""
        return self.candidate(self.chosen or 0)

    def candidate(self, position: int) -> Candidate | None:
        """Return the candidate at a position."""
        return next((each for each in self.candidates if each.position == position), None)


class Drafts:
    """The repository of briefs and what came of them."""

    def __init__(self, database: Database, ledger: Ledger, projects: Projects, jobs: Jobs) -> None:
        self._database = database
        self._ledger = ledger
        self._projects = projects
        self._jobs = jobs
        self._exemptions = Exemptions(database, ledger)

    async def submit(
        self,
        member: Member,
        project: Project,
        brief: NewBrief,
        act: Act,
        delivery: Delivery,
        *,
        refused: str | None = None,
    ) -> Submitted:
        """Record a brief and queue its draft, in one transaction; nothing is generated before.

        With `refused`, the rule that its words break, the brief and its refusal are on record and nothing is queued.
        An exemption that was granted for these words is used by it. Raise QueueFull where nothing more is taken in:
        then nothing is recorded.
        """
        draft_id, job_id = new_id(), new_id()
        granted = None if refused else await self._exemptions.of(member, delivery.guild_id, brief.text)
        # Long texts are compared too by now, and that takes its time.
        earlier = await earlier_texts(self._database, self._ledger, project.id)
        origin = await asyncio.to_thread(origin_of, brief.text, earlier)
        sources = [each.source for each in brief.inputs]
        known = {s.seq: await self._on_record(project, s.seq) for s in sources if isinstance(s, OnRecord)}
        brought = [source for source in sources if isinstance(source, Material)]
        places = _places(brief.inputs, len(brought))
        fields: dict[str, JsonValue | Numbered] = {
            "prompt": brief.text,
            "negative": brief.negative,
            "params": brief.params.as_field(),
            **origin.as_fields(),
            **act.as_fields(),
        }
        if brief.inputs:
            fields["inputs"] = lambda seq: _told_inputs(brief.inputs, places, seq)
        refs = [*places, *([] if origin.of is None else [origin.of])]
        for named in (brief.params.derived_from, brief.after):
            if named is not None and await self._is_of(project, named):
                refs.append(named)
        events = [_upload(project, material, act) for material in brought]
        events.append(NewEvent(project.id, Kind.PROMPT_SUBMITTED, project.actor, fields, tuple(refs)))
        own = len(events) - 1
        if refused is not None:
            events.append(_refusal(project, refused, {"checked": "words"}, -1))

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            now, brief_id, seq = now_ms(), new_id(), seqs[own]
            turn = {} if refused else await self._turn(connection, member, project, brief, delivery)
            if granted is not None:
                await use(connection, granted, seq)
            await connection.execute(
                insert(briefs).values(
                    id=brief_id,
                    project_id=project.id,
                    member_id=member.id,
                    seq=seq,
                    params=asdict(brief.params),
                    created_at=now,
                )
            )
            await _keep_inputs(connection, brief_id, seq, brief.inputs, places, known)
            await connection.execute(insert(drafts).values(id=draft_id, brief_id=brief_id, created_at=now))
            await connection.execute(
                insert(jobs).values(
                    id=job_id,
                    draft_id=draft_id,
                    member_id=member.id,
                    state=JobState.QUEUED if refused is None else JobState.FAILED,
                    reason=refused,
                    attempts=0,
                    delivery=asdict(delivery),
                    created_at=now,
                    updated_at=now,
                    **turn,
                )
            )

        appended = await self._ledger.append(*events, rows=rows)
        return Submitted(draft_id, job_id, appended.receipts[own])

    async def _turn(
        self, connection: AsyncConnection, member: Member, project: Project, brief: NewBrief, delivery: Delivery
    ) -> Mapping[str, int | str]:
        """Return what a brief's job has to have; raise QueueFull. One asked for directly is its project's server's."""
        home = select(projects.c.guild_id).where(projects.c.id == project.id)
        guild = delivery.guild_id or await connection.scalar(home) or ""
        goes_on = brief.after is not None or brief.params.derived_from is not None
        cost = len(brief.params.seeds)
        return await self._jobs.entry(connection, guild, member.id, cost, small=goes_on and cost == 1)

    async def _is_of(self, project: Project, seq: int) -> bool:
        """Tell whether an event belongs to a project."""
        query = select(evidence_event.c.project).where(evidence_event.c.seq == seq)
        async with self._database.read() as connection:
            return bool(await connection.scalar(query) == project.id)

    async def _on_record(self, project: Project, seq: int) -> str:
        """Return the hash of the picture that an event of a project recorded; raise NotFound, also if it was erased."""
        told = (await self._ledger.disclosed(seq)).get("image") if await self._is_of(project, seq) else None
        if not isinstance(told, Mapping):
            raise NotFound(f"a picture of event {seq}")
        return str(told["sha256"])

    async def cancel(self, draft_id: str, member: Member, act: Act) -> tuple[Job, Receipt]:
        """Record that a member stops their own draft, and stop it.

        Raise NotYours, or StateConflict where it is too late.
        """
        job, view = await self._jobs.of_draft(draft_id), await self.view(draft_id)
        if job.member_id != member.id:
            raise NotYours(f"draft {draft_id}")

        async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
            await end_job(connection, job.id, JobState.CANCELLED)

        event = NewEvent(view.project.id, Kind.DRAFT_CANCELLED, view.project.actor, act.as_fields(), refs=(view.seq,))
        return job, (await self._ledger.append(event, rows=rows)).receipts[0]

    async def failed(self, job: Job, view: DraftView, reason: str) -> Receipt:
        """Record that nothing will come of a draft; raise StateConflict where its job has ended, or is somebody else's.

        `reason` is a code, never a member's words. The job keeps its lease until `Jobs.told`: its member does not know
        yet.
        """

        async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
            await check_held(connection, jobs, job.held)
            await move_job(connection, job.id, JobState.FAILED, reason=reason)

        event = _for_the_brief(view, Kind.GENERATION_FAILED, {"reason": reason})
        return (await self._ledger.append(event, rows=rows)).receipts[0]

    async def begin(self, view: DraftView, model: str, settings: Mapping[str, JsonValue]) -> Receipt:
        """Record that the model starts on a draft."""
        seeds: list[JsonValue] = list(view.params.seeds)
        fields: dict[str, JsonValue] = {"model": model, "seed": seeds, "params": dict(settings)}
        event = _for_the_brief(view, Kind.GENERATION_STARTED, fields)

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            await connection.execute(
                update(drafts).where(drafts.c.id == view.id).values(started_seq=seqs[0], model=model)
            )

        return (await self._ledger.append(event, rows=rows)).receipts[0]

    async def refused(self, view: DraftView, rule: str, about: Mapping[str, JsonValue]) -> Receipt:
        """Record that a brief is not drawn, or its candidates are not shown, by which rule and whose judgement."""
        event = _refusal(view.project, rule, about, view.seq)
        return (await self._ledger.append(event)).receipts[0]

    async def made(
        self, job: Job, made: Sequence[NewCandidate], generation: Mapping[str, JsonValue], took_ms: int
    ) -> tuple[Receipt, ...]:
        """Record the candidates of a draft and that only their delivery is still to come.

        Raise StateConflict where the job was cancelled meanwhile, or is somebody else's: then nothing is recorded.
        """
        view = await self.view(job.draft_id)
        events = [
            _for_the_brief(
                view,
                Kind.DRAFT_MADE,
                {
                    "image": candidate.picture.as_field(),
                    "pixels": candidate.picture.pixels_sha256,
                    "draft_id": view.id,
                    "seed": candidate.seed,
                    "marks": dict(candidate.marks),
                    "generation": dict(generation),
                },
            )
            for candidate in made
        ]

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            await check_held(connection, jobs, job.held)
            await move_job(connection, job.id, JobState.MADE)
            for position, (candidate, seq) in enumerate(zip(made, seqs, strict=True), start=1):
                await record(connection, candidate.picture)
                await connection.execute(
                    insert(candidates).values(
                        id=new_id(),
                        draft_id=view.id,
                        position=position,
                        seed=candidate.seed,
                        media_sha256=candidate.picture.sha256,
                        seq=seq,
                    )
                )
            await connection.execute(
                update(drafts)
                .where(drafts.c.id == view.id)
                .values(made_at=now_ms(), took_ms=took_ms, model=generation.get("model"))
            )

        return (await self._ledger.append(*events, rows=rows)).receipts

    async def choose(self, draft_id: str, position: int, member: Member, why: str, act: Act) -> tuple[Receipt, bool]:
        """Record a member's choice (position 0: none of these) and what was thereby rejected.

        Every maker of a project may choose. Returns the receipt and whether anything was new; the same choice by the
        same person for the same reason (or for none) again, as when a press is delivered twice, is answered with the
        first receipt.
        """
        view = await self.view(draft_id)
        mine = await self._projects.get(view.project.id, member)
        if not view.candidates:
            raise StateConflict("the draft has no candidates yet")
        chosen = next((c for c in view.candidates if c.position == position), None)
        if position and chosen is None:
            raise NotFound(f"candidate {position} of draft {draft_id}")
        said = await self._last_reason(draft_id)
        among = [candidate.seq for candidate in view.candidates]
        events = choice_events(mine, among, None if chosen is None else chosen.seq, why, act)

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            last = (await connection.execute(_last_selection(draft_id))).first()
            same = last is not None and last.candidate_id == (chosen.id if chosen else None)
            again = same and (not why or (last is not None and (last.seq, why) == said))
            if last is not None and again and await _actor_of(connection, last.seq) == mine.actor:
                raise AlreadyChosen(last.seq)
            await connection.execute(
                insert(selections).values(
                    id=new_id(),
                    draft_id=draft_id,
                    candidate_id=chosen.id if chosen else None,
                    seq=seqs[0],
                    created_at=now_ms(),
                )
            )

        try:
            return (await self._ledger.append(*events, rows=rows)).receipts[0], True
        except AlreadyChosen as already:
            return await self._ledger.receipt(already.seq), False

    async def _last_reason(self, draft_id: str) -> tuple[int, JsonValue] | None:
        """Return the event of the last choice and the reason it gives."""
        async with self._database.read() as connection:
            last = (await connection.execute(_last_selection(draft_id))).first()
        return None if last is None else (last.seq, (await self._ledger.disclosed(last.seq)).get("why"))

    async def view(self, draft_id: str) -> DraftView:
        """Return a draft with its brief, candidates and choice; raise NotFound."""
        async with self._database.read() as connection:
            row = (
                await connection.execute(
                    select(
                        drafts,
                        briefs.c.project_id,
                        briefs.c.member_id,
                        briefs.c.seq,
                        briefs.c.params,
                        members.c.platform_user_id,
                    )
                    .join(briefs, briefs.c.id == drafts.c.brief_id)
                    .join(members, members.c.id == briefs.c.member_id)
                    .where(drafts.c.id == draft_id)
                )
            ).one_or_none()
            if row is None:
                raise NotFound(f"draft {draft_id}")
            made = (
                await connection.execute(
                    select(candidates).where(candidates.c.draft_id == draft_id).order_by(candidates.c.position)
                )
            ).all()
            given = (
                await connection.execute(
                    select(brief_inputs)
                    .where(brief_inputs.c.brief_id == row.brief_id)
                    .order_by(brief_inputs.c.position)
                )
            ).all()
            last = (await connection.execute(_last_selection(draft_id))).first()
            accounts = frozenset(await connection.scalars(_makers_of(row.project_id)))
            delivery = await connection.scalar(select(jobs.c.delivery).where(jobs.c.draft_id == draft_id)) or {}
        words = await self._ledger.disclosed(row.seq)
        shown = tuple(Candidate(c.id, c.position, c.seed, c.media_sha256, c.seq) for c in made)
        chosen = None
        if last is not None:
            chosen = next((c.position for c in shown if c.id == last.candidate_id), 0)
        return DraftView(
            id=draft_id,
            project=await self._projects.as_had_by(row.project_id, row.member_id),
            owner_user_id=row.platform_user_id,
            makers=accounts,
            seq=row.seq,
            text=str(words.get("prompt", "")),
            negative=str(words.get("negative", "")),
            params=BriefParams.of(row.params),
            inputs=tuple(Input(InputRole(i.role), i.seq, i.media_sha256) for i in given),
            model=row.model,
            took_ms=row.took_ms,
            candidates=shown,
            chosen=chosen,
            generation=await self._generation(shown),
            erased="prompt" not in words,
            pieces=await self._pieces(words),
            chosen_seq=None if last is None else last.seq,
            private=bool(delivery.get("private")),
            home=delivery.get("home_channel_id"),
        )

    async def _pieces(self, words: Mapping[str, JsonValue]) -> tuple[Piece, ...]:
        """Return the words of a brief with whose they are, by way of all texts that they were made from."""
        chain = [Wording.of(Kind.PROMPT_SUBMITTED, words)]
        while (seq := chain[-1].leans_on) is not None:
            async with self._database.read() as connection:
                kind = await connection.scalar(select(evidence_event.c.type).where(evidence_event.c.seq == seq))
            chain.append(Wording.of(str(kind), await self._ledger.disclosed(seq)))
        return pieces_of(chain)

    async def on_record(self, project: Project, digest: str) -> int | None:
        """Return the first event of a project that recorded exactly the file of a hash, and was not erased."""
        uses = union(
            select(candidates.c.seq).where(candidates.c.media_sha256 == digest),
            select(attachments.c.seq).where(attachments.c.media_sha256 == digest),
            select(brief_inputs.c.seq).where(brief_inputs.c.media_sha256 == digest),
        ).subquery()
        query = (
            select(evidence_event.c.seq)
            .where(evidence_event.c.project == project.id, evidence_event.c.seq.in_(select(uses.c.seq)))
            .order_by(evidence_event.c.seq)
        )
        async with self._database.read() as connection:
            seqs = list(await connection.scalars(query))
        told = await self._ledger.disclosed_many(seqs)
        return next((seq for seq in seqs if "image" in told.get(seq, {})), None)

    async def recorded_as(self, digest: str) -> tuple[RecordedCandidate, ...]:
        """Return the candidates that are exactly the file of a hash, oldest first."""
        return await self._recorded(candidates.c.media_sha256 == digest)

    async def event_of(self, candidate_id: str) -> int | None:
        """Return the event that recorded a candidate."""
        async with self._database.read() as connection:
            return await connection.scalar(select(candidates.c.seq).where(candidates.c.id == candidate_id))

    async def is_candidate(self, seq: int) -> bool:
        """Tell whether an event recorded a candidate."""
        async with self._database.read() as connection:
            return await connection.scalar(select(candidates.c.id).where(candidates.c.seq == seq)) is not None

    async def recorded_like(self, pixels_sha256: str) -> tuple[RecordedCandidate, ...]:
        """Return the candidates whose bare pixels have a hash, oldest first; not those that were erased."""
        return await self._recorded(media.c.pixels_sha256 == pixels_sha256)

    async def recorded_under(self, produce_id: str) -> tuple[RecordedCandidate, ...]:
        """Return the candidate that a picture's marks name, if it is one of ours."""
        draft_id, _, position = produce_id.rpartition("-")
        # A number that no database holds is no position either.
        if not (position.isascii() and position.isdecimal() and len(position) < 10):
            return ()
        return await self._recorded((candidates.c.draft_id == draft_id) & (candidates.c.position == int(position)))

    async def _recorded(self, where: ColumnElement[bool]) -> tuple[RecordedCandidate, ...]:
        query = (
            select(candidates.c.seq, candidates.c.media_sha256, candidates.c.draft_id, candidates.c.position)
            .join(media, media.c.sha256 == candidates.c.media_sha256)
            .where(where)
            .order_by(candidates.c.seq)
            .limit(MAX_RECORDED)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(RecordedCandidate(row.seq, row.media_sha256, f"{row.draft_id}-{row.position}") for row in rows)

    async def _generation(self, shown: Sequence[Candidate]) -> Mapping[str, JsonValue]:
        """Return how the candidates were made, as their event tells; nothing where it was erased."""
        told = (await self._ledger.disclosed(shown[0].seq)).get("generation") if shown else None
        return told if isinstance(told, Mapping) else {}


def _refusal(project: Project, rule: str, about: Mapping[str, JsonValue], brief: int) -> NewEvent:
    fields: dict[str, JsonValue] = {"rule": rule, "about": dict(about)}
    return NewEvent(project.id, Kind.GENERATION_REFUSED, "bot", fields, refs=(brief,), subject=project.actor)


def _last_selection(draft_id: str) -> Any:
    return select(selections).where(selections.c.draft_id == draft_id).order_by(selections.c.seq.desc()).limit(1)


def _for_the_brief(view: DraftView, kind: Kind, fields: Mapping[str, JsonValue]) -> NewEvent:
    """Return an event of what the machine did for a brief; whoever wrote the brief can erase it."""
    return NewEvent(view.project.id, kind, "bot", fields, refs=(view.seq,), subject=view.project.actor)


async def _actor_of(connection: AsyncConnection, seq: int) -> str:
    leaf = await connection.scalar(select(evidence_event.c.leaf).where(evidence_event.c.seq == seq))
    return str(json.loads(leaf or b"{}").get("actor"))


def _makers_of(project_id: str) -> Any:
    return (
        select(members.c.platform_user_id)
        .join(actors, actors.c.member_id == members.c.id)
        .where(actors.c.project_id == project_id, actors.c.left_seq.is_(None))
    )


def _upload(project: Project, material: Material, act: Act) -> NewEvent:
    """Return the event of a picture that comes with a brief."""
    fields: dict[str, JsonValue] = {
        "image": material.picture.as_field(),
        "pixels": material.picture.pixels_sha256,
        "declared": material.declared,
        **act.as_fields(),
    }
    if material.taken_from is not None:
        fields["taken_from"] = material.taken_from
    if material.marks:
        fields["marks"] = dict(material.marks)
    return NewEvent(project.id, Kind.UPLOAD_ADDED, project.actor, fields)


async def _keep_inputs(
    connection: AsyncConnection,
    brief_id: str,
    seq: int,
    inputs: Sequence[NewInput],
    places: Sequence[int],
    known: Mapping[int, str],
) -> None:
    """Write the rows of the pictures that go into a brief; `known` are the files of those that were on record."""
    for position, (given, place) in enumerate(zip(inputs, places, strict=True), start=1):
        source = given.source
        if isinstance(source, Material):
            await record(connection, source.picture)
        await connection.execute(
            insert(brief_inputs).values(
                brief_id=brief_id,
                position=position,
                role=given.role,
                seq=_absolute(place, seq),
                media_sha256=source.picture.sha256 if isinstance(source, Material) else known[source.seq],
            )
        )


def _places(inputs: Sequence[NewInput], brought: int) -> list[int]:
    """Return where the events of the inputs are: by their number, or counted back from the brief that they precede."""
    back = iter(range(-brought, 0))
    return [next(back) if isinstance(each.source, Material) else each.source.seq for each in inputs]


def _absolute(place: int, seq: int) -> int:
    return place if place >= 0 else seq + place


def _told_inputs(inputs: Sequence[NewInput], places: Sequence[int], seq: int) -> JsonValue:
    """Return what a brief's event says of its inputs: their events and what each is for."""
    return [{"event": _absolute(at, seq), "role": i.role.value} for i, at in zip(inputs, places, strict=True)]
