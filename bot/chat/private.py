"""Bringing a card to one member alone: by direct message, or else where only they can see it."""

import logging
from dataclasses import dataclass, replace

import discord

from bot.chat.posting import CLOSED, Post, Poster, as_edit, send_once
from bot.chat.steady import reaching, steadily
from storage.jobs import Delivery, Job

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PrivateCard:
    """A card, and what is said beside it where it cannot simply be there.

    `elsewhere` takes the reply's place when the card is in the direct messages. `only_here` is the card as it stands in
    the reply, where those are closed. `to_be_looked_at` tells in the channel, of nobody's words, that there is a card.
    """

    card: Post
    elsewhere: Post
    only_here: Post
    to_be_looked_at: Post


class PrivatePoster:
    """Uses the reply that only its member sees while its token lives, and direct messages for what is to last."""

    def __init__(self, client: discord.Client, poster: Poster) -> None:
        self._client = client
        self._poster = poster

    async def put(self, delivery: Delivery, post: Post) -> Delivery:
        """Show what is on the way; where the reply is gone nothing is, and the card comes all the same."""
        with reaching():
            return await self._poster.edit_reply(delivery, post) or delivery

    async def deliver(self, job: Job, delivery: Delivery, private: PrivateCard) -> Delivery:
        """Bring the card; return where it is now. Repeating it after a crash shows it once. Raise PlatformAway."""
        with reaching():
            return await self._deliver(job, delivery, private)

    async def _deliver(self, job: Job, delivery: Delivery, private: PrivateCard) -> Delivery:
        if delivery.message_id and delivery.token is None:
            return await self._change(job, delivery, private)
        try:
            sent = await send_once(await self._client.create_dm(_member(delivery)), private.card, job.id)
        except CLOSED:
            log.info("job %s: its member takes no direct messages", job.id)
            return await self._poster.edit_reply(delivery, private.only_here) or await self._tell(
                job, delivery, private
            )
        await self._poster.edit_reply(delivery, private.elsewhere)
        return replace(delivery, channel_id=str(sent.channel.id), message_id=str(sent.id), token=None)

    async def tell(self, job: Job, delivery: Delivery, post: Post) -> Delivery:
        """Say something that ends a draft: in the reply, or else directly. Raise PlatformAway."""
        with reaching():
            return await self._tell_end(job, delivery, post)

    async def _tell_end(self, job: Job, delivery: Delivery, post: Post) -> Delivery:
        replied = await self._poster.edit_reply(delivery, post)
        if replied is not None:
            return replied
        try:
            await send_once(await self._client.create_dm(_member(delivery)), post, job.id)
        except CLOSED:
            log.warning("job %s: its member cannot be told how it ended", job.id)
        return replace(delivery, token=None)

    async def _change(self, job: Job, delivery: Delivery, private: PrivateCard) -> Delivery:
        """Change the card where it was brought before."""
        channel = self._client.get_partial_messageable(int(delivery.channel_id))
        message = channel.get_partial_message(int(delivery.message_id or 0))
        try:
            await steadily(lambda: message.edit(**as_edit(private.card)))
        except CLOSED:
            return await self._deliver(job, replace(delivery, message_id=None), private)
        return delivery

    async def _tell(self, job: Job, delivery: Delivery, private: PrivateCard) -> Delivery:
        """Tell in the channel that a card is kept; where that is closed too, it is kept all the same."""
        channel = self._client.get_partial_messageable(int(delivery.home_channel_id or delivery.channel_id))
        try:
            await send_once(channel, private.to_be_looked_at, f"look{job.id}"[:25])
        except CLOSED:
            log.warning("job %s: its card is kept, and its member cannot be told", job.id)
        return replace(delivery, token=None)


def _member(delivery: Delivery) -> discord.Object:
    return discord.Object(int(delivery.user_id))
