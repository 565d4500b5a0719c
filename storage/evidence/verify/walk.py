"""The one pass over the log: shown events in their places, hidden stretches by hash, words by digest."""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from storage.evidence.verify.archive import Archive
from storage.evidence.verify.primitives import (
    BAD,
    b64url,
    canonical,
    parent,
    sha256,
    strict_json,
    un_b64,
    un_b64url,
)
from storage.evidence.verify.report import Refusal
from storage.evidence.verify.statements import Description, Reign

LOG = "log"
_LEAF_KEYS = frozenset({"actor", "fields", "pprev", "project", "pseq", "refs", "seq", "ts", "type", "v"})
_TS = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z")
_TYPE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,63}")
_ACTOR = re.compile(r"u_[0-9a-f]{32}|bot|sys")
_HIDDEN = re.compile(rb"~([0-9]{1,2}) ([A-Za-z0-9+/]{43}=)")
_LOG_TYPES = frozenset({"log.opened", "key.rotated", "time.anchored", "checkpoint.posted", "clock.skew"})
_MIN_SALT_BYTES = 16
_MAX_INT = 2**53 - 1
_MAX_LEVEL = 52


@dataclass(slots=True)
class ProjectSeen:
    """What the pass remembers of a project: the next number, the last hash, its events, its last event."""

    count: int = 0
    last_hash: bytes = b""
    seqs: "array[int]" = field(default_factory=lambda: array("q"))
    last_type: str = ""
    last_fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Seen:
    """What the pass saw: for the tail, the pictures, and the reader."""

    projects: dict[str, ProjectSeen]
    images: dict[str, int] = field(default_factory=dict)
    rotated: dict[int, str] = field(default_factory=dict)
    events: int = 0
    fields: int = 0
    first_ts: str = ""
    last_ts: str = ""
    latest_below: dict[int, str] = field(default_factory=dict)
    """The time of the last event shown below each stamped size."""
    anchored: list[tuple[int, Any, str]] = field(default_factory=list)
    """Each record of a time stamp: its number, its field `token`, and the time of the next event shown."""


class Tree:
    """The stack of complete subtrees left of the position, folded at every size that was signed."""

    def __init__(self, roots: Mapping[int, bytes], anchors: Mapping[int, bytes]) -> None:
        self.size = 0
        self._stack: list[tuple[int, bytes]] = []
        wanted = [(size, root, False) for size, root in roots.items()]
        wanted += [(size, root, True) for size, root in anchors.items()]
        self._wanted = sorted(wanted, reverse=True)

    def push(self, level: int, digest: bytes) -> None:
        """Add a complete subtree of 2**level leaves; compare with what was signed for the new size."""
        if self.size % (1 << level):
            raise Refusal("log-line", seq=self.size, why="a hidden stretch does not start where it may")
        self.size += 1 << level
        while self._stack and self._stack[-1][0] == level:
            digest = parent(self._stack.pop()[1], digest)
            level += 1
        self._stack.append((level, digest))
        while self._wanted and self._wanted[-1][0] <= self.size:
            size, root, is_anchor = self._wanted.pop()
            if is_anchor:
                self._meet_anchor(size, root)
            else:
                self._meet_checkpoint(size, root)

    def _meet_checkpoint(self, size: int, root: bytes) -> None:
        if size != self.size:
            raise Refusal("log-line", seq=size, why="a hidden stretch covers a checkpoint")
        if self._root() != root:
            raise Refusal("leaf-changed", size=size)

    def _meet_anchor(self, size: int, root: bytes) -> None:
        if size != self.size:
            raise Refusal("anchor", size=size, why="a hidden stretch covers it, so nothing here proves it")
        if self._root() != root:
            raise Refusal("anchor", size=size, why="it contradicts this log: its history was rewritten")

    def _root(self) -> bytes:
        digest = self._stack[-1][1]
        for _, left in reversed(self._stack[:-1]):
            digest = parent(left, digest)
        return digest


def walk(
    archive: Archive,
    about: Description,
    reigns: Sequence[Reign],
    roots: Mapping[int, bytes],
    anchors: Mapping[int, bytes],
    stamped: Sequence[int] = (),
) -> Seen:
    """Go through log.txt and disclosures.jsonl side by side; refuse at the first thing that does not fit.

    `stamped` are the sizes of which a time stamp says when they existed.
    """
    tree, seen = Tree(roots, anchors), Seen({project: ProjectSeen() for project in about.projects})
    with (
        closing(archive.lines("data/log.txt")) as lines,
        closing(archive.lines("data/disclosures.jsonl")) as opened,
    ):
        disclosures = _Disclosures(opened)
        ahead = sorted(stamped, reverse=True)
        for line in lines:
            while ahead and tree.size >= ahead[-1]:
                seen.latest_below[ahead.pop()] = seen.last_ts
            if tree.size >= about.size:
                raise Refusal("size", found=f"over {about.size}", wanted=about.size)
            if line.startswith(b"~"):
                _take_hidden(line, tree)
            else:
                _take_event(line, tree, disclosures, about, seen)
        disclosures.must_be_over()
    seen.latest_below |= dict.fromkeys(ahead, seen.last_ts)
    if tree.size != about.size:
        raise Refusal("size", found=tree.size, wanted=about.size)
    _check_rotations(reigns, seen)
    return seen


def _take_hidden(line: bytes, tree: Tree) -> None:
    hidden = _HIDDEN.fullmatch(line)
    if hidden is None or int(hidden[1]) > _MAX_LEVEL:
        raise Refusal("log-line", seq=tree.size, why="it is neither an event nor a hidden stretch")
    tree.push(int(hidden[1]), _hash_of(hidden[2], tree.size))


def _take_event(line: bytes, tree: Tree, disclosures: "_Disclosures", about: Description, seen: Seen) -> None:
    digest = sha256(b"\x00" + line)
    leaf = _read_leaf(line, tree.size)
    _check_leaf(leaf, digest, about, seen)
    _open_fields(leaf, disclosures, about, seen)
    tree.push(0, digest)


def _hash_of(text: bytes, seq: int) -> bytes:
    try:
        return un_b64(text.decode("ascii"))
    except BAD as error:
        raise Refusal("log-line", seq=seq, why="a hidden stretch has no proper hash") from error


def _read_leaf(line: bytes, seq: int) -> dict[str, Any]:
    """Read one event and refuse every form but the canonical one."""
    try:
        leaf = strict_json(line)
        sound = (
            isinstance(leaf, dict)
            and leaf.keys() == _LEAF_KEYS
            and canonical(leaf) == line
            and (
                type(leaf["v"]) is int
                and leaf["v"] == 1
                and type(leaf["seq"]) is int
                and type(leaf["pseq"]) is int
                and 0 <= leaf["pseq"] <= _MAX_INT
                and _TS.fullmatch(leaf["ts"]) is not None
                and _TYPE.fullmatch(leaf["type"]) is not None
                and _ACTOR.fullmatch(leaf["actor"]) is not None
                and isinstance(leaf["project"], str)
                and isinstance(leaf["pprev"], str)
                and isinstance(leaf["refs"], list)
                and all(type(ref) is int for ref in leaf["refs"])
                and isinstance(leaf["fields"], dict)
                and all(_FIELD.fullmatch(n) and len(un_b64url(d)) == 32 for n, d in leaf["fields"].items())
            )
        )
    except BAD as error:
        raise Refusal("log-line", seq=seq, why="it is not an event in canonical form") from error
    if not sound:
        raise Refusal("log-line", seq=seq, why="it is not an event in canonical form")
    if leaf["seq"] != seq:
        raise Refusal("log-line", seq=seq, why=f"event {leaf['seq']} stands in its place")
    found: dict[str, Any] = leaf
    return found


def _check_leaf(leaf: dict[str, Any], digest: bytes, about: Description, seen: Seen) -> None:
    seq, name = leaf["seq"], leaf["project"]
    if leaf["ts"] < seen.last_ts:
        raise Refusal("event", seq=seq, type=leaf["type"], why="its time is before that of an earlier event")
    if any(not 0 <= ref < seq for ref in leaf["refs"]):
        raise Refusal("event", seq=seq, type=leaf["type"], why="it refers to an event that is not earlier")
    seen.last_ts, seen.first_ts = leaf["ts"], seen.first_ts or leaf["ts"]
    if seen.anchored and not seen.anchored[-1][2]:
        seen.anchored[-1] = (*seen.anchored[-1][:2], leaf["ts"])
    seen.events += 1
    if name == LOG:
        if leaf["type"] not in _LOG_TYPES:
            raise Refusal("event", seq=seq, type=leaf["type"], why="it is not an event of the log itself")
        return
    if name not in about.projects:
        raise Refusal("event", seq=seq, type=leaf["type"], why="its project is not in this bundle")
    project = seen.projects[name]
    if leaf["pseq"] != project.count:
        raise Refusal("gap", project=name, seq=seq, found=leaf["pseq"], wanted=project.count)
    if leaf["pprev"] != (b64url(project.last_hash) if project.count else ""):
        before = project.seqs[-1] if project.count else seq
        raise Refusal("event-changed", seq=before, type=project.last_type or leaf["type"], next=seq)
    for ref in leaf["refs"]:
        at = bisect_left(project.seqs, ref)
        if at == len(project.seqs) or project.seqs[at] != ref:
            raise Refusal("event", seq=seq, type=leaf["type"], why="it refers to an event of another project")
    project.count += 1
    project.last_hash, project.last_type, project.last_fields = digest, leaf["type"], {}
    project.seqs.append(seq)


def _open_fields(leaf: dict[str, Any], disclosures: "_Disclosures", about: Description, seen: Seen) -> None:
    opened: dict[str, Any] = {}
    for name, text in disclosures.of(leaf["seq"]):
        if name in opened:
            raise Refusal("disclosure", seq=leaf["seq"], field=name, why="it is opened twice")
        opened[name] = _open(leaf, name, text)
    seen.fields += len(opened)
    if "image" in opened:
        _note_image(leaf["seq"], opened["image"], seen)
    if leaf["project"] in about.projects:
        seen.projects[leaf["project"]].last_fields = opened
    elif leaf["type"] == "key.rotated" and "vkey" in opened:
        seen.rotated[leaf["seq"] + 1] = str(opened["vkey"])
    elif leaf["type"] == "time.anchored" and "token" in opened:
        seen.anchored.append((leaf["seq"], opened["token"], ""))


def _open(leaf: dict[str, Any], name: str, text: str) -> Any:
    """Return the value of a disclosure that fits its commitment (RFC 9901 section 4.2)."""

    def fault(why: str) -> Refusal:
        return Refusal("disclosure", seq=leaf["seq"], field=name, why=why)

    if name not in leaf["fields"]:
        raise fault("the event has no such field")
    try:
        if b64url(sha256(text.encode("ascii"))) != leaf["fields"][name]:
            raise fault("its text is not the one that was recorded")
        array_ = strict_json(un_b64url(text))
        salt, inner, value = array_
        long_enough = isinstance(array_, list) and len(un_b64url(salt)) >= _MIN_SALT_BYTES
    except BAD as error:
        raise fault("it is not a disclosure") from error
    if not long_enough:
        raise fault("its salt is too short")
    if inner != name:
        raise fault("it belongs to another field")
    return value


def _note_image(seq: int, value: Any, seen: Seen) -> None:
    try:
        digest, size = value["sha256"], value["size"]
        sound = re.fullmatch(r"[0-9a-f]{64}", digest) is not None and type(size) is int
    except BAD as error:
        raise Refusal("disclosure", seq=seq, field="image", why="it does not name a picture") from error
    if not sound or seen.images.setdefault(digest, size) != size:
        raise Refusal("disclosure", seq=seq, field="image", why="it does not name a picture")


def _check_rotations(reigns: Sequence[Reign], seen: Seen) -> None:
    for reign in reigns[1:]:
        if seen.rotated.get(reign.since) != reign.vkey:
            raise Refusal("key", why=f"the log holds no event of the hand-over at {reign.since}")


class _Disclosures:
    """disclosures.jsonl, read alongside the log."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = self._read(lines)
        self._next = next(self._lines, None)

    def of(self, seq: int) -> Iterator[tuple[str, str]]:
        """Yield (field, disclosure) of an event; they stand in the order of the log."""
        while self._next is not None and self._next[0] <= seq:
            found, name, text = self._next
            if found < seq:
                raise Refusal("disclosure", seq=found, field=name, why="its event is not shown")
            self._next = next(self._lines, None)
            yield name, text

    def must_be_over(self) -> None:
        """Refuse what belongs to no event shown."""
        if self._next is not None:
            raise Refusal("disclosure", seq=self._next[0], field=self._next[1], why="its event is not shown")

    def _read(self, lines: Iterable[bytes]) -> Iterator[tuple[int, str, str]]:
        last = -1
        for line in lines:
            try:
                found = strict_json(line)
                seq, name, text = found["seq"], found["field"], found["d"]
                sound = (
                    found.keys() == {"seq", "field", "d"}
                    and type(seq) is int
                    and seq >= last
                    and _FIELD.fullmatch(name) is not None
                    and isinstance(text, str)
                )
            except BAD as error:
                raise Refusal("bag-form", file="data/disclosures.jsonl") from error
            if not sound:
                raise Refusal("bag-form", file="data/disclosures.jsonl")
            last = seq
            yield seq, name, text
