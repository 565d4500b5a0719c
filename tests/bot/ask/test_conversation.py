"""Follow-up questions, and questions that stand for themselves."""

import pytest

from bot.ask.conversation import leans, understood
from bot.ask.facts import Language
from bot.ask.words import Lexicon

LEXICON = Lexicon()
EN, ZH = Language.EN, Language.ZH


def asked_words(question: str, before: tuple[str, ...], language: Language) -> dict[str, float]:
    return {subject.asked: subject.weight for subject in understood(question, before, language, LEXICON).subjects}


@pytest.mark.parametrize(
    ("language", "question", "leaning"),
    [
        (EN, "and in China?", True),
        (EN, "What about Korea", True),
        (EN, "Getty too?", True),
        (EN, "is that allowed?", True),
        (EN, "How do I register a comic with generated backgrounds?", False),
        (ZH, "那欧盟呢？", True),
        (ZH, "新加坡呢", True),
        (ZH, "怎么给线稿上色才不会糊掉细节", False),
    ],
)
def test_what_leans_on_the_question_before(language: Language, question: str, leaning: bool) -> None:
    places = LEXICON.places(question)
    subjects = LEXICON.subjects(question, language, without=places.names)
    assert leans(question, subjects, language) is leaning


def test_a_place_takes_the_place_of_the_one_before() -> None:
    asked = understood("and in China?", ("Must I label AI pictures in the EU?",), EN, LEXICON)
    assert set(asked.places.codes) == {"CN"}
    assert {"ai", "label"} <= {subject.asked for subject in asked.subjects}


def test_a_place_that_is_not_named_again_still_holds() -> None:
    asked = understood("and if I changed it by hand?", ("Who owns an AI picture in Japan?",), EN, LEXICON)
    assert set(asked.places.codes) == {"JP"}


def test_what_is_new_counts_more_than_what_is_carried_on() -> None:
    words = asked_words("and of art deco?", ("How do I get the look of ukiyo-e?",), EN)
    assert words["deco"] > words["ukiyo"] > 0


def test_questions_further_back_count_less_and_less() -> None:
    words = asked_words("and the seed?", ("Which sampler is best?", "and what resolution?"), EN)
    assert words["seed"] > words["resolution"] > words["sampler"] > 0


def test_a_question_that_stands_for_itself_takes_nothing_over() -> None:
    question = "How do I register a comic with generated backgrounds?"
    assert asked_words(question, ("Which sampler is best?",), EN) == asked_words(question, (), EN)


def test_words_of_another_language_are_not_looked_up_but_its_places_hold() -> None:
    asked = understood("那要怎么标识呢？", ("Must I label AI pictures in the EU?",), ZH, LEXICON)
    assert set(asked.places.codes) == {"EU"}
    assert {subject.asked for subject in asked.subjects} == {"标识"}
