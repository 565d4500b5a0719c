"""`colophon doctor`: a sound installation, and each thing that can be amiss in one, told with how to mend it."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.pocket.server import PocketServer
from storage.store import StorageConfig, open_store

GONE = "http://127.0.0.1:9"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data folder with a log in it."""

    async def begun() -> None:
        store = await open_store(StorageConfig(tmp_path / "data"), init=True)
        member = await store.members.meet("discord", "1", "Ann")
        await store.projects.open(member, "Boats", guild_id=None)
        await store.close()

    asyncio.run(begun())
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Examine in an empty folder, with a token that nobody answers to."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLOPHON_DISCORD_TOKEN", "pocket-test")
    monkeypatch.setenv("COLOPHON_DISCORD_API", f"{GONE}/api/v10")
    yield


def examined(data: Path) -> tuple[int, dict[str, Any]]:
    """Return exit status, and the findings by what they are about."""
    done = CliRunner().invoke(app, ["doctor", "--data", str(data), "--json"])
    return done.exit_code, {found["subject"]: found for found in map(json.loads, done.stdout.splitlines())}


async def test_a_sound_installation_has_nothing_wrong(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pocket = PocketServer(tmp_path / "pocket")
    await pocket.start()
    monkeypatch.setenv("COLOPHON_DISCORD_API", f"{pocket.url}/api/v10")
    status, found = await asyncio.to_thread(examined, data)
    await pocket.stop()
    assert status == 0, found
    assert {"disk", "database", "keys", "log", "GPU", "models", "Discord"} <= found.keys()
    assert all(each["mend"] for each in found.values() if each["mark"] != "fine")
    assert found["log"]["said"].startswith("3 events of colophon.local/log1")


def test_a_discord_that_is_away_and_a_token_that_is_missing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, found = examined(data)
    assert status == 1
    assert found["Discord"]["said"].startswith("no answer")
    monkeypatch.delenv("COLOPHON_DISCORD_TOKEN")
    assert "COLOPHON_DISCORD_TOKEN" in examined(data)[1]["Discord"]["mend"]


def test_a_wrong_folder(tmp_path: Path) -> None:
    status, found = examined(tmp_path / "elsewhere")
    assert status == 1
    assert "--init" in found["database"]["mend"]


def test_keys_that_others_can_read_or_that_are_gone(data: Path) -> None:
    (data / "keys" / "kek.key").chmod(0o644)
    found = examined(data)[1]["keys"]
    assert found["mark"] == "wrong"
    assert found["mend"] == f"chmod go-rwx {data / 'keys' / 'kek.key'}"
    (data / "keys" / "kek.key").unlink()
    assert "restore" in examined(data)[1]["keys"]["mend"]


def test_a_log_that_was_changed(data: Path) -> None:
    with closing(sqlite3.connect(data / "colophon.db")) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM evidence_event WHERE seq > 1")
        connection.commit()
    found = examined(data)[1]["log"]
    assert found["mark"] == "wrong"
    assert "3 events was signed" in found["said"]


def test_a_database_of_a_newer_version(data: Path) -> None:
    with closing(sqlite3.connect(data / "colophon.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    assert examined(data)[1]["database"]["said"] == "a newer version of Colophon wrote it"


def test_model_servers_that_do_not_answer(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLOPHON_LANGUAGE_URL", f"{GONE}/v1")
    monkeypatch.setenv("COLOPHON_DRAFTS_URL", f"{GONE}/v1")
    monkeypatch.setenv("COLOPHON_EVIDENCE_CALENDARS", f'["{GONE}"]')
    status, found = examined(data)
    assert status == 1
    assert found["language server"]["mark"] == found["drafts server"]["mark"] == "wrong"
    assert found["stamps"]["mark"] == "odd"


def test_secrets_stay_secret(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLOPHON_DISCORD_TOKEN", "a-very-secret-token")
    monkeypatch.setenv("COLOPHON_DRAFTS_KEY", "a-very-secret-key")
    done = CliRunner().invoke(app, ["doctor", "--data", str(data)])
    assert "a-very-secret" not in done.output
