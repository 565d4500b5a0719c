"""What three readers of zips, JSON, base64 and notes could read in three ways, and the code that all have to give.

The list of tamperings is of what a forger would do; this one is of odd forms of what is true, and of sound bundles.
"""

import hashlib
import random
import struct
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.evidence.notes import SigningKey
from storage.evidence.verify import Trust
from tests.storage.evidence.cases import Case
from tests.storage.evidence.forgeries.scene import Scene, trusting
from tests.storage.evidence.forgeries.section import Brought
from tests.storage.evidence.forging import Forged, checkpoint
from tests.storage.evidence.tamperings import replace_text

SOUND = ""
"""The code of what nothing refuses."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is brought, and the code that refuses it."""

    name: str
    bring: Callable[[Scene], Brought]
    code: str
    by_stamp: bool = False
    """Whether only a verifier that reads time stamps can know."""

    def __str__(self) -> str:
        return self.name


# --- bundles that are sound, and what is brought with them -------------------------------------


def case_of(scene: Scene, name: str) -> Case:
    """Return one of the honest bundles."""
    return scene.rotated.case if name == "rotated" else getattr(scene, name)


def sound(name: str, *, keys: bool = True) -> Trial:
    def bring(scene: Scene) -> Brought:
        case = case_of(scene, name)
        return Brought(case.bundle, "", trusting(case) if keys else Trust())

    return Trial(f"sound-{name}" if keys else f"sound-{name}-without-a-key", bring, SOUND)


def other_key(name: str, code: str, line: Callable[[Case], str]) -> Trial:
    def bring(scene: Scene) -> Brought:
        return Brought(scene.alone.bundle, "", Trust(vkeys=(line(scene.alone),)))

    return Trial(f"key-{name}", bring, code)


def anchored(name: str, code: str, anchor: Callable[[Case], bytes]) -> Trial:
    def bring(scene: Scene) -> Brought:
        return Brought(scene.alone.bundle, "", trusting(scene.alone, anchors=(anchor(scene.alone),)))

    return Trial(f"anchor-{name}", bring, code)


def stranger(case: Case) -> SigningKey:
    return SigningKey(case.config.origin, b"s" * 32)


def history_rewritten(scene: Scene) -> Brought:
    """Sign another history with the true key: without an anchor nobody can tell."""
    forged = scene.alone.forge()
    replace_text(forged)
    forged.sign_history(scene.alone.key)
    return scene.packed(forged, scene.alone, "")


# --- odd forms, by the owner of the true key -----------------------------------------------------


def forged(change: Callable[[Forged], None], code: str, *, of: str = "alone", by_stamp: bool = False) -> Trial:
    def bring(scene: Scene) -> Brought:
        case = case_of(scene, of)
        taken = case.forge()
        change(taken)
        return scene.packed(taken, case, "")

    return Trial(change.__name__, bring, code, by_stamp)


def _hidden(taken: Forged) -> int:
    return next(at for at, line in enumerate(taken.lines) if line.startswith(b"~"))


def misplace_hidden_stretch(taken: Forged) -> None:
    lines, at = taken.lines, _hidden(taken)
    taken.lines = [lines[0], b"~9" + lines[at][2:], *lines[at + 1 :]]


def stray_bits_in_a_hash(taken: Forged) -> None:
    lines, at = taken.lines, _hidden(taken)
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
    def bring(scene: Scene) -> Brought:
        return Brought(change(scene.alone.forge(), scene.place()), "", trusting(scene.alone))

    return Trial(change.__name__, bring, code)


def climbing(name: str) -> Trial:
    def change(taken: Forged, path: Path) -> Path:
        taken.files[name] = b"x"
        return taken.zip_as_is(path)

    change.__name__ = f"path-{name}"
    return zipped(change, "archive")


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


def two_tops(taken: Forged, path: Path) -> Path:
    taken.zip_as_is(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("another/bagit.txt", b"x")
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


def entry_without_a_name(taken: Forged, path: Path) -> Path:
    return in_entry(46, "<B", 0)(taken, path)


def header_with_a_name_not_in_utf8(taken: Forged, path: Path) -> Path:
    data = bytearray(taken.zip_as_is(path).read_bytes())
    name = data.find(b"/data/log.txt")
    data[data.rfind(b"PK\3\4", 0, name) + 7] |= 8
    data[name + 1] = 0xFF
    path.write_bytes(data)
    return path


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
    yield Trial("history-rewritten", history_rewritten, SOUND)
    yield other_key("of-another-log", "key", lambda case: "x.example/log1+" + case.vkey.partition("+")[2])
    yield other_key("of-a-stranger", "key-foreign", lambda case: stranger(case).verifier.encode())
    yield other_key("unreadable", "key", lambda _: "not a key")
    yield anchored("receipt", SOUND, lambda case: case.receipt)
    yield anchored("of-another-log", "anchor", lambda _: _anchor(SigningKey("other.example/log1", b"o" * 32), 3))
    yield anchored("with-a-false-signature", "anchor", lambda case: _anchor(stranger(case), 3))
    yield anchored("of-another-history", "anchor", lambda case: _anchor(case.key, 3))
    yield anchored("newer", "anchor", lambda case: _anchor(case.key, 10_000))
    yield anchored("no-checkpoint", "anchor", lambda _: b"hello\n")
    yield forged(misplace_hidden_stretch, "log-line", of="among")
    yield forged(stray_bits_in_a_hash, "log-line", of="among")
    yield forged(no_newline_at_the_end, "bag-form")
    yield forged(disclosure_with_a_float, "bag-form")
    yield forged(disclosure_with_a_twin, "bag-form")
    yield forged(stray_bits_in_a_disclosure, "disclosure")
    yield forged(note_with_a_control_character, "checkpoint")
    yield forged(key_with_another_id, "key")
    yield forged(hand_over_to_another, "key", of="rotated")
    yield forged(token_cut_off, "time", of="stamped", by_stamp=True)
    yield forged(token_without_a_checkpoint, "time", of="stamped", by_stamp=True)
    yield forged(token_that_was_not_granted, "time", of="stamped", by_stamp=True)
    yield from (not_an_event(line) for line in NOT_EVENTS)
    yield from (odd_leaf(old, new) for old, new in LEAF_CHANGES)
    yield from (climbing(name) for name in ("../evil", "/evil", "a\\b", "data/é", "data//log.txt"))
    yield zipped(listed_and_missing, "bag-listing")
    yield zipped(without_the_log, "bag-incomplete")
    yield zipped(manifest_of_another_form, "bag-form")
    yield zipped(declaration_not_in_utf8, "bag-form")
    for broken in (two_tops, encrypted, junk, nothing, half_of_it, later_version_of_zip, entry_without_a_name):
        yield zipped(broken, "archive")
    for broken in (crc_of_another_file, unknown_compression, header_elsewhere, header_with_a_name_not_in_utf8):
        yield zipped(broken, "bag-file")
    for whole in (with_a_comment, behind_something_else, with_folders, with_zip64, repacked_deflated):
        yield zipped(whole, SOUND)


def _anchor(key: SigningKey, size: int) -> bytes:
    return checkpoint(key, size, b"r" * 32).encode()


TRIALS = tuple(trials())


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
