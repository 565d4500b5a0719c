"""Consistency proofs in a bundle (RFC 9162 section 2.1.4.2): from a checkpoint that it does not enclose to its own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.evidence.verify.archive import Archive
from storage.evidence.verify.primitives import BAD, consistent, un_b64
from storage.evidence.verify.report import Refusal

_FILE = re.compile(r"data/consistency/([0-9]+)-([0-9]+)\.txt")
_MAX_PATH = 64


@dataclass(frozen=True, slots=True)
class Proof:
    """A path from the root at an earlier size to the one at the bundle's."""

    old: int
    new: int
    path: Sequence[bytes]

    def leads(self, old_root: bytes, new_root: bytes) -> bool:
        """Tell whether it ties these two roots."""
        return consistent(self.old, self.new, list(self.path), old_root, new_root)


def read_proofs(archive: Archive, size: int) -> dict[int, Proof]:
    """Return the proofs by the size they start from; refuse one that is not in its form, needed or not."""
    matches = [match for name in sorted(archive.names) if (match := _FILE.fullmatch(name))]
    proofs = [_read(archive, match, size) for match in matches]
    return {proof.old: proof for proof in proofs}


def _read(archive: Archive, match: "re.Match[str]", size: int) -> Proof:
    """Read the body of a C2SP add-checkpoint request; the checkpoint at its end may be left out."""
    old, new = int(match[1]), int(match[2])
    if match.groups() != (str(old), str(new)) or not 0 < old < new or new != size:
        raise Refusal("consistency", size=old, why="it does not lead from an earlier size to that of the bundle")
    head, gap, tail = archive.read(match[0]).partition(b"\n\n")
    try:
        first, *hashes = head.decode("ascii").split("\n")
        path = [un_b64(line) for line in hashes]
    except BAD as error:
        raise Refusal("consistency", size=old, why="it is not in the form of a proof") from error
    if not gap or first != f"old {old}" or len(path) > _MAX_PATH or any(len(digest) != 32 for digest in path):
        raise Refusal("consistency", size=old, why="it is not in the form of a proof")
    if tail and tail != archive.read(f"data/checkpoints/{new}.note"):
        raise Refusal("consistency", size=old, why="it ends in another checkpoint than that of the bundle")
    return Proof(old, new, tuple(path))


def check_proofs(proofs: Mapping[int, Proof], roots: Mapping[int, bytes]) -> list[int]:
    """Hold each proof against the root at its size; return the sizes of which nothing here knows the root."""
    open_ = []
    for size, proof in sorted(proofs.items()):
        if size not in roots:
            open_.append(size)
        elif not proof.leads(roots[size], roots[proof.new]):
            raise Refusal("consistency", size=size, why="it does not lead from the events below it to the bundle's end")
    return open_
