"""From a job to a card, over a real store: what fails on the way is tried again, told, or never recorded."""

import asyncio
import io
import json
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from c2pa import Reader
from PIL import Image
from sqlalchemy import func, select

from bot.draft import reading
from bot.draft.delivery import DraftRunner
from bot.draft.progress import Making
from bot.draft.reading import Card, CardReader
from bot.draft.terms import Terms
from models.errors import GenerationFailed, ModelsError, RequestRefused, ServerUnavailable
from models.health import Health, ServerHealth
from models.images import (
    CandidateDone,
    CandidateWithheld,
    DraftDone,
    DraftEvent,
    DraftRequest,
    GenerationRecord,
    Preview,
    Progress,
)
from storage.acts import Act
from storage.briefs import BriefParams, InputRole, Material, NewBrief, NewInput
from storage.drafts import DraftView
from storage.evidence.certificates import signing_identity
from storage.evidence.credentials import Credentials
from storage.evidence.marking import Marking
from storage.evidence.marks import marks_of
from storage.evidence.visible import VisibleLabel
from storage.jobs import Delivery, Job, JobState
from storage.mandate import Mandate
from storage.media import Picture
from storage.store import StorageConfig, Store, open_store
from storage.tables import evidence_event

RECORD = GenerationRecord("m", "1", "0" * 64, "P", "S", 4, 1.0, "float32", "cpu", 2, {"torch": "2"}, ("boat",), ())


def encoded(colour: tuple[int, int, int], kind: str = "PNG", side: int = 64) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, kind)
    return out.getvalue()


@dataclass(slots=True)
class FakeEngine:
    """Draws two flat pictures, or fails as told."""

    health_is: Health = Health.READY
    error: ModelsError | None = None
    ends_early: bool = False
    withheld: tuple[int, ...] = ()
    preview: bytes = field(default_factory=lambda: encoded((9, 9, 9), "JPEG"))
    holding: asyncio.Event = field(default_factory=asyncio.Event)
    hold: asyncio.Event | None = None
    kind: str = "PNG"
    side: int = 64
    asked: list[DraftRequest] = field(default_factory=list)

    async def health(self) -> ServerHealth:
        return ServerHealth(self.health_is, "as told")

    async def draft(self, request: DraftRequest) -> AsyncGenerator[DraftEvent]:
        self.asked.append(request)
        yield Progress(0, 2, 4)
        yield Preview(0, 2, 4, self.preview, "image/jpeg")
        await asyncio.sleep(0)  # as any real stream would, now and then
        self.holding.set()
        if self.hold is not None:
            await self.hold.wait()
        if self.error is not None:
            raise self.error
        for index, seed in enumerate(request.seeds):
            if index in self.withheld:
                yield CandidateWithheld(index, seed, "nsfw")
            else:
                yield CandidateDone(
                    index, seed, encoded((seed, 0, 0), self.kind, self.side), f"image/{self.kind.lower()}", 64, 64
                )
        if not self.ends_early:
            yield DraftDone(RECORD)


@dataclass(slots=True)
class FakeFace:
    """Remembers what was shown."""

    makings: list[Making] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    async def show_making(self, job: Job, view: DraftView, making: Making) -> Delivery:
        self.makings.append(making)
        return job.delivery

    async def show_card(self, job: Job, card: Card) -> Delivery:
        self.cards.append(card)
        return job.delivery

    async def show_failure(self, job: Job, view: DraftView, reason: str) -> Delivery:
        self.failures.append(reason)
        return job.delivery


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(StorageConfig(tmp_path), init=True)
    yield opened
    await opened.close()


@dataclass(slots=True)
class Scene:
    """A brief on record, and everything that acts on it."""

    store: Store
    engine: FakeEngine
    face: FakeFace
    job_id: str
    draft_id: str
    visible: VisibleLabel = VisibleLabel.OFF
    shut_out: bool = False

    async def work(self) -> None:
        """Lease the job and see it through once."""
        job = await self.store.jobs.lease("w", 60_000)
        assert job is not None
        marking = Marking(
            Credentials(signing_identity(self.store.config.keys_dir, "test/log1")),
            producer="test/log1",
            version="1",
            visible=self.visible,
        )
        runner = DraftRunner(
            self.store.drafts,
            self.store.jobs,
            self.store.media,
            self.engine,
            terms=Terms(("logo",), lambda guild: self.store.servers.of(guild).terms),
            shut_out=lambda _: self.shut_out,
            marking=marking,
            reader=CardReader(self.store.media, self.store.ledger, marking),
        )
        await runner.run(job, self.face)

    async def material(self, shade: int) -> Picture:
        """Keep a picture that goes into a brief."""
        return await self.store.media.put_picture(encoded((shade, 0, 0)), "image/png")

    async def state(self) -> JobState:
        return (await self.store.jobs.get(self.job_id)).state

    async def recorded(self, type_: str) -> int:
        async with self.store.database.read() as connection:
            query = select(func.count()).select_from(evidence_event).where(evidence_event.c.type == type_)
            return await connection.scalar(query) or 0


@pytest.fixture
async def scene(store: Store) -> Scene:
    ann = await store.members.meet("discord", "1001", "Ann")
    project, _ = await store.projects.open(ann, "Boats", guild_id=None)
    delivery = Delivery(channel_id="1", user_id="1001", locale="en-US", token="t", token_until=1)
    brief = NewBrief("a boat", "rain", BriefParams("draft", (7, 8), style="flat"))
    made = await store.drafts.submit(ann, project, brief, Act("1", "2", None), delivery)
    return Scene(store, FakeEngine(), FakeFace(), made.job_id, made.draft_id)


async def test_a_job_becomes_a_card(scene: Scene) -> None:
    await scene.work()
    (card,) = scene.face.cards
    assert [c.seed for c in card.view.candidates] == [7, 8]
    assert all(b"trainedAlgorithmicMedia" in image for image in card.images)
    preview = marks_of(scene.face.makings[0].previews[0])
    assert preview.label is not None and preview.label.produce_id == f"{scene.draft_id}-1-preview"
    assert await scene.state() is JobState.DELIVERED
    (asked,) = scene.engine.asked
    assert (asked.prompt, asked.negative, asked.style, asked.seeds) == ("a boat", "rain", "flat", (7, 8))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("visible", [VisibleLabel.OFF, VisibleLabel.CHINESE])
async def test_whatever_a_server_sends_is_delivered_with_every_mark(
    scene: Scene, kind: str, visible: VisibleLabel
) -> None:
    scene.engine.kind, scene.visible = kind, visible
    await scene.work()
    (card,) = scene.face.cards
    for number, image in enumerate(card.images, start=1):
        found = marks_of(image)
        assert found.mime == ("image/png" if visible is not VisibleLabel.OFF else f"image/{kind.lower()}")
        assert found.label is not None and found.label.produce_id == f"{scene.draft_id}-{number}"
        assert found.credentials
        told = await scene.store.ledger.disclosed(card.view.candidates[number - 1].seq)
        assert isinstance(told["marks"], dict) and told["marks"]["visible"] == visible.value
        assert found.label.reserved_1.endswith(str(told["pixels"]))


@pytest.mark.parametrize(
    ("preview", "visible"),
    [
        (b"no picture", VisibleLabel.OFF),
        (b"no picture", VisibleLabel.ENGLISH),
        (encoded((9, 9, 9), "JPEG")[:99], VisibleLabel.ENGLISH),
    ],
)
async def test_a_preview_that_cannot_be_labelled_is_not_shown(
    scene: Scene, preview: bytes, visible: VisibleLabel
) -> None:
    scene.engine.preview, scene.visible = preview, visible
    await scene.work()
    assert not scene.face.makings
    assert len(scene.face.cards) == 1


async def test_a_file_that_is_too_large_is_shown_smaller_and_recorded_whole(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SENT_BYTES", 6_000)
    scene.engine.side = 800
    await scene.work()
    (card,) = scene.face.cards
    assert card.smaller
    for number, (image, candidate) in enumerate(zip(card.images, card.view.candidates, strict=True), start=1):
        assert image.startswith(b"\xff\xd8")
        found = marks_of(image)
        assert found.label is not None and found.label.produce_id == f"{scene.draft_id}-{number}"
        whole = await scene.store.media.read(candidate.sha256)
        assert len(whole) > 6_000
        with Image.open(io.BytesIO(whole)) as kept:
            assert kept.size == (800, 800)


async def test_every_picture_that_goes_in_is_asked_with_and_credited(scene: Scene) -> None:
    roles = (InputRole.IMAGE, InputRole.MASK)
    inputs = [NewInput(role, Material(await scene.material(shade))) for shade, role in enumerate(roles)]
    scene = await brief_of(scene, "a sail", BriefParams("inpaint", (7,)), *inputs)
    await scene.work()
    (asked,) = scene.engine.asked
    assert (asked.operation, asked.image, asked.mask) == ("inpaint", encoded((0, 0, 0)), encoded((1, 0, 0)))
    (card,) = scene.face.cards
    with Reader("image/png", io.BytesIO(card.images[0])) as reader:
        ingredients = json.loads(reader.json())["manifests"][reader.get_active_manifest()["label"]]["ingredients"]
    assert [each["relationship"] for each in ingredients] == ["inputTo", "inputTo"]
    assert marks_of(card.images[0]).source_type == "compositeWithTrainedAlgorithmicMedia"


async def test_a_picture_that_was_erased_meanwhile_is_told(scene: Scene) -> None:
    given = NewInput(InputRole.IMAGE, Material(await scene.material(3)))
    scene = await brief_of(scene, "a sail", BriefParams("redraw", (7,)), given)
    (digest,) = [each.sha256 for each in (await scene.store.drafts.view(scene.draft_id)).inputs]
    scene.store.media.path(digest).unlink()
    await scene.work()
    assert scene.face.failures == ["input-erased"]
    assert await scene.state() is JobState.FAILED
    assert not scene.engine.asked


async def brief_of(scene: Scene, words: str, params: BriefParams | None = None, *inputs: NewInput) -> Scene:
    """Put another brief on record in place of the first."""
    job = await scene.store.jobs.lease("other", 60_000)
    assert job is not None
    ann = await scene.store.members.meet("discord", "1001", "Ann")
    await scene.store.drafts.cancel(scene.draft_id, ann, Act("2", "2", None))
    project = await scene.store.projects.current(ann)
    assert project is not None
    brief = NewBrief(words, "", params or BriefParams("draft", (7, 8)), inputs)
    made = await scene.store.drafts.submit(ann, project, brief, Act("3", "2", None), job.delivery)
    return Scene(scene.store, scene.engine, scene.face, made.job_id, made.draft_id)


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("a naked child", "minors"),
        ("萝莉 裸体", "minors"),
        ("an erotic scene", "age-restricted"),
        ("their Logo on a mug", "operator"),
    ],
)
async def test_words_that_break_a_rule_are_on_record_and_not_drawn(scene: Scene, words: str, rule: str) -> None:
    scene = await brief_of(scene, words)
    await scene.work()
    assert scene.face.failures == [rule]
    assert await scene.state() is JobState.FAILED
    assert (await scene.recorded("gen.refused"), await scene.recorded("gen.start")) == (1, 0)
    assert not scene.engine.asked


async def test_a_term_that_was_added_while_a_brief_waited_is_not_drawn_either(scene: Scene) -> None:
    job = await scene.store.jobs.get(scene.job_id)
    await scene.store.jobs.set_delivery(job.id, replace(job.delivery, guild_id="9"))
    await scene.store.servers.add_term(Mandate("9", "3", "a trade mark"), "boat")
    await scene.work()
    assert scene.face.failures == ["server"]
    assert (await scene.recorded("gen.refused"), await scene.recorded("gen.start")) == (1, 0)


async def test_nothing_is_drawn_any_more_for_who_was_blocked_meanwhile(scene: Scene) -> None:
    scene.shut_out = True
    await scene.work()
    assert scene.face.failures == ["blocked"]
    assert await scene.state() is JobState.FAILED
    assert (await scene.recorded("gen.refused"), await scene.recorded("gen.start")) == (1, 0)


async def test_a_candidate_that_is_withheld_is_missing_on_the_card(scene: Scene) -> None:
    scene.engine.withheld = (0,)
    await scene.work()
    (card,) = scene.face.cards
    assert [c.seed for c in card.view.candidates] == [8]


async def test_a_draft_of_which_nothing_is_left_is_told_and_on_record(scene: Scene) -> None:
    scene.engine.withheld = (0, 1)
    await scene.work()
    assert scene.face.failures == ["withheld"]
    assert (await scene.recorded("gen.refused"), await scene.recorded("draft.made")) == (1, 0)


@pytest.mark.parametrize("health", [Health.STARTING, Health.AWAY, Health.FAILED])
async def test_waiting_for_a_model_is_no_event(scene: Scene, health: Health) -> None:
    scene.engine.health_is = health
    await scene.work()
    assert await scene.state() is JobState.QUEUED
    assert await scene.recorded("gen.start") == 0
    assert not scene.face.failures


@pytest.mark.parametrize("error", [ServerUnavailable("gone"), GenerationFailed("broke")])
async def test_what_may_pass_is_tried_again(scene: Scene, error: ModelsError) -> None:
    scene.engine.error = error
    await scene.work()
    assert await scene.state() is JobState.QUEUED
    assert not scene.face.failures


async def test_a_stream_that_ends_early_is_tried_again(scene: Scene) -> None:
    scene.engine.ends_early = True
    await scene.work()
    assert await scene.state() is JobState.QUEUED
    assert await scene.recorded("draft.made") == 0


async def test_a_refusal_is_told_and_the_brief_stays(scene: Scene) -> None:
    scene.engine.error = RequestRefused("nothing-known", "no word")
    await scene.work()
    assert scene.face.failures == ["nothing-known"]
    assert await scene.state() is JobState.FAILED
    assert await scene.recorded("prompt.submit") == 1


async def test_a_job_cancelled_while_it_runs_records_no_draft(scene: Scene) -> None:
    scene.engine.hold = asyncio.Event()
    working = asyncio.create_task(scene.work())
    await scene.engine.holding.wait()
    ann = await scene.store.members.meet("discord", "1001", "Ann")
    await scene.store.drafts.cancel(scene.draft_id, ann, Act("2", "2", None))
    scene.engine.hold.set()
    await working
    assert await scene.recorded("draft.made") == 0
    assert not scene.face.cards


async def test_what_is_made_is_only_delivered_again(scene: Scene) -> None:
    class Unreachable(FakeFace):
        async def show_card(self, job: Job, card: Card) -> Delivery:
            raise ConnectionError("the chat is away")

    face, scene.face = scene.face, Unreachable()
    with pytest.raises(ConnectionError):
        await scene.work()
    assert await scene.state() is JobState.MADE
    await scene.store.jobs.release_all()
    scene.face = face
    await scene.work()
    assert len(scene.engine.asked) == 1
    assert len(face.cards) == 1
    assert await scene.state() is JobState.DELIVERED
