"""Questions as members ask them, and how well the search does on them."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.ask.facts import Language
from bot.ask.retrieval import FactIndex

QUESTIONS = Path(__file__).parent / "questions.toml"


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the facts that would answer it."""

    ask: str
    expect: frozenset[str]


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions of both languages: those the facts cover, and those they do not."""

    covered: Mapping[Language, Sequence[Question]]
    off_topic: Mapping[Language, Sequence[str]]


def read_questions(path: Path = QUESTIONS) -> dict[str, QuestionSet]:
    """Read the sets by their names."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        name: QuestionSet(
            covered={
                language: [Question(row["ask"], frozenset(row["expect"])) for row in values[language.code]]
                for language in Language
            },
            off_topic={language: values["off_topic"][language.code] for language in Language},
        )
        for name, values in data.items()
    }


def missed(index: FactIndex, questions: Sequence[Question], language: Language) -> list[str]:
    """Return the questions of which no expected fact is among the (at most four) facts of the answer."""
    return [
        question.ask
        for question in questions
        if not question.expect & {hit.fact.id for hit in index.search(question.ask, language)}
    ]


def leaked(index: FactIndex, questions: Sequence[str], language: Language) -> list[str]:
    """Return the off-topic questions that get an answer all the same."""
    return [question for question in questions if index.search(question, language)]
