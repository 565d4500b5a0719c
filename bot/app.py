"""The composition root: builds the bot's parts once, starts them in order, stops them in reverse."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from discord.ext import commands
from pydantic import SecretStr

from bot.answers import address, language_client, open_answers
from bot.ask.buttons import FurtherButton, RateButton, SourcesButton
from bot.ask.commands import AskCog
from bot.ask.further import FurtherForm
from bot.ask.reasons import ReasonSelect
from bot.chat.board import WitnessBoard, WitnessCog
from bot.chat.client import ColophonBot, point_at
from bot.chat.posting import Poster
from bot.chat.texts import Texts
from bot.draft.cards import DraftButton, DraftCards
from bot.draft.commands import DraftCog, DraftFace, WhyForm
from bot.draft.delivery import DraftRunner
from bot.draft.terms import Terms
from bot.errors import OperatorError
from bot.evidence.cards import TimelineButton
from bot.evidence.checking import Checker
from bot.evidence.commands import EvidenceCog
from bot.evidence.timelapse import Timelapse
from bot.evidence.witness import Witness
from bot.jobs.dispatcher import Dispatcher
from bot.members.commands import AgreeButton, Consent
from bot.moderation.commands import DirectNotices, ModerationCog
from bot.moderation.notices import Notifier
from bot.privacy.commands import EraseButton, PrivacyCog
from bot.privacy.retention import Retention
from bot.projects.commands import FinishForm, ProjectCog
from bot.settings import EMBEDDED, Settings, TimestampSettings
from bot.status import ModelStatus
from models.images import ImagesClient
from storage.errors import (
    DatabaseMissing,
    DatabaseNewer,
    LedgerMismatch,
    StateConflict,
    StorageError,
    StorageFull,
)
from storage.evidence.certificates import signing_identity
from storage.evidence.commitments import JsonValue
from storage.evidence.credentials import Credentials
from storage.evidence.ledger import VERSION
from storage.evidence.marking import Marking
from storage.evidence.timestamps import Authority
from storage.evidence.visible import VisibleLabel
from storage.jobs import Job
from storage.store import StorageConfig, Store, open_store

log = logging.getLogger(__name__)
ALIVE_FILE = "bot.alive"
ALIVE_INTERVAL_S = 5.0


def storage_config(settings: Settings) -> StorageConfig:
    """Return storage's part of the settings."""
    authorities = tuple(_authority(stamps) for stamps in settings.evidence.timestamps)
    told: dict[str, JsonValue] = {
        "timestamps": [f"{stamps.name} {stamps.url}" for stamps in settings.evidence.timestamps],
        "calendars": list(settings.evidence.calendars),
        "witness_channels": list(settings.evidence.witness_channels),
        "keep_days": settings.evidence.keep_days,
        "visible_label": settings.evidence.visible_label,
        "moderators": [str(role) for role in settings.moderation.roles],
    }
    return StorageConfig(
        settings.storage.data,
        settings.storage.origin,
        authorities=authorities,
        calendars=tuple(settings.evidence.calendars),
        told=told,
    )


def _authority(stamps: TimestampSettings) -> Authority:
    """Read the certificates of an authority; raise OperatorError where they cannot be read."""
    try:
        roots = b"" if stamps.roots is None else stamps.roots.read_bytes()
    except OSError as error:
        raise OperatorError(f"evidence.timestamps: {stamps.roots} cannot be read: {error.strerror}") from error
    return Authority(stamps.name, stamps.url, roots)


async def open_store_for_operator(config: StorageConfig, *, init: bool) -> Store:
    """Open the store; what stops it becomes one line that says how to mend it."""
    try:
        return await open_store(config, init=init)
    except DatabaseMissing as error:
        raise OperatorError(
            f"there is no database at {error}. A wrong path must not start an empty log: "
            "check storage.data, or create a new one with `colophon up --init`."
        ) from error
    except DatabaseNewer as error:
        raise OperatorError(f"{error}. Nothing was touched; install that newer version of Colophon.") from error
    except LedgerMismatch as error:
        raise OperatorError(
            f"the ledger in {config.data_dir} does not fit what was signed: {error}. Nothing will be written. "
            "Restore the newest backup of the whole folder."
        ) from error
    except StorageFull as error:
        raise OperatorError(f"{error}. Make room on that disk and start again.") from error
    except StateConflict as error:
        raise OperatorError(f"{error}. Stop it first.") from error
    except (StorageError, OSError) as error:
        raise OperatorError(f"the data folder {config.data_dir} cannot be used: {error}") from error


@asynccontextmanager
async def build(settings: Settings, *, init: bool) -> AsyncIterator[ColophonBot]:
    """Build the bot and everything behind it; on leaving, finish or give back what is under way."""
    if settings.discord.token is None:
        raise OperatorError("discord.token is not set: put the bot's token into COLOPHON_DISCORD_TOKEN.")
    point_at(settings.discord.api, settings.discord.gateway)
    async with AsyncExitStack() as stack:
        store = await open_store_for_operator(storage_config(settings), init=init)
        stack.push_async_callback(store.close)
        texts = Texts()
        images = ImagesClient(
            **address(settings.drafts.url),
            api_key=_secret(settings.drafts.key),
            model=None if settings.drafts.model == EMBEDDED else settings.drafts.model,
        )
        stack.push_async_callback(images.aclose)
        language = language_client(settings.language)
        stack.push_async_callback(language.aclose)
        status = ModelStatus(images, language)

        bot = ColophonBot(texts=texts, state_dir=settings.storage.data, status_line=status.line)
        identity = await asyncio.to_thread(signing_identity, store.config.keys_dir, store.ledger.origin)
        credentials = Credentials(identity)
        face = DraftFace(Poster(bot), DraftCards(texts))
        runner = DraftRunner(
            store.drafts,
            store.jobs,
            store.media,
            images,
            store.ledger,
            terms=Terms(settings.drafts.refused_terms),
            marking=Marking(
                credentials,
                producer=store.ledger.origin,
                version=VERSION,
                visible=VisibleLabel(settings.evidence.visible_label),
            ),
        )

        async def run_job(job: Job) -> None:
            await bot.wait_until_ready()
            await runner.run(job, face)

        dispatcher = Dispatcher(store.jobs, run_job, workers=settings.drafts.workers)
        await dispatcher.start()
        stack.push_async_callback(dispatcher.stop)

        answers = await stack.enter_async_context(open_answers(settings, language))
        consent = Consent(store, texts)
        board = WitnessBoard(bot, texts)
        witness = Witness(store.ledger, store.posts, board, settings.evidence.witness_channels)
        cogs: list[commands.Cog] = [
            consent,
            AskCog(answers, store.ratings, texts, default_jurisdiction=settings.ask.jurisdiction),
            DraftCog(store=store, texts=texts, consent=consent, dispatcher=dispatcher, abilities=status.abilities),
            EvidenceCog(
                store=store,
                texts=texts,
                consent=consent,
                checker=Checker(store, identity.authority),
                timelapse=Timelapse(store, credentials),
            ),
            PrivacyCog(store=store, texts=texts, consent=consent, keep_days=settings.evidence.keep_days),
            ProjectCog(
                store=store,
                texts=texts,
                consent=consent,
                facts=answers.index.facts,
                default_country=settings.ask.jurisdiction,
            ),
            ModerationCog(
                store=store,
                texts=texts,
                notifier=Notifier(store.notices, DirectNotices(bot, texts).tell),
                roles=settings.moderation.roles,
            ),
            WitnessCog(witness),
        ]
        if settings.evidence.keep_days is not None:
            retention = Retention(store.privacy, settings.evidence.keep_days)
            retention.start()
            stack.push_async_callback(retention.close)
        bot.with_cogs(cogs)
        bot.add_dynamic_items(
            AgreeButton,
            DraftButton,
            SourcesButton,
            FurtherButton,
            RateButton,
            ReasonSelect,
            EraseButton,
            TimelineButton,
        )
        bot.add_forms(WhyForm, FurtherForm, FinishForm)
        yield bot


def _secret(value: SecretStr | None) -> str:
    # A server that wants no key ignores one, but HTTP has no form for an empty one.
    return "none" if value is None else value.get_secret_value()


async def run_bot(settings: Settings, *, init: bool, run_dir: Path | None) -> None:
    """Run the bot until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with build(settings, init=init) as bot:
        assert settings.discord.token is not None
        favour_the_loop()
        client = asyncio.create_task(bot.start(settings.discord.token.get_secret_value()), name="discord")
        alive = asyncio.create_task(_show_alive(bot, run_dir), name="alive")
        stop = asyncio.create_task(stopping.wait(), name="stop signal")
        try:
            await asyncio.wait({client, stop}, return_when=asyncio.FIRST_COMPLETED)
            if client.done():
                client.result()
        finally:
            alive.cancel()
            stop.cancel()
            await bot.close()
            await asyncio.gather(client, alive, stop, return_exceptions=True)


def favour_the_loop() -> None:
    """Let nothing in this process hold the loop up that need not.

    To go through all the facts stops it for a fifth of a second, so the garbage collector passes over what is there for
    good. Threads that compute give way to it after a millisecond; by default each of them takes five.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(0.001)


async def _show_alive(bot: ColophonBot, run_dir: Path | None) -> None:
    """Touch a file while the loop turns and the client is connected: the launcher's sign of life."""
    await bot.wait_until_ready()
    while run_dir is not None:
        await asyncio.to_thread((run_dir / ALIVE_FILE).touch)
        await asyncio.sleep(ALIVE_INTERVAL_S)
