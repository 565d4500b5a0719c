"""Compare ways to serve drafts, in one run on this machine.

    python -m tests.bench.bench_drafts [--large] [--requests N]

Requests come as a Poisson process, at shares of what full batches back to back could draw, and differ in steps,
guidance and scheduler. Prints a table and writes build/bench/drafts.json. `--large` takes SDXL's network with random
weights, for a GPU.
"""

import argparse
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from models.drafts.loaded import LoadedModel
from models.drafts.pictures import encode_preview
from models.drafts.provenance import Provenance
from models.serve import drafts_argv
from tests.bench.drafts.model import LARGE, SMALL, Size, large, small
from tests.bench.drafts.ways import Asked, Calls, Served, StepBatches, Way, bound_s, timed
from tests.bench.report import Figure, report
from tests.models.drafts.engine.companies import Call, Company, alone, difference

LOADS = (0.7, 0.95)
SCHEDULERS = ("ddim", "euler", "dpm++-2m")
GUIDANCE = (5.0,)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a way of serving made of a trace; times in seconds."""

    per_s: float
    p50_s: float
    p95_s: float
    first_p95_s: float


def trace(size: Size, count: int, seed: int = 7) -> list[Asked]:
    """Return requests of all kinds, well mixed."""
    dice = random.Random(seed)
    kinds = list(product(size.steps, GUIDANCE, SCHEDULERS))
    return [Asked(number, *dice.choice(kinds)) for number in range(count)]


def play(way: Way, requests: Sequence[Asked], rate: float | None, seed: int = 11) -> Outcome:
    """Send requests at a rate (None: all at once) and wait for all."""
    dice = random.Random(seed)
    began = due = time.perf_counter()
    served: list[Served] = []
    for asked in requests:
        if rate is not None:
            due += dice.expovariate(rate)
            time.sleep(max(0.0, due - time.perf_counter()))
        served.append(way.submit(asked))
    for each in served:
        each.done.wait()
    waits = [each.done_s - each.came_s for each in served]
    firsts = [each.seen_s - each.came_s for each in served]
    lasted = max(each.done_s for each in served) - began
    return Outcome(len(served) / lasted, statistics.median(waits), percentile(waits), percentile(firsts))


def percentile(values: Sequence[float], share: float = 0.95) -> float:
    return sorted(values)[min(len(values) - 1, round(share * (len(values) - 1)))]


def parity(pipeline: Any, size: Size) -> float:
    """Return how far the engine's latents are from diffusers' own, relative to the largest, over mixed requests."""
    model = LoadedModel(Provenance("bench", "1", "0" * 64), pipeline)
    calls = [
        Call(
            {
                "prompt": "a boat",
                "num_inference_steps": asked.steps,
                "guidance_scale": asked.guidance,
                "width": size.side,
                "height": size.side,
            },
            scheduler=asked.scheduler,
            seed=asked.number,
            arrives=2 * asked.number,
        )
        for asked in trace(size, 6)
    ]
    expected = [alone(model, call) for call in calls]
    found = Company(model).run(calls)
    return max(difference(a, b) / max(1.0, float(b.abs().max())) for a, b in zip(found, expected, strict=True))


def preview_share(pipeline: Any, size: Size) -> float:
    """Return the time of one preview over that of the step it is made after, for one candidate."""
    way = StepBatches(pipeline, size.side)
    try:
        model = way.engine.default
        pictures = [torch.randn(1, 4, size.side // 8, size.side // 8) for _ in range(30)]
        shown = timed(lambda: [encode_preview(must(model.lens.show(each, (size.side,) * 2))) for each in pictures])
        steps, before = 10, way.engine.loop.forwards
        drawn = timed(lambda: way.submit(Asked(1, steps, GUIDANCE[0], SCHEDULERS[0])).done.wait())
        return (shown / len(pictures)) / (drawn / (way.engine.loop.forwards - before))
    finally:
        way.close()


def must(picture: Image.Image | None) -> Image.Image:
    assert picture is not None
    return picture


def as_the_server_runs() -> None:
    """Begin anew with the environment of a drafts server, if need be: how its threads wait decides a lot on a CPU."""
    wanted = dict(drafts_argv(socket=Path("bench.sock"), api_key="none").env)
    if any(os.environ.get(name) != value for name, value in wanted.items()):
        again = [sys.executable, "-m", "tests.bench.bench_drafts", *sys.argv[1:]]
        os.execve(sys.executable, again, os.environ | wanted)  # noqa: S606 - becomes itself


def main() -> None:
    """Measure everything, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    as_the_server_runs()
    parser.add_argument("--large", action="store_true", help="SDXL's network, for a GPU")
    parser.add_argument("--requests", type=int, default=60)
    given = parser.parse_args()
    device = torch.device("cuda" if given.large and torch.cuda.is_available() else "cpu")
    size = LARGE if given.large else SMALL
    pipeline = (large if given.large else small)(device)
    kinds = [Asked(0, *kind) for kind in product(size.steps, GUIDANCE, SCHEDULERS)]
    bound_s(pipeline, size.side, kinds[:1], size.largest)
    bound = 1 / bound_s(pipeline, size.side, kinds, size.largest)
    requests = trace(size, given.requests)
    ways: dict[str, Callable[[], Way]] = {
        "engine": lambda: StepBatches(pipeline, size.side),
        "request at a time": lambda: Calls(pipeline, size.side, 1),
        "micro-batches": lambda: Calls(pipeline, size.side, size.largest // 2),
    }
    loads: dict[str, float | None] = {"all at once": None} | {f"{share:.0%} load": share * bound for share in LOADS}
    found = {(way, load): run(make, requests, rate) for load, rate in loads.items() for way, make in ways.items()}
    show(found, bound, size, device)
    report("drafts", f"ways to serve drafts: {size.name} on {name_of(device)}", figures(found, bound, pipeline, size))


def run(make: Callable[[], Way], requests: Sequence[Asked], rate: float | None) -> Outcome:
    """Play a trace to a fresh server of one kind."""
    way = make()
    try:
        play(way, requests[:4], None)
        return play(way, requests, rate)
    finally:
        way.close()


def show(found: dict[tuple[str, str], Outcome], bound: float, size: Size, device: torch.device) -> None:
    """Print the table."""
    print(f"{size.name}, {size.side} px, {name_of(device)}; full batches back to back: {bound:.2f} pictures/s")
    print(f"  {'':20} {'':12} {'pictures/s':>10} {'p50 s':>8} {'p95 s':>8} {'first preview p95 s':>20}")
    for (way, load), outcome in found.items():
        line = f"  {way:20} {load:12} {outcome.per_s:10.2f} {outcome.p50_s:8.2f} {outcome.p95_s:8.2f}"
        print(f"{line} {outcome.first_p95_s:20.2f}")


def figures(found: dict[tuple[str, str], Outcome], bound: float, pipeline: Any, size: Size) -> list[Figure]:
    """Return the ratios."""
    single, micro, engine = "request at a time", "micro-batches", "engine"
    flood, low, high = "all at once", *(f"{share:.0%} load" for share in LOADS)

    def share(figure: str, other: str, load: str) -> float:
        return float(getattr(found[engine, load], figure) / getattr(found[other, load], figure))

    return [
        Figure("throughput_vs_bound", found[engine, flood].per_s / bound, "", ">= 0.9"),
        Figure("throughput_vs_request_at_a_time", share("per_s", single, flood), "times", "> 1"),
        Figure("throughput_vs_micro_batches", share("per_s", micro, flood), "times", "> 1"),
        Figure("p95_vs_request_at_a_time", share("p95_s", single, high), "", "<= 0.5"),
        Figure("p95_vs_micro_batches", share("p95_s", micro, high), "", "< 1"),
        Figure("first_preview_p95_vs_request_at_a_time", share("first_p95_s", single, high), "", "<= 0.3"),
        Figure("p95_vs_request_at_a_time_at_70", share("p95_s", single, low), "", "< 1"),
        Figure("p95_vs_micro_batches_at_70", share("p95_s", micro, low), "", "< 1"),
        Figure("preview_share_of_a_step", preview_share(pipeline, size), "", "< 0.02"),
        Figure("parity_max_abs_diff", parity(pipeline, size), "", "<= 1e-4"),
    ]


def name_of(device: torch.device) -> str:
    """Return the machine's name."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else f"{platform.machine()} CPU"


if __name__ == "__main__":
    main()
