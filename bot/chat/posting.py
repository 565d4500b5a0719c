"""Putting a message where a job's card belongs, whatever became of the interaction meanwhile."""

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, Final, cast

import discord

from bot.chat.steady import steadily
from storage.jobs import Delivery, Job

log = logging.getLogger(__name__)

# Discord forgets an interaction's token after 15 minutes; we stop using it a little earlier.
TOKEN_LIFE_MS = 14 * 60 * 1000
# The answers that mean so: unknown webhook, invalid webhook token.
_DEAD_TOKEN: Final = frozenset({10015, 50027})
_CLOSED: Final = (discord.NotFound, discord.Forbidden)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a post: plain ASCII name, bytes, and the text for those who cannot see it."""

    name: str
    data: bytes
    alt: str | None = None

    def as_file(self) -> discord.File:
        """Return a fresh file object; discord.py reads each only once."""
        return discord.File(BytesIO(self.data), self.name, description=self.alt and self.alt[:1024])


@dataclass(frozen=True, slots=True)
class Post:
    """A message to be shown: everything of it is replaced by the next one."""

    content: str = ""
    embed: discord.Embed | None = None
    attachments: tuple[Attachment, ...] = ()
    view: discord.ui.View | None = None


def delivery_of(interaction: discord.Interaction) -> Delivery:
    """Return where the answer to an interaction that has been deferred goes."""
    return Delivery(
        channel_id=str(interaction.channel_id),
        user_id=str(interaction.user.id),
        locale=str(interaction.locale),
        guild_id=str(interaction.guild_id) if interaction.guild_id else None,
        token=interaction.token,
        token_until=time.time_ns() // 1_000_000 + TOKEN_LIFE_MS,
    )


async def put_answer(interaction: discord.Interaction, post: Post, *, private: bool = False) -> None:
    """Edit the acknowledgement of an interaction into its answer.

    Where its token has run out meanwhile, the answer is a message of its own in the channel, or if it is private, to
    the member directly.
    """
    try:
        await interaction.edit_original_response(**_edited(post))
        return
    except discord.HTTPException as error:
        if error.code not in _DEAD_TOKEN:
            raise
    log.info("interaction %s: its token has run out, posting anew", interaction.id)
    assert interaction.channel_id is not None, "an answer stands in a channel"
    channel = interaction.client.get_partial_messageable(interaction.channel_id)
    try:
        if private:
            await send_directly(interaction, post)
        else:
            await _send(channel, post, str(interaction.id))
    except _CLOSED:
        log.warning("interaction %s: its answer cannot be shown anywhere", interaction.id)


async def tell_privately(interaction: discord.Interaction, post: Post) -> None:
    """Say something to the member of an interaction alone, in place of "thinking" where it stands."""
    response = interaction.response
    if not response.is_done():
        await response.send_message(post.content, ephemeral=True, **_besides_text(post))
        return
    if response.type is discord.InteractionResponseType.deferred_channel_message:
        # An edit that is sent twice is there once.
        with suppress(discord.HTTPException):
            await interaction.edit_original_response(content=post.content, **_besides_text(post, "attachments"))
            return
    # This may rather be said twice than not at all.
    await steadily(lambda: interaction.followup.send(post.content, ephemeral=True, **_besides_text(post)))


async def send_directly(interaction: discord.Interaction, post: Post) -> None:
    """Send a post to the member of an interaction, once, as a direct message; raise what discord.py raises."""
    await _send(interaction.user, post, str(interaction.id))


class Poster:
    """Edits the reply to the interaction while its token lives, then the message, then posts anew."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def put(self, job: Job, delivery: Delivery, post: Post) -> Delivery:
        """Show a post; return where it now is. Repeating it after a crash shows it once."""
        if delivery.token and time.time_ns() // 1_000_000 < delivery.token_until:
            try:
                return await self._edit_reply(delivery, post)
            except discord.HTTPException as error:
                if error.status not in (401, 403, 404):
                    raise
                log.info("job %s: the reply is gone, using the channel", job.id)
        if delivery.message_id:
            channel = self._client.get_partial_messageable(int(delivery.channel_id))
            message = channel.get_partial_message(int(delivery.message_id))
            try:
                await steadily(lambda: message.edit(**_edited(post)))
                return delivery
            except _CLOSED:
                log.info("job %s: the message is out of reach, posting anew", job.id)
        return await self._post(job, delivery, post)

    async def _post(self, job: Job, delivery: Delivery, post: Post) -> Delivery:
        """Post anew in the channel, or to the member directly where the channel is closed to us."""
        try:
            posted = await _send(self._client.get_partial_messageable(int(delivery.channel_id)), post, job.id)
        except _CLOSED:
            member = discord.Object(int(delivery.user_id))
            try:
                posted = await _send(await self._client.create_dm(member), post, job.id)
            except _CLOSED:
                log.warning("job %s: its card cannot be shown anywhere", job.id)
                return replace(delivery, token=None)
        return replace(delivery, channel_id=str(posted.channel.id), message_id=str(posted.id), token=None)

    async def _edit_reply(self, delivery: Delivery, post: Post) -> Delivery:
        application = self._client.application_id
        assert application is not None and delivery.token is not None
        webhook = discord.Webhook.partial(application, delivery.token, client=self._client)
        # "@original" stands for the reply, whose id is unknown if we stopped before learning it.
        message = await steadily(lambda: webhook.edit_message(cast(int, "@original"), **_edited(post)))
        return replace(delivery, message_id=str(message.id))


async def _send(place: discord.abc.Messageable, post: Post, nonce: str) -> discord.Message:
    """Post anew; by the nonce Discord knows a second copy of what did arrive the first time."""

    async def send() -> discord.Message:
        return await place.send(post.content or None, nonce=nonce, **_besides_text(post))

    return await steadily(send)


def _besides_text(post: Post, files: str = "files") -> Any:
    """Return what a message has besides its text, where it has it; `files` is what discord.py calls them there."""
    given = {"embed": post.embed, "view": post.view, files: [a.as_file() for a in post.attachments]}
    return {name: value for name, value in given.items() if value}


def _edited(post: Post) -> Any:
    """Return what makes a message into a post, whatever it showed before."""
    return {
        "content": post.content or None,
        "embed": post.embed,
        "attachments": [a.as_file() for a in post.attachments],
        "view": post.view,
    }


def as_attachments(images: Sequence[bytes], stem: str, suffix: str, alt: str) -> tuple[Attachment, ...]:
    """Return numbered attachments for a grid of images."""
    return tuple(Attachment(f"{stem}-{i}.{suffix}", data, f"{i}: {alt}") for i, data in enumerate(images, 1))
