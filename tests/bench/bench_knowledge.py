"""Measure answers: what is found, what is refused and put right, whether every sentence is carried, and how fast.

    python -m tests.bench.bench_knowledge [--url http://gpu:8000/v1 --model NAME [--key KEY]]

With a URL, that model writes the answers; else they are composed of the facts. Prints a table and writes
build/bench/knowledge.json.
"""

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from bot.ask.answer import Answer, AnswerService, Verdict
from bot.ask.facts import Fact, Language, load_facts
from bot.ask.retrieval import FactIndex
from bot.ask.sentences import split_sentences
from models.language import LanguageClient
from tests.bench.report import Figure, report
from tests.knowledge.questions import Question, Sort, answered, cited_share, precision, read_questions, recalled

REPEATS: Final = 3
MANY: Final = 20_000
CONCURRENT: Final = 50


def p95_ms(index: FactIndex, questions: Sequence[Question]) -> float:
    """Return the 95th percentile of the time of one search, each question by itself."""
    times_ms = []
    for _ in range(REPEATS):
        for question in questions:
            began = time.perf_counter()
            index.search(question.ask, question.language, before=question.before)
            times_ms.append(1000 * (time.perf_counter() - began))
    return statistics.quantiles(times_ms, n=20)[18]


def synthetic(facts: Sequence[Fact], count: int) -> list[Fact]:
    """Return many facts, each of sentences, questions and names of three real ones."""
    chances, made = random.Random(7), []
    for number in range(count):
        parents = chances.sample(facts, 3)
        wordings = {}
        for language in Language:
            each = [parent.wording(language) for parent in parents]
            sentences = [sentence for wording in each for sentence in split_sentences(wording.text)]
            wordings[language] = replace(
                each[0],
                title=f"{each[0].title} {number}",
                text=" ".join(chances.sample(sentences, min(6, len(sentences)))),
                asks=tuple(chances.choice(wording.asks or (wording.title,)) for wording in each),
            )
        made.append(replace(parents[0], id=f"synthetic-{number}", wordings=MappingProxyType(wordings)))
    return made


async def all_answered(service: AnswerService, questions: Sequence[Question]) -> list[Answer]:
    """Answer all questions, some at a time."""
    gate = asyncio.Semaphore(8)

    async def one(question: Question) -> Answer:
        async with gate:
            return await answered(service, question)

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(one(question)) for question in questions]
    return [task.result() for task in running]


def quality(questions: Sequence[Question], answers: Sequence[Answer]) -> list[Figure]:
    """Judge the answers of both languages."""
    figures = []
    for language in Language:
        mine = [(q, a) for q, a in zip(questions, answers, strict=True) if q.language is language]

        def share(sort: Sort, verdict: Verdict, of: Sequence[tuple[Question, Answer]] = mine) -> float:
            these = [a for q, a in of if q.sort is sort]
            return sum(a.verdict is verdict for a in these) / len(these)

        asked, got = [q for q, _ in mine], [a for _, a in mine]
        code, count = language.code, len(mine)
        figures += [
            Figure(f"recall_at_5_{code}", recalled(asked, got), "", f"0.95, over {count} questions"),
            Figure(f"citation_precision_{code}", precision(asked, got), "", "first citations that were wanted"),
            Figure(f"citation_recall_{code}", cited_share(asked, got), "", "of what must be cited"),
            Figure(f"sentences_supported_{code}", supported(got), "", "of those shown; 1"),
            Figure(f"out_of_scope_declined_{code}", share(Sort.OUT_OF_SCOPE, Verdict.NOT_COVERED), "", "0.9"),
            Figure(f"false_premise_corrected_{code}", share(Sort.FALSE_PREMISE, Verdict.CORRECTED), "", "0.8"),
            Figure(f"corrected_without_need_{code}", share(Sort.PLAIN, Verdict.CORRECTED), "", "0.1 at most"),
        ]
    return figures


def sentences_shown(answer: Answer) -> list[bool]:
    """Return for each sentence that was shown whether the fact it cites carries it."""
    shown = [each.problem is None for each in answer.checked if each.sentence in answer.written]
    for passage in answer.passages:
        text = passage.fact.wording(answer.language).text
        sentences = [s for s in split_sentences(passage.text) if any(map(str.isalnum, s))]
        shown += [sentence.strip("… ") in text for sentence in sentences]
    return shown


def supported(answers: Sequence[Answer]) -> float:
    """Return the share of the sentences shown that a cited fact carries."""
    shown = [each for answer in answers for each in sentences_shown(answer)]
    return sum(shown) / len(shown)


def carried(answers: Sequence[Answer]) -> list[Figure]:
    """Count the sentences that were shown, those of them that no cited fact carries, and those that a check dropped."""
    shown = [each for answer in answers for each in sentences_shown(answer)]
    written = [each.problem is None for answer in answers for each in answer.checked]
    return [
        Figure("unsupported_shown", shown.count(False), "", "0"),
        Figure("sentences_shown", len(shown), "", ""),
        Figure("written_sentences_dropped", written.count(False) / max(len(written), 1), "", "of those a model wrote"),
    ]


async def event_loop_lag_ms(service: AnswerService, questions: Sequence[Question]) -> float:
    """Answer many questions at once; return how long the event loop is ever kept busy."""
    lags_ms: list[float] = []

    async def watch() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            lags_ms.append(1000 * (time.perf_counter() - began) - 1)

    watcher = asyncio.create_task(watch())
    await asyncio.gather(*(answered(service, question) for question in questions[:CONCURRENT]))
    watcher.cancel()
    await asyncio.gather(watcher, return_exceptions=True)
    return max(lags_ms)


async def measure(url: str | None, model: str | None, key: str) -> list[Figure]:
    """Take all figures."""
    facts, questions = load_facts(), read_questions()
    began = time.perf_counter()
    index = FactIndex.build(facts)
    build_ms = 1000 * (time.perf_counter() - began)
    async with AsyncExitStack() as stack:
        writer = None
        if url is not None and model is not None:
            writer = await stack.enter_async_context(LanguageClient(base_url=url, api_key=key, model=model))
        service = AnswerService(index, writer)
        answers = await all_answered(service, questions)
        lag_ms = await event_loop_lag_ms(AnswerService(index), questions)
    many = FactIndex.build(synthetic(facts, MANY))
    return [
        *quality(questions, answers),
        *carried(answers),
        Figure("retrieval_p95_ms", p95_ms(index, questions), "ms", f"30, over {len(facts)} facts"),
        Figure("retrieval_p95_ms_20000", p95_ms(many, questions), "ms", f"60, over {MANY} synthetic facts"),
        Figure("index_build_ms", build_ms, "ms", "1500"),
        Figure("event_loop_lag_ms", lag_ms, "ms", f"100, while {CONCURRENT} questions are answered at once"),
    ]


def main() -> None:
    """Measure, and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="an OpenAI-compatible server whose model writes the answers")
    parser.add_argument("--model")
    parser.add_argument("--key", default="none")
    given = parser.parse_args()
    report("knowledge", "Answers", asyncio.run(measure(given.url, given.model, given.key)))


if __name__ == "__main__":
    main()
