"""A language server that answers, and answers wrongly, or never."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from models.language import LanguageClient
from storage.texts import TextState
from tests.bot.pocket_member import PocketMember, buttons_of, words_of
from tests.faults.conftest import fresh
from tests.faults.scene import counted, told_of_text, until
from tests.faults.table import LANGUAGE, Outcome, fault
from tests.scenarios.stage import Stage

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]
Said = Callable[[str], bool]
FAILED = "Nothing came of brief"


def _raw(stage: Stage) -> None:
    stage.language.raw_after = b"data: {not json\n\n"


def _cut(stage: Stage) -> None:
    stage.language.drop_after_first = True


def _refused(status: int, kind: str) -> Callable[[Stage], None]:
    def put_in(stage: Stage) -> None:
        stage.language.refuse_with = (status, {"message": "as told", "type": kind, "code": status}, {})

    return put_in


def _noise(stage: Stage) -> None:
    stage.language.writes = lambda _: ["{", '"words": 7}']


def wrong(name: str, what: str, put_in: Callable[[Stage], None], says: str, why: str) -> Any:
    """Return a row of one kind of wrong answer."""
    row = fault(
        what,
        at=LANGUAGE,
        member=f"“{says}”",
        kept="The brief and its failure are on record, nothing of the answer is; Redo writes it when that is over.",
        operator=f"Log: text draft …: {why}.",
    )
    return pytest.param(put_in, says, why, id=name, marks=row)


KEPT = "Nothing came of brief #…: the model failed … Your brief is kept; press Redo to try again."
AWAY = "Brief #… is kept, but the model that writes cannot be reached. Press Redo in a minute."


@pytest.mark.parametrize(
    ("put_in", "says", "why"),
    [
        wrong("no-json", "Its stream holds what cannot be read", _raw, KEPT, "BadResponse"),
        wrong("half", "Its line breaks in the middle of an answer", _cut, KEPT, "GenerationFailed"),
        wrong(
            "oom", "Its engine dies, as for want of memory (500)", _refused(500, "EngineDead"), KEPT, "GenerationFailed"
        ),
        wrong("gateway", "A gateway before it answers 502", _refused(502, "bad_gateway"), AWAY, "ServerUnavailable"),
        wrong("busy", "It is full (429)", _refused(429, "rate_limit"), AWAY, "ServerBusy"),
        wrong("key", "It does not take our key", _refused(401, "auth"), KEPT, "RequestRefused"),
        wrong("model", "It has another model", _refused(404, "not_found"), KEPT, "RequestRefused"),
    ],
)
async def test_a_wrong_answer_is_told_and_written_anew(
    stage: Stage,
    ann: PocketMember,
    said: Said,
    outcome: Outcome,
    request: pytest.FixtureRequest,
    put_in: Callable[[Stage], None],
    says: str,
    why: str,
) -> None:
    brief = f"a tale of {request.node.callspec.id}"
    made, failed = await counted(stage, "draft.made"), await counted(stage, "gen.failed")
    put_in(stage)
    parts = [part.strip() for part in says.replace("#…", "…").split("…")]
    nonce = await ann.command("write", brief=brief)
    with outcome.member:
        told = await told_of_text(ann, nonce, parts[-1])
        assert all(part in words_of(told) for part in parts)
    with outcome.operator:
        assert said(f": {why}")
    fresh(stage)
    with outcome.kept:
        assert (await counted(stage, "draft.made"), await counted(stage, "gen.failed")) == (made, failed + 1)
        again = await ann.answer(await ann.press(told, buttons_of(told)["Redo"]))
        await ann.message(lambda m: m["id"] == again["id"] and f"Of {brief}" in words_of(m))
        # The words are seen while they grow.
        await stage.all_delivered()


@fault(
    "It sends JSON of another form",
    at=LANGUAGE,
    member="“The model wrote nothing that could be used … press Redo, or ask for something shorter.”",
    kept="The brief and its failure are on record; what came is not shown.",
    operator="The failure is in the log of events, with the reason no-text.",
)
async def test_another_form_is_no_text(stage: Stage, ann: PocketMember, outcome: Outcome) -> None:
    _noise(stage)
    failed = await counted(stage, "gen.failed")
    nonce = await ann.command("write", brief="a tale without words")
    with outcome.member:
        told = await told_of_text(ann, nonce, "press Redo, or ask for something shorter.")
        assert "wrote nothing that could be used" in words_of(told)
    with outcome.kept:
        assert await counted(stage, "gen.failed") == failed + 1
        assert "words" not in words_of(told).replace("no words", "")
    with outcome.operator:
        told_of = await stage.store.ledger.disclosed_many(range(await stage.store.ledger.size()))
        assert [fields["reason"] for fields in told_of.values() if "reason" in fields][-1] == "no-text"


@fault(
    "It never answers",
    at=LANGUAGE,
    member=f"After a minute: “{AWAY}”",
    kept="The brief and its failure are on record; the request is given up there, too.",
    operator="Log: text draft …: ServerBusy.",
)
async def test_one_that_never_answers_is_left(stage: Stage, ann: PocketMember, said: Said, outcome: Outcome) -> None:
    stage.language.hold_before = 0
    aborted = stage.language.aborted
    nonce = await ann.command("write", brief="a tale of silence")
    with outcome.member:
        told = await told_of_text(ann, nonce, "Press Redo in a minute.")
        assert "the model that writes cannot be reached" in words_of(told)
    with outcome.operator:
        assert said(": ServerBusy")
    with outcome.kept:
        async with asyncio.timeout(20):
            while stage.language.aborted < aborted + 3:  # noqa: ASYNC110 - counted by a handler of the server
                await asyncio.sleep(0.02)
        async with stage.store.database.read() as connection:
            states = (await connection.exec_driver_sql("SELECT state FROM text_drafts ORDER BY created_at")).scalars()
        assert list(states)[-1] == TextState.FAILED


@fault(
    "Slow: the words come one by one",
    at=LANGUAGE,
    member="The text grows on the card, and comes.",
    kept="One answer is waited for as long as words keep coming, up to five minutes.",
    operator="Nothing.",
)
async def test_one_that_is_slow_is_waited_for(
    stage: Stage, ann: PocketMember, outcome: Outcome, caplog: pytest.LogCaptureFixture
) -> None:
    stage.language.hold_before = 2
    asked = len(stage.language.requests)
    nonce = await ann.command("write", brief="a tale of patience")
    first = await ann.answer(nonce)
    await stage.language.holding.wait()
    await asyncio.sleep(1.0)
    stage.language.release.set()
    with outcome.member:
        await ann.message(lambda m: m["id"] == first["id"] and "Of a tale of patience" in words_of(m))
    with outcome.kept:
        assert len(stage.language.requests) == asked + 3
    with outcome.operator:
        assert not [r for r in caplog.records if r.name.startswith("bot.write") and r.levelname != "INFO"]


@fault(
    "Away when a question is asked",
    at=LANGUAGE,
    member="The passages of the facts, with their sources, in place of a written answer.",
    kept="Nothing is lost: the passages need no model.",
    operator="Log: no written answer: ServerUnavailable.",
)
async def test_a_question_is_answered_without_a_model(
    stage: Stage, ann: PocketMember, said: Said, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking: Any = stage.bot.get_cog("ask")
    answers = asking._answers
    away = LanguageClient(uds=stage.folder / "nobody", api_key="none")
    monkeypatch.setattr(answers, "_writer", away)
    size = await stage.store.ledger.size()
    try:
        answer = await ann.answer(await ann.command("ask", question="Can an AI be the author of a picture in the US?"))
        with outcome.member:
            assert "[1]" in words_of(answer) or "①" in words_of(answer)
        with outcome.kept:
            assert await stage.store.ledger.size() >= size
        with outcome.operator:
            # The passages are there before the model is asked.
            await until(lambda: said("no written answer: ServerUnavailable"), "the line in the log")
    finally:
        await away.aclose()
