"""Bundles: what is written verifies, and whatever is changed is refused by name, even by the key's owner."""

import asyncio
import csv
import hashlib
import io
import json
import random
import secrets
import shutil
import zipfile
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import bagit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.evidence import views
from storage.evidence.bundle import Exported, ExportRequest
from storage.evidence.commitments import b64url, digest
from storage.evidence.keys import load_signing_key
from storage.evidence.notes import SigningKey
from storage.evidence.reader import cover
from storage.evidence.verify import Answer, Answers, Outcome, Report, Verdict, render_report, verify_bundle
from storage.members import Member
from storage.projects import Project
from storage.store import StorageConfig, Store, open_store
from tests.storage.evidence.forging import Forged, checkpoint
from tests.storage.test_drafts import ACT, make, submit


@dataclass(frozen=True, slots=True)
class Case:
    """A bundle, and what a forger would need."""

    bundle: Path
    exported: Exported
    vkey: str
    key: SigningKey
    config: StorageConfig

    def forge(self) -> Forged:
        """Return the bundle taken apart."""
        return Forged(self.bundle)

    def beside(self, name: str) -> Path:
        """Return a place for a changed copy."""
        return self.bundle.with_name(name)

    def check(self, forged: Forged, *, anchors: tuple[bytes, ...] = ()) -> Report:
        """Put a forged bundle together with the true key and verify it with the true key."""
        path = forged.pack(self.beside("forged.zip"), self.key)
        return verify_bundle(path, vkeys=(self.vkey,), anchors=anchors)


async def export(store: Store, projects: list[Project], target: Path) -> Exported:
    """Export some projects under their owner's pseudonym."""
    request = ExportRequest({p.id: p.actor for p in projects}, {"by": "owner", "fields": "all"})
    return await store.exporter.export(request, target)


async def work(store: Store, ann: Member, project: Project) -> None:
    """Draw twice and choose."""
    for words in ("a red boat", "一条红船"):
        submitted = await submit(store, ann, project, words)
        await make(store, submitted)
        await store.drafts.choose(submitted.draft_id, 1, ann, "the light", ACT)


async def build(folder: Path, *, with_another: bool) -> Case:
    """Record some work and export it; `with_another` puts a second project around it."""
    config = StorageConfig(folder / "data")
    store = await open_store(config, init=True)
    ann = await store.members.meet("discord", "1001", "Ann")
    project, _ = await store.projects.open(ann, "Boats", guild_id="9")
    if with_another:
        other, _ = await store.projects.open(ann, "Houses", guild_id="9")
        await work(store, ann, other)
    await work(store, ann, project)
    if with_another:
        await store.ledger.checkpoint()
        await work(store, ann, other)
    exported = await export(store, [project], folder / "bundle.zip")
    vkey = store.ledger.vkey
    await store.close()
    key = load_signing_key(config.keys_dir / "log.key", config.origin, create=False)
    return Case(exported.path, exported, vkey, key, config)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Return the bundle of the only project of a log: nothing is hidden in it."""
    return asyncio.run(build(tmp_path_factory.mktemp("alone"), with_another=False))


@pytest.fixture(scope="module")
def among(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Return the bundle of one of two projects: the other is hidden in it."""
    return asyncio.run(build(tmp_path_factory.mktemp("among"), with_another=True))


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

Change = Callable[[Forged], None]


def drop_event(forged: Forged) -> None:
    lines = forged.lines
    del lines[forged.find("draft.select")]
    forged.lines = lines


def drop_event_with_its_words(forged: Forged) -> None:
    at = forged.find("draft.select")
    seq = forged.leaf(at)["seq"]
    drop_event(forged)
    forged.disclosures = [row for row in forged.disclosures if row["seq"] != seq]


def swap_events(forged: Forged) -> None:
    lines, at = forged.lines, forged.find("prompt.submit")
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    forged.lines = lines


def insert_event(forged: Forged) -> None:
    lines, at = forged.lines, forged.find("draft.select")
    forged.lines = [*lines[:at], lines[at], *lines[at:]]


def change_a_byte(forged: Forged) -> None:
    lines, at = forged.lines, forged.find("prompt.submit")
    lines[at] = lines[at].replace(b'"type":"prompt.submit"', b'"type":"prompt.submis"')
    forged.lines = lines


def change_the_time(forged: Forged) -> None:
    at = forged.find("prompt.submit")
    leaf = forged.leaf(at)
    # A neighbour's time: another one, and still in order.
    other = next(ts for ts in (forged.leaf(at - 1)["ts"], forged.leaf(at + 1)["ts"]) if ts != leaf["ts"])
    forged.put_leaf(at, leaf | {"ts": other})


def change_the_last_event(forged: Forged) -> None:
    at = forged.find("export.made")
    forged.put_leaf(at, forged.leaf(at) | {"refs": [forged.leaf(forged.find("project.open"))["seq"]]})


def back_date(forged: Forged) -> None:
    at = forged.find("prompt.submit")
    forged.put_leaf(at, forged.leaf(at) | {"ts": "2020-01-01T00:00:00.000Z"})


def replace_text(forged: Forged) -> None:
    forged.replace_words(forged.find("prompt.submit"), "prompt", "a better boat")


def replace_text_only(forged: Forged) -> None:
    rows = forged.disclosures
    at = next(i for i, row in enumerate(rows) if row["field"] == "prompt")
    other = next(i for i, row in enumerate(rows) if row["field"] == "prompt" and i > at)
    rows[at]["d"] = rows[other]["d"]
    forged.disclosures = rows


def move_disclosure(forged: Forged) -> None:
    rows = forged.disclosures
    row = next(row for row in rows if row["field"] == "prompt")
    row["field"] = "negative"
    forged.disclosures = [r for r in rows if r is row or (r["seq"], r["field"]) != (row["seq"], "negative")]


def short_salt(forged: Forged) -> None:
    at = forged.find("prompt.submit")
    text = b64url(b'["c2hvcnQ","prompt","x"]')
    leaf = forged.leaf(at)
    leaf["fields"]["prompt"] = digest(text)
    forged.put_leaf(at, leaf)
    forged.disclosures = [
        row | {"d": text} if (row["seq"], row["field"]) == (leaf["seq"], "prompt") else row
        for row in forged.disclosures
    ]


def hide_project_event(forged: Forged) -> None:
    lines, at = forged.lines, forged.find("draft.reject")
    seq = forged.leaf(at)["seq"]
    lines[at] = b"~0 " + b64encode(hashlib.sha256(b"\x00" + lines[at]).digest())
    forged.lines = lines
    forged.disclosures = [row for row in forged.disclosures if row["seq"] != seq]


def hide_the_tail(forged: Forged) -> None:
    lines, at = forged.lines, forged.find("export.made")
    seq = forged.leaf(at)["seq"]
    lines[at] = b"~0 " + b64encode(hashlib.sha256(b"\x00" + lines[at]).digest())
    forged.lines = lines
    forged.disclosures = [row for row in forged.disclosures if row["seq"] != seq]


def another_export(forged: Forged) -> None:
    about = forged.about | {"id": "b_" + "0" * 32}
    forged.files["data/bundle.json"] = json.dumps(about).encode()


def swap_image(forged: Forged) -> None:
    first, second = sorted(name for name in forged.files if name.startswith("data/blobs/"))[:2]
    forged.files[first], forged.files[second] = forged.files[second], forged.files[first]


def change_image(forged: Forged) -> None:
    name = next(name for name in forged.files if name.startswith("data/blobs/"))
    forged.files[name] = forged.files[name][:-1] + b"\x00"


def add_image(forged: Forged) -> None:
    forged.files[f"data/blobs/{hashlib.sha256(b'new').hexdigest()}"] = b"new"


def break_checkpoint(forged: Forged) -> None:
    name = max(name for name in forged.files if name.startswith("data/checkpoints/"))
    text = forged.files[name]
    forged.files[name] = text[:-8] + (b"AAAA" if text[-8:-4] != b"AAAA" else b"BBBB") + text[-4:]


def foreign_checkpoint(forged: Forged) -> None:
    key = SigningKey(forged.about["origin"], b"f" * 32)
    name = f"data/checkpoints/{forged.about['size']}.note"
    forged.files[name] = checkpoint(key, forged.about["size"], b"r" * 32).encode()


def drop_checkpoint(forged: Forged) -> None:
    del forged.files[f"data/checkpoints/{forged.about['size']}.note"]


def foreign_vkey(forged: Forged) -> None:
    key = SigningKey(forged.about["origin"], b"f" * 32)
    forged.files["data/keys/log.vkey"] = key.verifier.encode().encode() + b"\n"


def self_appointed_key(forged: Forged) -> None:
    key = SigningKey(forged.about["origin"], b"f" * 32)
    vkey, since = key.verifier.encode(), forged.about["size"]
    forged.files["data/keys/log.vkey"] += vkey.encode() + b"\n"
    note = key.sign(f"colophon-rotation/1\n{forged.about['origin']}\n{since}\n{vkey}\n")
    forged.files[f"data/keys/rotation-{since}.note"] = note.encode()


def unknown_file(forged: Forged) -> None:
    forged.files["data/views/run.exe"] = b"MZ"


def duplicate_key(forged: Forged) -> None:
    lines, at = forged.lines, forged.find("prompt.submit")
    lines[at] = b'{"actor":"bot",' + lines[at][1:]
    forged.lines = lines


def not_canonical(forged: Forged) -> None:
    lines, at = forged.lines, forged.find("prompt.submit")
    lines[at] = lines[at].replace(b'"v":1', b'"v": 1')
    forged.lines = lines


def forward_reference(forged: Forged) -> None:
    at = forged.find("prompt.submit")
    forged.put_leaf(at, forged.leaf(at) | {"refs": [forged.leaf(at)["seq"]]})


def cut_the_log(forged: Forged) -> None:
    forged.lines = forged.lines[:-1]
    forged.disclosures = [r for r in forged.disclosures if r["seq"] != forged.about["size"] - 1]


def duplicate_bundle_key(forged: Forged) -> None:
    text = forged.files["data/bundle.json"]
    forged.files["data/bundle.json"] = text.replace(b'"size"', b'"size": 1, "size"')


CHANGES: tuple[tuple[Change, str], ...] = (
    (drop_event, "log-line"),
    (drop_event_with_its_words, "log-line"),
    (swap_events, "log-line"),
    (insert_event, "log-line"),
    (change_a_byte, "event-changed"),
    (change_the_time, "event-changed"),
    (change_the_last_event, "leaf-changed"),
    (back_date, "event"),
    (replace_text, "event-changed"),
    (replace_text_only, "disclosure"),
    (move_disclosure, "disclosure"),
    (short_salt, "disclosure"),
    (hide_project_event, "gap"),
    (hide_the_tail, "tail"),
    (another_export, "tail"),
    (swap_image, "blob"),
    (change_image, "blob"),
    (add_image, "blob"),
    (break_checkpoint, "checkpoint"),
    (foreign_checkpoint, "checkpoint"),
    (drop_checkpoint, "checkpoint"),
    (foreign_vkey, "key-foreign"),
    (self_appointed_key, "key"),
    (unknown_file, "file-kind"),
    (duplicate_key, "log-line"),
    (not_canonical, "log-line"),
    (forward_reference, "event"),
    (cut_the_log, "size"),
    (duplicate_bundle_key, "bundle-json"),
)
"""What a forger who owns the true key may try, and the check that names it."""


@pytest.mark.parametrize(("change", "code"), CHANGES)
def test_a_change_by_the_owner_of_the_key_is_named(alone: Case, change: Change, code: str) -> None:
    forged = alone.forge()
    change(forged)
    report = alone.check(forged)
    assert (report.verdict, report.code) == (Verdict.REFUSED, code)
    for language in ("en-US", "zh-CN"):
        assert f"[{code}]" in render_report(report, language)


def test_a_replaced_hidden_stretch_is_named(among: Case) -> None:
    forged = among.forge()
    lines = forged.lines
    at = next(i for i, line in enumerate(lines) if line.startswith(b"~"))
    lines[at] = lines[at][:3] + b"A" * 42 + b"E="
    forged.lines = lines
    assert among.check(forged).code == "leaf-changed"


def test_a_history_signed_anew_contradicts_a_checkpoint_held_outside(alone: Case) -> None:
    forged = alone.forge()
    held = forged.files[f"data/checkpoints/{forged.about['size']}.note"]
    replace_text(forged)
    forged.sign_history(alone.key)
    assert alone.check(forged).verdict is Verdict.VERIFIED
    assert alone.check(forged, anchors=(held,)).code == "anchor"


async def test_an_anchor_that_nothing_proves_is_refused(among: Case) -> None:
    forged = among.forge()
    hidden = next(i for i, line in enumerate(forged.lines) if line.startswith(b"~") and line[1:2] > b"0")
    size = sum(1 << int(x[1:3]) if x.startswith(b"~") else 1 for x in forged.lines[:hidden]) + 1
    store = await open_store(among.config)
    held = (await store.ledger.checkpoint(size)).note.encode()
    await store.close()
    assert among.check(forged, anchors=(held,)).code == "anchor"


@pytest.mark.parametrize("name", ["data/log.txt", "data/blobs/", "data/disclosures.jsonl", "bundle.note"])
def test_a_changed_file_with_a_stale_list_is_named(alone: Case, name: str) -> None:
    forged = alone.forge()
    found = next(each for each in forged.files if each.startswith(name))
    forged.files[found] = forged.files[found][:-1] + b"~"
    report = verify_bundle(forged.zip_as_is(alone.beside("stale.zip")), vkeys=(alone.vkey,))
    assert (report.code, report.checks[-1].params["file"]) == ("bag-file", found)


def test_an_unlisted_file_is_named(alone: Case) -> None:
    forged = alone.forge()
    forged.files["data/views/dossier.html"] = b"<p>"
    report = verify_bundle(forged.zip_as_is(alone.beside("more.zip")), vkeys=(alone.vkey,))
    assert report.code == "bag-listing"


def test_paths_that_climb_and_twins_are_refused(alone: Case) -> None:
    for name in ("../evil", "/evil", "data/../../evil", "a\\b"):
        forged = alone.forge()
        forged.files[name] = b"x"
        assert verify_bundle(forged.zip_as_is(alone.beside("climb.zip"))).code == "archive"
    path = shutil.copy(alone.bundle, alone.beside("twin.zip"))
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(archive.namelist()[0], b"again")
    assert verify_bundle(Path(path)).code == "archive"


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    junk = tmp_path / "junk.zip"
    junk.write_bytes(random.Random(1).randbytes(2000))
    assert verify_bundle(junk).code == "archive"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert verify_bundle(empty).code == "bag-incomplete"


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_a_flipped_bit_is_refused_or_changes_nothing(alone: Case, data: st.DataObject) -> None:
    clean = verify_bundle(alone.bundle, vkeys=(alone.vkey,))
    raw = bytearray(alone.bundle.read_bytes())
    at = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[at // 8] ^= 1 << at % 8
    path = alone.beside("flipped.zip")
    path.write_bytes(raw)
    report = verify_bundle(path, vkeys=(alone.vkey,))
    assert report.verdict is Verdict.REFUSED or report == clean


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_a_flipped_bit_in_a_signed_bundle_is_refused_or_harmless(alone: Case, data: st.DataObject) -> None:
    clean = verify_bundle(alone.bundle, vkeys=(alone.vkey,))
    forged = alone.forge()
    names = sorted(name for name in forged.files if name.startswith("data/") and "views" not in name)
    name = data.draw(st.sampled_from([n for n in names if not n.endswith("README.txt")]))
    raw = bytearray(forged.files[name])
    at = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[at // 8] ^= 1 << at % 8
    forged.files[name] = bytes(raw)
    try:
        report = alone.check(forged)
    except (ValueError, KeyError):  # bundle.json broke under the forger's own hands
        return
    assert report.verdict is Verdict.REFUSED or report.facts == clean.facts
