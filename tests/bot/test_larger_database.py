"""With a PostgreSQL server: what `colophon doctor` says of it, and backups as the manual tells to make them."""

import asyncio
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from storage.postgres import Server
from storage.store import StorageConfig, open_store
from tests.fixtures_postgres import PrivateServer, postgres  # noqa: F401

pytestmark = pytest.mark.slow

MANUAL = Path(__file__).parents[2] / "docs" / "operation.md"


@pytest.fixture
def server(tmp_path: Path, postgres: PrivateServer, monkeypatch: pytest.MonkeyPatch) -> Server:  # noqa: F811
    """Return a database with a log in it, whose keys are in `data`; the settings name both."""
    server = postgres.new()

    async def begun() -> None:
        store = await open_store(StorageConfig(tmp_path / "data", server=server), init=True)
        member = await store.members.meet("discord", "1", "Ann")
        await store.projects.open(member, "Boats", guild_id=None)
        await store.close()

    asyncio.run(begun())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLOPHON_DISCORD_API", "http://127.0.0.1:9/api/v10")
    monkeypatch.setenv("COLOPHON_STORAGE_DATABASE", server.url)
    monkeypatch.setenv("COLOPHON_STORAGE_DATA", str(tmp_path / "data"))
    return server


def examined() -> dict[str, Any]:
    """Return the findings by what they are about."""
    done = CliRunner().invoke(app, ["doctor", "--json"])
    return {found["subject"]: found for found in map(json.loads, done.stdout.splitlines())}


def test_the_doctor_looks_at_the_server(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    found = examined()
    assert {found[subject]["mark"] for subject in ("database server", "database clock", "database", "log")} == {"fine"}
    assert found["database server"]["said"].startswith("PostgreSQL ")
    assert found["log"]["said"].startswith("3 events of colophon.local/log1")
    monkeypatch.setattr("bot.doctor.server.OLDEST", 990_000)
    assert "install PostgreSQL 99" in examined()["database server"]["mend"]
    monkeypatch.setattr("bot.doctor.server.OLDEST", 140_000)
    monkeypatch.setattr("bot.doctor.server.now_ms", lambda: 1_000)
    assert examined()["database clock"]["mark"] == "odd"


def test_a_server_that_is_away_is_named_without_its_password(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLOPHON_STORAGE_DATABASE", f"postgresql://colophon:hush@/colophon?host={tmp_path}")
    found = examined()["database server"]
    assert (found["mark"], "does not answer" in found["said"]) == ("wrong", True)
    assert "hush" not in found["said"]


def test_backup_says_what_to_use(server: Server, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["backup", str(tmp_path / "backup")])
    assert done.exit_code != 0
    assert "pg_dump" in f"{done.stdout}{done.stderr}{done.exception}"
    assert not (tmp_path / "backup").exists()


def test_what_the_manual_says_brings_everything_back(
    server: Server,
    postgres: PrivateServer,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    section = MANUAL.read_text().split("## A larger database")[1].split("\n## ")[0]
    commands = re.findall(r"^    ((?:pg_dump|pg_restore) .*)$", section, re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["pg_dump"] * 2 + ["pg_restore"] * 2
    again = postgres.empty()
    for command in commands:
        place = server if command.startswith("pg_dump") else again
        address = place.url.replace("postgresql+asyncpg://colophon@", "postgresql://colophon@")
        environ = os.environ | {"DATABASE": address}
        done = subprocess.run(["bash", "-c", command], env=environ, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    (tmp_path / "restored").mkdir()
    (tmp_path / "data" / "keys").rename(tmp_path / "restored" / "keys")
    monkeypatch.setenv("COLOPHON_STORAGE_DATABASE", again.url)
    monkeypatch.setenv("COLOPHON_STORAGE_DATA", str(tmp_path / "restored"))
    found = examined()
    assert found["log"]["mark"] == found["keys"]["mark"] == "fine"
    assert found["log"]["said"].startswith("3 events of colophon.local/log1")

    async def told() -> object:
        store = await open_store(StorageConfig(tmp_path / "restored", server=again))
        try:
            return (await store.ledger.disclosed(1))["title"]
        finally:
            await store.close()

    assert asyncio.run(told()) == "Boats"
