"""Why a draft has not come, and how long it may still take: told by what was measured, or not at all."""

from collections.abc import Sequence
from enum import Enum
from statistics import median_low

from bot.jobs.forecast import unit_ms, wait_ms
from models.health import Health
from storage.jobs import JobState, Waiting
from storage.leases import Measured
from storage.text_jobs import TextWaiting
from storage.texts import TextState


class Reason(Enum):
    """What a draft waits for; the value ends the key of the sentence that says so."""

    MADE = "made"
    """It is drawn, or written, and recorded; only its card is still to come."""
    DRAWING = "drawing"
    """It is being drawn, or written."""
    LOADING = "loading"
    """The model is being loaded."""
    AWAY = "away"
    FAILED = "failed"
    OTHERS = "others"
    NEXT = "next"


_OF_SERVER = {Health.STARTING: Reason.LOADING, Health.AWAY: Reason.AWAY, Health.FAILED: Reason.FAILED}


def reason_of(waiting: Waiting, server: Health) -> Reason:
    """Return what a draft waits for, while the drafts server is as it says."""
    if waiting.job.state is JobState.MADE:
        return Reason.MADE
    if server in _OF_SERVER:
        return _OF_SERVER[server]
    if waiting.job.state is JobState.RUNNING:
        return Reason.DRAWING
    return Reason.OTHERS if waiting.ahead else Reason.NEXT


def text_reason_of(waiting: TextWaiting, server: Health) -> Reason:
    """Return what a text waits for, while the language server is as it says."""
    if waiting.job.state == TextState.MADE:
        return Reason.MADE
    if server in _OF_SERVER:
        return _OF_SERVER[server]
    if waiting.started_at is not None and waiting.job.worker is not None:
        return Reason.DRAWING
    return Reason.OTHERS if waiting.ahead else Reason.NEXT


def text_to_go_ms(waiting: TextWaiting, measured: Sequence[Measured], *, workers: int, now_ms: int) -> int | None:
    """Return how long a text may still take; None where no text has been written here yet."""
    if waiting.job.worker is None:
        return wait_ms(waiting.cost_ahead, waiting.cost, measured, workers)
    unit = unit_ms(measured)
    return None if unit is None else max(0, round(unit * waiting.cost) - (now_ms - (waiting.started_at or now_ms)))


def to_go_ms(waiting: Waiting, recent_ms: Sequence[int], *, workers: int, now_ms: int) -> int | None:
    """Return how long a draft may still take, once the model draws; None where no draft of its model tells.

    `workers` drafts are drawn at a time, so those before it take whole rounds.
    """
    if waiting.job.state is JobState.MADE:
        return 0
    if not recent_ms:
        return None
    usual = median_low(recent_ms)
    if waiting.job.state is JobState.RUNNING:
        return max(0, usual - (now_ms - (waiting.started_at or now_ms)))
    return (waiting.ahead // workers + 1) * usual
