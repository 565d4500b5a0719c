"""The pocket's world: one server with channels and a few members, messages, files and interactions.

Objects are kept as the JSON objects of Discord's API v10, since that is what both sides speak.
"""

import asyncio
import itertools
import json
import logging
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from bot.pocket.codes import (
    ALL_PERMISSIONS,
    FILE_LIMIT_BYTES,
    ChannelType,
    InteractionType,
    Json,
    MessageFlag,
    MessageType,
    Permission,
)
from bot.pocket.errors import DiscordRefusal, invalid_form, unknown

log = logging.getLogger(__name__)

_STATE_FILE = "world.json"
_MENTION = re.compile("<@!?([0-9]+)>")
DISCORD_EPOCH_MS = 1_420_070_400_000
TOKEN_LIFE_S = 15 * 60

APPLICATION_ID = "1100000000000000001"
GUILD_ID = "1100000000000000002"
_MEMBER_BITS = 0x40 | 0x400 | 0x800 | 0x4000 | 0x8000 | 0x10000 | 0x80000000 | 0x4800000000
_MODERATOR_BITS = _MEMBER_BITS | 0x2000 | 0x4 | 0x2 | 0x20 | 0x10000000000


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the pocket's server."""

    id: str
    name: str
    role: str
    permissions: int
    color: str
    roles: tuple[str, ...] = ()

    def user(self) -> Json:
        """Return Discord's user object."""
        return {
            "id": self.id,
            "username": self.name.lower(),
            "global_name": self.name,
            "discriminator": "0",
            "avatar": None,
            "public_flags": 0,
            "flags": 0,
            "primary_guild": None,
        }

    def member(self) -> Json:
        """Return Discord's member object."""
        return {
            "user": self.user(),
            "nick": None,
            "avatar": None,
            "roles": list(self.roles),
            "joined_at": "2026-01-01T00:00:00.000000+00:00",
            "deaf": False,
            "mute": False,
            "flags": 0,
            "permissions": str(self.permissions),
        }


def _role(id_: str, name: str, position: int, permissions: int, color: int = 0) -> Json:
    return {
        "id": id_,
        "name": name,
        "color": color,
        "colors": {"primary_color": color, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": position,
        "permissions": str(permissions),
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


MODERATORS_ID = "1100000000000000003"
# The role of everyone has the number of the server.
ROLES = (
    _role(GUILD_ID, "@everyone", 0, ALL_PERMISSIONS),
    _role(MODERATORS_ID, "moderators", 1, ALL_PERMISSIONS, 0x5B7F3A),
)
PEOPLE = (
    Person("1100000000000000101", "Ann", "author", _MEMBER_BITS, "#b3362b"),
    Person("1100000000000000102", "Bo", "member", _MEMBER_BITS, "#2f6f8f"),
    Person("1100000000000000103", "Mo", "moderator", _MODERATOR_BITS, "#5b7f3a", (MODERATORS_ID,)),
)
BOT_USER: Json = {
    "id": APPLICATION_ID,
    "username": "colophon",
    "global_name": "Colophon",
    "discriminator": "0",
    "avatar": None,
    "bot": True,
    "public_flags": 0,
    "flags": 0,
    "primary_guild": None,
}


def _channel(id_: str, name: str, position: int, topic: str, *, nsfw: bool = False) -> Json:
    return {
        "id": id_,
        "type": 0,
        "guild_id": GUILD_ID,
        "name": name,
        "position": position,
        "topic": topic,
        "nsfw": nsfw,
        "permission_overwrites": [],
        "parent_id": None,
        "last_message_id": None,
        "rate_limit_per_user": 0,
        "flags": 0,
    }


WITNESS_CHANNEL_ID = "1100000000000000014"
CHANNELS = (
    _channel("1100000000000000010", "general", 0, "Ask and draft here"),
    _channel("1100000000000000011", "drafts", 1, "Work in progress"),
    _channel("1100000000000000012", "showcase", 2, "Finished pieces"),
    _channel("1100000000000000013", "after-dark", 3, "Age-restricted", nsfw=True),
    _channel(WITNESS_CHANNEL_ID, "witness", 4, "Checkpoints of the record, for everyone to keep"),
)


@dataclass(slots=True)
class Interaction:
    """One use of a command, button or form, open for 15 minutes."""

    id: str
    token: str
    type: InteractionType
    person: Person
    channel_id: str
    nonce: str
    created_s: float
    life_s: float = TOKEN_LIFE_S
    command: str | None = None
    # The message whose component was used, and the message that answers.
    source_id: str | None = None
    original_id: str | None = None
    answered: bool = False
    # Three seconds went by without an answer: its member has been told so, and no answer is taken any more.
    given_up: bool = False

    @property
    def expired(self) -> bool:
        """Tell whether the token is dead."""
        return time.monotonic() - self.created_s > self.life_s


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the pocket's folder, with its attachment object."""

    path: Path
    object: Json


Listener = Callable[[str, Json, str | None], None]
"""Hears (event name, object, member id or None for everyone)."""


class World:
    """All state; `folder` keeps it between runs."""

    def __init__(self, folder: Path, people: Sequence[Person] = PEOPLE) -> None:
        self._folder = folder
        self.people = {person.id: person for person in people}
        self.roles: dict[str, Json] = {role["id"]: role for role in ROLES}
        self.token_life_s: float = TOKEN_LIFE_S
        self.closed: set[str | None] = set()
        """The members who take no direct messages."""
        self.base_url = ""
        self.commands: list[Json] = []
        self.interactions: dict[str, Interaction] = {}
        self.presence: Json = {"status": "offline", "activity": "", "online": False}
        self.listeners: list[Listener] = []
        self._counter = itertools.count()
        self._last_ms = 0
        self.reset()
        self._load()

    def reset(self) -> None:
        """Start afresh: the channels, and nothing in them."""
        self.messages: dict[str, Json] = {}
        self.private: dict[str, str] = {}
        self.files: dict[str, StoredFile] = {}
        self.nonces: dict[str, str] = {}
        self.channels: dict[str, Json] = {c["id"]: dict(c) for c in CHANNELS}
        for id_ in self.people:
            self.direct(id_)
        self.dirty = True

    # --- identity ----------------------------------------------------------------------------

    def snowflake(self) -> str:
        """Return a new id: real time, strictly growing."""
        self._last_ms = max(self._last_ms, time.time_ns() // 1_000_000)
        return str(((self._last_ms - DISCORD_EPOCH_MS) << 22) | (next(self._counter) & 0x3FFFFF))

    def person(self, id_: str) -> Person:
        """Return a member of the server."""
        try:
            return self.people[id_]
        except KeyError:
            raise unknown("Member", 10007) from None

    def user_and_member(self, id_: str) -> tuple[Json, Json | None]:
        """Return the user of a number, and what the server adds to it; the bot is a user that can be named too."""
        if id_ == APPLICATION_ID:
            return BOT_USER, None
        person = self.person(id_)
        return person.user(), {key: value for key, value in person.member().items() if key != "user"}

    def role(self, id_: str) -> Json:
        """Return a role of the server."""
        try:
            return self.roles[id_]
        except KeyError:
            raise unknown("Role", 10011) from None

    def channel(self, id_: str) -> Json:
        """Return a channel."""
        try:
            return self.channels[id_]
        except KeyError:
            raise unknown("Channel", 10003) from None

    def message(self, channel_id: str | None, id_: str) -> Json:
        """Return a message (of a channel)."""
        found = self.messages.get(id_)
        if found is None or channel_id not in (None, found["channel_id"]):
            raise unknown("Message", 10008)
        return found

    def direct(self, user_id: str) -> Json:
        """Return the direct channel between the bot and a member, made on first use."""
        person = self.person(user_id)
        for channel in self.channels.values():
            if channel["type"] == 1 and channel["recipients"][0]["id"] == user_id:
                return channel
        made: Json = {
            "id": self.snowflake(),
            "type": 1,
            "recipients": [person.user()],
            "last_message_id": None,
            "flags": 0,
        }
        self.channels[made["id"]] = made
        self.dirty = True
        return made

    def bot_may(self, channel_id: str) -> int:
        """Return the bot's permissions in a channel; those in a thread are those in the channel around it."""
        channel = self.channel(channel_id)
        around = self.channels.get(channel.get("parent_id") or "", channel)
        may = ALL_PERMISSIONS
        for overwrite in around.get("permission_overwrites", ()):
            if overwrite["id"] == APPLICATION_ID:
                may = may & ~int(overwrite["deny"]) | int(overwrite["allow"])
        return may

    def forbid_bot(self, channel_id: str, permissions: int) -> None:
        """Take permissions from the bot in a channel, as a moderator would."""
        channel = self.channel(channel_id)
        overwrite = {"id": APPLICATION_ID, "type": 1, "allow": "0", "deny": str(permissions)}
        channel["permission_overwrites"] = [overwrite]
        self.dirty = True
        self.tell("CHANNEL_UPDATE", channel, None)

    def require(self, channel_id: str, needed: Permission) -> None:
        """Refuse what the bot may not do in a channel (50013)."""
        if self.bot_may(channel_id) & needed != needed:
            raise DiscordRefusal(403, 50013, "Missing Permissions")

    def visible_to(self, channel_id: str) -> str | None:
        """Return the one member who sees a channel, or None for everyone."""
        channel = self.channel(channel_id)
        return str(channel["recipients"][0]["id"]) if channel["type"] == 1 else None

    # --- messages ----------------------------------------------------------------------------

    def tell(self, event: str, payload: Json, member_id: str | None) -> None:
        """Let everyone who listens know."""
        for listener in list(self.listeners):
            listener(event, payload, member_id)

    def add_message(
        self, channel_id: str, author: Json, body: Json, *, private_to: str | None = None, **extra: Any
    ) -> Json:
        """Add a message; `private_to` makes it visible to one member only."""
        message: Json = {
            "id": self.snowflake(),
            "type": 0,
            "channel_id": channel_id,
            "author": author,
            "content": "",
            "timestamp": _now(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "pinned": False,
            "flags": 0,
            "components": [],
            **body,
            **extra,
        }
        self.messages[message["id"]] = message
        channel = self.channel(channel_id)
        channel["last_message_id"] = message["id"]
        if channel["type"] == ChannelType.PUBLIC_THREAD:
            channel["message_count"] += 1
            channel["total_message_sent"] += 1
        if private_to is not None:
            self.private[message["id"]] = private_to
        self._changed("MESSAGE_CREATE", message)
        return message

    def answering(self, channel_id: str, reply_to: str) -> Json:
        """Return what makes a message a reply to one of its channel; refuse one that is not there, or for one alone."""
        try:
            answered = self.message(channel_id, reply_to)
        except DiscordRefusal:
            answered = None
        if answered is None or answered["id"] in self.private:
            code = "MESSAGE_REFERENCE_UNKNOWN_MESSAGE"
            raise invalid_form("message_reference", code, "Unknown message")
        reference = {"type": 0, "channel_id": channel_id, "message_id": reply_to}
        if self.visible_to(channel_id) is None:
            reference["guild_id"] = GUILD_ID
        answered = {key: value for key, value in answered.items() if key != "referenced_message"}
        return {"type": MessageType.REPLY, "message_reference": reference, "referenced_message": answered}

    def named_in(self, content: str) -> list[Json]:
        """Return the users that a text mentions."""
        known = {APPLICATION_ID: BOT_USER, **{person.id: person.user() for person in self.people.values()}}
        return [known[id_] for id_ in dict.fromkeys(_MENTION.findall(content)) if id_ in known]

    def edit_message(self, message: Json, body: Json, *, mark: bool = True) -> None:
        """Change a message in place."""
        message.update(body)
        message["flags"] &= ~MessageFlag.LOADING
        if mark:
            message["edited_timestamp"] = _now()
        self._changed("MESSAGE_UPDATE", message)

    def delete_message(self, message: Json) -> None:
        """Remove a message."""
        del self.messages[message["id"]]
        who = self.private.pop(message["id"], None) or self.visible_to(message["channel_id"])
        self.dirty = True
        self.tell("MESSAGE_DELETE", {"id": message["id"], "channel_id": message["channel_id"]}, who)

    def _changed(self, event: str, message: Json) -> None:
        who = self.private.get(message["id"]) or self.visible_to(message["channel_id"])
        self.dirty = True
        self.tell(event, message, who)

    def seen_by(self, member_id: str) -> dict[str, list[Json]]:
        """Return the messages a member sees, by channel, oldest first."""
        seen: dict[str, list[Json]] = {id_: [] for id_ in self.channels}
        for message in self.messages.values():
            who = self.private.get(message["id"]) or self.visible_to(message["channel_id"])
            if who in (None, member_id):
                seen[message["channel_id"]].append(message)
        return seen

    # --- files -------------------------------------------------------------------------------

    async def store_file(self, name: str, data: bytes, content_type: str | None, alt: str | None) -> Json:
        """Keep a file and return its attachment object; images get their size from the header."""
        if len(data) > FILE_LIMIT_BYTES:
            raise DiscordRefusal(413, 40005, "Request entity too large")
        id_ = self.snowflake()
        path = self._folder / "files" / id_
        size = await asyncio.to_thread(_write_and_measure, path, data)
        safe = "".join(c if c.isalnum() or c in "._-" else "_" for c in name)[-100:] or "file"
        attachment: Json = {
            "id": id_,
            "filename": safe,
            "size": len(data),
            "url": f"{self.base_url}/attachments/{id_}/{safe}",
            "proxy_url": f"{self.base_url}/attachments/{id_}/{safe}",
            "content_type": content_type or "application/octet-stream",
        }
        if alt:
            attachment["description"] = alt[:1024]
        if size is not None:
            attachment["width"], attachment["height"] = size
        self.files[id_] = StoredFile(path, attachment)
        return attachment

    # --- keeping -----------------------------------------------------------------------------

    def save(self) -> None:
        """Write the world to its folder, whole or not at all; blocking."""
        self.dirty = False
        state = {
            "base_url": self.base_url,
            "channels": self.channels,
            "messages": self.messages,
            "private": self.private,
            "commands": self.commands,
            "files": {id_: stored.object for id_, stored in self.files.items()},
        }
        temporary = self._folder / "world.tmp"
        temporary.write_text(json.dumps(state, ensure_ascii=False))
        temporary.replace(self._folder / _STATE_FILE)

    def _load(self) -> None:
        (self._folder / "files").mkdir(parents=True, exist_ok=True)
        file = self._folder / _STATE_FILE
        try:
            self._take(json.loads(file.read_text()))
        except FileNotFoundError:
            return
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            aside = file.replace(file.with_suffix(".damaged.json"))
            log.warning("the saved world could not be read (%s): it was moved to %s", type(error).__name__, aside)
            self.reset()

    def _take(self, state: Json) -> None:
        """Go on from a saved state; raise what a damaged one raises."""
        files = {i: StoredFile(self._folder / "files" / i, o) for i, o in state["files"].items()}
        self.base_url = str(state["base_url"])
        # A channel that an older world did not have yet is there from now on.
        self.channels = {c["id"]: dict(c) for c in CHANNELS} | dict(state["channels"])
        self.messages = dict(state["messages"])
        self.private, self.commands = dict(state["private"]), list(state["commands"])
        self.files = files

    def move_to(self, base_url: str) -> None:
        """Take the address that this run is reached at; links kept from an earlier run follow."""
        old, self.base_url = self.base_url, base_url
        if not old or old == base_url:
            return
        self.messages = json.loads(json.dumps(self.messages).replace(f'"{old}/', f'"{base_url}/'))
        for stored in self.files.values():
            for link in ("url", "proxy_url"):
                stored.object[link] = stored.object[link].replace(old, base_url)


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _write_and_measure(path: Path, data: bytes) -> tuple[int, int] | None:
    path.write_bytes(data)
    try:
        with Image.open(BytesIO(data)) as image:
            return image.size
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError):
        return None
