"""What members think of answers: a vote, a reason, and where the answer stands; never anybody's words or name."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import case, func, select, update

from storage.clock import now_ms
from storage.database import Database
from storage.portable import upsert
from storage.tables import answer_ratings


class Reason(Enum):
    """Why an answer did not help."""

    WRONG = "wrong"
    OUTDATED = "outdated"
    BESIDE = "beside"
    """It answers something else."""
    UNCLEAR = "unclear"
    MISSING = "missing"
    """Something that matters is not in it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that stands in a channel: where, and the ids of the facts it cites."""

    message_id: str
    channel_id: str
    guild_id: str | None
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rated:
    """An answer and its votes; moderators open the message itself to read it."""

    answered: Answered
    helpful: int
    unhelpful: int
    reasons: tuple[Reason, ...]


class Ratings:
    """The repository of votes: one of each member on each answer, the last one counts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rate(self, answered: Answered, voter: str, *, helpful: bool) -> None:
        """Keep a vote; `voter` is the platform's id of the member, of which only a hash is kept."""
        values = {
            "channel_id": answered.channel_id,
            "guild_id": answered.guild_id,
            "facts": list(answered.facts),
            "helpful": helpful,
            "reason": None,
            "rated_at": now_ms(),
        }
        new = upsert(answer_ratings).values(
            message_id=answered.message_id, voter=_voter(answered.message_id, voter), **values
        )
        async with self._database.write() as connection:
            await connection.execute(new.on_conflict_do_update(index_elements=["message_id", "voter"], set_=values))

    async def give_reason(self, message_id: str, voter: str, reason: Reason) -> None:
        """Add the reason to a vote against an answer; where there is no such vote, nothing is kept."""
        votes = answer_ratings.c
        own = (votes.message_id == message_id) & (votes.voter == _voter(message_id, voter)) & ~votes.helpful
        async with self._database.write() as connection:
            await connection.execute(update(answer_ratings).where(own).values(reason=reason.value))

    async def of_guild(self, guild_id: str, *, limit: int = 20, offset: int = 0) -> Sequence[Rated]:
        """Return the answers of a server that helped least, the most voted against first."""
        votes = answer_ratings.c
        against = func.sum(case((votes.helpful, 0), else_=1))
        query = (
            select(
                votes.message_id,
                func.sum(case((votes.helpful, 1), else_=0)).label("helpful"),
                against.label("unhelpful"),
                func.aggregate_strings(votes.reason, ",").label("reasons"),
            )
            .where(votes.guild_id == guild_id)
            .group_by(votes.message_id)
            .having(against > 0)
            .order_by(against.desc(), func.max(votes.rated_at).desc(), votes.message_id)
            .limit(limit)
            .offset(offset)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
            about = select(votes.message_id, votes.channel_id, votes.facts)
            about = about.where(votes.message_id.in_([row.message_id for row in rows]))
            # What an answer was about stands in each of its votes, and is the same in all of them.
            answers = {row.message_id: row for row in await connection.execute(about)}
        return [
            Rated(
                Answered(
                    row.message_id,
                    answers[row.message_id].channel_id,
                    guild_id,
                    tuple(answers[row.message_id].facts),
                ),
                row.helpful,
                row.unhelpful,
                tuple(map(Reason, row.reasons.split(","))) if row.reasons else (),
            )
            for row in rows
        ]

    async def count(self, guild_id: str) -> int:
        """Return how many answers of a server somebody voted against."""
        votes = answer_ratings.c
        against = select(votes.message_id).where(votes.guild_id == guild_id, ~votes.helpful).distinct().subquery()
        async with self._database.read() as connection:
            return await connection.scalar(select(func.count()).select_from(against)) or 0


def _voter(message_id: str, voter: str) -> str:
    # With the message in it, the votes of one member cannot be put together.
    return hashlib.sha256(f"{message_id}:{voter}".encode()).hexdigest()[:32]
