"""The account finds each thing that can be amiss, and nothing where nothing is."""

from dataclasses import replace
from typing import Any

import pytest

from tests.bench.soak.account import Account, Card, Event, Kept, Seen, Used, Work, draw_up
from tests.bench.soak.house import Sample, complaints, growth
from tests.bench.soak.people import act_of
from tests.bench.soak.pocket import RECEIPT, RECORDED, ToldReceipt
from tests.bot.pocket_member import words_of

ANN, DRAFT = "1001", "a" * 20
SEEN = Seen(
    used=(
        Used("900", ANN, "draft", 10.0, 10.1, "m1", False),
        Used("901", ANN, "draft:choose", 20.0, 20.1, "m2", False),
    ),
    cards=(Card("m1", DRAFT, None, True, False),),
    receipts={ToldReceipt(2, "cc", 3, "ee"): "m2"},
    recorded={("m1", 1): "900"},
)
KEPT = Kept(
    events=(
        Event(0, "project.open", "aa00", None),
        Event(1, "prompt.submit", "bb00", "900"),
        Event(2, "draft.select", "cc00", "901"),
    ),
    roots={3: "ee00"},
    works=(Work("j1", DRAFT, "delivered", None, ANN, False),),
)
WORK, CARD = KEPT.works[0], SEEN.cards[0]
RECORD = ("acknowledged_lost", "recorded_twice", "delivered_twice", "never_told", "told_otherwise")


def found(account: Account) -> dict[str, int]:
    return {name: len(getattr(account, name)) for name in RECORD if getattr(account, name)}


def test_where_all_is_well_nothing_is_found() -> None:
    assert found(draw_up(SEEN, KEPT, [])) == {}


@pytest.mark.parametrize(
    ("seen", "kept", "amiss"),
    [
        ({}, {"events": KEPT.events[:2]}, "acknowledged_lost"),
        ({}, {"events": (*KEPT.events[:2], Event(2, "draft.select", "dd00", "901"))}, "acknowledged_lost"),
        ({}, {"roots": {3: "ff00"}}, "acknowledged_lost"),
        ({"recorded": {("m1", 0): "900"}}, {}, "acknowledged_lost"),
        ({"recorded": {("m1", 7): "900"}}, {}, "acknowledged_lost"),
        ({"recorded": {("m9", 1): "999"}}, {}, "acknowledged_lost"),
        ({}, {"events": (*KEPT.events, Event(3, "draft.select", "dd00", "901"))}, "recorded_twice"),
        ({"cards": (CARD, replace(CARD, message_id="m3"))}, {}, "delivered_twice"),
        ({"cards": ()}, {}, "never_told"),
        ({"cards": (replace(CARD, shows=False),)}, {}, "never_told"),
        ({"cards": (replace(CARD, seen_by="1002"),)}, {}, "never_told"),
        ({}, {"works": (replace(WORK, state="queued"),)}, "never_told"),
        ({"cards": ()}, {"works": (replace(WORK, state="failed", reason="given-up"),)}, "never_told"),
        ({}, {"works": (replace(WORK, state="cancelled"),)}, "told_otherwise"),
        ({"used": (*SEEN.used, Used("902", ANN, "ask", 30.0, 30.1, "m4", True))}, {}, "never_told"),
    ],
)
def test_each_thing_amiss_is_found(seen: dict[str, Any], kept: dict[str, Any], amiss: str) -> None:
    assert found(draw_up(replace(SEEN, **seen), replace(KEPT, **kept), [])) == {amiss: 1}


def test_what_is_no_fault_is_none() -> None:
    """See that a second upload, a shown private draft, a failure that is told and an erasure are no findings."""
    uploads = tuple(Event(seq, "upload.add", "dd00", "901") for seq in (3, 4))
    assert found(draw_up(SEEN, replace(KEPT, events=(*KEPT.events, *uploads)), [])) == {}
    private = (replace(CARD, seen_by=ANN, private=True), replace(CARD, message_id="m5"))
    assert found(draw_up(replace(SEEN, cards=private), replace(KEPT, works=(replace(WORK, private=True),)), [])) == {}
    told = replace(SEEN, cards=(replace(CARD, shows=False),))
    assert found(draw_up(told, replace(KEPT, works=(replace(WORK, state="cancelled"),)), [])) == {}
    assert found(draw_up(replace(SEEN, cards=()), replace(KEPT, erased={ANN}), [])) == {}


def test_who_was_cut_off_by_a_kill_is_counted_by_themselves() -> None:
    cut = replace(SEEN, used=(Used("902", ANN, "ask", 30.0, 30.1, "m4", True),))
    account = draw_up(cut, KEPT, [31.0])
    assert found(account) == {} and len(account.cut_off_by_kill) == 1
    assert found(draw_up(cut, KEPT, [29.0])) == {"never_told": 1}


def test_who_is_not_answered_at_all_is_counted() -> None:
    silent = replace(SEEN, used=(Used("902", ANN, "ask", 30.0, None, None, False),))
    assert [used.id for used in draw_up(silent, KEPT, []).unanswered] == ["902"]


@pytest.mark.parametrize("line", ["receipt #7 · {0} · log 1,024 · root {1}", "回执 #7 · {0} · 账本 1,024 · 根 {1}"])
def test_a_receipt_is_read_in_both_languages(line: str) -> None:
    leaf, root = "0123456789abcdef", "fedcba9876543210"
    message = {"content": "", "embeds": [{"footer": {"text": line.format(leaf, root)}}], "components": []}
    assert RECEIPT.findall(words_of(message)) == [("7", leaf, "1,024", root)]


@pytest.mark.parametrize(
    "line",
    [
        "Your brief is recorded (#12). It is next.",
        "你的构思已记录（#12）。马上开始。",
        "你的构思已记录（#12），开始撰写。",
    ],
)
def test_the_number_of_a_brief_is_read_in_both_languages(line: str) -> None:
    assert RECORDED.findall(line) == ["12"]


@pytest.mark.parametrize(
    ("line", "complains"),
    [
        ('{"at": "t", "level": "INFO", "logger": "x", "request": "", "message": "fine"}', False),
        ('{"at": "t", "level": "WARNING", "logger": "x", "request": "", "message": "odd", "error": "E: x"}', False),
        ('{"at": "t", "level": "ERROR", "logger": "x", "request": "7", "message": "m", "error": "a\\nE: x"}', True),
        (
            '{"at": "t", "level": "ERROR", "logger": "d", "request": "", "message": "Attempting a reconnect in 1"}',
            False,
        ),
        ("[tether] asked to stop", False),
        ("Traceback (most recent call last):", True),
        ("sys:1: RuntimeWarning: coroutine 'x' was never awaited", True),
    ],
)
def test_a_line_of_the_log_that_nobody_expected(line: str, complains: bool) -> None:
    assert bool(list(complaints(line))) is complains


def test_memory_is_compared_within_one_process_after_warming_up() -> None:
    before = [Sample(t, 1, 500) for t in range(10)]
    after = [Sample(t, 2, 100 if t < 20 else 200 if t < 50 else 210) for t in range(10, 60)]
    found = growth([*before, *after], 0, 60)
    assert found is not None
    assert found[:2] == (200, 210) and found[2] == pytest.approx(0.05)


@pytest.mark.parametrize("since", [25, 58])
def test_a_process_that_began_too_late_tells_nothing_of_memory(since: int) -> None:
    assert growth([Sample(t, 1, 100) for t in range(since, 60)], 0, 60) is None


@pytest.mark.parametrize(
    ("custom_id", "act"),
    [
        (f"draft:{DRAFT}:choose:1:p", "draft:choose"),
        (f"text:{DRAFT}:take:2", "text:take"),
        ("privacy:erase:all", "privacy:erase"),
        (f"draft-why:{DRAFT}:1", "draft-why"),
        ("appeal-decide:17:grant", "appeal-decide"),
    ],
)
def test_acts_are_named_without_whom_they_are_about(custom_id: str, act: str) -> None:
    assert act_of(custom_id) == act
