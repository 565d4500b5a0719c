"""Conversations by mention, reply or direct message: answers from the facts, a model's few words, or an offer.

Nothing begins unasked, and nothing of what is said is kept: the messages on the chat platform are the memory. Only what
is offered to a member becomes an event, since it can become part of a work.
"""

import asyncio
import logging
from dataclasses import replace
from typing import Final

import discord
from discord.ext import commands

from bot.ask.answer import Answer, AnswerService, Manner, check_question
from bot.ask.cards import AnswerCards
from bot.ask.facts import Language
from bot.ask.showing import show
from bot.ask.words import language_of
from bot.chat.acts import acknowledge, said_in
from bot.chat.admission import SETTLE_S
from bot.chat.border import ErrorBorder
from bot.chat.languages import LanguageOf
from bot.chat.once import Once
from bot.chat.posting import Post, change, send_once
from bot.chat.steady import BROKEN
from bot.chat.texts import Texts, nearest
from bot.chat.typing import typing
from bot.draft.commands import DraftCog
from bot.errors import Busy, UserFacing
from bot.members.commands import Consent
from bot.offers.commands import OfferCog, Proposed
from bot.talk.cards import TalkAgreeButton, TalkCards
from bot.talk.conversation import Proposal, Said, Turn, questions, remembered, settled
from bot.talk.floor import Crowded, Floor
from bot.talk.hearing import earlier, flows, heard, is_meant, place_for
from bot.talk.speaker import Speaker
from models.errors import ModelsError
from storage.members import Member

log = logging.getLogger(__name__)

TURN_S: Final = 150.0
_LANGUAGES: Final = {Language.EN.value: "English", Language.ZH.value: "Simplified Chinese (简体中文)"}
_UNREACHABLE: Final = (discord.HTTPException, *BROKEN)


class Reply:
    """The one message that answers another: sent the first time, changed afterwards."""

    def __init__(self, to: discord.Message) -> None:
        self._to = to
        self._place: discord.abc.Messageable = to.channel
        self._small = ""
        self._sent: discord.Message | None = None

    def move(self, place: discord.abc.Messageable, small: str) -> None:
        """Answer elsewhere, with a line of small print; nothing has been sent yet."""
        self._place, self._small = place, small

    async def put(self, post: Post) -> None:
        """Show a post in place of what was shown before."""
        if self._small:
            post = replace(post, content="\n".join(filter(None, (post.content, f"-# {self._small}"))))
        if self._sent is not None:
            await change(self._sent, post)
            return
        to = self._to if self._place is self._to.channel else None
        self._sent = await send_once(self._place, post, str(self._to.id), to=to)


class TalkCog(commands.Cog, name="talk"):
    """Listens to what is said to the bot; without a `speaker` every answer comes from the facts."""

    def __init__(
        self,
        *,
        texts: Texts,
        border: ErrorBorder,
        consent: Consent,
        offers: OfferCog,
        drafts: DraftCog,
        answers: AnswerService,
        speaker: Speaker | None,
        language_of: LanguageOf = lambda _: None,
        default_jurisdiction: str | None = None,
    ) -> None:
        self._texts = texts
        self._border = border
        self._consent = consent
        self._offers = offers
        self._drafts = drafts
        self._answers = answers
        self._speaker = speaker
        self._language_of = language_of
        self._default_jurisdiction = default_jurisdiction
        self._cards = TalkCards(texts)
        self._answer_cards = AnswerCards(texts)
        self._floor = Floor()
        self._once = Once()
        self._acting: set[asyncio.Task[object]] = set()
        self._closed = False

    async def cog_unload(self) -> None:
        """Let the turns that are under way end, for a moment."""
        self._closed = True
        acting = set(self._acting)
        if acting:
            _, late = await asyncio.wait(acting, timeout=SETTLE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Take a turn for what is said to the bot, once."""
        me = _me(message)
        if self._closed or not is_meant(message, me) or not self._once.first(message.id):
            return
        task = asyncio.current_task()
        assert task is not None, "a listener runs in a task"
        self._acting.add(task)
        task.add_done_callback(self._acting.discard)
        reply = Reply(message)
        try:
            await self._hear(message, reply, me)
        except Exception as error:  # noqa: BLE001 - there is no interaction for the border here
            await self._tell_error(message, reply, error)

    async def _hear(self, message: discord.Message, reply: Reply, me: int) -> None:
        said = heard(message, me)
        locale = self._locale(message, "" if said is None else said.text)
        if said is None:
            await reply.put(self._cards.sentence(locale, "talk-hello"))
            return
        # A thread that begins at a message has its number, so those who speak there wait for this turn.
        room = message.channel.id if flows(message) else message.id
        try:
            async with asyncio.timeout(TURN_S), self._floor.taken(f"member {message.author.id}", f"room {room}"):
                await self._take_turn(message, reply, said, locale, me)
        except Crowded as crowded:
            if crowded.first:
                await reply.put(self._cards.sentence(locale, "talk-crowded"))
        except TimeoutError as error:
            raise Busy("error-talk-late") from error

    async def _take_turn(self, message: discord.Message, reply: Reply, said: Said, locale: str, me: int) -> None:
        place = await place_for(message, self._texts, locale, me)
        if place is not message.channel:
            reply.move(place, self._texts(locale, "talk-go-on"))
        async with typing(place):
            branch = remembered(await earlier(message, me), said, flowing=flows(message))
            # Whoever a moderator keeps from making things is still told what the facts say.
            blocked = await self._consent.is_blocked(_guild(message), message.author.id)
            turn, away = (None, False) if blocked else await self._turn(branch, said, locale)
            if turn is None:
                await self._answer_from_facts(reply, said, questions(branch, said.by), locale, away=away)
            elif turn.proposal is None:
                await self._answer_plainly(reply, message, turn, locale)
            else:
                await self._propose(reply, message, said, turn, turn.proposal, locale)

    async def _turn(self, branch: tuple[Said, ...], said: Said, locale: str) -> tuple[Turn | None, bool]:
        """Return what the model makes of it, None where the facts have to answer; and whether the model is away."""
        if self._speaker is None:
            return None, False
        try:
            turn = await self._speaker.turn(
                branch,
                said,
                language=_LANGUAGES[locale],
                commands=self._offers.offered,
                styles=self._drafts.styles(),
            )
        except ModelsError as error:
            log.info("no turn of a conversation: %s", type(error).__name__)
            return None, True
        return settled(turn, said), False

    async def _answer_from_facts(
        self, reply: Reply, said: Said, before: tuple[str, ...], locale: str, *, away: bool
    ) -> None:
        """Answer as `/ask` does; where the facts say nothing and the model that could is away, say that."""
        question = check_question(said.text)

        async def put(state: Answer) -> None:
            if state.manner is Manner.NOT_COVERED and away:
                await reply.put(self._cards.sentence(locale, "talk-away"))
            else:
                await reply.put(self._answer_cards.answer(state))

        states = self._answers.answer(question, locale, prefer=self._default_jurisdiction, before=before)
        await show(states, put)

    async def _answer_plainly(self, reply: Reply, message: discord.Message, turn: Turn, locale: str) -> None:
        assert self._speaker is not None, "somebody has said it"
        self._offers.refuse_forbidden(turn.text, guild=said_in(message).guild)
        await reply.put(self._cards.answer(locale, turn.text, self._speaker.name))

    async def _propose(
        self, reply: Reply, message: discord.Message, said: Said, turn: Turn, proposal: Proposal, locale: str
    ) -> None:
        """Offer what the model suggests; to those who have not agreed to be recorded, only the way there."""
        assert self._speaker is not None, "somebody has suggested it"
        member = await self._consent.find(message.author.id)
        if member is None:
            await reply.put(self._cards.notice_first(locale, message.author.id))
            return
        guild = None if message.guild is None else message.guild.id
        project = await self._offers.project(member, locale, guild)
        proposed = Proposed(
            proposal.what,
            proposal.brief,
            self._speaker.name,
            said.text,
            proposal.style,
            said=turn.text,
        )
        await reply.put(await self._offers.offer(member, project, proposed, said_in(message), locale))

    async def show_notice(self, interaction: discord.Interaction, button: TalkAgreeButton) -> None:
        """Show the first-use notice to whom it is for, and tell them how to go on."""
        if str(interaction.user.id) != button.user_id:
            raise UserFacing("error-offer-not-yours")

        async def go(current: discord.Interaction, _: Member) -> None:
            await acknowledge(current, ephemeral=True, thinking=True)
            await current.edit_original_response(content=self._texts(current.locale, "talk-agreed"))

        await self._consent.then(interaction, go)

    def _locale(self, message: discord.Message, text: str) -> str:
        """Return the language of what was said; where its letters do not tell, what the member set, or the server's."""
        server = "en-US" if message.guild is None else str(message.guild.preferred_locale)
        home = self._language_of(message.author.id) or server
        return language_of(text, Language(nearest(home))).value

    async def _tell_error(self, message: discord.Message, reply: Reply, error: Exception) -> None:
        """Say what went wrong, where the platform lets us."""
        if isinstance(error, _UNREACHABLE):
            log.warning("message %s could not be answered: %s", message.id, type(error).__name__)
            return
        text = self._border.sentence(self._locale(message, message.content), error, message.id)
        try:
            await reply.put(Post(text))
        except _UNREACHABLE as failure:
            log.warning("message %s: the error could not be told: %s", message.id, type(failure).__name__)


def _me(message: discord.Message) -> int:
    me = message.guild.me if message.guild is not None else getattr(message.channel, "me", None)
    return 0 if me is None else me.id


def _guild(message: discord.Message) -> int | None:
    return None if message.guild is None else message.guild.id
