"""Receipts that members keep: checked alone, and held against a later bundle."""

import asyncio
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.evidence.bundle import ExportRequest
from storage.evidence.keys import load_signing_key
from storage.evidence.notes import SigningKey
from storage.evidence.verify import Verdict, is_receipt, verify_bundle, verify_receipt
from storage.members import Member
from storage.projects import Project
from storage.store import StorageConfig, Store, open_store
from tests.storage.evidence.forging import Forged
from tests.storage.test_drafts import submit


@dataclass(frozen=True, slots=True, repr=False)
class Kept:
    """A receipt, and the key that it is checked with."""

    data: bytes
    vkey: str


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return asyncio.run(_kept(tmp_path_factory.mktemp("kept") / "data"))


async def _kept(folder: Path) -> Kept:
    store = await open_store(StorageConfig(folder), init=True)
    ann = await store.members.meet("discord", "1", "Ann")
    project, _ = await store.projects.open(ann, "Boats", guild_id=None)
    submitted = await submit(store, ann, project)
    data = (await store.ledger.receipt_proof(submitted.receipt.seq)).encode()
    found = Kept(data, store.ledger.vkey)
    await store.close()
    return found


def test_a_receipt_verifies_alone(kept: Kept) -> None:
    assert is_receipt(kept.data)
    report = verify_receipt(kept.data, vkeys=[kept.vkey])
    assert report.verdict is Verdict.VERIFIED
    assert report.facts["type"] == "prompt.submit"
    assert verify_receipt(kept.data).verdict is Verdict.SELF_CONSISTENT


def test_another_key_is_named(kept: Kept) -> None:
    origin = kept.vkey.partition("+")[0]
    other = SigningKey(origin, b"x" * 32).verifier.encode()
    report = verify_receipt(kept.data, vkeys=[other])
    assert (report.verdict, report.code) == (Verdict.REFUSED, "checkpoint")


def test_another_event_in_its_place_is_named(kept: Kept) -> None:
    version, extra, *rest = kept.data.split(b"\n")
    leaf = b'{"actor":"sys","fields":{},"pprev":"","project":"log","pseq":0,"refs":[],"seq":3}'
    forged = b"\n".join((version, b"extra " + b64encode(leaf), *rest))
    assert extra not in forged
    assert verify_receipt(forged, vkeys=[kept.vkey]).code == "receipt"


@settings(max_examples=150, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused(kept: Kept, place: float, bit: int) -> None:
    changed = bytearray(kept.data)
    changed[int(place * len(changed))] ^= 1 << bit
    assert verify_receipt(bytes(changed), vkeys=[kept.vkey]).verdict is Verdict.REFUSED


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_anything_else_ends_in_a_refusal(data: bytes) -> None:
    assert verify_receipt(b"c2sp.org/tlog-proof@v1\n" + data).verdict is Verdict.REFUSED


async def test_an_old_receipt_proves_a_rewritten_history(
    store: Store, ann: Member, project: Project, tmp_path: Path
) -> None:
    submitted = await submit(store, ann, project)
    receipt = (await store.ledger.receipt_proof(submitted.receipt.seq)).encode()
    await submit(store, ann, project)
    path = tmp_path / "b.zip"
    await store.exporter.export(ExportRequest({project.id: project.actor}, {"by": "owner"}), path)
    assert verify_bundle(path, vkeys=[store.ledger.vkey], anchors=[receipt]).verdict is Verdict.VERIFIED

    key = load_signing_key(store.config.keys_dir / "log.key", store.ledger.origin, create=False)
    forged = Forged(path)
    forged.replace_words(forged.find("prompt.submit"), "prompt", "what I wish I had written")
    forged.sign_history(key)
    rewritten = forged.pack(tmp_path / "f.zip", key)
    report = verify_bundle(rewritten, vkeys=[store.ledger.vkey], anchors=[receipt])
    assert (report.verdict, report.code) == (Verdict.REFUSED, "anchor")
