"""`colophon try` as a process, the way a stranger starts it."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.pocket.specification import document_path

ROOT = Path(__file__).resolve().parents[2]
# Ignored by git: the converted language model is kept here between runs.
CACHE = ROOT / "build" / "cache"
WATCHED = Path(__file__).parent / "watched"


@dataclass(slots=True)
class Studio:
    """A running `colophon try`."""

    process: "subprocess.Popen[bytes]"
    url: str
    data: Path
    start_s: float
    watched: Path
    """What the bot said that Discord would not have taken; nothing is there where nobody could look."""

    def child(self, name: str) -> int:
        """Return the process id of a child: bot, drafts, language or pocket."""
        words = {"bot": "-m bot run", "drafts": "-m models.drafts", "pocket": "-m bot.pocket", "language": "vllm"}[name]
        mine = {pid: line for pid, line in processes().items() if str(self.data) in line or words in line}
        group = [pid for pid in mine if words in mine[pid] and is_below(pid, self.process.pid)]
        assert group, f"no {name} below {self.process.pid}"
        return min(group)

    def warm_up(self, within_s: float = 240.0) -> None:
        """Wait until every server is ready.

        The first start of a machine reads some gigabytes of libraries from its disk, which takes over two minutes.
        """
        said, until = said_by(self.data), time.monotonic() + within_s
        while not all(f"{name} is ready." in said.read_text() for name in ("bot", "drafts", "language")):
            assert time.monotonic() < until, f"not warm within {within_s} s: {said.read_text()}"
            time.sleep(0.1)

    def descendants(self) -> set[int]:
        """Return every process that the launcher started, however deep."""
        return {pid for pid in processes() if is_below(pid, self.process.pid)}

    def stop(self) -> float:
        """Press Ctrl-C; return how many seconds the end took."""
        before = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        return time.monotonic() - before


def said_by(data: Path) -> Path:
    """Return the file of what the launcher prints."""
    return data.parent / f"{data.name}.out"


def start_studio(data: Path, *arguments: str) -> Studio:
    """Start it and wait for the line that names the page."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COLOPHON_")}
    environ |= {"XDG_CACHE_HOME": str(CACHE), "COLOPHON_ACCELERATOR": "cpu", "PYTHONUNBUFFERED": "1"}
    data.mkdir(parents=True, exist_ok=True)
    watched, document = data.parent / f"{data.name}.watched", document_path()
    if document is not None:
        path = os.pathsep.join((str(WATCHED), str(ROOT)))
        environ |= {"PYTHONPATH": path, "WATCHED_INTO": str(watched), "WATCHED_BY": str(document)}
    said = said_by(data)
    before = time.monotonic()
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "try", "--port", "0", "--data", str(data), *arguments],
            cwd=ROOT,
            env=environ,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    while process.poll() is None:
        found = re.search(r"http://\S+", said.read_text())
        if found:
            return Studio(process, found[0], data, time.monotonic() - before, watched)
        time.sleep(0.05)
    raise AssertionError(f"it ended with {process.returncode}: {said.read_text()}")


def processes() -> dict[int, str]:
    """Return the command line of every process of this machine."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                found[int(folder.name)] = (
                    (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                )
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found


def is_below(pid: int, ancestor: int) -> bool:
    """Tell whether a process descends from another one."""
    while pid > 1:
        try:
            pid = int((Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            return False
        if pid == ancestor:
            return True
    return False
