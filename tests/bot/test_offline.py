"""The operator's command line: export while the bot is stopped, and verify anywhere, with the promised exit codes."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import OperatorError
from bot.evidence.offline import export_project
from bot.settings import Settings, load_settings
from storage.acts import Act
from storage.drafts import BriefParams, NewBrief
from storage.jobs import Delivery
from storage.store import StorageConfig, open_store


@pytest.fixture
async def project_id(tmp_path: Path) -> str:
    """Leave a store with one project behind, closed."""
    store = await open_store(StorageConfig(tmp_path / "data"), init=True)
    ann = await store.members.meet("discord", "1001", "Ann")
    project, _ = await store.projects.open(ann, "Boats", guild_id=None)
    brief = NewBrief("a red boat", "", BriefParams("draft", (7,)))
    delivery = Delivery(channel_id="1", user_id="1001", locale="en-US", token=None, token_until=0)
    await store.drafts.submit(ann, project, brief, Act("1", "2", None), delivery)
    await store.close()
    return project.id


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "colophon.toml"
    file.write_text(f"[storage]\ndata = '{tmp_path / 'data'}'\n")
    return load_settings(file, {})


def verify(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "bot", "verify", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


async def test_an_export_says_how_to_check_it_and_the_check_agrees(
    project_id: str, settings: Settings, tmp_path: Path
) -> None:
    assert project_id in await export_project(settings, "list", tmp_path)
    out = tmp_path / "bundle.zip"
    said = await export_project(settings, project_id, out)
    key = said.partition("--vkey ")[2].strip()
    checked = verify(str(out), "--vkey", key)
    assert (checked.returncode, checked.stdout.splitlines()[0]) == (0, "VERIFIED")
    alone = verify(str(out), "--language", "zh-CN")
    assert (alone.returncode, alone.stdout.splitlines()[0]) == (3, "仅自我一致")
    pasted = tmp_path / "pasted.txt"
    pasted.write_text(
        f"Keep this:\n```\n{(tmp_path / 'data' / 'published.note').read_text()}```  \n".replace("\n", "\r\n")
    )
    held = verify(str(out), "--vkey", key, "--anchor", str(pasted))
    assert (held.returncode, held.stdout.splitlines()[0]) == (0, "VERIFIED"), held.stdout
    out.write_bytes(out.read_bytes()[:-30])
    refused = verify(str(out), "--vkey", key)
    assert (refused.returncode, refused.stdout.splitlines()[0]) == (1, "REFUSED")
    assert verify(str(tmp_path / "none.zip")).returncode == 2
    assert verify().returncode == 2


async def test_what_cannot_be_exported_is_one_clear_line(project_id: str, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="there is no project p_unknown"):
        await export_project(settings, "p_unknown", tmp_path / "x.zip")
    with pytest.raises(OperatorError, match="cannot be written"):
        await export_project(settings, project_id, tmp_path / "nowhere" / "x.zip")
    assert not (tmp_path / "x.zip").exists()


async def test_a_running_bot_is_not_disturbed(project_id: str, settings: Settings, tmp_path: Path) -> None:
    store = await open_store(StorageConfig(tmp_path / "data"))
    with pytest.raises(OperatorError, match="Stop it first"):
        await export_project(settings, project_id, tmp_path / "x.zip")
    await store.close()
