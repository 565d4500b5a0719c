"""What a member used of a server is counted from what is there: pictures and texts, where they were asked for."""

from storage.clock import now_ms
from storage.members import Member
from storage.projects import Project
from storage.store import Store
from tests.storage.test_drafts import make, submit


async def test_drafts_count_where_their_project_began_and_are_under_way_until_made(
    store: Store, ann: Member, project: Project
) -> None:
    first = await submit(store, ann, project)
    await make(store, first)
    await submit(store, ann, project)
    used = await store.usage.of(ann, "9", 0, now_ms())
    assert (len(used.asked_ms), used.under_way) == (2, 1)
    assert list(used.asked_ms) == sorted(used.asked_ms)
    elsewhere = await store.usage.of(ann, "10", 0, now_ms())
    assert (elsewhere.asked_ms, elsewhere.under_way) == ((), 0)
    assert await store.usage.home(ann) == "9"


async def test_what_a_clock_recorded_that_was_ahead_counts_once_it_is_past(
    store: Store, ann: Member, project: Project
) -> None:
    await submit(store, ann, project)
    used = await store.usage.of(ann, "9", 0, now_ms() - 60_000)
    assert (used.asked_ms, used.under_way) == ((), 1)
