"""Bundles to be checked and forged, each with what a forger would need: the true key."""

import asyncio
import io
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from PIL import Image, ImageDraw

from storage.clock import now_ms
from storage.drafts import NewCandidate, Submitted
from storage.evidence import sealing
from storage.evidence.bundle import Exported, ExportRequest
from storage.evidence.certificates import signing_identity
from storage.evidence.credentials import Credentials, Provenance, Source
from storage.evidence.keys import load_signing_key
from storage.evidence.marks import Origin, mark
from storage.evidence.notes import SigningKey
from storage.evidence.rotation import rotate
from storage.evidence.timestamps import Authority, Stamper
from storage.evidence.verify import Report, verify_bundle
from storage.members import Member
from storage.projects import Project
from storage.store import StorageConfig, Store, open_store
from tests.storage.evidence.authority import LocalAuthority
from tests.storage.evidence.forging import Forged
from tests.storage.test_drafts import ACT, make, submit

PNG = "image/png"


@dataclass(frozen=True, slots=True)
class Case:
    """A bundle, and what a forger would need."""

    bundle: Path
    exported: Exported
    vkey: str
    key: SigningKey
    config: StorageConfig
    receipt: bytes = b""
    """Of the first brief, as its author kept it."""

    def forge(self) -> Forged:
        """Return the bundle taken apart."""
        return Forged(self.bundle)

    def beside(self, name: str) -> Path:
        """Return a place for a changed copy."""
        return self.bundle.with_name(name)

    def check(self, forged: Forged, *, anchors: tuple[bytes, ...] = ()) -> Report:
        """Put a forged bundle together with the true key and verify it with the true key."""
        path = forged.pack(self.beside("forged.zip"), self.key)
        return verify_bundle(path, vkeys=(self.vkey,), anchors=anchors)


async def export(store: Store, projects: list[Project], target: Path) -> Exported:
    """Export some projects under their owner's pseudonym."""
    request = ExportRequest({p.id: p.actor for p in projects}, {"by": "owner", "fields": "all"})
    return await store.exporter.export(request, target)


async def work(store: Store, ann: Member, project: Project) -> Submitted:
    """Draw twice and choose; return the first brief."""
    first, _ = [await _draw(store, ann, project, words) for words in ("a red boat", "一条红船")]
    return first


async def _draw(store: Store, ann: Member, project: Project, words: str) -> Submitted:
    submitted = await submit(store, ann, project, words)
    await make(store, submitted)
    await store.drafts.choose(submitted.draft_id, 1, ann, "the light", ACT)
    return submitted


async def build(folder: Path, *, with_another: bool) -> Case:
    """Record some work and export it; `with_another` puts a second project around it."""
    store, ann, project = await _begin(folder)
    other, _ = await store.projects.open(ann, "Houses", guild_id="9") if with_another else (project, None)
    if with_another:
        await work(store, ann, other)
    first = await work(store, ann, project)
    if with_another:
        await store.ledger.checkpoint()
        await work(store, ann, other)
    receipt = await store.ledger.receipt_proof(first.receipt.seq)
    return await _end(store, project, folder, receipt.encode())


async def _begin(folder: Path) -> tuple[Store, Member, Project]:
    store = await open_store(StorageConfig(folder / "data"), init=True)
    ann = await store.members.meet("discord", "1001", "Ann")
    project, _ = await store.projects.open(ann, "Boats", guild_id="9")
    return store, ann, project


async def _end(store: Store, project: Project, folder: Path, receipt: bytes = b"") -> Case:
    exported = await export(store, [project], folder / "bundle.zip")
    vkey, config = store.ledger.vkey, store.config
    await store.close()
    key = load_signing_key(config.keys_dir / "log.key", config.origin, create=False)
    return Case(exported.path, exported, vkey, key, config, receipt)


# --- a log that changed its key -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rotated:
    """The bundle of a log that handed over to a second key; `case.vkey` is the first one's."""

    case: Case
    retired: SigningKey
    since: int


async def build_rotated(folder: Path) -> Rotated:
    """Work, hand over, work on."""
    store, ann, project = await _begin(folder)
    await work(store, ann, project)
    retired = load_signing_key(store.config.keys_dir / "log.key", store.ledger.origin, create=False)
    since = await rotate(store.ledger, store.config.keys_dir)
    await work(store, ann, project)
    case = await _end(store, project, folder)
    trusted = Case(case.bundle, case.exported, retired.verifier.encode(), case.key, case.config)
    return Rotated(trusted, retired, since)


# --- time stamps --------------------------------------------------------------------------------


async def build_stamped(folder: Path, authority: LocalAuthority, *, ahead_s: int = 0) -> Case:
    """Export twice with a time stamp on each checkpoint, by an operator whose clock may be wrong."""
    # Replaced before the log begins: time never runs back in it.
    with patch.object(sealing, "now_ms", lambda: now_ms() + ahead_s * 1000):
        store, ann, project = await _begin(folder)
        named = Authority("local", "http://tsa.example", authority.roots)
        store.exporter._stamper = Stamper(store.database, store.ledger, [named], send=authority.post)
        await work(store, ann, project)
        await export(store, [project], folder / "first.zip")
        await work(store, ann, project)
        return await _end(store, project, folder)


# --- pictures with all their marks --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gallery:
    """A bundle whose four pictures carry every mark, and the pictures as they were delivered, by their number."""

    case: Case
    pictures: dict[str, bytes]
    authority: bytes

    @property
    def ids(self) -> list[str]:
        """The numbers, in the order of their events."""
        return list(self.pictures)

    @property
    def first(self) -> bytes:
        """The first candidate of the first draft."""
        return self.pictures[self.ids[0]]

    @property
    def second(self) -> bytes:
        """Its sister."""
        return self.pictures[self.ids[1]]


def paint(seed: int, size: tuple[int, int] = (64, 48)) -> Image.Image:
    """Return a picture that looks like no other."""
    chances = random.Random(seed)
    colour = [tuple(chances.randrange(256) for _ in range(3)) for _ in range(9)]
    image = Image.new("RGB", size, colour[0])
    draw = ImageDraw.Draw(image)
    for each in colour[1:]:
        x, y = chances.randrange(size[0]), chances.randrange(size[1])
        draw.ellipse((x - 16, y - 12, x + 16, y + 12), fill=each)
    return image


def png(image: Image.Image) -> bytes:
    """Return a picture as PNG."""
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def marked(credentials: Credentials, image: Image.Image, produce_id: str) -> bytes:
    """Return a picture as it is delivered: with both labels and with content credentials."""
    said = Provenance(produce_id, Source.GENERATED, datetime.now(UTC), "Colophon", "1.0")
    return credentials.sign(mark(png(image), Origin("studio.example/log1", produce_id)), PNG, said)


async def build_gallery(folder: Path) -> Gallery:
    """Draw two briefs, two candidates each, marked as they are in earnest."""
    store, ann, project = await _begin(folder)
    identity = await asyncio.to_thread(signing_identity, store.config.keys_dir, store.ledger.origin)
    credentials, pictures, seed = Credentials(identity), {}, 0
    for words in ("a red boat", "一条红船"):
        submitted, made = await submit(store, ann, project, words), []
        job = await store.jobs.lease("w", 60_000)
        assert job is not None
        for position in (1, 2):
            seed += 1
            number = f"{submitted.draft_id}-{position}"
            pictures[number] = marked(credentials, paint(seed), number)
            made.append(NewCandidate(seed, await store.media.put_picture(pictures[number], PNG)))
        await store.drafts.made(job, made, {"model": "m", "steps": 4}, took_ms=12)
    return Gallery(await _end(store, project, folder), pictures, identity.authority)
