"""Stamps of calendars: promised, kept, completed, enclosed; and what a calendar that fails or lies can do."""

import asyncio
import zipfile
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest
from aiohttp import web
from opentimestamps.calendar import RemoteCalendar
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from storage.evidence import asking
from storage.evidence.bundle import ExportRequest
from storage.evidence.calendars import HOUR_MS, PATIENCE_MS, Calendars
from storage.evidence.ots import HASH, Bitcoin, Pending, Proof, append, render_paths
from storage.evidence.ots import Path as Way
from storage.evidence.verify import Verdict, render_report, verify_bundle
from storage.members import Member
from storage.projects import Project
from storage.store import Store
from storage.tables import evidence_stamp
from tests.storage.evidence.calendar import LocalCalendar
from tests.storage.evidence.test_ots import read_by_library
from tests.storage.test_drafts import submit


@pytest.fixture
async def calendar() -> AsyncIterator[LocalCalendar]:
    async with LocalCalendar() as calendar:
        yield calendar


@pytest.fixture
async def second() -> AsyncIterator[LocalCalendar]:
    async with LocalCalendar() as calendar:
        yield calendar


def calendars_of(store: Store, *calendars: LocalCalendar) -> Calendars:
    return Calendars(store.database, store.ledger, [calendar.url for calendar in calendars])


async def stamped(store: Store, calendars: Calendars) -> tuple[int, bytes]:
    """Stamp the newest checkpoint; return its size and the hash of its note."""
    checkpoint = await store.ledger.checkpoint()
    await calendars.stamp(checkpoint.size)
    return checkpoint.size, sha256(checkpoint.note.encode()).digest()


async def proof_of(store: Store, size: int) -> Proof | None:
    async with store.database.read() as connection:
        body = await connection.scalar(select(evidence_stamp.c.body).where(evidence_stamp.c.size == size))
    return None if body is None else Proof.parse(bytes(body))


async def make_older(store: Store, by_ms: int) -> None:
    """Let time pass for what is pending."""
    async with store.database.write() as connection:
        older = {"made_at": evidence_stamp.c.made_at - by_ms, "asked_at": evidence_stamp.c.asked_at - by_ms}
        await connection.execute(update(evidence_stamp).values(older))


async def test_the_local_calendar_speaks_the_real_protocol(calendar: LocalCalendar) -> None:
    remote = RemoteCalendar(f"{calendar.url}/")
    promise = await asyncio.to_thread(remote.submit, sha256(b"x").digest(), 5)
    ((commitment, _),) = promise.all_attestations()
    with pytest.raises(KeyError):
        await asyncio.to_thread(remote.get_timestamp, commitment, 5)
    calendar.mine(958_000)
    kept = await asyncio.to_thread(remote.get_timestamp, commitment, 5)
    assert [attestation.height for _, attestation in kept.all_attestations()] == [958_000]


async def test_a_promise_is_enclosed_and_a_block_follows(
    store: Store, ann: Member, project: Project, calendar: LocalCalendar, second: LocalCalendar, tmp_path: Path
) -> None:
    calendars = store.exporter._calendars = calendars_of(store, calendar, second)
    request = ExportRequest({project.id: project.actor}, {"by": "owner"})
    first = await store.exporter.export(request, tmp_path / "first.zip")
    name, note = enclosed(tmp_path / "first.zip", first.size)
    assert read_by_library(name).file_digest == sha256(note).digest()
    assert len(Proof.parse(name).pending) == 2

    calendar.mine(958_000)
    second.mine(958_001)
    await make_older(store, HOUR_MS)
    await calendars.complete()
    await submit(store, ann, project)
    await store.exporter.export(request, tmp_path / "later.zip")
    completed, note = enclosed(tmp_path / "later.zip", first.size)
    read = read_by_library(completed)
    assert read.file_digest == sha256(note).digest()
    roots = {end.height: message for message, end in read.timestamp.all_attestations()}
    assert roots == calendar.roots | second.roots
    report = verify_bundle(tmp_path / "later.zip", vkeys=[store.ledger.vkey])
    assert report.verdict is Verdict.VERIFIED, render_report(report)


def enclosed(bundle: Path, size: int) -> tuple[bytes, bytes]:
    """Return the stamp and the note of a checkpoint in a bundle."""
    with zipfile.ZipFile(bundle) as archive:
        (stamp,) = (name for name in archive.namelist() if name.endswith(f"/{size}.note.ots"))
        return archive.read(stamp), archive.read(stamp.removesuffix(".ots"))


async def test_what_is_complete_changes_no_more(store: Store, project: Project, calendar: LocalCalendar) -> None:
    calendars = calendars_of(store, calendar)
    size, _ = await stamped(store, calendars)
    calendar.mine(958_000)
    await make_older(store, HOUR_MS)
    await calendars.complete()
    proof = await proof_of(store, size)
    assert proof is not None
    assert (proof.pending, proof.heights) == ((), (958_000,))
    with pytest.raises(DBAPIError, match="append-only"):
        await make_older(store, 1)
    await calendars.complete()
    assert calendar.asked == ["digest", "timestamp"]


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM evidence_stamp",
        "UPDATE evidence_stamp SET size = size - 1",
        "DELETE FROM evidence_post",
        "UPDATE evidence_post SET message = '2'",
    ],
)
async def test_what_was_stamped_and_shown_cannot_be_taken_back(
    store: Store, project: Project, calendar: LocalCalendar, change: str
) -> None:
    size, _ = await stamped(store, calendars_of(store, calendar))
    await store.posts.record("900000000000000001", size, "1", 1)
    with pytest.raises(DBAPIError, match="append-only"):
        async with store.database.write() as connection:
            await connection.exec_driver_sql(change)


async def test_calendars_are_asked_more_and_more_seldom_and_not_for_ever(
    store: Store, project: Project, calendar: LocalCalendar
) -> None:
    calendars = calendars_of(store, calendar)
    await stamped(store, calendars)
    await calendars.complete()
    assert calendar.asked == ["digest"], "nothing can be there at once"
    hours = 0
    for hour in range(1, 100):
        await make_older(store, HOUR_MS)
        before = len(calendar.asked)
        await calendars.complete()
        hours = hour if len(calendar.asked) > before else hours
    assert 8 < calendar.asked.count("timestamp") < 24
    assert hours > 70
    await make_older(store, PATIENCE_MS)
    before = len(calendar.asked)
    await calendars.complete()
    assert len(calendar.asked) == before


async def test_a_round_stamps_what_has_grown_and_only_that(
    store: Store, ann: Member, project: Project, calendar: LocalCalendar
) -> None:
    calendars = calendars_of(store, calendar)
    await calendars.round()
    await calendars.round()
    assert calendar.asked == ["digest"]
    await submit(store, ann, project)
    await calendars.round()
    assert calendar.asked == ["digest", "digest"]


async def test_one_calendar_is_enough_and_the_salt_hides_whose_log_it_is(
    store: Store, project: Project, calendar: LocalCalendar, second: LocalCalendar, caplog: pytest.LogCaptureFixture
) -> None:
    calendar.answer = (503, b"away")
    calendars = calendars_of(store, calendar, second)
    size, digest = await stamped(store, calendars)
    proof = await proof_of(store, size)
    assert proof is not None
    assert len(proof.pending) == 1
    assert calendar.url in caplog.text
    assert proof.digest == digest
    # What was sent: not the note's own hash.
    assert all(digest not in commitment for commitment in second.taken)


async def test_a_calendar_that_names_another_place_is_kept_and_said(
    store: Store, project: Project, calendar: LocalCalendar, caplog: pytest.LogCaptureFixture
) -> None:
    calendar.named = "https://alice.example"
    calendars = calendars_of(store, calendar)
    size, _ = await stamped(store, calendars)
    assert await proof_of(store, size) is not None
    assert "name that in evidence.calendars" in caplog.text
    await make_older(store, HOUR_MS)
    await calendars.complete()
    # A promise cannot make us ask an address that the operator has not named.
    assert calendar.asked == ["digest"]


LYING = [
    (200, b""),
    (200, b"<html>"),
    (200, b"\x00" * 100),
    (200, b"\x08" * 300),
    (200, b"\x08" * 254 + render_paths([Way((), Bitcoin(1))])),
    (200, render_paths([Way((append(bytes([at])), HASH), Bitcoin(at)) for at in range(9)])),
    (200, bytes(20_000)),
    (200, bytes(asking.MAX_ANSWER_BYTES + 1)),
    (500, b"broken"),
    (302, b""),
]


@pytest.mark.parametrize("answer", LYING)
async def test_a_calendar_that_lies_is_no_trouble(
    store: Store,
    project: Project,
    calendar: LocalCalendar,
    answer: tuple[int, bytes],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    calendars = store.exporter._calendars = calendars_of(store, calendar)
    size, _ = await stamped(store, calendars)
    before = await proof_of(store, size)
    calendar.answer = answer
    await make_older(store, HOUR_MS)
    await calendars.complete()
    assert await proof_of(store, size) == before
    assert calendar.asked == ["digest", "timestamp"], "a redirect leads nowhere"
    # It stops no export either.
    request = ExportRequest({project.id: project.actor}, {"by": "owner"})
    made = await store.exporter.export(request, tmp_path / "b.zip")
    assert await proof_of(store, made.size) is None
    assert caplog.text.count(calendar.url) == 2


async def test_an_answer_that_only_promises_again_changes_nothing(
    store: Store, project: Project, calendar: LocalCalendar
) -> None:
    calendars = calendars_of(store, calendar)
    size, _ = await stamped(store, calendars)
    before = await proof_of(store, size)
    assert before is not None
    calendar.answer = (200, render_paths([Way((), Pending(calendar.url))]))
    await make_older(store, HOUR_MS)
    await calendars.complete()
    assert await proof_of(store, size) == before


async def test_a_calendar_that_never_ends_is_left(
    store: Store, project: Project, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"\x08")
            await asyncio.sleep(0.02)

    app = web.Application()
    app.router.add_post("/digest", drip)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setattr(asking, "ANSWER_S", 0.3)
    calendars = Calendars(store.database, store.ledger, [f"http://127.0.0.1:{runner.addresses[0][1]}"])
    size, _ = await stamped(store, calendars)
    assert await proof_of(store, size) is None
    assert "TimeoutError" in caplog.text
    await runner.cleanup()


async def test_two_that_stamp_the_same_checkpoint_are_no_trouble(
    store: Store, project: Project, calendar: LocalCalendar
) -> None:
    calendars = calendars_of(store, calendar)
    size = (await store.ledger.checkpoint()).size
    await asyncio.gather(calendars.stamp(size), calendars.stamp(size))
    proof = await proof_of(store, size)
    assert proof is not None
    assert len(proof.pending) == 1


async def test_without_a_calendar_nothing_is_asked_or_kept(store: Store, project: Project) -> None:
    calendars = Calendars(store.database, store.ledger, [])
    size, _ = await stamped(store, calendars)
    assert await proof_of(store, size) is None
