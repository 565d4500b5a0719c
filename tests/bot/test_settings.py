"""The settings: one line for each mistake, naming key and place, and never a secret."""

from pathlib import Path

import pytest

from bot.errors import OperatorError
from bot.records import storage_config
from bot.settings import load_settings
from storage.serving import Shard


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "colophon.toml"
    file.write_text(text)
    return file


def complaint(file: Path | None, environ: dict[str, str]) -> str:
    with pytest.raises(OperatorError) as caught:
        load_settings(file, environ)
    return str(caught.value)


@pytest.fixture(autouse=True)
def _no_settings_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_without_a_file_everything_has_a_default() -> None:
    settings = load_settings(None, {})
    assert settings.language.model == settings.drafts.model == "embedded"
    assert settings.discord.token is None


def test_a_variable_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, "[pocket]\nport = 1000\n")
    monkeypatch.setenv("COLOPHON_POCKET_PORT", "2000")
    assert load_settings(file).pocket.port == 2000


def test_a_list_can_come_from_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLOPHON_EVIDENCE_WITNESS_CHANNELS", '["1100000000000000014"]')
    assert load_settings().evidence.witness_channels == ["1100000000000000014"]


@pytest.mark.parametrize(
    ("text", "key", "what"),
    [
        ("[storage]\nfolder = 'x'", "storage.folder", "there is no such setting"),
        ("[pockets]\nport = 1", "pockets", "there is no such setting"),
        ("[pocket]\nport = 70000", "pocket.port", "65535"),
        ("[drafts]\nurl = 'ftp://x'", "drafts.url", "must start with http://, https:// or unix:/"),
        ("[discord]\napi = 'http://discord.com/api/v10'", "discord.api", "Discord or of this machine"),
        ("[discord]\ngateway = 'wss://discord.com.evil.example/'", "discord.gateway", "Discord or of this machine"),
        ("[storage]\norigin = 'colophon-bundle/1'", "storage.origin", "not begin with colophon-"),
        ("[evidence]\nwitness_channels = ['#witness']", "evidence.witness_channels.0", "should match pattern"),
        ("[evidence]\ncalendars = ['ftp://x']", "evidence.calendars.0", "should match pattern"),
    ],
)
def test_a_mistake_in_the_file_is_one_line(tmp_path: Path, text: str, key: str, what: str) -> None:
    file = write(tmp_path, text)
    line = complaint(file, {})
    assert line.startswith(f"{file}: {key}: ")
    assert what in line
    assert "\n" not in line


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/api/v10", "http://localhost:9/api", "http://[::1]:9/api"])
def test_other_test_servers_on_this_machine_may_be_used(tmp_path: Path, url: str) -> None:
    assert load_settings(write(tmp_path, f"[discord]\napi = '{url}'"), {}).discord.api == url


def test_unknown_variables_are_named() -> None:
    assert complaint(None, {"COLOPHON_DISCORD_TOKN": "s3cret"}) == (
        "environment: COLOPHON_DISCORD_TOKN: there is no such setting"
    )


def test_a_secret_is_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLOPHON_DISCORD_TOKEN", "s3cret")
    assert "s3cret" not in repr(load_settings())
    file = write(tmp_path, "[discord]\ntoken = ['s3cret']")
    monkeypatch.delenv("COLOPHON_DISCORD_TOKEN")
    assert "s3cret" not in complaint(file, {})


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    assert "No such file" in complaint(tmp_path / "none.toml", {})
    assert "is not valid TOML" in complaint(write(tmp_path, "= ="), {})


def test_a_database_on_a_server_is_spoken_to_by_its_driver_and_its_password_stays_secret(tmp_path: Path) -> None:
    file = write(tmp_path, "[storage]\ndatabase = 'postgres://colophon:hush@db.example/colophon?ssl=require'\n")
    settings = load_settings(file, {})
    config = storage_config(settings)
    assert config.server is not None
    assert config.server.url == "postgresql+asyncpg://colophon:hush@db.example/colophon?ssl=require"
    assert str(config.database) == "postgresql+asyncpg://colophon:***@db.example/colophon?ssl=require"
    assert "hush" not in f"{settings!r}{config!r}"
    wrong = complaint(write(tmp_path, "[storage]\ndatabase = 'mysql://colophon:hush@db.example/colophon'\n"), {})
    assert "storage.database" in wrong
    assert "hush" not in wrong


def test_shards_are_counted_from_0_and_share_a_server(tmp_path: Path) -> None:
    database = "[storage]\ndatabase = 'postgresql://db.example/colophon'\n"
    settings = load_settings(write(tmp_path, f"{database}[discord]\nshard = 1\nshards = 2\n"), {})
    assert storage_config(settings, serves=True).shard == Shard(1, 2)
    assert storage_config(settings).shard is None
    assert "counts from 0" in complaint(write(tmp_path, f"{database}[discord]\nshard = 2\nshards = 2\n"), {})
    assert "a file takes one" in complaint(write(tmp_path, "[discord]\nshards = 2\n"), {})
