"""The document on moderators' exports: its program runs on a real one, and README.txt says what really checks it."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from storage.evidence.moderation_export import COLUMNS
from storage.mandate import Mandate
from storage.members import Member
from storage.projects import Project
from storage.selecting import Wanted
from storage.store import Store
from tests.storage.evidence.test_instructions import by_hand
from tests.storage.test_drafts import make, submit
from tests.storage.test_moderation import ALL

DOCUMENT = (Path(__file__).parents[3] / "docs" / "moderation-exports.md").read_text(encoding="utf-8")
PROGRAM = DOCUMENT.partition("```python\n")[2].partition("```")[0]


@pytest.fixture(params=[False, True], ids=["seen", "words"])
async def unpacked(request: pytest.FixtureRequest, store: Store, ann: Member, project: Project, tmp_path: Path) -> Path:
    """Return the folder of an unpacked export among other servers' events."""
    theirs, _ = await store.projects.open(ann, "Theirs", guild_id="8")
    await make(store, await submit(store, ann, project))
    for i in range(20):
        await submit(store, ann, project if i % 3 else theirs, f"=boat {i}")
    async with store.moderation.exported(
        Wanted(), Mandate("9", "3003", "a complaint"), words=request.param, forms=ALL, limit_bytes=2**30
    ) as handed:
        with zipfile.ZipFile(handed.path) as archive:
            archive.extractall(tmp_path / "open")
    (folder,) = (tmp_path / "open").iterdir()
    return folder


def run_program(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", PROGRAM], cwd=folder, capture_output=True, text=True)


def test_an_honest_export_passes_by_hand(unpacked: Path) -> None:
    done = run_program(unpacked)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("every row is an event of the log")
    typed = by_hand(unpacked)
    assert typed.returncode == 0, typed.stderr
    assert typed.stdout.count("Signature Verified Successfully") == 2


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("rows.jsonl", '"kind": "prompt.submit"', '"kind": "note.add"'),
        ("rows.jsonl", '"member": "1001"', '"member": "1002"'),
        ("rows.jsonl", '"sealed": [', '"sealed": ["x", '),
        ("log.txt", "prompt.submit", "prompt.submis"),
        ("disclosures.jsonl", '"d": "Wy', '"d": "Wz'),
    ],
)
def test_a_changed_export_fails_by_hand(unpacked: Path, name: str, old: str, new: str) -> None:
    file = unpacked / "data" / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert run_program(unpacked).returncode != 0
    assert by_hand(unpacked).returncode != 0


def test_the_document_names_every_column() -> None:
    table = DOCUMENT.partition("| column | what | Parquet |")[2].partition("\n\n")[0]
    named = [name for line in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", line.split("|")[1])]
    assert tuple(named) == COLUMNS
