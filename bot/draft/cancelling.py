"""Stopping a draft, on its card or elsewhere: one way for all, and the card then shows it."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol

import discord

from bot.chat.posting import Poster
from bot.draft.cards import DraftCards
from bot.errors import PlatformAway
from bot.jobs.dispatcher import Dispatcher
from storage.acts import Act
from storage.drafts import DraftView
from storage.evidence.ledger import Receipt
from storage.jobs import Job
from storage.members import Member
from storage.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A draft that was stopped: the number of its brief, what records it, and how its card is made to say so."""

    number: int
    receipt: Receipt
    on_card: Callable[[], Awaitable[None]]
    """Lets the card say it; where that fails, what the member was told has to do."""


class Canceller(Protocol):
    """The one way in which a member stops a draft, wherever they do it."""

    async def cancel(self, draft_id: str, member: Member, act: Act) -> Cancelled:
        """Record and stop; raise NotYours, or StateConflict where it is too late."""
        ...


class Cancelling:
    """Records that a member stops their draft, and stops it."""

    def __init__(self, store: Store, dispatcher: Dispatcher[Job], poster: Poster, cards: DraftCards) -> None:
        self._store = store
        self._dispatcher = dispatcher
        self._poster = poster
        self._cards = cards

    async def cancel(self, draft_id: str, member: Member, act: Act) -> Cancelled:
        """Record and stop; raise NotYours, or StateConflict where it is too late."""
        before, receipt = await self._store.drafts.cancel(draft_id, member, act)
        await self._dispatcher.interrupt(before.id)
        ended = await self._store.jobs.get(before.id)
        # The token went with the job's end; until it dies it is the shortest way to the card.
        delivery = replace(ended.delivery, token=before.delivery.token, token_until=before.delivery.token_until)
        view = await self._store.drafts.view(draft_id)
        job = replace(ended, delivery=delivery)
        return Cancelled(view.seq, receipt, lambda: self._show(job, view, receipt))

    async def _show(self, job: Job, view: DraftView, receipt: Receipt) -> None:
        delivery = job.delivery
        post = self._cards.cancelled(delivery.locale, view, receipt, private=delivery.private)
        try:
            await self._poster.put(job, job.delivery, post)
        except (discord.HTTPException, PlatformAway) as error:
            log.info("job %s: its card does not show that it was cancelled: %s", job.id, error)
