"""Stopping a text, on its card or elsewhere: one way for all, and the card then shows it."""

import logging
from dataclasses import replace

import discord

from bot.chat.posting import Poster
from bot.draft.cancelling import Cancelled
from bot.errors import PlatformAway
from bot.jobs.dispatcher import Dispatcher
from bot.write.cards import TextCards
from storage.acts import Act
from storage.evidence.ledger import Receipt
from storage.members import Member
from storage.store import Store
from storage.text_jobs import TextJob
from storage.texts import TextView

log = logging.getLogger(__name__)


class TextCancelling:
    """Records that a member stops their text, and stops it."""

    def __init__(self, store: Store, dispatcher: Dispatcher[TextJob], poster: Poster, cards: TextCards) -> None:
        self._store = store
        self._dispatcher = dispatcher
        self._poster = poster
        self._cards = cards

    async def cancel(self, draft_id: str, member: Member, act: Act) -> Cancelled:
        """Record and stop; raise NotYours, or StateConflict where it is too late."""
        before = (await self._store.texts.view(draft_id)).delivery
        receipt = await self._store.texts.cancel(draft_id, member, act)
        await self._dispatcher.interrupt(draft_id)
        ended = await self._store.texts.view(draft_id)
        # The token went with the draft's end; until it dies it is the shortest way to the card.
        delivery = replace(ended.delivery, token=before.token, token_until=before.token_until)
        view = replace(ended, delivery=delivery)
        return Cancelled(view.seq, receipt, lambda: self._show(view, receipt))

    async def _show(self, view: TextView, receipt: Receipt) -> None:
        post = self._cards.cancelled(view.delivery.locale, view, receipt)
        try:
            await self._poster.put(view, view.delivery, post)
        except (discord.HTTPException, PlatformAway) as error:
            log.info("text %s: its card does not show that it was cancelled: %s", view.id, error)
