"""From a brief to a card, over a real store and client: what fails on the way is told, and never recorded twice."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.draft.terms import Terms
from bot.jobs.dispatcher import Dispatcher
from bot.write.delivery import AT_ONCE, TextRunner
from bot.write.writing import TEMPLATE, Writer
from models.language import LanguageClient
from storage.errors import LeaseLost
from storage.evidence.history import History
from storage.evidence.kinds import Kind
from storage.evidence.ledger import Receipt
from storage.jobs import Delivery
from storage.store import StorageConfig, Store, open_store
from storage.text_jobs import TextJob
from storage.texts import NewText, TextParams, TextState, TextView
from tests.bot.write.drafted import IDEAS, POEM
from tests.models.fake_language import KEY, FakeLanguage, drafts, serve_fake
from tests.storage.test_drafts import ACT, DELIVERY

WRITER = Writer("a-model", "rev 1", small=False)
TRIES = 3


@dataclass(slots=True)
class FakeFace:
    """Remembers what was shown."""

    waiting: int = 0
    writing: list[Sequence[str]] = field(default_factory=list)
    cards: list[TextView] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    breaks: int = 0
    """So many cards cannot be shown at first."""

    async def show_waiting(self, view: TextView) -> Delivery:
        self.waiting += 1
        return view.delivery

    async def show_writing(self, view: TextView, texts: Sequence[str]) -> Delivery:
        self.writing.append(texts)
        return view.delivery

    async def show_card(self, view: TextView, receipt: Receipt) -> Delivery:
        if self.breaks:
            self.breaks -= 1
            raise ConnectionError("as told")
        self.cards.append(view)
        return view.delivery

    async def show_failure(self, view: TextView, reason: str) -> Delivery:
        self.failures.append(reason)
        return view.delivery


@dataclass(slots=True)
class Desk:
    """A store, a language server and what writes with it."""

    store: Store
    client: LanguageClient
    language: FakeLanguage
    face: FakeFace = field(default_factory=FakeFace)
    patience_s: float = 10.0
    terms: Terms = field(default_factory=lambda: Terms(("logo",)))
    writer: Writer = WRITER
    draft_id: str = ""

    def runner(self) -> TextRunner:
        return TextRunner(
            self.store.texts,
            self.client,
            self.store.ledger,
            self.face,
            writer=self.writer,
            terms=self.terms,
            tries=TRIES,
            patience_s=self.patience_s,
        )

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Dispatcher[TextJob]]:
        """Let everything that is open be written."""
        dispatcher = Dispatcher(self.store.text_jobs, self.runner().run, workers=AT_ONCE)
        await dispatcher.start()
        try:
            yield dispatcher
        finally:
            await dispatcher.stop()

    async def until(self, *states: TextState) -> None:
        """Wait until the draft is in one of some states."""
        async with asyncio.timeout(20):
            while await self.state() not in states:  # noqa: ASYNC110 - a row of a database
                await asyncio.sleep(0.02)

    async def ended(self) -> None:
        """Wait until its member knows what came of it."""
        await self.until(TextState.DELIVERED, TextState.FAILED)
        async with asyncio.timeout(20):
            while (await self.store.texts.view(self.draft_id)).worker is not None:  # noqa: ASYNC110 - a row
                await asyncio.sleep(0.02)

    async def ask(self, words: str = "a boat at dusk", params: TextParams = POEM) -> None:
        """Record a brief."""
        ann = await self.store.members.meet("discord", "1001", "Ann")
        project = await self.store.projects.current_or_open(ann, "Boats", guild_id=None)
        self.draft_id = (await self.store.texts.submit(ann, project, words, params, ACT, DELIVERY)).draft_id

    async def see_through(self) -> TextView:
        """Write it, and return what is there then."""
        async with self.at_work():
            await self.ended()
        return await self.store.texts.view(self.draft_id)

    async def history(self) -> History:
        return await self.store.history((await self.store.texts.view(self.draft_id)).project)

    async def state(self) -> TextState:
        return (await self.store.texts.view(self.draft_id)).state


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    socket = tmp_path / "language"
    async with serve_fake(socket) as language, LanguageClient(uds=socket, api_key=KEY) as client:
        language.writes = drafts
        store = await open_store(StorageConfig(tmp_path / "data"), init=True)
        try:
            yield Desk(store, client, language)
        finally:
            await store.close()


async def test_a_brief_becomes_candidates_on_a_card(desk: Desk) -> None:
    await desk.ask()
    view = await desk.see_through()
    assert view.state is TextState.DELIVERED
    assert [c.text for c in desk.face.cards[0].candidates] == [c.text for c in view.candidates]
    assert len(view.candidates) == 3 and len({c.text for c in view.candidates}) == 3
    kinds = [event.kind for event in (await desk.history()).events[-5:]]
    assert kinds == [Kind.PROMPT_SUBMITTED, Kind.GENERATION_STARTED, *[Kind.DRAFT_MADE] * 3]
    assert view.candidates[0].generation == {
        "model": "a-model",
        "revision": "rev 1",
        "temperature": "0.9",
        "template": TEMPLATE,
        "structure": "forward",
        "schema": "kept",
    }
    formats = [request["response_format"]["type"] for request in desk.language.requests]
    assert formats == ["json_schema"] * 3
    assert {request["seed"] for request in desk.language.requests} == {1, 2, 3}


async def test_what_is_shown_on_the_way_is_what_is_written(desk: Desk) -> None:
    await desk.ask()
    desk.language.hold_before = 4
    async with desk.at_work():
        await desk.language.holding.wait()
        async with asyncio.timeout(10):
            while not desk.face.writing or not all(desk.face.writing[-1]):  # noqa: ASYNC110 - shown at its own pace
                await asyncio.sleep(0.05)
        assert all(text.startswith("Of a boat") for text in desk.face.writing[-1])
        assert (await desk.history()).of(Kind.DRAFT_MADE) == ()
        desk.language.release.set()
        await desk.ended()
    assert await desk.state() is TextState.DELIVERED


async def test_ideas_become_suggestions(desk: Desk) -> None:
    await desk.ask(params=IDEAS)
    await desk.see_through()
    made = (await desk.history()).of(Kind.SUGGESTION_MADE)
    assert len(made) == 3 and {event.text("request") for event in made} == {"a boat at dusk"}
    assert {event.text("model") for event in made} == {"a-model"}


@pytest.mark.parametrize(
    ("said", "made", "schema"),
    [(["The boat sleeps.\n\nNobody rows."], 1, "not kept"), (['{"paragraphs": ["The boat sleeps."]}'], 1, "kept")],
)
async def test_a_model_that_cannot_do_better_gives_what_it_has(
    desk: Desk, said: list[str], made: int, schema: str
) -> None:
    desk.language.writes = lambda _: said
    await desk.ask()
    view = await desk.see_through()
    assert len(view.candidates) == made
    assert view.candidates[0].generation["schema"] == schema


async def test_an_answer_that_was_cut_says_so(desk: Desk) -> None:
    desk.language.finish = "length"
    desk.language.writes = lambda asked: ['{"paragraphs": ["The boat sleeps. It ', "dre"]
    await desk.ask()
    view = await desk.see_through()
    assert [c.text for c in view.candidates] == ["The boat sleeps."]
    assert "cut" in view.candidates[0].generation


async def test_a_model_that_writes_nothing_of_use_is_told(desk: Desk) -> None:
    desk.language.writes = lambda _: ["{}"]
    await desk.ask()
    view = await desk.see_through()
    assert (view.state, desk.face.failures) == (TextState.FAILED, ["no-text"])
    failed = (await desk.history()).events[-1]
    assert (failed.kind, failed.text("reason"), failed.refs) == (Kind.GENERATION_FAILED, "no-text", (view.seq,))


async def test_a_server_that_knows_no_schema_is_asked_without(desk: Desk) -> None:
    desk.language.knows_schemas = False
    await desk.ask()
    view = await desk.see_through()
    assert len(view.candidates) == 3
    assert ["response_format" in request for request in desk.language.requests].count(False) == 3


async def test_a_context_that_is_too_short_gets_shorter_texts(desk: Desk) -> None:
    said = {"message": "This model's maximum context length is 2048 tokens.", "code": 400}
    desk.language.refuse_with = (400, said, {})
    await desk.ask(params=TextParams(POEM.operation, (1,), "story", None, "long"))
    view = await desk.see_through()
    assert [request["max_tokens"] for request in desk.language.requests] == [1600, 800, 400, 200]
    assert (view.state, desk.face.failures) == (TextState.FAILED, ["context-length"])


async def test_words_that_break_a_rule_are_not_written_on(desk: Desk) -> None:
    await desk.ask("a logo for a boat")
    view = await desk.see_through()
    assert (view.state, desk.face.failures, desk.language.requests) == (TextState.FAILED, ["operator"], [])
    kinds = [event.kind for event in (await desk.history()).events[-2:]]
    assert kinds == [Kind.GENERATION_REFUSED, Kind.GENERATION_FAILED]


async def test_a_text_that_breaks_a_rule_is_not_shown(desk: Desk) -> None:
    def writes(asked: dict[str, Any]) -> list[str]:
        forward = "Begin at the beginning" in asked["messages"][-1]["content"]
        return [json.dumps({"paragraphs": ["A logo on a boat." if forward else "The boat sleeps."]})]

    desk.language.writes = writes
    await desk.ask()
    view = await desk.see_through()
    assert [c.text for c in view.candidates] == ["The boat sleeps."]
    (refused,) = (await desk.history()).of(Kind.GENERATION_REFUSED)
    assert refused.map("about") == {"checked": "text"}


async def test_a_text_of_which_all_break_a_rule_is_told(desk: Desk) -> None:
    desk.language.writes = lambda _: [json.dumps({"paragraphs": ["A logo on a boat."]})]
    await desk.ask()
    await desk.see_through()
    assert desk.face.failures == ["withheld"]


async def test_one_candidate_that_fails_leaves_the_others(desk: Desk) -> None:
    desk.language.breaks_off = lambda asked: "last moment" in asked["messages"][-1]["content"]
    await desk.ask()
    view = await desk.see_through()
    assert [c.generation["structure"] for c in view.candidates] == ["forward", "in-pieces"]
    assert view.state is TextState.DELIVERED


@pytest.mark.parametrize(
    ("status", "reason"), [(503, "model-away"), (429, "model-away"), (500, "model-failed"), (401, "unauthorized")]
)
async def test_a_server_that_refuses_is_told_and_the_brief_stays(desk: Desk, status: int, reason: str) -> None:
    desk.language.refuse_with = (status, {"message": "no", "code": status}, {})
    await desk.ask()
    view = await desk.see_through()
    assert (view.state, view.text, desk.face.failures) == (TextState.FAILED, "a boat at dusk", [reason])


async def test_a_server_that_has_failed_is_not_waited_for(desk: Desk) -> None:
    desk.language.health_status = 503
    await desk.ask()
    await desk.see_through()
    assert (desk.face.waiting, desk.face.failures) == (0, ["model-away"])
    assert (await desk.history()).of(Kind.GENERATION_STARTED) == (), "waiting for a model is no event"


async def test_a_server_that_starts_is_waited_for(desk: Desk, tmp_path: Path) -> None:
    async with LanguageClient(uds=tmp_path / "soon", api_key=KEY) as client:
        desk.client = client
        await desk.ask()
        async with desk.at_work():
            async with asyncio.timeout(10):
                while not desk.face.waiting:  # noqa: ASYNC110 - said once the server was looked for
                    await asyncio.sleep(0.02)
            async with serve_fake(tmp_path / "soon") as language:
                language.writes = drafts
                await desk.ended()
    assert (await desk.state(), desk.face.waiting) == (TextState.DELIVERED, 1)


async def test_a_server_that_is_not_there_is_waited_for_and_then_told(desk: Desk, tmp_path: Path) -> None:
    desk.patience_s = 0.3
    async with LanguageClient(uds=tmp_path / "nobody", api_key=KEY) as client:
        desk.client = client
        await desk.ask()
        await desk.see_through()
    assert (desk.face.waiting, desk.face.failures) == (1, ["model-away"])


async def test_what_was_cancelled_is_not_written(desk: Desk) -> None:
    await desk.ask()
    desk.language.hold_before = 0
    async with desk.at_work() as dispatcher:
        await desk.language.holding.wait()
        ann = await desk.store.members.meet("discord", "1001", "Ann")
        await desk.store.texts.cancel(desk.draft_id, ann, ACT)
        await dispatcher.interrupt(desk.draft_id)
        await desk.language.all_aborted.wait()
    assert (await desk.state(), desk.face.cards, desk.face.failures) == (TextState.CANCELLED, [], [])


async def test_what_was_cut_off_by_a_stop_is_written_at_the_next_start(desk: Desk) -> None:
    await desk.ask()
    desk.language.hold_before = 0
    async with desk.at_work() as dispatcher:
        await desk.language.holding.wait()
        await dispatcher.drain(0.01)
    stopped = await desk.store.texts.view(desk.draft_id)
    assert (stopped.state, stopped.worker) == (TextState.OPEN, None)
    desk.language.hold_before = None
    assert (await desk.see_through()).state is TextState.DELIVERED
    history = await desk.history()
    assert len(history.of(Kind.PROMPT_SUBMITTED)) == 1 and len(history.of(Kind.DRAFT_MADE)) == 3


async def test_what_was_made_before_a_stop_is_only_shown(desk: Desk) -> None:
    await desk.ask()
    desk.face.breaks = 99
    async with desk.at_work():
        await desk.until(TextState.MADE)
    size, desk.face.breaks, asked = await desk.store.ledger.size(), 0, len(desk.language.requests)
    await desk.see_through()
    assert (len(desk.face.cards), await desk.store.ledger.size(), len(desk.language.requests)) == (1, size, asked)


async def test_what_never_ends_is_given_up(desk: Desk) -> None:
    await desk.ask()
    for _ in range(TRIES):
        assert await desk.store.text_jobs.lease("killed", -1) is not None
    view = await desk.see_through()
    assert (view.state, desk.face.failures, desk.language.requests) == (TextState.FAILED, ["given-up"], [])


async def test_a_card_that_cannot_be_shown_at_once_is_shown_later(desk: Desk) -> None:
    desk.face.breaks = 1
    await desk.ask()
    view = await desk.see_through()
    assert (view.state, len(desk.face.cards)) == (TextState.DELIVERED, 1)
    assert len((await desk.history()).of(Kind.DRAFT_MADE)) == 3


async def test_a_small_model_is_asked_for_plain_paragraphs(desk: Desk) -> None:
    desk.writer = Writer("a-small-model", "rev 1", small=True)
    desk.language.writes = lambda asked: [f"The boat sleeps {asked['seed']}.\n\n", "Nobody rows."]
    await desk.ask()
    view = await desk.see_through()
    assert not any("response_format" in request for request in desk.language.requests)
    assert {request["temperature"] for request in desk.language.requests} == {0.6}
    assert view.candidates[0].text == "The boat sleeps 1.\n\nNobody rows."
    assert {c.generation["schema"] for c in view.candidates} == {"not asked"}


async def test_a_stop_waits_a_while_for_what_is_being_written(desk: Desk) -> None:
    await desk.ask()
    desk.language.hold_before = 0
    async with desk.at_work() as dispatcher:
        await desk.language.holding.wait()
        draining = asyncio.create_task(dispatcher.drain(20.0))
        await asyncio.sleep(0)
        desk.language.release.set()
        await draining
    assert (await desk.state(), len(desk.face.cards)) == (TextState.DELIVERED, 1)


async def test_what_comes_late_of_a_lost_lease_does_nothing(desk: Desk) -> None:
    await desk.ask()
    assert await desk.store.text_jobs.lease("slow", -1) is not None
    late = await desk.store.texts.view(desk.draft_id)
    assert await desk.store.text_jobs.lease("quick", 60_000) is not None
    size = await desk.store.ledger.size()
    for act in (
        desk.store.texts.begin(late, "m", {}),
        desk.store.texts.made(late, [NewText("late", 1)], "m", 1),
        desk.store.texts.failed(late, "late"),
        desk.store.texts.delivered(late),
        desk.store.texts.told(late),
    ):
        with pytest.raises(LeaseLost):
            await act
    assert (await desk.store.ledger.size(), await desk.state()) == (size, TextState.OPEN)


async def test_a_failure_that_could_not_be_told_is_told_later(desk: Desk) -> None:
    class Away(FakeFace):
        async def show_failure(self, view: TextView, reason: str) -> Delivery:
            raise ConnectionError("as told")

    await desk.ask("a logo for a boat")
    face, desk.face = desk.face, Away()
    job = await desk.store.text_jobs.lease("w", 60_000)
    assert job is not None
    with pytest.raises(ConnectionError):
        await desk.runner().run(job)
    await desk.store.text_jobs.release_all("w")
    desk.face, size = face, await desk.store.ledger.size()
    untold = await desk.store.text_jobs.lease("w", 60_000)
    assert untold is not None
    await desk.runner().run(untold)
    assert (desk.face.failures, await desk.store.ledger.size()) == (["operator"], size)
    assert await desk.store.text_jobs.lease("w", 60_000) is None
