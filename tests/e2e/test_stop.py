"""What an ordered end may not do: lose a draft, let it wait for a lease, count as its failure, or be told twice."""

import asyncio
import os
import signal
import sqlite3
from pathlib import Path

import pytest

from tests.bot.pocket_member import ANN, PocketMember, buttons_of
from tests.e2e.conftest import agree
from tests.e2e.studio import Studio, is_below, processes, start_studio

pytestmark = pytest.mark.slow


def left(data: Path) -> list[tuple[str, str | None, int | None, int]]:
    """Return how the jobs were left: state, holder, until when, and failures."""
    connection = sqlite3.connect(data / "colophon.db")
    try:
        return connection.execute("SELECT state, lease_owner, lease_until, failures FROM jobs").fetchall()
    finally:
        connection.close()


async def begun(studio: Studio, words: str) -> None:
    """Let Ann agree and ask for a draft, whose server stands still once it has begun."""
    async with PocketMember(studio.url, ANN, patience_s=120) as ann:
        await ann.bot_there()
        await agree(ann)
        # The server itself, not the tether that it hangs on.
        servers = [pid for pid, line in processes().items() if "-m models.drafts" in line and "tether" not in line]
        (drafts,) = (pid for pid in servers if is_below(pid, studio.process.pid))
        await ann.command("draft", brief=words, count=4)
        async with asyncio.timeout(120):
            while [state for state, *_ in left(studio.data)] != ["running"]:  # noqa: ASYNC110 - another process's row
                await asyncio.sleep(0.005)
        os.kill(drafts, signal.SIGSTOP)


async def test_what_a_stop_does_not_wait_for_is_drawn_first_at_the_next_start(tmp_path: Path) -> None:
    stopped = start_studio(tmp_path / "data")
    try:
        await begun(stopped, "strawberry")
    finally:
        stopped.process.send_signal(signal.SIGTERM)
        stopped.process.wait(60)
    assert left(tmp_path / "data") == [("queued", None, None, 0)]
    studio = start_studio(tmp_path / "data")
    try:
        async with PocketMember(studio.url, ANN, patience_s=120) as ann:
            card = await ann.message(lambda m: "strawberry" in str(m["embeds"]) and "①" in buttons_of(m))
            assert len(card["attachments"]) == 4
            assert [m["id"] for m in ann.seen.messages.values() if "strawberry" in str(m["embeds"])] == [card["id"]]
    finally:
        studio.stop()
    assert [state for state, *_ in left(tmp_path / "data")] == ["delivered"]
