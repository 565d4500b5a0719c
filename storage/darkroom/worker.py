"""The process of a darkroom: opens what strangers sent, one thing at a time, under limits that it cannot lift.

It is started with an empty environment, no open files but its pipes, and the limits below, which the kernel enforces
whatever a decoder may do. It writes no file, leaves no memory image behind, and ends when the bot does. It runs as the
bot's user all the same: it bounds memory and time and keeps a crash apart, and is no other account.
"""

import ctypes
import os
import resource
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final

from PIL import Image

from storage.darkroom.found import FileRefused, Why
from storage.darkroom.frames import Garbled, packed, received
from storage.darkroom.work import WORK

MEMORY_BYTES: Final = 3 * 2**29
"""Of address space: two pictures of 40 million pixels compared take about two thirds of it."""
_FILES: Final = 64
_NO_NEW_PRIVILEGES: Final = 38
"""PR_SET_NO_NEW_PRIVS of prctl(2)."""
TOO_MUCH: Final = 3
"""The exit status after memory ran out: what is left of the process is not to be trusted with the next picture."""


def main() -> int:
    """Answer until the pipe is closed."""
    pipe_in, pipe_out = _pipes()
    _limit_everything()
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    while True:
        message = received(pipe_in.read)
        if message is None:
            return 0
        head, parts = message
        try:
            answer = _answer(head, parts)
        except MemoryError:
            _send(pipe_out, [*packed({"refused": {"why": Why.COSTLY, "width": 0, "height": 0}})])
            return TOO_MUCH
        _send(pipe_out, answer)
        # So that one large picture is not held while the next one is read.
        del message, head, parts, answer


def _answer(head: dict[str, object], parts: Sequence[bytes]) -> list[bytes]:
    """Do what is asked and return the answer; what nobody foresaw is told by its kind and place, without a value."""
    work, how, seconds = head.get("work"), head.get("how"), head.get("seconds")
    if not isinstance(work, str) or not isinstance(how, dict) or not isinstance(seconds, int):
        raise Garbled("the message asks for nothing")
    _limit_processor(seconds)
    try:
        found, given = WORK[work](how, parts)
    except FileRefused as refused:
        return packed({"refused": {"why": refused.why, "width": refused.width, "height": refused.height}})
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - decoders raise anything over a hostile file; it is told, and logged there
        return packed({"failed": f"{type(error).__name__} at {_place(error.__traceback__)}"})
    return packed({"found": found}, given)


def _place(trace: TracebackType | None) -> str:
    """Return the file and line that an error came from."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "?" if trace is None else f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the two pipes; whatever a library prints goes nowhere and cannot be taken for an answer."""
    pipe_in = os.fdopen(os.dup(0), "rb")
    pipe_out = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    return pipe_in, pipe_out


def _send(pipe: BinaryIO, message: Sequence[bytes]) -> None:
    for piece in message:
        pipe.write(piece)
    pipe.flush()


def _limit_everything() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def _limit_processor(seconds: int) -> None:
    """Allow so many seconds more of the processor; the kernel ends the process after them."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    sys.exit(main())
