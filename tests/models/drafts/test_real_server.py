"""The drafts server as the launcher starts it, drawing with the shipped weights."""

import asyncio
import io

import pytest
from PIL import Image

from models.embedded.drafts import NAME, PACKAGE, VERSION, weights_digest
from models.errors import RequestRefused
from models.images import CandidateDone, DraftDone, DraftEvent, DraftRequest, Preview
from tests.fixtures_drafts import RealDraftsServer

pytestmark = pytest.mark.slow


def pictures_of(events: list[DraftEvent]) -> dict[int, bytes]:
    return {event.candidate: event.image for event in events if isinstance(event, CandidateDone)}


async def test_it_draws_what_it_knows_and_says_how(real_drafts_server: RealDraftsServer) -> None:
    async with real_drafts_server.client() as client, asyncio.timeout(120):
        while not (await client.health()).ready:  # noqa: ASYNC110 - another process says no more than this
            await asyncio.sleep(0.05)
        events = [e async for e in client.draft(DraftRequest("d1", "一个红苹果", (1, 2), style="soft"))]
        again = [e async for e in client.draft(DraftRequest("d2", "一个红苹果", (1, 2), style="soft"))]
        with pytest.raises(RequestRefused) as refused:
            _ = [e async for e in client.draft(DraftRequest("d3", "quantum entropy", (1,)))]
    assert refused.value.kind == "nothing-known"
    assert any(isinstance(e, Preview) for e in events)
    pictures, others = ([pictures_of(each)[n] for n in (0, 1)] for each in (events, again))
    assert pictures == others
    with Image.open(io.BytesIO(pictures[0])) as picture:
        assert picture.size == (512, 512)
    last = events[-1]
    assert isinstance(last, DraftDone)
    assert last.record.drawn_from
    assert last.record.libraries["diffusers"]
    assert (last.record.model, last.record.repo, last.record.revision) == (NAME, PACKAGE, VERSION)
    assert last.record.weights_sha256 == weights_digest()
    assert (last.record.scheduler, last.record.steps) == ("FlowMatchEulerDiscreteScheduler", 12)
    assert {"seeds", "buckets", "compute", "safety", "adapters", "size"} <= last.record.extra.keys()
