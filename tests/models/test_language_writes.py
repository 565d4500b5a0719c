"""The embedded model writes for real: held to the form it is asked for, and what comes of it where that is too much.

Here, because the one real language server of a session is lent to the tests of this folder.
"""

from pathlib import Path

import pytest

from bot.chat.texts import Texts
from bot.draft.terms import Terms
from bot.settings import LanguageSettings
from bot.write.cards import TextCards
from bot.write.delivery import TextRunner
from bot.write.writers import writer_of
from bot.write.writing import SCHEMA, Writer, read, requests
from models.language import Finish
from storage.store import StorageConfig, open_store
from storage.texts import TextParams, TextState, TextWork
from tests.bot.write.test_delivery import FakeFace
from tests.fixtures_language import RealLanguageServer
from tests.storage.test_drafts import ACT, DELIVERY

pytestmark = pytest.mark.slow

STORY = TextParams(TextWork.WRITE, (1, 2, 3), "story", "warm", "short")
WRITER = writer_of(LanguageSettings())


@pytest.mark.parametrize(("tokens", "finish"), [(400, None), (8, Finish.LENGTH)])
async def test_a_small_model_is_held_to_the_form_as_far_as_it_comes(
    real_language_server: RealLanguageServer, tokens: int, finish: Finish | None
) -> None:
    request = requests("a boat at dusk", STORY, "en-US")[0]
    async with real_language_server.client() as client:
        stream = client.chat(
            request.messages, max_tokens=tokens, temperature=WRITER.temperature, response_schema=SCHEMA, seed=3
        )
        answer = "".join([piece async for piece in stream])
    assert stream.finish is (finish or stream.finish)
    reading = read(answer, cut=stream.finish is Finish.LENGTH)
    assert answer.lstrip().startswith("{") and not reading.text.startswith("{")
    assert reading.kept is (stream.finish is Finish.STOP)


@pytest.mark.parametrize("operation", list(TextWork))
@pytest.mark.parametrize("writer", [WRITER, Writer("a model that is taken for a good one", "", small=False)])
async def test_a_draft_by_a_small_model_comes_to_an_end_and_says_what_it_is(
    real_language_server: RealLanguageServer, tmp_path: Path, operation: TextWork, writer: Writer
) -> None:
    store, face = await open_store(StorageConfig(tmp_path / "data"), init=True), FakeFace()
    ann = await store.members.meet("discord", "1001", "Ann")
    project = await store.projects.current_or_open(ann, "Boats", guild_id=None)
    params = TextParams(operation, (1, 2, 3), length="short")

    async with real_language_server.client() as client:
        runner = TextRunner(store.texts, client, store.ledger, face, writer=writer, terms=Terms(), tries=3)
        submitted = await store.texts.submit(ann, project, "a boat at dusk", params, ACT, DELIVERY)
        job = await store.text_jobs.lease("w", 600_000)
        assert job is not None and job.id == submitted.draft_id
        await runner.run(job)
        view = await store.texts.view(submitted.draft_id)
        receipt = await store.ledger.receipt(view.seq)
    await store.close()
    if view.state is TextState.FAILED:
        assert face.failures == ["no-text"], "it is too small, and that is said"
        return
    assert view.state is TextState.DELIVERED and 1 <= len(view.candidates) <= 3
    assert all(candidate.text for candidate in view.candidates)
    card = TextCards(Texts(), writer).finished("en-US", view, receipt)
    assert card.embed is not None and card.embed.description is not None
    assert "AI-generated text" in card.embed.description
    if writer.small:
        assert "small built-in model" in card.embed.description
        assert {candidate.generation.get("schema") for candidate in view.candidates} <= {"not asked", None}
    elif any(candidate.generation.get("schema") == "not kept" for candidate in view.candidates):
        assert "did not keep to the form" in card.embed.description
