"""The state of the pocket: channels, messages, commands, presence; every change is told to listeners."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum

from bot.pocket import cast
from bot.pocket.codes import ChannelType, Json, MessageFlag, MessageType, Permission
from bot.pocket.snowflakes import Snowflakes

MESSAGES_KEPT_A_CHANNEL = 1000
_MENTION = re.compile(r"<@!?(\d{15,20})>")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An attachment whose bytes lie in the data folder under its id."""

    id: int
    filename: str
    size_bytes: int
    content_type: str
    title: str | None = None
    width: int | None = None
    height: int | None = None
    description: str | None = None
    ephemeral: bool = False


@dataclass(slots=True)
class Channel:
    """A channel or thread; `bot_denied` are permissions taken from the bot here."""

    id: int
    name: str
    type: ChannelType
    topic: str = ""
    nsfw: bool = False
    position: int = 0
    recipient_id: int = 0
    parent_id: int = 0
    owner_id: int = 0
    auto_archive_minutes: int = 1440
    archived: bool = False
    locked: bool = False
    bot_denied: Permission = Permission(0)

    @property
    def direct(self) -> bool:
        """Whether this is a conversation between one member and the bot."""
        return self.type is ChannelType.DIRECT

    @property
    def thread(self) -> bool:
        """Whether this is a thread of another channel."""
        return self.type is ChannelType.PUBLIC_THREAD


@dataclass(slots=True)
class Message:
    """A message as it stands; media inside embeds and components are named `pocket:<file id>`."""

    id: int
    channel_id: int
    author_id: int
    content: str = ""
    type: MessageType = MessageType.DEFAULT
    flags: MessageFlag = MessageFlag(0)
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    files: list[StoredFile] = field(default_factory=list)
    mentions: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    reply_to: int | None = None
    thread_id: int | None = None
    edited_at: str | None = None
    nonce: str | None = None
    # Who sees an ephemeral message; None for everybody.
    only_for: int | None = None
    interaction: Json | None = None
    reactions: dict[str, list[int]] = field(default_factory=dict)

    @property
    def loading(self) -> bool:
        """Whether this is the placeholder of a deferred answer."""
        return MessageFlag.LOADING in self.flags

    @property
    def components_v2(self) -> bool:
        """Whether layout components take the place of content and embeds."""
        return MessageFlag.COMPONENTS_V2 in self.flags


@dataclass(frozen=True, slots=True)
class Presence:
    """How the bot shows itself; `online` is whether a gateway session is connected."""

    status: str = "offline"
    activity: str | None = None
    online: bool = False


class Change(Enum):
    """What happened to the thing that a listener is told about."""

    MESSAGE_CREATED = "message created"
    MESSAGE_UPDATED = "message updated"
    MESSAGE_DELETED = "message deleted"
    CHANNEL_CREATED = "channel created"
    CHANNEL_UPDATED = "channel updated"
    COMMANDS = "commands"
    PRESENCE = "presence"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class News:
    """One change of the world; messages and channels changed are named."""

    change: Change
    message: Message | None = None
    channel: Channel | None = None


@dataclass(frozen=True, slots=True)
class Typing:
    """Somebody began to type."""

    channel: Channel
    user_id: int


@dataclass(frozen=True, slots=True)
class Reaction:
    """Somebody put a reaction on a message or took it off."""

    message: Message
    emoji: str
    user_id: int
    added: bool


Event = News | Typing | Reaction
Listener = Callable[[Event], None]


class World:
    """Everything that a gateway session or a page can see."""

    def __init__(self, snowflakes: Snowflakes) -> None:
        self.snowflakes = snowflakes
        self.presence = Presence()
        self.channels: dict[int, Channel] = {}
        self._messages: dict[int, dict[int, Message]] = {}
        # Commands by the server they are registered in; None holds the global ones.
        self.commands: dict[int | None, list[Json]] = {None: [], cast.GUILD_ID: []}
        self._listeners: list[Listener] = []
        for place in cast.PLACES.values():
            self.channels[place.id] = Channel(
                place.id, place.name, place.type, place.topic, place.nsfw, place.position, place.recipient_id
            )

    def subscribe(self, listener: Listener) -> None:
        """Call `listener` with every later event, in order, on the event loop."""
        self._listeners.append(listener)

    def tell(self, event: Event) -> None:
        """Pass an event to every listener."""
        for listener in self._listeners:
            listener(event)

    def history(self, channel_id: int) -> list[Message]:
        """Return the messages of a channel, oldest first, ephemeral ones included."""
        return list(self._messages.get(channel_id, {}).values())

    def message(self, channel_id: int, message_id: int) -> Message | None:
        """Return a message or None."""
        return self._messages.get(channel_id, {}).get(message_id)

    def everything(self) -> Iterable[Message]:
        """Yield the messages of all channels."""
        for shelf in self._messages.values():
            yield from shelf.values()

    def restore(self, message: Message) -> None:
        """Put back a saved message without telling anybody."""
        self._messages.setdefault(message.channel_id, {})[message.id] = message

    def add(self, message: Message) -> None:
        """Post a message; the oldest of a very long channel gives way."""
        shelf = self._messages.setdefault(message.channel_id, {})
        shelf[message.id] = message
        if len(shelf) > MESSAGES_KEPT_A_CHANNEL:
            del shelf[next(iter(shelf))]
        self.tell(News(Change.MESSAGE_CREATED, message=message))

    def changed(self, message: Message) -> None:
        """Tell that a message was edited in place."""
        self.tell(News(Change.MESSAGE_UPDATED, message=message))

    def remove(self, message: Message) -> None:
        """Delete a message."""
        if self._messages.get(message.channel_id, {}).pop(message.id, None) is not None:
            self.tell(News(Change.MESSAGE_DELETED, message=message))

    def add_channel(self, channel: Channel) -> None:
        """Open a thread."""
        self.channels[channel.id] = channel
        self.tell(News(Change.CHANNEL_CREATED, channel=channel))

    def change_channel(self, channel: Channel) -> None:
        """Tell that a channel was changed in place."""
        self.tell(News(Change.CHANNEL_UPDATED, channel=channel))

    def set_commands(self, guild_id: int | None, commands: list[Json]) -> None:
        """Replace the commands of a scope."""
        self.commands[guild_id] = commands
        self.tell(News(Change.COMMANDS))

    def set_presence(self, presence: Presence) -> None:
        """Say how the bot shows itself, if that is new."""
        if presence != self.presence:
            self.presence = presence
            self.tell(News(Change.PRESENCE))

    def reset(self) -> None:
        """Forget every message and thread; commands stay, because the bot synced them."""
        self._messages.clear()
        for channel in [each for each in self.channels.values() if each.thread]:
            del self.channels[channel.id]
        self.tell(News(Change.RESET))

    def all_commands(self) -> list[Json]:
        """Return the commands of the server, then the global ones that it does not hide by name."""
        own = self.commands[cast.GUILD_ID]
        hidden = {(command["type"], command["name"]) for command in own}
        return own + [c for c in self.commands[None] if (c["type"], c["name"]) not in hidden]

    def bot_permissions(self, channel: Channel) -> Permission:
        """Return what the bot may do in a channel."""
        if channel.direct:
            return cast.DIRECT_MESSAGE_PERMISSIONS & ~channel.bot_denied
        denied = channel.bot_denied
        parent = self.channels.get(channel.parent_id)
        if parent is not None:
            denied |= parent.bot_denied
        return cast.permissions_of(cast.PEOPLE[cast.BOT_ID]) & ~denied

    def sees(self, member_id: int, message: Message) -> bool:
        """Tell whether a member may see a message."""
        return message.only_for in (None, member_id) and self.enters(member_id, message.channel_id)

    def enters(self, member_id: int, channel_id: int) -> bool:
        """Tell whether a member may see a channel."""
        channel = self.channels.get(channel_id)
        return channel is not None and (not channel.direct or channel.recipient_id == member_id)

    def age_restricted(self, channel: Channel) -> bool:
        """Tell whether a channel, or the channel of a thread, is marked 18+."""
        parent = self.channels.get(channel.parent_id)
        return channel.nsfw or (parent is not None and parent.nsfw)


def member_permissions(person: cast.Person, channel: Channel) -> Permission:
    """Return what a member may do in a channel."""
    return cast.DIRECT_MESSAGE_PERMISSIONS if channel.direct else cast.permissions_of(person)


def mentioned(content: str) -> list[int]:
    """Return the people named by `<@id>` in a text, each once, in order."""
    found = dict.fromkeys(int(match) for match in _MENTION.findall(content))
    return [person_id for person_id in found if person_id in cast.PEOPLE]
