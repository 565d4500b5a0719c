"""What is signed: the bundle's description, the keys in force, checkpoints, and the note over all files."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.evidence.verify.archive import Archive
from storage.evidence.verify.consistency import Proof
from storage.evidence.verify.primitives import (
    BAD,
    EMPTY_ROOT,
    Key,
    Note,
    parse_checkpoint,
    parse_note,
    parse_vkey,
    strict_json,
)
from storage.evidence.verify.receipt import checkpoint_of, is_receipt
from storage.evidence.verify.report import Refusal

FORMAT = "colophon-bundle/1"
_RESERVED = "colophon-"
_PROJECT = re.compile(r"p_[0-9a-f]{32}")
_ID = re.compile(r"[\x21-\x7e]{8,128}")
_KEYS = {"format", "origin", "id", "size", "projects"}
_NOTE_FILE = re.compile(r"data/checkpoints/(\d+)\.note")
_ROTATION_FILE = re.compile(r"data/keys/rotation-(\d+)\.note")


@dataclass(frozen=True, slots=True)
class Description:
    """bundle.json: which log, which bundle, how far, which projects."""

    origin: str
    id: str
    size: int
    projects: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reign:
    """A key and the first size from which it signs."""

    since: int
    key: Key
    vkey: str


def read_description(archive: Archive) -> Description:
    """Read bundle.json; refuse any other shape."""
    try:
        found = strict_json(archive.read("data/bundle.json"))
        origin, bundle_id, size, projects = (found[k] for k in ("origin", "id", "size", "projects"))
        sound = (
            set(found) == _KEYS
            and found["format"] == FORMAT
            and isinstance(origin, str)
            and origin.isprintable()
            and not origin.startswith(_RESERVED)
            and _ID.fullmatch(bundle_id) is not None
            and type(size) is int
            and 0 < size < 2**53
            and isinstance(projects, list)
            and all(_PROJECT.fullmatch(project) for project in projects)
            and len(set(projects)) == len(projects) > 0
        )
    except BAD as error:
        raise Refusal("bundle-json", why="it cannot be read") from error
    if not sound:
        raise Refusal("bundle-json", why="a key is missing, foreign, or of the wrong kind")
    return Description(origin, bundle_id, size, frozenset(projects))


def read_keys(archive: Archive, about: Description, trusted: Sequence[str]) -> tuple[Reign, ...]:
    """Return the log's keys in order, each handed over to by its predecessor; one of them has to come from outside.

    Those after it are trusted because of the hand-overs; those before it because the tree that is signed in the end
    holds what they signed, hand-overs included. With none from outside they stand for themselves, as the verdict says.
    """
    given = [_outside_key(line) for line in trusted]
    lines = archive.text("data/keys/log.vkey").splitlines()
    try:
        keys = [parse_vkey(line) for line in lines]
    except BAD as error:
        raise Refusal("key", why="keys/log.vkey cannot be read") from error
    if not keys or any(key.name != about.origin for key in keys):
        raise Refusal("key", why="a key is not of this log")
    if given and not any(key in given for key in keys):
        raise Refusal("key-foreign")
    starts = sorted(int(m[1]) for name in archive.names if (m := _ROTATION_FILE.fullmatch(name)))
    if len(starts) != len(keys) - 1 or len(set(keys)) != len(keys):
        raise Refusal("key", why="there must be one hand-over a key but the first")
    reigns = [Reign(0, keys[0], lines[0])]
    for since, key, line in zip(starts, keys[1:], lines[1:], strict=True):
        _check_rotation(archive, about, since, (reigns[-1].key, key), line)
        reigns.append(Reign(since, key, line))
    return tuple(reigns)


def key_at(reigns: Sequence[Reign], size: int) -> Key:
    """Return the key in force at a size."""
    return [reign for reign in reigns if reign.since <= size][-1].key


def read_checkpoints(archive: Archive, about: Description, reigns: Sequence[Reign]) -> dict[int, bytes]:
    """Return the root at every enclosed checkpoint; the one of the bundle's own size must be there."""
    roots: dict[int, bytes] = {}
    for size in sorted(int(m[1]) for name in archive.names if (m := _NOTE_FILE.fullmatch(name))):
        data = archive.read(f"data/checkpoints/{size}.note")
        try:
            note = parse_note(data)
            origin, stated, root = parse_checkpoint(note)
        except BAD as error:
            raise Refusal("checkpoint", size=size, why="it is not in the form of a checkpoint") from error
        if (origin, stated) != (about.origin, size) or not 0 < size <= about.size:
            raise Refusal("checkpoint", size=size, why="it is of another log or of another size")
        why = signature_fault(note, reigns, size)
        if why is not None:
            raise Refusal("checkpoint", size=size, why=why)
        roots[size] = root
    if about.size not in roots:
        raise Refusal("checkpoint", size=about.size, why="it is missing")
    return roots


def check_bundle_note(archive: Archive, about: Description, reigns: Sequence[Reign], manifest_sha256: str) -> None:
    """Refuse a list of files that the log did not sign for exactly this bundle."""
    wanted = f"{FORMAT}\n{about.origin}\n{about.id}\n{about.size}\n{manifest_sha256}\n"
    try:
        note = parse_note(archive.read("bundle.note"))
    except BAD as error:
        raise Refusal("bundle-note", why="it is not a signed note") from error
    if note.text != wanted:
        raise Refusal("bundle-note", why="it signs another list of files or another bundle")
    why = signature_fault(note, reigns, about.size)
    if why is not None:
        raise Refusal("bundle-note", why=why)


@dataclass(frozen=True, slots=True)
class Anchors:
    """Checkpoints that somebody kept, by size: roots that the pass has to meet, and those that a proof has tied in."""

    to_meet: dict[int, bytes]
    proved: dict[int, bytes]


def check_anchors(
    about: Description,
    reigns: Sequence[Reign],
    roots: Mapping[int, bytes],
    proofs: Mapping[int, Proof],
    anchors: Sequence[bytes],
) -> Anchors:
    """Hold checkpoints that somebody kept against the enclosed ones, or against a consistency proof."""
    found = Anchors({}, {})
    for data in anchors:
        size, root = _read_anchor(data, about, reigns)
        if not size and root == EMPTY_ROOT:
            continue
        if any(known.get(size, root) != root for known in (roots, found.to_meet, found.proved)):
            raise Refusal("anchor", size=size, why="it contradicts this log: its history was rewritten")
        if size in roots:
            continue
        if size not in proofs:
            found.to_meet[size] = root
        elif proofs[size].leads(root, roots[about.size]):
            found.proved[size] = root
        else:
            raise Refusal("anchor", size=size, why="it contradicts this log: its proof fails")
    return found


def _read_anchor(data: bytes, about: Description, reigns: Sequence[Reign]) -> tuple[int, bytes]:
    """Return size and root of a checkpoint of this log, or of the one inside a receipt."""
    try:
        note = parse_note(checkpoint_of(data) if is_receipt(data) else data)
        origin, size, root = parse_checkpoint(note)
    except BAD as error:
        raise Refusal("anchor", size="?", why="it is not a checkpoint") from error
    why = "it is of another log" if origin != about.origin else signature_fault(note, reigns, size)
    if why is None and size > about.size:
        why = "it is newer than the bundle, so nothing here can prove it; export once more"
    if why is not None:
        raise Refusal("anchor", size=size, why=why)
    return size, root


def signature_fault(note: Note, reigns: Sequence[Reign], size: int) -> str | None:
    """Return what is wrong with the signature of a note about a size, or None."""
    try:
        if note.signed_by(key_at(reigns, size)):
            return None
    except ValueError:
        return "its signature is false"
    return "it is not signed by the key in force"


def _outside_key(line: str) -> Key:
    try:
        return parse_vkey(line.strip())
    except BAD as error:
        raise Refusal("key", why="the public key you gave cannot be read") from error


def _check_rotation(archive: Archive, about: Description, since: int, pair: tuple[Key, Key], vkey: str) -> None:
    wanted = f"colophon-rotation/1\n{about.origin}\n{since}\n{vkey}\n"
    try:
        note = parse_note(archive.read(f"data/keys/rotation-{since}.note"))
        sound = note.text == wanted and all(note.signed_by(key) for key in pair)
    except BAD as error:
        raise Refusal("key", why="the hand-over at {since} has a false signature", since=since) from error
    if not sound:
        raise Refusal("key", why="the hand-over at {since} is not signed by both keys", since=since)
