"""The composition root: builds the bot's parts once, starts them in order, stops them in reverse."""

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from discord.ext import commands
from pydantic import SecretStr

from bot.answers import address, language_client, may_write_answers, open_answers
from bot.ask.answer import AnswerService
from bot.ask.buttons import FurtherButton, RateButton, SourcesButton
from bot.ask.commands import AskCog
from bot.ask.further import FurtherForm
from bot.ask.reasons import ReasonSelect
from bot.chat.board import WitnessBoard, WitnessCog
from bot.chat.client import ColophonBot, point_at
from bot.chat.posting import Poster
from bot.chat.private import PrivatePoster
from bot.chat.reaching import until_there
from bot.chat.texts import Texts
from bot.describe.commands import DescribeCog
from bot.describe.describer import Describer
from bot.draft.acts import CardActs
from bot.draft.buttons import DraftButton, FieldButton, StyleSelect
from bot.draft.cancelling import Cancelling
from bot.draft.cards import DraftCards
from bot.draft.commands import DraftCog
from bot.draft.delivery import DraftRunner
from bot.draft.drafting import Drafting
from bot.draft.face import DraftFace
from bot.draft.forms import OwnForm, RefineForm, RetouchForm, WhyForm
from bot.draft.manners import Manners
from bot.draft.options import impossible
from bot.draft.picture_commands import PictureCog
from bot.draft.reading import CardReader
from bot.draft.terms import Terms
from bot.draft.waiting import WaitingLines
from bot.errors import OperatorError
from bot.evidence.cards import TimelineButton
from bot.evidence.checking import Checker
from bot.evidence.commands import EvidenceCog
from bot.evidence.timelapse import Timelapse
from bot.evidence.witness import Witness
from bot.jobs.dispatcher import Dispatcher
from bot.members.about import AboutCog, Answering
from bot.members.commands import PLATFORM, AgreeButton, Consent
from bot.members.help import HelpCog, HelpSelect
from bot.members.preferences import Preferences
from bot.members.queue import QueueButton, QueueCog, QueueSelect
from bot.members.settings import SettingsButton, SettingsCog, SettingsSelect
from bot.menus.cards import FileSelect, MadeBySelect, UseForm, UseSelect
from bot.menus.commands import MessageMenuCog
from bot.menus.uses import uses
from bot.moderation.appeal_button import AppealButton, AppealForm
from bot.moderation.appealing import AppealCog
from bot.moderation.commands import DirectNotices, ModerationCog
from bot.moderation.deciding import DecideButton, DecideForm, ReviewButton
from bot.moderation.limits import Limits
from bot.moderation.notices import Notifier
from bot.moderation.rules import Rules
from bot.offers.beginnings import beginnings
from bot.offers.cards import OfferButton, OfferForm
from bot.offers.commands import OfferCog
from bot.privacy.commands import EraseButton, PrivacyCog
from bot.privacy.retention import Retention
from bot.projects.commands import FinishForm, ProjectCog
from bot.projects.sharing import ShareButton
from bot.publish.cards import PublishButton
from bot.publish.commands import PublishCog, TermsForm
from bot.records import open_store_for_operator, storage_config
from bot.settings import EMBEDDED, DiscordSettings, Settings
from bot.status import ModelStatus
from bot.talk.cards import TalkAgreeButton
from bot.talk.commands import TalkCog
from bot.talk.speaker import Speaker
from bot.watch.watching import Watch, Watched
from bot.write.buttons import ParagraphSelect, TextButton
from bot.write.cancelling import TextCancelling
from bot.write.cards import TextCards
from bot.write.commands import TextFace, WriteCog
from bot.write.delivery import AT_ONCE, TextRunner
from bot.write.forms import EditForm, TextWhyForm
from bot.write.writers import writer_of
from models.images import ImagesClient
from models.language import LanguageClient
from storage.evidence.certificates import signing_identity
from storage.evidence.credentials import Credentials
from storage.evidence.ledger import VERSION
from storage.evidence.marking import Marking
from storage.evidence.rounds import Rounds
from storage.evidence.visible import VisibleLabel
from storage.jobs import Job
from storage.store import REFRESH_S, Store

ALIVE_FILE = "bot.alive"
ALIVE_INTERVAL_S = 5.0
CONNECTED = "connected"
"""What the file says from the first connection on; before it says nothing."""
BUTTONS: Final = (
    AgreeButton,
    DraftButton,
    FieldButton,
    StyleSelect,
    SourcesButton,
    FurtherButton,
    RateButton,
    ReasonSelect,
    EraseButton,
    TimelineButton,
    QueueButton,
    QueueSelect,
    SettingsSelect,
    SettingsButton,
    HelpSelect,
    OfferButton,
    TalkAgreeButton,
    FileSelect,
    MadeBySelect,
    UseSelect,
    TextButton,
    ParagraphSelect,
    ShareButton,
    PublishButton,
    AppealButton,
    ReviewButton,
    DecideButton,
)
"""What members press or choose in messages, also in those from before a start."""
FORMS: Final = (
    WhyForm,
    RefineForm,
    RetouchForm,
    OwnForm,
    FurtherForm,
    FinishForm,
    OfferForm,
    UseForm,
    TextWhyForm,
    EditForm,
    TermsForm,
    AppealForm,
    DecideForm,
)
"""What members fill in, also where it was opened before a start."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the features are made of."""

    settings: Settings
    store: Store
    texts: Texts
    bot: ColophonBot
    images: ImagesClient
    language: LanguageClient
    status: ModelStatus
    preferences: Preferences
    credentials: Credentials
    marking: Marking
    reader: CardReader
    authority: bytes
    """The certificate that vouches for the one that signs pictures."""
    rules: Rules


@asynccontextmanager
async def build(settings: Settings, *, init: bool) -> AsyncIterator[ColophonBot]:
    """Build the bot and everything behind it; on leaving, finish or give back what is under way."""
    if settings.discord.token is None:
        raise OperatorError("discord.token is not set: put the bot's token into COLOPHON_DISCORD_TOKEN.")
    point_at(settings.discord.api, settings.discord.gateway)
    async with AsyncExitStack() as stack:
        parts = await _opened(settings, stack, init=init)
        dispatcher = await _drawing(parts, stack)
        answers = await stack.enter_async_context(open_answers(settings, parts.language))
        retention = Retention(
            parts.store.privacy, settings.evidence.keep_days, parts.store.servers.keeping, parts.store.serving.keeps
        )
        retention.start()
        stack.push_async_callback(retention.close)
        await _watching(parts, stack)
        making = _making(parts, dispatcher)
        writing = await _writing(parts, making, stack)
        parts.bot.with_cogs(_cogs(parts, making, answers, writing))
        parts.bot.add_dynamic_items(*BUTTONS)
        parts.bot.add_forms(*FORMS)
        leaving = asyncio.create_task(_leave_when_displaced(parts), name="displaced")
        try:
            yield parts.bot
        finally:
            leaving.cancel()
            await asyncio.gather(leaving, return_exceptions=True)


async def _leave_when_displaced(parts: Parts) -> None:
    """End the client where another process serves our shard: two would answer the same members."""
    await parts.store.serving.lost.wait()
    await parts.bot.close()


async def _opened(settings: Settings, stack: AsyncExitStack, *, init: bool) -> Parts:
    """Open the store and the clients of the model servers; the stack closes them."""
    store = await open_store_for_operator(storage_config(settings, serves=True), init=init)
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
    preferences = Preferences(store.member_settings, PLATFORM)
    await preferences.load()
    if store.database.shared:
        # A member may have set them in a server, or a direct message, that another process serves.
        rounds = Rounds("preferences", preferences.load, interval_s=REFRESH_S, moment_s=REFRESH_S)
        rounds.start()
        stack.push_async_callback(rounds.close)
    identity = await asyncio.to_thread(signing_identity, store.config.keys_dir, store.ledger.origin)
    credentials = Credentials(identity)
    marking = Marking(
        credentials,
        producer=store.ledger.origin,
        version=VERSION,
        visible=VisibleLabel(settings.evidence.visible_label),
    )
    return Parts(
        settings=settings,
        store=store,
        texts=texts,
        bot=ColophonBot(
            texts=texts,
            state_dir=settings.storage.data,
            status_line=status.line,
            language_of=preferences.language_of,
            # Of several processes one keeps the commands in step.
            hidden=(lambda: impossible(status.models())) if settings.discord.shard == 0 else (lambda: None),
            shard=(settings.discord.shard, settings.discord.shards) if settings.discord.shards > 1 else None,
        ),
        images=images,
        language=language,
        status=status,
        preferences=preferences,
        credentials=credentials,
        marking=marking,
        reader=CardReader(store.media, store.ledger, marking),
        authority=identity.authority,
        rules=Rules(
            store.servers,
            Limits(store.servers, store.usage),
            Terms(settings.drafts.refused_terms, lambda guild: store.servers.of(guild).terms),
            store.exemptions.of,
        ),
    )


async def _drawing(parts: Parts, stack: AsyncExitStack) -> Dispatcher[Job]:
    """Start what sees drafts through; the stack stops it."""
    store, settings = parts.store, parts.settings
    poster = Poster(parts.bot)
    face = DraftFace(poster, PrivatePoster(parts.bot, poster), DraftCards(parts.texts, parts.status.models))
    runner = DraftRunner(
        store.drafts,
        store.jobs,
        store.media,
        parts.images,
        terms=parts.rules.terms,
        marking=parts.marking,
        reader=parts.reader,
        waived=store.exemptions.covers,
        shut_out=lambda to: store.standings.of(to.guild_id or "", PLATFORM, to.user_id) is not None,
    )

    async def run_job(job: Job) -> None:
        await runner.run(job, face)

    async def can_draw() -> bool:
        return (await parts.images.health()).ready

    dispatcher = Dispatcher(
        store.jobs, run_job, workers=settings.drafts.workers, ready=parts.bot.wait_until_ready, can_make=can_draw
    )
    await dispatcher.start()
    stack.push_async_callback(dispatcher.stop)
    parts.bot.before_logout(lambda: dispatcher.drain(settings.queue.grace_s))
    lines = WaitingLines(store.jobs, store.drafts, parts.images.health, dispatcher, face)
    lines.start(parts.bot.wait_until_ready)
    stack.push_async_callback(lines.close)
    return dispatcher


async def _watching(parts: Parts, stack: AsyncExitStack) -> None:
    """Hand out figures, where somebody wants them; the stack stops it."""
    wanted, bot = parts.settings.metrics, parts.bot
    if wanted.port is None:
        return
    watched = Watched(
        jobs=parts.store.jobs,
        ledger=parts.store.ledger,
        data=parts.settings.storage.data,
        servers={"drafts": parts.images.health, "language": parts.language.health},
        connected=bot.is_connected,
    )
    watch = Watch(bot.figures, watched, wanted.host, wanted.port)
    await watch.start()
    stack.push_async_callback(watch.close)


@dataclass(frozen=True, slots=True)
class Making:
    """What every feature takes that begins something: who agreed to be recorded, and where briefs go."""

    consent: Consent
    drafting: Drafting
    cancelling: Cancelling


def _making(parts: Parts, dispatcher: Dispatcher[Job]) -> Making:
    drafting = Drafting(
        parts.store,
        parts.texts,
        dispatcher,
        parts.rules,
        private_by_default=lambda user_id: parts.preferences.of(user_id).private,
        workers=parts.settings.drafts.workers,
    )
    cancelling = Cancelling(parts.store, dispatcher, Poster(parts.bot), DraftCards(parts.texts))
    return Making(Consent(parts.store, parts.texts), drafting, cancelling)


@dataclass(frozen=True, slots=True)
class Writing:
    """The feature that drafts texts, and the way in which they are stopped."""

    cog: WriteCog
    cancelling: TextCancelling


async def _writing(parts: Parts, making: Making, stack: AsyncExitStack) -> Writing:
    """Make the feature that drafts texts; the stack stops what it has under way."""
    store, writer = parts.store, writer_of(parts.settings.language)
    cards = TextCards(parts.texts, writer)
    runner = TextRunner(
        store.texts,
        parts.language,
        store.ledger,
        TextFace(Poster(parts.bot), cards),
        writer=writer,
        terms=parts.rules.terms,
        tries=parts.settings.queue.tries,
    )
    dispatcher = Dispatcher(store.text_jobs, runner.run, workers=AT_ONCE, ready=parts.bot.wait_until_ready)
    await dispatcher.start()
    stack.push_async_callback(dispatcher.stop)
    parts.bot.before_logout(lambda: dispatcher.drain(parts.settings.queue.grace_s))
    cancelling = TextCancelling(store, dispatcher, Poster(parts.bot), cards)
    cog = WriteCog(
        store=store,
        texts=parts.texts,
        consent=making.consent,
        rules=parts.rules,
        dispatcher=dispatcher,
        cancelling=cancelling,
        cards=cards,
        draw=making.drafting.begin,
    )
    return Writing(cog, cancelling)


def _cogs(parts: Parts, making: Making, answers: AnswerService, writing: Writing) -> list[commands.Cog]:
    """Make the features; the first one decides whose acts are recorded."""
    settings, store, texts = parts.settings, parts.store, parts.texts
    consent = making.consent
    drafts, pictures = _drafting(parts, making, answers)
    evidence = EvidenceCog(
        store=store,
        texts=texts,
        consent=consent,
        checker=Checker(store, parts.authority),
        timelapse=Timelapse(store, parts.credentials),
    )
    return [
        consent,
        AskCog(answers, store.ratings, texts, default_jurisdiction=settings.ask.jurisdiction),
        drafts,
        pictures,
        evidence,
        writing.cog,
        *_talking(parts, consent, drafts, writing.cog, evidence, answers),
        PrivacyCog(
            store=store,
            texts=texts,
            consent=consent,
            preferences=parts.preferences,
            keep_days=settings.evidence.keep_days,
        ),
        ProjectCog(
            store=store,
            texts=texts,
            consent=consent,
            facts=answers.index.facts,
            default_country=settings.ask.jurisdiction,
        ),
        PublishCog(
            store=store,
            texts=texts,
            consent=consent,
            marking=parts.marking,
            # Until a server says otherwise, a piece is shown where its member is.
            showcase_of=lambda guild: store.servers.of(guild).settings.showcase_channel,
        ),
        *_for_moderators(parts, consent),
        *_for_members(parts, making, writing, answers),
    ]


def _drafting(parts: Parts, making: Making, answers: AnswerService) -> tuple[DraftCog, PictureCog]:
    """Make what drafts pictures: from words, with what a card goes on to, and from pictures."""
    store, texts, consent, drafting = parts.store, parts.texts, making.consent, making.drafting
    models, manners = parts.status.models, Manners(answers.index.facts.values())
    acts = CardActs(
        store=store,
        texts=texts,
        consent=consent,
        cancelling=making.cancelling,
        models=models,
        manners=manners,
        drafting=drafting,
        reader=parts.reader,
    )
    drafts = DraftCog(
        texts=texts,
        consent=consent,
        models=models,
        preferences=parts.preferences,
        manners=manners,
        drafting=drafting,
        acts=acts,
        darkroom=store.darkroom,
    )
    pictures = PictureCog(
        texts=texts,
        consent=consent,
        models=models,
        preferences=parts.preferences,
        manners=manners,
        drafting=drafting,
        darkroom=store.darkroom,
    )
    return drafts, pictures


def _for_moderators(parts: Parts, consent: Consent) -> tuple[commands.Cog, ...]:
    """Make what keeps a server in order, and those who appeal against it."""
    settings, store, texts = parts.settings, parts.store, parts.texts
    return (
        AppealCog(store=store, texts=texts, consent=consent),
        ModerationCog(
            store=store,
            texts=texts,
            notifier=Notifier(store.notices, DirectNotices(parts.bot, texts).tell),
            roles=settings.moderation.roles,
            keep_days=settings.evidence.keep_days,
        ),
        WitnessCog(
            Witness(
                store.ledger,
                store.posts,
                WitnessBoard(parts.bot, texts),
                settings.evidence.witness_channels,
                of_servers=store.servers.witness_channels,
                when=store.serving.keeps,
            )
        ),
    )


def _for_members(parts: Parts, making: Making, writing: Writing, answers: AnswerService) -> tuple[commands.Cog, ...]:
    """Make what helps members to find their way."""
    settings, store, texts, models = parts.settings, parts.store, parts.texts, parts.status.models
    consent = making.consent
    language = settings.language
    facts = tuple(answers.index.facts.values())
    answering = Answering(language.model, may_write_answers(language.model), language.embeddings_model, facts)
    return (
        QueueCog(
            store=store,
            texts=texts,
            consent=consent,
            cancelling=making.cancelling,
            stopping=writing.cancelling,
            models=models,
            drawing=parts.images.health,
            speaking=parts.language.health,
            workers=settings.drafts.workers,
        ),
        SettingsCog(texts=texts, consent=consent, preferences=parts.preferences, models=models),
        HelpCog(parts.bot, texts),
        AboutCog(parts.bot, texts, ledger=store.ledger, models=models, answering=answering),
    )


def _talking(
    parts: Parts,
    consent: Consent,
    drafts: DraftCog,
    writing: WriteCog,
    evidence: EvidenceCog,
    answers: AnswerService,
) -> list[commands.Cog]:
    """Make what works with a model's words; the embedded model is too small to be given any."""
    settings, store, texts = parts.settings, parts.store, parts.texts
    offers = OfferCog(
        store=store,
        texts=texts,
        consent=consent,
        terms=parts.rules.terms,
        beginnings=beginnings(store, texts, drafts, writing),
    )
    model = writer_of(settings.language)
    describer = None if model.small else Describer(parts.language, model.name, store.darkroom)
    describing = DescribeCog(store=store, consent=consent, offers=offers, describer=describer)
    talk = TalkCog(
        texts=texts,
        border=parts.bot.border,
        consent=consent,
        offers=offers,
        drafts=drafts,
        answers=answers,
        speaker=None if model.small else Speaker(parts.language, model.name),
        language_of=parts.preferences.language_of,
        default_jurisdiction=settings.ask.jurisdiction,
    )
    menus = MessageMenuCog(
        store=store,
        texts=texts,
        consent=consent,
        offers=offers,
        describing=describing,
        evidence=evidence,
        uses=uses(drafts),
    )
    return [offers, describing, talk, menus]


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
        client = asyncio.create_task(_connect(bot, settings.discord), name="discord")
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


async def _connect(bot: ColophonBot, discord: DiscordSettings) -> None:
    """Log in, once Discord answers at all, and stay connected: discord.py tries again from then on, and not before."""
    assert discord.token is not None
    await until_there(discord.api)
    await bot.start(discord.token.get_secret_value())


def favour_the_loop() -> None:
    """Let nothing in this process hold the loop up that need not.

    To go through all the facts stops it for a fifth of a second, so the garbage collector passes over what is there for
    good. Threads that compute give way to it after a millisecond; by default each of them takes five.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(0.001)


async def _show_alive(bot: ColophonBot, run_dir: Path | None) -> None:
    """Write a file for as long as the loop turns: the launcher's sign of life, and whether it was ever connected."""
    connected = asyncio.create_task(bot.wait_until_ready(), name="first connection")
    try:
        while run_dir is not None:
            said = CONNECTED if connected.done() else ""
            await asyncio.to_thread((run_dir / ALIVE_FILE).write_text, said)
            if said:
                await asyncio.sleep(ALIVE_INTERVAL_S)
            else:
                await asyncio.wait({connected}, timeout=ALIVE_INTERVAL_S)
    finally:
        connected.cancel()
        await asyncio.gather(connected, return_exceptions=True)
