"""What a member's choices name: found as Discord tells it to a bot, or refused."""

from pathlib import Path
from typing import Any

import pytest

from bot.pocket.codes import Component, OptionType
from bot.pocket.errors import DiscordRefusal
from bot.pocket.resolving import resolve
from bot.pocket.world import APPLICATION_ID, CHANNELS, MODERATORS_ID, PEOPLE, World

ANN, GENERAL = PEOPLE[0].id, CHANNELS[0]["id"]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.mark.parametrize(
    ("kind", "named", "where"),
    [
        (OptionType.USER, ANN, "members"),
        (OptionType.ROLE, MODERATORS_ID, "roles"),
        (OptionType.MENTIONABLE, ANN, "users"),
        (OptionType.MENTIONABLE, MODERATORS_ID, "roles"),
        (OptionType.CHANNEL, GENERAL, "channels"),
    ],
)
def test_an_option_deep_in_a_command_is_looked_up(world: World, kind: OptionType, named: str, where: str) -> None:
    option = {"type": kind, "name": "which", "value": named}
    data: dict[str, Any] = {"options": [{"type": OptionType.SUBCOMMAND, "name": "inner", "options": [option]}]}
    resolve(world, data, {})
    assert list(data["resolved"][where]) == [named]


@pytest.mark.parametrize(
    ("kind", "named", "where"),
    [
        (Component.USER_SELECT, ANN, "members"),
        (Component.ROLE_SELECT, MODERATORS_ID, "roles"),
        (Component.CHANNEL_SELECT, GENERAL, "channels"),
    ],
)
def test_what_is_picked_in_a_select_is_looked_up(world: World, kind: Component, named: str, where: str) -> None:
    pressed: dict[str, Any] = {"component_type": int(kind), "custom_id": "x", "values": [named]}
    resolve(world, pressed, {})
    assert list(pressed["resolved"][where]) == [named]
    label = {"type": Component.LABEL, "component": {"type": int(kind), "values": [named]}}
    form: dict[str, Any] = {"custom_id": "x", "components": [label]}
    resolve(world, form, {})
    assert list(form["resolved"][where]) == [named]


def test_the_bot_can_be_named_but_is_no_member_of_the_page(world: World) -> None:
    data: dict[str, Any] = {"component_type": int(Component.USER_SELECT), "values": [APPLICATION_ID]}
    resolve(world, data, {})
    assert list(data["resolved"]["users"]) == [APPLICATION_ID]
    assert "members" not in data["resolved"]


def test_files_of_a_form_get_the_number_that_the_bot_knows_them_by(world: World) -> None:
    fields = [
        {"type": Component.LABEL, "component": {"type": Component.FILE_UPLOAD, "values": values}}
        for values in (["0"], ["1", "2"])
    ]
    data: dict[str, Any] = {"custom_id": "x", "components": fields}
    resolve(world, data, {str(index): {"id": f"90{index}"} for index in range(3)})
    assert [each["component"]["values"] for each in data["components"]] == [["900"], ["901", "902"]]
    assert list(data["resolved"]["attachments"]) == ["900", "901", "902"]


@pytest.mark.parametrize(
    "data",
    [
        {"options": [{"type": OptionType.ATTACHMENT, "name": "file", "value": "0"}]},
        {"options": [{"type": OptionType.USER, "name": "who", "value": "7"}]},
        {"options": [{"type": OptionType.ROLE, "name": "role", "value": ANN}]},
        {"component_type": int(Component.CHANNEL_SELECT), "values": ["7"]},
    ],
)
def test_what_is_not_there_is_refused(world: World, data: dict[str, Any]) -> None:
    with pytest.raises(DiscordRefusal):
        resolve(world, data, {})
