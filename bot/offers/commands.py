"""Making offers, and what becomes of them when they are pressed: taking a machine's words over is an act of its own."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import discord
from discord.ext import commands

from bot.chat.acts import acknowledge, act_of
from bot.chat.posting import Post
from bot.chat.texts import Texts
from bot.chat.typed import said
from bot.draft.brief import MAX_BRIEF
from bot.draft.terms import Terms
from bot.errors import UserFacing
from bot.members.commands import Consent
from bot.offers.cards import OfferButton, OfferCards, OfferForm
from bot.offers.offer import Offer, What
from storage.acts import Act
from storage.errors import NotFound
from storage.members import Member
from storage.projects import Project
from storage.store import Store
from storage.suggestions import Suggestion

Start = Callable[[discord.Interaction, Member, Project, str, str | None], Awaitable[None]]
"""Begins something of a text, in a project, in a style; the interaction has been acknowledged."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """How something begins, and whether what comes of it is for all to see."""

    start: Start
    public: bool


@dataclass(frozen=True, slots=True)
class Proposed:
    """What is to be offered: words of a model, which model, on which request, and what they would begin.

    `about` are the events that they are about, `said` is what the model says along with them.
    """

    what: What
    text: str
    model: str
    request: str
    style: str | None = None
    about: tuple[int, ...] = ()
    said: str = ""


class OfferCog(commands.Cog, name="offers"):
    """Offers what a model suggests; only whom it was suggested to can take it."""

    def __init__(
        self, *, store: Store, texts: Texts, consent: Consent, terms: Terms, beginnings: Mapping[What, Beginning]
    ) -> None:
        self._store = store
        self._texts = texts
        self._consent = consent
        self._terms = terms
        self._beginnings = beginnings
        self._cards = OfferCards(texts)

    @property
    def offered(self) -> tuple[What, ...]:
        """What can be begun here."""
        return tuple(self._beginnings)

    def refuse_forbidden(self, *texts: str, guild: str | None) -> None:
        """Raise UserFacing where words of a model are not to be shown or drawn in a server."""
        for text in texts:
            refusal = self._terms.check(text, guild)
            if refusal is not None:
                raise UserFacing(f"error-offer-{refusal.rule.value}")

    async def project(self, member: Member, locale: object, guild_id: int | None) -> Project:
        """Return the project that what is suggested to a member belongs to."""
        title = self._texts(locale, "project-first-title")
        guild = None if guild_id is None else str(guild_id)
        return await self._store.projects.current_or_open(member, title, guild_id=guild)

    async def offer(self, member: Member, project: Project, proposed: Proposed, act: Act, locale: str) -> Post:
        """Record what is suggested, and return how it is shown; raise UserFacing where it is forbidden."""
        self.refuse_forbidden(proposed.text, proposed.said, guild=act.guild)
        suggestion = Suggestion(proposed.text, proposed.model, proposed.request)
        receipt = await self._store.suggestions.made(project, suggestion, act, about=proposed.about)
        made = Offer(proposed.what, receipt.seq, member.platform_user_id, proposed.style)
        return self._cards.offered(locale, made, proposed.text, receipt, said=proposed.said)

    async def pressed(self, interaction: discord.Interaction, button: OfferButton) -> None:
        """Take an offer as it stands, or open it for a change."""
        offer = button.offer
        self._refuse_strangers(interaction, offer)
        if button.act == "take":
            await self._begin(interaction, offer, None)
            return

        async def open_form(current: discord.Interaction, member: Member) -> None:
            suggested, _ = await self._suggested(offer, member)
            await OfferForm(self._texts, str(current.locale), offer, suggested.text).show(current)

        await self._consent.then(interaction, open_form)

    async def edited(self, interaction: discord.Interaction, offer: Offer, text: str) -> None:
        """Begin with the words that a member made of an offer."""
        self._refuse_strangers(interaction, offer)
        await self._begin(interaction, offer, said(text, MAX_BRIEF))

    async def _begin(self, interaction: discord.Interaction, offer: Offer, changed: str | None) -> None:
        """Record that the words are taken over, unless they were changed, and begin with them."""
        beginning = self._beginnings.get(offer.what)
        if beginning is None:
            raise UserFacing("error-press-forgotten")
        # What comes is for all to see, the notice for those who have not agreed is not.
        if self._consent.knows(interaction.user.id):
            await acknowledge(interaction, ephemeral=not beginning.public, thinking=True)

        async def go(current: discord.Interaction, member: Member) -> None:
            await acknowledge(current, ephemeral=not beginning.public, thinking=True)
            suggested, project = await self._suggested(offer, member)
            if changed is None or changed == suggested.text:
                await self._store.suggestions.taken(project, offer.seq, act_of(current))
            await beginning.start(current, member, project, changed or suggested.text, offer.style)

        await self._consent.then(interaction, go)

    def _refuse_strangers(self, interaction: discord.Interaction, offer: Offer) -> None:
        """Turn everybody else away before anything is read; whose it is says the store, below."""
        if str(interaction.user.id) != offer.user_id:
            raise UserFacing("error-offer-not-yours")

    async def _suggested(self, offer: Offer, member: Member) -> tuple[Suggestion, Project]:
        """Return what was suggested to a member, and its project; raise UserFacing."""
        try:
            project = await self._store.projects.of_event(offer.seq, member)
        except NotFound as error:
            raise UserFacing("error-offer-not-yours") from error
        suggestion = await self._store.suggestions.of_event(offer.seq)
        if suggestion is None:
            raise UserFacing("error-offer-erased")
        return suggestion, project
