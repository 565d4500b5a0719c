"""Another history, signed with the true key: found by what somebody kept of the first."""

import json
import re
from base64 import b64encode
from collections.abc import Callable

from storage.evidence.leaf import canonical
from storage.evidence.merkle import consistency_ranges, leaf_hash
from tests.storage.evidence.cases import Case
from tests.storage.evidence.forgeries.inside import replace_text
from tests.storage.evidence.forgeries.scene import Scene, trusting
from tests.storage.evidence.forgeries.section import Ability, Brought, Section, Who
from tests.storage.evidence.forgeries.times import LATER, WITNESS
from tests.storage.evidence.forging import Forged, root

SECTION = Section("Another history, against what somebody kept", Who.OWNER)
enter = SECTION.enter


def rewritten(case: Case) -> Forged:
    """Return a bundle of a history with another prompt in it, signed anew from there on."""
    forged = case.forge()
    replace_text(forged)
    forged.sign_history(case.key)
    return forged


def leaves_of(forged: Forged) -> list[dict[str, object]]:
    """Return the events of a bundle that hides nothing."""
    return [forged.leaf(at) for at in range(forged.about["size"])]


@enter("The history is rewritten, against a checkpoint", "anchor")
def against_a_checkpoint(scene: Scene) -> Brought:
    size = scene.alone.exported.size
    held = scene.alone.forge().files[f"data/checkpoints/{size}.note"]
    return scene.packed(rewritten(scene.alone), scene.alone, f"size {size}", anchors=(held,))


@enter("The history is rewritten, against a receipt", "anchor")
def against_a_receipt(scene: Scene) -> Brought:
    receipt = scene.alone.receipt
    size = receipt.partition(b"\n\n")[2].split(b"\n")[1].decode()
    return scene.packed(rewritten(scene.alone), scene.alone, f"size {size}", anchors=(receipt,))


@enter("The history is rewritten, against a witness", "cosignature", needs=Ability.WITNESSES)
def against_a_witness(scene: Scene) -> Brought:
    """Keep the cosignature of the true one."""
    honest, forged = scene.alone.forge(), rewritten(scene.alone)
    size = forged.about["size"]
    cosignature = WITNESS.cosign(honest.files[f"data/checkpoints/{size}.note"], LATER)
    forged.files[f"data/checkpoints/{size}.cosig"] = cosignature
    names = f"checkpoint {size}: that of witness.example/w1 is false"
    return scene.packed(forged, scene.alone, names, witnesses=(WITNESS.vkey,))


@enter("Two people are shown two ends of one log", "anchor")
def split_view(scene: Scene) -> Brought:
    ours, theirs = scene.alone.forge(), scene.alone.forge()
    at, leaves = theirs.find("draft.reject"), leaves_of(theirs)
    theirs.retell([*leaves[:at], *leaves[at + 1 :]], scene.alone.key)
    size = theirs.about["size"]
    held = theirs.files[f"data/checkpoints/{size}.note"]
    return scene.packed(ours, scene.alone, f"size {size}", anchors=(held,))


@enter("The log goes back to an old copy of itself", "anchor")
def truncated_log(scene: Scene) -> Brought:
    forged, held = scene.alone.forge(), scene.alone.exported.size
    note, leaves = forged.files[f"data/checkpoints/{held}.note"], leaves_of(forged)
    forged.retell([*leaves[: forged.find("draft.reject")], leaves[-1]], scene.alone.key)
    return scene.packed(forged, scene.alone, f"size {held}", anchors=(note,))


@enter("A proof leads to another history's end", "consistency", needs=Ability.PROOFS)
def false_proof(scene: Scene) -> Brought:
    return _with_proof(scene, lambda hashes: proof([*hashes[:-1], bytes(32)], 3))


@enter("A proof is not in its form, though nothing needs it", "consistency", needs=Ability.PROOFS)
def malformed_proof(scene: Scene) -> Brought:
    return _with_proof(scene, lambda hashes: proof(hashes, 3).replace(b"old 3", b"old 2"))


def _with_proof(scene: Scene, make: Callable[[list[bytes]], bytes]) -> Brought:
    forged = scene.alone.forge()
    hashes = [leaf_hash(line) for line in forged.lines]
    forged.files[f"data/consistency/3-{len(hashes)}.txt"] = make(hashes)
    return scene.packed(forged, scene.alone, "from size 3")


def proof(hashes: list[bytes], old: int) -> bytes:
    """Return the file of a consistency proof, by the definition of RFC 9162 section 2.1.4.1."""
    path = [root(hashes[a:b]) for a, b in consistency_ranges(old, len(hashes))]
    lines = "".join(f"{b64encode(each).decode()}\n" for each in path)
    return f"old {old}\n{lines}\n".encode()


@enter("A receipt gets another number", "receipt", by=Who.ANYBODY, needs=Ability.RECEIPTS)
def changed_receipt(scene: Scene) -> Brought:
    path, receipt = scene.place(".txt"), scene.alone.receipt
    number = re.search(rb"index (\d+)", receipt)
    assert number is not None
    path.write_bytes(receipt.replace(number[0], b"index %d" % (int(number[1]) + 1)))
    return Brought(path, "The receipt", trusting(scene.alone))


@enter("A receipt gets another event", "receipt", by=Who.ANYBODY, needs=Ability.RECEIPTS)
def receipt_of_another_event(scene: Scene) -> Brought:
    path, lines = scene.place(".txt"), scene.alone.receipt.split(b"\n")
    leaf = json.loads(scene.alone.forge().lines[int(lines[2][6:])]) | {"ts": "2020-01-01T00:00:00.000Z"}
    path.write_bytes(b"\n".join((lines[0], b"extra " + b64encode(canonical(leaf)), *lines[2:])))
    return Brought(path, "its path does not lead to the root", trusting(scene.alone))
