"""`colophon up` against a chat server that is not ours to start: addresses from the settings, as others' tests do."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.pocket.server import PocketServer
from tests.bot.pocket_member import PocketMember, words_of
from tests.e2e.studio import CACHE, ROOT, is_below, processes

pytestmark = pytest.mark.slow


def start_up(url: str, folder: Path) -> "subprocess.Popen[bytes]":
    """Start it with everything it needs in variables."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COLOPHON_")}
    environ |= {
        "COLOPHON_DISCORD_API": f"{url}/api/v10",
        "COLOPHON_DISCORD_GATEWAY": f"{url.replace('http', 'ws', 1)}/gateway/",
        "COLOPHON_DISCORD_TOKEN": "pocket-somebody-elses",
        "COLOPHON_STORAGE_DATA": str(folder / "data"),
        "COLOPHON_ACCELERATOR": "cpu",
        "XDG_CACHE_HOME": str(CACHE),
    }
    command = [sys.executable, "-m", "bot", "up", "--init"]
    with (folder / "up.log").open("wb") as log:
        return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)


async def test_up_serves_whatever_chat_server_the_settings_name(tmp_path: Path) -> None:
    server = PocketServer(tmp_path / "world")
    await server.start()
    process = start_up(server.url, tmp_path)
    try:
        async with PocketMember(server.url, patience_s=60) as ann:
            await ann.bot_there()
            answer = await ann.answer(await ann.command("ask", question="Who owns AI art in the United States?"))
            assert "[1]" in words_of(answer)
        children = [pid for pid in processes() if is_below(pid, process.pid)]
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        await server.stop()
