"""A drafts server that answers, and answers wrongly."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from models.dialects import colophon
from models.drafts.problems import OutOfMemory
from models.errors import BadResponse
from storage.jobs import JobState
from tests.bot.pocket_member import PocketMember, buttons_of, words_of
from tests.faults.meddling import Edit, Meddler, changed, cut_off, half, no_json
from tests.faults.scene import asked, card_of, cards, counted, drafts_client, field, until
from tests.faults.table import DRAFTS, Outcome, fault
from tests.scenarios.stage import Stage

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]
Said = Callable[[str], bool]
PICTURE, RECORD = "image_generation.completed", "draft.record"


def garbled(name: str, what: str, *edits: Edit | int, why: str = "BadResponse") -> Any:
    """Return a row of one kind of garbage, which is over at the next try."""
    row = fault(
        what,
        at=DRAFTS,
        member="The card comes, a little later.",
        kept="Nothing of the answer is recorded or stored; it is asked for again, with the same seeds.",
        operator=f"Log: job … waits: {why}.",
    )
    return pytest.param(edits, why, id=name, marks=row)


@pytest.mark.parametrize(
    ("edits", "why"),
    [
        garbled("no-json", "It sends something that is no JSON", no_json),
        garbled("schema", "Its events have other fields", changed("draft.progress", lambda d: d.pop("candidate"))),
        garbled("cut", "A picture's bytes are cut off", changed(PICTURE, cut_off)),
        garbled("no-picture", "A picture is no picture", changed(PICTURE, lambda d: field(d, "b64_json", "R0lG"))),
        garbled("size", "A picture has another size than it says", changed(PICTURE, lambda d: field(d, "size", "9x9"))),
        garbled("seed", "A picture is of another seed", changed(PICTURE, lambda d: field(d, "seed", 3))),
        garbled("candidate", "A candidate nobody asked for", changed(PICTURE, lambda d: field(d, "candidate", 7))),
        garbled("half", "Half a stream comes", half, why="GenerationFailed"),
        garbled("500", "It answers 500", 500, why="GenerationFailed"),
        garbled("502", "A gateway before it answers 502", 502, why="ServerUnavailable"),
        garbled(
            "version",
            "It is of another version: its record has other types",
            changed(RECORD, lambda d: d["record"].update(steps="a few")),
        ),
        garbled(
            "nan", "Its record has a number that is none", changed(RECORD, lambda d: d["record"].update(x=float("nan")))
        ),
    ],
)
async def test_garbage_is_thrown_away_and_the_draft_comes(
    stage: Stage,
    ann: PocketMember,
    meddler: Meddler,
    said: Said,
    outcome: Outcome,
    request: pytest.FixtureRequest,
    edits: tuple[Edit | int, ...],
    why: str,
) -> None:
    words = f"a boat among {request.node.callspec.id}"
    meddler.edits.extend(edits)
    made = await counted(stage, "draft.made")
    await asked(ann, words)
    with outcome.member:
        await card_of(ann, words)
        assert len(cards(stage, words)) == 1
    with outcome.kept:
        assert not meddler.edits
        assert await counted(stage, "draft.made") == made + 1
        assert len({order.seeds for order in stage.engine.orders if order.prompt == words}) == 1
    with outcome.operator:
        assert said(f"waits: {why}")


@fault(
    "It sends garbage every time",
    at=DRAFTS,
    member="After three tries: “Brief #… was set aside: the drawing model failed … Your brief is kept … press Redo …”",
    kept="The brief and its failure are on record; Redo draws it.",
    operator="Log: job … failed: set-aside-model.",
)
async def test_garbage_without_end_is_told(
    stage: Stage, ann: PocketMember, meddler: Meddler, said: Said, outcome: Outcome
) -> None:
    meddler.edits.extend([changed(PICTURE, cut_off)] * 3)
    failed = await counted(stage, "gen.failed")
    waiting = await asked(ann, "a boat of rubbish")
    with outcome.member:
        told = await ann.message(
            lambda m: m["id"] == waiting["id"] and "was set aside: the drawing model failed" in words_of(m)
        )
        assert "Your brief is kept" in words_of(told) and "press Redo to try again" in words_of(told)
    with outcome.operator:
        assert said("failed: set-aside-model")
    with outcome.kept:
        assert await counted(stage, "gen.failed") == failed + 1
        await ann.answer(await ann.press(told, buttons_of(told)["Redo"]))
        await card_of(ann, "a boat of rubbish")


@fault(
    "It has too little memory for a draft",
    at=DRAFTS,
    member="After three tries: “… the drawing server has too little memory for it. Your brief is kept; press Redo "
    "later, or ask for fewer candidates or a smaller picture.”",
    kept="The brief and its failure are on record; the server goes on, and the next draft is drawn.",
    operator="Log of the server: draft … does not fit into memory; of the bot: job … failed: set-aside-out-of-memory.",
)
async def test_out_of_memory_is_told_and_the_next_draft_comes(
    stage: Stage, ann: PocketMember, said: Said, outcome: Outcome
) -> None:
    stage.engine.fail_with = OutOfMemory("as told")
    waiting = await asked(ann, "a boat as large as the sea")
    with outcome.member:
        says = "the drawing server has too little memory for it. Your brief is kept; press Redo later"
        await ann.message(lambda m: m["id"] == waiting["id"] and says in words_of(m))
    stage.engine.fail_with = None
    with outcome.operator:
        assert said("does not fit into memory") and said("failed: set-aside-out-of-memory")
    with outcome.kept:
        assert (await stage.store.jobs.counted())["running"] == 0
        await asked(ann, "a boat that fits")
        await card_of(ann, "a boat that fits")


@fault(
    "It falls silent in the middle, for longer than a minute",
    at=DRAFTS,
    member="The card stops growing, then begins anew, and comes.",
    kept="The draft that hangs is given up there, and is drawn once more.",
    operator="Log: job … waits: ServerBusy.",
)
async def test_one_that_hangs_is_left_and_asked_again(
    stage: Stage, ann: PocketMember, said: Said, outcome: Outcome
) -> None:
    stage.engine.hold = threading.Event()
    await asked(ann, "a becalmed boat")
    await until(lambda: said("waits: ServerBusy"), "the end of patience")
    stage.engine.hold.set()
    with outcome.operator:
        assert said("waits: ServerBusy")
    with outcome.member:
        await card_of(ann, "a becalmed boat")
        assert len(cards(stage, "a becalmed boat")) == 1
    with outcome.kept:
        assert stage.engine.drawn >= 2
        await stage.all_delivered()
        assert len({order.seeds for order in stage.engine.orders if order.prompt == "a becalmed boat"}) == 1


@fault(
    "It does not take our key",
    at=DRAFTS,
    member="“The drawing server has failed. Your place is kept; an operator has to look at it.” The card comes later.",
    kept="The draft waits in the queue, and no try is counted.",
    operator="Log: job … waits: the drafts server does not take the key that is set (drafts.key). Presence: failed.",
)
async def test_a_wrong_key_costs_no_draft(stage: Stage, ann: PocketMember, said: Said, outcome: Outcome) -> None:
    images = drafts_client(stage)
    right = images._http.headers["Authorization"]
    images._http.headers["Authorization"] = "Bearer another"
    try:
        waiting = await asked(ann, "a boat before a lock")
        with outcome.operator:
            await until(lambda: said("does not take the key that is set (drafts.key)"), "the line in the log")
            await until(lambda: "failed" in str(stage.pocket.world.presence), "the presence")
        with outcome.member:
            held = "The drawing server has failed. Your place is kept"
            await ann.message(lambda m: m["id"] == waiting["id"] and held in words_of(m))
    finally:
        images._http.headers["Authorization"] = right
    with outcome.kept:
        assert (await stage.store.jobs.counted())[JobState.QUEUED.value] == 1
        await card_of(ann, "a boat before a lock")
        await stage.all_delivered()


@fault(
    "Its list of models is in another form",
    at=DRAFTS,
    member="The card comes once the server is mended.",
    kept="Nothing is drawn by guessing; each try asks anew whose server it is.",
    operator="Log: job … waits: BadResponse.",
)
async def test_a_list_of_models_in_another_form_is_not_guessed_at(
    stage: Stage, ann: PocketMember, said: Said, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = drafts_client(stage)
    real, times = colophon._abilities, iter(range(2))

    def other(entry: Any) -> Any:
        if next(times, None) is not None:
            raise BadResponse("the drafts server lists its models in another way")
        return real(entry)

    images._dialect = None
    monkeypatch.setattr(colophon, "_abilities", other)
    drawn = stage.engine.drawn
    await asked(ann, "a boat of another age")
    with outcome.member:
        await card_of(ann, "a boat of another age")
    with outcome.operator:
        assert said("waits: BadResponse")
    with outcome.kept:
        assert stage.engine.drawn == drawn + 1
