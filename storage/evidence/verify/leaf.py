"""One event as it stands in log.txt.

A canonical event has one spelling: the keys, their order and the form of every value are fixed. So it is read by the
grammar of that spelling instead of being parsed and written again, which a million events would pay for.
"""

import re
from dataclasses import dataclass

from storage.evidence.verify.report import Refusal


def _list_of(item: str) -> str:
    return f"(?:{item}(?:,{item})*)?"


FIELD = "[a-z][a-z0-9_]{0,63}"
_DIGEST = "[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
"""32 bytes in base64url; the two lowest bits of the last character stand for nothing and are zero."""
_INT = "(?:0|-?[1-9][0-9]{0,15})"
_TS = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9][.][0-9]{3}Z"
_EXPECTED = r'[^"\\\x00-\x1f]*'
"""The pass compares these two with what the project's events before demand."""
_LEAF = re.compile(
    r'\{"actor":"(?:u_[0-9a-f]{32}|bot|sys)",'
    r'"fields":\{(' + _list_of(f'"{FIELD}":"{_DIGEST}"') + r")\},"
    rf'"pprev":"({_EXPECTED})","project":"({_EXPECTED})","pseq":({_INT}),'
    r'"refs":\[(' + _list_of(_INT) + rf')\],"seq":({_INT}),'
    rf'"ts":"({_TS})","type":"([a-z][a-z0-9_]*(?:[.][a-z0-9_]+)+)","v":1\}}'
)
_COMMITMENT = re.compile(f'"({FIELD})":"({_DIGEST})"')
_MAX_INT = 2**53 - 1


@dataclass(slots=True)
class Leaf:
    """An event; of its words it has only the commitments, by the name of their field."""

    fields: dict[str, str]
    pprev: str
    project: str
    pseq: int
    refs: tuple[int, ...]
    seq: int
    ts: str
    type: str


def read_leaf(line: bytes, seq: int) -> Leaf:
    """Read the event that stands at a place of the log; refuse every form but the canonical one."""
    try:
        match = _LEAF.fullmatch(line.decode("ascii"))
    except UnicodeDecodeError as error:
        raise _not_canonical(seq) from error
    if match is None:
        raise _not_canonical(seq)
    commitments, pprev, project, pseq, refs, own, ts, type_ = match.groups()
    pairs = _COMMITMENT.findall(commitments)
    fields = dict(pairs)
    if len(fields) != len(pairs) or list(fields) != sorted(fields):
        raise _not_canonical(seq)
    leaf = Leaf(fields, pprev, project, int(pseq), _numbers(refs), int(own), ts, type_)
    if not 0 <= leaf.pseq <= _MAX_INT:
        raise _not_canonical(seq)
    if leaf.seq != seq:
        raise Refusal("log-line", seq=seq, why="event {found} stands in its place", found=leaf.seq)
    return leaf


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(","))) if text else ()


def _not_canonical(seq: int) -> Refusal:
    return Refusal("log-line", seq=seq, why="it is not an event in canonical form")
