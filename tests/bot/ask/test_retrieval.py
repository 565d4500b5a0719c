"""Whether the search finds what members ask for, and gives nothing for the rest."""

import re
import threading
from pathlib import Path

import pytest

from bot.ask.facts import Fact, Kind, Language
from bot.ask.retrieval import FactIndex, K
from bot.chat.texts import Texts
from tests.knowledge.questions import QUESTIONS, TUNING, Question, Sort, read_questions

RECALL = {TUNING: 0.95, QUESTIONS: 0.9}
REFUSED = 0.9

FILES = pytest.mark.parametrize("file", [TUNING, QUESTIONS], ids=lambda path: path.stem)
LANGUAGES = pytest.mark.parametrize("language", list(Language), ids=lambda language: language.code)


def asked(file: Path, language: Language, *sorts: Sort) -> list[Question]:
    return [q for q in read_questions(file) if q.language is language and q.sort in sorts]


def found(index: FactIndex, question: Question) -> set[str]:
    return {hit.fact.id for hit in index.search(question.ask, question.language, before=question.before)}


def test_the_questions_are_many_and_name_real_facts(index: FactIndex) -> None:
    measured, tuned = read_questions(QUESTIONS), read_questions(TUNING)
    assert len(measured) >= 120
    assert {q.sort for q in measured} == set(Sort)
    assert len({(q.ask, q.before) for q in measured + tuned}) == len(measured) + len(tuned)
    for question in measured + tuned:
        assert question.expect <= set(index.facts)
        assert bool(question.expect) == (question.sort is not Sort.OUT_OF_SCOPE)


@FILES
@LANGUAGES
def test_recall(index: FactIndex, file: Path, language: Language) -> None:
    questions = asked(file, language, Sort.PLAIN, Sort.MISSPELT, Sort.FOLLOW_UP, Sort.MIXED)
    lost = [q.ask for q in questions if not q.expect & found(index, q)]
    assert 1 - len(lost) / len(questions) >= RECALL[file], lost


@FILES
@LANGUAGES
def test_off_topic_gets_nothing(index: FactIndex, file: Path, language: Language) -> None:
    questions = asked(file, language, Sort.OUT_OF_SCOPE)
    answered = [q.ask for q in questions if found(index, q)]
    assert 1 - len(answered) / len(questions) >= REFUSED, answered


def test_a_broad_question_begins_with_the_law_of_several_places(index: FactIndex) -> None:
    hits = index.search("Who owns a picture made with AI?", Language.EN)
    assert {"US", "CN"} <= {code for hit in hits for code in hit.fact.jurisdictions}


def test_a_comparison_gets_each_place(index: FactIndex) -> None:
    for question, language in (
        ("Compare China and the US on AI authorship", Language.EN),
        ("中国和美国对AI作品的版权有什么不同？", Language.ZH),
    ):
        first, second = index.search(question, language)[:2]
        assert {*first.fact.jurisdictions, *second.fact.jurisdictions} == {"CN", "US"}


def test_the_examples_that_the_bot_itself_gives_are_answered(index: FactIndex) -> None:
    texts = Texts()
    for language in Language:
        shown = texts(language.value, "ask-what-is-covered") + texts(language.value, "ask-error-empty")
        examples = re.findall("“([^”]+)”", shown)
        assert examples
        for example in examples:
            assert index.search(example, language), example


@pytest.mark.parametrize(
    "question",
    ["VAT on art in France", "What is the weather in Beijing?", "write python code", "", "?!", '"OR" AND (*'],
)
def test_what_is_not_covered(index: FactIndex, question: str) -> None:
    assert index.search(question, Language.EN) == ()


def test_a_chosen_place_leaves_out_the_law_of_others(index: FactIndex) -> None:
    for code in ("US", "CN", "EU", "UK"):
        hits = index.search("Is a picture made with AI protected by copyright?", Language.EN, code)
        assert hits
        assert all(not hit.fact.jurisdictions or {code, "INT"} & set(hit.fact.jurisdictions) for hit in hits)


def test_a_member_state_has_the_law_of_the_union_too(index: FactIndex) -> None:
    hits = index.rank("Must a deepfake be labelled?", Language.EN, "DE").hits
    assert any("EU" in hit.fact.jurisdictions for hit in hits)


def test_a_place_in_the_question_counts_like_a_chosen_one(index: FactIndex) -> None:
    hits = index.search("在美国，AI能当作者吗？", Language.ZH)
    assert hits
    assert all(not hit.fact.jurisdictions or {"US", "INT"} & set(hit.fact.jurisdictions) for hit in hits)


def test_law_of_a_place_without_facts_is_not_answered_with_that_of_another(index: FactIndex) -> None:
    for hit in index.rank("Who owns the copyright in an AI picture in Brazil?", Language.EN).hits:
        assert not set(hit.fact.jurisdictions) - {"INT"}
        assert hit.fact.kind not in (Kind.CASE, Kind.STATUTE)


def test_a_preferred_place_only_lifts(index: FactIndex) -> None:
    question = "Is copying the style of an artist allowed?"
    plain = {hit.fact.id for hit in index.rank(question, Language.EN).hits}
    lifted = index.rank(question, Language.EN, prefer="CN").hits
    assert {hit.fact.id for hit in lifted} == plain
    assert lifted[0].fact.id == "cn-style-not-protected"


def test_answers_hold_few_facts_and_the_best_first(index: FactIndex) -> None:
    hits = index.search("What proof of my creative process should I keep?", Language.EN)
    assert 1 <= len(hits) <= K
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0 < hit.coverage <= 1 for hit in hits)


def test_every_fact_is_found_by_its_own_title(index: FactIndex, facts: tuple[Fact, ...]) -> None:
    for language in Language:
        lost = []
        for fact in facts:
            best = index.rank(fact.wording(language).title, language, next(iter(fact.jurisdictions), None)).hits[:3]
            if fact.id not in {hit.fact.id for hit in best}:
                lost.append(fact.id)
        assert len(lost) <= len(facts) // 20, lost


def test_threads_may_search_together(index: FactIndex) -> None:
    expected = index.search("What CFG value is good?", Language.EN)
    found: list[bool] = []

    def ask() -> None:
        found.extend(index.search("What CFG value is good?", Language.EN) == expected for _ in range(20))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 80


def test_keys_lead_back_to_facts(index: FactIndex, facts: tuple[Fact, ...]) -> None:
    assert index.by_key(facts[0].key) is facts[0]
    assert index.by_key("00000000") is None


def test_the_latest_comes_first_where_it_is_asked_for(index: FactIndex) -> None:
    question = "court case on training a model with books"
    plain = [hit.fact.date or "" for hit in index.search(f"What is a {question}?", Language.EN)]
    latest = [hit.fact.date or "" for hit in index.search(f"What is the latest {question}?", Language.EN)]
    assert sorted(latest[:2], reverse=True) >= sorted(plain[:2], reverse=True)
    assert latest[0] >= plain[0]
    assert latest != plain
