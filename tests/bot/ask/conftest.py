"""The real facts, indexed once for all tests of answers."""

import pytest

from bot.ask.facts import Fact, load_facts
from bot.ask.retrieval import FactIndex


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
