"""Putting a message where a job's card belongs, whatever became of the interaction meanwhile."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, Final, Protocol, cast

import discord

from bot.chat.steady import reaching, steadily
from storage.clock import steady_ms
from storage.jobs import Delivery

log = logging.getLogger(__name__)

# Discord forgets an interaction's token after 15 minutes; we stop using it a little earlier.
TOKEN_LIFE_MS = 14 * 60 * 1000
# The answers that mean so: unknown webhook, invalid webhook token.
_DEAD_TOKEN: Final = frozenset({10015, 50027})
CLOSED: Final = (discord.NotFound, discord.Forbidden)
"""What discord.py raises where a place is gone, or shut to us."""
_JPEG: Final = b"\xff\xd8\xff"


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


def delivery_of(interaction: discord.Interaction, *, private: bool = False, home: str | None = None) -> Delivery:
    """Return where the answer to an interaction that has been deferred goes.

    What is `private` may later be shown where the interaction stands, or at `home`, if that is in nobody's channel.
    """
    if private and interaction.guild_id is not None:
        home = str(interaction.channel_id)
    return Delivery(
        channel_id=str(interaction.channel_id),
        user_id=str(interaction.user.id),
        locale=str(interaction.locale),
        guild_id=str(interaction.guild_id) if interaction.guild_id else None,
        token=interaction.token,
        token_until=steady_ms() + TOKEN_LIFE_MS,
        private=private,
        home_channel_id=home,
    )


async def put_answer(interaction: discord.Interaction, post: Post, *, private: bool = False) -> None:
    """Edit the acknowledgement of an interaction into its answer.

    Where its token has run out meanwhile, the answer is a message of its own in the channel, or if it is private, to
    the member directly.
    """
    try:
        await interaction.edit_original_response(**as_edit(post))
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
            await send_once(channel, post, str(interaction.id))
    except CLOSED:
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
    await send_once(interaction.user, post, str(interaction.id))


class Errand(Protocol):
    """What a card is put for: a job, or a draft of a text."""

    @property
    def id(self) -> str:
        """Return the number that a second copy of its post is known by."""
        ...


class Poster:
    """Edits the reply to the interaction while its token lives, then the message, then posts anew."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def put(self, job: Errand, delivery: Delivery, post: Post) -> Delivery:
        """Show a post; return where it now is. Repeating it after a crash shows it once. Raise PlatformAway."""
        with reaching():
            return await self._put(job, delivery, post)

    async def _put(self, job: Errand, delivery: Delivery, post: Post) -> Delivery:
        replied = await self.edit_reply(delivery, post)
        if replied is not None:
            return replied
        if delivery.token:
            log.info("job %s: the reply is gone, using the channel", job.id)
        if delivery.message_id:
            channel = self._client.get_partial_messageable(int(delivery.channel_id))
            message = channel.get_partial_message(int(delivery.message_id))
            try:
                await steadily(lambda: message.edit(**as_edit(post)))
                return delivery
            except CLOSED:
                log.info("job %s: the message is out of reach, posting anew", job.id)
        return await self._post(job, delivery, post)

    async def _post(self, job: Errand, delivery: Delivery, post: Post) -> Delivery:
        """Post anew in the channel, or to the member directly where it is closed to us, or nobody else may see it."""
        member = discord.Object(int(delivery.user_id))
        try:
            channel = self._client.get_partial_messageable(int(delivery.channel_id))
            posted = await send_once(
                await self._client.create_dm(member) if delivery.private else channel, post, job.id
            )
        except CLOSED:
            try:
                posted = await send_once(await self._client.create_dm(member), post, job.id)
            except CLOSED:
                log.warning("job %s: its card cannot be shown anywhere", job.id)
                return replace(delivery, token=None)
        return replace(delivery, channel_id=str(posted.channel.id), message_id=str(posted.id), token=None)

    async def edit_reply(self, delivery: Delivery, post: Post) -> Delivery | None:
        """Make the reply to the interaction into a post; None where its token has run out, or the reply is gone."""
        if not delivery.token or steady_ms() >= delivery.token_until:
            return None
        try:
            return await self._edit_original(delivery, post)
        except discord.HTTPException as error:
            if error.status not in (401, 403, 404):
                raise
            return None

    async def _edit_original(self, delivery: Delivery, post: Post) -> Delivery:
        application = self._client.application_id
        assert application is not None and delivery.token is not None
        webhook = discord.Webhook.partial(application, delivery.token, client=self._client)
        # "@original" stands for the reply, whose id is unknown if we stopped before learning it.
        message = await steadily(lambda: webhook.edit_message(cast(int, "@original"), **as_edit(post)))
        return replace(delivery, message_id=str(message.id))


async def send_once(
    place: discord.abc.Messageable, post: Post, nonce: str, *, to: discord.Message | None = None
) -> discord.Message:
    """Post anew, in reply to a message if there is one, raising what discord.py raises.

    By the nonce Discord knows a second copy of what did arrive.
    """
    given = _besides_text(post)
    if to is not None:
        given |= {"reference": to.to_reference(fail_if_not_exists=False), "mention_author": False}

    async def send() -> discord.Message:
        return await place.send(post.content or None, nonce=nonce, **given)

    return await steadily(send)


async def change(message: discord.Message, post: Post) -> None:
    """Make a message of ours into a post, whatever it showed before."""
    await steadily(lambda: message.edit(allowed_mentions=discord.AllowedMentions.none(), **as_edit(post)))


def _besides_text(post: Post, files: str = "files") -> Any:
    """Return what a message has besides its text, where it has it; `files` is what discord.py calls them there."""
    given = {"embed": post.embed, "view": post.view, files: [a.as_file() for a in post.attachments]}
    return {name: value for name, value in given.items() if value}


def as_edit(post: Post) -> Any:
    """Return what an edit takes to make a message into a post, whatever it showed before."""
    return {
        "content": post.content or None,
        "embed": post.embed,
        "attachments": [a.as_file() for a in post.attachments],
        "view": post.view,
    }


def as_attachments(images: Sequence[bytes], stem: str, suffix: str, alt: str) -> tuple[Attachment, ...]:
    """Return numbered attachments for a grid of images; one that is JPEG is named so."""
    return tuple(picture_file(data, f"{stem}-{i}", suffix, f"{i}: {alt}") for i, data in enumerate(images, 1))


def picture_file(data: bytes, stem: str, suffix: str, alt: str) -> Attachment:
    """Return an attachment of a picture; one that is JPEG is named so."""
    return Attachment(f"{stem}.{'jpg' if data.startswith(_JPEG) else suffix}", data, alt)
