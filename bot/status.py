"""How the model servers are, in one line for the bot's presence, and what they said they can do."""

import logging
from collections.abc import Sequence
from typing import Protocol

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
    """The drafts client, which also knows its styles."""

    async def styles(self) -> Sequence[str]:
        """Return the styles of the default model."""
        ...


class ModelStatus:
    """Reads both servers' health and keeps the drafts server's styles at hand."""

    def __init__(self, drafts: DraftsServer, language: Server) -> None:
        self._drafts = drafts
        self._language = language
        self._styles: tuple[str, ...] = ()

    async def line(self) -> tuple[bool, str]:
        """Return whether both servers are ready, and a short line that says so."""
        drafts, language = await self._drafts.health(), await self._language.health()
        if drafts.ready and not self._styles:
            try:
                self._styles = tuple(await self._drafts.styles())
            except ModelsError as error:
                log.info("the drafts server did not name its styles: %s", type(error).__name__)
        line = f"drafts {_WORDS[drafts.state]} · answers {_WORDS[language.state]}"
        return drafts.ready and language.ready, line

    def styles(self) -> Sequence[str]:
        """Return the styles last heard of; empty while the drafts server has not said."""
        return self._styles
