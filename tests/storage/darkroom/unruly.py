"""A darkroom's process whose decoder does what a hostile file could make one do; the limits are the real ones."""

import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from storage.darkroom import work, worker


def unruly(_: Mapping[str, Any], parts: Sequence[bytes]) -> work.Answer:
    """Do what the file says."""
    said = bytes(parts[0])
    match said.partition(b" ")[0]:
        case b"hang":
            time.sleep(600)
        case b"spin":
            while True:
                pass
        case b"eat":
            return {"eaten": len([bytearray(2**26) for _ in range(100)])}, ()
        case b"crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case b"leave":
            os._exit(7)
        case b"babble":
            print("a library that prints", flush=True)
            return {"mime": ["not", "a", "type"]}, ()
        case b"stumble":
            raise ZeroDivisionError(said)
        case b"write":
            Path(said.partition(b" ")[2].decode()).write_bytes(b"x" * 100)
        case b"tell":
            seen = [f"{name}={value}" for name, value in os.environ.items()]
            return {"mime": " ".join(seen), "size": [1, 1], "marks_something": None}, ()
    return {"mime": "image/png", "size": [1, 1], "marks_something": None}, ()


def hang(_: Mapping[str, Any], __: Sequence[bytes]) -> work.Answer:
    """Never have anything done."""
    while True:
        time.sleep(600)


def stumble(_: Mapping[str, Any], __: Sequence[bytes]) -> work.Answer:
    """Fail as only a mistake of ours does."""
    raise ZeroDivisionError


if __name__ == "__main__":
    setattr(worker, "WORK", {**work.WORK, "check": unruly, "film": hang, "sheet": stumble})  # noqa: B010 - a constant, to everybody but this process
    sys.exit(worker.main())
