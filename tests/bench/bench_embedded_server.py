"""Measure the drafts server with the embedded model on this machine.

    python -m tests.bench.bench_embedded_server

Prints a table and writes build/bench/embedded_server.json.
"""

import asyncio
import secrets
import statistics
import time
from contextlib import aclosing
from dataclasses import dataclass

from models.images import CandidateDone, DraftRequest, ImagesClient, Preview, Progress
from tests.bench.report import Figure, report
from tests.fixtures_drafts import run_real_drafts_server

REPEATS = 5


@dataclass(frozen=True, slots=True)
class Timing:
    """One draft, in seconds from the request: its first step, its first preview, its last picture."""

    step_s: float
    preview_s: float
    done_s: float


def request(count: int) -> DraftRequest:
    """Ask for something the server has not drawn before."""
    seeds = tuple(secrets.randbelow(2**31) for _ in range(count))
    return DraftRequest(secrets.token_hex(8), "a red apple", seeds, style="flat", preview_interval_s=0.5)


async def wait_ready(client: ImagesClient) -> float:
    """Return how long the server took to be ready."""
    began = time.perf_counter()
    while not (await client.health()).ready:  # noqa: ASYNC110 - another process says no more than this
        await asyncio.sleep(0.02)
    return time.perf_counter() - began


async def time_draft(client: ImagesClient, count: int) -> Timing:
    """Draw once and take the times."""
    began = time.perf_counter()
    step = preview = done = 0.0
    async with aclosing(client.draft(request(count))) as events:
        async for event in events:
            now = time.perf_counter() - began
            match event:
                case Progress():
                    step = step or now
                case Preview():
                    preview = preview or now
                case CandidateDone():
                    done = now
    return Timing(step, preview, done)


async def time_cancel(client: ImagesClient) -> float:
    """Leave a draft after its first step; return how long the next one's first step took from then."""
    async with aclosing(client.draft(request(4))) as events:
        async for event in events:
            if isinstance(event, Progress):
                break
    return (await time_draft(client, 1)).step_s


async def measure(client: ImagesClient) -> list[Figure]:
    """Take all figures of a starting server."""
    async with client:
        ready = await wait_ready(client)
        await time_draft(client, 1)
        ones = [await time_draft(client, 1) for _ in range(REPEATS)]
        fours = [await time_draft(client, 4) for _ in range(REPEATS)]
        cancels = [await time_cancel(client) for _ in range(REPEATS)]
    one, four = (statistics.median(t.done_s for t in timings) for timings in (ones, fours))
    preview = statistics.median(t.preview_s / t.done_s for t in fours)
    step = 1000 * statistics.median(t.step_s for t in ones)
    cancel = 1000 * statistics.median(cancels)
    return [
        Figure("start to ready", ready, "s", "< 15"),
        Figure("one candidate", one, "s", "< 2"),
        Figure("four candidates", four, "s", "< 10"),
        Figure("four candidates / one", four / one, "times", "< 6"),
        Figure("first step of a draft", step, "ms", "< 300"),
        Figure("first preview, share of the whole draft", preview, "", "< 0.7"),
        Figure("first step of the next draft after leaving one", cancel, "ms", "< 600"),
        Figure("after leaving one / at rest", cancel / step, "times", "< 8"),
    ]


def main() -> None:
    """Start the server, measure it, stop it, report."""
    with run_real_drafts_server() as server:
        figures = asyncio.run(measure(server.client()))
    report("embedded_server", "drafts server, embedded model", figures)


if __name__ == "__main__":
    main()
