"""Drafts replicas behind Ray Serve, as processes of their own, seen through the client that the bot uses."""

import asyncio
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import pytest

from models.errors import RequestRefused
from models.health import Health
from models.images import CandidateDone, DraftDone, DraftEvent, DraftRequest, ImagesClient, Progress
from models.serve import DRAFTS_KEY_VARIABLE

pytest.importorskip("ray", reason="the extra [ray] is not installed")

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
KEY = "test-key"
LONG = 150
"""Steps enough to still be under way when something happens."""
_MARK = "COLOPHON_TEST_RAY"
_HEADER = "X-Colophon-Replica"


@dataclass(frozen=True, slots=True)
class Running:
    """A Ray of this test alone, and the drafts replicas in it."""

    process: subprocess.Popen[bytes]
    port: int
    mark: str

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def client(self, key: str = KEY) -> ImagesClient:
        return ImagesClient(base_url=self.base_url, api_key=key)

    def pids(self, name: str = "") -> list[int]:
        """Return the living processes of this Ray whose title contains a name."""
        return [pid for pid, title in _processes(self.mark) if name in title]

    async def replicas(self, count: int) -> set[str]:
        """Ask until as many replicas have answered."""
        seen: set[str] = set()
        async with httpx2.AsyncClient() as http, asyncio.timeout(90):
            while len(seen) < count:
                answer = await http.get(f"http://127.0.0.1:{self.port}/health")
                if answer.is_success:
                    seen.add(answer.headers[_HEADER])
        return seen


def _processes(mark: str) -> Iterator[tuple[int, str]]:
    wanted = f"{_MARK}={mark}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name), (folder / "cmdline").read_text()
        except OSError:  # it ended meanwhile, or is somebody else's
            continue


@contextmanager
def running(replicas: int) -> Iterator[Running]:
    # pytest's own folders have names too long for the sockets that Ray puts into its folder.
    with TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder:
        yield from _running(Path(folder), replicas)


def _running(folder: Path, replicas: int) -> Iterator[Running]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    mark = secrets.token_hex(8)
    env = dict(os.environ) | {
        _MARK: mark,
        DRAFTS_KEY_VARIABLE: KEY,
        "PYTHONPATH": str(ROOT),
        "RAY_TMPDIR": str(folder),
        # The token that Ray makes for its own authentication is kept there.
        "HOME": str(folder),
    }
    options = {"port": port, "min-replicas": replicas, "max-replicas": replicas, "num-cpus": 0.5}
    argv = [sys.executable, "-m", "models.drafts.ray_main", *(f"--{name}={value}" for name, value in options.items())]
    with (folder / "ray.log").open("wb") as log:
        process = subprocess.Popen(argv, env=env, cwd=ROOT, stdout=log, stderr=log)
    found = Running(process, port, mark)
    try:
        _wait_for_line(process, folder / "ray.log", "replicas serve on")
        yield found
    finally:
        process.terminate()
        try:
            process.wait(60)
        finally:
            for pid in found.pids():
                os.kill(pid, signal.SIGKILL)


def _wait_for_line(process: subprocess.Popen[bytes], log: Path, words: str) -> None:
    deadline = time.monotonic() + 180
    while words not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)


@pytest.fixture(scope="module")
def pair() -> Iterator[Running]:
    """Lend two replicas to the tests of this file."""
    with running(replicas=2) as found:
        yield found


@pytest.fixture
async def client(pair: Running) -> AsyncIterator[ImagesClient]:
    async with pair.client() as made:
        yield made


def asked(draft_id: str, *, steps: int | None = None, seeds: tuple[int, ...] = (1,)) -> DraftRequest:
    return DraftRequest(draft_id, "a red apple", seeds, steps=steps)


async def draw(client: ImagesClient, request: DraftRequest) -> list[DraftEvent]:
    async with aclosing(client.draft(request)) as events:
        return [event async for event in events]


def pictures(events: list[DraftEvent]) -> list[bytes]:
    return [event.image for event in events if isinstance(event, CandidateDone)]


async def test_a_draft_passes_through_with_its_progress_and_record(client: ImagesClient) -> None:
    events = await draw(client, asked("d1", seeds=(1, 2)))
    assert any(isinstance(event, Progress) for event in events)
    assert len(pictures(events)) == 2
    assert isinstance(events[-1], DraftDone)


async def test_both_replicas_draw_and_a_seed_means_the_same_to_both(pair: Running) -> None:
    body = {"prompt": "a red apple", "seeds": [5], "n": 1, "size": "512x512"}
    drawn: dict[str, str] = {}
    headers = {"Authorization": f"Bearer {KEY}"}
    async with httpx2.AsyncClient(timeout=60, headers=headers) as http, asyncio.timeout(120):
        while len(drawn) < 2:
            answer = await http.post(f"{pair.base_url}/images/generations", json=body)
            drawn[answer.headers[_HEADER]] = answer.json()["data"][0]["b64_json"]
    assert len(set(drawn.values())) == 1


async def test_a_draft_asked_for_again_has_the_same_pictures_wherever_it_lands(client: ImagesClient) -> None:
    first, *others = [pictures(await draw(client, asked("d2", seeds=(3,)))) for _ in range(4)]
    assert all(other == first for other in others)


async def test_a_wrong_key_is_refused_by_the_replica(pair: Running) -> None:
    async with pair.client("other") as stranger:
        with pytest.raises(RequestRefused) as caught:
            await draw(stranger, asked("d3"))
        assert caught.value.kind == "unauthorized"
        health = await stranger.health()
        assert (health.state, "unauthorized" in health.detail) == (Health.FAILED, True)


async def test_leaving_the_stream_stops_the_drawing_in_whatever_replica(pair: Running, client: ImagesClient) -> None:
    async with aclosing(client.draft(asked("d4", steps=LONG))) as events:
        async for event in events:
            if isinstance(event, Progress):
                break
    async with httpx2.AsyncClient() as http, asyncio.timeout(60):
        answer = await http.get(f"http://127.0.0.1:{pair.port}/metrics")
        while 'outcome="cancelled"} 1' not in answer.text:
            answer = await http.get(f"http://127.0.0.1:{pair.port}/metrics")


async def test_a_killed_replica_is_replaced(pair: Running, client: ImagesClient) -> None:
    before = await pair.replicas(2)
    os.kill(pair.pids("ServeReplica")[0], signal.SIGKILL)
    async with asyncio.timeout(120):
        while not await pair.replicas(1) - before:  # noqa: ASYNC110 - other processes say no more than this
            await asyncio.sleep(0.1)
    assert (await client.health()).state is Health.READY
    assert isinstance((await draw(client, asked("d5")))[-1], DraftDone)


async def test_the_end_waits_for_running_drafts_and_leaves_nothing_behind() -> None:
    with running(replicas=1) as alone:
        async with alone.client() as client, aclosing(client.draft(asked("d6", steps=LONG, seeds=(1, 2)))) as events:
            made: list[DraftEvent] = []
            async for event in events:
                if not made:
                    alone.process.terminate()
                made.append(event)
        assert len(pictures(made)) == 2
        assert isinstance(made[-1], DraftDone)
        assert await asyncio.to_thread(alone.process.wait, 60) == 0
        assert alone.pids() == []


def test_nonsense_is_refused_before_ray_is_started() -> None:
    argv = [sys.executable, "-m", "models.drafts.ray_main", "--min-replicas=3", "--max-replicas=2"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "max_replicas must not be less than min_replicas" in done.stderr
