"""Drafts shown on Discord: in the channel where they were asked for, or to their member alone."""

from bot.chat.posting import Post, Poster
from bot.chat.private import PrivatePoster
from bot.draft.cards import DraftCards
from bot.draft.progress import Making
from bot.draft.reading import Card
from bot.draft.waiting import Waiting
from storage.drafts import DraftView
from storage.jobs import Delivery, Job


class DraftFace:
    """Edits the card as a draft goes on; of a private one nothing is ever seen in a channel."""

    def __init__(self, poster: Poster, private: PrivatePoster, cards: DraftCards) -> None:
        self._poster = poster
        self._private = private
        self._cards = cards

    async def show_waiting(self, job: Job, view: DraftView, waiting: Waiting) -> Delivery:
        """Edit the waiting line."""
        delivery = job.delivery
        line = self._cards.waiting(delivery.locale, view.id, view.seq, waiting, private=delivery.private)
        return await self._on_the_way(job, line)

    async def show_making(self, job: Job, view: DraftView, making: Making) -> Delivery:
        """Edit the card with progress and previews."""
        return await self._on_the_way(job, self._cards.making(job, view, making))

    async def show_card(self, job: Job, card: Card) -> Delivery:
        """Put the finished card."""
        delivery = job.delivery
        if in_a_reply_alone(delivery):
            return await self._private.deliver(job, delivery, self._cards.private(delivery.locale, card))
        finished = self._cards.finished(delivery.locale, card, private=delivery.private)
        return await self._poster.put(job, delivery, finished)

    async def show_failure(self, job: Job, view: DraftView, reason: str) -> Delivery:
        """Put the sentence that says what happened and what was kept."""
        delivery = job.delivery
        failed = self._cards.failed(delivery.locale, view, reason, private=delivery.private)
        if in_a_reply_alone(delivery):
            return await self._private.tell(job, delivery, failed)
        return await self._poster.put(job, delivery, failed)

    async def _on_the_way(self, job: Job, post: Post) -> Delivery:
        if in_a_reply_alone(job.delivery):
            return await self._private.put(job.delivery, post)
        return await self._poster.put(job, job.delivery, post)


def in_a_reply_alone(delivery: Delivery) -> bool:
    """Tell whether a card must not be seen where it was asked for: that is a channel with others in it."""
    return delivery.private and delivery.guild_id is not None
