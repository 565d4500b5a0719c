"""Time stamps: asked for, recorded, enclosed, checked by us and by openssl; and keys that hand over."""

import asyncio
import subprocess
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from storage.clock import now_ms
from storage.errors import LedgerMismatch, TimestampRefused
from storage.evidence import sealing
from storage.evidence.bundle import ExportRequest
from storage.evidence.keys import load_signing_key
from storage.evidence.rotation import NEXT, rotate
from storage.evidence.timestamps import Authority, Stamper, stamp
from storage.evidence.verify import Outcome, Report, Verdict, render_report, verify_bundle
from storage.members import Member
from storage.projects import Project
from storage.store import StorageConfig, Store, open_store
from tests.storage.evidence.authority import LocalAuthority
from tests.storage.evidence.forging import Forged
from tests.storage.test_drafts import make, submit


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> LocalAuthority:
    return LocalAuthority.make(tmp_path_factory.mktemp("tsa") / "authority")


async def bundle_of(store: Store, project: Project, authority: LocalAuthority | None, target: Path) -> Path:
    """Export with a stamp on the bundle's own checkpoint."""
    if authority is not None:
        named = Authority("local", "http://tsa.example", authority.roots)
        store.exporter._stamper = Stamper(store.database, store.ledger, [named], send=authority.post)
    await store.exporter.export(ExportRequest({project.id: project.actor}, {"by": "owner"}), target)
    return target


def outcome(report: Report, code: str) -> Outcome | None:
    return next((check.outcome for check in report.checks if check.code == code), None)


async def test_a_bundle_is_stamped_and_says_by_when_it_existed(
    store: Store, ann: Member, project: Project, authority: LocalAuthority, tmp_path: Path
) -> None:
    await make(store, await submit(store, ann, project))
    path = await bundle_of(store, project, authority, tmp_path / "b.zip")
    report = verify_bundle(path, vkeys=[store.ledger.vkey], tsa_roots=authority.roots)
    assert report.verdict is Verdict.VERIFIED, render_report(report)
    assert outcome(report, "time") is Outcome.PASSED
    assert outcome(report, "time-trust") is None
    assert report.facts["size"] in report.facts["stamped"]


async def test_without_a_certificate_from_outside_the_signer_is_the_bundles_word(
    store: Store, project: Project, authority: LocalAuthority, tmp_path: Path
) -> None:
    path = await bundle_of(store, project, authority, tmp_path / "b.zip")
    report = verify_bundle(path, vkeys=[store.ledger.vkey])
    assert outcome(report, "time") is Outcome.PASSED
    assert outcome(report, "time-trust") is Outcome.NOT_CHECKED


async def test_openssl_agrees(store: Store, project: Project, authority: LocalAuthority, tmp_path: Path) -> None:
    path = await bundle_of(store, project, authority, tmp_path / "b.zip")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "out")
    token = next((tmp_path / "out").rglob("*.tsr"))
    note = token.with_name(token.name.replace("-local.tsr", ".note"))
    check = ["openssl", "ts", "-verify", "-data", str(note), "-in", str(token), "-CAfile"]
    await asyncio.to_thread(subprocess.run, [*check, str(authority.folder / "ca.pem")], check=True, capture_output=True)


async def test_another_authoritys_token_is_refused(
    store: Store, project: Project, authority: LocalAuthority, tmp_path: Path
) -> None:
    path = await bundle_of(store, project, authority, tmp_path / "b.zip")
    foreign = LocalAuthority.make(tmp_path / "foreign")
    report = verify_bundle(path, vkeys=[store.ledger.vkey], tsa_roots=foreign.roots)
    assert (report.verdict, report.code) == (Verdict.REFUSED, "time")


async def test_the_token_of_another_checkpoint_is_refused(
    store: Store, project: Project, authority: LocalAuthority, tmp_path: Path
) -> None:
    path = await bundle_of(store, project, authority, tmp_path / "b.zip")
    key = load_signing_key(store.config.keys_dir / "log.key", store.ledger.origin, create=False)
    forged = Forged(path)
    name = next(name for name in forged.files if name.endswith(".tsr"))
    forged.files[name], _ = await stamp(b"another note", Authority("local", ""), authority.post)
    report = verify_bundle(forged.pack(tmp_path / "f.zip", key), vkeys=[store.ledger.vkey], tsa_roots=authority.roots)
    assert (report.verdict, report.code) == (Verdict.REFUSED, "time")


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(hours=-1)], ids=["after-dated", "back-dated"])
async def test_events_that_claim_a_time_the_stamps_exclude_are_refused(
    store: Store,
    ann: Member,
    project: Project,
    authority: LocalAuthority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ahead: timedelta,
) -> None:
    monkeypatch.setattr(sealing, "now_ms", lambda: now_ms() + int(ahead.total_seconds() * 1000))
    # Time never runs back in a log, so a clock that is behind shows in a log of its own.
    late = await open_store(StorageConfig(tmp_path / "late"), init=True)
    member = await late.members.meet("discord", "1", "Bo")
    own, _ = await late.projects.open(member, "Late", guild_id=None)
    await bundle_of(late, own, authority, tmp_path / "first.zip")
    await submit(late, member, own)
    path = await bundle_of(late, own, authority, tmp_path / "b.zip")
    report = verify_bundle(path, vkeys=[late.ledger.vkey], tsa_roots=authority.roots)
    assert (report.verdict, report.code) == (Verdict.REFUSED, "time"), render_report(report)
    await late.close()


async def test_an_authority_that_is_away_stops_nothing(store: Store, project: Project, tmp_path: Path) -> None:
    async def nobody(_url: str, _query: bytes) -> bytes:
        raise TimestampRefused("status 503")

    store.exporter._stamper = Stamper(store.database, store.ledger, [Authority("away", "")], send=nobody)
    path = await bundle_of(store, project, None, tmp_path / "b.zip")
    assert verify_bundle(path, vkeys=[store.ledger.vkey]).verdict is Verdict.VERIFIED


@pytest.mark.parametrize("answer", [b"", b"<html>", b"\x30\x03\x02\x01\x02"])
async def test_what_is_no_token_is_refused(answer: bytes) -> None:
    async def send(_url: str, _query: bytes) -> bytes:
        return answer

    with pytest.raises(TimestampRefused):
        await stamp(b"note", Authority("odd", ""), send)


async def test_a_token_for_another_query_is_refused(authority: LocalAuthority) -> None:
    old, _ = await stamp(b"note", Authority("local", ""), authority.post)

    async def replay(_url: str, _query: bytes) -> bytes:
        return old

    with pytest.raises(TimestampRefused):
        await stamp(b"note", Authority("local", ""), replay)


async def test_the_log_goes_on_under_a_new_key(config: StorageConfig, tmp_path: Path) -> None:
    store = await open_store(config, init=True)
    ann = await store.members.meet("discord", "1001", "Ann")
    project, _ = await store.projects.open(ann, "Boats", guild_id=None)
    first = store.ledger.vkey
    since = await rotate(store.ledger, config.keys_dir)
    await submit(store, ann, project)
    await store.close()

    again = await open_store(config)
    assert again.ledger.vkey != first
    path = await bundle_of(again, project, None, tmp_path / "b.zip")
    for vkey in (first, again.ledger.vkey):
        assert verify_bundle(path, vkeys=[vkey]).verdict is Verdict.VERIFIED
    assert again.ledger.vkeys == (first, again.ledger.vkey)
    forged = Forged(path)
    assert f"data/keys/rotation-{since}.note" in forged.files
    await again.close()


async def test_a_hand_over_that_was_cut_off_is_finished_or_forgotten(config: StorageConfig) -> None:
    store = await open_store(config, init=True)
    never = load_signing_key(config.keys_dir / NEXT, store.ledger.origin, create=True)
    before = store.ledger.vkey
    await store.close()
    store = await open_store(config)
    assert store.ledger.vkey == before != never.verifier.encode()

    successor = load_signing_key(config.keys_dir / NEXT, store.ledger.origin, create=True)
    await store.ledger.rotate(successor)
    await store.close()
    store = await open_store(config)
    assert store.ledger.vkey == successor.verifier.encode()
    assert not (config.keys_dir / NEXT).exists()
    await store.close()


async def test_an_old_key_in_the_new_ones_place_is_noticed(config: StorageConfig) -> None:
    store = await open_store(config, init=True)
    old = (config.keys_dir / "log.key").read_bytes()
    await rotate(store.ledger, config.keys_dir)
    await store.close()
    (config.keys_dir / "log.key").write_bytes(old)
    with pytest.raises(LedgerMismatch):
        await open_store(replace(config))
