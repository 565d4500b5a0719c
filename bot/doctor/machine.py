"""This machine: its GPUs, what of the models fits on them, and whether the models are here."""

import asyncio
from collections.abc import AsyncIterator, Iterator

from bot.doctor.findings import Finding, fine, odd, wrong
from bot.lineup import choices_of
from bot.operate.gpus import cards_here
from bot.places import models_dir
from bot.settings import EMBEDDED, Settings
from models.catalog import CATALOG
from models.errors import RequestRefused
from models.plan import Gpu, make_plan, summary
from models.served import line_up_of
from models.store import ModelStore


async def examine_machine(settings: Settings) -> AsyncIterator[Finding]:
    """Yield what there is to say of the GPUs and of the models on disk."""
    cards = await asyncio.to_thread(cards_here)
    for finding in (*_gpus(settings, cards), *await asyncio.to_thread(lambda: list(_models(settings)))):
        yield finding


def _gpus(settings: Settings, cards: tuple[Gpu, ...]) -> Iterator[Finding]:
    if settings.drafts.url is not None and settings.language.url is not None:
        yield fine("GPU", "none is needed here: both model servers are elsewhere")
        return
    if not cards:
        yield odd(
            "GPU",
            "nvidia-smi finds none: models run on the CPU, which is for trying only",
            "install NVIDIA's driver, or set drafts.url and language.url to servers that have GPUs",
        )
        return
    yield fine("GPU", ", ".join(f"{card.name} ({card.memory_bytes / 2**30:.0f} GiB)" for card in cards))
    yield _plan(settings, cards)


def _plan(settings: Settings, cards: tuple[Gpu, ...]) -> Finding:
    drafts, language = settings.drafts, settings.language
    own = [name for name in (drafts.model, *drafts.more) if name in CATALOG and drafts.url is None]
    spoken = language.model if language.model in CATALOG and language.url is None else None
    if not own and spoken is None:
        return fine("memory", "nothing to plan: the models are embedded, elsewhere, or not in the catalogue")
    try:
        return fine("memory", summary(make_plan(cards, drafts=own or None, language=spoken)))
    except RequestRefused as error:
        return wrong("memory", error.detail, "`colophon models plan` says what fits")


def _models(settings: Settings) -> Iterator[Finding]:
    drafts = settings.drafts
    if drafts.url is not None or drafts.model == EMBEDDED:
        yield fine("models", "the drafts model is " + ("embedded" if drafts.url is None else f"at {drafts.url}"))
        return
    store = ModelStore(models_dir(settings))
    try:
        line_up_of(store, choices_of(drafts))
        changed = {name: files for name in store.all() if (files := store.check(name))}
    except RequestRefused as error:
        yield wrong("models", error.detail, "`colophon models fetch` brings models, `list` names them")
        return
    if changed:
        names = ", ".join(changed)
        yield wrong("models", f"weights are not those that came: {names}", "delete their folders and fetch them again")
    else:
        yield fine("models", f"{', '.join((drafts.model, *drafts.more))}, weights as they came")
