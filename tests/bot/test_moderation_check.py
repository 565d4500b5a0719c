"""A moderators' export is recognised by `colophon verify` and by `/evidence verify`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import UserFacing
from bot.evidence.checking import Checker
from storage.evidence.moderation_export import Form
from storage.mandate import Mandate
from storage.selecting import Wanted
from storage.store import StorageConfig, Store, open_store
from tests.storage.evidence.test_moderation_verify import Forged, change_a_cell
from tests.storage.test_drafts import submit


async def export(store: Store, target: Path) -> Path:
    """Record a brief, and write the export of its server."""
    ann = await store.members.meet("discord", "1001", "Ann")
    project, _ = await store.projects.open(ann, "Boats", guild_id="9")
    await submit(store, ann, project)
    mandate = Mandate("9", "3003", "a complaint")
    async with store.moderation.exported(
        Wanted(), mandate, words=False, forms=tuple(Form), limit_bytes=2**30
    ) as handed:
        target.write_bytes(handed.path.read_bytes())
    return target


async def test_verify_takes_a_moderators_export(tmp_path: Path) -> None:
    store = await open_store(StorageConfig(tmp_path / "data"), init=True)
    path = await export(store, tmp_path / "export.zip")
    vkey = store.ledger.vkey
    checker = Checker(store, b"")
    said = await checker.check(path.read_bytes(), "en-US")
    assert said.startswith("VERIFIED") and "[rows]" in said
    changed = Forged(path)
    change_a_cell(changed)
    broken = changed.zip_as_is(tmp_path / "broken.zip")
    assert (await checker.check(broken.read_bytes(), "zh-CN")).startswith("不予认可")
    with pytest.raises(UserFacing):
        await checker.check(b"PK\x03\x04 no zip", "en-US")
    await store.close()

    def run(file: Path) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "bot", "verify", str(file), "--vkey", vkey, "--json"]
        return subprocess.run(command, capture_output=True, text=True)

    good, bad = run(path), run(broken)
    assert (good.returncode, json.loads(good.stdout)["verdict"]) == (0, "verified")
    assert (bad.returncode, json.loads(bad.stdout)["code"]) == (1, "bag-file")
