"""The single-file verifier: it agrees with ours on every good and bad bundle, and nothing makes it fall over."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.evidence.verify import verify_bundle
from tests.storage.evidence.tamperings import TAMPERINGS, Ability, Scene, Tampering
from tests.storage.evidence.test_bundle import Case, alone, among
from tests.storage.evidence.test_receipts import Kept, kept

__all__ = ["alone", "among", "kept"]

ABLE = Ability.RECEIPTS | Ability.WITNESSES | Ability.PROOFS
FILE = Path(__file__).parents[2] / "verifier" / "colophon_verify.py"


@pytest.fixture(scope="module")
def single() -> ModuleType:
    spec = importlib.util.spec_from_file_location("colophon_verify", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def code_of(single: ModuleType, path: Path, *, vkeys: tuple[str, ...], anchors: tuple[bytes, ...] = ()) -> str:
    """Return the code that refuses a bundle, "" where none does."""
    try:
        single.check_bundle(path, vkeys, anchors)
    except single.Refused as refused:
        return str(refused.code)
    return ""


def test_it_stands_alone() -> None:
    allowed = {"argparse", "array", "base64", "binascii", "bisect", "hashlib", "json", "re", "stat"}
    allowed |= {"sys", "time", "zipfile", "zlib"}
    imported = {line.split()[1] for line in FILE.read_text().splitlines() if line.startswith(("import ", "from "))}
    assert imported <= allowed


@pytest.mark.parametrize("case", ["alone", "among"])
def test_a_bundle_verifies(single: ModuleType, case: str, request: pytest.FixtureRequest) -> None:
    found: Case = request.getfixturevalue(case)
    assert code_of(single, found.bundle, vkeys=(found.vkey,)) == ""


def test_another_key_is_named(single: ModuleType, alone: Case) -> None:
    other = "x.example/log1+" + alone.vkey.partition("+")[2]
    assert code_of(single, alone.bundle, vkeys=(other,)) == "key"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("scene"))


@pytest.mark.parametrize("tampering", [each for each in TAMPERINGS if each.needs in ABLE], ids=str)
def test_it_finds_what_ours_finds(
    single: ModuleType, scene: Scene, tampering: Tampering, capsys: pytest.CaptureFixture[str]
) -> None:
    brought = tampering.make(scene)
    arguments = [str(brought.file), "--json"]
    for vkey in brought.trust.vkeys:
        arguments += ["--vkey", vkey]
    for witness in brought.trust.witnesses:
        arguments += ["--witness", witness]
    for number, anchor in enumerate(brought.trust.anchors):
        kept = scene.place(f".{number}")
        kept.write_bytes(anchor)
        arguments += ["--anchor", str(kept)]
    status = single.main(arguments)
    found = json.loads(capsys.readouterr().out)
    assert (status, found["exit"]) == ((1, 1) if tampering.refused else (0, 0)), found
    if tampering.refused:
        assert found["code"] == tampering.found
        assert found["verdicts"] == brought.check().answers.as_json()
    else:
        assert found["not_checked"]


@settings(max_examples=60, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_ends_as_with_ours(single: ModuleType, alone: Case, place: float, bit: int) -> None:
    data = bytearray(alone.bundle.read_bytes())
    data[int(place * len(data))] ^= 1 << bit
    path = alone.beside("flipped.zip")
    path.write_bytes(data)
    ours = verify_bundle(path, vkeys=(alone.vkey,))
    assert code_of(single, path, vkeys=(alone.vkey,)) == (ours.code if ours.exit_code == 1 else "")


def test_a_receipt_verifies_and_a_changed_one_does_not(single: ModuleType, kept: Kept) -> None:
    assert single.check_receipt(kept.data, [kept.vkey])[0]["what"] == "prompt.submit"
    with pytest.raises(single.Refused):
        single.check_receipt(re.sub(rb"index \d+", b"index 2", kept.data), [kept.vkey])


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_other_receipt_is_refused(single: ModuleType, data: bytes) -> None:
    with pytest.raises(single.Refused):
        single.check_receipt(b"c2sp.org/tlog-proof@v1\n" + data, [])


@settings(max_examples=40, deadline=None)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=80), flip=st.integers(0, 511))
def test_its_signatures_are_those_of_the_standard(single: ModuleType, seed: bytes, message: bytes, flip: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), bytearray(key.sign(message))
    assert single.ed25519_verifies(public, message, bytes(signature))
    signature[flip // 8] ^= 1 << flip % 8
    assert not single.ed25519_verifies(public, message, bytes(signature))


def test_a_published_vector_of_rfc_8032(single: ModuleType) -> None:
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert single.ed25519_verifies(public, b"\x72", signature)


@pytest.mark.parametrize(("keys", "status"), [(True, 0), (False, 3)])
def test_as_a_program(alone: Case, keys: bool, status: int) -> None:
    arguments = ["--vkey", alone.vkey] if keys else []
    done = subprocess.run(
        [sys.executable, "-I", str(FILE), str(alone.bundle), "--json", *arguments], capture_output=True, text=True
    )
    assert done.returncode == status
    assert json.loads(done.stdout)["exit"] == status


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, str(FILE), str(tmp_path / "no.zip")], capture_output=True, text=True)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
