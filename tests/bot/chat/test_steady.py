"""A line that breaks: sent again, a few times, and only what may be."""

import pytest
from aiohttp import ServerDisconnectedError
from discord.http import Route

from bot.chat import steady as module
from bot.chat.steady import _is_followup, steadily


@pytest.mark.parametrize("error", [ServerDisconnectedError(), ConnectionResetError(104, "reset"), TimeoutError()])
async def test_a_broken_line_is_tried_again(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSES_S", (0.0, 0.0))
    tries = [error, error, None]

    async def send() -> str:
        if (found := tries.pop(0)) is not None:
            raise found
        return "arrived"

    assert await steadily(send) == "arrived"


async def test_a_line_that_stays_broken_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSES_S", (0.0, 0.0))
    tried = 0

    async def send() -> None:
        nonlocal tried
        tried += 1
        raise ServerDisconnectedError

    with pytest.raises(ServerDisconnectedError):
        await steadily(send)
    assert tried == 3


async def test_what_is_wrong_with_us_is_not_tried_again() -> None:
    async def send() -> None:
        raise ValueError

    with pytest.raises(ValueError):
        await steadily(send)


@pytest.mark.parametrize(
    ("method", "path", "followup"),
    [
        ("POST", "/webhooks/{webhook_id}/{webhook_token}", True),
        ("POST", "/interactions/{webhook_id}/{webhook_token}/callback", False),
        ("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/@original", False),
    ],
)
def test_only_a_followup_may_not_arrive_twice(method: str, path: str, followup: bool) -> None:
    assert _is_followup(Route(method, path, webhook_id=1, webhook_token="t")) is followup
