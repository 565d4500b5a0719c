"""What a member's choices name, resolved as Discord does it: files, members, roles, channels and messages."""

from collections.abc import Iterator

from bot.pocket.codes import ALL_PERMISSIONS, Component, Json, OptionType
from bot.pocket.errors import DiscordRefusal, unknown
from bot.pocket.limits.components import walk
from bot.pocket.world import World

_NAMED = frozenset({OptionType.USER, OptionType.ROLE, OptionType.MENTIONABLE, OptionType.CHANNEL})
_SELECTED = {
    Component.USER_SELECT: OptionType.USER,
    Component.ROLE_SELECT: OptionType.ROLE,
    Component.MENTIONABLE_SELECT: OptionType.MENTIONABLE,
    Component.CHANNEL_SELECT: OptionType.CHANNEL,
}


def resolve(world: World, data: Json, files: dict[str, Json]) -> None:
    """Add to an interaction's data what it names.

    That is: the options of a command, what was picked in a select, and the fields of a form. The page names its
    uploads by their index in the request; here they get the number that the bot knows them by.
    """
    resolved: Json = {}
    for option in _options(data.get("options") or []):
        if option.get("type") == OptionType.ATTACHMENT:
            option["value"] = _upload(files, option["value"])
        elif option.get("type") in _NAMED:
            _look_up(world, resolved, OptionType(option["type"]), str(option.get("value")))
    for part in _picked(data):
        if part.get("type") == Component.FILE_UPLOAD:
            part["values"] = [_upload(files, value) for value in part.get("values") or []]
        elif part.get("type") in _SELECTED:
            for value in part.get("values") or []:
                _look_up(world, resolved, _SELECTED[Component(part["type"])], str(value))
    if files:
        resolved["attachments"] = {file["id"]: file for file in files.values()}
    if resolved:
        data.setdefault("resolved", {}).update(resolved)


def aim(world: World, data: Json, channel: Json) -> None:
    """Add the message that a message command is used on: whole, whatever intents the bot has."""
    target = world.message(channel["id"], str(data.get("target_id")))
    if target["id"] in world.private:
        raise unknown("Message", 10008)
    data.setdefault("resolved", {})["messages"] = {target["id"]: target}


def _options(options: list[Json]) -> Iterator[Json]:
    for option in options:
        yield option
        yield from _options(option.get("options") or [])


def _picked(data: Json) -> Iterator[Json]:
    """Yield the select that was used, or every field of a form."""
    if "component_type" in data:
        yield {"type": data["component_type"], "values": data.get("values")}
    yield from walk(data.get("components"))


def _upload(files: dict[str, Json], index: object) -> str:
    if str(index) not in files:
        raise DiscordRefusal(400, 50035, "Invalid Form Body")
    return str(files[str(index)]["id"])


def _look_up(world: World, resolved: Json, kind: OptionType, id_: str) -> None:
    """Add one thing by its number; what may be a member or a role is a role if there is one of that number."""
    match kind:
        case OptionType.ROLE | OptionType.MENTIONABLE if kind is OptionType.ROLE or id_ in world.roles:
            resolved.setdefault("roles", {})[id_] = world.role(id_)
        case OptionType.USER | OptionType.MENTIONABLE:
            user, member = world.user_and_member(id_)
            resolved.setdefault("users", {})[id_] = user
            if member is not None:
                resolved.setdefault("members", {})[id_] = member
        case OptionType.CHANNEL:
            resolved.setdefault("channels", {})[id_] = world.channel(id_) | {"permissions": str(ALL_PERMISSIONS)}
