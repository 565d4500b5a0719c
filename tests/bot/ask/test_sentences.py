"""Splitting text into sentences, and choosing those that answer."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ask.facts import Fact, Language
from bot.ask.sentences import excerpt, split_sentences
from bot.ask.words import Lexicon

LEXICON = Lexicon()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Thaler v. Perlmutter was affirmed. It stands.", ["Thaler v. Perlmutter was affirmed.", "It stands."]),
        ("See art. 50 of the Act. It applies.", ["See art. 50 of the Act.", "It applies."]),
        ("The U.S. Copyright Office refused. So did the court.", None),
        ("It costs 1.5 million. Pay now.", ["It costs 1.5 million.", "Pay now."]),
        ("It is so [1]. And so [2].", ["It is so [1].", "And so [2]."]),
        ("It is so. [1] And so. [2]", ["It is so. [1]", "And so. [2]"]),
        ("是这样。不是吗？对！", ["是这样。", "不是吗？", "对！"]),
        ("是这样。[1]也这样。[2][3]", ["是这样。[1]", "也这样。[2][3]"]),
        ("He said “no.” She left.", ["He said “no.”", "She left."]),
        ("", []),
        ("no end", ["no end"]),
    ],
)
def test_splitting(text: str, sentences: list[str] | None) -> None:
    if sentences is None:
        assert split_sentences(text)[-1] == "So did the court."
        assert len(split_sentences(text)) == 2
    else:
        assert split_sentences(text) == sentences


@given(st.text("ab A.!?。！？[1] \n", max_size=80))
def test_splitting_loses_nothing_but_space(text: str) -> None:
    joined = "".join(split_sentences(text))
    assert re.sub(r"\s", "", joined) == re.sub(r"\s", "", text)


@given(st.text("ab A.!?。！？[1] \n", max_size=80))
def test_sentences_are_never_empty(text: str) -> None:
    assert all(sentence == sentence.strip() and sentence for sentence in split_sentences(text))


def test_an_excerpt_is_the_facts_own_words_in_order(facts: tuple[Fact, ...]) -> None:
    for fact in facts:
        for language in Language:
            text = fact.wording(language).text
            found = excerpt(text, LEXICON.subjects("ai copyright", language), language, 300, LEXICON)
            places = [text.index(part) for part in re.split(r" … |…{2}| …$|……$", found) if part]
            assert places == sorted(places), fact.id
            assert places[0] == 0, fact.id


def test_an_excerpt_holds_the_sentence_that_speaks_of_the_subject() -> None:
    text = "First of all. Nothing here. The timestamp proves the date. Nothing there."
    assert (
        excerpt(text, LEXICON.subjects("timestamp", Language.EN), Language.EN, 48, LEXICON)
        == "First of all. … The timestamp proves the date."
    )


def test_an_excerpt_shows_that_something_follows() -> None:
    assert excerpt("A long first sentence. Another.", (), Language.EN, 5, LEXICON) == "A long first sentence. …"
    assert excerpt("只有一句。", (), Language.ZH, 2, LEXICON) == "只有一句。"
