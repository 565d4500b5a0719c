"""Bundles: what is written verifies, and whatever is changed is refused by name, even by the key's owner."""

import asyncio
import csv
import io
import json
import random
import secrets
import zipfile
from dataclasses import replace
from pathlib import Path

import bagit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.evidence import views
from storage.evidence.notes import SigningKey
from storage.evidence.reader import cover
from storage.evidence.verify import Answer, Answers, Outcome, Verdict, verify_bundle
from storage.members import Member
from storage.projects import Project
from storage.queue_rules import QueueRules
from storage.store import StorageConfig, Store, open_store
from tests.storage.evidence.cases import Case, build, export, work
from tests.storage.evidence.forging import Forged
from tests.storage.evidence.tamperings import CHANGES, Change, replace_text
from tests.storage.test_drafts import submit

__all__ = ["CHANGES", "Case", "Change", "build", "export", "replace_text", "work"]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Return the bundle of the only project of a log: nothing is hidden in it."""
    return asyncio.run(build(tmp_path_factory.mktemp("alone"), with_another=False))


@pytest.fixture(scope="module")
def among(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Return the bundle of one of two projects: the other is hidden in it."""
    return asyncio.run(build(tmp_path_factory.mktemp("among"), with_another=True))


@pytest.fixture
def config(config: StorageConfig) -> StorageConfig:
    """Return the place of a store whose queue takes in as much as a large log has."""
    return replace(config, queue=QueueRules(most_of_member=1_000, most_of_server=1_000))


# --- what is written ---------------------------------------------------------------------------


def test_a_bundle_verifies(among: Case) -> None:
    report = verify_bundle(among.bundle, vkeys=(among.vkey,))
    assert (report.verdict, report.exit_code) == (Verdict.VERIFIED, 0)
    assert report.facts["pictures"] == "2"
    assert report.facts["shown"] == str(among.exported.events)
    assert [c.code for c in report.checks if c.outcome is Outcome.NOT_CHECKED] == ["time", "credentials", "views"]
    assert report.answers == Answers(Answer.YES, Answer.YES, Answer.NOT_CHECKED)


def test_without_a_key_from_outside_it_is_only_self_consistent(among: Case) -> None:
    report = verify_bundle(among.bundle)
    assert (report.verdict, report.exit_code) == (Verdict.SELF_CONSISTENT, 3)
    assert report.answers == Answers()


def test_another_key_is_named(among: Case) -> None:
    stranger = SigningKey("colophon.local/log1", secrets.token_bytes(32)).verifier.encode()
    assert verify_bundle(among.bundle, vkeys=(stranger,)).code == "key-foreign"


def test_a_foreign_project_leaves_only_hashes(among: Case) -> None:
    text = among.forge().files["data/log.txt"]
    assert b"\n~" in text
    leaves = [json.loads(line) for line in text.splitlines() if not line.startswith(b"~")]
    assert {leaf["project"] for leaf in leaves} == {"log", *among.forge().about["projects"]}


def test_it_is_a_bag_that_the_bagit_library_accepts(among: Case, tmp_path: Path) -> None:
    with zipfile.ZipFile(among.bundle) as archive:
        archive.extractall(tmp_path / "out")
    (top,) = (tmp_path / "out").iterdir()
    assert bagit.Bag(str(top)).validate()
    assert verify_bundle(top, vkeys=(among.vkey,)).verdict is Verdict.VERIFIED


async def test_an_export_after_an_export_verifies_and_shows_the_first(
    store: Store, ann: Member, project: Project, tmp_path: Path
) -> None:
    await work(store, ann, project)
    first = await export(store, [project], tmp_path / "first.zip")
    again = await export(store, [project], tmp_path / "again.zip")
    report = verify_bundle(again.path, vkeys=(store.ledger.vkey,))
    assert report.verdict is Verdict.VERIFIED
    assert again.events == first.events + 1


async def test_events_that_come_during_an_export_stay_out(
    store: Store, ann: Member, project: Project, tmp_path: Path
) -> None:
    await work(store, ann, project)
    async with asyncio.TaskGroup() as group:
        exporting = group.create_task(export(store, [project], tmp_path / "busy.zip"))
        for _ in range(20):
            group.create_task(submit(store, ann, project))
    report = verify_bundle(exporting.result().path, vkeys=(store.ledger.vkey,))
    assert report.verdict is Verdict.VERIFIED


async def test_a_log_larger_than_a_tile_verifies(store: Store, ann: Member, project: Project, tmp_path: Path) -> None:
    other, _ = await store.projects.open(ann, "Houses", guild_id="9")
    for i in range(300):
        await submit(store, ann, project if i % 41 == 0 else other)
    exported = await export(store, [project], tmp_path / "large.zip")
    assert verify_bundle(exported.path, vkeys=(store.ledger.vkey,)).verdict is Verdict.VERIFIED
    assert len(Forged(exported.path).lines) < 200


def test_an_erased_picture_does_not_spoil_a_bundle(alone: Case) -> None:
    forged = alone.forge()
    del forged.files[next(name for name in forged.files if name.startswith("data/blobs/"))]
    assert alone.check(forged).verdict is Verdict.VERIFIED


def test_a_withheld_field_does_not_spoil_a_bundle(alone: Case) -> None:
    forged = alone.forge()
    forged.disclosures = [row for row in forged.disclosures if row["field"] != "prompt"]
    assert alone.check(forged).verdict is Verdict.VERIFIED


async def test_the_views_repeat_the_words(among: Case) -> None:
    files = among.forge().files
    rows = list(csv.reader(io.StringIO(files["data/views/events.csv"].decode("utf-8-sig"))))
    assert rows[0] == list(views.CSV_HEADER)
    assert "prompt: 一条红船" in next(row[-1] for row in rows if "一条红船" in row[-1])
    events = [json.loads(line) for line in files["data/views/events.jsonl"].splitlines()]
    assert any(event["fields"].get("prompt") == "a red boat" for event in events)


@pytest.mark.parametrize("cell", ["=1+1", "  =1", "+x", "-x", "@x", "\tx", "|x", "%x", "＝1", "－1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert views.safe_cell(cell) == f"'{cell}"


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_a_cover_is_complete_and_aligned(start: int, length: int) -> None:
    at = start
    for level, index in cover(start, start + length):
        assert index << level == at
        at += 1 << level
    assert at == start + length


# --- what is changed ---------------------------------------------------------------------------


async def test_an_anchor_that_nothing_proves_is_refused(among: Case) -> None:
    forged = among.forge()
    hidden = next(i for i, line in enumerate(forged.lines) if line.startswith(b"~") and line[1:2] > b"0")
    size = sum(1 << int(x[1:3]) if x.startswith(b"~") else 1 for x in forged.lines[:hidden]) + 1
    store = await open_store(among.config)
    held = (await store.ledger.checkpoint(size)).note.encode()
    await store.close()
    assert among.check(forged, anchors=(held,)).code == "anchor"


@pytest.mark.parametrize("name", ["../evil", "/evil", "data/../../evil", "a\\b", ".hidden", "data//log.txt"])
def test_a_path_that_is_not_safe_is_refused(alone: Case, name: str) -> None:
    forged = alone.forge()
    forged.files[name] = b"x"
    assert verify_bundle(forged.zip_as_is(alone.beside("climb.zip"))).code == "archive"


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    junk = tmp_path / "junk.zip"
    junk.write_bytes(random.Random(1).randbytes(2000))
    assert verify_bundle(junk).code == "archive"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert verify_bundle(empty).code == "bag-incomplete"
