"""The real facts, indexed once."""

import pytest

from bot.ask.facts import Fact, load_facts
from bot.ask.retrieval import FactIndex


@pytest.fixture(scope="session")
def facts() -> tuple[Fact, ...]:
    return load_facts()


@pytest.fixture(scope="session")
def index(facts: tuple[Fact, ...]) -> FactIndex:
    return FactIndex.build(facts)
