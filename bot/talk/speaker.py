"""Asking a model for a turn of a conversation."""

import logging
from collections.abc import Sequence

from bot.offers.offer import What
from bot.talk.conversation import MAX_TOKENS, Said, Turn, answer_schema, asked, read_turn
from models.errors import RequestRefused
from models.language import LanguageClient

log = logging.getLogger(__name__)


class Speaker:
    """A model that takes turns; `name` is how it stands in the record."""

    def __init__(self, client: LanguageClient, name: str) -> None:
        self._client = client
        self.name = name

    async def turn(
        self, branch: Sequence[Said], last: Said, *, language: str, commands: Sequence[What], styles: Sequence[str]
    ) -> Turn | None:
        """Return the model's turn; None where it gave none that can be read, or its server knows no schemas.

        Raise ModelsError where there is no server, or it fails.
        """
        messages = asked(branch, last, language=language, commands=commands, styles=styles)
        schema = answer_schema(commands, styles)
        try:
            async with self._client.chat(messages, max_tokens=MAX_TOKENS, response_schema=schema) as stream:
                raw = "".join([piece async for piece in stream])
        except RequestRefused as error:
            if error.kind != "invalid":
                raise
            log.info("the language server refused a turn: %s", error.detail)
            return None
        found = read_turn(raw, commands, styles)
        if found is None:
            log.info("what the language server answered is no turn of a conversation")
        return found
