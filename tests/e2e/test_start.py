"""Starting and stopping: fast, without orphans, and with one clear line where it cannot start."""

import asyncio
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest

from tests.bot.pocket_member import PocketMember
from tests.e2e.studio import ROOT, Studio, start_studio

pytestmark = pytest.mark.slow


def colophon(*arguments: str, env: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """Run the command line to its end."""
    environ = {n: v for n, v in os.environ.items() if not n.startswith("COLOPHON_")} | (env or {})
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60)


@pytest.fixture
async def started(tmp_path: Path) -> AsyncIterator[Studio]:
    """Return a studio whose children are all there."""
    studio = start_studio(tmp_path / "data")
    async with PocketMember(studio.url, patience_s=60) as member:
        await member.bot_there()
    assert {studio.child(name) for name in ("bot", "drafts", "language", "pocket")} <= studio.descendants()
    yield studio
    if studio.process.poll() is None:
        studio.stop()


async def test_the_page_answers_and_ctrl_c_leaves_nothing_behind(started: Studio) -> None:
    assert httpx2.get(started.url).status_code == 200
    children = started.descendants()
    started.stop()
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


async def test_a_killed_launcher_leaves_nothing_behind(started: Studio) -> None:
    children = started.descendants()
    started.process.kill()
    started.process.wait()
    async with asyncio.timeout(20):
        while any(Path(f"/proc/{pid}").exists() for pid in children):  # noqa: ASYNC110 - other processes
            await asyncio.sleep(0.1)


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = colophon("try", "--data", str(tmp_path), "--port", str(port))
    assert ended.returncode == 2
    assert ended.stderr.strip() == f"colophon: port {port} is in use: stop what uses it, or choose another with --port."


def test_a_database_of_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    start_studio(tmp_path / "data").stop()
    with sqlite3.connect(tmp_path / "data" / "colophon.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999_future'")
    database.close()
    before = (tmp_path / "data" / "colophon.db").read_bytes()
    ended = colophon("try", "--data", str(tmp_path / "data"), "--port", "0")
    assert ended.returncode == 2
    assert "newer" in ended.stderr and "Nothing was touched" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
    assert (tmp_path / "data" / "colophon.db").read_bytes() == before


def test_a_missing_database_is_an_error_unless_it_is_asked_for(tmp_path: Path) -> None:
    ended = colophon("up", "--data", str(tmp_path / "typo"), env={"COLOPHON_DISCORD_TOKEN": "x"})
    assert ended.returncode == 2
    assert "--init" in ended.stderr
    assert not (tmp_path / "typo").exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of 4 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("mounting a small file system needs the right to mount, which this machine does not give")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_one_clear_line(small_disk: Path) -> None:
    ended = colophon("try", "--data", str(small_disk / "data"), "--port", "0")
    assert ended.returncode == 2
    assert "free" in ended.stderr and "Make room" in ended.stderr


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[storage]\nfolder = 'x'\n", "storage.folder: there is no such setting"),
        ("[drafts]\nworkers = 'many'\n", "drafts.workers: "),
        ("[discord]\napi = 'https://evil.example'\n", "discord.api: must be an address of Discord or of this machine"),
        ("not toml", "is not valid TOML"),
    ],
)
def test_a_mistake_in_the_settings_names_key_and_file(tmp_path: Path, text: str, line: str) -> None:
    file = tmp_path / "colophon.toml"
    file.write_text(text)
    ended = colophon("try", "--config", str(file), "--data", str(tmp_path / "d"), "--port", "0")
    assert ended.returncode == 2
    assert str(file) in ended.stderr
    assert line in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
