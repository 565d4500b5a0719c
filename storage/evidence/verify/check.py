"""The verification in its order: from the outer shell to the last picture; it stops at the first refusal."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from storage.evidence.verify.archive import Archive
from storage.evidence.verify.bag import MANIFEST, check_bag
from storage.evidence.verify.primitives import sha256
from storage.evidence.verify.report import CheckResult, Outcome, Refusal, Report, Verdict
from storage.evidence.verify.statements import (
    Description,
    check_anchors,
    check_bundle_note,
    read_checkpoints,
    read_description,
    read_keys,
)
from storage.evidence.verify.time import ROOTS, bounds, check_time, token_sizes
from storage.evidence.verify.walk import Seen, walk

T = TypeVar("T")
_BLOBS = "data/blobs/"


def verify_bundle(
    path: Path, *, vkeys: Sequence[str] = (), anchors: Sequence[bytes] = (), tsa_roots: bytes = b""
) -> Report:
    """Check a bundle (a zip or a folder) against keys and checkpoints that come from outside.

    `tsa_roots` are the certificates (PEM) that time-stamping authorities are trusted by. Without a key from outside a
    sound bundle is only consistent with itself. The report names the first thing that does not fit; a hostile file
    never raises.
    """
    checks = _Checks()
    try:
        archive = Archive(path)
    except Refusal as refusal:
        return checks.refused(refusal)
    try:
        _run(archive, tuple(vkeys), tuple(anchors), tsa_roots, checks)
    except Refusal as refusal:
        return checks.refused(refusal)
    finally:
        archive.close()
    return checks.report(Verdict.VERIFIED if vkeys else Verdict.SELF_CONSISTENT)


class _Checks:
    """The results so far."""

    def __init__(self) -> None:
        self._results: list[CheckResult] = []
        self.facts: dict[str, str] = {}

    def passed(self, code: str, check: Callable[[], T]) -> T:
        """Run one check and note that it passed; a refusal goes to the caller."""
        value = check()
        self._results.append(CheckResult(code, Outcome.PASSED))
        return value

    def not_checked(self, code: str) -> None:
        """Note what this verifier leaves open."""
        self._results.append(CheckResult(code, Outcome.NOT_CHECKED))

    def refused(self, refusal: Refusal) -> Report:
        """Return the report that ends with a refusal."""
        self._results.append(CheckResult(refusal.code, Outcome.FAILED, refusal.params))
        return self.report(Verdict.REFUSED)

    def report(self, verdict: Verdict) -> Report:
        """Return the report so far."""
        return Report(verdict, tuple(self._results), dict(self.facts))


def _run(archive: Archive, vkeys: Sequence[str], anchors: Sequence[bytes], tsa_roots: bytes, checks: _Checks) -> None:
    manifest = checks.passed("bag", lambda: check_bag(archive))
    about = checks.passed("bundle-json", lambda: read_description(archive))
    checks.facts |= {"origin": about.origin, "bundle": about.id, "size": str(about.size)}
    reigns = checks.passed("keys", lambda: read_keys(archive, about, vkeys))
    roots = checks.passed("checkpoints", lambda: read_checkpoints(archive, about, reigns))
    digest = sha256(archive.read(MANIFEST)).hex()
    checks.passed("bundle-note", lambda: check_bundle_note(archive, about, reigns, digest))
    to_meet = check_anchors(archive, about, reigns, roots, anchors)
    seen = checks.passed("unchanged", lambda: walk(archive, about, reigns, roots, to_meet, token_sizes(archive)))
    if anchors:
        checks.passed("anchors", lambda: None)
    _check_time(archive, seen, tsa_roots, checks)
    checks.passed("complete", lambda: _check_tails(about, seen))
    checks.passed("blobs", lambda: _check_blobs(archive, manifest, seen))
    checks.facts |= _facts(about, seen, archive)
    _note_unchecked(archive, vkeys, checks)


def _check_time(archive: Archive, seen: Seen, outside: bytes, checks: _Checks) -> None:
    if not token_sizes(archive):
        checks.not_checked("time")
        return
    inside = archive.read(ROOTS) if ROOTS in archive.names else b""
    tokens = checks.passed("time", lambda: check_time(archive, seen, outside or inside))
    checks.facts["stamped"] = "; ".join(bounds(tokens))
    if not outside:
        checks.not_checked("time-trust")


def _check_tails(about: Description, seen: Seen) -> None:
    """Refuse a project whose end could be hidden: its last event must be the export of this very bundle."""
    for name in sorted(about.projects):
        project = seen.projects[name]
        if not project.count:
            raise Refusal("tail", project=name, why="none of its events is shown")
        if project.last_type != "export.made" or project.last_fields.get("bundle") != about.id:
            raise Refusal("tail", project=name, why="its last event is not the export of this bundle")


def _check_blobs(archive: Archive, manifest: Mapping[str, str], seen: Seen) -> None:
    for path in sorted(manifest):
        if not path.startswith(_BLOBS):
            continue
        name = path.removeprefix(_BLOBS)
        if manifest[path] != name:
            raise Refusal("blob", file=name, why="its bytes are not those of its name")
        if name not in seen.images:
            raise Refusal("blob", file=name, why="no event shown names it")
        if sum(len(chunk) for chunk in archive.chunks(path)) != seen.images[name]:
            raise Refusal("blob", file=name, why="it has another size than its event says")


def _facts(about: Description, seen: Seen, archive: Archive) -> dict[str, str]:
    pictures = sum(1 for name in archive.names if name.startswith(_BLOBS))
    return {
        "projects": str(len(about.projects)),
        "shown": str(seen.events),
        "fields": str(seen.fields),
        "pictures": str(pictures),
        "first": seen.first_ts,
        "last": seen.last_ts,
    }


def _note_unchecked(archive: Archive, vkeys: Sequence[str], checks: _Checks) -> None:
    if not vkeys:
        checks.not_checked("trust")
    if any(name.endswith(".cosig") for name in archive.names):
        checks.not_checked("cosignatures")
