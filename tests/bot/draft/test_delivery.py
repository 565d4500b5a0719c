"""From a job to a card, over a real store: what fails on the way is tried again, told, or never recorded."""

import asyncio
import io
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select

from bot.draft.delivery import Card, DraftRunner
from bot.draft.progress import Making
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
from storage.drafts import BriefParams, DraftView, NewBrief
from storage.evidence.certificates import signing_identity
from storage.evidence.credentials import Credentials
from storage.evidence.marking import Marking
from storage.evidence.marks import marks_of
from storage.evidence.visible import VisibleLabel
from storage.jobs import Delivery, Job, JobState
from storage.store import StorageConfig, Store, open_store
from storage.tables import evidence_event

RECORD = GenerationRecord("m", "1", "0" * 64, "P", "S", 4, 1.0, "float32", "cpu", 2, {"torch": "2"}, ("boat",), ())


def encoded(colour: tuple[int, int, int], kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(out, kind)
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
                yield CandidateDone(index, seed, encoded((seed, 0, 0), self.kind), f"image/{self.kind.lower()}", 64, 64)
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

    async def work(self) -> None:
        """Lease the job and see it through once."""
        job = await self.store.jobs.lease("w", 60_000)
        assert job is not None
        runner = DraftRunner(
            self.store.drafts,
            self.store.jobs,
            self.store.media,
            self.engine,
            self.store.ledger,
            terms=Terms(("logo",)),
            marking=Marking(
                Credentials(signing_identity(self.store.config.keys_dir, "test/log1")),
                producer="test/log1",
                version="1",
                visible=self.visible,
            ),
        )
        await runner.run(job, self.face)

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
    brief = NewBrief("a boat", "rain", BriefParams("text", (7, 8), style="flat"))
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


async def brief_of(scene: Scene, words: str) -> Scene:
    """Put another brief on record in place of the first."""
    job = await scene.store.jobs.lease("other", 60_000)
    assert job is not None
    ann = await scene.store.members.meet("discord", "1001", "Ann")
    await scene.store.drafts.cancel(scene.draft_id, ann, Act("2", "2", None))
    project = await scene.store.projects.current(ann)
    assert project is not None
    brief = NewBrief(words, "", BriefParams("text", (7, 8)))
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
