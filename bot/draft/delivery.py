"""From a leased job to a delivered card: generate, record, show. Knows nothing of Discord."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import asdict, replace
from typing import Final, Protocol, cast

from bot.chat.pacing import PacedEdits
from bot.draft.progress import DraftProgress, Making
from bot.draft.reading import Card, CardReader
from bot.draft.request import Given, request_of
from bot.draft.terms import Terms
from models.errors import (
    GenerationFailed,
    ModelsError,
    OutOfMemory,
    RequestRefused,
    ServerBusy,
    ServerUnavailable,
)
from models.health import ServerHealth
from models.images import CandidateDone, CandidateWithheld, DraftDone, DraftEvent, DraftRequest, Preview
from storage.drafts import Drafts, DraftView, NewCandidate
from storage.errors import NotFound, StateConflict
from storage.evidence.commitments import JsonValue
from storage.evidence.containers import NotAPicture
from storage.evidence.credentials import Ingredient
from storage.evidence.marking import Marking
from storage.jobs import SET_ASIDE, Delivery, Job, Jobs, JobState
from storage.media import Media
from storage.refusals import WAIVABLE

log = logging.getLogger(__name__)

RETRY_MS = 2_000
MODEL: Final = "model"
"""Why a job failed that the drafts server could not draw: the code that is kept with it."""
OUT_OF_MEMORY: Final = "out-of-memory"
"""Why one failed that needs more memory than the drafts server has."""
# Between two edits of a card: what the platform takes without slowing down.
INTERVAL_S = 1.5


ShutOut = Callable[[Delivery], bool]
"""Tells whether whoever a card is for may make nothing more where it goes."""


Waived = Callable[[int], Awaitable[bool]]
"""Tells whether a brief is the one run that a moderator has granted, by its number."""


async def _never(_: int) -> bool:
    return False


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
        *,
        terms: Terms,
        marking: Marking,
        reader: CardReader,
        shut_out: ShutOut = lambda _: False,
        waived: Waived = _never,
    ) -> None:
        self._drafts = drafts
        self._jobs = jobs
        self._media = media
        self._engine = engine
        self._reader = reader
        self._terms = terms
        self._shut_out = shut_out
        self._waived = waived
        self._marking = marking

    async def run(self, job: Job, face: Face) -> None:
        """Make what is not made yet, then deliver; what failed is told, what was begun in vain too often set aside."""
        view = await self._drafts.view(job.draft_id)
        try:
            await self._go_on(job, view, face)
        except StateConflict:
            log.info("job %s was cancelled while it ran, or is somebody else's by now", job.id)

    async def _go_on(self, job: Job, view: DraftView, face: Face) -> None:
        if job.state is JobState.FAILED:
            await self._tell_failure(job, view, face, job.reason or MODEL)
            return
        if job.state is not JobState.MADE:
            if job.failures >= self._jobs.rules.tries:
                await self._end(job, view, face, f"{SET_ASIDE}{job.failed_with}")
                return
            try:
                await self._make(job, view, face)
            except ModelsError as error:
                await self._try_again(job, view, face, error)
                return
        await self._deliver(job, face)

    async def _make(self, job: Job, view: DraftView, face: Face) -> None:
        health = await self._engine.health()
        if not health.ready:
            # Asked before the start is recorded: waiting for a model is no event.
            raise ServerUnavailable(health.detail)
        if self._shut_out(job.delivery):
            await self._drafts.refused(view, "blocked", {"checked": "member"})
            raise RequestRefused("blocked", "a moderator has blocked the member meanwhile")
        refusal = self._terms.check(view.text, job.delivery.guild_id)
        if refusal is not None and not (refusal.rule.value in WAIVABLE and await self._waived(view.seq)):
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
        inputs = [Ingredient(await self._media.read(i.sha256), await self._media.mime(i.sha256)) for i in view.inputs]
        marked = await asyncio.to_thread(
            self._marking.finished, candidate.image, candidate.mime, f"{view.id}-{position}", inputs
        )
        picture = await self._media.put_picture(marked.data, marked.mime)
        return NewCandidate(candidate.seed, picture, marked.said)

    async def _labelled(self, view: DraftView, preview: Preview) -> Preview | None:
        """Label a preview as AI-generated; None for one that cannot be labelled, and is therefore not shown."""
        name, from_own = f"{view.id}-{preview.candidate + 1}-preview", bool(view.inputs)
        try:
            image = await asyncio.to_thread(self._marking.preview, preview.image, name, from_own_picture=from_own)
        except NotAPicture:
            log.info("a preview of draft %s is no picture", view.id)
            return None
        return replace(preview, image=image)

    async def _request(self, view: DraftView) -> DraftRequest:
        """Return what to ask the engine; raise RequestRefused where a picture that goes in was erased meanwhile."""
        try:
            given = [Given(each.role, await self._media.read(each.sha256)) for each in view.inputs]
        except NotFound as error:
            raise RequestRefused("input-erased", "a picture that goes in was erased") from error
        return request_of(view.id, view.text, view.negative, view.params, given, interval_s=INTERVAL_S)

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
        except ServerUnavailable as error:
            if not progress.begun:
                raise
            # It went away over this draft: that may be what the draft does to it, and counts.
            raise GenerationFailed("the drafts server went away while it drew") from error
        finally:
            await edits.stop()
        if finished is None or len(made.keys() | withheld) != len(request.seeds):
            raise GenerationFailed("the drafts server ended the stream early")
        return [made[i] for i in sorted(made)], finished

    async def _deliver(self, job: Job, face: Face) -> None:
        view = await self._drafts.view(job.draft_id)
        card = await self._reader.card(view)
        current = await self._jobs.get(job.id)
        delivery = await face.show_card(current, card)
        # It stands there: a stop right now must not leave it to be shown again.
        await asyncio.shield(self._jobs.delivered(job, delivery))

    async def _try_again(self, job: Job, view: DraftView, face: Face, error: ModelsError) -> None:
        """Wait and try again where that can help; otherwise end the job and tell the member."""
        if isinstance(error, RequestRefused) and error.kind == "unauthorized":
            # Not the member's fault, and theirs is no less worth doing once the key is right.
            log.error("job %s waits: the drafts server does not take the key that is set (drafts.key)", job.id)
            await self._jobs.postpone(job, RETRY_MS, begun=False)
        elif isinstance(error, RequestRefused):
            await self._end(job, view, face, error.kind)
        elif isinstance(error, (ServerUnavailable, ServerBusy)):
            log.info("job %s waits: %s", job.id, type(error).__name__)
            await self._jobs.postpone(job, RETRY_MS, begun=False)
        elif job.failures + 1 < self._jobs.rules.tries:
            log.warning("job %s waits: %s", job.id, type(error).__name__)
            await self._jobs.postpone(job, RETRY_MS, failed_with=_code(error))
        else:
            await self._end(job, view, face, f"{SET_ASIDE}{_code(error)}")

    async def _end(self, job: Job, view: DraftView, face: Face, reason: str) -> None:
        """Record that nothing will come of a job, then tell its member."""
        log.warning("job %s failed: %s", job.id, reason)
        await self._drafts.failed(job, view, reason)
        await self._tell_failure(job, view, face, reason)

    async def _tell_failure(self, job: Job, view: DraftView, face: Face, reason: str) -> None:
        """Tell the member; if we stop before that is noted, the next start tells them again, in the same place."""
        delivery = await face.show_failure(job, view, reason)
        await asyncio.shield(self._jobs.told(job, delivery))


def _code(error: ModelsError) -> str:
    """Return the code of what went wrong at the drafts server."""
    return OUT_OF_MEMORY if isinstance(error, OutOfMemory) else MODEL


def _plain(value: object) -> object:
    """Return a value with tuples as lists, as JSON has them."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value
