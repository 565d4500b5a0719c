"""What the bot knows of its model servers: their health in a line, and what all drafts models can do."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from bot import status
from bot.status import ModelStatus
from models.drafting import ModelAbilities
from models.errors import ServerUnavailable
from models.health import Health, ServerHealth

ONE, TWO = (ModelAbilities(name, ("draft",)) for name in ("one", "two"))


@dataclass(slots=True)
class Server:
    """A server as told."""

    health_is: Health = Health.READY
    models: Sequence[ModelAbilities] = (ONE, TWO)
    asked: int = 0
    silent: bool = False

    async def health(self) -> ServerHealth:
        return ServerHealth(self.health_is, "as told")

    async def abilities(self) -> Sequence[ModelAbilities]:
        self.asked += 1
        if self.silent:
            raise ServerUnavailable("gone")
        return self.models


async def test_all_models_are_known_once_the_server_is_ready() -> None:
    server = Server(Health.STARTING)
    known = ModelStatus(server, Server())
    assert await known.line() == (False, "drafts warming up · answers ready")
    assert (known.models(), server.asked) == ((), 0)
    server.health_is = Health.READY
    assert (await known.line())[0]
    await known.line()
    assert (known.models(), server.asked) == ((ONE, TWO), 1)


async def test_a_server_that_went_away_is_asked_again_and_remembered_meanwhile() -> None:
    server = Server()
    known = ModelStatus(server, Server())
    await known.line()
    server.health_is, server.models = Health.AWAY, (TWO,)
    await known.line()
    assert known.models() == (ONE, TWO)
    server.health_is, server.silent = Health.READY, True
    await known.line()
    assert known.models() == (ONE, TWO)
    server.silent = False
    await known.line()
    assert known.models() == (TWO,)


async def test_another_line_up_is_noticed_without_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server()
    known = ModelStatus(server, Server())
    await known.line()
    server.models = (TWO,)
    await known.line()
    assert known.models() == (ONE, TWO)
    monkeypatch.setattr(status, "ASK_AGAIN_S", 0.0)
    await known.line()
    assert known.models() == (TWO,)
