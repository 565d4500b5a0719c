"""Whose words they are and what changed, word by word."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.evidence.authorship import EarlierText, origin_of
from storage.evidence.changes import word_change
from storage.evidence.dossier.wording import Fate, Piece, differences, from_change, pieces_of
from storage.evidence.hands import Hand, after_change, by_one, length_before
from storage.evidence.kinds import Kind

TEXTS = st.text(st.sampled_from("ab c,红船水。é1"), max_size=30)


def shown(pieces: tuple[Piece, ...]) -> str:
    """Return pieces with what was added and removed in brackets."""
    marks = {Fate.KEPT: "{}", Fate.ADDED: "[+{}]", Fate.REMOVED: "[-{}]"}
    return "".join(marks[piece.fate].format(piece.text) for piece in pieces)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a red boat at dusk", "a blue boat at dusk", "a [-red][+blue] boat at dusk"),
        ("a boat", "a small boat", "a [+small ]boat"),
        ("the sun over the sea", "a moon above a lake", "[-the sun over the sea][+a moon above a lake]"),
        ("黄昏的红色小船", "清晨的红色小船", "[-黄昏][+清晨]的红色小船"),
        ("a lighthouse, 水彩", "a lighthouse, 水墨风格", "a lighthouse, 水[-彩][+墨风格]"),
        ("", "new", "[+new]"),
        ("old", "", "[-old]"),
        ("same", "same", "same"),
    ],
)
def test_differences_are_in_words(before: str, after: str, expected: str) -> None:
    assert shown(differences(before, after, by_one(Hand.PERSON, after))) == expected


@given(TEXTS, TEXTS)
def test_pieces_give_both_texts_back(before: str, after: str) -> None:
    pieces = differences(before, after, by_one(Hand.PERSON, after))
    kept = unicodedata.normalize("NFC", before), unicodedata.normalize("NFC", after)
    assert "".join(p.text for p in pieces if p.fate is not Fate.ADDED) == kept[0]
    assert "".join(p.text for p in pieces if p.fate is not Fate.REMOVED) == kept[1]


@given(TEXTS, TEXTS)
def test_every_character_has_a_hand_and_what_was_added_is_the_persons(before: str, after: str) -> None:
    change = word_change(before, after)
    assert length_before(change) == len(unicodedata.normalize("NFC", before))
    hands = after_change(after, change, by_one(Hand.MACHINE, before))
    assert len(hands) == len(unicodedata.normalize("NFC", after))
    added = sum(
        len(step[1]) for step in change if isinstance(step, list) and step[0] == "+" and isinstance(step[1], str)
    )
    assert hands.count(Hand.PERSON) == added
    assert "".join(p.text for p in from_change(change, before) if p.fate is not Fate.REMOVED) == unicodedata.normalize(
        "NFC", after
    )


@pytest.mark.parametrize("change", [[["=", 99]], [["?", "x"]], [["+", "nothing of the text"]], ["=", 3], [None]])
def test_a_change_that_does_not_fit_claims_nothing(change: list[object]) -> None:
    assert set(after_change("a boat", change, by_one(Hand.MACHINE, "a boat"))) == {Hand.UNKNOWN}  # type: ignore[arg-type]  # hostile on purpose


def test_a_machines_words_stay_the_machines_through_edits() -> None:
    suggested = "a small red boat on still water"
    once = "a small red boat on still water at dawn"
    twice = "one small red boat on still water at dawn"
    first = origin_of(once, [EarlierText(1, Kind.SUGGESTION_MADE, suggested)])
    hands = after_change(once, first.change, by_one(Hand.MACHINE, suggested))
    second = origin_of(twice, [EarlierText(2, Kind.PROMPT_SUBMITTED, once)])
    hands = after_change(twice, second.change, hands)
    theirs = "".join(c for c, hand in zip(twice, hands, strict=True) if hand is Hand.PERSON)
    assert " at dawn" in theirs
    assert "small red boat on still water" not in theirs
    assert [p.text for p in pieces_of(twice, hands) if p.hand is Hand.MACHINE][-1].strip().endswith("still water")


def test_a_word_half_of_which_a_machine_wrote_is_a_changed_word() -> None:
    hands = after_change("at dawn", word_change("at dusk", "at dawn"), by_one(Hand.MACHINE, "at dusk"))
    added = [p for p in differences("at dusk", "at dawn", hands) if p.fate is Fate.ADDED]
    assert added == [Piece("dawn", Fate.ADDED, Hand.PERSON)]
