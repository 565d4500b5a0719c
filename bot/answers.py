"""The answering part of Colophon, put together from the settings: for the bot, and for the command line."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final

from bot.ask.answer import AnswerService
from bot.ask.facts import FOLDER, Fact, load_facts
from bot.ask.facts.check import check_folder
from bot.ask.index_cache import cached_index
from bot.ask.meaning import Meanings
from bot.ask.places import CODES
from bot.errors import OperatorError
from bot.settings import EMBEDDED, AskSettings, LanguageSettings, Settings
from models.catalog import UnknownModel, find
from models.embeddings import EmbeddingsClient
from models.errors import ModelsError
from models.language import LanguageClient
from models.serve import SERVED_LANGUAGE_MODEL

log = logging.getLogger(__name__)

_AGAIN_S: Final = 60.0


def embeddings_client(settings: LanguageSettings) -> EmbeddingsClient:
    """Return the client of the embeddings server; raise OperatorError where its model is not named."""
    if settings.embeddings_url is None or settings.embeddings_model is None:
        raise OperatorError("language.embeddings_url and language.embeddings_model belong together; set both.")
    key = settings.embeddings_key
    return EmbeddingsClient(
        **address(settings.embeddings_url),
        api_key="none" if key is None else key.get_secret_value(),
        model=settings.embeddings_model,
    )


def language_client(settings: LanguageSettings) -> LanguageClient:
    """Return the client of the language server; whoever asks for it closes it."""
    key = "none" if settings.key is None else settings.key.get_secret_value()
    return LanguageClient(**address(settings.url), api_key=key, model=served_name(settings))


@asynccontextmanager
async def open_answers(settings: Settings, language: LanguageClient | None) -> AsyncIterator[AnswerService]:
    """Read and index all facts, and put the answers together for a while; raise OperatorError.

    Without a language server, or with a model that is not trusted to write, answers are composed of the facts' own
    text. Where there is an embeddings server, the facts' vectors are made meanwhile.
    """
    if settings.ask.jurisdiction not in (None, *CODES):
        raise OperatorError(
            f"ask.jurisdiction: there is no {settings.ask.jurisdiction}; choose one of {', '.join(CODES)}."
        )
    facts = await asyncio.to_thread(all_facts, settings.ask)
    index = await asyncio.to_thread(cached_index, facts, settings.storage.data / "cache")
    writer = language if may_write_answers(settings.language.model) else None
    if settings.language.embeddings_url is None:
        yield AnswerService(index, writer)
        return
    async with embeddings_client(settings.language) as embeds:
        meanings = Meanings(facts, embeds, settings.storage.data / "cache" / "facts.npz")
        preparing = asyncio.create_task(_prepared(meanings), name="vectors of the facts")
        try:
            yield AnswerService(index, writer, meanings)
        finally:
            preparing.cancel()
            await asyncio.gather(preparing, return_exceptions=True)


async def _prepared(meanings: Meanings) -> None:
    """Make the facts' vectors; while the server is away, try again and again."""
    while True:
        try:
            await meanings.prepare()
        except ModelsError as error:
            log.warning("no vectors of the facts yet, words alone find them: %s", error)
            await asyncio.sleep(_AGAIN_S)
        else:
            return


def all_facts(settings: AskSettings) -> tuple[Fact, ...]:
    """Read Colophon's facts, and the operator's own; one that cannot be used is logged and left out."""
    facts = load_facts()
    if settings.facts is None:
        return facts
    if not settings.facts.is_dir():
        raise OperatorError(f"ask.facts: there is no folder {settings.facts}.")
    own, findings = check_folder(settings.facts, date.today(), beside=FOLDER)
    for finding in findings:
        log.log(logging.ERROR if finding.error else logging.WARNING, "ask.facts: %s", finding)
    return (*facts, *own)


def address(url: str | None) -> Mapping[str, Any]:
    """Return how a model client reaches its server: `unix:/path` is a socket, anything else a URL."""
    if url is None:
        return {}
    scheme, _, path = url.partition(":")
    return {"uds": Path(path)} if scheme == "unix" else {"base_url": url}


def served_name(language: LanguageSettings) -> str:
    """Return what the model is called in requests: our own servers have one name for whatever they run."""
    if language.adapter is not None:
        return language.adapter
    ours = language.url is None or language.url.startswith("unix:")
    return SERVED_LANGUAGE_MODEL if ours else language.model


def may_write_answers(model: str) -> bool:
    """Tell whether the catalogue trusts a model with sentences about law; nobody else's word counts."""
    if model == EMBEDDED:
        return False
    try:
        return find(model).grounded_answers
    except UnknownModel:
        log.warning("the catalogue does not know %s: answers will quote the facts instead of being written", model)
        return False
