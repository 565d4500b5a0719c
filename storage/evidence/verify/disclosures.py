"""The words beside the events: disclosures.jsonl, and each disclosure against its commitment (RFC 9901)."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from storage.evidence.verify.leaf import FIELD, Leaf
from storage.evidence.verify.primitives import BAD, b64url, sha256, strict_json, un_b64url
from storage.evidence.verify.report import Refusal

FILE = "data/disclosures.jsonl"
_NAME = re.compile(FIELD)
# The spelling that most writers give a line. Any other is read as JSON, with the same result.
_USUAL = re.compile(rb'\{"seq": ?(0|[1-9][0-9]{0,15}), ?"field": ?"(%s)", ?"d": ?"([\w-]*)"\}' % FIELD.encode())
_MIN_SALT_BYTES = 16


class Disclosures:
    """disclosures.jsonl, read alongside the log: it stands in the log's order."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = _read(lines)
        self._next = next(self._lines, None)

    def of(self, seq: int) -> Iterator[tuple[str, str]]:
        """Yield (field, disclosure) of an event; refuse those of an event that is not shown."""
        while self._next is not None and self._next[0] <= seq:
            if self._next[0] < seq:
                raise self._astray()
            yield self._next[1:]
            self._next = next(self._lines, None)

    def must_be_over(self) -> None:
        """Refuse what belongs to no event shown."""
        if self._next is not None:
            raise self._astray()

    def _astray(self) -> Refusal:
        assert self._next is not None, "the caller has one in its hands"
        return Refusal("disclosure", seq=self._next[0], field=self._next[1], why="its event is not shown")


def open_field(leaf: Leaf, name: str, text: str) -> Any:
    """Return the value of a disclosure that fits its commitment (RFC 9901 section 4.2)."""
    if name not in leaf.fields:
        raise _fault(leaf, name, "the event has no such field")
    try:
        if b64url(sha256(text.encode("ascii"))) != leaf.fields[name]:
            raise _fault(leaf, name, "its text is not the one that was recorded")
        array = strict_json(un_b64url(text))
        salt, inner, value = array
        long_enough = isinstance(array, list) and len(un_b64url(salt)) >= _MIN_SALT_BYTES
    except BAD as error:
        raise _fault(leaf, name, "it is not a disclosure") from error
    if not long_enough:
        raise _fault(leaf, name, "its salt is too short")
    if inner != name:
        raise _fault(leaf, name, "it belongs to another field")
    return value


def _fault(leaf: Leaf, name: str, why: str) -> Refusal:
    return Refusal("disclosure", seq=leaf.seq, field=name, why=why)


def _read(lines: Iterable[bytes]) -> Iterator[tuple[int, str, str]]:
    last = -1
    for line in lines:
        usual = _USUAL.fullmatch(line)
        if usual is not None:
            seq, name, text = int(usual[1]), usual[2].decode(), usual[3].decode()
        else:
            seq, name, text = _parse(line)
        if seq < last:
            raise Refusal("bag-form", file=FILE)
        last = seq
        yield seq, name, text


def _parse(line: bytes) -> tuple[int, str, str]:
    try:
        found = strict_json(line)
        seq, name, text = found["seq"], found["field"], found["d"]
        sound = (
            found.keys() == {"seq", "field", "d"}
            and type(seq) is int
            and _NAME.fullmatch(name) is not None
            and isinstance(text, str)
        )
    except BAD as error:
        raise Refusal("bag-form", file=FILE) from error
    if not sound:
        raise Refusal("bag-form", file=FILE)
    return seq, name, text
