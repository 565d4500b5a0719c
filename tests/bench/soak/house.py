"""The processes of a soak: Colophon under its launcher as in production, and two model servers under supervisors."""

import asyncio
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from models.images import ImagesClient
from models.language import LanguageClient
from models.supervisor import Pace, ServerSpec, Supervisor
from tests.bench.soak.servers import MoodFile
from tests.e2e.studio import CACHE, ROOT, is_below, processes
from tests.models.fake_language import KEY

TALKER: Final = "soak/talker"
"""A language model that the catalogue does not know: it may talk and write, and not state law."""
FACTS: Final = ROOT / "build" / "cache" / "facts"
_PACE: Final = Pace(
    start_poll_s=0.2,
    watch_poll_s=1.0,
    ready_timeout_s=2.0,
    hung_after_s=6.0,
    stable_after_s=3.0,
    crashes_allowed=8,
    backoff_first_s=0.5,
    backoff_most_s=4.0,
)
_SAMPLE_S: Final = 1.0
# A process that ends has none of these any more.
_MEMORY: Final = re.compile(r"^(VmRSS|RssAnon):\s+(\d+) kB$", re.MULTILINE)
# What discord.py logs, with its traceback, when a connection is taken from it; here it is taken on purpose.
_EXPECTED: Final = ("Attempting a reconnect",)
# What these say of an error is of something that was forgotten: a task, a connection.
_NEVER: Final = ("asyncio", "aiohttp.client")
_BAD: Final = re.compile(r"^Traceback \(most recent call last\)|was never awaited|was never retrieved")


@dataclass(frozen=True, slots=True)
class Sample:
    """How much memory the bot had, and which of its processes it was."""

    at_s: float
    pid: int
    rss_bytes: int
    anon_bytes: int = 0
    """Of it what is in no file, as libraries and fonts are."""


class LogFollower:
    """Reads a log as it is written, over its rotations, and keeps what a bot that works never writes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None
        self._rest = ""
        self.lines = 0
        self.found: list[str] = []

    def read(self) -> None:
        """Read what is new; blocking."""
        if self._file is None:
            if not self._path.exists():
                return
            self._file = self._path.open(encoding="utf-8", errors="replace")
        self._take(self._file.read())
        if self._path.exists() and self._path.stat().st_ino != os.fstat(self._file.fileno()).st_ino:
            self._take(self._file.read())
            self._file.close()
            self._file = self._path.open(encoding="utf-8", errors="replace")
            self._take(self._file.read())

    def close(self) -> None:
        """Read the end, and close."""
        self.read()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _take(self, text: str) -> None:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self.lines += 1
            self.found += list(complaints(line))


def complaints(line: str) -> Iterator[str]:
    """Yield what a line of a log says of an error that nobody expected."""
    try:
        told = json.loads(line)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        if _BAD.search(line):
            yield line
        return
    # An error without a traceback is one that we foresaw and tell the operator of.
    unforeseen = "error" in told or told["logger"] in _NEVER
    if told["level"] in ("ERROR", "CRITICAL") and unforeseen and not str(told["message"]).startswith(_EXPECTED):
        last = str(told.get("error", "")).strip().splitlines()[-1:]
        yield f"{told['at']} {told['logger']} [{told['request']}]: {told['message']} {' '.join(last)[:300]}"


@dataclass(slots=True)
class House:
    """Everything that runs beside the people."""

    folder: Path
    url: str
    samples: list[Sample] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    """When a process of the bot was seen first."""
    drafts: Supervisor = field(init=False)
    language: Supervisor = field(init=False)
    log: LogFollower = field(init=False)
    _up: "subprocess.Popen[bytes]" = field(init=False)
    _pid: int | None = None
    _watching: asyncio.Task[None] | None = None
    _clients: list[ImagesClient | LanguageClient] = field(default_factory=list)

    @property
    def data(self) -> Path:
        """Return where the bot keeps what lasts."""
        return self.folder / "data"

    def mood(self, server: str) -> MoodFile:
        """Return how a model server is, or is to be."""
        return MoodFile(self.folder / f"{server}.mood")

    async def start(self) -> None:
        """Start everything; returns before the bot is there."""
        self.data.mkdir()
        FACTS.mkdir(parents=True, exist_ok=True)
        (self.data / "cache").symlink_to(FACTS)
        images = ImagesClient(uds=self._socket("drafts"), api_key=KEY)
        language = LanguageClient(uds=self._socket("language"), api_key=KEY)
        self._clients = [images, language]
        self.drafts, self.language = self._supervised("drafts", images), self._supervised("language", language)
        await asyncio.gather(self.drafts.start(), self.language.start())
        self._up = await asyncio.to_thread(self._start_bot)
        self.log = LogFollower(self.data / "logs" / "bot.log")
        self._watching = asyncio.create_task(self._watch(), name="watching the bot")

    def _socket(self, server: str) -> Path:
        return self.folder / f"{server}.sock"

    def _supervised(self, server: str, client: ImagesClient | LanguageClient) -> Supervisor:
        async def ready() -> bool:
            return (await client.health()).ready

        socket = self._socket(server)
        argv = (sys.executable, "-m", "tests.bench.soak.servers", server, str(socket), str(self.mood(server).path))
        return Supervisor(
            ServerSpec(
                name=server,
                argv=argv,
                env={"PYTHONPATH": str(ROOT)},
                ready=ready,
                log_file=self.folder / f"{server}.log",
                start_timeout_s=60.0,
                stop_grace_s=2.0,
                sockets=(socket,),
                pace=_PACE,
            )
        )

    def _start_bot(self) -> "subprocess.Popen[bytes]":
        environ = {name: value for name, value in os.environ.items() if not name.startswith("COLOPHON_")}
        environ |= {
            "COLOPHON_DISCORD_API": f"{self.url}/api/v10",
            "COLOPHON_DISCORD_GATEWAY": f"{self.url.replace('http', 'ws', 1)}/gateway/",
            "COLOPHON_DISCORD_TOKEN": "pocket-soak",
            "COLOPHON_DRAFTS_URL": f"unix:{self._socket('drafts')}",
            "COLOPHON_DRAFTS_KEY": KEY,
            "COLOPHON_DRAFTS_WORKERS": "8",
            "COLOPHON_LANGUAGE_URL": f"unix:{self._socket('language')}",
            "COLOPHON_LANGUAGE_KEY": KEY,
            "COLOPHON_LANGUAGE_MODEL": TALKER,
            "COLOPHON_LOG_FORM": "json",
            "COLOPHON_STORAGE_DATA": str(self.data),
            "XDG_CACHE_HOME": str(CACHE),
        }
        with (self.folder / "up.log").open("wb") as log:
            command = [sys.executable, "-m", "bot", "up", "--init"]
            return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)

    # --- looking at the bot --------------------------------------------------------------------

    async def _watch(self) -> None:
        """Take the memory of the bot, and read its log, once a second."""
        while True:
            await asyncio.to_thread(self._look)
            await asyncio.sleep(_SAMPLE_S)

    def _look(self) -> None:
        self.log.read()
        pid = self.bot()
        if pid is None:
            return
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return
        sizes = {name: int(kib) * 1024 for name, kib in _MEMORY.findall(status)}
        if sizes:
            self.samples.append(Sample(time.monotonic(), pid, sizes["VmRSS"], sizes["RssAnon"]))

    def bot(self) -> int | None:
        """Return the bot's process, not the one that holds it; None between two of them."""
        if self._pid is None or not Path(f"/proc/{self._pid}").exists():
            found = [p for p in below(self._up.pid) if "-m bot run" in p[1] and "tether" not in p[1]]
            self._pid = found[0][0] if found else None
            if self._pid is not None:
                self.starts.append(time.monotonic())
        return self._pid

    def server(self, name: str) -> int | None:
        """Return the process of a model server; None between two of them."""
        supervisor = self.drafts if name == "drafts" else self.language
        held = None if supervisor.pid is None else below(supervisor.pid)
        return held[0][0] if held else None

    @property
    def running(self) -> bool:
        """Tell whether the launcher is there."""
        return self._up.poll() is None

    async def stop_bot(self) -> int:
        """End Colophon as an operator does; return the launcher's exit status."""
        if self.running:
            self._up.send_signal(signal.SIGTERM)
        status = await asyncio.to_thread(self._up.wait, 40)
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await asyncio.to_thread(self.log.close)
        return status

    async def stop_servers(self) -> None:
        """End the model servers, and whatever is left."""
        if self.running:
            self._up.kill()
            await asyncio.to_thread(self._up.wait)
        await asyncio.gather(self.drafts.stop(), self.language.stop())
        await asyncio.gather(*(client.aclose() for client in self._clients))

    def up_complaints(self) -> list[str]:
        """Return what the launcher said that it never should."""
        lines = (self.folder / "up.log").read_text(errors="replace").splitlines()
        return [line for line in lines if _BAD.search(line)]


def below(ancestor: int) -> list[tuple[int, str]]:
    """Return the processes that descend from one, with their command lines, the first one first."""
    return sorted((pid, line) for pid, line in processes().items() if is_below(pid, ancestor))


def send(pid: int | None, number: signal.Signals) -> bool:
    """Send a signal to a process; tell whether it was there."""
    if pid is None:
        return False
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def growth(samples: Sequence[Sample], from_s: float, until_s: float) -> tuple[float, float, float] | None:
    """Return the bot's memory after warm-up, at the end (medians, in bytes), and by what share it grew.

    Both are of the process that lived last, so that like is compared with like: a sixth of the run, a minute at most,
    from the end of its first third on, and as long before its end. None where that process did not live so long.
    """
    window_s = min(60.0, (until_s - from_s) / 6)
    warm_s = from_s + (until_s - from_s) / 3
    last = samples[-1].pid if samples else 0
    own = [each for each in samples if each.pid == last and each.at_s <= until_s]
    early = [each.rss_bytes for each in own if warm_s <= each.at_s < warm_s + window_s]
    late = [each.rss_bytes for each in own if each.at_s >= until_s - window_s]
    if not early or not late or own[0].at_s > warm_s:
        return None
    before, after = statistics.median(early), statistics.median(late)
    return before, after, after / before - 1


def by_half_minute(samples: Sequence[Sample], from_s: float) -> list[str]:
    """Return the bot's memory, the median of each half minute of a run in MiB: all of it / what is in no file."""
    found: dict[int, list[Sample]] = {}
    for each in samples:
        found.setdefault(int((each.at_s - from_s) // 30), []).append(each)
    return [
        f"{statistics.median(s.rss_bytes for s in group) / 2**20:.1f}"
        f"/{statistics.median(s.anon_bytes for s in group) / 2**20:.1f}"
        for half, group in sorted(found.items())
        if half >= 0
    ]
