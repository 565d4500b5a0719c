"""The one pass over the log: shown events in their places, hidden stretches by hash, words by digest.

A million lines go through here: nothing is kept of an event but what a later one is held against.
"""

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from storage.evidence.verify.archive import Archive
from storage.evidence.verify.disclosures import FILE as DISCLOSURES
from storage.evidence.verify.disclosures import Disclosures, open_field
from storage.evidence.verify.leaf import Leaf, read_leaf
from storage.evidence.verify.primitives import BAD, b64url, parent, sha256, un_b64
from storage.evidence.verify.report import Refusal
from storage.evidence.verify.statements import Description, Reign

LOG = "log"
_HIDDEN = re.compile(rb"~([0-9]{1,2}) ([A-Za-z0-9+/]{43}=)")
_SHA256 = re.compile("[0-9a-f]{64}")
_FILES = frozenset({"image", "file"})
_LOG_TYPES = frozenset({"log.opened", "key.rotated", "time.anchored", "checkpoint.posted", "clock.skew"})
_MAX_LEVEL = 52

Watch = Callable[[Leaf, Mapping[str, Any]], None]
"""Hears of each event shown, with its opened fields; what it hears counts only if the bundle is not refused."""


@dataclass(frozen=True, slots=True)
class Course:
    """What the pass has to meet on its way: roots by size, and sizes at which something is wanted of it."""

    signed: Mapping[int, bytes]
    """The enclosed checkpoints."""
    anchors: Mapping[int, bytes] = field(default_factory=dict)
    """Checkpoints that somebody else kept."""
    dated: Collection[int] = ()
    """Sizes of which a third party says when they existed."""
    proved: Collection[int] = ()
    """Sizes that a consistency proof starts from: the pass tells their root if it comes by."""
    enclosed: Collection[str] = ()
    """The hashes of the enclosed pictures."""


@dataclass(slots=True)
class ProjectSeen:
    """What the pass remembers of a project: the next number, the last hash, its events, its last event."""

    count: int = 0
    last_hash: bytes = b""
    seqs: "array[int]" = field(default_factory=lambda: array("q"))
    last_type: str = ""
    last_bundle: Any = None


@dataclass(slots=True)
class Seen:
    """What the pass saw: for the checks that come after it, and the reader."""

    projects: dict[str, ProjectSeen]
    images: dict[str, int] = field(default_factory=dict)
    """The size of each enclosed picture, as its events say."""
    images_elsewhere: int = 0
    """How often an event names a picture that is not enclosed."""
    rotated: dict[int, str] = field(default_factory=dict)
    events: int = 0
    fields: int = 0
    withheld: int = 0
    first_ts: str = ""
    last_ts: str = ""
    latest_below: dict[int, str] = field(default_factory=dict)
    """The time of the last event shown below each dated size."""
    anchored: list[tuple[int, str, str]] = field(default_factory=list)
    """Each record of a time stamp: its number, the hash of the token's file, and the time of the next event shown."""
    roots: dict[int, bytes] = field(default_factory=dict)
    """The root at each proved size that the pass came by."""


class Tree:
    """The stack of complete subtrees left of the position, folded at every size that was signed."""

    def __init__(self, course: Course) -> None:
        self.size = 0
        self.roots: dict[int, bytes] = {}
        self._stack: list[tuple[int, bytes]] = []
        stops: list[tuple[int, Callable[[int, bytes], None], bytes]] = []
        stops += [(size, self._meet_checkpoint, root) for size, root in course.signed.items()]
        stops += [(size, self._meet_anchor, root) for size, root in course.anchors.items()]
        stops += [(size, self._tell, b"") for size in course.proved]
        self._ahead = sorted(stops, key=lambda stop: stop[0], reverse=True)

    def push(self, level: int, digest: bytes) -> None:
        """Add a complete subtree of 2**level leaves; compare with what was signed for the new size."""
        if self.size % (1 << level):
            raise Refusal("log-line", seq=self.size, why="a hidden stretch does not start where it may")
        self.size += 1 << level
        stack = self._stack
        while stack and stack[-1][0] == level:
            digest = parent(stack.pop()[1], digest)
            level += 1
        stack.append((level, digest))
        while self._ahead and self._ahead[-1][0] <= self.size:
            size, meet, root = self._ahead.pop()
            meet(size, root)

    def push_hidden(self, line: bytes) -> None:
        """Add the hidden stretch that a line stands for."""
        hidden = _HIDDEN.fullmatch(line)
        if hidden is None or int(hidden[1]) > _MAX_LEVEL:
            raise Refusal("log-line", seq=self.size, why="it is neither an event nor a hidden stretch")
        try:
            digest = un_b64(hidden[2].decode("ascii"))
        except BAD as error:
            raise Refusal("log-line", seq=self.size, why="a hidden stretch has no proper hash") from error
        self.push(int(hidden[1]), digest)

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

    def _tell(self, size: int, _: bytes) -> None:
        if size == self.size:
            self.roots[size] = self._root()

    def _root(self) -> bytes:
        digest = self._stack[-1][1]
        for _, left in reversed(self._stack[:-1]):
            digest = parent(left, digest)
        return digest


def walk(
    archive: Archive, about: Description, reigns: Sequence[Reign], course: Course, watch: Watch | None = None
) -> Seen:
    """Go through log.txt and disclosures.jsonl side by side; refuse at the first thing that does not fit."""
    with closing(archive.lines("data/log.txt")) as lines, closing(archive.lines(DISCLOSURES)) as opened:
        run = _Pass(about, reigns, course, Disclosures(opened), watch)
        for line in lines:
            run.take(line)
        return run.end()


class _Pass:
    """The pass in its course, a line at a time."""

    def __init__(
        self,
        about: Description,
        reigns: Sequence[Reign],
        course: Course,
        disclosures: Disclosures,
        watch: Watch | None,
    ) -> None:
        self._about = about
        self._handed_over = {reign.since: reign.vkey for reign in reigns[1:]}
        self._enclosed = course.enclosed
        self._dated = sorted(course.dated, reverse=True)
        self._tree = Tree(course)
        self._disclosures = disclosures
        self._watch = watch
        self._seen = Seen({project: ProjectSeen() for project in about.projects})

    def take(self, line: bytes) -> None:
        """Take the next line: an event in its place, or a hidden stretch by its hash."""
        at, seen = self._tree.size, self._seen
        while self._dated and at >= self._dated[-1]:
            seen.latest_below[self._dated.pop()] = seen.last_ts
        if at >= self._about.size:
            raise Refusal("size", found=f"over {self._about.size}", wanted=self._about.size)
        if line.startswith(b"~"):
            self._tree.push_hidden(line)
        else:
            self._take_event(line)

    def end(self) -> Seen:
        """Return what was seen; refuse a log that ends too early, and words without an event."""
        self._disclosures.must_be_over()
        if self._tree.size != self._about.size:
            raise Refusal("size", found=self._tree.size, wanted=self._about.size)
        for since, vkey in self._handed_over.items():
            if self._seen.rotated.get(since) != vkey:
                raise Refusal("key", why="the log holds no event of the hand-over at {since}", since=since)
        self._seen.latest_below |= dict.fromkeys(self._dated, self._seen.last_ts)
        self._seen.roots = self._tree.roots
        return self._seen

    def _take_event(self, line: bytes) -> None:
        leaf, digest = read_leaf(line, self._tree.size), sha256(b"\x00" + line)
        self._place(leaf)
        if leaf.project == LOG:
            opened = self._open(leaf)
            self._note_of_log(leaf, opened)
        else:
            project = self._place_in_project(leaf, digest)
            opened = self._open(leaf)
            project.last_bundle = opened.get("bundle")
        if self._watch is not None:
            self._watch(leaf, opened)
        self._tree.push(0, digest)

    def _place(self, leaf: Leaf) -> None:
        seen = self._seen
        if leaf.ts < seen.last_ts:
            raise _fault(leaf, "its time is before that of an earlier event")
        for ref in leaf.refs:
            if not 0 <= ref < leaf.seq:
                raise _fault(leaf, "it refers to an event that is not earlier")
        seen.last_ts, seen.first_ts = leaf.ts, seen.first_ts or leaf.ts
        seen.events += 1
        if seen.anchored and not seen.anchored[-1][2]:
            seen.anchored[-1] = (*seen.anchored[-1][:2], leaf.ts)

    def _place_in_project(self, leaf: Leaf, digest: bytes) -> ProjectSeen:
        project = self._seen.projects.get(leaf.project)
        if project is None:
            raise _fault(leaf, "its project is not in this bundle")
        if leaf.pseq != project.count:
            raise Refusal("gap", project=leaf.project, seq=leaf.seq, found=leaf.pseq, wanted=project.count)
        if leaf.pprev != (b64url(project.last_hash) if project.count else ""):
            before = project.seqs[-1] if project.count else leaf.seq
            raise Refusal("event-changed", seq=before, type=project.last_type or leaf.type, next=leaf.seq)
        for ref in leaf.refs:
            at = bisect_left(project.seqs, ref)
            if at == len(project.seqs) or project.seqs[at] != ref:
                raise _fault(leaf, "it refers to an event of another project")
        project.count += 1
        project.last_hash, project.last_type = digest, leaf.type
        project.seqs.append(leaf.seq)
        return project

    def _note_of_log(self, leaf: Leaf, opened: Mapping[str, Any]) -> None:
        if leaf.type not in _LOG_TYPES:
            raise _fault(leaf, "it is not an event of the log itself")
        if leaf.type == "key.rotated" and leaf.seq + 1 in self._handed_over:
            self._seen.rotated[leaf.seq + 1] = str(opened.get("vkey"))
        elif leaf.type == "time.anchored" and isinstance(token := opened.get("token"), Mapping):
            digest = token.get("sha256")
            if isinstance(digest, str) and _SHA256.fullmatch(digest):
                self._seen.anchored.append((leaf.seq, digest, ""))

    def _open(self, leaf: Leaf) -> dict[str, Any]:
        """Return the opened fields of an event, each held against its commitment."""
        opened: dict[str, Any] = {}
        for name, text in self._disclosures.of(leaf.seq):
            if name in opened:
                raise Refusal("disclosure", seq=leaf.seq, field=name, why="it is opened twice")
            opened[name] = open_field(leaf, name, text)
        self._seen.fields += len(opened)
        self._seen.withheld += len(leaf.fields) - len(opened)
        for name in sorted(_FILES & opened.keys()):
            self._note_file(leaf.seq, name, opened[name])
        return opened

    def _note_file(self, seq: int, name: str, value: Any) -> None:
        try:
            digest, size = value["sha256"], value["size"]
            sound = _SHA256.fullmatch(digest) is not None and type(size) is int
        except BAD as error:
            raise Refusal("disclosure", seq=seq, field=name, why="it does not name a file") from error
        if not sound:
            raise Refusal("disclosure", seq=seq, field=name, why="it does not name a file")
        if digest not in self._enclosed:
            self._seen.images_elsewhere += 1
        elif self._seen.images.setdefault(digest, size) != size:
            raise Refusal("disclosure", seq=seq, field=name, why="it gives a file another size than before")


def _fault(leaf: Leaf, why: str) -> Refusal:
    return Refusal("event", seq=leaf.seq, type=leaf.type, why=why)
