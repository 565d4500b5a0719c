"""The composition root's small decisions."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from bot.answers import address, may_write_answers, served_name
from bot.app import build
from bot.draft.options import OPERATIONS
from bot.errors import OperatorError
from bot.settings import LanguageSettings, load_settings
from tests.bot.house import open_house
from tests.bot.pocket_member import PocketMember


def test_an_address_is_a_socket_or_a_url() -> None:
    assert address("unix:/run/x.sock") == {"uds": Path("/run/x.sock")}
    assert address("http://127.0.0.1:8000/v1") == {"base_url": "http://127.0.0.1:8000/v1"}
    assert address(None) == {}


def test_somebody_elses_server_is_asked_for_its_own_model() -> None:
    assert served_name(LanguageSettings(url="http://gpu/v1", model="Qwen/Qwen3.5-9B")) == "Qwen/Qwen3.5-9B"
    assert served_name(LanguageSettings(url="unix:/run/x.sock")) == "colophon-language"


def test_only_what_the_catalogue_trusts_writes_about_law(caplog: pytest.LogCaptureFixture) -> None:
    assert not may_write_answers("embedded")
    assert may_write_answers("Qwen/Qwen3.5-9B")
    assert not may_write_answers("someone/unheard-of")
    assert "someone/unheard-of" in caplog.text


async def test_a_place_that_is_unknown_is_one_clear_line(tmp_path: Path) -> None:
    settings = load_settings(_toml(tmp_path, "[discord]\ntoken = 'x'\n[ask]\njurisdiction = 'XX'\n"), {})
    with pytest.raises(OperatorError, match=r"ask\.jurisdiction: there is no XX; choose one of US, CN"):
        async with build(settings, init=True):
            raise AssertionError("it started")


def _toml(folder: Path, text: str) -> Path:
    file = folder / "colophon.toml"
    file.write_text(text)
    return file


@pytest.mark.slow
async def test_commands_that_no_model_can_serve_are_not_offered(tmp_path: Path) -> None:
    """The small drafts server can draft, redraw and inpaint."""
    async with open_house(tmp_path) as house, PocketMember(house.url) as ann, asyncio.timeout(20):
        while "color" in (offered := {c["name"] for c in (await ann.state())["commands"]}):  # noqa: ASYNC110 - the page
            await asyncio.sleep(0.1)
        assert offered & OPERATIONS.keys() == {"draft", "lineart", "retouch"}


def test_the_bot_and_its_launcher_never_import_a_model() -> None:
    code = "import sys, bot.app, bot.launch; print([m for m in ('torch', 'diffusers', 'vllm') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
