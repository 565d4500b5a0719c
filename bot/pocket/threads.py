"""Threads of the pocket: each begins at a message, has its number, and holds messages like a channel."""

from datetime import UTC, datetime

from bot.pocket.codes import ChannelType, Json, MessageFlag, MessageType
from bot.pocket.errors import DiscordRefusal
from bot.pocket.limits.problems import Problems
from bot.pocket.world import GUILD_ID, World

_MINUTES = frozenset({60, 1440, 4320, 10080})
_A_DAY = 1440


def start_thread(world: World, message: Json, owner: Json, body: Json) -> Json:
    """Begin a thread at a message of a text channel; refuse it as Discord would."""
    _check(body)
    around = world.channel(message["channel_id"])
    if around["type"] != ChannelType.TEXT:
        raise DiscordRefusal(400, 50024, "Cannot execute action on this channel type")
    if message["flags"] & MessageFlag.HAS_THREAD:
        raise DiscordRefusal(400, 160004, "A thread has already been created for this message")
    thread = _thread(message, owner, body)
    world.channels[thread["id"]] = thread
    world.tell("THREAD_CREATE", thread, None)
    world.edit_message(message, {"flags": message["flags"] | MessageFlag.HAS_THREAD, "thread": thread}, mark=False)
    begins = world.answering(around["id"], message["id"]) | {"type": MessageType.THREAD_STARTER}
    world.add_message(thread["id"], owner, begins)
    return thread


def _check(body: Json) -> None:
    problems = Problems()
    problems.text(("name",), body.get("name"), 1, 100)
    problems.choice(("auto_archive_duration",), body.get("auto_archive_duration") or _A_DAY, _MINUTES)
    problems.raise_if_any()


def _thread(message: Json, owner: Json, body: Json) -> Json:
    now = datetime.now(UTC).isoformat()
    minutes = body.get("auto_archive_duration") or _A_DAY
    return {
        "id": message["id"],
        "type": ChannelType.PUBLIC_THREAD,
        "guild_id": GUILD_ID,
        "parent_id": message["channel_id"],
        "owner_id": owner["id"],
        "name": body["name"],
        "last_message_id": None,
        "rate_limit_per_user": 0,
        "message_count": 0,
        "member_count": 1,
        "total_message_sent": 0,
        "flags": 0,
        "thread_metadata": {
            "archived": False,
            "archive_timestamp": now,
            "auto_archive_duration": minutes,
            "locked": False,
            "create_timestamp": now,
        },
        "member": {"id": message["id"], "user_id": owner["id"], "join_timestamp": now, "flags": 0},
    }
