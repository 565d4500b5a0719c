"""Finding the candidate: by number, id or file, in a real store and in a real bundle; a look is on record first."""

import asyncio
import io
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.draft.request import Given
from bot.errors import OperatorError
from bot.evidence.offline import export_project
from bot.records import storage_config
from bot.replay.finding import Trust, find_in_bundle, find_in_store
from bot.settings import Settings, load_settings
from storage.acts import Act
from storage.briefs import BriefParams, InputRole, Material, NewBrief, NewInput
from storage.drafts import NewCandidate
from storage.evidence.keys import load_signing_key
from storage.evidence.notes import SigningKey
from storage.jobs import Delivery
from storage.privacy import Basis
from storage.store import StorageConfig, Store, open_store
from tests.storage.evidence.forging import Forged

DELIVERY = Delivery(channel_id="1", user_id="1001", locale="en-US", token=None, token_until=0)
MADE: dict[str, Any] = {"model": "tiny", "steps": 4, "extra": {"buckets": [[[2, 0, 4]], [[2, 1, 4]]]}}


def picture(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "PNG")
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Made:
    """A closed store with one draft from a member's own picture; `seq` is the event of its second candidate."""

    data: Path
    project: str
    seq: int
    id: str
    prompt: int


@dataclass(frozen=True, slots=True)
class Scene:
    """A copy of it, and the settings that lead there."""

    settings: Settings
    made: Made

    @property
    def seq(self) -> int:
        return self.made.seq

    async def export(self, out: Path) -> str:
        """Write the bundle; return the log's key."""
        return (await export_project(self.settings, self.made.project, out)).partition("--vkey ")[2].strip()


def key_of(scene: Scene) -> SigningKey:
    """Return the true key of the log, for a forger who has it."""
    return load_signing_key(scene.settings.storage.data / "keys" / "log.key", "colophon.local/log1", create=False)


async def opened(settings: Settings) -> Store:
    return await open_store(storage_config(settings))


async def build(folder: Path) -> Made:
    """Leave a store behind, closed."""
    store = await open_store(StorageConfig(folder), init=True)
    ann = await store.members.meet("discord", "1001", "Ann")
    project, _ = await store.projects.open(ann, "Boats", guild_id=None)
    own = await store.media.put_picture(picture("green"), "image/png")
    params = BriefParams("redraw", (7, 8), style="flat", strength=0.5)
    brief = NewBrief("a red boat", "rain", params, (NewInput(InputRole.IMAGE, Material(own)),))
    submitted = await store.drafts.submit(ann, project, brief, Act("1", "2", None), DELIVERY)
    job = await store.jobs.lease("w", 60_000)
    assert job is not None
    made = [
        NewCandidate(seed, await store.media.put_picture(picture(colour), "image/png"), {"visible": "zh"})
        for seed, colour in ((7, "red"), (8, "blue"))
    ]
    await store.drafts.made(job, made, MADE, took_ms=12)
    second = (await store.drafts.view(submitted.draft_id)).candidates[1]
    await store.close()
    return Made(folder, project.id, second.seq, second.id, submitted.receipt.seq)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return asyncio.run(build(tmp_path_factory.mktemp("made") / "data"))


@pytest.fixture
def scene(made: Made, tmp_path: Path) -> Scene:
    """Return a store of the test's own."""
    data, file = shutil.copytree(made.data, tmp_path / "data"), tmp_path / "colophon.toml"
    file.write_text(f"[storage]\ndata = '{data}'\n")
    return Scene(load_settings(file, {}), made)


@pytest.mark.parametrize("by", ["number", "hash and number", "id", "file"])
async def test_a_candidate_is_found_by_whatever_one_has_of_it(scene: Scene, by: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.png"
    file.write_bytes(picture("blue"))
    what = {"number": f"{scene.seq}", "hash and number": f"#{scene.seq}", "id": scene.made.id, "file": str(file)}[by]
    found = await find_in_store(scene.settings, what)
    candidate = found.candidate
    assert (candidate.seq, candidate.seed, candidate.prompt, candidate.negative) == (scene.seq, 8, "a red boat", "rain")
    assert candidate.params == BriefParams("redraw", (7, 8), style="flat", strength=0.5)
    assert (found.picture, found.trust) == (picture("blue"), Trust.STORE)
    assert found.given == (Given(InputRole.IMAGE, picture("green")),)
    assert candidate.generation == MADE
    assert candidate.visible.value == "zh"


async def test_the_look_is_on_record_and_the_member_sees_it(scene: Scene) -> None:
    found = await find_in_store(scene.settings, str(scene.seq))
    store = await opened(scene.settings)
    try:
        (project,) = await store.projects.list()
        (look,) = await store.privacy.looks([project])
        assert (look.seq, look.who, look.reason, look.opened) == (found.look, "operator", "replay", True)
        assert (await store.ledger.disclosed(look.seq)) == {"scope": {"by": "operator", "reason": "replay"}}
    finally:
        await store.close()


@pytest.mark.parametrize("what", ["9999", "#0", "0123456789abcdef0123", "nowhere.png"])
async def test_what_is_not_there_is_one_clear_line_and_no_look(scene: Scene, what: str) -> None:
    with pytest.raises(OperatorError, match=what.removeprefix("#")):
        await find_in_store(scene.settings, what)
    with pytest.raises(OperatorError, match="no such candidate"):
        await find_in_store(scene.settings, str(scene.made.prompt))
    store = await opened(scene.settings)
    assert await store.privacy.looks(await store.projects.list()) == []
    await store.close()


async def test_what_was_erased_cannot_be_drawn_again_and_is_no_look(scene: Scene) -> None:
    store = await opened(scene.settings)
    (project,) = await store.projects.list()
    await store.privacy.erase(project, Basis.ASKED)
    before = await store.ledger.size()
    await store.close()
    with pytest.raises(OperatorError, match="erased"):
        await find_in_store(scene.settings, str(scene.seq))
    store = await opened(scene.settings)
    assert await store.ledger.size() == before
    await store.close()


async def test_a_bundle_alone_holds_what_the_store_holds(scene: Scene, tmp_path: Path) -> None:
    vkey = await scene.export(tmp_path / "b.zip")
    file = tmp_path / "mine.png"
    file.write_bytes(picture("blue"))
    mine = await find_in_store(scene.settings, str(scene.seq))
    for what in (f"#{scene.seq}", str(file)):
        found = await find_in_bundle(tmp_path / "b.zip", what, [vkey])
        assert (found.candidate, found.picture, found.given) == (mine.candidate, mine.picture, mine.given)
        assert (found.trust, found.look) == (Trust.VERIFIED, None)
    alone = await find_in_bundle(tmp_path / "b.zip", str(scene.seq), [])
    assert alone.trust is Trust.SELF_CONSISTENT


async def test_a_bundle_that_does_not_verify_is_not_drawn_from(scene: Scene, tmp_path: Path) -> None:
    await scene.export(tmp_path / "b.zip")
    forged = Forged(tmp_path / "b.zip")
    at = forged.find("prompt.submit")
    forged.replace_words(at, "prompt", "something else")
    forged.pack(tmp_path / "forged.zip", key_of(scene))
    with pytest.raises(OperatorError, match="REFUSED"):
        await find_in_bundle(tmp_path / "forged.zip", str(scene.seq), [])


@pytest.mark.parametrize("field", ["prompt", "params", "generation", "pixels"])
async def test_words_that_were_withheld_are_named(scene: Scene, tmp_path: Path, field: str) -> None:
    await scene.export(tmp_path / "b.zip")
    forged = Forged(tmp_path / "b.zip")
    forged.disclosures = [row for row in forged.disclosures if row["field"] != field]
    forged.pack(tmp_path / "less.zip", key_of(scene))
    with pytest.raises(OperatorError, match=rf"written without .* \({field}\)"):
        await find_in_bundle(tmp_path / "less.zip", str(scene.seq), [])


@pytest.mark.parametrize(
    ("event", "field", "value"),
    [
        ("draft.made", "generation", "all of it"),
        ("draft.made", "seed", "7"),
        ("draft.made", "marks", {"visible": "ja"}),
        ("prompt.submit", "params", {"seeds": "7"}),
        ("prompt.submit", "params", {"seeds": [7], "sampler": "new"}),
        ("prompt.submit", "prompt", ["a boat"]),
    ],
)
async def test_a_record_of_another_shape_is_refused_and_not_guessed(
    scene: Scene, tmp_path: Path, event: str, field: str, value: Any
) -> None:
    await scene.export(tmp_path / "b.zip")
    forged = Forged(tmp_path / "b.zip")
    at = forged.find(event)
    forged.replace_words(at, field, value)
    forged.sign_history(key_of(scene))
    forged.pack(tmp_path / "odd.zip", key_of(scene))
    with pytest.raises(OperatorError, match="event"):
        await find_in_bundle(tmp_path / "odd.zip", str(forged.leaf(forged.find("draft.made"))["seq"]), [])
