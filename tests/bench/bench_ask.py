"""Measure the search for facts: how fast, how much it finds, how much it refuses.

    python -m tests.bench.bench_ask

Prints a table and writes build/bench/ask.json: {figure: {value, unit, aim}}.
"""

import asyncio
import statistics
import time

from bot.ask.answer import AnswerService
from bot.ask.facts import Language, load_facts
from bot.ask.retrieval import FactIndex
from models.language import LanguageClient
from tests.bench.report import Figure, report
from tests.bot.ask.questions import QuestionSet, leaked, missed, read_questions

REPEATS = 3
CONCURRENT = 50


def measure_start() -> tuple[FactIndex, tuple[Figure, ...]]:
    """Read and index all facts."""
    began = time.perf_counter()
    facts = load_facts()
    read = time.perf_counter()
    index = FactIndex.build(facts)
    built = time.perf_counter()
    return index, (
        Figure("facts", len(facts), "", ">= 233"),
        Figure("reading all facts", 1000 * (read - began), "ms", "< 3000"),
        Figure("building the index", 1000 * (built - read), "ms", "< 500"),
    )


def measure_search(index: FactIndex, questions: dict[str, QuestionSet]) -> tuple[Figure, ...]:
    """Time every question by itself."""
    times_ms = []
    for _ in range(REPEATS):
        for group in questions.values():
            for language in Language:
                for question in group.covered[language]:
                    began = time.perf_counter()
                    index.search(question.ask, language)
                    times_ms.append(1000 * (time.perf_counter() - began))
    return (
        Figure("search, median", statistics.median(times_ms), "ms", "< 5"),
        Figure("search, 99 of 100 within", statistics.quantiles(times_ms, n=100)[98], "ms", "< 20"),
    )


def measure_quality(index: FactIndex, questions: dict[str, QuestionSet]) -> list[Figure]:
    """Count what is found and what is refused."""
    figures = []
    for name, group in questions.items():
        for language in Language:
            covered, off_topic = group.covered[language], group.off_topic[language]
            found = 1 - len(missed(index, covered, language)) / len(covered)
            refused = 1 - len(leaked(index, off_topic, language)) / len(off_topic)
            suffix = f"{language.value}, {name} ({len(covered)} and {len(off_topic)})"
            aim = ">= 0.9" if name == "tune" else ">= 0.75"
            figures.append(Figure(f"recall@4, {suffix}", found, "share", aim))
            figures.append(Figure(f"off-topic refused, {suffix}", refused, "share", ">= 0.9"))
    return figures


async def measure_answers(index: FactIndex, questions: dict[str, QuestionSet]) -> tuple[Figure, ...]:
    """Answer many questions at once, and see how long the event loop is ever kept busy."""
    asked = [q.ask for group in questions.values() for language in Language for q in group.covered[language]]
    # Composed answers ask no model; the client connects to nothing.
    async with LanguageClient(base_url="http://127.0.0.1:1/v1", api_key="none") as nobody:
        service = AnswerService(index)
        lags_ms: list[float] = []

        async def watch() -> None:
            while True:
                began = time.perf_counter()
                await asyncio.sleep(0.001)
                lags_ms.append(1000 * (time.perf_counter() - began) - 1)

        async def answer(question: str) -> None:
            async for _ in service.answer(question, "en-US"):
                continue

        watcher = asyncio.create_task(watch())
        began = time.perf_counter()
        await asyncio.gather(*(answer(question) for question in asked[:CONCURRENT]))
        took_ms = 1000 * (time.perf_counter() - began)
        watcher.cancel()
        await asyncio.gather(watcher, return_exceptions=True)
    return (
        Figure(f"{CONCURRENT} answers together", took_ms, "ms", "< 1000"),
        Figure("longest wait of the event loop meanwhile", max(lags_ms), "ms", "< 100"),
    )


def main() -> None:
    """Take all figures and report them."""
    questions = read_questions()
    index, figures = measure_start()
    found = [*figures, *measure_search(index, questions), *measure_quality(index, questions)]
    found += asyncio.run(measure_answers(index, questions))
    report("ask", "answers", found)


if __name__ == "__main__":
    main()
