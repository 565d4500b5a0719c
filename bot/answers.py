"""The answering part of Colophon, put together from the settings: for the bot, and for the command line."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

from bot.ask.answer import AnswerService
from bot.ask.facts import FOLDER, Fact, load_facts
from bot.ask.facts.check import check_folder
from bot.ask.places import CODES
from bot.ask.retrieval import FactIndex
from bot.errors import OperatorError
from bot.settings import EMBEDDED, AskSettings, LanguageSettings, Settings
from models.catalog import UnknownModel, find
from models.language import LanguageClient
from models.serve import SERVED_LANGUAGE_MODEL

log = logging.getLogger(__name__)


def language_client(settings: LanguageSettings) -> LanguageClient:
    """Return the client of the language server; whoever asks for it closes it."""
    key = "" if settings.key is None else settings.key.get_secret_value()
    return LanguageClient(**address(settings.url), api_key=key, model=served_name(settings))


async def answer_service(settings: Settings, language: LanguageClient | None) -> AnswerService:
    """Read and index all facts, and put the answers together; raise OperatorError.

    Without a language server, or with a model that is not trusted to write, answers are composed of the facts' own text.
    """
    if settings.ask.jurisdiction not in (None, *CODES):
        raise OperatorError(
            f"ask.jurisdiction: there is no {settings.ask.jurisdiction}; choose one of {', '.join(CODES)}."
        )
    facts = await asyncio.to_thread(all_facts, settings.ask)
    index = await asyncio.to_thread(FactIndex.build, facts)
    return AnswerService(index, language if may_write_answers(settings.language.model) else None)


@asynccontextmanager
async def open_answers(settings: Settings) -> AsyncIterator[AnswerService]:
    """Put the answers together for a while, with the language server of the settings if one is running there."""
    if settings.language.url is None:
        yield await answer_service(settings, None)
        return
    async with language_client(settings.language) as language:
        yield await answer_service(settings, language)


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
