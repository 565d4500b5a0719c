"""The real facts, indexed once for all tests of answers."""

from pathlib import Path

import pytest

from bot.ask.facts import Fact, load_facts
from bot.ask.retrieval import FactIndex
from tests.bot.ask.questions import QuestionSet, read_questions


@pytest.fixture(scope="session")
def facts() -> tuple[Fact, ...]:
    return load_facts()


@pytest.fixture(scope="session")
def index(facts: tuple[Fact, ...]) -> FactIndex:
    return FactIndex.build(facts)


@pytest.fixture(scope="session")
def on_authorship(facts: tuple[Fact, ...]) -> FactIndex:
    """Index just the two facts on which the sentences of these tests rest."""
    return FactIndex.build(
        fact for fact in facts if fact.id in {"us-thaler-v-perlmutter", "usco-compendium-306-313-human"}
    )


@pytest.fixture(scope="session")
def question_sets() -> dict[str, QuestionSet]:
    return read_questions(Path(__file__).parent / "questions.toml")
