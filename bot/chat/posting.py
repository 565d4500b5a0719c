"""Putting a message where a job's card belongs, whatever became of the interaction meanwhile."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, cast

import discord

from storage.jobs import Delivery, Job

log = logging.getLogger(__name__)

# Discord forgets an interaction's token after 15 minutes; we stop using it a little earlier.
TOKEN_LIFE_MS = 14 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a post: plain ASCII name, bytes, and the text for those who cannot see it."""

    name: str
    data: bytes
    alt: str

    def as_file(self) -> discord.File:
        """Return a fresh file object; discord.py reads each only once."""
        return discord.File(BytesIO(self.data), self.name, description=self.alt[:1024])


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


class Poster:
    """Edits the reply to the interaction while its token lives, then the message, then posts anew."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def put(self, job: Job, delivery: Delivery, post: Post) -> Delivery:
        """Show a post; return where it now is. Repeating it after a crash shows it once."""
        if delivery.token and time.time_ns() // 1_000_000 < delivery.token_until:
            try:
                return await self._edit_reply(delivery, post)
            except (discord.NotFound, discord.Forbidden, discord.HTTPException) as error:
                if error.status not in (401, 403, 404):
                    raise
                log.info("job %s: the reply is gone, using the channel", job.id)
        channel = self._client.get_partial_messageable(int(delivery.channel_id))
        if delivery.message_id:
            try:
                await channel.get_partial_message(int(delivery.message_id)).edit(
                    content=post.content or None,
                    embed=post.embed,
                    attachments=[a.as_file() for a in post.attachments],
                    view=post.view,
                )
                return delivery
            except discord.NotFound:
                log.info("job %s: the message is gone, posting anew", job.id)
        # The nonce makes Discord drop a second copy if the first did arrive.
        message = await channel.send(
            post.content or None,
            files=[a.as_file() for a in post.attachments],
            nonce=job.id,
            **_given(embed=post.embed, view=post.view),
        )
        return replace(delivery, message_id=str(message.id), token=None)

    async def _edit_reply(self, delivery: Delivery, post: Post) -> Delivery:
        application = self._client.application_id
        assert application is not None and delivery.token is not None
        webhook = discord.Webhook.partial(application, delivery.token, client=self._client)
        # "@original" stands for the reply, whose id is unknown if we stopped before learning it.
        message = await webhook.edit_message(
            cast(int, "@original"),
            content=post.content or None,
            embed=post.embed,
            attachments=[a.as_file() for a in post.attachments],
            view=post.view,
        )
        return replace(delivery, message_id=str(message.id))


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def as_attachments(images: Sequence[bytes], stem: str, suffix: str, alt: str) -> tuple[Attachment, ...]:
    """Return numbered attachments for a grid of images."""
    return tuple(Attachment(f"{stem}-{i}.{suffix}", data, f"{i}: {alt}") for i, data in enumerate(images, 1))
