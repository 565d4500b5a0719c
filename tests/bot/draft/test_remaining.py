"""The time to go: right at a steady pace, steady at an uneven one, and never nonsense."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.draft.progress import QUIET_S, DraftProgress
from bot.draft.remaining import LOOK_S, Remaining, told_s
from models.images import Preview, Progress

_STEP_S = st.floats(0.1, 30)


@given(steps=st.integers(4, 60), step_s=_STEP_S, together=st.integers(1, 4), waited_s=st.floats(0, 1e6))
def test_at_a_steady_pace_it_is_right(steps: int, step_s: float, together: int, waited_s: float) -> None:
    """Candidates drawn together move in bursts; neither that nor the wait before the first step misleads it."""
    remaining, now = Remaining(), waited_s
    for step in range(1, steps + 1):
        now = waited_s + step * step_s
        for candidate in range(together):
            done = (step - 1) * together + candidate + 1
            remaining.note(done / (steps * together), now)
        left = remaining.left_s(now)
        if left is not None:
            assert left == pytest.approx((steps - step) * step_s, rel=1e-3, abs=1e-3)
    assert remaining.left_s(now) is not None or (steps - 1) * step_s < LOOK_S + step_s


@given(st.lists(st.tuples(st.floats(0, 0.3), st.floats(0, 60)), max_size=40))
def test_whatever_comes_it_is_a_time(progress: list[tuple[float, float]]) -> None:
    remaining, share, now = Remaining(), 0.0, 0.0
    for more, took in progress:
        share, now = min(1.0, share + more), now + took
        remaining.note(share, now)
        left = remaining.left_s(now)
        assert left is None or (left >= 0 and math.isfinite(left))


@given(step_s=st.floats(0.5, 5), hiccup=st.floats(1, 3), at=st.integers(8, 28))
def test_one_slow_step_does_not_make_it_jump(step_s: float, hiccup: float, at: int) -> None:
    remaining, now, before = Remaining(), 0.0, None
    for step in range(1, 31):
        slow = step_s * hiccup if step == at else step_s
        now += slow
        remaining.note(step / 30, now)
        left = remaining.left_s(now)
        if before is not None and left is not None:
            assert left - before <= slow * 0.8 * (30 - step) / step + 1e-6, "an estimate jumped up"
        before = left


@given(st.floats(0, 36_000))
def test_what_is_told_is_never_shorter_and_hardly_longer(left_s: float) -> None:
    told = told_s(left_s)
    assert told >= left_s and told > 0
    assert told <= max(left_s * 1.34 + 2, 2)


@given(st.floats(0, 3600), st.floats(0, 3600))
def test_what_is_told_grows_with_the_time(one: float, other: float) -> None:
    assume(one <= other)
    assert told_s(one) <= told_s(other)


def test_steps_are_shown_where_no_previews_come() -> None:
    now = [0.0]
    progress = DraftProgress(1, lambda: now[0])
    assert progress.note(Progress(0, 1, 10)) is None
    assert progress.note(Preview(0, 1, 10, b"jpeg", "image/jpeg")) is not None
    now[0] = QUIET_S - 1
    assert progress.note(Progress(0, 2, 10)) is None
    now[0] = QUIET_S
    making = progress.note(Progress(0, 3, 10))
    assert making is not None and making.share == 0.3
    assert making.left_s == pytest.approx(QUIET_S / 2 * 7)
