"""What a model may not have written."""

import pytest

from bot.ask.facts import Fact, Language
from bot.ask.grounding import Problem, check, cited
from bot.ask.retrieval import FactIndex


@pytest.fixture
def given(index: FactIndex) -> list[Fact]:
    return [index.facts["us-thaler-v-perlmutter"], index.facts["cn-li-liu-spring-breeze-2023"]]


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
def test_sentences(given: list[Fact], sentence: str, problem: Problem | None) -> None:
    assert check(sentence, given, "Can an AI be the author?", Language.EN) is problem


def test_chinese_sentences(given: list[Fact]) -> None:
    question = "AI能当作者吗？"
    assert check("在美国，AI不能当作者[1]。", given, question, Language.ZH) is None
    assert check("法院在1999年这样判[2]。", given, question, Language.ZH) is Problem.NUMBER
    assert check("An AI cannot be the author [1].", given, question, Language.ZH) is Problem.LANGUAGE


def test_a_number_must_stand_in_the_fact_that_is_cited(given: list[Fact]) -> None:
    assert check("The appeal was decided in 2025 [1].", given, "?", Language.EN) is None
    assert check("The case number was 130 [2].", given, "?", Language.EN) is Problem.NUMBER


def test_a_name_from_the_question_may_be_used(given: list[Fact]) -> None:
    sentence = "So for Alice, AI cannot be the author [1]."
    assert check(sentence, given, "I am asking.", Language.EN) is Problem.NAME
    assert check(sentence, given, "I am Alice and ask.", Language.EN) is None
