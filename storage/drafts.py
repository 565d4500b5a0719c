"""Briefs, drafts, candidates and selections: each act is first an event, and in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.acts import Act
from storage.clock import now_ms
from storage.database import Database
from storage.errors import NotFound, NotYours, StateConflict
from storage.evidence.authorship import EarlierText, MadeBy, origin_of
from storage.evidence.commitments import JsonValue
from storage.evidence.kinds import Kind
from storage.evidence.ledger import Ledger, Receipt
from storage.evidence.sealing import NewEvent
from storage.ids import new_id
from storage.jobs import Delivery, Job, Jobs, JobState, end_job, move_job
from storage.media import Picture, record
from storage.members import Member
from storage.projects import Project, Projects
from storage.tables import briefs, candidates, drafts, evidence_event, jobs, media, members, projects, selections

EARLIER_COMPARED: Final = 64
"""With so many earlier texts of its project a new brief is compared."""
_TEXT_OF: Final = {Kind.PROMPT_SUBMITTED: "prompt", Kind.SUGGESTION_MADE: "text"}
MAX_RECORDED: Final = 100
"""How many candidates a search for a picture returns: plain ones can have the same pixels many times."""


@dataclass(frozen=True, slots=True)
class BriefParams:
    """Everything of a brief that is not words; `seeds` has one entry a candidate."""

    operation: str
    seeds: tuple[int, ...]
    style: str | None = None
    aspect: str | None = None
    model: str | None = None
    strength: float | None = None


@dataclass(frozen=True, slots=True)
class NewBrief:
    """What a member asks for. Where its words come from is found out here, not told.

    `reference_marks` is what the reference says of itself: that AI made it.
    """

    text: str
    negative: str
    params: BriefParams
    reference: Picture | None = None
    reference_marks: Mapping[str, JsonValue] = field(default_factory=dict)


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
    """Everything a card or a job needs to know of a draft. Words are opened from the ledger."""

    id: str
    project: Project
    owner_user_id: str
    seq: int
    text: str
    negative: str
    params: BriefParams
    reference_sha256: str | None
    model: str | None
    took_ms: int | None
    candidates: tuple[Candidate, ...]
    # Position of the chosen candidate, 0 for "none of these", None while nothing was said.
    chosen: int | None
    # How the candidates were made, as the server said it; empty while nothing is made.
    generation: Mapping[str, JsonValue] = field(default_factory=dict)


class Drafts:
    """The repository of briefs and what came of them."""

    def __init__(self, database: Database, ledger: Ledger, projects: Projects, jobs: Jobs) -> None:
        self._database = database
        self._ledger = ledger
        self._projects = projects
        self._jobs = jobs

    async def submit(
        self, member: Member, project: Project, brief: NewBrief, act: Act, delivery: Delivery
    ) -> Submitted:
        """Record a brief and queue its draft, in one transaction; nothing is generated before."""
        draft_id, job_id = new_id(), new_id()
        origin = origin_of(brief.text, await self._earlier_texts(project.id))
        events = []
        if brief.reference is not None:
            upload: dict[str, JsonValue] = {
                "image": brief.reference.as_field(),
                "pixels": brief.reference.pixels_sha256,
                "declared": MadeBy.OWN_INPUT,
                **act.as_fields(),
            }
            if brief.reference_marks:
                upload["marks"] = dict(brief.reference_marks)
            events.append(NewEvent(project.id, Kind.UPLOAD_ADDED, project.actor, upload))
        fields: dict[str, JsonValue] = {
            "prompt": brief.text,
            "negative": brief.negative,
            "params": _params_field(brief.params),
            **origin.as_fields(),
            **act.as_fields(),
        }
        refs = (() if origin.of is None else (origin.of,)) + ((-1,) if events else ())
        events.append(NewEvent(project.id, Kind.PROMPT_SUBMITTED, project.actor, fields, refs))

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            now, brief_id = now_ms(), new_id()
            if brief.reference is not None:
                await record(connection, brief.reference)
            await connection.execute(
                insert(briefs).values(
                    id=brief_id,
                    project_id=project.id,
                    member_id=member.id,
                    seq=seqs[-1],
                    params=asdict(brief.params),
                    reference_sha256=brief.reference.sha256 if brief.reference else None,
                    created_at=now,
                )
            )
            await connection.execute(insert(drafts).values(id=draft_id, brief_id=brief_id, created_at=now))
            await connection.execute(
                insert(jobs).values(
                    id=job_id,
                    draft_id=draft_id,
                    member_id=member.id,
                    state=JobState.QUEUED,
                    attempts=0,
                    delivery=asdict(delivery),
                    created_at=now,
                    updated_at=now,
                )
            )

        appended = await self._ledger.append(*events, rows=rows)
        return Submitted(draft_id, job_id, appended.receipts[-1])

    async def _earlier_texts(self, project_id: str) -> list[EarlierText]:
        """Return the newest briefs and machine suggestions of a project, as far as they can be opened."""
        query = (
            select(evidence_event.c.seq, evidence_event.c.type)
            .where(evidence_event.c.project == project_id, evidence_event.c.type.in_(list(_TEXT_OF)))
            .order_by(evidence_event.c.seq.desc())
            .limit(EARLIER_COMPARED)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        told = await self._ledger.disclosed_many([row.seq for row in rows])
        kinds = {row.seq: Kind(row.type) for row in rows}
        texts = [(seq, kinds[seq], fields.get(_TEXT_OF[kinds[seq]])) for seq, fields in told.items()]
        return [EarlierText(seq, kind, text) for seq, kind, text in texts if isinstance(text, str)]

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
        """Record that nothing will come of a draft, and end its job; raise StateConflict where it has ended already.

        `reason` is a code, never a member's words.
        """

        async def rows(connection: AsyncConnection, _: tuple[int, ...]) -> None:
            await end_job(connection, job.id, JobState.FAILED, reason)

        event = NewEvent(view.project.id, Kind.GENERATION_FAILED, "bot", {"reason": reason}, refs=(view.seq,))
        return (await self._ledger.append(event, rows=rows)).receipts[0]

    async def begin(self, view: DraftView, model: str, settings: Mapping[str, JsonValue]) -> Receipt:
        """Record that the model starts on a draft."""
        seeds: list[JsonValue] = list(view.params.seeds)
        fields: dict[str, JsonValue] = {"model": model, "seed": seeds, "params": dict(settings)}
        event = NewEvent(view.project.id, Kind.GENERATION_STARTED, "bot", fields, refs=(view.seq,))

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            await connection.execute(
                update(drafts).where(drafts.c.id == view.id).values(started_seq=seqs[0], model=model)
            )

        return (await self._ledger.append(event, rows=rows)).receipts[0]

    async def refused(self, view: DraftView, rule: str, about: Mapping[str, JsonValue]) -> Receipt:
        """Record that a brief is not drawn, or its candidates are not shown, by which rule and whose judgement."""
        fields: dict[str, JsonValue] = {"rule": rule, "about": dict(about)}
        event = NewEvent(view.project.id, Kind.GENERATION_REFUSED, "bot", fields, refs=(view.seq,))
        return (await self._ledger.append(event)).receipts[0]

    async def made(
        self, job: Job, made: Sequence[NewCandidate], generation: Mapping[str, JsonValue], took_ms: int
    ) -> tuple[Receipt, ...]:
        """Record the candidates of a draft and that only their delivery is still to come.

        Raise StateConflict where the job was cancelled meanwhile: then nothing is recorded.
        """
        view = await self.view(job.draft_id)
        events = [
            NewEvent(
                view.project.id,
                Kind.DRAFT_MADE,
                "bot",
                {
                    "image": candidate.picture.as_field(),
                    "pixels": candidate.picture.pixels_sha256,
                    "draft_id": view.id,
                    "seed": candidate.seed,
                    "marks": dict(candidate.marks),
                    "generation": dict(generation),
                },
                refs=(view.seq,),
            )
            for candidate in made
        ]

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
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

        Returns the receipt and whether anything was new; the same choice for the same reason (or for none) again, as
        when a press is delivered twice, is answered with the first receipt.
        """
        view = await self.view(draft_id)
        if view.project.member_id != member.id:
            raise NotYours(f"draft {draft_id}")
        if not view.candidates:
            raise StateConflict("the draft has no candidates yet")
        chosen = next((c for c in view.candidates if c.position == position), None)
        if position and chosen is None:
            raise NotFound(f"candidate {position} of draft {draft_id}")
        said = await self._last_reason(draft_id)
        events = []
        fields: dict[str, JsonValue] = {"why": why, **act.as_fields()}
        if chosen is not None:
            events.append(
                NewEvent(view.project.id, Kind.DRAFT_SELECTED, view.project.actor, fields, refs=(chosen.seq,))
            )
        rejected = tuple(c.seq for c in view.candidates if c is not chosen)
        if rejected:
            own: dict[str, JsonValue] = {"why": ""} if chosen is not None else fields
            events.append(NewEvent(view.project.id, Kind.DRAFT_REJECTED, view.project.actor, own, refs=rejected))

        async def rows(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            last = (await connection.execute(_last_selection(draft_id))).first()
            same = last is not None and last.candidate_id == (chosen.id if chosen else None)
            if last is not None and same and (not why or (last.seq, why) == said):
                raise _AlreadyChosen(last.seq)
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
        except _AlreadyChosen as already:
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
                    select(drafts, briefs.c.project_id, briefs.c.seq, briefs.c.params, briefs.c.reference_sha256)
                    .join(briefs, briefs.c.id == drafts.c.brief_id)
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
            last = (await connection.execute(_last_selection(draft_id))).first()
            user = await connection.scalar(_owner_of(row.project_id))
        words = await self._ledger.disclosed(row.seq)
        shown = tuple(Candidate(c.id, c.position, c.seed, c.media_sha256, c.seq) for c in made)
        chosen = None
        if last is not None:
            chosen = next((c.position for c in shown if c.id == last.candidate_id), 0)
        return DraftView(
            id=draft_id,
            project=await self._projects.get(row.project_id),
            owner_user_id=str(user),
            seq=row.seq,
            text=str(words.get("prompt", "")),
            negative=str(words.get("negative", "")),
            params=_params(row.params),
            reference_sha256=row.reference_sha256,
            model=row.model,
            took_ms=row.took_ms,
            candidates=shown,
            chosen=chosen,
            generation=await self._generation(shown),
        )

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


class _AlreadyChosen(Exception):
    """The same choice is already on record, as event `seq`."""

    def __init__(self, seq: int) -> None:
        super().__init__(seq)
        self.seq = seq


def _last_selection(draft_id: str) -> Any:
    return select(selections).where(selections.c.draft_id == draft_id).order_by(selections.c.seq.desc()).limit(1)


def _owner_of(project_id: str) -> Any:
    return (
        select(members.c.platform_user_id)
        .join(projects, projects.c.member_id == members.c.id)
        .where(projects.c.id == project_id)
    )


def _params_field(params: BriefParams) -> JsonValue:
    return cast(JsonValue, {k: v for k, v in asdict(params).items() if v is not None} | {"seeds": list(params.seeds)})


def _params(stored: Mapping[str, Any]) -> BriefParams:
    return BriefParams(**{**stored, "seeds": tuple(stored["seeds"])})
