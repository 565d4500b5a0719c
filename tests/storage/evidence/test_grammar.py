"""The grammar that the verifier reads events by takes what parsing and writing again would take, and nothing else."""

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.evidence.commitments import b64url
from storage.evidence.leaf import canonical
from storage.evidence.verify.leaf import read_leaf
from storage.evidence.verify.primitives import BAD, strict_json, un_b64url
from storage.evidence.verify.report import Refusal

KEYS = {"actor", "fields", "pprev", "project", "pseq", "refs", "seq", "ts", "type", "v"}
digests = st.binary(min_size=32, max_size=32).map(b64url)
names = st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True)
numbers = st.integers(0, 2**53 - 1)
leaves = st.fixed_dictionaries(
    {
        "actor": st.sampled_from(["bot", "sys", "u_" + "a1" * 16]),
        "fields": st.dictionaries(names, digests, max_size=4),
        "pprev": st.just("") | digests,
        "project": st.sampled_from(["log", "p_" + "0f" * 16]),
        "pseq": numbers,
        "refs": st.lists(numbers, max_size=4),
        "seq": st.just(7),
        "ts": st.sampled_from(["2026-11-23T07:00:00.000Z", "1999-12-31T23:59:59.999Z"]),
        "type": st.sampled_from(["prompt.submit", "a.b", "a1_.b.c_"]),
        "v": st.just(1),
    }
)


def slow(line: bytes) -> dict[str, Any] | None:
    """Return what a line says by the words of the format: parse it, look at every key, write it again."""
    try:
        found = strict_json(line)
        if not isinstance(found, dict) or found.keys() != KEYS or canonical(found) != line:
            return None
        sound = (
            [type(found[key]) for key in ("v", "seq", "pseq")] == [int] * 3
            and found["v"] == 1
            and found["seq"] == 7
            and 0 <= found["pseq"] < 2**53
            and re.fullmatch(r"u_[0-9a-f]{32}|bot|sys", found["actor"])
            and re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+", found["type"])
            and re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T.{12}Z", found["ts"], re.ASCII)
            and int(found["ts"][11:13]) < 24
            and re.fullmatch(r"\d\d:[0-5]\d:[0-5]\d\.\d{3}", found["ts"][11:-1], re.ASCII)
            # Which of these are earlier events, the pass knows.
            and all(type(ref) is int and abs(ref) < 10**16 for ref in found["refs"])
            # What these two must be, the pass knows; it is spelled without an escape.
            and all(canonical(found[key]).decode("ascii") == f'"{found[key]}"' for key in ("pprev", "project"))
            and all(re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name) for name in found["fields"])
            and all(len(un_b64url(digest)) == 32 for digest in found["fields"].values())
        )
    except BAD:
        return None
    return found if sound else None


def fast(line: bytes) -> dict[str, Any] | None:
    try:
        leaf = read_leaf(line, 7)
    except Refusal as refusal:
        assert refusal.code == "log-line"
        return None
    return {name: getattr(leaf, name) for name in leaf.__slots__} | {"refs": list(leaf.refs)}


@given(leaves)
def test_every_event_is_read_as_it_was_written(leaf: dict[str, Any]) -> None:
    assert fast(canonical(leaf)) == {key: value for key, value in leaf.items() if key not in ("actor", "v")}


@settings(max_examples=500, deadline=None)
@given(leaf=leaves, data=st.data())
def test_a_changed_line_is_taken_only_if_it_is_an_event_again(leaf: dict[str, Any], data: st.DataObject) -> None:
    line = bytearray(canonical(leaf))
    at = data.draw(st.integers(0, len(line) - 1))
    kind = data.draw(st.sampled_from(["flip", "set", "drop", "insert", "double"]))
    if kind == "flip":
        line[at] ^= 1 << data.draw(st.integers(0, 7))
    elif kind == "set":
        line[at] = data.draw(st.sampled_from(b'"\\,:{}[]-0123456789aAzZ_. \n\x00\x7f\xe9'))
    elif kind == "drop":
        del line[at : at + data.draw(st.integers(1, 12))]
    elif kind == "insert":
        line[at:at] = data.draw(
            st.sampled_from([b" ", b"0", b"-", b"1", b",", b'"a":1,', b"\\u0061", b"=", "é".encode()])
        )
    else:
        line[at:at] = line[at : at + data.draw(st.integers(1, 60))]
    expected = slow(bytes(line))
    found = fast(bytes(line))
    assert (found is None) == (expected is None), bytes(line)
    if found is not None and expected is not None:
        assert found == {key: expected[key] for key in found}


def test_names_out_of_order_and_twice_are_refused() -> None:
    one, two = b64url(b"1" * 32), b64url(b"2" * 32)
    text = canonical(json.loads(canonical({**_PLAIN, "fields": {"a": one, "b": two}}))).decode()
    assert fast(text.encode()) is not None
    assert fast(text.replace(f'"a":"{one}","b":"{two}"', f'"b":"{two}","a":"{one}"').encode()) is None
    assert fast(text.replace('"b":', '"a":').encode()) is None


_PLAIN: dict[str, Any] = {
    "actor": "bot",
    "fields": {},
    "pprev": "",
    "project": "log",
    "pseq": 0,
    "refs": [],
    "seq": 7,
    "ts": "2026-11-23T07:00:00.000Z",
    "type": "a.b",
    "v": 1,
}
