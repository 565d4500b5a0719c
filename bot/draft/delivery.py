"""From a leased job to a delivered card: generate, record, show. Knows nothing of Discord."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from typing import Protocol, cast

from bot.chat.pacing import PacedEdits
from bot.draft.progress import DraftProgress, Making
from bot.draft.request import request_of
from bot.draft.terms import Terms
from models.errors import ModelsError, RequestRefused, ServerBusy, ServerUnavailable
from models.health import ServerHealth
from models.images import CandidateDone, CandidateWithheld, DraftDone, DraftEvent, DraftRequest, Preview
from storage.drafts import Drafts, DraftView, NewCandidate
from storage.errors import StateConflict
from storage.evidence.commitments import JsonValue
from storage.evidence.containers import NotAPicture
from storage.evidence.credentials import Ingredient
from storage.evidence.ledger import Receipt
from storage.evidence.marking import Marking
from storage.jobs import Delivery, Job, Jobs, JobState
from storage.media import Media

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
RETRY_MS = 2_000
# Between two edits of a card: what the platform takes without slowing down.
INTERVAL_S = 1.5


@dataclass(frozen=True, slots=True)
class Card:
    """A finished draft, ready to be shown."""

    view: DraftView
    images: tuple[bytes, ...]
    receipt: Receipt


class Engine(Protocol):
    """What makes the pictures: the drafts server's client."""

    async def health(self) -> ServerHealth:
        """Tell whether it can draw now."""
        ...

    def draft(self, request: DraftRequest) -> AsyncGenerator[DraftEvent]:
        """Run one draft; closing the iterator cancels it."""
        ...


class Face(Protocol):
    """Where a draft is shown: the chat platform, behind three verbs."""

    async def show_making(self, job: Job, view: DraftView, making: Making) -> Delivery:
        """Show progress; return where the card is now."""
        ...

    async def show_card(self, job: Job, card: Card) -> Delivery:
        """Show the finished draft; return where the card is now."""
        ...

    async def show_failure(self, job: Job, view: DraftView, reason: str) -> Delivery:
        """Tell the member that nothing will come, why, and what was kept."""
        ...


class DraftRunner:
    """Sees one job to its end; safe to run again at any point after a crash."""

    def __init__(
        self,
        drafts: Drafts,
        jobs: Jobs,
        media: Media,
        engine: Engine,
        receipts: "Receipts",
        *,
        terms: Terms,
        marking: Marking,
    ) -> None:
        self._drafts = drafts
        self._jobs = jobs
        self._media = media
        self._engine = engine
        self._receipts = receipts
        self._terms = terms
        self._marking = marking

    async def run(self, job: Job, face: Face) -> None:
        """Make what is not made yet, then deliver."""
        view = await self._drafts.view(job.draft_id)
        if job.state is not JobState.MADE:
            try:
                await self._make(job, view, face)
            except StateConflict:
                log.info("job %s was cancelled while it ran", job.id)
                return
            except ModelsError as error:
                await self._set_aside(job, view, face, error)
                return
        await self._deliver(job, face)

    async def _make(self, job: Job, view: DraftView, face: Face) -> None:
        health = await self._engine.health()
        if not health.ready:
            # Asked before the start is recorded: waiting for a model is no event.
            raise ServerUnavailable(health.detail)
        refusal = self._terms.check(view.text)
        if refusal is not None:
            await self._drafts.refused(view, refusal.rule.value, {"checked": "words"})
            raise RequestRefused(refusal.rule.value, "the words break a rule")
        request = await self._request(view)
        await self._drafts.begin(view, request.model or "default", {"attempt": job.attempts})
        started = time.monotonic()
        made, done = await self._generate(job, view, request, face)
        if not made:
            record = cast(Mapping[str, JsonValue], _plain(asdict(done.record)))
            await self._drafts.refused(view, "withheld", {"checked": "pictures", "generation": dict(record)})
            raise RequestRefused("withheld", "the safety check let no candidate out")
        candidates = [await self._keep(view, position, c) for position, c in enumerate(made, start=1)]
        generation = cast(Mapping[str, JsonValue], _plain(asdict(done.record)))
        await self._drafts.made(job, candidates, generation, round((time.monotonic() - started) * 1000))

    async def _keep(self, view: DraftView, position: int, candidate: CandidateDone) -> NewCandidate:
        """Mark a candidate as AI-generated, sign it and store it; what is stored is what is recorded and shown."""
        inputs = []
        if view.reference_sha256 is not None:
            reference = await self._media.read(view.reference_sha256)
            inputs.append(Ingredient(reference, await self._media.mime(view.reference_sha256)))
        marked = await asyncio.to_thread(
            self._marking.finished, candidate.image, candidate.mime, f"{view.id}-{position}", inputs
        )
        picture = await self._media.put_picture(marked.data, marked.mime)
        return NewCandidate(candidate.seed, picture, marked.said)

    async def _labelled(self, view: DraftView, preview: Preview) -> Preview | None:
        """Label a preview as AI-generated; None for one that cannot be labelled, and is therefore not shown."""
        name, from_own = f"{view.id}-{preview.candidate + 1}-preview", view.reference_sha256 is not None
        try:
            image = await asyncio.to_thread(self._marking.preview, preview.image, name, from_own_picture=from_own)
        except NotAPicture:
            log.info("a preview of draft %s is no picture", view.id)
            return None
        return replace(preview, image=image)

    async def _request(self, view: DraftView) -> DraftRequest:
        reference = await self._media.read(view.reference_sha256) if view.reference_sha256 else None
        return request_of(view.id, view.text, view.negative, view.params, reference, interval_s=INTERVAL_S)

    async def _generate(
        self, job: Job, view: DraftView, request: DraftRequest, face: Face
    ) -> tuple[list[CandidateDone], DraftDone]:
        """Run the engine, showing progress as it comes; raise ModelsError."""

        async def show(making: Making) -> None:
            await self._jobs.set_delivery(job.id, await face.show_making(job, view, making))

        edits, progress = PacedEdits(show, INTERVAL_S), DraftProgress(len(request.seeds))
        made: dict[int, CandidateDone] = {}
        withheld: set[int] = set()
        finished: DraftDone | None = None
        try:
            async with aclosing(self._engine.draft(request)) as events:
                async for arrived in events:
                    event = await self._labelled(view, arrived) if isinstance(arrived, Preview) else arrived
                    making = None if event is None else progress.note(event)
                    if making is not None:
                        edits.offer(making)
                    match event:
                        case CandidateDone(candidate=candidate):
                            made[candidate] = event
                        case CandidateWithheld(candidate=candidate):
                            withheld.add(candidate)
                        case DraftDone():
                            finished = event
        finally:
            await edits.stop()
        if finished is None or len(made.keys() | withheld) != len(request.seeds):
            raise ServerUnavailable("the drafts server ended the stream early")
        return [made[i] for i in sorted(made)], finished

    async def _deliver(self, job: Job, face: Face) -> None:
        view = await self._drafts.view(job.draft_id)
        images = tuple([await self._media.read(c.sha256) for c in view.candidates])
        receipt = await self._receipts.receipt(view.candidates[-1].seq)
        current = await self._jobs.get(job.id)
        delivery = await face.show_card(current, Card(view, images, receipt))
        await self._jobs.set_delivery(job.id, delivery)
        await self._jobs.delivered(job.id)

    async def _set_aside(self, job: Job, view: DraftView, face: Face, error: ModelsError) -> None:
        """Wait and try again where that can help; otherwise end the job and tell the member."""
        waiting = isinstance(error, (ServerUnavailable, ServerBusy))
        if waiting or (not isinstance(error, RequestRefused) and job.attempts < MAX_ATTEMPTS):
            log.info("job %s waits: %s", job.id, type(error).__name__)
            try:
                await self._jobs.postpone(job.id, RETRY_MS)
            except StateConflict:
                log.info("job %s was cancelled while it waited", job.id)
            return
        reason = error.kind if isinstance(error, RequestRefused) else "model-failed"
        log.warning("job %s failed: %s", job.id, reason)
        try:
            await self._drafts.failed(job, view, reason)
        except StateConflict:
            return
        await face.show_failure(job, view, reason)


class Receipts(Protocol):
    """What hands out receipts: the ledger."""

    async def receipt(self, seq: int) -> Receipt:
        """Return the receipt of an event as of now."""
        ...


def _plain(value: object) -> object:
    """Return a value with tuples as lists, as JSON has them."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value
