"""Who and what is in the pocket: one server, its channels and roles, three members to be, the bot.

All ids are fixed, so that a saved world, a bookmark and a test mean the same thing tomorrow.
"""

from dataclasses import dataclass
from enum import Enum

from bot.pocket.codes import ChannelType, Permission

APPLICATION_ID = 1_400_000_000_000_000_001
BOT_ID = APPLICATION_ID
GUILD_ID = 1_400_000_000_000_000_100
GUILD_NAME = "Pocket studio"
GUILD_LOCALE = "en-US"
KEEPER_ID = 1_400_000_000_000_000_200
AUTHOR_ID = 1_400_000_000_000_000_201
OTHER_ID = 1_400_000_000_000_000_202
MODERATOR_ID = 1_400_000_000_000_000_203
MODERATOR_ROLE_ID = 1_400_000_000_000_000_301
BOT_ROLE_ID = 1_400_000_000_000_000_302
STUDIO_ID = 1_400_000_000_000_000_401
QUESTIONS_ID = 1_400_000_000_000_000_402
SHOWCASE_ID = 1_400_000_000_000_000_403
AGE_RESTRICTED_ID = 1_400_000_000_000_000_404

EVERYBODY = (
    Permission.CREATE_INVITE
    | Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.CHANGE_NICKNAME
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
)
MODERATION = (
    Permission.KICK_MEMBERS
    | Permission.BAN_MEMBERS
    | Permission.MANAGE_GUILD
    | Permission.VIEW_AUDIT_LOG
    | Permission.MANAGE_MESSAGES
    | Permission.MANAGE_NICKNAMES
    | Permission.MANAGE_THREADS
    | Permission.MODERATE_MEMBERS
)
BOT_EXTRA = Permission.MANAGE_MESSAGES | Permission.MANAGE_THREADS
DIRECT_MESSAGE_PERMISSIONS = EVERYBODY & ~Permission.CREATE_INVITE


class Part(Enum):
    """What somebody is in the pocket."""

    AUTHOR = "author"
    MEMBER = "member"
    MODERATOR = "moderator"
    KEEPER = "keeper"
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the server."""

    id: int
    name: str
    permissions: Permission
    position: int
    color: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the server; `direct_id` is the channel of their conversation with the bot."""

    id: int
    username: str
    name: str
    part: Part
    color: str
    direct_id: int = 0
    roles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A channel that is always there."""

    id: int
    name: str
    type: ChannelType = ChannelType.TEXT
    topic: str = ""
    nsfw: bool = False
    position: int = 0
    recipient_id: int = 0


ROLES = {
    role.id: role
    for role in (
        Role(GUILD_ID, "@everyone", EVERYBODY, 0),
        Role(MODERATOR_ROLE_ID, "Moderators", EVERYBODY | MODERATION, 1, 0x3A7D44),
        Role(BOT_ROLE_ID, "Colophon", EVERYBODY | BOT_EXTRA, 2, 0xB23A2E),
    )
}

PEOPLE = {
    person.id: person
    for person in (
        Person(AUTHOR_ID, "linmei", "Lin Mei", Part.AUTHOR, "#b2502e", AUTHOR_ID + 300),
        Person(OTHER_ID, "jonas", "Jonas", Part.MEMBER, "#2e6db2", OTHER_ID + 300),
        Person(
            MODERATOR_ID, "ada", "Ada", Part.MODERATOR, "#3a7d44", MODERATOR_ID + 300, (MODERATOR_ROLE_ID,)
        ),
        Person(KEEPER_ID, "keeper", "Keeper", Part.KEEPER, "#777777"),
        Person(BOT_ID, "colophon", "Colophon", Part.BOT, "#8a2be2", roles=(BOT_ROLE_ID,)),
    )
}
# The keeper owns the server and the application, so that nobody one can be is above every check.
PLAYABLE = (AUTHOR_ID, OTHER_ID, MODERATOR_ID)

PLACES = {
    place.id: place
    for place in (
        Place(STUDIO_ID, "studio", topic="Drafts, sketches and everything in the making", position=0),
        Place(QUESTIONS_ID, "questions", topic="Ask about art and copyright", position=1),
        Place(SHOWCASE_ID, "showcase", topic="Finished pieces", position=2),
        Place(AGE_RESTRICTED_ID, "age-restricted", topic="Marked 18+", nsfw=True, position=3),
        *(
            Place(PEOPLE[id].direct_id, PEOPLE[BOT_ID].name, ChannelType.DIRECT, recipient_id=id)
            for id in PLAYABLE
        ),
    )
}


def permissions_of(person: Person) -> Permission:
    """Return what somebody may do in the server, before any channel has its say."""
    if person.id == KEEPER_ID:
        return Permission(~0 & ((1 << 50) - 1))
    held = ROLES[GUILD_ID].permissions
    for role_id in person.roles:
        held |= ROLES[role_id].permissions
    return held
