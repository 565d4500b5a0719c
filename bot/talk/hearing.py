"""What is said to the bot on Discord, where it answers, and what was said there before."""

import logging
import re
from collections.abc import Sequence
from typing import Final

import discord

from bot.chat.steady import BROKEN, steadily
from bot.chat.texts import Texts
from bot.chat.typed import clean, has_words
from bot.talk.conversation import Said, shortened

log = logging.getLogger(__name__)

LOOKED_AT: Final = 60
"""So many messages of a conversation are fetched; those that are not for the bot come without words."""
THREAD_NAME: Final = 60
_ARCHIVE_MINUTES: Final = 1440
_THREAD_EXISTS: Final = 160004
_MENTION: Final = re.compile(r"<@!?(\d+)>")
_SMALL: Final = re.compile(r"^-# .*$", re.MULTILINE)
_ESCAPED: Final = re.compile(r"\\([^a-zA-Z0-9\s])")
_SPOKEN: Final = (discord.MessageType.default, discord.MessageType.reply)


def is_meant(message: discord.Message, me: int) -> bool:
    """Tell whether somebody speaks to the bot: in a direct message, or with a mention, which a reply is too."""
    if message.author.bot or message.webhook_id is not None or message.type not in _SPOKEN:
        return False
    return message.guild is None or any(user.id == me for user in message.mentions)


def words_of(message: discord.Message, me: int) -> str:
    """Return what a person said, without the mention of the bot; other people are called by their names."""
    names = {user.id: user.display_name for user in message.mentions}
    text = _MENTION.sub(
        lambda found: "" if int(found[1]) == me else f"@{names.get(int(found[1]), '')}", message.content
    )
    return re.sub(" {2,}", " ", clean(text))


def own_words_of(message: discord.Message) -> str:
    """Return what a message of the bot says, without the small print."""
    parts = [_SMALL.sub("", message.content)]
    parts += [part for embed in message.embeds for part in (embed.title, embed.description) if part]
    return clean(_ESCAPED.sub(r"\1", "\n".join(parts)))


def heard(message: discord.Message, me: int) -> Said | None:
    """Return what a message says in a conversation with the bot; None where it says nothing to it."""
    by_bot = message.author.id == me
    if not by_bot and (message.author.bot or message.type not in _SPOKEN):
        return None
    text = own_words_of(message) if by_bot else words_of(message, me)
    reference = message.reference
    to = reference.message_id if reference is not None and reference.channel_id == message.channel.id else None
    if not has_words(text):
        return None
    return Said(message.id, message.author.id, by_bot, text, message.created_at, to)


def flows(message: discord.Message) -> bool:
    """Tell whether what is said here goes on from what was said right before."""
    return message.guild is None or isinstance(message.channel, discord.Thread)


async def place_for(message: discord.Message, texts: Texts, locale: str, me: int) -> discord.abc.Messageable:
    """Return where a message is answered: in a new thread at it, or where there can be none, right there."""
    channel, guild = message.channel, message.guild
    if guild is None or not isinstance(channel, discord.TextChannel) or not _may_open(channel, guild):
        return channel
    name = shortened(" ".join(words_of(message, me).split()), THREAD_NAME) or texts(locale, "talk-thread")
    try:
        return await _thread_at(message, guild, name)
    except (discord.HTTPException, *BROKEN) as error:
        log.info("message %s: no thread could be opened: %s", message.id, type(error).__name__)
    return channel


async def _thread_at(message: discord.Message, guild: discord.Guild, name: str) -> discord.abc.Messageable:
    try:
        return await steadily(lambda: message.create_thread(name=name, auto_archive_duration=_ARCHIVE_MINUTES))
    except discord.HTTPException as error:
        if error.code != _THREAD_EXISTS:
            raise
    # Somebody was faster, or we were, and did not hear that it had worked. It has the number of its message.
    found = guild.get_thread(message.id) or await guild.fetch_channel(message.id)
    assert isinstance(found, discord.Thread), "the number of a message is no other channel's"
    return found


def _may_open(channel: discord.TextChannel, guild: discord.Guild) -> bool:
    may = channel.permissions_for(guild.me)
    return may.create_public_threads and may.send_messages_in_threads and may.read_message_history


async def earlier(message: discord.Message, me: int) -> Sequence[Said]:
    """Return what was said here before, oldest first, as far as it can be read and was for the bot or by it."""
    answered = _resolved(message)
    found = [] if answered is None else [answered]
    if flows(message) or message.reference is not None:
        found += await _history(message)
    said = {each.id: each for each in (heard(one, me) for one in found) if each is not None}
    return [said[id_] for id_ in sorted(said) if id_ < message.id]


async def _history(message: discord.Message) -> list[discord.Message]:
    """Return the newest messages before one; the first of a thread stands for the message that it began at."""
    found = []
    try:
        async for one in message.channel.history(limit=LOOKED_AT, before=message):
            if one.type is discord.MessageType.thread_starter_message:
                began = _resolved(one)
                found += [] if began is None else [began, *await _before_thread(message.channel, began)]
            else:
                found.append(one)
    except (discord.HTTPException, *BROKEN) as error:
        log.info("message %s: what was said before cannot be read: %s", message.id, type(error).__name__)
    return found


async def _before_thread(thread: object, began: discord.Message) -> list[discord.Message]:
    """Return the message that the one at the beginning of a thread replied to."""
    reference = began.reference
    parent = thread.parent if isinstance(thread, discord.Thread) else None
    if reference is None or reference.message_id is None or not isinstance(parent, discord.TextChannel):
        return []
    try:
        return [await parent.fetch_message(reference.message_id)]
    except discord.NotFound:
        return []


def _resolved(message: discord.Message) -> discord.Message | None:
    reference = message.reference
    found = None if reference is None else reference.resolved
    return found if isinstance(found, discord.Message) else None
