"""What the bot and its darkroom say to each other: JSON and bytes, each behind its length; never an object of Python's.

4 bytes  length of the head (big endian)
head     JSON; `parts` are the lengths of what follows
parts    bytes, one after the other
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

MAX_HEAD: Final = 4 * 2**20
MAX_PARTS: Final = 8
MAX_PART: Final = 256 * 2**20
LENGTH: Final = 4


class Garbled(Exception):
    """What came is no message; whoever sent it is not to be listened to any longer."""


def packed(head: Mapping[str, Any], parts: Sequence[bytes] = ()) -> list[bytes]:
    """Return a message as what is to be written, in order; dataclasses, enums and times become plain JSON."""
    body = json.dumps({**head, "parts": [len(part) for part in parts]}, default=_plain).encode()
    return [len(body).to_bytes(LENGTH, "big"), body, *parts]


def head_length(data: bytes) -> int:
    """Return how long the head is; raise Garbled."""
    length = int.from_bytes(data, "big")
    if len(data) != LENGTH or length > MAX_HEAD:
        raise Garbled("the head has no length that it may have")
    return length


def unpacked(body: bytes) -> tuple[dict[str, Any], list[int]]:
    """Return the head and the lengths of what follows it; raise Garbled."""
    try:
        head = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Garbled("the head is no JSON") from error
    parts = head.pop("parts", None) if isinstance(head, dict) else None
    if not isinstance(parts, list) or len(parts) > MAX_PARTS:
        raise Garbled("the head names no parts")
    if not all(type(size) is int and 0 <= size <= MAX_PART for size in parts):
        raise Garbled("a part has no length that it may have")
    return head, parts


def received(read: Callable[[int], bytes]) -> tuple[dict[str, Any], list[bytes]] | None:
    """Read a message from a pipe; None where there will be no more. Blocking. Raise Garbled."""
    length = read(LENGTH)
    if not length:
        return None
    head, sizes = unpacked(read(head_length(length)))
    parts = [read(size) for size in sizes]
    if [len(part) for part in parts] != sizes:
        raise Garbled("the message ends before its end")
    return head, parts


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} is not said across the pipe")
