"""Questions as members ask them, what must be cited for each, and what became of them."""

import tomllib
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from bot.ask.answer import Answer, AnswerService
from bot.ask.facts import Language

QUESTIONS = Path(__file__).parent / "questions.toml"
"""What answers are measured by; nothing is tuned on them."""
TUNING = Path(__file__).parent / "tuning.toml"


class Sort(Enum):
    """What is hard about a question."""

    PLAIN = "plain"
    COMPARISON = "comparison"
    FOLLOW_UP = "follow_up"
    MISSPELT = "misspelt"
    MIXED = "mixed"
    FALSE_PREMISE = "false_premise"
    OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class Question:
    """A question, those before it, and the facts of which one must be cited: of each of the `sides` of a comparison."""

    sort: Sort
    language: Language
    ask: str
    before: tuple[str, ...]
    sides: tuple[frozenset[str], ...]

    @property
    def expect(self) -> frozenset[str]:
        """All facts that answer it, or a part of it."""
        return frozenset().union(*self.sides)


def read_questions(path: Path = QUESTIONS) -> tuple[Question, ...]:
    """Read the questions of a file."""
    return tuple(
        Question(
            Sort(row["kind"]),
            next(language for language in Language if language.code == row["lang"]),
            row["ask"],
            tuple(row.get("after", ())),
            tuple(map(frozenset, row.get("sides") or filter(None, [row.get("expect")]))),
        )
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["question"]
    )


async def answered(service: AnswerService, question: Question) -> Answer:
    """Return the last state of an answer."""
    last: Answer | None = None
    async with aclosing(service.answer(question.ask, question.language.value, before=question.before)) as states:
        async for state in states:
            last = state
    assert last is not None
    return last


def recalled(questions: Sequence[Question], answers: Sequence[Answer]) -> float:
    """Return the share of questions in whose answer what must be cited is cited."""
    pairs = [(q, _cited(a)) for q, a in zip(questions, answers, strict=True) if q.expect]
    return sum(all(side & ids for side in q.sides) for q, ids in pairs) / len(pairs)


def cited_share(questions: Sequence[Question], answers: Sequence[Answer]) -> float:
    """Return how much of what must be cited is cited: for a comparison, each side of it counts."""
    pairs = [(q, _cited(a)) for q, a in zip(questions, answers, strict=True) if q.expect]
    return sum(sum(bool(side & ids) for side in q.sides) / len(q.sides) for q, ids in pairs) / len(pairs)


def precision(questions: Sequence[Question], answers: Sequence[Answer]) -> float:
    """Return the share of first citations that are expected ones."""
    firsts = [(q, a.passages[0].fact.id) for q, a in zip(questions, answers, strict=True) if q.expect and a.passages]
    return sum(first in q.expect for q, first in firsts) / len(firsts)


def _cited(answer: Answer) -> set[str]:
    return {passage.fact.id for passage in answer.passages}
