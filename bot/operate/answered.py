"""An answer as a shell shows it: as text, or as one JSON object."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict
from functools import partial
from typing import Any

from bot.ask.answer import Answer, AnswerService, Manner, Passage
from bot.ask.facts import Language
from bot.ask.grounding import Checked
from bot.ask.sentences import split_sentences
from bot.chat.texts import Texts
from bot.errors import OperatorError, UserFacing

_TEXTS = Texts()


async def answered(
    answers: AnswerService, question: str, lang: str | None, jurisdiction: str | None, before: Sequence[str]
) -> Answer:
    """Return the last state of an answer; raise OperatorError for what is no question."""
    if lang not in (None, *(language.code for language in Language)):
        raise OperatorError(f"--lang: there is no {lang}; choose en or zh.")
    final: Answer | None = None
    try:
        async with aclosing(answers.answer(question, lang or "en", jurisdiction, before=before)) as states:
            async for state in states:
                final = state
    except UserFacing as error:
        raise OperatorError(_TEXTS(lang or "en", error.key, **error.arguments)) from error
    assert final is not None and final.final
    return final


def as_object(answer: Answer) -> Mapping[str, Any]:
    """Return an answer as what JSON can say."""
    return {
        "question": answer.question,
        "language": answer.language.code,
        "verdict": answer.verdict.value,
        "manner": answer.manner.value,
        "text": as_text(answer),
        "citations": [passage.fact.id for passage in answer.passages],
        "sentences": [_sentence(each) for each in _shown(answer)],
        "dropped": [_sentence(each) for each in answer.checked if each.problem is not None],
        "correction": None
        if answer.correction is None
        else {"fact": answer.correction.fact.id, **asdict(answer.correction.myth)},
        "sources": [_source(passage, answer.language) for passage in answer.passages],
    }


def as_text(answer: Answer) -> str:
    """Return an answer as it reads in a shell."""
    say = partial(_TEXTS, answer.language.value)
    if answer.manner is Manner.NOT_COVERED:
        key = "ask-not-covered-there" if answer.covered_elsewhere else "ask-not-covered"
        return f"{say(key)}\n\n{say('ask-what-is-covered')}"
    blocks = []
    if answer.correction is not None:
        number = next(p.number for p in answer.passages if p.fact is answer.correction.fact)
        blocks.append(f"{say('ask-correction', truth=answer.correction.myth.truth)} [{number}]")
    if answer.written:
        blocks.append(answer.written)
    for passage in answer.passages:
        title = f"[{passage.number}] {passage.fact.wording(answer.language).title}"
        blocks.append("\n".join(filter(None, (title, passage.text, f"    {passage.fact.cite}"))))
    return "\n\n".join(blocks)


def _shown(answer: Answer) -> Iterator[Checked]:
    """Return the sentences of an answer; those of a fact itself are carried by it, word for word."""
    if answer.correction is not None:
        yield Checked(answer.correction.myth.truth, (answer.correction.fact.id,), 1.0)
    yield from (each for each in answer.checked if each.problem is None)
    for passage in answer.passages:
        for sentence in split_sentences(passage.text):
            yield Checked(sentence, (passage.fact.id,), 1.0)


def _sentence(checked: Checked) -> Mapping[str, Any]:
    problem = {} if checked.problem is None else {"problem": checked.problem.value}
    return {"text": checked.sentence, "citations": checked.facts, "support": round(checked.support, 3), **problem}


def _source(passage: Passage, language: Language) -> Mapping[str, Any]:
    fact = passage.fact
    return {
        "number": passage.number,
        "id": fact.id,
        "title": fact.wording(language).title,
        "jurisdictions": fact.jurisdictions,
        "cite": fact.cite,
        "as_of": fact.as_of,
        "confidence": fact.confidence.value,
        "sources": [asdict(source) for source in fact.sources],
    }
