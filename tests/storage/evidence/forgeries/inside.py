"""Changes inside a bundle by the owner of the log's key, who mends every checksum and signs the files anew."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from storage.evidence.commitments import b64url, digest
from storage.evidence.notes import SigningKey
from storage.evidence.verify import Trust
from tests.storage.evidence.forgeries.scene import Scene
from tests.storage.evidence.forgeries.section import Brought, Section, Who
from tests.storage.evidence.forging import Forged, checkpoint

SECTION = Section("Inside, by the owner of the log's key", Who.OWNER)
CHANGES: list[tuple["Change", str]] = []
"""Of a bundle that hides nothing: the change, and the code of the check that names it."""

Change = Callable[[Forged], str]
"""Changes a bundle, and returns what a report has to name."""


def change(name: str, code: str) -> Callable[[Change], Change]:
    """Enter a change of the bundle that hides nothing."""

    def entered(do: Change) -> Change:
        def make(scene: Scene) -> Brought:
            forged = scene.alone.forge()
            names = do(forged)
            return scene.packed(forged, scene.alone, names)

        CHANGES.append((do, code))
        SECTION.enter(name, code)(make)
        return do

    return entered


@change("An event is left out of the log", "log-line")
def drop_event(forged: Forged) -> str:
    lines, at = forged.lines, forged.find("draft.select")
    seq = forged.leaf(at)["seq"]
    del lines[at]
    forged.lines = lines
    return f"at event {seq}"


@change("An event is left out, and its words with it", "log-line")
def drop_event_with_its_words(forged: Forged) -> str:
    seq = forged.leaf(forged.find("draft.select"))["seq"]
    named = drop_event(forged)
    forged.disclosures = [row for row in forged.disclosures if row["seq"] != seq]
    return named


@change("An event is left out, and all after it are numbered and chained anew", "leaf-changed")
def drop_event_and_renumber(forged: Forged) -> str:
    at = forged.find("draft.select")
    return _retold(forged, [leaf for leaf in _leaves(forged) if leaf["seq"] != at], at)


def _leaves(forged: Forged) -> list[dict[str, Any]]:
    return [forged.leaf(at) for at in range(forged.about["size"])]


def _retold(forged: Forged, leaves: list[dict[str, Any]], at: int) -> str:
    """Tell another history from an event on, under the checkpoints of the true one: others have them."""
    about, notes = forged.files["data/bundle.json"], _checkpoints(forged)
    forged.retell(leaves, SigningKey(forged.about["origin"], b"f" * 32))
    forged.files = {name: data for name, data in forged.files.items() if "checkpoints" not in name}
    forged.files |= notes | {"data/bundle.json": about}
    return f"The events up to {min(size for name in notes if (size := int(Path(name).stem)) > at)}"


def _checkpoints(forged: Forged) -> dict[str, bytes]:
    return {name: data for name, data in forged.files.items() if name.startswith("data/checkpoints/")}


@change("Two events change places", "log-line")
def swap_events(forged: Forged) -> str:
    lines, at = forged.lines, forged.find("prompt.submit")
    seq = forged.leaf(at)["seq"]
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    forged.lines = lines
    return f"at event {seq}"


@change("An event is put in twice", "log-line")
def insert_event(forged: Forged) -> str:
    lines, at = forged.lines, forged.find("draft.select")
    seq = forged.leaf(at)["seq"]
    forged.lines = [*lines[:at], lines[at], *lines[at:]]
    return f"at event {seq + 1}: event {seq} stands in its place"


@change("An invented event is put in, and all after it are numbered and chained anew", "leaf-changed")
def invent_event(forged: Forged) -> str:
    at, leaves = forged.find("draft.select"), _leaves(forged)
    invented = leaves[at] | {"seq": len(leaves), "type": "note.add", "refs": [], "fields": {}}
    return _retold(forged, [*leaves[:at], invented, *leaves[at:]], at)


@change("One byte of an event is changed", "event-changed")
def change_a_byte(forged: Forged) -> str:
    lines, at = forged.lines, forged.find("prompt.submit")
    lines[at] = lines[at].replace(b'"type":"prompt.submit"', b'"type":"prompt.submis"')
    forged.lines = lines
    return f"Event {forged.leaf(at)['seq']} (prompt.submis) was changed"


@change("An event gets another time that still fits its neighbours", "event-changed")
def change_the_time(forged: Forged) -> str:
    at = forged.find("prompt.submit")
    leaf = forged.leaf(at)
    # A neighbour's time: another one, and still in order.
    other = next(ts for ts in (forged.leaf(at - 1)["ts"], forged.leaf(at + 1)["ts"]) if ts != leaf["ts"])
    forged.put_leaf(at, leaf | {"ts": other})
    return f"Event {leaf['seq']} (prompt.submit) was changed"


@change("An act is ascribed to somebody else", "event-changed")
def change_the_author(forged: Forged) -> str:
    at = forged.find("draft.select")
    forged.put_leaf(at, forged.leaf(at) | {"actor": "u_" + "0" * 32})
    return f"Event {forged.leaf(at)['seq']} (draft.select) was changed"


@change("The last event is changed", "leaf-changed")
def change_the_last_event(forged: Forged) -> str:
    at = forged.find("export.made")
    forged.put_leaf(at, forged.leaf(at) | {"refs": [forged.leaf(forged.find("project.open"))["seq"]]})
    return f"The events up to {forged.about['size']}"


@change("An event is dated back before those that it follows", "event")
def back_date(forged: Forged) -> str:
    at = forged.find("prompt.submit")
    forged.put_leaf(at, forged.leaf(at) | {"ts": "2020-01-01T00:00:00.000Z"})
    return f"Event {forged.leaf(at)['seq']} (prompt.submit): its time is before"


@change("A prompt is replaced, and its commitment with it", "event-changed")
def replace_text(forged: Forged) -> str:
    at = forged.find("prompt.submit")
    forged.replace_words(at, "prompt", "a better boat")
    return f"Event {forged.leaf(at)['seq']} (prompt.submit) was changed"


@change("A prompt is replaced by another one", "disclosure")
def replace_text_only(forged: Forged) -> str:
    rows = forged.disclosures
    at = next(i for i, row in enumerate(rows) if row["field"] == "prompt")
    other = next(i for i, row in enumerate(rows) if row["field"] == "prompt" and i > at)
    rows[at]["d"] = rows[other]["d"]
    forged.disclosures = rows
    return f"Event {rows[at]['seq']}, field prompt: its text is not the one that was recorded"


@change("Words are moved to another field", "disclosure")
def move_disclosure(forged: Forged) -> str:
    rows = forged.disclosures
    row = next(row for row in rows if row["field"] == "prompt")
    row["field"] = "negative"
    forged.disclosures = [r for r in rows if r is row or (r["seq"], r["field"]) != (row["seq"], "negative")]
    return f"Event {row['seq']}, field negative"


@change("A field is opened twice", "disclosure")
def open_twice(forged: Forged) -> str:
    rows = forged.disclosures
    row = next(row for row in rows if row["field"] == "prompt")
    at = rows.index(row)
    forged.disclosures = [*rows[:at], row, *rows[at:]]
    return f"Event {row['seq']}, field prompt: it is opened twice"


@change("Words are shown of an event that is not", "disclosure")
def words_of_a_hidden_event(forged: Forged) -> str:
    rows = forged.disclosures
    forged.disclosures = [*rows, rows[-1] | {"seq": forged.about["size"]}]
    return f"Event {forged.about['size']}, field {rows[-1]['field']}: its event is not shown"


@change("Words are committed to with a salt that can be guessed", "disclosure")
def short_salt(forged: Forged) -> str:
    at = forged.find("prompt.submit")
    text = b64url(b'["c2hvcnQ","prompt","x"]')
    leaf = forged.leaf(at)
    leaf["fields"]["prompt"] = digest(text)
    forged.put_leaf(at, leaf)
    forged.disclosures = [
        row | {"d": text} if (row["seq"], row["field"]) == (leaf["seq"], "prompt") else row
        for row in forged.disclosures
    ]
    return f"Event {leaf['seq']}, field prompt: its salt is too short"


def _hide(forged: Forged, type_: str) -> str:
    lines, at = forged.lines, forged.find(type_)
    leaf = forged.leaf(at)
    lines[at] = b"~0 " + b64encode(hashlib.sha256(b"\x00" + lines[at]).digest())
    forged.lines = lines
    forged.disclosures = [row for row in forged.disclosures if row["seq"] != leaf["seq"]]
    return f"Project {leaf['project']}"


@change("An event of the project is hidden behind its hash", "gap")
def hide_project_event(forged: Forged) -> str:
    return _hide(forged, "draft.reject")


@change("The end of the project is hidden", "tail")
def hide_the_tail(forged: Forged) -> str:
    return _hide(forged, "export.made")


@change("The export event is that of another bundle", "tail")
def another_export(forged: Forged) -> str:
    forged.files["data/bundle.json"] = json.dumps(forged.about | {"id": "b_" + "0" * 32}).encode()
    return f"Project {forged.about['projects'][0]}: its last event is not the export of this bundle"


@change("A bundle says that it is of another project", "event")
def drop_project(forged: Forged) -> str:
    """Say that the bundle is of another project than the one it shows."""
    forged.files["data/bundle.json"] = json.dumps(forged.about | {"projects": ["p_" + "0" * 32]}).encode()
    return "its project is not in this bundle"


def blobs(forged: Forged) -> list[str]:
    """Return the paths of the pictures."""
    return sorted(name for name in forged.files if name.startswith("data/blobs/"))


@change("Two pictures change places", "blob")
def swap_image(forged: Forged) -> str:
    first, second = blobs(forged)[:2]
    forged.files[first], forged.files[second] = forged.files[second], forged.files[first]
    return f"Picture {Path(first).name}"


@change("A picture is changed", "blob")
def change_image(forged: Forged) -> str:
    name = blobs(forged)[0]
    forged.files[name] = forged.files[name][:-1] + b"\x00"
    return f"Picture {Path(name).name}"


@change("A picture is added that no event names", "blob")
def add_image(forged: Forged) -> str:
    name = hashlib.sha256(b"new").hexdigest()
    forged.files[f"data/blobs/{name}"] = b"new"
    return f"Picture {name}: no event shown names it"


@change("The signature of a checkpoint is changed", "checkpoint")
def break_checkpoint(forged: Forged) -> str:
    name = max(name for name in forged.files if name.startswith("data/checkpoints/"))
    text = forged.files[name]
    forged.files[name] = text[:-8] + (b"AAAA" if text[-8:-4] != b"AAAA" else b"BBBB") + text[-4:]
    return f"Checkpoint {Path(name).stem}: its signature is false"


@change("A checkpoint is forged with another key", "checkpoint")
def foreign_checkpoint(forged: Forged) -> str:
    key, size = SigningKey(forged.about["origin"], b"f" * 32), forged.about["size"]
    forged.files[f"data/checkpoints/{size}.note"] = checkpoint(key, size, b"r" * 32).encode()
    return f"Checkpoint {size}: it is not signed by the key in force"


@change("The last checkpoint is left out", "checkpoint")
def drop_checkpoint(forged: Forged) -> str:
    size = forged.about["size"]
    del forged.files[f"data/checkpoints/{size}.note"]
    return f"Checkpoint {size}: it is missing"


@change("The log's key is replaced by another one", "key-foreign")
def foreign_vkey(forged: Forged) -> str:
    key = SigningKey(forged.about["origin"], b"f" * 32)
    forged.files["data/keys/log.vkey"] = key.verifier.encode().encode() + b"\n"
    return "signed by somebody else"


@change("A foreign key appoints itself the log's next one", "key")
def self_appointed_key(forged: Forged) -> str:
    key = SigningKey(forged.about["origin"], b"f" * 32)
    vkey, since = key.verifier.encode(), forged.about["size"]
    forged.files["data/keys/log.vkey"] += vkey.encode() + b"\n"
    note = key.sign(f"colophon-rotation/1\n{forged.about['origin']}\n{since}\n{vkey}\n")
    forged.files[f"data/keys/rotation-{since}.note"] = note.encode()
    return f"the hand-over at {since}"


@change("A file of a kind that no bundle holds is put in", "file-kind")
def unknown_file(forged: Forged) -> str:
    forged.files["data/views/run.exe"] = b"MZ"
    return "data/views/run.exe"


@change("An event has a key twice, so that two readers may read two things", "log-line")
def duplicate_key(forged: Forged) -> str:
    lines, at = forged.lines, forged.find("prompt.submit")
    seq = forged.leaf(at)["seq"]
    lines[at] = b'{"actor":"bot",' + lines[at][1:]
    forged.lines = lines
    return f"at event {seq}"


@change("An event is spelled in another way", "log-line")
def not_canonical(forged: Forged) -> str:
    lines, at = forged.lines, forged.find("prompt.submit")
    seq = forged.leaf(at)["seq"]
    lines[at] = lines[at].replace(b'"v":1', b'"v": 1')
    forged.lines = lines
    return f"at event {seq}"


@change("An event refers to one that is not earlier", "event")
def forward_reference(forged: Forged) -> str:
    at = forged.find("prompt.submit")
    forged.put_leaf(at, forged.leaf(at) | {"refs": [forged.leaf(at)["seq"]]})
    return f"Event {forged.leaf(at)['seq']} (prompt.submit): it refers to"


@change("The log is cut off", "size")
def cut_the_log(forged: Forged) -> str:
    size = forged.about["size"]
    forged.lines = forged.lines[:-1]
    forged.disclosures = [r for r in forged.disclosures if r["seq"] != size - 1]
    return f"shows {size - 1} events, the bundle says {size}"


@change("The bundle's description has a key twice", "bundle-json")
def duplicate_bundle_key(forged: Forged) -> str:
    text = forged.files["data/bundle.json"]
    forged.files["data/bundle.json"] = text.replace(b'"size"', b'"size": 1, "size"')
    return "bundle.json"


@SECTION.enter("The hash of a hidden stretch is replaced", "leaf-changed")
def replace_hidden_stretch(scene: Scene) -> Brought:
    forged = scene.among.forge()
    lines, end = forged.lines, 0
    for at, line in enumerate(lines):
        end += 1 << int(line[1:3]) if line.startswith(b"~") else 1
        if line.startswith(b"~"):
            lines[at] = line[:3] + b"A" * 42 + b"E="
            break
    forged.lines = lines
    size = min(size for name in _checkpoints(forged) if (size := int(Path(name).stem)) >= end)
    return scene.packed(forged, scene.among, f"The events up to {size}")


@SECTION.enter("A retired key signs on", "checkpoint")
def retired_key_signs_on(scene: Scene) -> Brought:
    forged, rotated = scene.rotated.case.forge(), scene.rotated
    size = forged.about["size"]
    _sign_again(forged, f"data/checkpoints/{size}.note", rotated.retired)
    return scene.packed(forged, rotated.case, f"Checkpoint {size}: it is not signed by the key in force")


@SECTION.enter("A retired key makes up a bundle under the hand-over to its successor", "key")
def retired_key_makes_up(scene: Scene) -> Brought:
    """For a reader who has the new key alone: stop before the hand-over, and enclose it all the same."""
    forged, rotated = scene.rotated.case.forge(), scene.rotated
    leaves = _leaves(forged)
    forged.retell([*leaves[: forged.find("draft.select")], leaves[-1]], rotated.retired)
    path = forged.pack(scene.place(), rotated.retired)
    new = Trust(vkeys=(rotated.case.key.verifier.encode(),))
    return Brought(path, f"the log holds no event of the hand-over at {rotated.since}", new)


@SECTION.enter("The hand-over to a new key is left out", "key")
def hand_over_left_out(scene: Scene) -> Brought:
    forged, rotated = scene.rotated.case.forge(), scene.rotated
    del forged.files[f"data/keys/rotation-{rotated.since}.note"]
    return scene.packed(forged, rotated.case, "one hand-over a key")


@SECTION.enter("A hand-over is signed by the new key alone", "key")
def hand_over_by_the_new_key_alone(scene: Scene) -> Brought:
    forged, rotated = scene.rotated.case.forge(), scene.rotated
    _sign_again(forged, f"data/keys/rotation-{rotated.since}.note", rotated.case.key)
    return scene.packed(forged, rotated.case, f"the hand-over at {rotated.since} is not signed by both keys")


def _sign_again(forged: Forged, name: str, key: SigningKey) -> None:
    forged.files[name] = key.sign(forged.files[name].decode().partition("\n\n")[0] + "\n").encode()
