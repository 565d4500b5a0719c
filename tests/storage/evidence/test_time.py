"""Time stamps: asked for, recorded, enclosed, checked by us and by openssl; and keys that hand over."""

import asyncio
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from storage.clock import now_ms
from storage.errors import LedgerMismatch, TimestampRefused
from storage.evidence import asking, sealing
from storage.evidence.bundle import ExportRequest
from storage.evidence.der import sort_certificates
from storage.evidence.keys import load_signing_key
from storage.evidence.rotation import NEXT, rotate
from storage.evidence.timestamps import Authority, Stamper, stamp
from storage.evidence.verify import Outcome, Report, Verdict, render_report, verify_bundle
from storage.members import Member
from storage.projects import Project
from storage.store import StorageConfig, Store, open_store
from storage.tables import evidence_token
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
    await asyncio.to_thread(openssl_verifies, path, authority)


def openssl_verifies(bundle: Path, authority: LocalAuthority) -> None:
    """Check every token of a bundle as the format's document says, with nothing but its files and the root."""
    out = bundle.with_suffix("")
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(out)
    tokens = list(out.rglob("*.tsr"))
    assert tokens
    for token in tokens:
        note = token.with_name(f"{token.name.partition('-')[0]}.note")
        check = ["openssl", "ts", "-verify", "-data", str(note), "-in", str(token), "-CAfile"]
        subprocess.run([*check, str(authority.folder / "ca.pem")], check=True, capture_output=True)


async def test_the_token_of_an_authority_that_encloses_its_chain_is_read_and_kept_as_it_came(
    store: Store, project: Project, tmp_path: Path
) -> None:
    chained = LocalAuthority.make(tmp_path / "chained", chain=True)
    path = await bundle_of(store, project, chained, tmp_path / "b.zip")
    report = verify_bundle(path, vkeys=[store.ledger.vkey], tsa_roots=chained.roots)
    assert report.verdict is Verdict.VERIFIED, render_report(report)
    assert outcome(report, "time") is Outcome.PASSED
    await asyncio.to_thread(openssl_verifies, path, chained)
    with zipfile.ZipFile(path) as archive:
        token = archive.read(next(name for name in archive.namelist() if name.endswith(".tsr")))
    assert token == (chained.folder / "reply.tsr").read_bytes()
    assert sort_certificates(token) != token, "openssl sorts them today, so this tests nothing"


@given(st.binary(max_size=64))
def test_sorting_what_is_no_token_changes_nothing(data: bytes) -> None:
    assert sort_certificates(data) == data


@given(st.data())
def test_sorting_a_damaged_token_keeps_its_bytes_in_number(authority: LocalAuthority, data: st.DataObject) -> None:
    token = bytearray(token_of(authority))
    token[data.draw(st.integers(0, len(token) - 1))] = data.draw(st.integers(0, 255))
    once = sort_certificates(bytes(token))
    assert sorted(once) == sorted(token)


@cache
def token_of(authority: LocalAuthority) -> bytes:
    return asyncio.run(stamp(b"note", Authority("local", ""), authority.post))[0]


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


class Moody:
    """An authority that can be told to fail, and counts how often it is asked."""

    def __init__(self, authority: LocalAuthority) -> None:
        self.away = False
        self.asked = 0
        self._authority = authority

    async def post(self, url: str, query: bytes) -> bytes:
        self.asked += 1
        await asyncio.sleep(0)
        if self.away and url == "moody":
            raise TimestampRefused("status 503")
        return await self._authority.post(url, query)


def stamper_of(store: Store, moody: Moody, *urls: str) -> Stamper:
    return Stamper(store.database, store.ledger, [Authority(url, url) for url in urls], send=moody.post)


async def sources(store: Store, size: int) -> list[str]:
    async with store.database.read() as connection:
        found = select(evidence_token.c.source).where(evidence_token.c.size == size).order_by(evidence_token.c.source)
        return list(await connection.scalars(found))


async def test_a_late_token_is_asked_for_and_enclosed_from_then_on(
    store: Store, ann: Member, project: Project, authority: LocalAuthority, tmp_path: Path
) -> None:
    moody = Moody(authority)
    moody.away = True
    stamper = store.exporter._stamper = stamper_of(store, moody, "moody")
    request = ExportRequest({project.id: project.actor}, {"by": "owner"})
    first = await store.exporter.export(request, tmp_path / "first.zip")
    assert await sources(store, first.size) == []
    moody.away = False
    await stamper.round()
    assert await sources(store, first.size) == ["moody"]
    await submit(store, ann, project)
    later = await store.exporter.export(request, tmp_path / "later.zip")
    report = verify_bundle(tmp_path / "later.zip", vkeys=[store.ledger.vkey], tsa_roots=authority.roots)
    assert report.verdict is Verdict.VERIFIED, render_report(report)
    assert {first.size, later.size} <= {bound.size for bound in report.bounds}
    await asyncio.to_thread(openssl_verifies, tmp_path / "later.zip", authority)


async def test_the_other_authority_is_asked_again_for_the_same_checkpoint(
    store: Store, project: Project, authority: LocalAuthority
) -> None:
    moody = Moody(authority)
    moody.away = True
    stamper = stamper_of(store, moody, "moody", "steady")
    await stamper.round()
    size = (await store.ledger.checkpoint()).size - 1
    assert await sources(store, size) == ["steady"]
    moody.away = False
    await stamper.round()
    assert await sources(store, size) == ["moody", "steady"]
    # And then there is nothing more to ask for: a token is no reason for another one.
    before = moody.asked
    await stamper.round()
    assert moody.asked == before


async def test_an_authority_that_is_away_for_long_is_asked_once_a_round(
    store: Store, ann: Member, project: Project, authority: LocalAuthority, tmp_path: Path
) -> None:
    moody = Moody(authority)
    moody.away = True
    stamper = store.exporter._stamper = stamper_of(store, moody, "moody")
    for at in range(3):
        request = ExportRequest({project.id: project.actor}, {"by": "owner"})
        await store.exporter.export(request, tmp_path / f"{at}.zip")
    before = moody.asked
    await stamper.round()
    assert moody.asked == before + 1


async def test_two_that_want_the_same_checkpoint_stamped_ask_once(
    store: Store, project: Project, authority: LocalAuthority
) -> None:
    moody = Moody(authority)
    stamper = stamper_of(store, moody, "moody")
    size = (await store.ledger.checkpoint()).size
    await asyncio.gather(*(stamper.stamp(size) for _ in range(3)))
    assert (moody.asked, await sources(store, size)) == (1, ["moody"])


async def test_certificates_are_enclosed_only_if_they_vouch_for_every_token(
    store: Store, project: Project, authority: LocalAuthority, tmp_path: Path
) -> None:
    request = ExportRequest({project.id: project.actor}, {"by": "owner"})
    both = [Authority("known", "", authority.roots), Authority("unknown", "")]
    store.exporter._stamper = Stamper(store.database, store.ledger, both, send=authority.post)
    await store.exporter.export(request, tmp_path / "b.zip")
    report = verify_bundle(tmp_path / "b.zip", vkeys=[store.ledger.vkey])
    assert report.verdict is Verdict.VERIFIED, render_report(report)
    assert not [name for name in Forged(tmp_path / "b.zip").files if name.endswith("tsa-roots.pem")]


async def test_an_authority_is_asked_over_http(authority: LocalAuthority, monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(request: web.Request) -> web.Response:
        match request.match_info["how"]:
            case "away":
                return web.Response(status=503)
            case "endless":
                return web.Response(body=bytes(asking.MAX_ANSWER_BYTES + 1))
            case "slow":
                await asyncio.sleep(5)
        assert request.content_type == "application/timestamp-query"
        reply = await authority.post("", await request.read())
        status = 201 if request.match_info["how"] == "created" else 200
        return web.Response(status=status, body=reply, content_type="application/timestamp-reply")

    app = web.Application()
    app.router.add_post("/{how}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    token, when = await stamp(b"note", Authority("local", f"{url}/well", authority.roots))
    assert token
    await stamp(b"note", Authority("local", f"{url}/created", authority.roots))
    assert abs((when - datetime.now(UTC)).total_seconds()) < 60
    monkeypatch.setattr(asking, "ANSWER_S", 0.3)
    for how in ("away", "endless", "slow"):
        with pytest.raises(TimestampRefused):
            await stamp(b"note", Authority("local", f"{url}/{how}"))
    await runner.cleanup()
    with pytest.raises(TimestampRefused, match="ConnectError"):
        await stamp(b"note", Authority("local", f"{url}/well"))


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
