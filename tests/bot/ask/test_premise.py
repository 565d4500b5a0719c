"""What takes something for granted, and what only asks."""

import pytest

from bot.ask.facts import Language
from bot.ask.premise import correction, presumes
from bot.ask.retrieval import FactIndex

EN, ZH = Language.EN, Language.ZH


@pytest.mark.parametrize(
    ("language", "question", "presuming"),
    [
        (EN, "Since AI pictures are protected everywhere, how long does it last?", True),
        (EN, "Why did the court give the AI the copyright?", True),
        (EN, "My style is copyrighted, right?", True),
        (EN, "The licence is Apache, so I can host it?", True),
        (EN, "Which article of the law regulates AI pictures?", True),
        (EN, "Who owns a picture made with AI?", False),
        (EN, "How strong should img2img be, and which sampler fits?", False),
        (EN, "Can I sell pictures made with FLUX.1 dev?", False),
        (ZH, "既然AI图都受保护，保护多久？", True),
        (ZH, "画风受著作权保护，对吗", True),
        (ZH, "为什么法院把版权给了AI？", True),
        (ZH, "AI画的图归谁？", False),
        (ZH, "图生图的强度设多少合适？", False),
    ],
)
def test_how_people_speak_who_take_something_for_granted(language: Language, question: str, presuming: bool) -> None:
    assert presumes(question, language) is presuming


def test_a_belief_that_a_found_fact_puts_right_is_corrected(index: FactIndex) -> None:
    question = "作品不登记就没有著作权，是吗"
    facts = [hit.fact for hit in index.search(question, ZH)]
    found = correction(question, ZH, facts, index)
    assert found is not None
    assert found.fact.id == "cn-registration-voluntary"


def test_who_only_asks_is_not_corrected(index: FactIndex) -> None:
    question = "作品登记怎么办理，要交什么材料"
    facts = [hit.fact for hit in index.search(question, ZH)]
    assert correction(question, ZH, facts, index) is None


def test_a_true_premise_is_not_corrected(index: FactIndex) -> None:
    question = "Since an AI cannot be the author in the US, who is?"
    facts = [hit.fact for hit in index.search(question, EN)]
    assert facts
    found = correction(question, EN, facts, index)
    assert found is None or "author" not in found.myth.claim
