"""A moderators' export ("colophon-moderation/1"): each row against its event, each event against the signed root.

Written from docs/moderation-exports.md alone.
"""

import json
import re
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage.evidence.verify.archive import Archive
from storage.evidence.verify.bag import MANIFEST, Shell, check_bag
from storage.evidence.verify.disclosures import FILE as DISCLOSURES
from storage.evidence.verify.disclosures import Disclosures, open_field
from storage.evidence.verify.leaf import Leaf, read_leaf
from storage.evidence.verify.primitives import BAD, canonical, parse_note, sha256, strict_json
from storage.evidence.verify.report import Checks, Refusal, Report, Verdict
from storage.evidence.verify.statements import Description, Reign, read_checkpoints, read_keys, signature_fault
from storage.evidence.verify.walk import Course, Tree

FORMAT = "colophon-moderation/1"
_ABOUT, _ROWS, _CSV, _PARQUET = (f"data/{n}" for n in ("moderation.json", "rows.jsonl", "rows.csv", "rows.parquet"))
SHELL = Shell(
    note="moderation.note",
    required=frozenset({_ABOUT, _ROWS, DISCLOSURES, "data/log.txt", "data/keys/log.vkey"}),
    payload=re.compile(
        r"data/(moderation\.json|rows\.(jsonl|csv|parquet)|log\.txt|disclosures\.jsonl|README\.txt"
        r"|checkpoints/(0|[1-9][0-9]{0,15})\.note|keys/(log\.vkey|rotation-[1-9][0-9]{0,15}\.note))"
    ),
)
_KEYS = {"format", "origin", "id", "size", "guild", "fields", "filters", "rows", "kinds"}
_FILTERS = {"member", "channel", "since", "until"}
_ID = re.compile(r"m_[0-9a-f]{32}")
_IDENTITY, _PLACE = "identity", "discord"
_OF_THE_OWNER = 1
_SEEN = frozenset({_PLACE, "actor.bound:identity", "gen.refused:rule", "gen.failed:reason", "erasure.done:basis"})
_COLUMNS = (
    *("seq", "time", "kind", "project", "number", "actor", "member", "channel", "refs", "fields"),
    "sealed",
)
_FORMULA = tuple("=+-@\t\r\n|%＝＋－＠")


@dataclass(frozen=True, slots=True)
class About:
    """moderation.json."""

    origin: str
    id: str
    size: int
    guild: str
    fields: str
    filters: Mapping[str, str]
    rows: int
    kinds: Mapping[str, int]


def is_moderation_export(path: Path) -> bool:
    """Tell whether a file says that it is a moderators' export."""
    try:
        archive = Archive(path)
    except Refusal:
        return False
    archive.close()
    return _ABOUT in archive.names


def verify_moderation(path: Path, *, vkeys: Sequence[str] = ()) -> Report:
    """Check a moderators' export (a zip or a folder) against the log's key from outside.

    Without one a sound export is only consistent with itself. The report names the first thing that does not fit; a
    hostile file never raises.
    """
    checks = Checks()
    try:
        archive = Archive(path)
    except Refusal as refusal:
        return checks.refused(refusal)
    try:
        _run(archive, vkeys, checks)
    except Refusal as refusal:
        return checks.refused(refusal)
    finally:
        archive.close()
    return checks.report(Verdict.VERIFIED if vkeys else Verdict.SELF_CONSISTENT)


def _run(archive: Archive, vkeys: Sequence[str], checks: Checks) -> None:
    check_bag(archive, SHELL)
    checks.passed("bag")
    about = _read_about(archive)
    checks.passed("moderation-json")
    checks.facts |= {"origin": about.origin, "export": about.id, "size": str(about.size), "guild": about.guild}
    log = Description(about.origin, about.id, about.size, frozenset())
    reigns = read_keys(archive, log, vkeys)
    if reigns[-1].since > about.size:
        # Or an earlier key would speak for one that comes after it, and that somebody trusts.
        raise Refusal("key", why="the hand-over at {since} is after the end", since=reigns[-1].since)
    checks.passed("keys")
    roots = read_checkpoints(archive, log, reigns)
    checks.passed("checkpoints")
    _check_note(archive, about, reigns)
    checks.passed("moderation-note")
    _check_rows(archive, about, roots)
    checks.passed("unchanged")
    checks.passed("rows")
    if _CSV in archive.names:
        checks.passed("csv")
    checks.answer("unchanged", known=bool(vkeys))
    checks.facts["rows"] = str(about.rows)
    if not vkeys:
        checks.not_checked("trust")
    checks.not_checked("rows-complete")
    checks.not_checked("rows-time")
    if _PARQUET in archive.names:
        checks.not_checked("parquet")


def _read_about(archive: Archive) -> About:
    try:
        found = strict_json(archive.read(_ABOUT))
        origin, guild, filters, kinds = (found[key] for key in ("origin", "guild", "filters", "kinds"))
        sound = (
            set(found) == _KEYS
            and found["format"] == FORMAT
            and all(isinstance(text, str) and text.isprintable() for text in (origin, guild))
            and not origin.startswith("colophon-")
            and _ID.fullmatch(found["id"]) is not None
            and all(type(number) is int for number in (found["size"], found["rows"], *kinds.values()))
            and 0 < found["size"] < 2**53
            and found["fields"] in ("seen", "all")
            and filters.keys() <= _FILTERS
            and all(isinstance(value, str) for value in filters.values())
        )
    except BAD as error:
        raise Refusal("moderation-json", why="it cannot be read") from error
    if not sound:
        raise Refusal("moderation-json", why="a key is missing, foreign, or of the wrong kind")
    return About(**{name: found[name] for name in About.__dataclass_fields__})


def _check_note(archive: Archive, about: About, reigns: Sequence[Reign]) -> None:
    digest = sha256(archive.read(MANIFEST)).hex()
    try:
        note = parse_note(archive.read(SHELL.note))
    except BAD as error:
        raise Refusal("moderation-note", why="it is not a signed note") from error
    if note.text != f"{FORMAT}\n{about.origin}\n{about.id}\n{about.size}\n{digest}\n":
        raise Refusal("moderation-note", why="it signs another list of files or another export")
    why = signature_fault(note, reigns, about.size)
    if why is not None:
        raise Refusal("moderation-note", why=why)


def _check_rows(archive: Archive, about: About, roots: Mapping[int, bytes]) -> None:
    """Go through the events, their opened fields, the rows and their lines side by side."""
    tree = Tree(Course({about.size: roots[about.size]}))
    with ExitStack() as stack:
        lines, opened, rows = (
            stack.enter_context(closing(archive.lines(name))) for name in ("data/log.txt", DISCLOSURES, _ROWS)
        )
        csv = stack.enter_context(closing(archive.chunks(_CSV))) if _CSV in archive.names else None
        run = _Pass(about, Disclosures(opened), _read_rows(rows), None if csv is None else _Csv(csv))
        for line in lines:
            if tree.size >= about.size:
                raise Refusal("size", found=f"over {about.size}", wanted=about.size)
            if line.startswith(b"~"):
                tree.push_hidden(line)
            else:
                run.take(read_leaf(line, tree.size), line)
                tree.push(0, sha256(b"\x00" + line))
        if tree.size != about.size:
            raise Refusal("size", found=tree.size, wanted=about.size)
        run.end()


def _read_rows(lines: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            row = strict_json(line)
            sound = isinstance(row, dict) and tuple(row) == _COLUMNS and type(row["seq"]) is int
        except BAD as error:
            raise Refusal("row", seq="?", why="it is not a row, or not in its place") from error
        if not sound:
            raise Refusal("row", seq="?", why="it is not a row, or not in its place")
        yield row


class _Csv:
    """rows.csv, taken line by line as it has to be."""

    def __init__(self, chunks: Generator[bytes]) -> None:
        self._chunks = chunks
        self._held, self._at = b"", 0
        self.take(b"\xef\xbb\xbf", "?")
        self.take(_csv_line(_COLUMNS), "?")

    def take(self, wanted: bytes, seq: object) -> None:
        """Refuse anything but these bytes."""
        while len(self._held) - self._at < len(wanted) and (chunk := next(self._chunks, b"")):
            self._held, self._at = self._held[self._at :] + chunk, 0
        if not self._held.startswith(wanted, self._at):
            raise Refusal("csv", seq=seq)
        self._at += len(wanted)

    def must_be_over(self) -> None:
        """Refuse lines without a row."""
        if self._at < len(self._held) or next(self._chunks, b""):
            raise Refusal("csv", seq="?")


@dataclass(slots=True)
class _Pass:
    """What is remembered on the way: whose a pseudonym in a project is said to be, and is shown to be, and counts.

    What a machine does has no pseudonym, and is its owner's, who is bound right after the opening.
    """

    about: About
    disclosures: Disclosures
    rows: Iterator[dict[str, Any]]
    csv: _Csv | None
    said: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    shown: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    binding: set[int] = field(default_factory=set)
    extra: set[int] = field(default_factory=set)
    """Events that have no row, and are there to show whose a pseudonym is."""
    kinds: Counter[str] = field(default_factory=Counter)
    last_ts: str = ""
    next_row: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        self.next_row = next(self.rows, None)

    def take(self, leaf: Leaf, line: bytes) -> None:
        """Take the next event: the one of the next row, or one that only shows whose a project is."""
        if leaf.ts < self.last_ts:
            raise Refusal("event", seq=leaf.seq, type=leaf.type, why="its time is before that of an earlier event")
        self.last_ts = leaf.ts
        opened, actor = self._open(leaf), strict_json(line)["actor"]
        if leaf.type == "actor.bound" and isinstance(opened.get(_IDENTITY), str):
            self._bind(leaf, actor, opened[_IDENTITY].partition(":")[2])
        row = self.next_row
        if row is not None and row["seq"] < leaf.seq:
            raise Refusal("row", seq=row["seq"], why="its event is not shown")
        if row is not None and row["seq"] == leaf.seq:
            self._compare(row, leaf, actor, opened)
            self.next_row = next(self.rows, None)
        elif leaf.seq not in self.binding:
            raise Refusal("row", seq=leaf.seq, why="there is an event for it and no row")
        else:
            self.extra.add(leaf.seq)

    def _bind(self, leaf: Leaf, actor: str, member: str) -> None:
        """Note whose a pseudonym is; the first time counts."""
        self.binding.add(leaf.seq)
        self.shown.setdefault((leaf.project, actor), (member, leaf.seq))
        if leaf.pseq == _OF_THE_OWNER:
            self.shown.setdefault((leaf.project, ""), (member, leaf.seq))

    def _open(self, leaf: Leaf) -> dict[str, Any]:
        opened: dict[str, Any] = {}
        for name, text in self.disclosures.of(leaf.seq):
            if name in opened:
                raise Refusal("disclosure", seq=leaf.seq, field=name, why="it is opened twice")
            if self.about.fields == "seen" and not _SEEN & {name, f"{leaf.type}:{name}"}:
                raise Refusal(
                    "row",
                    seq=leaf.seq,
                    why="{field} is opened, though the export says that nothing is read",
                    field=name,
                )
            opened[name] = open_field(leaf, name, text)
        return opened

    def _compare(self, row: Mapping[str, Any], leaf: Leaf, actor: str, opened: Mapping[str, Any]) -> None:
        place = opened.get(_PLACE)
        where = place if isinstance(place, Mapping) else {"guild": self.about.guild}
        wanted = {
            "time": leaf.ts,
            "kind": leaf.type,
            "project": leaf.project,
            "number": leaf.pseq,
            "actor": actor,
            "channel": where.get("channel", ""),
            "refs": list(leaf.refs),
            "fields": {name: value for name, value in opened.items() if name not in (_IDENTITY, _PLACE)},
            "sealed": sorted(leaf.fields.keys() - opened.keys()),
        }
        for column, value in wanted.items():
            if canonical(row[column]) != canonical(value):
                raise Refusal("row", seq=leaf.seq, why="its {column} is not what its event says", column=column)
        whose = (leaf.project, "" if actor in ("bot", "sys") else actor)
        if self.said.setdefault(whose, (row["member"], leaf.seq))[0] != row["member"]:
            raise Refusal("row", seq=leaf.seq, why="two rows of its maker name different members")
        self._check_filters(row, where.get("guild"))
        self.kinds[leaf.type] += 1
        if self.csv is not None:
            self.csv.take(_csv_line(_cells(row)), leaf.seq)

    def _check_filters(self, row: Mapping[str, Any], guild: object) -> None:
        filters = self.about.filters
        fits = {
            "guild": guild == self.about.guild,
            "member": row["member"] == filters.get("member", row["member"]),
            "channel": row["channel"] in ("", filters.get("channel", row["channel"])),
            "since": row["time"] >= filters.get("since", ""),
            "until": "until" not in filters or row["time"] < filters["until"],
        }
        for name, fit in fits.items():
            if not fit:
                raise Refusal("row", seq=row["seq"], why="it is not what was asked for ({filter})", filter=name)

    def end(self) -> None:
        """Refuse what is left over, owners that nothing shows, and counts that are not those of the rows."""
        self.disclosures.must_be_over()
        if self.next_row is not None:
            raise Refusal("row", seq=self.next_row["seq"], why="its event is not shown")
        used = set()
        for whose, (member, seq) in self.said.items():
            shown, binding = self.shown.get(whose, ("", -1))
            if member != shown:
                raise Refusal("row", seq=seq, why="nothing shows that it is that member's")
            used.add(binding)
        for seq in sorted(self.extra - used):
            raise Refusal("row", seq=seq, why="there is an event for it and no row")
        if self.csv is not None:
            self.csv.must_be_over()
        if self.about.kinds != self.kinds or self.about.rows != self.kinds.total():
            raise Refusal("moderation-json", why="it counts other rows than there are")


def _cells(row: Mapping[str, Any]) -> list[str]:
    said = {name: value if isinstance(value, str) else _text(value) for name, value in row["fields"].items()}
    lists = {"refs": " ".join(map(str, row["refs"])), "sealed": " ".join(row["sealed"])}
    told = {"fields": "; ".join(f"{name}: {text}" for name, text in said.items())}
    return [str((lists | told).get(column, row[column])) for column in _COLUMNS]


def _csv_line(cells: Sequence[str]) -> bytes:
    return (",".join('"{}"'.format(_safe(cell).replace('"', '""')) for cell in cells) + "\r\n").encode()


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell
