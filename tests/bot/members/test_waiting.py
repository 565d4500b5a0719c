"""Why a draft waits and for how long: what is told rests on what was measured."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.members.waiting import Reason, reason_of, text_reason_of, text_to_go_ms, to_go_ms
from models.health import Health
from storage.jobs import Delivery, Job, JobState, Waiting
from storage.leases import Measured
from storage.text_jobs import TextJob, TextWaiting

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


def text(
    state: str = "open", ahead: int = 0, started_at: int | None = None, *, worker: str | None = None
) -> TextWaiting:
    job = TextJob("t", "m", state, 0, Delivery("1", "2", "en-US"), worker, 0, None)
    return TextWaiting(job, 2, ahead, 3 * ahead, started_at)


@pytest.mark.parametrize(
    ("waiting", "server", "reason"),
    [
        (text(), Health.READY, Reason.NEXT),
        (text(ahead=2), Health.READY, Reason.OTHERS),
        (text(ahead=2), Health.STARTING, Reason.LOADING),
        (text(), Health.AWAY, Reason.AWAY),
        (text(started_at=NOW, worker="w"), Health.FAILED, Reason.FAILED),
        (text(started_at=NOW, worker="w"), Health.READY, Reason.DRAWING),
        (text("made", started_at=NOW), Health.AWAY, Reason.MADE),
    ],
)
def test_the_reason_of_a_text(waiting: TextWaiting, server: Health, reason: Reason) -> None:
    assert text_reason_of(waiting, server) is reason


def test_the_time_of_a_text_counts_candidates() -> None:
    measured = [Measured(cost=2, busy_ms=1000)] * 5
    assert text_to_go_ms(text(), measured, workers=1, now_ms=NOW) == 1000
    assert text_to_go_ms(text(ahead=2), measured, workers=1, now_ms=NOW) == 1000 + 6 * 500
    assert text_to_go_ms(text(ahead=2), measured, workers=3, now_ms=NOW) == 1000 + 2 * 500


def test_what_is_being_written_has_begun() -> None:
    measured = [Measured(cost=2, busy_ms=1000)] * 5
    begun = text(started_at=NOW - 300, worker="w")
    assert text_to_go_ms(begun, measured, workers=1, now_ms=NOW) == 700
    assert text_to_go_ms(text(started_at=NOW - 3000, worker="w"), measured, workers=1, now_ms=NOW) == 0
    assert text_to_go_ms(begun, [], workers=1, now_ms=NOW) is text_to_go_ms(text(), [], workers=1, now_ms=NOW) is None
