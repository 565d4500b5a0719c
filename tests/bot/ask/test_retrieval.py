"""Whether the search finds what members ask for, and gives nothing for the rest."""

import re
import threading

import pytest

from bot.ask.facts import Fact, Kind, Language
from bot.ask.retrieval import FactIndex, K
from bot.chat.texts import Texts
from tests.bot.ask.questions import QuestionSet, leaked, missed

RECALL = 0.9
# A few dozen questions: one more or less found is three hundredths.
RECALL_HELD_OUT = 0.75
REFUSED = 0.9


def test_the_question_sets_are_large_and_name_real_facts(
    index: FactIndex, question_sets: dict[str, QuestionSet]
) -> None:
    for language in Language:
        covered = [q for questions in question_sets.values() for q in questions.covered[language]]
        off_topic = [q for questions in question_sets.values() for q in questions.off_topic[language]]
        assert len(covered) >= 40
        assert len(off_topic) >= 20
        assert len({q.ask for q in covered} | set(off_topic)) == len(covered) + len(off_topic)
        assert {fact_id for q in covered for fact_id in q.expect} <= set(index.facts)


@pytest.mark.parametrize("language", list(Language))
def test_recall(index: FactIndex, question_sets: dict[str, QuestionSet], language: Language) -> None:
    questions = [q for group in question_sets.values() for q in group.covered[language]]
    lost = missed(index, questions, language)
    assert 1 - len(lost) / len(questions) >= RECALL, lost


@pytest.mark.parametrize("language", list(Language))
def test_recall_of_questions_that_nobody_tuned_on(
    index: FactIndex, question_sets: dict[str, QuestionSet], language: Language
) -> None:
    questions = question_sets["held_out"].covered[language]
    lost = missed(index, questions, language)
    assert 1 - len(lost) / len(questions) >= RECALL_HELD_OUT, lost


@pytest.mark.parametrize("name", ["tune", "held_out"])
@pytest.mark.parametrize("language", list(Language))
def test_off_topic_gets_nothing(
    index: FactIndex, question_sets: dict[str, QuestionSet], name: str, language: Language
) -> None:
    questions = question_sets[name].off_topic[language]
    answered = leaked(index, questions, language)
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
