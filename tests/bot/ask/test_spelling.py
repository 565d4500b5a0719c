"""Misspelt questions, and those that only look so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ask.facts import Language
from bot.ask.retrieval import FactIndex
from bot.ask.spelling import Speller

WORDS = {
    "perlmutter": 3,
    "thaler": 3,
    "copyright": 40,
    "midjourney": 9,
    "court": 30,
    "版权": 50,
    "登记": 20,
    "标识": 30,
}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Thaller v Perlmuter", "thaler v perlmutter"),
        ("copyrihgt of midjorney pictures", "copyright of midjourney pictures"),
        ("Perlmutter and the Court", "Perlmutter and the Court"),
        ("a pizza for the cat", "a pizza for the cat"),
        ("版全怎么登计", "版权怎么登记"),
        ("AI图要打标示吗", "AI图要打标识吗"),
        ("", ""),
    ],
)
def test_words_are_read_as_those_of_the_facts(typed: str, read: str) -> None:
    assert Speller.build(WORDS).read(typed) == read


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    Speller.build(WORDS).read(text)


@pytest.mark.parametrize(
    ("language", "typed", "found"),
    [
        (Language.EN, "what happend in Thaller vs Perlmuter", "us-thaler-v-perlmutter"),
        (Language.ZH, "春疯送来了温柔案怎么判的", "cn-li-liu-spring-breeze-2023"),
    ],
)
def test_a_misspelt_case_is_found(index: FactIndex, language: Language, typed: str, found: str) -> None:
    assert found in {hit.fact.id for hit in index.search(typed, language)}
