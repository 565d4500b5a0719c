"""`colophon verify`: which file it takes for what, what it answers, and its exit status."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from tests.storage.evidence.forging import Witness
from tests.storage.evidence.retouching import CREDENTIALS, without
from tests.storage.evidence.tamperings import Scene


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("scene"))


def run(*arguments: object) -> tuple[int, str]:
    """Return exit status and output."""
    done = CliRunner().invoke(app, ["verify", *map(str, arguments)])
    return done.exit_code, done.output


def test_a_bundle(scene: Scene) -> None:
    case = scene.alone
    status, said = run(case.bundle, "--vkey", case.vkey)
    assert status == 0
    assert said.splitlines()[:4] == ["VERIFIED", "Unchanged: yes", "Complete: yes", "Time: not checked"]
    status, said = run(case.bundle, "--json")
    assert status == 3
    assert json.loads(said)["verdicts"] == {
        "unchanged": "not checked",
        "complete": "not checked",
        "time": "not checked",
    }


def test_a_bundle_with_time_stamps(scene: Scene, tmp_path: Path) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_bytes(scene.authority.roots)
    status, said = run(scene.stamped.bundle, "--vkey", scene.stamped.vkey, "--tsa-roots", roots, "--json")
    assert (status, json.loads(said)["verdicts"]["time"]) == (0, "yes")


def test_a_bundle_with_a_witness(scene: Scene) -> None:
    witness, forged = Witness("witness.example/w1", b"1" * 32), scene.alone.forge()
    place = f"data/checkpoints/{scene.alone.exported.size}"
    forged.files[f"{place}.cosig"] = witness.cosign(forged.files[f"{place}.note"], 4_000_000_000)
    bundle = forged.pack(scene.place(), scene.alone.key)
    status, said = run(bundle, "--vkey", scene.alone.vkey, "--witness", witness.vkey)
    assert status == 0
    assert "Time: yes" in said


def test_a_receipt_by_itself_and_against_a_bundle(scene: Scene, tmp_path: Path) -> None:
    receipt = tmp_path / "receipt.txt"
    receipt.write_bytes(scene.alone.receipt)
    status, said = run(receipt, "--vkey", scene.alone.vkey)
    assert (status, said.splitlines()[1:4]) == (0, ["Unchanged: yes", "Complete: not checked", "Time: not checked"])
    assert run(receipt)[0] == 3
    assert run(scene.alone.bundle, "--vkey", scene.alone.vkey, "--anchor", receipt)[0] == 0
    assert run(scene.among.bundle, "--vkey", scene.among.vkey, "--anchor", receipt)[0] == 1


def test_a_picture(scene: Scene, tmp_path: Path) -> None:
    case, roots = scene.gallery.case, tmp_path / "roots.pem"
    roots.write_bytes(scene.gallery.authority)
    picture, stripped = tmp_path / "first.png", tmp_path / "stripped.png"
    picture.write_bytes(scene.gallery.first)
    stripped.write_bytes(without(scene.gallery.first, CREDENTIALS))
    assert run(picture)[0] == 3
    assert run(picture, "--c2pa-roots", roots)[0] == 0
    assert run(picture, "--bundle", case.bundle, "--vkey", case.vkey)[0] == 0
    assert run(picture, "--bundle", case.bundle)[0] == 3
    assert run(picture, "--bundle", scene.alone.bundle, "--vkey", scene.alone.vkey)[0] == 1
    status, said = run(stripped, "--bundle", case.bundle, "--vkey", case.vkey, "--language", "zh-CN")
    assert (status, said.splitlines()[:3]) == (1, ["不予认可", "未被改动：是", "完整：否"])


def test_a_file_that_is_nothing_of_ours(tmp_path: Path) -> None:
    junk = tmp_path / "junk"
    junk.write_bytes(b"hello")
    assert run(junk)[0] == 1
    assert run(junk, "--bundle", junk)[0] == 1


def colophon(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "bot", *arguments], capture_output=True, text=True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["no.zip"],
        [".", "--anchor", "no.txt"],
        [".", "--what"],
        [".", "--c2pa-roots", __file__],
        [".", "--bundle", "no"],
    ],
)
def test_wrong_usage_is_one_line_and_status_2(arguments: list[str]) -> None:
    done = colophon("verify", *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_it_loads_nothing_that_a_bundle_does_not_need(scene: Scene) -> None:
    """The whole of the bot takes seconds to load; checking takes less than one."""
    code = (
        "import sys\n"
        "from bot.cli import app\n"
        "try:\n"
        "    app()\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0, end.code\n"
        "heavy = {'PIL', 'c2pa', 'discord', 'fluent', 'httpx2', 'numpy', 'openai', 'pypinyin', 'sqlalchemy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    arguments = ["verify", str(scene.alone.bundle), "--vkey", scene.alone.vkey]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
