"""What a moderator types is read strictly: a reason that says something, times that are times, whole holds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserFacing
from bot.moderation.asked import read_forms, read_hold, read_reason, read_span, read_time
from storage.evidence.moderation_export import Form
from storage.mandate import Hold

DAY_MS = 86_400_000
NOON = 1_795_348_800_000
"""2026-11-22T12:00Z."""


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-22", NOON - DAY_MS // 2),
        ("2026-11-22 12:00", NOON),
        (" 2026-11-22T12:00:00Z ", NOON),
        ("2026-11-22T20:00+08:00", NOON),
    ],
)
def test_a_time_is_utc_unless_it_says_otherwise(text: str, at: int) -> None:
    assert read_time(text) == at


def test_a_day_ends_with_its_last_moment_and_a_time_with_itself() -> None:
    assert read_time("2026-11-22", end=True) == NOON + DAY_MS // 2
    assert read_time("2026-11-22 12:00", end=True) == NOON
    assert read_span("2026-11-22", "2026-11-22") == (NOON - DAY_MS // 2, NOON + DAY_MS // 2)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "22.11.2026", "9" * 50, "0001-01-01T00:00+23:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UserFacing) as caught:
        read_time(text)
    assert caught.value.key == "error-moderation-time"


def test_the_end_of_time_is_no_crash() -> None:
    with pytest.raises(UserFacing):
        read_time("9999-12-31", end=True)


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1)))
def test_every_time_is_read_back(moment: datetime) -> None:
    at = read_time(moment.isoformat())
    assert timedelta(0) <= moment.replace(tzinfo=UTC) - datetime.fromtimestamp(at / 1000, UTC) < timedelta(seconds=1)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text: str) -> None:
    for end in (False, True):
        try:
            read_time(text, end=end)
        except UserFacing as error:
            assert error.key == "error-moderation-time"


def test_an_empty_stretch_is_refused() -> None:
    with pytest.raises(UserFacing):
        read_span("2026-11-23", "2026-11-22")
    assert read_span(None, None) == (None, None)


@pytest.mark.parametrize("text", ["", "   ", "abc", "x" * 301, " \n a b "])
def test_a_reason_has_to_say_something(text: str) -> None:
    with pytest.raises(UserFacing):
        read_reason(text)


def test_a_reason_is_one_line() -> None:
    assert read_reason("  a complaint\n@everyone  about #4 ") == "a complaint @everyone about #4"
    assert read_reason("举报核查") == "举报核查"


def test_a_hold_has_days_and_a_reason() -> None:
    assert read_hold(None, None, NOON) is None
    assert read_hold(3, "the police asked", NOON) == Hold(NOON + 3 * DAY_MS, "the police asked")
    for days, reason in ((3, None), (None, "the police asked"), (0, "the police asked"), (91, "the police asked")):
        with pytest.raises(UserFacing):
            read_hold(days, reason, NOON)


def test_forms() -> None:
    assert read_forms("all") == tuple(Form)
    assert read_forms("csv") == (Form.CSV,)
    with pytest.raises(UserFacing):
        read_forms("xlsx")
