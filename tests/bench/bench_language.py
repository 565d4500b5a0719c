"""Measure the language server with the embedded model on this machine.

    python -m tests.bench.bench_language

Prints a table and writes build/bench/language.json: {figure: {value, unit, aim}}. The aims are what this
project found on two cores; trust ratios between figures more than the figures.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from models.language import LanguageClient, Message, Role
from tests.bench.report import Figure, report
from tests.fixtures_language import run_real_language_server

TOKENS = 64
CONCURRENT = 16
REPEATS = 5
# About 1,200 tokens, as a system prompt with cited facts has.
SENTENCE = "The court found that the person had chosen the words, the light and the framing of the picture. "


@dataclass(frozen=True, slots=True)
class Timing:
    """One answer: when its first piece came, how long it took, how many tokens it had."""

    first_s: float
    total_s: float
    tokens: int

    @property
    def per_second(self) -> float:
        """Tokens a second after the first."""
        return (self.tokens - 1) / (self.total_s - self.first_s)


async def time_answer(client: LanguageClient, prompt: Sequence[Message], tokens: int = TOKENS) -> Timing:
    """Ask once and take the times."""
    began = time.perf_counter()
    first_s = 0.0
    async with client.chat(prompt, max_tokens=tokens, temperature=0.8, seed=7) as answer:
        async for _ in answer:
            first_s = first_s or time.perf_counter() - began
    assert answer.usage is not None
    return Timing(first_s, time.perf_counter() - began, answer.usage.completion_tokens)


def question(number: int) -> tuple[Message, ...]:
    """Make a short prompt that no other number shares."""
    return (Message(Role.USER, f"({number}) Write a long story about a painter and the sea."),)


async def measure_single(client: LanguageClient) -> tuple[Figure, Figure, float]:
    """Answer one request at a time."""
    await time_answer(client, question(0))
    timings = [await time_answer(client, question(number)) for number in range(1, 1 + REPEATS)]
    speed = statistics.median(timing.per_second for timing in timings)
    first_ms = 1000 * statistics.median(timing.first_s for timing in timings)
    return (
        Figure("time to first token, one stream", first_ms, "ms", "< 200"),
        Figure("speed, one stream", speed, "tokens/s", "> 40"),
        speed,
    )


async def measure_concurrent(client: LanguageClient, single: float) -> tuple[Figure, ...]:
    """Answer many requests at once, and compare with one."""
    began = time.perf_counter()
    timings = await asyncio.gather(*(time_answer(client, question(100 + n)) for n in range(CONCURRENT)))
    speed = sum(timing.tokens for timing in timings) / (time.perf_counter() - began)
    worst_ms = 1000 * max(timing.first_s for timing in timings)
    return (
        Figure(f"speed, {CONCURRENT} streams together", speed, "tokens/s", "> 250"),
        Figure(f"gain of {CONCURRENT} streams over one", speed / single, "times", "> 5"),
        Figure(f"worst time to first token, {CONCURRENT} streams", worst_ms, "ms", "< 1000"),
    )


async def measure_prefix_cache(client: LanguageClient) -> tuple[Figure, ...]:
    """Time the first token behind a long prefix that is new, then known."""
    cold, warm = [], []
    for number in range(3):
        facts = Message(Role.SYSTEM, f"Facts, set {number}. " + SENTENCE * 60)
        asked = [(facts, Message(Role.USER, f"Question {n}?")) for n in range(3)]
        cold.append((await time_answer(client, asked[0], 2)).first_s)
        warm += [(await time_answer(client, prompt, 2)).first_s for prompt in asked[1:]]
    cold_ms, warm_ms = 1000 * statistics.median(cold), 1000 * statistics.median(warm)
    return (
        Figure("time to first token, long prefix new", cold_ms, "ms", "< 2500"),
        Figure("time to first token, long prefix known", warm_ms, "ms", "< 300"),
        Figure("gain of the prefix cache", cold_ms / warm_ms, "times", "> 4"),
    )


async def measure(client: LanguageClient) -> list[Figure]:
    """Take all figures of a running server."""
    async with client:
        first, speed, single = await measure_single(client)
        return [
            first,
            speed,
            *await measure_concurrent(client, single),
            *await measure_prefix_cache(client),
        ]


def main() -> None:
    """Start the server, measure it, stop it, report."""
    with run_real_language_server() as server:
        figures = [Figure("start to ready", server.start_s, "s", "< 90")]
        figures += asyncio.run(measure(server.client()))
        stopping = time.perf_counter()
    figures.append(Figure("stop", time.perf_counter() - stopping, "s", "< 10"))
    report("language", "language server, embedded model", figures)


if __name__ == "__main__":
    main()
