"""Discord's JSON objects, built from the world (API v10).

`base` is what attachment addresses begin with: the server's own address for the bot, nothing for the
page, whose origin it is.
"""

from typing import Any
from urllib.parse import quote

from bot.pocket import cast
from bot.pocket.codes import ChannelType, Component, Json, MessageFlag, MessageType, Permission
from bot.pocket.snowflakes import iso, moment
from bot.pocket.world import Channel, Message, StoredFile, World

FILE_SCHEME = "pocket:"


def user(person: cast.Person) -> Json:
    """Return a user object."""
    return {
        "id": str(person.id),
        "username": person.username,
        "global_name": person.name,
        "discriminator": "0",
        "avatar": None,
        "avatar_decoration_data": None,
        "bot": person.part is cast.Part.BOT,
        "system": False,
        "public_flags": 0,
        "flags": 0,
        "banner": None,
        "accent_color": None,
    }


def member(person: cast.Person, permissions: Permission | None = None) -> Json:
    """Return a guild member object; in interactions it carries the permissions too."""
    body: Json = {
        "user": user(person),
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": [str(role_id) for role_id in person.roles],
        "joined_at": iso(moment(cast.GUILD_ID)),
        "premium_since": None,
        "communication_disabled_until": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
    }
    if permissions is not None:
        body["permissions"] = str(int(permissions))
    return body


def role(of: cast.Role) -> Json:
    """Return a role object."""
    return {
        "id": str(of.id),
        "name": of.name,
        "description": None,
        "permissions": str(int(of.permissions)),
        "position": of.position,
        "color": of.color,
        "colors": {"primary_color": of.color, "secondary_color": None, "tertiary_color": None},
        "hoist": of.position > 0,
        "managed": of.id == cast.BOT_ROLE_ID,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def channel(world: World, of: Channel) -> Json:
    """Return a channel, direct message or thread object."""
    history = world.history(of.id)
    body: Json = {
        "id": str(of.id),
        "type": int(of.type),
        "last_message_id": str(history[-1].id) if history else None,
        "flags": 0,
    }
    if of.direct:
        return body | {"recipients": [user(cast.PEOPLE[of.recipient_id])]}
    body |= {"guild_id": str(cast.GUILD_ID), "name": of.name, "rate_limit_per_user": 0}
    if of.type is ChannelType.PUBLIC_THREAD:
        return body | _thread_fields(of, len(history))
    return body | {
        "topic": of.topic or None,
        "nsfw": of.nsfw,
        "position": of.position,
        "parent_id": None,
        "permission_overwrites": _overwrites(of),
    }


def _thread_fields(of: Channel, message_count: int) -> Json:
    return {
        "parent_id": str(of.parent_id),
        "owner_id": str(of.owner_id),
        "message_count": message_count,
        "total_message_sent": message_count,
        "member_count": 1,
        "thread_metadata": {
            "archived": of.archived,
            "locked": of.locked,
            "auto_archive_duration": of.auto_archive_minutes,
            "archive_timestamp": iso(moment(of.id)),
            "create_timestamp": iso(moment(of.id)),
        },
    }


def _overwrites(of: Channel) -> list[Json]:
    if not of.bot_denied:
        return []
    return [{"id": str(cast.BOT_ROLE_ID), "type": 0, "allow": "0", "deny": str(int(of.bot_denied))}]


def guild(world: World) -> Json:
    """Return the guild object without what only GUILD_CREATE carries."""
    return {
        "id": str(cast.GUILD_ID),
        "name": cast.GUILD_NAME,
        "owner_id": str(cast.KEEPER_ID),
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": None,
        "features": [],
        "roles": [role(each) for each in cast.ROLES.values()],
        "emojis": [],
        "stickers": [],
        "preferred_locale": cast.GUILD_LOCALE,
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "nsfw": False,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "vanity_url_code": None,
        "max_members": 500000,
        "approximate_member_count": len(cast.PEOPLE),
    }


def guild_create(world: World) -> Json:
    """Return what GUILD_CREATE carries."""
    rooms = [each for each in world.channels.values() if not each.direct]
    threads = [each for each in rooms if each.type is ChannelType.PUBLIC_THREAD]
    return guild(world) | {
        "joined_at": iso(moment(cast.GUILD_ID)),
        "large": False,
        "unavailable": False,
        "member_count": len(cast.PEOPLE),
        "members": [member(person) for person in cast.PEOPLE.values()],
        "channels": [channel(world, each) for each in rooms if each not in threads],
        "threads": [channel(world, each) for each in threads if not each.archived],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def file_url(of: StoredFile, base: str) -> str:
    """Return where an attachment can be fetched."""
    return f"{base}/attachments/{of.id}/{quote(of.filename)}"


def attachment(of: StoredFile, base: str) -> Json:
    """Return an attachment object."""
    url = file_url(of, base)
    body: Json = {
        "id": str(of.id),
        "filename": of.filename,
        "size": of.size_bytes,
        "url": url,
        "proxy_url": url,
        "content_type": of.content_type,
        "flags": 0,
    }
    optional = {"title": of.title, "description": of.description, "width": of.width, "height": of.height}
    body |= {key: value for key, value in optional.items() if value is not None}
    if of.ephemeral:
        body["ephemeral"] = True
    return body


def content_visible(world: World, of: Message) -> bool:
    """Tell whether a bot without the message-content intent sees what a message says.

    It does in direct messages, in messages that mention it and in its own.
    """
    return (
        of.author_id == cast.BOT_ID
        or world.channels[of.channel_id].direct
        or cast.BOT_ID in of.mentions
    )


def message(world: World, of: Message, base: str, *, blank: bool = False, referenced: bool = True) -> Json:
    """Return a message object; `blank` leaves out what the message-content intent guards."""
    by_id = {str(each.id): each for each in of.files}
    shown = _shown_as_attachments(of)
    body: Json = {
        "id": str(of.id),
        "channel_id": str(of.channel_id),
        "type": int(of.type),
        "author": user(cast.PEOPLE[of.author_id]),
        "content": "" if blank else of.content,
        "timestamp": iso(moment(of.id)),
        "edited_timestamp": of.edited_at,
        "tts": False,
        "mention_everyone": of.mention_everyone,
        "mentions": [user(cast.PEOPLE[person_id]) for person_id in of.mentions],
        "mention_roles": [],
        "attachments": [] if blank else [attachment(each, base) for each in shown],
        "embeds": [] if blank else [resolve_media(each, by_id, base) for each in of.embeds],
        "components": [] if blank else [resolve_media(each, by_id, base) for each in of.components],
        "pinned": False,
        "flags": int(of.flags),
    }
    place = world.channels[of.channel_id]
    body["channel_type"] = int(place.type)
    if not place.direct:
        body["guild_id"] = str(cast.GUILD_ID)
    if of.nonce is not None:
        body["nonce"] = of.nonce
    if of.reactions:
        body["reactions"] = [_reaction(emoji, people) for emoji, people in of.reactions.items()]
    if of.interaction is not None:
        body |= {
            "application_id": str(cast.APPLICATION_ID),
            "webhook_id": str(cast.APPLICATION_ID),
            "interaction_metadata": of.interaction,
        }
    if of.thread_id is not None and of.thread_id in world.channels:
        body["thread"] = channel(world, world.channels[of.thread_id])
    if of.reply_to is not None and referenced:
        body |= _reference(world, of, base, blank_rule=blank or of.author_id != cast.BOT_ID)
    return body


def for_bot(world: World, of: Message, base: str) -> Json:
    """Return a message as a bot without the message-content intent gets it."""
    body = message(world, of, base, blank=not content_visible(world, of), referenced=False)
    if of.reply_to is not None:
        body |= _reference(world, of, base, blank_rule=True)
    return body


def _reference(world: World, of: Message, base: str, *, blank_rule: bool) -> Json:
    place = world.channels[of.channel_id]
    pointer: Json = {"type": 0, "message_id": str(of.reply_to), "channel_id": str(of.channel_id)}
    if not place.direct:
        pointer["guild_id"] = str(cast.GUILD_ID)
    target = world.message(of.channel_id, of.reply_to or 0)
    quoted = None
    if target is not None and target.only_for in (None, of.only_for):
        blank = blank_rule and not content_visible(world, target)
        quoted = message(world, target, base, blank=blank, referenced=False)
    return {"message_reference": pointer, "referenced_message": quoted}


def _reaction(emoji: str, people: list[int]) -> Json:
    return {
        "emoji": {"id": None, "name": emoji},
        "count": len(people),
        "count_details": {"normal": len(people), "burst": 0},
        "me": cast.BOT_ID in people,
        "me_burst": False,
        "burst_colors": [],
    }


def _shown_as_attachments(of: Message) -> list[StoredFile]:
    """Leave out the files that an embed shows: Discord does not list those a second time."""
    in_embeds: set[str] = set()
    _collect(of.embeds, in_embeds)
    return [each for each in of.files if f"{FILE_SCHEME}{each.id}" not in in_embeds]


def _collect(value: Any, found: set[str]) -> None:
    if isinstance(value, dict):
        for each in value.values():
            _collect(each, found)
    elif isinstance(value, list):
        for each in value:
            _collect(each, found)
    elif isinstance(value, str) and value.startswith(FILE_SCHEME):
        found.add(value)


def resolve_media(value: Any, files: dict[str, StoredFile], base: str) -> Any:
    """Return a copy in which every `pocket:<id>` has become the address and facts of that file."""
    if isinstance(value, list):
        return [resolve_media(each, files, base) for each in value]
    if not isinstance(value, dict):
        return value
    body = {key: resolve_media(each, files, base) for key, each in value.items()}
    for key in ("url", "icon_url"):
        named = value.get(key)
        of = _named_file(named, files)
        if of is None:
            continue
        body[key] = file_url(of, base)
        if key == "url":
            body |= {"proxy_url": body["url"], "attachment_id": str(of.id), "content_type": of.content_type}
            body |= {"width": of.width, "height": of.height} if of.width else {}
    if value.get("type") == Component.FILE and isinstance(value.get("file"), dict):
        of = _named_file(value["file"].get("url"), files)
        if of is not None:
            body |= {"name": of.filename, "size": of.size_bytes}
    return body


def _named_file(value: Any, files: dict[str, StoredFile]) -> StoredFile | None:
    if not isinstance(value, str) or not value.startswith(FILE_SCHEME):
        return None
    return files.get(value.removeprefix(FILE_SCHEME))


def ephemeral_flag(ephemeral: bool) -> MessageFlag:
    """Return the flag of a message that one person sees."""
    return MessageFlag.EPHEMERAL if ephemeral else MessageFlag(0)


def answer_type(of_command: int | None) -> MessageType:
    """Return the type of a first answer: a slash command's, a context menu's, or a component's reply."""
    if of_command is None:
        return MessageType.REPLY
    return MessageType.CHAT_INPUT_COMMAND if of_command == 1 else MessageType.CONTEXT_MENU_COMMAND
