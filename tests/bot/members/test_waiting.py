"""Why a draft waits and for how long: what is told rests on what was measured."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.members.waiting import Reason, reason_of, to_go_ms
from models.health import Health
from storage.jobs import Delivery, Job, JobState, Waiting

NOW = 1_000_000


def waiting(state: JobState = JobState.QUEUED, ahead: int = 0, started_at: int | None = None) -> Waiting:
    job = Job("j", "d", "m", state, 0, Delivery("1", "2", "en-US"), None, 0)
    return Waiting(job, ahead, started_at)


@pytest.mark.parametrize(
    ("state", "ahead", "server", "reason"),
    [
        (JobState.QUEUED, 0, Health.READY, Reason.NEXT),
        (JobState.QUEUED, 2, Health.READY, Reason.OTHERS),
        (JobState.QUEUED, 2, Health.STARTING, Reason.LOADING),
        (JobState.QUEUED, 0, Health.AWAY, Reason.AWAY),
        (JobState.RUNNING, 0, Health.FAILED, Reason.FAILED),
        (JobState.RUNNING, 0, Health.READY, Reason.DRAWING),
        (JobState.MADE, 0, Health.AWAY, Reason.MADE),
    ],
)
def test_the_reason(state: JobState, ahead: int, server: Health, reason: Reason) -> None:
    assert reason_of(waiting(state, ahead), server) is reason


def test_one_slow_draft_among_many_says_nothing_of_the_next() -> None:
    assert to_go_ms(waiting(), [900, 1000, 90_000], workers=1, now_ms=NOW) == 1000


def test_those_before_take_whole_rounds() -> None:
    left = [to_go_ms(waiting(ahead=ahead), [1000], workers=2, now_ms=NOW) for ahead in range(5)]
    assert left == [1000, 1000, 2000, 2000, 3000]


def test_what_is_being_drawn_has_begun() -> None:
    begun = waiting(JobState.RUNNING, started_at=NOW - 300)
    assert to_go_ms(begun, [1000], workers=2, now_ms=NOW) == 700
    assert to_go_ms(begun, [200], workers=2, now_ms=NOW) == 0


def test_where_nothing_was_measured_nothing_is_told() -> None:
    assert to_go_ms(waiting(), [], workers=2, now_ms=NOW) is None


@given(st.integers(0, 500), st.lists(st.integers(0, 10**7), min_size=1), st.integers(1, 64))
def test_nobody_waits_longer_than_those_behind(ahead: int, recent: list[int], workers: int) -> None:
    mine, theirs = (to_go_ms(waiting(ahead=a), recent, workers=workers, now_ms=NOW) for a in (ahead, ahead + 1))
    assert mine is not None and theirs is not None and 0 <= mine <= theirs
