"""The watch itself: what Discord's document forbids is named by route, place and reason."""

from typing import Any

import pytest

from tests.pocket.specification import MISSING, Specification, document_path
from tests.pocket.watch import pings


@pytest.fixture(scope="module")
def discord() -> Specification:
    """Return the document, where it is."""
    path = document_path()
    if path is None:
        pytest.skip(MISSING)
    return Specification(path)


def problems(discord: Specification, method: str, path: str, body: Any) -> list[str]:
    operation = discord.operation(method, path)
    assert operation is not None
    return discord.request_problems(operation, body)


@pytest.mark.parametrize(
    ("method", "path", "template"),
    [
        ("POST", "/channels/1/messages", "/channels/{channel_id}/messages"),
        ("PATCH", "/webhooks/1/t/messages/@original", "/webhooks/{webhook_id}/{webhook_token}/messages/@original"),
        ("PATCH", "/webhooks/1/t/messages/5", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"),
        ("GET", "/users/@me", "/users/@me"),
        ("PUT", "/users/@me", None),
        ("POST", "/nowhere", None),
    ],
)
def test_a_request_has_the_route_that_fits_best(
    discord: Specification, method: str, path: str, template: str | None
) -> None:
    operation = discord.operation(method, path)
    assert (None if operation is None else operation.template) == template


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x", "nonce": "n" * 25, "enforce_nonce": True, "allowed_mentions": {"parse": []}},
        {"content": None, "attachments": [{"id": 0, "description": "words"}, {"id": "123"}]},
        {"flags": 1 << 15, "components": [{"type": 10, "content": "words"}]},
        {"message_reference": {"message_id": 5, "channel_id": 6}},
    ],
)
def test_what_discord_takes_is_taken(discord: Specification, body: Any) -> None:
    assert problems(discord, "POST", "/channels/1/messages", body) == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"nonce": "n" * 26}, "body.nonce: "),
        ({"embeds": [{"title": "x" * 257}]}, "body.embeds[0].title: "),
        (
            {"components": [{"type": 1, "components": [{"type": 2, "style": 1, "custom_id": "c", "label": "x" * 81}]}]},
            "body.components[0].components[0].label: ",
        ),
        ({"components": [{"type": 99}]}, "body.components[0]: "),
        ({"attachments": [{"description": "no id"}]}, "body.attachments[0]: 'id' is a required property"),
    ],
)
def test_what_discord_refuses_is_named(discord: Specification, body: Any, told: str) -> None:
    found = problems(discord, "POST", "/channels/1/messages", body)
    assert len(found) == 1
    assert found[0].startswith(told)


def test_a_form_is_looked_into(discord: Specification) -> None:
    field = {"type": 4, "style": 2, "custom_id": "q", "max_length": 5000}
    form = {"title": "t", "custom_id": "a", "components": [{"type": 18, "label": "l", "component": field}]}
    found = problems(discord, "POST", "/interactions/1/t/callback", {"type": 9, "data": form})
    assert found == ["body.data.components[0].component.max_length: 5000 is greater than the maximum of 4000"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"content": "x", "allowed_mentions": {"parse": []}}, []),
        ({"content": "x", "allowed_mentions": {"parse": [], "replied_user": False}}, []),
        ({"type": 4, "data": {"content": "x", "allowed_mentions": {"parse": []}}}, []),
        ({"type": 5, "data": {"flags": 64}}, []),
        ({"type": 9, "data": {"title": "a form", "components": [{}]}}, []),
        ([{"name": "a command"}], []),
        ({"content": "x"}, ["allowed_mentions is missing"]),
        ({"type": 4, "data": {"embeds": [{}]}}, ["allowed_mentions is missing"]),
        (
            {"content": "x", "allowed_mentions": {"parse": ["everyone"]}},
            ["allowed_mentions is {'parse': ['everyone']}"],
        ),
    ],
)
def test_a_ping_is_a_ping(body: Any, told: list[str]) -> None:
    assert list(pings(body)) == told
