"""One list of sound and forged bundles, each with the code that every verifier has to give."""

import asyncio
import hashlib
import random
import struct
import warnings
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from storage.clock import now_ms
from storage.evidence import sealing
from storage.evidence.keys import load_signing_key
from storage.evidence.notes import SigningKey
from storage.evidence.rotation import rotate
from storage.evidence.timestamps import Authority, Stamper, stamp
from storage.store import StorageConfig, open_store
from tests.storage.evidence.authority import LocalAuthority
from tests.storage.evidence.forging import Forged, checkpoint
from tests.storage.evidence.test_bundle import CHANGES, Case, Change, build, export, replace_text, work
from tests.storage.test_drafts import make, submit

SOUND = ""
"""The code of what nothing refuses."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Sound bundles of every sort, and two of a log whose clock was wrong."""

    folder: Path
    alone: Case
    among: Case
    rotated: Case
    stamped: Case
    ahead: Case
    behind: Case
    receipt: bytes
    """A receipt of an early event of `stamped`."""
    strange_token: bytes
    """A time stamp on something else."""
    retired: SigningKey
    """The first key of `rotated`."""

    @classmethod
    def make(cls, folder: Path) -> "Shelf":
        """Make all of them."""
        places = {name: folder / name for name in ("alone", "among", "rotated", "stamped", "ahead", "behind")}
        for place in places.values():
            place.mkdir()
        authority = LocalAuthority.make(folder / "authority")
        rotated, retired = asyncio.run(_build_rotated(places["rotated"]))
        stamped, receipt = asyncio.run(_build_stamped(places["stamped"], authority))
        return cls(
            folder,
            asyncio.run(build(places["alone"], with_another=False)),
            asyncio.run(build(places["among"], with_another=True)),
            rotated,
            stamped,
            asyncio.run(_build_wrong(places["ahead"], authority, timedelta(hours=1))),
            asyncio.run(_build_wrong(places["behind"], authority, timedelta(hours=-1))),
            receipt,
            asyncio.run(stamp(b"another note", Authority("local", ""), authority.post))[0],
            retired,
        )

    def place(self, name: str = "tried.zip") -> Path:
        """Return a place for a forged bundle; the one before it goes."""
        return self.folder / name


async def _build_rotated(folder: Path) -> tuple[Case, SigningKey]:
    config = StorageConfig(folder / "data")
    store = await open_store(config, init=True)
    ann = await store.members.meet("discord", "1001", "Ann")
    project, _ = await store.projects.open(ann, "Boats", guild_id=None)
    first, retired = store.ledger.vkey, load_signing_key(config.keys_dir / "log.key", config.origin, create=False)
    await rotate(store.ledger, config.keys_dir)
    await submit(store, ann, project)
    await store.close()
    store = await open_store(config)
    exported = await export(store, [project], folder / "bundle.zip")
    await store.close()
    key = load_signing_key(config.keys_dir / "log.key", config.origin, create=False)
    return Case(exported.path, exported, first, key, config), retired


async def _build_stamped(folder: Path, authority: LocalAuthority) -> tuple[Case, bytes]:
    """Export twice: the second bundle holds the log's record of the first one's stamp, too."""
    config = StorageConfig(folder / "data")
    store = await open_store(config, init=True)
    named = Authority("local", "http://tsa.example", authority.roots)
    store.exporter._stamper = Stamper(store.database, store.ledger, [named], send=authority.post)
    ann = await store.members.meet("discord", "1001", "Ann")
    project, _ = await store.projects.open(ann, "Boats", guild_id=None)
    submitted = await submit(store, ann, project)
    await make(store, submitted)
    receipt = (await store.ledger.receipt_proof(submitted.receipt.seq)).encode()
    await export(store, [project], folder / "first.zip")
    await work(store, ann, project)
    exported = await export(store, [project], folder / "bundle.zip")
    vkey = store.ledger.vkey
    await store.close()
    key = load_signing_key(config.keys_dir / "log.key", config.origin, create=False)
    return Case(exported.path, exported, vkey, key, config), receipt


async def _build_wrong(folder: Path, authority: LocalAuthority, ahead: timedelta) -> Case:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "now_ms", lambda: now_ms() + int(ahead.total_seconds() * 1000))
        case, _ = await _build_stamped(folder, authority)
        return case


@dataclass(frozen=True, slots=True)
class Brought:
    """What a verifier is given."""

    path: Path
    vkeys: tuple[str, ...]
    anchors: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """What is brought, and the code that refuses it."""

    name: str
    bring: Callable[[Shelf], Brought]
    code: str
    by_stamp: bool = False
    """Whether only a verifier that reads time stamps can know."""


# --- bundles that are sound, and what is brought with them -------------------------------------


def sound(name: str, *, keys: bool = True) -> Trial:
    def bring(shelf: Shelf) -> Brought:
        case: Case = getattr(shelf, name)
        return Brought(case.bundle, (case.vkey,) if keys else ())

    return Trial(f"sound-{name}" if keys else f"sound-{name}-without-a-key", bring, SOUND)


def other_key(name: str, code: str, line: Callable[[Case], str]) -> Trial:
    return Trial(f"key-{name}", lambda shelf: Brought(shelf.alone.bundle, (line(shelf.alone),)), code)


def stranger(case: Case) -> str:
    return SigningKey(case.vkey.partition("+")[0], b"s" * 32).verifier.encode()


def anchored(name: str, code: str, anchor: Callable[[Shelf], bytes]) -> Trial:
    def bring(shelf: Shelf) -> Brought:
        return Brought(shelf.stamped.bundle, (shelf.stamped.vkey,), (anchor(shelf),))

    return Trial(f"anchor-{name}", bring, code)


def foreign_anchor(shelf: Shelf) -> bytes:
    return checkpoint(SigningKey("other.example/log1", b"o" * 32), 3, b"r" * 32).encode()


def false_anchor(shelf: Shelf) -> bytes:
    return checkpoint(SigningKey(shelf.stamped.config.origin, b"o" * 32), 3, b"r" * 32).encode()


def rewritten_anchor(shelf: Shelf) -> bytes:
    return checkpoint(shelf.stamped.key, 3, b"r" * 32).encode()


def newer_anchor(shelf: Shelf) -> bytes:
    return checkpoint(shelf.stamped.key, 10_000, b"r" * 32).encode()


def rewritten(anchors: bool) -> Callable[[Shelf], Brought]:
    def bring(shelf: Shelf) -> Brought:
        case, forged = shelf.alone, shelf.alone.forge()
        held = forged.files[f"data/checkpoints/{forged.about['size']}.note"]
        replace_text(forged)
        forged.sign_history(case.key)
        return Brought(forged.pack(shelf.place(), case.key), (case.vkey,), (held,) if anchors else ())

    return bring


# --- forged by the owner of the true key --------------------------------------------------------


def forged(change: Change, code: str, *, of: str = "alone", by_stamp: bool = False) -> Trial:
    def bring(shelf: Shelf) -> Brought:
        case: Case = getattr(shelf, of)
        taken = case.forge()
        change(taken)
        return Brought(taken.pack(shelf.place(), case.key), (case.vkey,))

    return Trial(change.__name__, bring, code, by_stamp)


def replace_hidden_stretch(taken: Forged) -> None:
    lines = taken.lines
    at = next(i for i, line in enumerate(lines) if line.startswith(b"~"))
    lines[at] = lines[at][:3] + b"A" * 42 + b"E="
    taken.lines = lines


def misplace_hidden_stretch(taken: Forged) -> None:
    lines = taken.lines
    at = next(i for i, line in enumerate(lines) if line.startswith(b"~"))
    lines[at] = b"~9" + lines[at][2:]
    taken.lines = [*lines[:1], *lines[at:]]


def stray_bits_in_a_hash(taken: Forged) -> None:
    lines = taken.lines
    at = next(i for i, line in enumerate(lines) if line.startswith(b"~"))
    lines[at] = lines[at][:-2] + b"B="
    taken.lines = lines


def no_newline_at_the_end(taken: Forged) -> None:
    taken.files["data/disclosures.jsonl"] = taken.files["data/disclosures.jsonl"][:-1]


def disclosure_with_a_float(taken: Forged) -> None:
    data = taken.files["data/disclosures.jsonl"]
    taken.files["data/disclosures.jsonl"] = data.replace(b'"seq": 0,', b'"seq": 0.0,', 1)


def disclosure_with_a_twin(taken: Forged) -> None:
    data = taken.files["data/disclosures.jsonl"]
    taken.files["data/disclosures.jsonl"] = data.replace(b'{"seq": 0,', b'{"seq": 0, "s\\u0065q": 0,', 1)


def disclosure_twice(taken: Forged) -> None:
    rows = taken.disclosures
    taken.disclosures = [rows[0], *rows]


def stray_bits_in_a_disclosure(taken: Forged) -> None:
    at = taken.find("prompt.submit")
    text = "WyJhYWFhYWFhYWFhYWFhYWFhYWFhYWFhIiwicHJvbXB0IiwieCJdCh"
    leaf = taken.leaf(at)
    digest = b64encode(hashlib.sha256(text.encode()).digest(), b"-_").decode().rstrip("=")
    leaf["fields"]["prompt"] = digest
    taken.put_leaf(at, leaf)
    place = (leaf["seq"], "prompt")
    taken.disclosures = [r | {"d": text} if (r["seq"], r["field"]) == place else r for r in taken.disclosures]


def note_with_a_control_character(taken: Forged) -> None:
    name = f"data/checkpoints/{taken.about['size']}.note"
    taken.files[name] = taken.files[name].replace(b"\n", b"\r\n")


def key_with_another_id(taken: Forged) -> None:
    name, _, payload = taken.files["data/keys/log.vkey"].partition(b"+")
    taken.files["data/keys/log.vkey"] = name + b"+00000000" + payload[8:]


def drop_hand_over(taken: Forged) -> None:
    del taken.files[next(name for name in taken.files if "rotation-" in name)]


def hand_over_to_another(taken: Forged) -> None:
    name = next(name for name in taken.files if "rotation-" in name)
    taken.files[name] = taken.files[name].replace(b"colophon-rotation/1\n", b"colophon-rotation/2\n", 1)


def token_cut_off(taken: Forged) -> None:
    name = next(name for name in taken.files if name.endswith(".tsr"))
    taken.files[name] = taken.files[name][:-9]


def token_without_a_checkpoint(taken: Forged) -> None:
    name = next(name for name in taken.files if name.endswith(".tsr"))
    taken.files["data/checkpoints/1-local.tsr"] = taken.files[name]


def token_that_was_not_granted(taken: Forged) -> None:
    name = next(name for name in taken.files if name.endswith(".tsr"))
    taken.files[name] = bytes.fromhex("30053003020102")


def token_of_another_note(shelf: Shelf) -> Brought:
    case, taken = shelf.stamped, shelf.stamped.forge()
    name = next(name for name in taken.files if name.endswith(".tsr"))
    taken.files[name] = shelf.strange_token
    return Brought(taken.pack(shelf.place(), case.key), (case.vkey,))


def retired_key_signs_on(shelf: Shelf) -> Brought:
    case, taken = shelf.rotated, shelf.rotated.forge()
    return Brought(taken.pack(shelf.place(), shelf.retired), (case.vkey,))


NOT_EVENTS: tuple[bytes, ...] = (
    b"",
    b"~",
    b"~0",
    b"~53 " + b"A" * 43 + b"=",
    b"null",
    b"[]",
    b"{}",
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b'{"v":1}',
)


def not_an_event(line: bytes) -> Trial:
    def change(taken: Forged) -> None:
        lines = taken.lines
        lines[taken.find("prompt.submit")] = line
        taken.lines = lines

    change.__name__ = f"line-{line[:12]!r}"
    return forged(change, "log-line")


LEAF_CHANGES: tuple[tuple[bytes, bytes], ...] = (
    (b'"v":1', b'"v":1.0'),
    (b'"v":1', b'"v":true'),
    (b'"v":1', b'"v":1,"w":1'),
    (b'"refs":[', b'"refs":[1.5,'),
    (b'"refs":[', b'"refs":[null,'),
    (b'"project":"', b'"project":"\\u0070'),
    (b'"pprev":"', b'"pprev":"\\ud800'),
    (b'"pseq":', b'"pseq":-'),
    (b'"type":"prompt.submit"', b'"type":"prompt"'),
    (b'"actor":"u_', b'"actor":"U_'),
)


def odd_leaf(old: bytes, new: bytes) -> Trial:
    def change(taken: Forged) -> None:
        lines, at = taken.lines, taken.find("prompt.submit")
        assert old in lines[at]
        lines[at] = lines[at].replace(old, new, 1)
        taken.lines = lines

    change.__name__ = f"leaf-{new.decode()}"
    return forged(change, "log-line")


# --- zips ---------------------------------------------------------------------------------------


def zipped(change: Callable[[Forged, Path], Path], code: str) -> Trial:
    def bring(shelf: Shelf) -> Brought:
        return Brought(change(shelf.alone.forge(), shelf.place()), (shelf.alone.vkey,))

    return Trial(change.__name__, bring, code)


def stale(name: str) -> Trial:
    def change(taken: Forged, path: Path) -> Path:
        found = next(each for each in taken.files if each.startswith(name))
        taken.files[found] = taken.files[found][:-1] + b"~"
        return taken.zip_as_is(path)

    change.__name__ = f"stale-{name}"
    return zipped(change, "bag-file")


def climbing(name: str) -> Trial:
    def change(taken: Forged, path: Path) -> Path:
        taken.files[name] = b"x"
        return taken.zip_as_is(path)

    change.__name__ = f"path-{name}"
    return zipped(change, "archive")


def unlisted(taken: Forged, path: Path) -> Path:
    taken.files["data/views/dossier.html"] = b"<p>"
    return taken.zip_as_is(path)


def listed_and_missing(taken: Forged, path: Path) -> Path:
    del taken.files["data/README.txt"]
    return taken.zip_as_is(path)


def without_the_log(taken: Forged, path: Path) -> Path:
    del taken.files["data/log.txt"]
    return taken.zip_as_is(path)


def manifest_of_another_form(taken: Forged, path: Path) -> Path:
    taken.files["manifest-sha256.txt"] += b"and more\n"
    return taken.zip_as_is(path)


def declaration_not_in_utf8(taken: Forged, path: Path) -> Path:
    taken.files["bagit.txt"] = b"\xff"
    return taken.zip_as_is(path)


def twins(taken: Forged, path: Path) -> Path:
    taken.zip_as_is(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(archive.namelist()[0], b"again")
    return path


def two_tops(taken: Forged, path: Path) -> Path:
    taken.zip_as_is(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("another/bagit.txt", b"x")
    return path


def a_link(taken: Forged, path: Path) -> Path:
    taken.zip_as_is(path)
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo(f"{taken.top}/data/README2.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, b"/etc/passwd")
    return path


def encrypted(taken: Forged, path: Path) -> Path:
    data = bytearray(taken.zip_as_is(path).read_bytes())
    data[data.find(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    return path


def junk(_: Forged, path: Path) -> Path:
    path.write_bytes(random.Random(1).randbytes(2000))
    return path


def nothing(_: Forged, path: Path) -> Path:
    path.write_bytes(b"")
    return path


def half_of_it(taken: Forged, path: Path) -> Path:
    data = taken.zip_as_is(path).read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def in_entry(offset: int, form: str, value: int) -> Callable[[Forged, Path], Path]:
    """Return what puts a number into the list's entry of the first file."""

    def change(taken: Forged, path: Path) -> Path:
        data = bytearray(taken.zip_as_is(path).read_bytes())
        struct.pack_into(form, data, data.find(b"PK\1\2") + offset, value)
        path.write_bytes(data)
        return path

    return change


def crc_of_another_file(taken: Forged, path: Path) -> Path:
    return in_entry(16, "<L", 0)(taken, path)


def unknown_compression(taken: Forged, path: Path) -> Path:
    return in_entry(10, "<H", 99)(taken, path)


def later_version_of_zip(taken: Forged, path: Path) -> Path:
    return in_entry(6, "<B", 99)(taken, path)


def header_elsewhere(taken: Forged, path: Path) -> Path:
    return in_entry(42, "<L", 7)(taken, path)


def with_a_comment(taken: Forged, path: Path) -> Path:
    taken.zip_as_is(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"made for the test " * 100
    return path


def behind_something_else(taken: Forged, path: Path) -> Path:
    path.write_bytes(b"#!/bin/sh\nexit 1\n" + taken.zip_as_is(path).read_bytes())
    return path


def with_folders(taken: Forged, path: Path) -> Path:
    taken.zip_as_is(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(f"{taken.top}/data/", b"")
    return path


def with_zip64(taken: Forged, path: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile, "ZIP64_LIMIT", 100)
        return taken.zip_as_is(path)


def repacked_deflated(taken: Forged, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in taken.files.items():
            archive.writestr(f"{taken.top}/{name}", data)
    return path


def trials() -> Iterator[Trial]:
    """Yield all of them."""
    yield from (sound(name) for name in ("alone", "among", "rotated", "stamped"))
    yield sound("alone", keys=False)
    yield other_key("of-another-log", "key", lambda case: "x.example/log1+" + case.vkey.partition("+")[2])
    yield other_key("of-a-stranger", "key-foreign", stranger)
    yield other_key("unreadable", "key", lambda _: "not a key")
    yield anchored("receipt", SOUND, lambda shelf: shelf.receipt)
    yield anchored("of-another-log", "anchor", foreign_anchor)
    yield anchored("with-a-false-signature", "anchor", false_anchor)
    yield anchored("of-another-history", "anchor", rewritten_anchor)
    yield anchored("newer", "anchor", newer_anchor)
    yield anchored("no-checkpoint", "anchor", lambda _: b"hello\n")
    yield Trial("rewritten-history", rewritten(anchors=False), SOUND)
    yield Trial("rewritten-history-with-an-anchor", rewritten(anchors=True), "anchor")
    yield from (forged(change, code) for change, code in CHANGES)
    yield forged(replace_hidden_stretch, "leaf-changed", of="among")
    yield forged(misplace_hidden_stretch, "log-line", of="among")
    yield forged(stray_bits_in_a_hash, "log-line", of="among")
    yield forged(no_newline_at_the_end, "bag-form")
    yield forged(disclosure_with_a_float, "bag-form")
    yield forged(disclosure_with_a_twin, "bag-form")
    yield forged(disclosure_twice, "disclosure")
    yield forged(stray_bits_in_a_disclosure, "disclosure")
    yield forged(note_with_a_control_character, "checkpoint")
    yield forged(key_with_another_id, "key")
    yield forged(drop_hand_over, "key", of="rotated")
    yield forged(hand_over_to_another, "key", of="rotated")
    yield Trial("retired-key-signs-on", retired_key_signs_on, "bundle-note")
    yield forged(token_cut_off, "time", of="stamped", by_stamp=True)
    yield forged(token_without_a_checkpoint, "time", of="stamped", by_stamp=True)
    yield forged(token_that_was_not_granted, "time", of="stamped", by_stamp=True)
    yield Trial("token-of-another-note", token_of_another_note, "time", by_stamp=True)
    for name in ("ahead", "behind"):
        yield Trial(f"clock-{name}", sound(name).bring, "time", by_stamp=True)
    yield from (not_an_event(line) for line in NOT_EVENTS)
    yield from (odd_leaf(old, new) for old, new in LEAF_CHANGES)
    yield from (stale(name) for name in ("data/log.txt", "data/blobs/", "data/disclosures.jsonl", "bundle.note"))
    yield from (climbing(name) for name in ("../evil", "/evil", "data/../../evil", "a\\b", "data/é"))
    yield zipped(unlisted, "bag-listing")
    yield zipped(listed_and_missing, "bag-listing")
    yield zipped(without_the_log, "bag-incomplete")
    yield zipped(manifest_of_another_form, "bag-form")
    yield zipped(declaration_not_in_utf8, "bag-form")
    for broken in (twins, two_tops, a_link, encrypted, junk, nothing, half_of_it, later_version_of_zip):
        yield zipped(broken, "archive")
    for broken in (crc_of_another_file, unknown_compression, header_elsewhere):
        yield zipped(broken, "bag-file")
    for whole in (with_a_comment, behind_something_else, with_folders, with_zip64, repacked_deflated):
        yield zipped(whole, SOUND)


TRIALS = tuple(trials())


def trial(name: str) -> Trial:
    """Return one of them."""
    return next(found for found in TRIALS if found.name == name)


def flipped(case: Case, seed: int, target: Path) -> Path:
    """Write a bundle with one bit flipped, anywhere."""
    data, chance = bytearray(case.bundle.read_bytes()), random.Random(seed)
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    target.write_bytes(data)
    return target


def flipped_and_signed(case: Case, seed: int, target: Path) -> Path | None:
    """Write a bundle with one bit of its payload flipped and every checksum mended, where the forger still can."""
    taken, chance = case.forge(), random.Random(seed)
    names = sorted(n for n in taken.files if n.startswith("data/") and "views" not in n and n != "data/README.txt")
    name = chance.choice(names)
    data = bytearray(taken.files[name])
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    taken.files[name] = bytes(data)
    try:
        return taken.pack(target, case.key)
    except (ValueError, KeyError):
        return None
