"""How the model servers are, in one line for the bot's presence, and what they said they can do."""

import logging
import time
from collections.abc import Sequence
from typing import Final, Protocol

from models.drafting import ModelAbilities
from models.errors import ModelsError
from models.health import Health, ServerHealth

log = logging.getLogger(__name__)

ASK_AGAIN_S: Final = 60.0

_WORDS = {
    Health.STARTING: "warming up",
    Health.READY: "ready",
    Health.FAILED: "failed",
    Health.AWAY: "starting",
}


class Server(Protocol):
    """A client that can ask its server how it is."""

    async def health(self) -> ServerHealth:
        """Return one reading."""
        ...


class DraftsServer(Server, Protocol):
    """The drafts client, which also knows what its models can do."""

    async def abilities(self) -> Sequence[ModelAbilities]:
        """Return what the models can do, the default one first."""
        ...


class ModelStatus:
    """Reads both servers' health and keeps at hand what the drafts server can do."""

    def __init__(self, drafts: DraftsServer, language: Server) -> None:
        self._drafts = drafts
        self._language = language
        self._models: tuple[ModelAbilities, ...] = ()
        self._asked_at: float | None = None

    async def line(self) -> tuple[bool, str]:
        """Return whether both servers are ready, and a short line that says so."""
        drafts, language = await self._drafts.health(), await self._language.health()
        await self._learn(drafts)
        line = f"drafts {_WORDS[drafts.state]} · answers {_WORDS[language.state]}"
        return drafts.ready and language.ready, line

    def models(self) -> tuple[ModelAbilities, ...]:
        """Return what the drafts models can do, the default one first; empty while the server has not said.

        A server that is away is taken to come back as it was.
        """
        return self._models

    async def _learn(self, drafts: ServerHealth) -> None:
        """Ask what the models can do: as soon as they are ready, and now and then, as another line-up may be there."""
        if not drafts.ready:
            self._asked_at = None
            return
        now = time.monotonic()
        if self._asked_at is not None and now - self._asked_at < ASK_AGAIN_S:
            return
        try:
            self._models = tuple(await self._drafts.abilities())
            self._asked_at = now
        except ModelsError as error:
            log.info("the drafts server did not say what it can do: %s", type(error).__name__)
