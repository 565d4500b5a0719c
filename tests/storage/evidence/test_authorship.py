"""Where words come from is found by comparing them, and what was edited is written down character by character."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.evidence.authorship import EarlierText, Origin, origin_of
from storage.evidence.changes import word_change
from storage.evidence.kinds import Kind

MACHINE = EarlierText(4, Kind.SUGGESTION_MADE, "A lighthouse at dusk, seen from the sea, in heavy rain")
OWN = EarlierText(7, Kind.PROMPT_SUBMITTED, "a red boat in the harbour")


def test_what_resembles_nothing_was_typed() -> None:
    assert origin_of("two herons on a frozen lake", [MACHINE, OWN]) == Origin("typed")
    assert origin_of("anything", []) == Origin("typed")


@pytest.mark.parametrize("words", [MACHINE.text, MACHINE.text.upper(), f"  {MACHINE.text}\n"])
def test_a_machines_words_taken_over_are_the_machines(words: str) -> None:
    assert origin_of(words, [OWN, MACHINE]) == Origin("llm:4", 4)


def test_a_machines_words_that_were_edited_say_what_was_edited() -> None:
    origin = origin_of("A lighthouse at dawn, seen from the sea, in heavy rain", [OWN, MACHINE])
    assert (origin.source, origin.of) == ("edited:4", 4)
    assert ["-", "usk"] in origin.change and ["+", "awn"] in origin.change


def test_where_both_fit_the_words_are_the_machines() -> None:
    same = EarlierText(9, Kind.PROMPT_SUBMITTED, MACHINE.text)
    assert origin_of(MACHINE.text, [MACHINE, same]).source == "llm:4"


def test_the_same_brief_again_is_an_edit_that_changes_nothing() -> None:
    assert origin_of(OWN.text, [OWN]) == Origin("edited:7", 7, (["=", len(OWN.text)],))


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_change_leads_from_one_text_to_the_other(before: str, after: str) -> None:
    before, after = (unicodedata.normalize("NFC", text) for text in (before, after))
    at, made, kept = 0, "", 0
    for step in word_change(before, after):
        assert isinstance(step, list)
        match step:
            case ["=", int(count)]:
                made, at, kept = made + before[at : at + count], at + count, kept + count
            case ["-", str(text)]:
                assert before[at : at + len(text)] == text
                at += len(text)
            case ["+", str(text)]:
                made += text
            case other:
                raise AssertionError(other)
    assert (at, made) == (len(before), after)
