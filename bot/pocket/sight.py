"""What a bot sees of messages: without the message-content intent, little of what is not meant for it."""

from bot.pocket.codes import Json
from bot.pocket.world import APPLICATION_ID

_HIDDEN: Json = {"content": "", "embeds": [], "attachments": [], "components": []}


def as_the_bot_sees(message: Json, *, direct: bool) -> Json:
    """Return a message without its words and files, unless it is direct, mentions the bot, or is the bot's own.

    The message that it replies to is looked at by itself, as Discord does.
    """
    seen = message if direct or _is_for_the_bot(message) else message | _HIDDEN
    referenced = message.get("referenced_message")
    return seen | {"referenced_message": as_the_bot_sees(referenced, direct=direct)} if referenced else seen


def _is_for_the_bot(message: Json) -> bool:
    return message["author"]["id"] == APPLICATION_ID or any(one["id"] == APPLICATION_ID for one in message["mentions"])
