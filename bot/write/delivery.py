"""From a brief on record to candidates on a card: write, record, show. Knows nothing of Discord.

The rows of the drafts are the queue (storage.text_jobs); whose turn it is and for how long, the dispatcher sees to.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from bot.chat.pacing import PacedEdits
from bot.draft.terms import Refusal, Terms
from bot.write.writing import TEMPLATE, Reading, Request, Writer, different, read, requests, so_far
from bot.write.writing import told as told_of
from models.errors import ModelsError, RequestRefused, ServerBusy, ServerUnavailable
from models.health import Health, ServerHealth
from models.language import Finish, Message
from storage.errors import StateConflict
from storage.evidence.ledger import Receipt
from storage.jobs import Delivery
from storage.text_jobs import TextJob
from storage.texts import NewText, TextDrafts, TextState, TextView

log = logging.getLogger(__name__)

AT_ONCE: Final = 4
"""So many drafts are written at once, each with a few requests; the language server has a waiting line of its own."""
PATIENCE_S: Final = 60.0
"""So long a draft waits for a language server that is starting."""
INTERVAL_S: Final = 1.5
"""Between two edits of a card: what the platform takes without slowing down."""
_FAILED: Final = "model-failed"
_LOOK_S: Final = 0.5
_FEWEST_TOKENS: Final = 200


class Stream(Protocol):
    """A text on its way from a model; `finish` is known at its end."""

    finish: Finish | None

    def __aiter__(self) -> AsyncIterator[str]: ...

    async def aclose(self) -> None:
        """Stop the generation."""


class Engine(Protocol):
    """What writes: the client of the language server."""

    async def health(self) -> ServerHealth:
        """Tell whether it can write now."""
        ...

    def chat(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        response_schema: Mapping[str, Any] | None = None,
        seed: int | None = None,
    ) -> Stream:
        """Begin a text."""


class Face(Protocol):
    """Where a draft is shown: the chat platform, behind four verbs; each returns where the card is now."""

    async def show_waiting(self, view: TextView) -> Delivery:
        """Say that the model is not ready yet."""
        ...

    async def show_writing(self, view: TextView, texts: Sequence[str]) -> Delivery:
        """Show the texts as far as they are written."""
        ...

    async def show_card(self, view: TextView, receipt: Receipt) -> Delivery:
        """Show the finished candidates."""
        ...

    async def show_failure(self, view: TextView, reason: str) -> Delivery:
        """Tell the member that nothing will come, why, and what was kept."""
        ...


class Receipts(Protocol):
    """What hands out receipts: the ledger."""

    async def receipt(self, seq: int) -> Receipt:
        """Return the receipt of an event as of now."""
        ...


class NothingComes(Exception):
    """No text comes of a brief, for a reason that is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Written:
    reading: Reading
    request: Request
    seed: int
    cut: bool


class TextRunner:
    """Sees one text to its end; safe to run again at any point after a crash. `tries` in vain are enough."""

    def __init__(
        self,
        drafts: TextDrafts,
        engine: Engine,
        receipts: Receipts,
        face: Face,
        *,
        writer: Writer,
        terms: Terms,
        tries: int,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._drafts = drafts
        self._engine = engine
        self._receipts = receipts
        self._face = face
        self._writer = writer
        self._terms = terms
        self._tries = tries
        self._patience_s = patience_s

    async def run(self, job: TextJob) -> None:
        """Write what is not written yet, then deliver; what failed is told. What was begun in vain is given up."""
        view = await self._drafts.view(job.id)
        try:
            await self._go_on(job, view)
        except StateConflict:
            log.info("text draft %s was cancelled meanwhile, erased, or is somebody else's by now", job.id)

    async def _go_on(self, job: TextJob, view: TextView) -> None:
        try:
            if view.state is TextState.FAILED:
                await self._tell_failure(view, job.failed_with or _FAILED)
                return
            if view.state is TextState.OPEN:
                if job.failures >= self._tries:
                    raise NothingComes("given-up")
                await self._write(view)
            await self._deliver(job.id)
        except NothingComes as nothing:
            await self._give_up(job.id, nothing.reason)
        except ModelsError as error:
            log.warning("text draft %s: %s", job.id, type(error).__name__)
            await self._give_up(job.id, _reason(error))

    async def _write(self, view: TextView) -> None:
        refusal = self._refusal(view, view.text)
        if refusal is not None:
            await self._drafts.refused(view, refusal.rule.value, {"checked": "words"})
            raise NothingComes(refusal.rule.value)
        # Asked before the start is recorded: waiting for a model is no event.
        await self._until_ready(view)
        asked = requests(view.text, view.params, view.delivery.locale, plain=self._writer.small)
        await self._drafts.begin(view, self._writer.name, _settings(self._writer))
        started = time.monotonic()
        made = await self._kept(view, await self._candidates(view, asked))
        await self._drafts.made(view, made, self._writer.name, round((time.monotonic() - started) * 1000))

    def _refusal(self, view: TextView, text: str) -> Refusal | None:
        """Return the rule that words break where a draft was asked for, the member's or the model's."""
        return self._terms.check(text, view.delivery.guild_id)

    async def _until_ready(self, view: TextView) -> None:
        """Wait for a language server that may be starting; raise ServerUnavailable where it does not come."""
        deadline, said = time.monotonic() + self._patience_s, False
        while not (health := await self._engine.health()).ready:
            if health.state is Health.FAILED or time.monotonic() >= deadline:
                raise ServerUnavailable(health.detail)
            if not said:
                said = True
                await self._drafts.set_delivery(view.id, await self._face.show_waiting(view))
            await asyncio.sleep(_LOOK_S)

    async def _candidates(self, view: TextView, asked: Sequence[Request]) -> Sequence[_Written]:
        """Write all candidates at once, showing them as they grow; raise ModelsError where none comes."""
        growing = [""] * len(asked)

        async def show(answers: Sequence[str]) -> None:
            texts = [so_far(answer) for answer in answers]
            await self._drafts.set_delivery(view.id, await self._face.show_writing(view, texts))

        edits = PacedEdits(show, INTERVAL_S)

        async def one(number: int, request: Request, seed: int) -> _Written:
            def grow(answer: str) -> None:
                growing[number] = answer
                edits.offer(tuple(growing))

            return await self._one(request, seed, grow)

        try:
            writing = [one(n, *pair) for n, pair in enumerate(zip(asked, view.params.seeds, strict=True))]
            outcomes = await asyncio.gather(*writing, return_exceptions=True)
        finally:
            await edits.stop()
        failed = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        for error in failed:
            if not isinstance(error, ModelsError):
                raise error
            log.info("text draft %s: a candidate failed: %s", view.id, type(error).__name__)
        written = [outcome for outcome in outcomes if isinstance(outcome, _Written)]
        if not written:
            raise failed[0]
        return written

    async def _one(self, request: Request, seed: int, grow: Callable[[str], None]) -> _Written:
        """Write one candidate: in JSON where the server holds a model to it, no longer than its context allows."""
        schema, tokens = request.schema, request.max_tokens
        while True:
            try:
                answer, finish = await self._answer(request, tokens, schema, seed, grow)
            except RequestRefused as error:
                if error.kind == "invalid" and schema is not None:
                    schema = None
                elif error.kind == "context-length" and tokens >= 2 * _FEWEST_TOKENS:
                    tokens //= 2
                else:
                    raise
            else:
                cut = finish is Finish.LENGTH
                return _Written(await asyncio.to_thread(read, answer, cut=cut), request, seed, cut)

    async def _answer(
        self,
        request: Request,
        tokens: int,
        schema: Mapping[str, Any] | None,
        seed: int,
        grow: Callable[[str], None],
    ) -> tuple[str, Finish | None]:
        stream = self._engine.chat(
            request.messages, max_tokens=tokens, temperature=self._writer.temperature, response_schema=schema, seed=seed
        )
        answer = ""
        try:
            async for piece in stream:
                answer += piece
                grow(answer)
        finally:
            await stream.aclose()
        return answer, stream.finish

    async def _kept(self, view: TextView, written: Sequence[_Written]) -> Sequence[NewText]:
        """Return the candidates that are texts, differ, and may be shown; raise NothingComes where none does."""
        kept, withheld = [], False
        for each, new in zip(written, different([one.reading for one in written]), strict=True):
            refusal = self._refusal(view, each.reading.text) if new else None
            if refusal is not None:
                withheld = True
                await self._drafts.refused(view, refusal.rule.value, {"checked": "text"})
            elif new:
                generation = told_of(self._writer, each.request, kept=each.reading.kept, cut=each.cut)
                kept.append(NewText(each.reading.text, each.seed, generation))
        if not kept:
            raise NothingComes("withheld" if withheld else "no-text")
        return kept

    async def _deliver(self, draft_id: str) -> None:
        view = await self._drafts.view(draft_id)
        if view.state is not TextState.MADE:
            return
        receipt = await self._receipts.receipt(view.candidates[-1].seq)
        delivery = await self._face.show_card(view, receipt)
        # It stands there: a stop right now must not leave it to be shown again.
        await asyncio.shield(self._drafts.delivered(view, delivery))

    async def _give_up(self, draft_id: str, reason: str) -> None:
        # Read anew: its card may have moved meanwhile.
        view = await self._drafts.view(draft_id)
        await self._drafts.failed(view, reason)
        await self._tell_failure(view, reason)

    async def _tell_failure(self, view: TextView, reason: str) -> None:
        delivery = await self._face.show_failure(view, reason)
        await asyncio.shield(self._drafts.told(view, delivery))


def _settings(writer: Writer) -> dict[str, Any]:
    return {"revision": writer.revision, "temperature": str(writer.temperature), "template": TEMPLATE}


def _reason(error: ModelsError) -> str:
    if isinstance(error, RequestRefused):
        return error.kind
    return "model-away" if isinstance(error, (ServerUnavailable, ServerBusy)) else _FAILED
