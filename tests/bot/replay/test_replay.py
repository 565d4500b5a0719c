"""Drawn by the real server, recorded in a real store, and drawn again by whoever has the store or the bundle."""

import asyncio
import io
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from PIL import Image

from bot.draft.delivery import DraftRunner
from bot.draft.progress import Making
from bot.draft.reading import Card, CardReader
from bot.draft.terms import Terms
from bot.errors import OperatorError
from bot.operate.replay import replay as replay_command
from models.embedded.drafts import NAME, PACKAGE, VERSION, weights_digest
from models.images import ImagesClient
from models.serve import drafts_argv
from storage.acts import Act
from storage.briefs import BriefParams, InputRole, Material, NewBrief, NewInput
from storage.drafts import DraftView
from storage.evidence.bundle import ExportRequest
from storage.evidence.certificates import signing_identity
from storage.evidence.credentials import Credentials
from storage.evidence.marking import Marking
from storage.evidence.marks import marks_of
from storage.evidence.pixels import pixels_sha256
from storage.evidence.visible import VisibleLabel
from storage.jobs import Delivery, Job
from storage.members import Member
from storage.store import StorageConfig, Store, open_store
from tests.fixtures_drafts import RealDraftsServer

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]


class Nobody:
    """A face that nobody looks at."""

    async def show_making(self, job: Job, view: DraftView, making: Making) -> Delivery:
        return job.delivery

    async def show_card(self, job: Job, card: Card) -> Delivery:
        return job.delivery

    async def show_failure(self, job: Job, view: DraftView, reason: str) -> Delivery:
        raise AssertionError(reason)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A store that was closed, its bundle and key, and the events of three candidates."""

    data: Path
    bundle: Path
    vkey: str
    from_words: tuple[int, ...]
    from_own_picture: int
    generation: Mapping[str, Any]


async def record(server: RealDraftsServer, folder: Path) -> Recorded:
    """Draw two candidates from words, and one from a member's own picture with the visible label."""
    store = await open_store(StorageConfig(folder / "data"), init=True)
    ann = await store.members.meet("discord", "1001", "Ann")
    project, _ = await store.projects.open(ann, "Boats", guild_id=None)
    credentials = Credentials(signing_identity(store.config.keys_dir, store.ledger.origin))
    out = io.BytesIO()
    Image.new("RGB", (200, 160), "orange").save(out, "JPEG")
    own = await store.media.put_picture(out.getvalue(), "image/jpeg")
    words = NewBrief("一只猫 a red boat", "", BriefParams("draft", (11, 12), style="bold"))
    redraw = NewBrief(
        "an orange", "", BriefParams("redraw", (5,), strength=0.6), (NewInput(InputRole.IMAGE, Material(own)),)
    )
    async with server.client() as client, asyncio.timeout(180):
        while not (await client.health()).ready:  # noqa: ASYNC110 - another process says no more than this
            await asyncio.sleep(0.05)
        seqs = []
        for brief, visible in ((words, VisibleLabel.OFF), (redraw, VisibleLabel.BOTH)):
            marking = Marking(credentials, producer=store.ledger.origin, version="1", visible=visible)
            runner = DraftRunner(
                store.drafts,
                store.jobs,
                store.media,
                client,
                terms=Terms(()),
                marking=marking,
                reader=CardReader(store.media, store.ledger, marking),
            )
            seqs.append(await draw(store, ann, brief, runner))
    bundle = folder / "bundle.zip"
    await store.exporter.export(ExportRequest({project.id: project.actor}, {"by": "owner"}), bundle)
    generation: Any = (await store.ledger.disclosed(seqs[0][0]))["generation"]
    await store.close()
    return Recorded(store.config.data_dir, bundle, store.ledger.vkey, seqs[0], seqs[1][0], generation)


async def draw(store: Store, ann: Member, brief: NewBrief, runner: DraftRunner) -> tuple[int, ...]:
    """See one brief through; return the events of its candidates."""
    project = await store.projects.current(ann)
    assert project is not None
    delivery = Delivery(channel_id="1", user_id="1001", locale="en-US", token=None, token_until=0)
    submitted = await store.drafts.submit(ann, project, brief, Act("1", "2", None), delivery)
    job = await store.jobs.lease("w", 60_000)
    assert job is not None
    await runner.run(job, Nobody())
    return tuple(candidate.seq for candidate in (await store.drafts.view(submitted.draft_id)).candidates)


@pytest.fixture(scope="module")
def recorded(real_drafts_server: RealDraftsServer, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    return asyncio.run(record(real_drafts_server, tmp_path_factory.mktemp("recorded")))


def replay(folder: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the command in an empty folder."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COLOPHON_")}
    environ |= {"COLOPHON_ACCELERATOR": "cpu", "PYTHONPATH": str(ROOT), **variables}
    command = [sys.executable, "-m", "bot", "replay", *arguments]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True)


def test_the_record_names_the_model_completely(recorded: Recorded) -> None:
    made = recorded.generation
    assert (made["model"], made["repo"], made["revision"], made["weights_sha256"]) == (
        *(NAME, PACKAGE, VERSION),
        weights_digest(),
    )
    assert (made["scheduler"], made["steps"], made["guidance"]) == ("FlowMatchEulerDiscreteScheduler", 12, 1.0)
    assert {"torch", "diffusers", "colophon"} <= made["libraries"].keys()
    assert made["device"].startswith("cpu")
    extra = made["extra"]
    assert (extra["seeds"], extra["adapters"], extra["size"]) == ([11, 12], [], [512, 512])
    assert extra["safety"]["by"] == "colophon"
    assert extra["compute"]["threads"] >= 1


def test_from_the_store_every_pixel_comes_again(recorded: Recorded, tmp_path: Path) -> None:
    out = tmp_path / "again.png"
    done = replay(tmp_path, str(recorded.from_words[1]), "--data", str(recorded.data), "--json", "--out", str(out))
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["verdict"], said["exit"], said["record"]) == ("bit-equal", 0, "store")
    assert (said["differences"], said["likeness"]) == ([], None)
    assert said["look"] > recorded.from_own_picture
    with Image.open(out) as image:
        assert pixels_sha256(image) == said["pixels"]["then"] == said["pixels"]["now"]
    found = marks_of(out.read_bytes())
    assert found.source_type == "trainedAlgorithmicMedia"
    assert found.label is not None and found.label.produce_id.startswith("replay-")
    assert "boat" not in done.stdout + done.stderr


def test_from_a_bundle_alone_too_with_the_members_picture_and_the_visible_label(
    recorded: Recorded, tmp_path: Path
) -> None:
    number, bundle = f"#{recorded.from_own_picture}", str(recorded.bundle)
    done = replay(tmp_path, number, "--bundle", bundle, "--vkey", recorded.vkey)
    assert done.returncode == 0, done.stderr
    assert "BIT-EQUAL" in done.stdout and "verifies against the key you gave" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == []


def test_another_number_of_threads_is_named_and_the_picture_is_the_same_to_the_eye(
    recorded: Recorded, tmp_path: Path
) -> None:
    threads = recorded.generation["extra"]["compute"]["threads"]
    with other_server(1 if threads > 1 else 2) as (url, key):
        done = replay(
            tmp_path,
            *(str(recorded.from_words[0]), "--bundle", str(recorded.bundle), "--json"),
            COLOPHON_DRAFTS_URL=url,
            COLOPHON_DRAFTS_KEY=key,
        )
    said = json.loads(done.stdout)
    assert said["record"] == "self-consistent"
    assert [each["what"] for each in said["differences"]] == ["compute.threads"]
    # Most processors sum in another order then; one that does not draws the very same picture.
    assert (done.returncode, said["verdict"]) in ((0, "bit-equal"), (1, "different"))
    assert said["likeness"] is None or said["likeness"]["nearness"] == "same"


@contextmanager
def other_server(threads: int) -> Iterator[tuple[str, str]]:
    """Run a drafts server that computes otherwise; yield its address and key."""
    with TemporaryDirectory(prefix="colophon-") as folder:
        socket, key = Path(folder) / "drafts.sock", secrets.token_hex(16)
        command = drafts_argv(socket=socket, api_key=key, threads=threads)
        process = subprocess.Popen(command.argv, env={**os.environ, **command.env}, stderr=subprocess.DEVNULL)
        try:
            asyncio.run(ready(socket, key))
            yield f"unix:{socket}", key
        finally:
            process.terminate()
            process.wait(20)


async def ready(socket: Path, key: str) -> None:
    async with ImagesClient(uds=socket, api_key=key) as client, asyncio.timeout(120):
        while not (await client.health()).ready:  # noqa: ASYNC110 - another process says no more than this
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("what", "bundle", "options", "sentence"),
    [
        ("99999", "{bundle}", {}, "has no such candidate"),
        ("#2", "nowhere.zip", {}, "there is no nowhere.zip"),
        ("{seq}", "{bundle}", {"out": Path("no/where.png")}, "there is no folder no"),
        ("{seq}", "{bundle}", {"language": "fr"}, "choose en-US or zh-CN"),
        ("{seq}", "{bundle}", {"url": "unix:/nowhere.sock"}, "cannot draw now"),
    ],
)
def test_what_cannot_be_done_is_one_clear_sentence(
    recorded: Recorded,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    bundle: str,
    options: dict[str, Any],
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    if "url" in options:
        monkeypatch.setenv("COLOPHON_DRAFTS_URL", options.pop("url"))
    path = Path(bundle.format(bundle=recorded.bundle))
    with pytest.raises(OperatorError, match=sentence):
        replay_command(what.format(seq=recorded.from_words[0]), bundle=path, **options)


def test_that_is_exit_status_2(tmp_path: Path) -> None:
    done = replay(tmp_path, "#2")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no database" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_speaks_chinese(recorded: Recorded, tmp_path: Path, real_drafts_server: RealDraftsServer) -> None:
    done = replay(
        tmp_path,
        *(str(recorded.from_words[0]), "--bundle", str(recorded.bundle), "--language", "zh-CN"),
        COLOPHON_DRAFTS_URL=f"unix:{real_drafts_server.socket}",
        COLOPHON_DRAFTS_KEY=real_drafts_server.api_key,
    )
    assert done.returncode == 0, done.stderr
    assert "逐位一致" in done.stdout and "没有给出公钥" in done.stdout
