"""What has changed between the making of a candidate and its replay, the likeliest reasons for other pixels first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

ABSENT: Final = None
"""Stands for what one of the two records does not have."""

_FIRST: Final = (
    *("model", "repo", "revision", "weights_sha256", "adapters", "control", "reference", "upscaler"),
    *("pipeline", "operation", "method", "scheduler", "steps", "guidance", "strength", "size"),
    *("dtype", "device", "compute", "libraries", "buckets"),
)
# These have an entry for each candidate of the draft; a replay has one candidate.
_EACH: Final = frozenset({"buckets", "choices"})
# The largest batch of the whole draft, all of its seeds, and who was withheld: nothing of this candidate.
_LEFT_OUT: Final = frozenset({"bucket", "seeds", "safety.withheld"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the records say otherwise, by its place in them; ABSENT where one says nothing of it."""

    what: str
    then: Any
    now: Any


def differences(then: Mapping[str, Any], now: Mapping[str, Any], place: int) -> tuple[Difference, ...]:
    """Compare the record of a draft with that of a replay of its candidate at `place`."""
    before, after = dict(_flat(_own(then, place))), dict(_flat(_own(now, 0)))
    names = sorted((before.keys() | after.keys()) - _LEFT_OUT, key=_rank)
    found = (Difference(name, before.get(name, ABSENT), after.get(name, ABSENT)) for name in names)
    return tuple(each for each in found if each.then != each.now)


def _own(record: Mapping[str, Any], place: int) -> dict[str, Any]:
    """Return a record in one level, with the entries of one candidate."""
    extra = record.get("extra")
    whole = {**record, **(extra if isinstance(extra, Mapping) else {})}
    whole.pop("extra", None)
    for name in _EACH & whole.keys():
        entries = whole[name]
        whole[name] = entries[place] if isinstance(entries, list) and place < len(entries) else entries
    return whole


def _flat(record: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _rank(name: str) -> tuple[int, str]:
    top = name.partition(".")[0]
    return (_FIRST.index(top) if top in _FIRST else len(_FIRST)), name
