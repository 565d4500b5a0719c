"""The verification in its order: from the outer shell to the last picture; it stops at the first refusal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.evidence.verify.archive import Archive
from storage.evidence.verify.bag import MANIFEST, check_bag
from storage.evidence.verify.consistency import check_proofs, read_proofs
from storage.evidence.verify.primitives import sha256
from storage.evidence.verify.report import Checks, Refusal, Report, Verdict
from storage.evidence.verify.statements import (
    Description,
    check_anchors,
    check_bundle_note,
    read_checkpoints,
    read_description,
    read_keys,
)
from storage.evidence.verify.time import check_times, read_tokens, token_sizes
from storage.evidence.verify.walk import Course, Seen, Watch, walk
from storage.evidence.verify.witnesses import Cosigned, check_cosignatures, parse_witnesses

_BLOBS, _VIEWS = "data/blobs/", "data/views/"
_C2PA_ROOTS = "data/keys/c2pa-roots.pem"


@dataclass(frozen=True, slots=True)
class Trust:
    """What comes from outside a bundle, and is believed."""

    vkeys: Sequence[str] = ()
    """The log's public keys."""
    anchors: Sequence[bytes] = ()
    """Checkpoints, or receipts, that somebody kept."""
    tsa_roots: bytes = b""
    """Certificates (PEM) that time-stamping authorities are trusted by."""
    witnesses: Sequence[str] = ()
    """Public keys of witnesses."""


def verify_bundle(
    path: Path,
    *,
    vkeys: Sequence[str] = (),
    anchors: Sequence[bytes] = (),
    tsa_roots: bytes = b"",
    witnesses: Sequence[str] = (),
) -> Report:
    """Check a bundle (a zip or a folder) against what comes from outside it.

    Without a key from outside a sound bundle is only consistent with itself. The report names the first thing that does
    not fit; a hostile file never raises.
    """
    return verify_trusting(path, Trust(vkeys, anchors, tsa_roots, witnesses))


def verify_trusting(path: Path, trust: Trust, watch: Watch | None = None) -> Report:
    """Do the same; `watch` hears of every event, and what it heard counts if nothing was refused."""
    checks = Checks()
    try:
        archive = Archive(path)
    except Refusal as refusal:
        return checks.refused(refusal)
    try:
        _run(archive, trust, checks, watch)
    except Refusal as refusal:
        return checks.refused(refusal)
    finally:
        archive.close()
    return checks.report(Verdict.VERIFIED if trust.vkeys else Verdict.SELF_CONSISTENT)


def _run(archive: Archive, trust: Trust, checks: Checks, watch: Watch | None) -> None:
    manifest = check_bag(archive)
    checks.passed("bag")
    about = read_description(archive)
    checks.passed("bundle-json")
    checks.facts |= {"origin": about.origin, "bundle": about.id, "size": str(about.size)}
    reigns = read_keys(archive, about, trust.vkeys)
    checks.passed("keys")
    roots = read_checkpoints(archive, about, reigns)
    checks.passed("checkpoints")
    cosigned = check_cosignatures(archive, parse_witnesses(trust.witnesses))
    if cosigned.bounds:
        checks.passed("cosignatures")
    check_bundle_note(archive, about, reigns, sha256(archive.read(MANIFEST)).hex())
    checks.passed("bundle-note")

    proofs = read_proofs(archive, about.size)
    anchors = check_anchors(about, reigns, roots, proofs, trust.anchors)
    dated = token_sizes(archive) | {bound.size for bound in cosigned.bounds}
    enclosed = {path.removeprefix(_BLOBS) for path in manifest if path.startswith(_BLOBS)}
    seen = walk(archive, about, reigns, Course(roots, anchors.to_meet, dated, proofs.keys(), enclosed), watch)
    checks.passed("unchanged")
    unproved = check_proofs(proofs, anchors.proved | seen.roots | roots)
    if len(unproved) < len(proofs):
        checks.passed("consistency")
    if trust.anchors:
        checks.passed("anchors")
    checks.answer("unchanged", known=bool(trust.vkeys))

    _check_times(archive, trust, cosigned, seen, checks)
    _check_tails(about, seen)
    checks.passed("complete")
    checks.answer("complete", known=bool(trust.vkeys))
    _check_blobs(archive, manifest, seen)
    checks.passed("blobs")
    checks.facts |= _facts(about, seen, len(enclosed))
    if unproved:
        checks.not_checked("consistency", sizes=", ".join(map(str, unproved)))
    _note_unchecked(archive, trust, cosigned, seen, checks)


def _check_times(archive: Archive, trust: Trust, cosigned: Cosigned, seen: Seen, checks: Checks) -> None:
    """Check what third parties say of the events' times; refuse events that claim another."""
    tokens = read_tokens(archive, trust.tsa_roots)
    bounds = (*(token.bound for token in tokens), *cosigned.bounds)
    check_times(tokens, bounds, seen)
    if bounds:
        checks.passed("time")
        checks.bounds = tuple(sorted(bounds, key=lambda bound: (bound.size, bound.at), reverse=True))
        # Of each third party what covers most: an hourly stamp makes thousands.
        checks.facts["stamped"] = "; ".join({bound.by: str(bound) for bound in reversed(checks.bounds)}.values())
    else:
        checks.not_checked("time")
    checks.answer("time", known=any(bound.from_outside for bound in bounds))
    enclosed = {token.sha256 for token in tokens}
    if absent := [digest for _, digest, _ in seen.anchored if digest not in enclosed]:
        checks.not_checked("stamps-absent", count=len(absent))


def _check_tails(about: Description, seen: Seen) -> None:
    """Refuse a project whose end could be hidden: its last event must be the export of this very bundle."""
    for name in sorted(about.projects):
        project = seen.projects[name]
        if not project.count:
            raise Refusal("tail", project=name, why="none of its events is shown")
        if project.last_type != "export.made" or project.last_bundle != about.id:
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


def _facts(about: Description, seen: Seen, pictures: int) -> dict[str, str]:
    return {
        "projects": str(len(about.projects)),
        "shown": str(seen.events),
        "fields": str(seen.fields),
        "withheld": str(seen.withheld),
        "pictures": str(pictures),
        "first": seen.first_ts,
        "last": seen.last_ts,
    }


def _note_unchecked(archive: Archive, trust: Trust, cosigned: Cosigned, seen: Seen, checks: Checks) -> None:
    """Name everything in the bundle, or brought to it, that says something and was not looked at."""
    names = sorted(name.rpartition("/")[2] for name in archive.names)
    if not trust.vkeys:
        checks.not_checked("trust")
    if token_sizes(archive) and not trust.tsa_roots:
        checks.not_checked("time-trust")
    if cosigned.unknown:
        checks.not_checked("cosignatures", names=", ".join(cosigned.unknown))
    if cosigned.absent:
        checks.not_checked("witness", names=", ".join(cosigned.absent))
    if proofs := [name for name in names if name.endswith(".ots")]:
        checks.not_checked("ots", file=proofs[-1])
    if seen.images or _C2PA_ROOTS in archive.names:
        checks.not_checked("credentials")
    if seen.images_elsewhere:
        checks.not_checked("pictures-absent", count=seen.images_elsewhere)
    if views := [name for name in sorted(archive.names) if name.startswith(_VIEWS)]:
        checks.not_checked("views", files=", ".join(name.removeprefix(_VIEWS) for name in views))
