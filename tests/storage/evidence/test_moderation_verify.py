"""A moderators' export verifies, and whatever is changed in it is refused by name, even by the key's owner."""

import asyncio
import hashlib
import json
import secrets
import zipfile
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.evidence.bundle import ExportRequest
from storage.evidence.commitments import digest, disclose
from storage.evidence.keys import load_signing_key
from storage.evidence.leaf import canonical
from storage.evidence.moderation_export import Form
from storage.evidence.notes import SigningKey, hand_over
from storage.evidence.verify import (
    Outcome,
    Report,
    Verdict,
    is_moderation_export,
    render_report,
    verify_bundle,
    verify_moderation,
)
from storage.mandate import Mandate
from storage.privacy import Basis
from storage.selecting import Wanted
from storage.store import StorageConfig, open_store
from tests.storage.evidence.forging import listing
from tests.storage.test_drafts import ACT, make, submit

MO = Mandate("9", "3003", "a complaint")
TAGS = ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "moderation.note")


class Forged:
    """The files of an export, free to be changed and signed anew."""

    def __init__(self, export: Path) -> None:
        with zipfile.ZipFile(export) as archive:
            names = archive.namelist()
            self.top = names[0].partition("/")[0]
            self.files = {name.partition("/")[2]: archive.read(name) for name in names}

    @property
    def about(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.files["data/moderation.json"])
        return found

    @about.setter
    def about(self, about: dict[str, Any]) -> None:
        self.files["data/moderation.json"] = json.dumps(about).encode()

    def lines(self, name: str) -> list[bytes]:
        return self.files[f"data/{name}"].split(b"\n")[:-1]

    def put(self, name: str, lines: list[bytes]) -> None:
        self.files[f"data/{name}"] = b"".join(line + b"\n" for line in lines)

    def find(self, name: str, words: bytes) -> int:
        return next(i for i, line in enumerate(self.lines(name)) if words in line)

    def change_row(self, words: bytes, **values: Any) -> None:
        lines, at = self.lines("rows.jsonl"), self.find("rows.jsonl", words)
        lines[at] = json.dumps(json.loads(lines[at]) | values).encode()
        self.put("rows.jsonl", lines)

    def pack(self, path: Path, key: SigningKey) -> Path:
        """Write the export with fresh checksums and a signature."""
        payload = {name: data for name, data in self.files.items() if name.startswith("data/")}
        self.files["manifest-sha256.txt"] = listing(payload)
        about, sha = self.about, hashlib.sha256(self.files["manifest-sha256.txt"]).hexdigest()
        text = f"colophon-moderation/1\n{about['origin']}\n{about['id']}\n{about['size']}\n{sha}\n"
        self.files["moderation.note"] = key.sign(text).encode()
        self.files["tagmanifest-sha256.txt"] = listing({name: self.files[name] for name in TAGS})
        return self.zip_as_is(path)

    def zip_as_is(self, path: Path) -> Path:
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in self.files.items():
                archive.writestr(f"{self.top}/{name}", data)
        return path


@dataclass(frozen=True, slots=True)
class Case:
    """An export, and what a forger would need."""

    export: Path
    bundle: Path
    vkey: str
    key: SigningKey
    former: SigningKey

    def forge(self) -> Forged:
        return Forged(self.export)

    def check(self, forged: Forged) -> Report:
        """Put a forged export together with the true key and verify it with the true key."""
        path = forged.pack(self.export.with_name("forged.zip"), self.key)
        return verify_moderation(path, vkeys=(self.vkey,))


async def build(folder: Path, *, words: bool, handing_over: bool = False) -> Case:
    """Record the work of two members here and of one elsewhere, erase a project, and export the server.

    `handing_over` gives the log another key before the end.
    """
    config = StorageConfig(folder / "data")
    store = await open_store(config, init=True)
    ann = await store.members.meet("discord", "1001", "Ann")
    bo = await store.members.meet("discord", "2002", "Bo")
    hers, _ = await store.projects.open(ann, "Boats", guild_id="9")
    elsewhere, _ = await store.projects.open(bo, "Elsewhere", guild_id="8")
    his, _ = await store.projects.open(bo, "Cats", guild_id="9")
    gone, _ = await store.projects.open(bo, "Gone", guild_id="9")
    submitted = await submit(store, ann, hers, "=a red boat")
    await make(store, submitted)
    await store.drafts.choose(submitted.draft_id, 1, ann, 'the "light",\nnot\r\nthe boat', ACT)
    for i in range(9):
        await submit(store, bo, elsewhere if i % 2 else his, f"猫 {i}")
    await store.privacy.erase(gone, Basis.ASKED)
    key = former = load_signing_key(config.keys_dir / "log.key", config.origin, create=False)
    if handing_over:
        key = SigningKey(config.origin, b"n" * 32)
        await store.ledger.rotate(key)
    size = await store.ledger.size()
    async with store.moderation.exported(Wanted(), MO, words=words, forms=tuple(Form), limit_bytes=2**30) as handed:
        export = folder / "export.zip"
        export.write_bytes(handed.path.read_bytes())
        assert handed.selected.size == size
    request = ExportRequest({hers.id: hers.actor}, {"by": "owner"})
    bundle = (await store.exporter.export(request, folder / "bundle.zip")).path
    await store.close()
    return Case(export, bundle, key.verifier.encode(), key, former)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Return an export without words."""
    return asyncio.run(build(tmp_path_factory.mktemp("seen"), words=False))


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Return an export with words."""
    return asyncio.run(build(tmp_path_factory.mktemp("read"), words=True))


@pytest.fixture(scope="module")
def handed_over(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Return an export of a log that has its second key."""
    return asyncio.run(build(tmp_path_factory.mktemp("handed"), words=False, handing_over=True))


@pytest.fixture(params=["seen", "read"])
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.getfixturevalue(request.param)
    return found


def test_an_honest_export_verifies(case: Case) -> None:
    report = verify_moderation(case.export, vkeys=(case.vkey,))
    assert (report.verdict, report.exit_code) == (Verdict.VERIFIED, 0)
    assert {c.code for c in report.checks if c.outcome is Outcome.NOT_CHECKED} == {
        "rows-complete",
        "rows-time",
        "parquet",
    }
    assert report.facts["rows"] == str(case.forge().about["rows"])
    assert report.answers.unchanged.value == "yes" and report.answers.complete.value == "not checked"
    for language in ("en-US", "zh-CN"):
        assert "[rows-complete]" in render_report(report, language)


def test_an_honest_export_made_anew_verifies(case: Case) -> None:
    assert case.check(case.forge()).verdict is Verdict.VERIFIED


def test_without_a_key_from_outside_it_is_only_self_consistent(case: Case) -> None:
    assert verify_moderation(case.export).verdict is Verdict.SELF_CONSISTENT


def test_either_key_of_a_log_that_was_handed_over_will_do(handed_over: Case) -> None:
    for key in (handed_over.former, handed_over.key):
        report = verify_moderation(handed_over.export, vkeys=(key.verifier.encode(),))
        assert report.verdict is Verdict.VERIFIED


def test_a_former_key_does_not_speak_for_its_successor(seen: Case) -> None:
    forged, successor = seen.forge(), SigningKey("colophon.local/log1", b"n" * 32)
    since = forged.about["size"] + 1
    forged.files["data/keys/log.vkey"] += f"{successor.verifier.encode()}\n".encode()
    note = hand_over("colophon.local/log1", since, seen.key, successor)
    forged.files[f"data/keys/rotation-{since}.note"] = note.encode()
    path = forged.pack(seen.export.with_name("former.zip"), seen.key)
    for key in (seen.key, successor):
        assert verify_moderation(path, vkeys=(key.verifier.encode(),)).code == "key"


def test_an_export_and_a_bundle_are_told_apart(case: Case) -> None:
    assert is_moderation_export(case.export) and not is_moderation_export(case.bundle)
    assert verify_bundle(case.export).code == "file-kind"
    assert verify_moderation(case.bundle).code == "file-kind"
    junk = case.export.with_name("junk.zip")
    junk.write_bytes(b"junk")
    assert not is_moderation_export(junk)
    assert verify_moderation(junk).code == "archive"


def test_another_key_is_named(case: Case) -> None:
    stranger = SigningKey("colophon.local/log1", secrets.token_bytes(32)).verifier.encode()
    assert verify_moderation(case.export, vkeys=(stranger,)).code == "key-foreign"


Change = Callable[[Forged], None]


def change_a_row(forged: Forged) -> None:
    forged.change_row(b"prompt.submit", time="2020-01-01T00:00:00.000Z")


def change_an_actor(forged: Forged) -> None:
    forged.change_row(b"prompt.submit", actor="bot")


def change_an_owner(forged: Forged) -> None:
    forged.change_row(b"prompt.submit", member="4004")


def change_an_owner_everywhere(forged: Forged) -> None:
    rows = [line.replace(b'"member": "1001"', b'"member": "4004"') for line in forged.lines("rows.jsonl")]
    forged.put("rows.jsonl", rows)
    forged.files["data/rows.csv"] = forged.files["data/rows.csv"].replace(b'"1001"', b'"4004"')


def change_a_channel(forged: Forged) -> None:
    forged.change_row(b"prompt.submit", channel="23")


def hide_a_field(forged: Forged) -> None:
    forged.change_row(b"prompt.submit", sealed=[])
    forged.change_row(b"prompt.submit", fields={})


def a_number_as_text(forged: Forged) -> None:
    forged.change_row(b"prompt.submit", number="3")


def drop_a_row(forged: Forged) -> None:
    at = forged.find("rows.jsonl", b"prompt.submit")
    lines = forged.lines("rows.jsonl")
    forged.put("rows.jsonl", lines[:at] + lines[at + 1 :])


def drop_a_row_and_its_event(forged: Forged) -> None:
    drop_a_row(forged)
    lines, at = forged.lines("log.txt"), forged.find("log.txt", b"prompt.submit")
    seq = json.loads(lines[at])["seq"]
    lines[at] = b"~0 " + b64encode(hashlib.sha256(b"\x00" + lines[at]).digest())
    forged.put("log.txt", lines)
    forged.put(
        "disclosures.jsonl", [line for line in forged.lines("disclosures.jsonl") if json.loads(line)["seq"] != seq]
    )
    cells = forged.files["data/rows.csv"].split(b"\r\n")
    forged.files["data/rows.csv"] = b"\r\n".join(line for line in cells if not line.startswith(b'"%d"' % seq))


def double_a_row(forged: Forged) -> None:
    at, lines = forged.find("rows.jsonl", b"prompt.submit"), forged.lines("rows.jsonl")
    forged.put("rows.jsonl", [*lines[:at], lines[at], *lines[at:]])


def swap_rows(forged: Forged) -> None:
    at, lines = forged.find("rows.jsonl", b"prompt.submit"), forged.lines("rows.jsonl")
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    forged.put("rows.jsonl", lines)


def invent_a_row(forged: Forged) -> None:
    row = json.loads(forged.lines("rows.jsonl")[-1])
    forged.put("rows.jsonl", [*forged.lines("rows.jsonl"), json.dumps(row | {"seq": row["seq"] + 1}).encode()])


def more_columns(forged: Forged) -> None:
    forged.change_row(b"prompt.submit", verdict="guilty")


def change_a_cell(forged: Forged) -> None:
    forged.files["data/rows.csv"] = forged.files["data/rows.csv"].replace(b'"prompt.submit"', b'"prompt.submis"', 1)


def let_a_cell_run(forged: Forged) -> None:
    forged.files["data/rows.csv"] = forged.files["data/rows.csv"].replace(b'"kind"', b'"=kind"', 1)


def drop_a_csv_line(forged: Forged) -> None:
    forged.files["data/rows.csv"] = forged.files["data/rows.csv"].rstrip(b"\r\n").rpartition(b"\r\n")[0] + b"\r\n"


def add_a_csv_line(forged: Forged) -> None:
    forged.files["data/rows.csv"] += b'"999"\r\n'


def change_an_event(forged: Forged) -> None:
    lines, at = forged.lines("log.txt"), forged.find("log.txt", b"prompt.submit")
    lines[at] = canonical(json.loads(lines[at]) | {"type": "note.add"})
    forged.put("log.txt", lines)
    forged.change_row(b"prompt.submit", kind="note.add")
    forged.files["data/rows.csv"] = forged.files["data/rows.csv"].replace(b'"prompt.submit"', b'"note.add"', 1)


def swap_a_hash(forged: Forged) -> None:
    lines, at = forged.lines("log.txt"), forged.find("log.txt", b"~")
    lines[at] = lines[at][:3] + b"A" * 42 + b"E="
    forged.put("log.txt", lines)


def cut_the_run(forged: Forged) -> None:
    forged.put("log.txt", forged.lines("log.txt")[:-1])


def change_a_place(forged: Forged) -> None:
    lines, at = forged.lines("disclosures.jsonl"), forged.find("disclosures.jsonl", b'"discord"')
    told = json.loads(lines[at]) | {"d": disclose("discord", {"interaction": "1", "channel": "23", "guild": "9"})}
    lines[at] = json.dumps(told).encode()
    forged.put("disclosures.jsonl", lines)


def move_an_identity(forged: Forged) -> None:
    lines = forged.lines("disclosures.jsonl")
    first, second = [i for i, line in enumerate(lines) if b'"identity"' in line][:2]
    one, two = json.loads(lines[first]), json.loads(lines[second])
    one["d"], two["d"] = two["d"], one["d"]
    lines[first], lines[second] = json.dumps(one).encode(), json.dumps(two).encode()
    forged.put("disclosures.jsonl", lines)


def another_server(forged: Forged) -> None:
    forged.about = forged.about | {"guild": "8"}


def other_counts(forged: Forged) -> None:
    about = forged.about
    about["kinds"]["gen.refused"] = 12
    forged.about = about


def fewer_rows(forged: Forged) -> None:
    forged.about = forged.about | {"rows": 1}


def narrower_times(forged: Forged) -> None:
    forged.about = forged.about | {"filters": {"since": "2999-01-01T00:00:00.000Z"}}


def one_member_only(forged: Forged) -> None:
    forged.about = forged.about | {"filters": {"member": "1001"}}


def one_channel_only(forged: Forged) -> None:
    forged.about = forged.about | {"filters": {"channel": "23"}}


def an_unknown_filter(forged: Forged) -> None:
    forged.about = forged.about | {"filters": {"mood": "bad"}}


def another_format(forged: Forged) -> None:
    forged.about = forged.about | {"format": "colophon-bundle/1"}


def a_picture(forged: Forged) -> None:
    forged.files["data/blobs/00"] = b"PNG"


def no_checkpoint(forged: Forged) -> None:
    del forged.files[f"data/checkpoints/{forged.about['size']}.note"]


def foreign_checkpoint(forged: Forged) -> None:
    key = SigningKey(forged.about["origin"], b"f" * 32)
    size = forged.about["size"]
    text = f"{forged.about['origin']}\n{size}\n{b64encode(b'r' * 32).decode()}\n"
    forged.files[f"data/checkpoints/{size}.note"] = key.sign(text).encode()


CHANGES: tuple[tuple[Change, str], ...] = (
    (change_a_row, "row"),
    (change_an_actor, "row"),
    (change_an_owner, "row"),
    (change_an_owner_everywhere, "row"),
    (change_a_channel, "row"),
    (hide_a_field, "row"),
    (a_number_as_text, "row"),
    (drop_a_row, "row"),
    (drop_a_row_and_its_event, "moderation-json"),
    (double_a_row, "row"),
    (swap_rows, "row"),
    (invent_a_row, "row"),
    (more_columns, "row"),
    (change_a_cell, "csv"),
    (let_a_cell_run, "csv"),
    (drop_a_csv_line, "csv"),
    (add_a_csv_line, "csv"),
    (change_an_event, "leaf-changed"),
    (swap_a_hash, "leaf-changed"),
    (cut_the_run, "size"),
    (change_a_place, "disclosure"),
    (move_an_identity, "disclosure"),
    (another_server, "row"),
    (other_counts, "moderation-json"),
    (fewer_rows, "moderation-json"),
    (narrower_times, "row"),
    (one_member_only, "row"),
    (one_channel_only, "row"),
    (an_unknown_filter, "moderation-json"),
    (another_format, "moderation-json"),
    (a_picture, "file-kind"),
    (no_checkpoint, "checkpoint"),
    (foreign_checkpoint, "checkpoint"),
)
"""What a forger who owns the true key may try, and the check that names it."""


@pytest.mark.parametrize(("change", "code"), CHANGES)
def test_a_change_by_the_owner_of_the_key_is_named(case: Case, change: Change, code: str) -> None:
    forged = case.forge()
    change(forged)
    report = case.check(forged)
    assert (report.verdict, report.code) == (Verdict.REFUSED, code)
    for language in ("en-US", "zh-CN"):
        assert f"[{code}]" in render_report(report, language)


def test_words_that_nobody_was_to_read_are_named(read: Case) -> None:
    forged = read.forge()
    forged.about = forged.about | {"fields": "seen"}
    report = read.check(forged)
    assert (report.code, "nothing is read" in report.checks[-1].params["why"]) == ("row", True)


def test_replaced_words_are_named(read: Case) -> None:
    forged = read.forge()
    text = disclose("prompt", "a better boat")
    lines, at = forged.lines("disclosures.jsonl"), forged.find("disclosures.jsonl", b'"prompt"')
    lines[at] = json.dumps(json.loads(lines[at]) | {"d": text}).encode()
    forged.put("disclosures.jsonl", lines)
    assert read.check(forged).code == "disclosure"
    log, row = forged.lines("log.txt"), forged.find("log.txt", b"prompt.submit")
    leaf = json.loads(log[row])
    log[row] = canonical(leaf | {"fields": leaf["fields"] | {"prompt": digest(text)}})
    forged.put("log.txt", log)
    forged.change_row(b"prompt.submit", fields=json.loads(forged.lines("rows.jsonl")[row])["fields"])
    assert read.check(forged).verdict is Verdict.REFUSED


@pytest.mark.parametrize(
    "name", ["data/rows.jsonl", "data/rows.csv", "data/rows.parquet", "data/moderation.json", "moderation.note"]
)
def test_a_changed_file_with_a_stale_list_is_named(case: Case, name: str) -> None:
    forged = case.forge()
    forged.files[name] = forged.files[name][:-1] + b"~"
    report = verify_moderation(forged.zip_as_is(case.export.with_name("stale.zip")), vkeys=(case.vkey,))
    assert (report.code, report.checks[-1].params["file"]) == ("bag-file", name)


def test_a_list_that_was_mended_but_not_signed_is_named(case: Case) -> None:
    forged = case.forge()
    change_a_cell(forged)
    note = forged.files["moderation.note"]
    forged.pack(case.export.with_name("mended.zip"), case.key)
    forged.files["moderation.note"] = note
    forged.files["tagmanifest-sha256.txt"] = listing({name: forged.files[name] for name in TAGS})
    report = verify_moderation(forged.zip_as_is(case.export.with_name("mended.zip")), vkeys=(case.vkey,))
    assert report.code == "moderation-note"


def test_a_list_signed_by_somebody_else_is_named(case: Case) -> None:
    forged = case.forge()
    stranger = SigningKey(forged.about["origin"], b"s" * 32)
    path = forged.pack(case.export.with_name("foreign.zip"), stranger)
    assert verify_moderation(path, vkeys=(case.vkey,)).code == "moderation-note"


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_a_flipped_bit_in_a_signed_export_is_refused_or_harmless(read: Case, data: st.DataObject) -> None:
    clean = verify_moderation(read.export, vkeys=(read.vkey,))
    forged = read.forge()
    names = sorted(name for name in forged.files if name.startswith("data/"))
    name = data.draw(st.sampled_from([n for n in names if not n.endswith(("README.txt", ".parquet"))]))
    raw = bytearray(forged.files[name])
    at = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[at // 8] ^= 1 << at % 8
    forged.files[name] = bytes(raw)
    try:
        report = read.check(forged)
    except (ValueError, KeyError):  # moderation.json broke under the forger's own hands
        return
    # The export's own name is bound by nothing inside it; the record of the export is what holds it.
    facts = {**report.facts, "export": clean.facts["export"]}
    assert report.verdict is Verdict.REFUSED or facts == clean.facts
