"""How the model servers are, in one line for the bot's presence, and what they said they can do."""

import logging
from collections.abc import Sequence
from typing import Protocol

from models.drafting import ModelAbilities
from models.errors import ModelsError
from models.health import Health, ServerHealth

log = logging.getLogger(__name__)

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
        self._abilities: ModelAbilities | None = None

    async def line(self) -> tuple[bool, str]:
        """Return whether both servers are ready, and a short line that says so."""
        drafts, language = await self._drafts.health(), await self._language.health()
        if drafts.ready and self._abilities is None:
            try:
                self._abilities = (await self._drafts.abilities())[0]
            except (ModelsError, IndexError) as error:
                log.info("the drafts server did not say what it can do: %s", type(error).__name__)
        line = f"drafts {_WORDS[drafts.state]} · answers {_WORDS[language.state]}"
        return drafts.ready and language.ready, line

    def abilities(self) -> ModelAbilities | None:
        """Return what the default drafts model can do; None while the server has not said."""
        return self._abilities
