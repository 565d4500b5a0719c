"""Run one server so that nothing of it can outlive whoever started it.

    python -P -S tether.py --log FILE --log-bytes N --grace SECONDS -- PROGRAM ARGUMENT...

The tether is the server's parent and stays for as long as the server runs. Its standard input is the
lifeline: a pipe or socket whose other end only the starter holds. The server is ended when

- the starter asks for it by SIGTERM;
- the lifeline closes, which the kernel does however the starter died, SIGKILL included, and whichever of its
  threads did the starting (PR_SET_PDEATHSIG of prctl(2) alone follows a thread, and misses a parent that is
  already gone).

Ending means SIGTERM to the server alone, so that it can drain and stop its own helpers, and after the grace
SIGKILL to everything that descends from it. Being a child subreaper (prctl(2), PR_SET_CHILD_SUBREAPER) the
tether finds helpers that were orphaned or changed their session too. Should the tether itself be killed, the
server has PR_SET_PDEATHSIG=SIGTERM on it.

What the server prints goes through the tether into a log of at most two files of N bytes (FILE and FILE.1):
a talkative server cannot fill the disk, and its last words are kept when the starter is gone.

It exits like the server did; with 128 + n where signal n ended the server, 127 where it could not be started.
Only the standard library, and little of it: this runs once for each server.
"""

import argparse
import ctypes
import os
import selectors
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, NoReturn

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_CANNOT_START = 127
_READ_BYTES = 65536
# How long to look for descendants that are dying; SIGKILL takes longer only in uninterruptible disk sleep.
_REAP_S = 5.0
_REAP_POLL_S = 0.005


class BoundedLog:
    """An append-only log that moves itself to `FILE.1` when it is full."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._lost_bytes = 0
        self._file: IO[bytes] = self._open()

    def write(self, data: bytes) -> None:
        """Append the bytes, rotating first if they would not fit; what a full disk loses is told later."""
        try:
            self._rotate_for(len(data))
            if self._lost_bytes:
                self._file.write(f"[tether] {self._lost_bytes} bytes could not be logged\n".encode())
                self._lost_bytes = 0
            written = self._file.write(data)
            # A full disk takes the beginning, and says so only by the number.
            self._lost_bytes += len(data) - written
        except OSError:
            # The server must go on working on a full disk: its log is worth less than the members' work.
            self._lost_bytes += len(data)

    def note(self, sentence: str) -> None:
        """Append a line of the tether's own."""
        self.write(f"[tether] {sentence}\n".encode())

    def _rotate_for(self, size_bytes: int) -> None:
        if self._file.tell() and self._file.tell() + size_bytes > self._max_bytes:
            # It was moved already where a full disk had no room for a new one; until there is, the old one stays open.
            with suppress(FileNotFoundError):
                self._path.replace(self._path.with_name(self._path.name + ".1"))
            full, self._file = self._file, self._open()
            full.close()

    def _open(self) -> IO[bytes]:
        # Unbuffered: after a crash the last line is what one wants to read.
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        file = os.fdopen(descriptor, "ab", buffering=0)
        file.seek(0, os.SEEK_END)
        return file


class Tether:
    """The server process, its output, and the ways in which it may end."""

    def __init__(self, argv: list[str], log: BoundedLog, grace_s: float) -> None:
        self._argv = argv
        self._log = log
        self._grace_s = grace_s
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._selector = selectors.DefaultSelector()
        self._server = 0
        self._status: int | None = None
        self._kill_at: float | None = None

    def run(self) -> int:
        """Run the server to its end and return the status to exit with."""
        self._libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        signals = self._catch_signals()
        output = self._start()
        self._selector.register(sys.stdin.fileno(), selectors.EVENT_READ, "lifeline")
        self._selector.register(signals, selectors.EVENT_READ, "signals")
        self._selector.register(output, selectors.EVENT_READ, "output")
        while self._status is None:
            self._turn()
        self._end_all()
        self._drain(output)
        return self._exit_status()

    def _turn(self) -> None:
        """Wait for the next thing to happen and deal with it."""
        wait_s = None if self._kill_at is None else max(0.0, self._kill_at - time.monotonic())
        for key, _ in self._selector.select(wait_s):
            data = os.read(key.fd, _READ_BYTES)
            if key.data == "output" and data:
                self._log.write(data)
            elif key.data == "signals":
                if signal.SIGTERM in data or signal.SIGINT in data:
                    self._ask_to_stop("asked to stop")
            elif not data:
                self._selector.unregister(key.fd)
                if key.data == "lifeline":
                    self._ask_to_stop("whoever started this server is gone")
        self._reap()
        if self._status is None and self._kill_at is not None and time.monotonic() >= self._kill_at:
            self._log.note(f"still running {self._grace_s:g} s after SIGTERM: killing it")
            os.kill(self._server, signal.SIGKILL)
            self._status = os.waitpid(self._server, 0)[1]

    def _catch_signals(self) -> int:
        """Turn signals into bytes on a pipe, so that one select sees everything in order."""
        reader, writer = os.pipe()
        for end in (reader, writer):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)
        return reader

    def _start(self) -> int:
        """Fork and exec the server; return the reading end of its output."""
        reader, writer = os.pipe()
        tether = os.getpid()
        self._server = os.fork()
        if self._server == 0:
            self._become_server(writer, tether)
        os.close(writer)
        return reader

    def _become_server(self, output: int, tether: int) -> NoReturn:
        """Replace this freshly forked process by the server; never returns."""
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            self._libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
            if os.getppid() != tether:  # the tether died between fork and prctl: no signal will come
                os._exit(_CANNOT_START)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.execvp(self._argv[0], self._argv)  # noqa: S606  # nosec B606 # no shell is wanted
        except OSError as error:
            os.write(output, f"cannot start {self._argv[0]}: {error.strerror}\n".encode())
        finally:
            os._exit(_CANNOT_START)

    def _ask_to_stop(self, why: str) -> None:
        """Send SIGTERM once and start the grace period; later calls change nothing."""
        if self._kill_at is None:
            self._log.note(why)
            self._kill_at = time.monotonic() + self._grace_s
            # The server has not been reaped yet, so its number cannot belong to a stranger.
            os.kill(self._server, signal.SIGTERM)

    def _reap(self) -> None:
        """Collect whoever died, also orphans of the server that came to us; note the server's own end."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self._server:
                self._status = status

    def _end_all(self) -> None:
        """Kill all descendants: each death hands its own children to us, so repeat until there are none."""
        give_up_at = time.monotonic() + _REAP_S
        while time.monotonic() < give_up_at:
            try:
                os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            for pid in _children():
                os.kill(pid, signal.SIGKILL)
            time.sleep(_REAP_POLL_S)
        self._log.note("some processes of this server do not die")

    def _drain(self, output: int) -> None:
        """Log what the server wrote last."""
        os.set_blocking(output, False)
        try:
            while data := os.read(output, _READ_BYTES):
                self._log.write(data)
        except BlockingIOError:
            # Somebody unkillable still holds the other end; what there was has been read.
            return

    def _exit_status(self) -> int:
        assert self._status is not None
        code = os.waitstatus_to_exitcode(self._status)
        return code if code >= 0 else 128 - code


def _children() -> list[int]:
    """List our direct children, zombies too (proc(5), /proc/pid/task/tid/children)."""
    own = os.getpid()
    return [int(pid) for pid in Path(f"/proc/{own}/task/{own}/children").read_text().split()]


def main(arguments: list[str]) -> int:
    """Parse the command line and run the server under the tether."""
    parser = argparse.ArgumentParser(prog="tether", description="Run a server that cannot outlive its starter.")
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--log-bytes", type=int, required=True)
    parser.add_argument("--grace", type=float, required=True)
    parser.add_argument("program", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    # Sockets, logs and caches of a model server concern nobody else on this machine.
    os.umask(0o077)
    program = options.program[1:] if options.program[:1] == ["--"] else options.program
    return Tether(program, BoundedLog(options.log, options.log_bytes), options.grace).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
