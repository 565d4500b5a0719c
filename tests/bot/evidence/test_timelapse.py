"""The film and the sheet as they leave: marked, signed, on record, and refused in words where they cannot be made."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.errors import OperatorError, UserFacing, explain
from bot.evidence import timelapse
from bot.evidence.timelapse import File, Form, Made, Timelapse
from bot.operate.timelapse import make_timelapse
from bot.settings import load_settings
from storage.acts import Act
from storage.darkroom.darkroom import Darkroom
from storage.darkroom.found import NotDrawn
from storage.darkroom.process import Worker
from storage.evidence.bundle import ExportRequest
from storage.evidence.certificates import signing_identity
from storage.evidence.credentials import Credentials, State
from storage.evidence.marks import marks_of
from storage.evidence.verify import Verdict, verify_bundle
from storage.members import Member
from storage.privacy import Basis
from storage.projects import Project
from storage.store import StorageConfig, Store, open_store
from tests.storage.test_drafts import ACT, make, submit

COMPOSITE = "compositeWithTrainedAlgorithmicMedia"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(StorageConfig(tmp_path / "data"), init=True)
    yield opened
    await opened.close()


@pytest.fixture
async def ann(store: Store) -> Member:
    return await store.members.meet("discord", "1001", "Ann")


@pytest.fixture
async def project(store: Store, ann: Member) -> Project:
    return await made_of_boats(store, ann)


async def made_of_boats(store: Store, ann: Member) -> Project:
    """Return a project in which something was drawn, chosen and finished."""
    opened, _ = await store.projects.open(ann, "Boats", guild_id=None)
    await store.projects.declare_intent(opened, "给外婆的船", ACT)
    submitted = await submit(store, ann, opened)
    await make(store, submitted)
    await store.drafts.choose(submitted.draft_id, 2, ann, "the blue one", ACT)
    await store.projects.finish(opened, "Blue boat", "I chose it.", Act("175928847299117063", "22", None))
    return opened


@pytest.fixture
def credentials(store: Store) -> Credentials:
    return Credentials(signing_identity(store.config.keys_dir, store.ledger.origin))


@pytest.fixture
def lapse(store: Store, credentials: Credentials) -> Timelapse:
    return Timelapse(store, credentials)


def by_form(made: Made) -> dict[Form, File]:
    return {file.form: file for file in made.files}


async def test_both_files_say_that_they_contain_ai(
    lapse: Timelapse, project: Project, store: Store, credentials: Credentials
) -> None:
    files = by_form(await lapse.make(project, Form.BOTH, "en-US"))
    for form, mime in ((Form.FILM, "image/webp"), (Form.SHEET, "image/png")):
        data = files[form].data
        found = credentials.read(data, mime)
        assert found.state is State.TRUSTED
        assert found.draft_id is not None and found.draft_id.startswith("timelapse-")
        said = marks_of(data)
        assert (said.mime, said.source_type, said.credentials) == (mime, COMPOSITE, True)
        assert said.label is not None
        assert (said.label.certainty, said.label.producer) == ("1", store.ledger.origin)
        assert said.label.produce_id == found.draft_id


async def test_the_film_still_plays_with_its_marks(lapse: Timelapse, project: Project) -> None:
    (file,) = (await lapse.make(project, Form.FILM, "zh-CN")).files
    assert file.name.endswith(".webp") and file.name.isascii()
    with Image.open(BytesIO(file.data)) as film:
        assert getattr(film, "is_animated", False)
        film.seek(getattr(film, "n_frames", 1) - 1)
        film.load()


async def test_leaving_is_on_record_with_the_hashes_of_what_left(
    lapse: Timelapse, project: Project, store: Store, tmp_path: Path
) -> None:
    made = await lapse.make(project, Form.BOTH, "en-US")
    last = (await store.history(project)).events[-1]
    assert (last.seq, last.kind, last.actor) == (made.receipt.seq, "export.made", project.actor)
    assert last.map("scope") == {
        "by": "owner",
        "what": "timelapse",
        "size": made.size,
        "files": [sha256(file.data).hexdigest() for file in made.files],
    }
    assert made.size == made.receipt.seq, "it was made from everything before its own leaving"
    looks = await store.privacy.looks([project])
    assert [look.who for look in looks] == ["owner"]
    bundle = tmp_path / "bundle.zip"
    await store.exporter.export(ExportRequest({project.id: project.actor}, {"by": "owner"}), bundle)
    assert verify_bundle(bundle, vkeys=(store.ledger.vkey,)).verdict is Verdict.VERIFIED


async def test_an_erased_project_still_shows_that_there_was_something(
    lapse: Timelapse, project: Project, store: Store
) -> None:
    await store.privacy.erase(project, Basis.ASKED)
    made = await lapse.make(project, Form.SHEET, "en-US")
    assert len(made.files) == 1


async def test_where_nothing_was_drawn_there_is_nothing_to_show(lapse: Timelapse, ann: Member, store: Store) -> None:
    empty, _ = await store.projects.open(ann, "Empty", guild_id=None)
    await refused(lapse, empty, "error-timelapse-empty", store)


async def refused(lapse: Timelapse, project: Project, key: str, store: Store) -> None:
    size = await store.ledger.size()
    with pytest.raises(UserFacing) as caught:
        await lapse.make(project, Form.BOTH, "en-US")
    assert caught.value.key == key
    assert await store.ledger.size() == size, "nothing left, so nothing is recorded as having left"


@pytest.fixture
async def hanging(store: Store) -> AsyncIterator[Darkroom]:
    """Return a darkroom that never has a film done, and gives up a sheet."""
    opened = Darkroom(partial(Worker.start, "tests.storage.darkroom.unruly"))
    yield opened
    await opened.close()


async def test_what_takes_too_long_is_given_up_and_its_process_ends(
    hanging: Darkroom, project: Project, store: Store, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timelapse, "PATIENCE_S", 1.0)
    await refused(Timelapse(replace(store, darkroom=hanging), credentials), project, "error-timelapse-long", store)
    await nothing_runs_in(hanging)


async def test_who_goes_away_stops_the_work(
    hanging: Darkroom, project: Project, store: Store, credentials: Credentials
) -> None:
    lapse = Timelapse(replace(store, darkroom=hanging), credentials)
    task = asyncio.create_task(lapse.make(project, Form.FILM, "en-US"))
    while not hanging.pids:  # noqa: ASYNC110 - there is nothing to be told by
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await nothing_runs_in(hanging)


async def nothing_runs_in(darkroom: Darkroom) -> None:
    """Wait until nobody draws any more: what was interrupted is ended, and not asked again."""
    async with asyncio.timeout(10):
        while darkroom.pids:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_drawing_that_fails_is_told_and_records_nothing(
    hanging: Darkroom, project: Project, store: Store, credentials: Credentials, caplog: pytest.LogCaptureFixture
) -> None:
    size = await store.ledger.size()
    with pytest.raises(NotDrawn) as caught:
        await Timelapse(replace(store, darkroom=hanging), credentials).make(project, Form.SHEET, "en-US")
    told = explain(caught.value)
    assert told is not None and told.key == "error-not-drawn"
    assert "sheet failed with ZeroDivisionError at unruly.py:" in caplog.text
    assert await store.ledger.size() == size


async def test_a_film_that_no_quality_makes_small_enough_is_told(
    lapse: Timelapse, project: Project, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: object) -> bytes:
        return b""

    monkeypatch.setattr(Darkroom, "_drawn", nothing)
    await refused(lapse, project, "error-timelapse-large", store)


async def test_the_operator_writes_the_files_while_the_bot_is_stopped(tmp_path: Path) -> None:
    store = await open_store(StorageConfig(tmp_path / "data"), init=True)
    project = await made_of_boats(store, await store.members.meet("discord", "1001", "Ann"))
    file = tmp_path / "colophon.toml"
    file.write_text(f"[storage]\ndata = '{store.config.data_dir}'\n")
    settings = load_settings(file, {})
    with pytest.raises(OperatorError, match="Stop it first"):
        await make_timelapse(settings, project.id, tmp_path / "out", Form.BOTH, "en-US")
    await store.close()
    said = await make_timelapse(settings, project.id, tmp_path / "out", Form.BOTH, "zh-CN")
    names = sorted(path.suffix for path in (tmp_path / "out").iterdir())
    assert names == [".png", ".webp"]
    assert str(tmp_path / "out") in said
    with pytest.raises(OperatorError, match="there is no project p_unknown"):
        await make_timelapse(settings, "p_unknown", tmp_path / "out", Form.BOTH, "en-US")
    with pytest.raises(OperatorError, match="cannot be written"):
        await make_timelapse(settings, project.id, file / "out", Form.BOTH, "en-US")
    again = await open_store(store.config)
    recorded = (await again.history(project)).events[-1]
    assert (recorded.actor, recorded.map("scope")["by"]) == ("sys", "operator")
    await again.close()
