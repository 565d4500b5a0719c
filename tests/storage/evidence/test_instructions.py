"""What README.txt of a bundle tells people to type really checks the bundle, with the tools of any machine."""

import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from storage.evidence.bundle import ExportRequest
from storage.members import Member
from storage.projects import Project
from storage.store import Store
from tests.storage.test_drafts import make, submit


@pytest.fixture
async def unpacked(store: Store, ann: Member, project: Project, tmp_path: Path) -> Path:
    """Return the folder of an unpacked bundle."""
    await make(store, await submit(store, ann, project))
    request = ExportRequest({project.id: project.actor}, {"by": "owner"})
    bundle = (await store.exporter.export(request, tmp_path / "b.zip")).path
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path / "open")
    (folder,) = (tmp_path / "open").iterdir()
    return folder


def by_hand(folder: Path) -> subprocess.CompletedProcess[str]:
    """Type everything that the second part of README.txt says."""
    text = (folder / "data/README.txt").read_text()
    typed = re.findall(r"^ {4}(.*)$", text[text.index("2. By hand") :], flags=re.M)
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail"], input="\n".join(typed), cwd=folder, capture_output=True, text=True
    )


def test_an_honest_bundle_passes_by_hand(unpacked: Path) -> None:
    done = by_hand(unpacked)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Signature Verified Successfully") == 2


@pytest.mark.parametrize("name", ["data/log.txt", "bundle.note", "manifest-sha256.txt"])
def test_a_changed_file_fails_by_hand(unpacked: Path, name: str) -> None:
    file = unpacked / name
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    assert by_hand(unpacked).returncode != 0
