"""Checking a picture: what its marks say, and, against a record, which event it is and what was done to it since.

Three answers, like those on a bundle: unchanged (its pixels), complete (the marks it was delivered with), time (that of
its event). It stands beside the verifier of bundles because reading content credentials needs C2PA's library.
"""

import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

from storage.evidence.containers import NotAPicture as NoContainer
from storage.evidence.credentials import Found, State, read
from storage.evidence.marks import Marks, marks_of
from storage.evidence.pixels import distance, pixels_apart, pixels_sha256
from storage.evidence.verify import Report, Trust, Verdict, verify_trusting
from storage.evidence.verify.archive import Archive
from storage.evidence.verify.leaf import Leaf
from storage.evidence.verify.report import Bound, Checks, Refusal

MAX_BYTES: Final = 64 * 2**20
MAX_SIDE: Final = 8192
MAX_PIXELS: Final = 40_000_000
_MIMES: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_ALIKE: Final = 0.08
"""Two pictures that look less different than this are taken for versions of one."""
_UNREADABLE: Final = (OSError, ValueError, SyntaxError, LookupError, TypeError, OverflowError, struct.error, zlib.error)
"""What Pillow raises over a broken file."""


class NotAPicture(Refusal):
    """A file is no picture that we read."""


class Mark(StrEnum):
    """A mark that says where a picture comes from, by the standard that it follows."""

    CREDENTIALS = "C2PA"
    LABEL = "GB 45438-2025"
    SOURCE_TYPE = "IPTC DigitalSourceType"


@dataclass(frozen=True, slots=True)
class Looked:
    """Everything that a picture shows by itself."""

    sha256: str
    pixels_sha256: str
    credentials: Found
    said: Marks
    image: Image.Image

    @property
    def marks(self) -> frozenset[Mark]:
        """Which marks are there."""
        there = {
            Mark.CREDENTIALS: self.credentials.state is not State.NONE,
            Mark.LABEL: bool(self.said.labels),
            Mark.SOURCE_TYPE: self.said.source_type is not None,
        }
        return frozenset(mark for mark, present in there.items() if present)

    @property
    def ids(self) -> tuple[str, ...]:
        """What its marks say it was produced under: one number, if nobody meddled."""
        named = (self.credentials.draft_id, *(label.produce_id for label in self.said.labels))
        return tuple(dict.fromkeys(name for name in named if name))


@dataclass(frozen=True, slots=True)
class Recorded:
    """A picture that an event recorded; `file` gives its bytes where they are at hand."""

    seq: int
    sha256: str
    produce_id: str | None
    file: Callable[[], bytes | None]


@dataclass(frozen=True, slots=True)
class Leads:
    """Where a picture leads in a record that is trusted (`known`): by its bytes, by its pixels, by its marks."""

    exact: Sequence[Recorded] = ()
    same_pixels: Sequence[Recorded] = ()
    named: Sequence[Recorded] = ()
    known: bool = True
    bounds: Sequence[Bound] = ()


def look(data: bytes, authority: bytes = b"") -> Looked:
    """Read a picture; blocking. Its size is looked at before anything is decoded. Raise Refusal.

    `authority` are the certificates (PEM) that signers of content credentials are trusted by.
    """
    if len(data) > MAX_BYTES:
        raise Refusal("picture", why="it has more than {limit} MiB", limit=MAX_BYTES // 2**20)
    try:
        with Image.open(BytesIO(data), formats=tuple(_MIMES)) as image:
            if max(image.size) > MAX_SIDE or image.width * image.height > MAX_PIXELS:
                raise Refusal("picture", why="it has too many pixels")
            image.load()
            mime, said, pixels = _MIMES[image.format or ""], marks_of(data), pixels_sha256(image)
    except Image.DecompressionBombError as error:
        raise Refusal("picture", why="it has too many pixels") from error
    except (UnidentifiedImageError, NoContainer) as error:
        raise NotAPicture("picture", why="it is no PNG, JPEG or WebP") from error
    except (*_UNREADABLE, Image.DecompressionBombWarning) as error:
        raise Refusal("picture", why="it is broken") from error
    return Looked(sha256(data).hexdigest(), pixels, read(data, mime, authority), said, image)


def verify_picture(
    data: bytes, *, authority: bytes = b"", bundle: Path | None = None, trust: Trust | None = None
) -> Report:
    """Check a picture, by itself or against a bundle that is verified first."""
    try:
        looked = look(data, authority)
    except Refusal as refusal:
        return Checks().refused(refusal)
    if bundle is None:
        return judge(looked)
    search = _Search(looked, bundle)
    report = verify_trusting(bundle, trust or Trust(), search.hear)
    if report.verdict is Verdict.REFUSED:
        return Checks().refused(Refusal("bundle", failed=report.code))
    return judge(looked, search.leads(report))


def judge(looked: Looked, leads: Leads | None = None) -> Report:
    """Say what a picture is; `leads` are where it leads in a record, None where none was searched. Blocking."""
    checks = Checks()
    checks.facts |= _facts(looked)
    try:
        return checks.report(_alone(looked, checks) if leads is None else _against(looked, leads, checks))
    except Refusal as refusal:
        return checks.refused(refusal)


def _alone(looked: Looked, checks: Checks) -> Verdict:
    """Check what a picture says of itself; the credentials are its only signed mark."""
    state = looked.credentials.state
    if state is State.INVALID:
        raise Refusal("credentials")
    if len(looked.ids) > 1:
        raise Refusal("marks", ids=", ".join(looked.ids))
    _note_signer(looked, checks)
    checks.answer("unchanged", known=state is State.TRUSTED)
    checks.not_checked("record")
    return {State.TRUSTED: Verdict.VERIFIED, State.VALID: Verdict.SELF_CONSISTENT}.get(state, Verdict.UNDECIDED)


def _note_signer(looked: Looked, checks: Checks) -> None:
    signer = looked.credentials.signer or "?"
    match looked.credentials.state:
        case State.NONE:
            checks.not_checked("no-credentials")
        case State.VALID:
            checks.passed("credentials")
            checks.not_checked("signer", signer=signer)
        case State.TRUSTED:
            checks.passed("credentials")
            checks.passed("signer", signer=signer)


def _against(looked: Looked, leads: Leads, checks: Checks) -> Verdict:
    """Check a picture against the event that it leads to: by its bytes, else by its pixels, else by its marks."""
    if leads.exact:
        found = leads.exact[0]
        checks.passed("recorded", seq=found.seq)
        checks.answer("complete", known=leads.known)
    elif leads.same_pixels:
        found = _same_pixels(looked, leads, checks)
    elif leads.named:
        raise _changed_or_transplanted(looked, leads.named[0])
    elif looked.credentials.state is State.INVALID:
        raise Refusal("credentials")
    else:
        _note_signer(looked, checks)
        checks.not_checked("unrecorded")
        return Verdict.UNRECORDED
    checks.facts["event"] = str(found.seq)
    checks.answer("unchanged", known=leads.known)
    _note_time(found, leads, checks)
    if not leads.known:
        checks.not_checked("trust")
    return Verdict.VERIFIED if leads.known else Verdict.SELF_CONSISTENT


def _same_pixels(looked: Looked, leads: Leads, checks: Checks) -> Recorded:
    """Return the event whose pixels these are; refuse marks of another one, and marks that are gone or broken."""
    by_id = {each.produce_id: each for each in leads.same_pixels}
    found = next((by_id[name] for name in looked.ids if name in by_id), leads.same_pixels[0])
    original = _original(found)
    own = {*by_id, *(original.ids if original is not None else ())}
    if strange := [name for name in looked.ids if name not in own]:
        why = "its pixels are those of event {seq}, its marks those of another picture ({ids})"
        raise Refusal("transplanted", why=why, seq=found.seq, ids=", ".join(strange))
    checks.passed("pixels", seq=found.seq)
    checks.answer("unchanged", known=leads.known)
    if original is None:
        checks.not_checked("marks")
    elif gone := original.marks - looked.marks:
        raise Refusal("stripped", seq=found.seq, marks=", ".join(sorted(gone)))
    if looked.credentials.state is State.INVALID:
        raise Refusal("credentials")
    if original is not None:
        checks.passed("marks")
    checks.answer("complete", known=leads.known and original is not None)
    return found


def _changed_or_transplanted(looked: Looked, found: Recorded) -> Refusal:
    """Tell a changed version of the picture that the marks name from another picture under its marks."""
    original = _original(found)
    if original is None or distance(looked.image, original.image) > _ALIKE:
        why = "they name event {seq} ({ids}), which recorded another picture"
        return Refusal("transplanted", why=why, seq=found.seq, ids=", ".join(looked.ids))
    apart = pixels_apart(looked.image, original.image)
    if apart is None:
        return Refusal("changed", why="its size is another", seq=found.seq)
    of = original.image.width * original.image.height
    return Refusal("changed", why="{apart} of {of} pixels differ", seq=found.seq, apart=apart, of=of)


def _original(found: Recorded) -> Looked | None:
    """Return the recorded picture itself, if it is at hand and one."""
    data = found.file()
    try:
        return None if data is None else look(data)
    except Refusal:
        return None


def _note_time(found: Recorded, leads: Leads, checks: Checks) -> None:
    bounds = sorted(
        (bound for bound in leads.bounds if bound.size > found.seq), key=lambda bound: bound.at, reverse=True
    )
    checks.answer("time", known=any(bound.from_outside for bound in bounds))
    if bounds:
        # Of each third party what it said first.
        checks.facts["stamped"] = "; ".join({bound.by: str(bound) for bound in bounds}.values())
    else:
        checks.not_checked("picture-time")


def _facts(looked: Looked) -> dict[str, str]:
    facts = {"picture": looked.sha256, "credentials": looked.credentials.state.value}
    if looked.credentials.signer:
        facts["signer"] = looked.credentials.signer
    if labels := looked.said.labels:
        facts["label"] = ", ".join(label.produce_id for label in labels) or "?"
        facts["producer"] = ", ".join(dict.fromkeys(label.producer for label in labels)) or "?"
    if looked.said.source_type is not None:
        facts["source-type"] = looked.said.source_type
    return facts


@dataclass(slots=True)
class _Search:
    """Listens to a bundle's events for those that a picture leads to."""

    looked: Looked
    bundle: Path
    exact: list[Recorded] = field(default_factory=list)
    same_pixels: list[Recorded] = field(default_factory=list)
    named: list[Recorded] = field(default_factory=list)
    made: dict[str, int] = field(default_factory=dict)
    """How many candidates of each draft went by."""

    def hear(self, leaf: Leaf, opened: Mapping[str, Any]) -> None:
        """Take notice of an event if it leads to the picture."""
        image = opened.get("image")
        if image is None:
            return
        digest, draft, produce_id = str(image["sha256"]), opened.get("draft_id"), None
        if leaf.type == "draft.made" and isinstance(draft, str):
            self.made[draft] = self.made.get(draft, 0) + 1
            produce_id = f"{draft}-{self.made[draft]}"
        found = Recorded(leaf.seq, digest, produce_id, lambda: _enclosed(self.bundle, digest))
        if digest == self.looked.sha256:
            self.exact.append(found)
        if opened.get("pixels") == self.looked.pixels_sha256:
            self.same_pixels.append(found)
        if produce_id is not None and produce_id in self.looked.ids:
            self.named.append(found)

    def leads(self, report: Report) -> Leads:
        """Return what was found, in a bundle of which a report tells how far it is known."""
        known = report.verdict is Verdict.VERIFIED
        return Leads(self.exact, self.same_pixels, self.named, known, report.bounds)


def _enclosed(bundle: Path, digest: str) -> bytes | None:
    """Return a picture of a bundle by its hash, if it is enclosed."""
    archive = Archive(bundle)
    try:
        name = f"data/blobs/{digest}"
        data = archive.read(name) if name in archive.names else None
    finally:
        archive.close()
    return data if data is not None and sha256(data).hexdigest() == digest else None
