"""Writing a bundle ("colophon-bundle/1", docs/evidence-format.md): one zip that anyone can check offline.

The export is itself an event of every project in it and the last one shown, so that nobody can hide an end.
"""

import asyncio
import json
import secrets
import tempfile
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

from storage.database import is_full
from storage.errors import StorageFull
from storage.evidence import views
from storage.evidence.bag import BagMember, BagWriter
from storage.evidence.calendars import Calendars
from storage.evidence.commitments import JsonValue, opened
from storage.evidence.dossier.making import DossierRequest, Dossiers
from storage.evidence.enclosing import Enclosed, Enclosing, records_absent_token
from storage.evidence.instructions import readme
from storage.evidence.kinds import Kind
from storage.evidence.ledger import Ledger, Receipt
from storage.evidence.opening import EVERYTHING, Opening
from storage.evidence.prov import prov_json
from storage.evidence.reader import LogReader, ShownEvent
from storage.evidence.sealing import NewEvent
from storage.evidence.sight import Sight
from storage.evidence.timestamps import Stamper
from storage.media import Media

FORMAT = "colophon-bundle/1"
_BATCH = 200


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Which projects, who asked, and which fields are opened.

    `actors` gives the pseudonym under which each project records it; whoever it is gets to see their own words, and of
    the other makers what those have confirmed, the operator (`sys`) everybody's. `scope` is recorded with it. `dossier`
    is the language of a dossier that goes in, where there is one project and a person can still read through it.
    """

    actors: Mapping[str, str]
    scope: Mapping[str, JsonValue]
    opening: Opening = EVERYTHING
    dossier: str | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """A written bundle; `receipt` is that of the export itself, the last event in it."""

    path: Path
    receipt: Receipt
    id: str
    size: int
    events: int
    pictures: int
    size_bytes: int


class Exporter:
    """Writes bundles of one log."""

    def __init__(
        self,
        ledger: Ledger,
        reader: LogReader,
        media: Media,
        stamper: Stamper,
        calendars: Calendars,
        dossiers: Dossiers,
        enclosing: Enclosing,
    ) -> None:
        self._ledger = ledger
        self._reader = reader
        self._media = media
        self._stamper = stamper
        self._calendars = calendars
        self._dossiers = dossiers
        self._enclosing = enclosing

    async def export(self, request: ExportRequest, target: Path) -> Exported:
        """Record the export, sign the log up to it, and write the bundle; raise StorageFull.

        `target` appears whole or not at all.
        """
        bundle_id = f"b_{secrets.token_hex(16)}"
        scope: dict[str, JsonValue] = {**request.scope, "fields": request.opening.name}
        made = await self._ledger.append(
            *(
                NewEvent(project, Kind.EXPORT_MADE, actor, {"bundle": bundle_id, "scope": scope})
                for project, actor in sorted(request.actors.items())
            )
        )
        # Later events may already be there; the bundle ends exactly with its own.
        size = made.receipts[-1].seq + 1
        await self._ledger.checkpoint(size)
        await self._stamp(size)
        temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
        try:
            events, pictures = await self._write(temporary, bundle_id, size, request)
            size_bytes = await asyncio.to_thread(_put_in_place, temporary, target)
        except OSError as error:
            if is_full(error):
                raise StorageFull("no room for a bundle") from error
            raise
        finally:
            await asyncio.to_thread(temporary.unlink, missing_ok=True)
        return Exported(target, made.receipts[-1], bundle_id, size, events, pictures, size_bytes)

    async def _stamp(self, size: int) -> None:
        """Let authorities and calendars stamp side by side, so that an export waits for the slowest alone."""
        done = await asyncio.gather(self._stamper.stamp(size), self._calendars.stamp(size), return_exceptions=True)
        for outcome in done:
            if outcome is not None:
                raise outcome

    async def _write(self, path: Path, bundle_id: str, size: int, request: ExportRequest) -> tuple[int, int]:
        projects = sorted(request.actors)
        bag = await asyncio.to_thread(BagWriter, path, f"colophon-{bundle_id[2:10]}")
        try:
            with _Spools() as spools:
                enclosed = await self._enclosing.of(projects, size)
                sights = {
                    project: await self._reader.sight(project, actor)
                    for project, actor in request.actors.items()
                    if actor != "sys"
                }
                events = _told(self._reader.shown(projects, size, request.opening, sights=sights), enclosed)
                await self._write_log(bag, spools, events, size, enclosed.sizes)
                await asyncio.to_thread(spools.add_to, bag)
                pictures = await self._add_pictures(bag, sorted(spools.pictures))
                await self._add_dossier(bag, bundle_id, size, request, sights)
                about = {
                    "format": FORMAT,
                    "origin": self._ledger.origin,
                    "id": bundle_id,
                    "size": size,
                    "projects": projects,
                }
                keys = await self._reader.rotations(size)
                await asyncio.to_thread(self._close, bag, about, enclosed, keys)
                return spools.events, pictures
        except BaseException:
            await asyncio.to_thread(bag.abandon)
            raise

    async def _write_log(
        self, bag: BagWriter, spools: "_Spools", events: AsyncIterator[ShownEvent], size: int, breaks: Sequence[int]
    ) -> None:
        """Stream log.txt; the words and the views go to spools, since a zip has one open file at a time."""
        member = bag.open("log.txt")
        position = 0
        async for batch in _batches(events):
            lines = []
            for event in batch:
                lines += await self._hidden_lines(position, event.seq, breaks)
                lines.append(event.leaf)
                position = event.seq + 1
            await asyncio.to_thread(_write_batch, member, lines, spools, batch)
        await asyncio.to_thread(_write_batch, member, await self._hidden_lines(position, size, breaks), spools, [])
        bag.close("log.txt", member)

    async def _hidden_lines(self, start: int, end: int, breaks: Sequence[int]) -> list[bytes]:
        """Return the lines of a hidden stretch, broken where a checkpoint has to be met."""
        if start == end:
            return []
        edges = [start, *(at for at in breaks if start < at < end), end]
        lines = []
        for left, right in pairwise(edges):
            for level, digest in await self._reader.hidden(left, right):
                lines.append(b"~%d %s" % (level, b64encode(digest)))
        return lines

    async def _add_pictures(self, bag: BagWriter, digests: Sequence[str]) -> int:
        """Add the pictures that a shown event names and that were not erased."""
        added = 0
        for digest in digests:
            added += await asyncio.to_thread(_add_picture, bag, self._media.path(digest), digest)
        return added

    async def _add_dossier(
        self, bag: BagWriter, bundle_id: str, size: int, request: ExportRequest, sights: Mapping[str, Sight]
    ) -> None:
        """Add the dossier and the same as PROV-JSON, where they are asked for; they see no more than is opened."""
        projects = list(request.actors)
        if request.dossier is None or len(projects) != 1 or not await self._dossiers.fits(projects[0], size):
            return
        (project,) = projects
        asked = DossierRequest(project, size, bundle_id, [request.dossier], request.opening, sight=sights.get(project))
        (dossier,) = await self._dossiers.make(asked)
        for name, data in dossier.files.items():
            await asyncio.to_thread(bag.add, f"views/dossier.{name}", data)
        await asyncio.to_thread(bag.add, "views/prov.json", prov_json(dossier.history))

    def _close(
        self,
        bag: BagWriter,
        about: Mapping[str, Any],
        enclosed: Enclosed,
        keys: Sequence[tuple[int, str, bytes]],
    ) -> None:
        bag.add("bundle.json", json.dumps(about, indent=1).encode() + b"\n")
        for at, note in enclosed.checkpoints:
            bag.add(f"checkpoints/{at}.note", note)
        for at, authority, token in enclosed.tokens:
            bag.add(f"checkpoints/{at}-{authority}.tsr", token)
        for at, stamp in enclosed.stamps:
            bag.add(f"checkpoints/{at}.note.ots", stamp)
        vkeys = [vkey for _, vkey, _ in keys] or [self._ledger.vkey]
        bag.add("keys/log.vkey", "".join(f"{vkey}\n" for vkey in vkeys).encode())
        for since, _, note in keys[1:]:
            bag.add(f"keys/rotation-{since}.note", note)
        if roots := self._stamper.roots({authority for _, authority, _ in enclosed.tokens}):
            bag.add("keys/tsa-roots.pem", roots)
        stamped = enclosed.tokens[-1][:2] if enclosed.tokens else None
        bag.add("README.txt", readme(vkeys[-1], int(about["size"]), stamped).encode())
        digest = sha256(bag.manifest()).hexdigest()
        text = f"{FORMAT}\n{about['origin']}\n{about['id']}\n{about['size']}\n{digest}\n"
        info = [("Bag-Software-Agent", "Colophon"), ("External-Identifier", str(about["id"]))]
        bag.finish(info, [("bundle.note", self._ledger.sign(text).encode())])


class _Spools:
    """Temporary files for what is written beside log.txt, and the counts of what went by."""

    _NAMES = ("disclosures.jsonl", "views/events.jsonl", "views/events.csv")

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._files: dict[str, IO[bytes]] = {}
        self.pictures: set[str] = set()
        self.events = 0

    def __enter__(self) -> "_Spools":
        for name in self._NAMES:
            self._files[name] = self._stack.enter_context(tempfile.TemporaryFile())
        self._files["views/events.csv"].write(views.csv_head())
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def take(self, event: ShownEvent) -> None:
        """Write an event's disclosures and its rows in the views."""
        fields = {name: opened(text) for name, text in event.disclosures}
        for name, text in event.disclosures:
            line = json.dumps({"seq": event.seq, "field": name, "d": text}).encode() + b"\n"
            self._files["disclosures.jsonl"].write(line)
        leaf = json.loads(event.leaf)
        self._files["views/events.jsonl"].write(views.json_row(leaf, fields))
        self._files["views/events.csv"].write(views.csv_row(leaf, fields))
        for name in ("image", "file"):
            if isinstance(named := fields.get(name), dict):
                self.pictures.add(str(named["sha256"]))
        self.events += 1

    def add_to(self, bag: BagWriter) -> None:
        """Copy the spools into the bag."""
        for name, file in self._files.items():
            file.seek(0)
            bag.add_file(name, file)


async def _told(events: AsyncIterator[ShownEvent], enclosed: Enclosed) -> AsyncIterator[ShownEvent]:
    """Leave out what the log says of tokens that are not enclosed."""
    hashes = enclosed.token_hashes()
    async for event in events:
        if not records_absent_token(event, hashes):
            yield event


async def _batches(events: AsyncIterator[ShownEvent]) -> AsyncIterator[list[ShownEvent]]:
    batch: list[ShownEvent] = []
    async for event in events:
        batch.append(event)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    yield batch


def _write_batch(member: BagMember, lines: Sequence[bytes], spools: _Spools, batch: Sequence[ShownEvent]) -> None:
    member.write(b"".join(line + b"\n" for line in lines))
    for event in batch:
        spools.take(event)


def _add_picture(bag: BagWriter, path: Path, digest: str) -> int:
    if not path.exists():
        return 0
    with path.open("rb") as file:
        # Images are compressed already.
        bag.add_file(f"blobs/{digest}", file, compress=False)
    return 1


def _put_in_place(temporary: Path, target: Path) -> int:
    temporary.replace(target)
    return target.stat().st_size
