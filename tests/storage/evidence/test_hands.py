"""Whose words a text has, followed through a record."""

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.evidence.authorship import MadeBy
from storage.evidence.changes import word_change
from storage.evidence.commitments import JsonValue
from storage.evidence.hands import BETWEEN, Hand, WordCount, by_one, counted, hands_of, paragraphs
from storage.evidence.history import History, RecordedEvent
from storage.evidence.kinds import Kind

PARTS = st.lists(st.text(st.sampled_from("ab 船é\n"), min_size=1).filter(lambda t: bool(t.strip())), min_size=1)


def event(seq: int, kind: Kind, refs: tuple[int, ...] = (), **fields: JsonValue) -> RecordedEvent:
    return RecordedEvent(seq, seq, datetime.now(UTC), kind, "u", "p", refs, fields, (), b"")


def of(*events: RecordedEvent) -> History:
    return History("p", events)


def persons(text: str, hands: tuple[Hand, ...]) -> str:
    """Return the characters that a person wrote."""
    return "".join(c for c, hand in zip(unicodedata.normalize("NFC", text), hands, strict=True) if hand is Hand.PERSON)


@given(PARTS)
def test_paragraphs_put_together_are_the_same_paragraphs(parts: list[str]) -> None:
    once = paragraphs(BETWEEN.join(parts))
    assert paragraphs(BETWEEN.join(once)) == once
    assert all(part.strip() for part in once)


@given(
    st.text(st.sampled_from("ab 船é.\n"), max_size=40), st.text(st.sampled_from("ab 船é.\n"), min_size=1, max_size=40)
)
def test_what_was_kept_of_a_machines_text_is_never_a_persons(before: str, after: str) -> None:
    change = word_change(before, after)
    hands = hands_of(
        of(
            event(0, Kind.DRAFT_MADE, text=before),
            event(1, Kind.EDIT_APPLIED, (0,), text=after, params={"how": "typed"}, change=change),
        )
    )[1]
    added = "".join(str(step[1]) for step in change if isinstance(step, list) and step[0] == "+")
    assert persons(after, hands) == added
    words = counted(after, hands)
    assert 0 <= words.own <= words.all


def test_an_edit_by_another_tool_adds_no_words_of_a_person() -> None:
    base = event(0, Kind.DRAFT_MADE, text="a boat")
    fields: dict[str, JsonValue] = {"text": "a red boat", "change": word_change("a boat", "a red boat")}
    for declared, hand in ((MadeBy.OTHER_MODEL, Hand.MACHINE), (MadeBy.OTHER_PERSON, Hand.UNKNOWN)):
        told = hands_of(of(base, event(1, Kind.EDIT_APPLIED, (0,), declared=declared.value, **fields)))
        assert told[1][2:6] == (hand,) * 4


@pytest.mark.parametrize("picked", [[[0, 1]], [[0, 2], [0, 1]], [[0, 9]], [["x", 1]], [[7, 1]]])
def test_paragraphs_that_do_not_make_up_the_text_claim_nothing(picked: JsonValue) -> None:
    told = of(
        event(0, Kind.DRAFT_MADE, text="one\n\ntwo"),
        event(1, Kind.EDIT_APPLIED, (0,), text="one\n\ntwo", params={"how": "combined", "paragraphs": picked}),
    )
    assert set(hands_of(told)[1]) == {Hand.UNKNOWN}


def test_a_text_put_together_keeps_the_hand_of_each_paragraph() -> None:
    change = word_change("one\n\ntwo", "one more\n\ntwo")
    picked: list[JsonValue] = [[0, 2], [1, 1]]
    told = of(
        event(0, Kind.DRAFT_MADE, text="one\n\ntwo"),
        event(1, Kind.EDIT_APPLIED, (0,), text="one more\n\ntwo", params={"how": "typed"}, change=change),
        event(2, Kind.EDIT_APPLIED, (0, 1), text="two\n\none more", params={"how": "combined", "paragraphs": picked}),
    )
    assert persons("two\n\none more", hands_of(told)[2]) == " more"


@pytest.mark.parametrize(
    ("text", "own", "everything"), [("", 0, 0), ("a b c", 3, 3), ("黄昏的船", 4, 4), ("... !", 0, 0), ("don't", 2, 2)]
)
def test_words_are_what_a_reader_takes_for_words(text: str, own: int, everything: int) -> None:
    assert counted(text, by_one(Hand.PERSON, text)) == WordCount(own, everything)


@pytest.mark.parametrize(
    ("own", "everything", "percent"), [(0, 0, 0), (0, 900, 0), (1, 900, 1), (899, 900, 99), (9, 9, 100), (1, 2, 50)]
)
def test_only_nothing_is_nothing_and_all_is_all(own: int, everything: int, percent: int) -> None:
    assert WordCount(own, everything).percent == percent
