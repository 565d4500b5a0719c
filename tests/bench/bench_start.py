"""Measure how soon `colophon try` answers its page, and how soon Ctrl-C ends everything.

    python -m tests.bench.bench_start

Prints a table and writes build/bench/start.json.
"""

import asyncio
import tempfile
import time
from pathlib import Path

from tests.bench.report import Figure, report
from tests.bot.pocket_member import PocketMember
from tests.e2e.studio import Studio, start_studio


async def warm_up(studio: Studio) -> tuple[float, float]:
    """Return how long the bot took to connect and everything to be ready, in seconds from the page's answer."""
    began = time.perf_counter()
    async with PocketMember(studio.url, patience_s=300) as member:
        await member.bot_there()
        connected = time.perf_counter() - began
        await member.bot_ready()
        return connected, time.perf_counter() - began


def main() -> None:
    """Start twice: once stopped while the models load, once when all is ready."""
    with tempfile.TemporaryDirectory() as folder:
        early = start_studio(Path(folder) / "early")
        early_stop = early.stop()
        studio = start_studio(Path(folder) / "data")
        connected, ready = asyncio.run(warm_up(studio))
        stop = studio.stop()
    report(
        "start",
        "colophon try",
        [
            Figure("command to page", studio.start_s, "s", "< 15"),
            Figure("page to bot connected", connected, "s", "< 15"),
            Figure("page to all models ready", ready, "s", "< 120"),
            Figure("Ctrl-C to end, models loading", early_stop, "s", "< 10"),
            Figure("Ctrl-C to end, all ready", stop, "s", "< 10"),
        ],
    )


if __name__ == "__main__":
    main()
