"""Writing a moderators' export ("colophon-moderation/1", docs/moderation-exports.md): rows, and proof of each.

Every row repeats an event of the log. `log.txt` is the run of a bundle: it shows exactly the events of the rows, hides
the rest behind the fewest hashes, and so leads them all to one signed root.
"""

import asyncio
import codecs
import csv
import io
import json
import tempfile
from array import array
from base64 import b64encode
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from hashlib import sha256
from heapq import merge
from itertools import groupby, islice
from pathlib import Path
from typing import IO, Any, Final

from arro3.core import DataType, Field, Schema
from arro3.io import read_json, write_parquet

from storage.evidence.bag import BagMember, BagWriter
from storage.evidence.commitments import JsonValue, opened
from storage.evidence.instructions import moderation_readme
from storage.evidence.ledger import Ledger
from storage.evidence.opening import Opening
from storage.evidence.places import FIELD as PLACE
from storage.evidence.reader import LogReader, ShownEvent
from storage.evidence.views import safe_cell

FORMAT: Final = "colophon-moderation/1"
IDENTITY: Final = "identity"
IN_COLUMNS: Final = frozenset({IDENTITY, PLACE})
"""Fields that have a column of their own."""
_BATCH: Final = 500
_ROW_GROUP: Final = 50_000


class Form(StrEnum):
    """A kind of file that repeats the rows; JSON Lines is in every export, for it is what is checked row by row."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Row:
    """One event as moderators get it; `fields` are opened, `sealed` names those that are not."""

    seq: int
    time: str
    kind: str
    project: str
    number: int
    actor: str
    member: str
    channel: str
    refs: list[int]
    fields: dict[str, JsonValue]
    sealed: list[str]


COLUMNS: Final = tuple(Row.__dataclass_fields__)
_SCHEMA: Final = Schema(
    [
        Field("seq", DataType.int64(), nullable=False),
        Field("time", DataType.timestamp("ms", tz="UTC"), nullable=False),
        *(Field(name, DataType.utf8(), nullable=False) for name in ("kind", "project")),
        Field("number", DataType.int64(), nullable=False),
        *(Field(name, DataType.utf8(), nullable=False) for name in ("actor", "member", "channel")),
        Field("refs", DataType.list(Field("item", DataType.int64())), nullable=False),
        # An object with other keys in every row is no column type; its text is JSON.
        Field("fields", DataType.utf8(), nullable=False),
        Field("sealed", DataType.list(Field("item", DataType.utf8())), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class Binding:
    """The event that says whose a pseudonym is, and the disclosure that says it."""

    seq: int
    disclosure: str

    @property
    def member(self) -> str:
        """Return the id that the chat platform knows the member by."""
        return str(opened(self.disclosure)).partition(":")[2]


@dataclass(slots=True)
class Selected:
    """The events of an export, below a size of the log, and whose they are as far as that can be told."""

    size: int
    seqs: "array[int]" = field(default_factory=lambda: array("q"))
    rows_of: "Counter[Whose]" = field(default_factory=Counter)
    """How many rows each maker of each project has."""
    bindings: "dict[Whose, Binding]" = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, seq: int, whose: "Whose", kind: str, binding: Binding | None) -> None:
        """Take one more event in; they come in the order of the log."""
        self.seqs.append(seq)
        self.rows_of[whose] += 1
        self.kinds[kind] += 1
        if binding is not None:
            self.bindings[whose] = binding

    @property
    def projects(self) -> set[str]:
        """Return the projects that have a row."""
        return {whose.project for whose in self.rows_of}

    def member_of(self, whose: "Whose") -> str:
        """Return who it is; empty where that was erased."""
        binding = self.bindings.get(whose)
        return "" if binding is None else binding.member


@dataclass(frozen=True, slots=True, order=True)
class Whose:
    """Whose rows: a project, and the pseudonym of who acts in it; what a machine does has none, and is the owner's."""

    project: str
    actor: str

    @classmethod
    def of(cls, leaf: Mapping[str, Any]) -> "Whose":
        """Return whose an event is."""
        return cls(leaf["project"], "" if leaf["actor"] in ("bot", "sys") else leaf["actor"])


@dataclass(frozen=True, slots=True)
class About:
    """What an export says of itself."""

    id: str
    guild: str
    opening: Opening
    forms: Collection[Form]
    filters: Mapping[str, JsonValue]

    def as_json(self, origin: str, selected: Selected) -> bytes:
        """Return moderation.json."""
        told = {
            "format": FORMAT,
            "origin": origin,
            "id": self.id,
            "size": selected.size,
            "guild": self.guild,
            "fields": self.opening.name,
            "filters": self.filters,
            "rows": len(selected.seqs),
            "kinds": dict(sorted(selected.kinds.items())),
        }
        return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


class ModerationWriter:
    """Writes exports of one log."""

    def __init__(self, ledger: Ledger, reader: LogReader) -> None:
        self._ledger = ledger
        self._reader = reader

    async def write(self, path: Path, about: About, selected: Selected) -> None:
        """Write an export; the log must be signed at the selection's size."""
        bag = await asyncio.to_thread(BagWriter, path, f"colophon-{about.id[2:10]}")
        try:
            with _Spools(about, selected, path.parent) as spools:
                await self._write_log(bag, spools, about.opening, selected)
                await asyncio.to_thread(spools.add_to, bag)
            note = await self._reader.checkpoint_note(selected.size)
            keys = await self._reader.rotations(selected.size)
            await asyncio.to_thread(self._close, bag, about, selected, note, keys)
        except BaseException:
            await asyncio.to_thread(bag.abandon)
            raise

    async def _write_log(self, bag: BagWriter, spools: "_Spools", opening: Opening, selected: Selected) -> None:
        """Stream log.txt; what is written beside it goes to spools, since a zip has one open file at a time."""
        member = bag.open("log.txt")
        position = 0
        bindings = sorted({binding.seq for binding in selected.bindings.values()})
        for seqs in _batches(merge(selected.seqs, bindings)):
            leaves = await self._reader.leaves(seqs)
            told = await self._reader.disclosures(seqs, opening.fields)
            lines = []
            for seq in seqs:
                lines += [*await self._hidden(position, seq), leaves[seq]]
                position = seq + 1
            events = [ShownEvent(seq, leaves[seq], tuple(told.get(seq, ()))) for seq in seqs]
            await asyncio.to_thread(_write_lines, member, lines)
            await asyncio.to_thread(spools.take, events)
        await asyncio.to_thread(_write_lines, member, await self._hidden(position, selected.size))
        bag.close("log.txt", member)

    async def _hidden(self, start: int, end: int) -> list[bytes]:
        if start == end:
            return []
        return [b"~%d %s" % (level, b64encode(digest)) for level, digest in await self._reader.hidden(start, end)]

    def _close(
        self, bag: BagWriter, about: About, selected: Selected, note: bytes, keys: Sequence[tuple[int, str, bytes]]
    ) -> None:
        bag.add("moderation.json", about.as_json(self._ledger.origin, selected))
        bag.add(f"checkpoints/{selected.size}.note", note)
        vkeys = [vkey for _, vkey, _ in keys] or [self._ledger.vkey]
        bag.add("keys/log.vkey", "".join(f"{vkey}\n" for vkey in vkeys).encode())
        for since, _, hand_over in keys[1:]:
            bag.add(f"keys/rotation-{since}.note", hand_over)
        bag.add("README.txt", moderation_readme(vkeys[-1], selected.size).encode())
        digest = sha256(bag.manifest()).hexdigest()
        text = f"{FORMAT}\n{self._ledger.origin}\n{about.id}\n{selected.size}\n{digest}\n"
        info = [("Bag-Software-Agent", "Colophon"), ("External-Identifier", about.id)]
        bag.finish(info, [("moderation.note", self._ledger.sign(text).encode())])


class _Spools:
    """Temporary files for what is written beside log.txt; they have no name, so a crash leaves none behind."""

    def __init__(self, about: About, selected: Selected, folder: Path) -> None:
        self._opening = about.opening
        self._forms = frozenset(about.forms)
        self._selected = selected
        self._bound = {binding.seq: binding for binding in selected.bindings.values()}
        self._rows = iter(selected.seqs)
        self._next_row = next(self._rows, None)
        self._folder = folder
        self._stack = ExitStack()
        self._files: dict[str, IO[bytes]] = {}

    def __enter__(self) -> "_Spools":
        names = ["disclosures.jsonl", "rows.jsonl", *(f"rows.{form}" for form in self._forms - {Form.JSONL})]
        self._files = {name: self._temporary() for name in names}
        if Form.CSV in self._forms:
            self._files["rows.csv"].write(codecs.BOM_UTF8 + _csv([COLUMNS]))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _temporary(self) -> IO[bytes]:
        return self._stack.enter_context(tempfile.TemporaryFile(dir=self._folder))

    def take(self, events: Sequence[ShownEvent]) -> None:
        """Write the disclosures of some events, and those of them that are rows in every form that is wanted."""
        rows, told = [], []
        for event in events:
            leaf = json.loads(event.leaf)
            shown = [each for each in event.disclosures if self._opening.shows(leaf["type"], each[0])]
            if event.seq in self._bound:
                shown = [(IDENTITY, self._bound[event.seq].disclosure)]
            told += [{"seq": event.seq, "field": name, "d": text} for name, text in shown]
            if event.seq == self._next_row:
                self._next_row = next(self._rows, None)
                rows.append(self._row(leaf, {name: opened(text) for name, text in shown}))
        self._files["disclosures.jsonl"].write(b"".join(json.dumps(each).encode() + b"\n" for each in told))
        self._files["rows.jsonl"].write(b"".join(_line(asdict(row)) for row in rows))
        if Form.CSV in self._forms:
            self._files["rows.csv"].write(_csv(map(_cells, rows)))
        if Form.PARQUET in self._forms:
            flat = (asdict(row) | {"fields": _text(row.fields)} for row in rows)
            self._files["rows.parquet"].write(b"".join(map(_line, flat)))

    def _row(self, leaf: Mapping[str, Any], fields: Mapping[str, JsonValue]) -> Row:
        place = fields.get(PLACE)
        return Row(
            seq=leaf["seq"],
            time=leaf["ts"],
            kind=leaf["type"],
            project=leaf["project"],
            number=leaf["pseq"],
            actor=leaf["actor"],
            member=self._selected.member_of(Whose.of(leaf)),
            channel=str(place.get("channel", "")) if isinstance(place, Mapping) else "",
            refs=leaf["refs"],
            fields={name: value for name, value in fields.items() if name not in IN_COLUMNS},
            sealed=sorted(leaf["fields"].keys() - fields.keys()),
        )

    def add_to(self, bag: BagWriter) -> None:
        """Copy the spools into the bag; the rows for Parquet were spooled as lines."""
        for name, file in self._files.items():
            file.seek(0)
            bag.add_file(name, self._as_parquet(file) if name == "rows.parquet" else file)

    def _as_parquet(self, lines: IO[bytes]) -> IO[bytes]:
        made = self._temporary()
        reader = read_json(lines, _SCHEMA, batch_size=_BATCH)
        write_parquet(reader, made, compression="zstd(3)", max_row_group_size=_ROW_GROUP)
        made.seek(0)
        return made


def _batches(seqs: Iterable[int]) -> Iterator[list[int]]:
    """Yield ascending numbers in batches, each number once."""
    once = (seq for seq, _ in groupby(seqs))
    while batch := list(islice(once, _BATCH)):
        yield batch


def _write_lines(member: BagMember, lines: Sequence[bytes]) -> None:
    member.write(b"".join(line + b"\n" for line in lines))


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _csv(rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def _cells(row: Row) -> list[str]:
    """Return a row's cells: lists with spaces between, each field as `name: value`."""
    told = "; ".join(
        f"{name}: {value if isinstance(value, str) else _text(value)}" for name, value in row.fields.items()
    )
    refs, sealed = " ".join(map(str, row.refs)), " ".join(row.sealed)
    before = (row.seq, row.time, row.kind, row.project, row.number, row.actor, row.member, row.channel)
    return [*map(str, before), refs, told, sealed]


def _text(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)
