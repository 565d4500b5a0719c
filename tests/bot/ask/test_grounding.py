"""What a model may not have written."""

from functools import partial

import pytest

from bot.ask.facts import Fact, Language
from bot.ask.grounding import Checked, Grounds, Problem, cited
from bot.ask.retrieval import FactIndex


@pytest.fixture
def given(index: FactIndex) -> list[Fact]:
    return [index.facts["us-thaler-v-perlmutter"], index.facts["cn-li-liu-spring-breeze-2023"]]


def check(index: FactIndex, facts: list[Fact], sentence: str, question: str, language: Language) -> Checked:
    return Grounds(facts, question, language, index.lexicon, partial(index.rarity, language=language)).check(sentence)


def test_citations_are_read_in_order_and_once() -> None:
    assert cited("So [2]. And so [1][2].") == (2, 1)
    assert cited("nothing") == ()


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("In the US an AI cannot be the author [1].", None),
        ("The D.C. Circuit affirmed on 18 March 2025. [1]", None),
        ("The court called human authorship a “bedrock requirement” [1].", None),
        ("In the US an AI cannot be the author.", Problem.UNCITED),
        ("In the US an AI cannot be the author [3].", Problem.UNKNOWN_CITATION),
        ("In the US an AI cannot be the author [0].", Problem.UNKNOWN_CITATION),
        ("The court decided so in 1999 [1].", Problem.NUMBER),
        ("The court called it a “silly requirement” [1].", Problem.QUOTATION),
        ("Last year Judge Sotomayor agreed [1].", Problem.NAME),
        ("在美国，AI不能当作者[1]。", Problem.LANGUAGE),
    ],
)
def test_sentences(index: FactIndex, given: list[Fact], sentence: str, problem: Problem | None) -> None:
    assert check(index, given, sentence, "Can an AI be the author?", Language.EN).problem is problem


def test_chinese_sentences(index: FactIndex, given: list[Fact]) -> None:
    question = "AI能当作者吗？"
    assert check(index, given, "在美国，AI不能当作者[1]。", question, Language.ZH).problem is None
    assert check(index, given, "法院在1999年这样判[2]。", question, Language.ZH).problem is Problem.NUMBER
    assert check(index, given, "An AI cannot be the author [1].", question, Language.ZH).problem is Problem.LANGUAGE


def test_a_number_must_stand_in_the_fact_that_is_cited(index: FactIndex, given: list[Fact]) -> None:
    assert check(index, given, "The appeal was decided in 2025 [1].", "?", Language.EN).problem is None
    assert check(index, given, "The case number was 130 [2].", "?", Language.EN).problem is Problem.NUMBER


def test_a_name_from_the_question_may_be_used(index: FactIndex, given: list[Fact]) -> None:
    sentence = "So for Alice, AI cannot be the author [1]."
    assert check(index, given, sentence, "I am asking.", Language.EN).problem is Problem.NAME
    assert check(index, given, sentence, "I am Alice and ask.", Language.EN).problem is None
