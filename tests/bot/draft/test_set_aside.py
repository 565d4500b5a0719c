"""A draft that fails again and again is set aside, on record, and told once; what comes late of it does nothing."""

import pytest

from bot.draft import delivery
from models.errors import GenerationFailed, ModelsError, ServerUnavailable
from models.health import Health
from storage.drafts import DraftView, NewCandidate
from storage.errors import LeaseLost
from storage.jobs import Delivery, Job, JobState
from tests.bot.draft.test_delivery import FakeFace, Scene, encoded, scene, store

__all__ = ["scene", "store"]


@pytest.fixture(autouse=True)
def _again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "RETRY_MS", -1)


@pytest.mark.parametrize("error", [GenerationFailed("out of memory"), ServerUnavailable("it died over this draft")])
async def test_what_the_model_fails_at_each_time_is_set_aside(scene: Scene, error: ModelsError) -> None:
    scene.engine.error = error
    for _ in range(2):
        await scene.work()
        assert await scene.state() is JobState.QUEUED
    await scene.work()
    job = await scene.store.jobs.get(scene.job_id)
    assert (job.state, job.reason, scene.face.failures) == (JobState.FAILED, "set-aside-model", ["set-aside-model"])
    assert await scene.recorded("gen.failed") == 1
    assert await scene.store.jobs.failures() == {"set-aside-model": 1}
    assert await scene.store.jobs.lease("w", 60_000) is None


async def test_what_its_workers_were_lost_over_each_time_is_not_begun_again(scene: Scene) -> None:
    for _ in range(3):
        assert await scene.store.jobs.lease("killed", 60_000) is not None
        await scene.store.jobs.release_all()  # as the next start does
    await scene.work()
    assert (scene.face.failures, scene.engine.asked) == (["set-aside-lost"], [])
    assert await scene.recorded("gen.failed") == 1


async def test_waiting_for_a_server_is_no_failure_and_costs_nothing(scene: Scene) -> None:
    scene.engine.health_is = Health.AWAY
    for _ in range(5):
        await scene.work()
    job = await scene.store.jobs.get(scene.job_id)
    assert (job.state, job.failures) == (JobState.QUEUED, 0)
    scene.engine.health_is = Health.READY
    await scene.work()
    assert await scene.state() is JobState.DELIVERED


async def test_a_stop_is_no_failure(scene: Scene) -> None:
    for _ in range(5):
        assert await scene.store.jobs.lease("stopped", 60_000) is not None
        await scene.store.jobs.release_all("stopped")
    job = await scene.store.jobs.get(scene.job_id)
    assert (job.state, job.failures) == (JobState.QUEUED, 0)


async def test_what_comes_late_of_a_lost_lease_does_nothing(scene: Scene) -> None:
    late = await scene.store.jobs.lease("slow", -1)
    taken = await scene.store.jobs.lease("quick", 60_000)
    assert late is not None and taken is not None and late.id == taken.id
    view, size = await scene.store.drafts.view(scene.draft_id), await scene.store.ledger.size()
    picture = await scene.store.media.put_picture(encoded((1, 0, 0)), "image/png")
    for act in (
        scene.store.drafts.made(late, [NewCandidate(7, picture)], {}, 1),
        scene.store.drafts.failed(late, view, "late"),
        scene.store.jobs.postpone(late, 0),
        scene.store.jobs.delivered(late),
        scene.store.jobs.told(late),
    ):
        with pytest.raises(LeaseLost):
            await act
    current = await scene.store.jobs.get(scene.job_id)
    assert (current.state, current.worker, await scene.store.ledger.size()) == (JobState.RUNNING, "quick", size)


async def test_a_failure_that_could_not_be_told_is_told_once_later(scene: Scene) -> None:
    class Away(FakeFace):
        async def show_failure(self, job: Job, view: DraftView, reason: str) -> Delivery:
            raise ConnectionError("the chat is away")

    face, scene.face, scene.shut_out = scene.face, Away(), True
    with pytest.raises(ConnectionError):
        await scene.work()
    job = await scene.store.jobs.get(scene.job_id)
    assert (job.state, job.delivery.token) == (JobState.FAILED, "t"), "the way to its member is still known"
    await scene.store.jobs.release_all("w")
    scene.face = face
    await scene.work()
    assert (face.failures, await scene.recorded("gen.failed")) == (["blocked"], 1)
    assert (await scene.store.jobs.get(scene.job_id)).delivery.token is None
    assert await scene.store.jobs.lease("w", 60_000) is None
