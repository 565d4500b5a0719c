"""How a server is used: counts of some days, and of nobody in particular.

A brief counts where it was asked for, on the day (UTC) on which it was asked for, and once: with what became of it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    case,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from storage.clock import iso_ms, now_ms
from storage.database import Database
from storage.jobs import JobState
from storage.portable import leaf_time
from storage.refusals import REFUSED, in_guild
from storage.tables import answer_ratings, appeals, briefs, drafts, evidence_event, jobs, moderation_acts, projects

DAY_MS: Final = timedelta(days=1) // timedelta(milliseconds=1)
FEW: Final = 3
"""With fewer members than this a count of one day would tell what one of them did."""


class Outcome(StrEnum):
    """What became of a brief."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDER_WAY = "under-way"


_BRIEFS: Final = "briefs"
_NOTHING: Final = (null(), null(), null(), null())
"""In the place of day, state, reason and operation."""
_OF_STATE: Final = {
    JobState.DELIVERED: Outcome.DELIVERED,
    JobState.FAILED: Outcome.FAILED,
    JobState.CANCELLED: Outcome.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took: half of them no longer than `median_ms`, nine of ten no longer than `most_ms`."""

    median_ms: int
    most_ms: int


@dataclass(frozen=True, slots=True)
class ServerUse:
    """The use of a server on `days` days, of which the first has the number `first_day` since the epoch.

    `by_day` has the days on which there was something. `waited` is from the brief to its drawing, `drew` the drawing
    itself; None where nothing was drawn.
    """

    first_day: int
    days: int
    members: int
    by_day: Mapping[int, Mapping[Outcome, int]]
    by_operation: Mapping[str, int]
    by_rule: Mapping[str, int]
    waited: Spread | None
    drew: Spread | None
    helpful: int
    unhelpful: int
    appeals: int
    acts: int

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """Return how many briefs came to what, over all days."""
        return {outcome: sum(day.get(outcome, 0) for day in self.by_day.values()) for outcome in Outcome}

    @property
    def briefs(self) -> int:
        """Return how many briefs there were."""
        return sum(self.outcomes.values())

    @property
    def of_few(self) -> bool:
        """Tell whether only totals may be shown."""
        return self.members < FEW


class Reports:
    """Counts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, guild: str, days: int, at_ms: int | None = None) -> ServerUse:
        """Return the use of a server on the last days, of which the last is that of a moment: now, if none is given."""
        first_day = (now_ms() if at_ms is None else at_ms) // DAY_MS - days + 1
        since = first_day * DAY_MS
        there = (jobs.c.created_at >= since) & (jobs.c.created_at < since + days * DAY_MS) & in_guild(guild)
        async with self._database.read() as connection:
            found = (await connection.execute(_counted(there))).all()
            rated = (await connection.execute(_rated(guild, since))).one()
            appealed = (appeals.c.guild_id == guild) & (appeals.c.made_at >= since)
            made = await connection.scalar(select(func.count()).select_from(appeals).where(appealed))
            acts = await connection.scalar(_acts(guild, since))
        by_day: dict[int, Counter[Outcome]] = {}
        by_operation: Counter[str] = Counter()
        by_rule: Counter[str] = Counter()
        told: dict[str, list[int]] = {"members": [], "waited": [], "drew": []}
        for row in found:
            if row.what != _BRIEFS:
                told[row.what].append(row.value)
                continue
            outcome = outcome_of(row.state, row.reason)
            by_day.setdefault(row.day, Counter())[outcome] += row.value
            by_operation[row.operation or ""] += row.value
            if outcome is Outcome.REFUSED:
                by_rule[row.reason] += row.value
        return ServerUse(
            first_day=first_day,
            days=days,
            members=told["members"][0],
            by_day=by_day,
            by_operation=dict(by_operation.most_common()),
            by_rule=dict(by_rule.most_common()),
            waited=_spread(told["waited"]),
            drew=_spread(told["drew"]),
            helpful=rated.helpful or 0,
            unhelpful=rated.unhelpful or 0,
            appeals=made or 0,
            acts=acts or 0,
        )


def outcome_of(state: str, reason: str | None) -> Outcome:
    """Return what became of a brief whose job is in a state."""
    if state == JobState.FAILED and reason in REFUSED:
        return Outcome.REFUSED
    return _OF_STATE.get(JobState(state), Outcome.UNDER_WAY)


def _counted(there: ColumnElement[bool]) -> CompoundSelect[Any]:
    """Return the query that goes through the jobs once, and says all that is told of them.

    Its rows say `what` they are: briefs by day, state, reason and operation; members; and how long something took, the
    median and what nine of ten stayed within.
    """
    base = (
        select(
            (jobs.c.created_at // DAY_MS).label("day"),
            jobs.c.state,
            jobs.c.reason,
            briefs.c.params["operation"].as_string().label("operation"),
            briefs.c.member_id,
            case((jobs.c.state == JobState.DELIVERED, jobs.c.started_at - jobs.c.created_at)).label("waited"),
            case((jobs.c.state == JobState.DELIVERED, drafts.c.took_ms)).label("drew"),
        )
        .select_from(jobs)
        .join(drafts, drafts.c.id == jobs.c.draft_id)
        .join(briefs, briefs.c.id == drafts.c.brief_id)
        .join(projects, projects.c.id == briefs.c.project_id)
        .where(there)
        .cte("base")
    )
    by = (base.c.day, base.c.state, base.c.reason, base.c.operation)
    counted = select(literal(_BRIEFS).label("what"), *by, func.count().label("value")).group_by(*by)
    members = select(literal("members"), *_NOTHING, func.count(base.c.member_id.distinct()))
    return union_all(counted, members, _ranked("waited", base.c.waited), _ranked("drew", base.c.drew))


def _ranked(what: str, value: ColumnElement[Any]) -> Select[Any]:
    """Return the query for the values in the middle, and below which nine of ten lie, found by their ranks."""
    ranks = (
        select(
            value.label("value"),
            func.row_number().over(order_by=value).label("rank"),
            func.count().over().label("all"),
        )
        .where(value.is_not(None))
        .subquery()
    )
    middle, most = (ranks.c.all + 1) // 2, (9 * ranks.c.all + 9) // 10
    return select(literal(what), *_NOTHING, ranks.c.value).where(or_(ranks.c.rank == middle, ranks.c.rank == most))


def _spread(found: Sequence[int]) -> Spread | None:
    return Spread(max(0, min(found)), max(0, *found)) if found else None


def _rated(guild: str, since: int) -> Select[Any]:
    votes = answer_ratings.c
    return select(
        func.sum(case((votes.helpful, 1), else_=0)).label("helpful"),
        func.sum(case((votes.helpful, 0), else_=1)).label("unhelpful"),
    ).where(votes.guild_id == guild, votes.rated_at >= since)


def _acts(guild: str, since: int) -> Select[Any]:
    told_at = leaf_time(evidence_event.c.leaf)
    return (
        select(func.count())
        .select_from(moderation_acts)
        .join(evidence_event, evidence_event.c.seq == moderation_acts.c.seq)
        .where(moderation_acts.c.guild_id == guild, told_at >= iso_ms(since))
    )
