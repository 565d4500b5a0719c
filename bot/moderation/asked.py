"""What a moderator asks for, read from what they typed; nothing here trusts the chat client to have checked it."""

from datetime import UTC, datetime, timedelta
from typing import Final

from bot.chat.typed import clean, has_words
from bot.draft.terms import folded
from bot.errors import UserFacing
from storage.evidence.moderation_export import Form
from storage.mandate import Hold

REASON_LENGTHS: Final = (4, 300)
HOLD_DAYS: Final = (1, 90)
TERM_LENGTHS: Final = (2, 60)
ALL: Final = "all"
"""Every form of file there is."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = timedelta(days=1)


def read_reason(text: str) -> str:
    """Return a reason in one line; raise UserFacing where it says nothing, or too much to be read by anyone."""
    reason = " ".join(text.split())
    low, high = REASON_LENGTHS
    if not low <= len(reason) <= high:
        raise UserFacing("error-moderation-reason", low=low, high=high)
    return reason


def read_time(text: str, *, end: bool = False) -> int:
    """Return a moment in milliseconds since the epoch; a bare date is its first moment, or the one after its last.

    Times are UTC unless they say otherwise. Raise UserFacing where it is no date.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        if end and len(text.strip()) <= len("2026-11-23"):
            moment += _DAY
        if moment < _EPOCH:
            raise ValueError("before there was anything to record")
    except (ValueError, OverflowError) as error:
        raise UserFacing("error-moderation-time", text=text[:40]) from error
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def read_term(text: str) -> str:
    """Return a term as briefs are compared with it; raise UserFacing where it would match too much, or nothing."""
    term = folded(" ".join(clean(text).split()))
    low, high = TERM_LENGTHS
    # Of Latin letters one matches every second brief; one Chinese character can be a word.
    if not has_words(term) or len(term) > high or (term.isascii() and len(term) < low):
        raise UserFacing("error-moderation-term", low=low, high=high)
    return term


def read_span(since: str | None, until: str | None) -> tuple[int | None, int | None]:
    """Return the bounds of a stretch of time; raise UserFacing where it is empty."""
    first = None if since is None else read_time(since)
    last = None if until is None else read_time(until, end=True)
    if first is not None and last is not None and first >= last:
        raise UserFacing("error-moderation-span")
    return first, last


def read_hold(days: int | None, reason: str | None, now_ms: int) -> Hold | None:
    """Return for how long and why a member is not told yet; raise UserFacing where one is given without the other."""
    if days is None and reason is None:
        return None
    low, high = HOLD_DAYS
    if days is None or reason is None or not low <= days <= high:
        raise UserFacing("error-moderation-hold", low=low, high=high)
    return Hold(now_ms + days * _DAY // timedelta(milliseconds=1), read_reason(reason))


def read_forms(text: str) -> tuple[Form, ...]:
    """Return the forms of file that are wanted; raise UserFacing for one that there is not."""
    try:
        return tuple(Form) if text == ALL else (Form(text),)
    except ValueError as error:
        raise UserFacing("error-moderation-format") from error
