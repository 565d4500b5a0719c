"""What happens when something on a draft is pressed or filled in: first an event, then the act."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import discord

from bot.chat.acts import acknowledge, act_of, began_by_same
from bot.chat.posting import CLOSED, Post, put_answer, send_once, tell_privately
from bot.chat.receipts import receipt_line
from bot.chat.steady import BROKEN, steadily
from bot.chat.texts import Texts
from bot.chat.typed import clean
from bot.draft.asking import Asking, Models
from bot.draft.brief import make_brief
from bot.draft.buttons import DraftButton, FieldButton, StyleSelect
from bot.draft.cancelling import Canceller
from bot.draft.cards import DraftCards
from bot.draft.drafting import Drafting, Wanted, for_one_alone
from bot.draft.forms import OwnForm, RefineForm, RetouchForm, WhyForm
from bot.draft.grid import fields_of, under_grid
from bot.draft.manners import Manners
from bot.draft.onward import (
    RESTYLED,
    STRONG,
    SUBTLE,
    Onward,
    finished,
    own,
    refined,
    restyled,
    retouched,
    upscaled,
    varied,
)
from bot.draft.operations import Operation, model_for
from bot.draft.reading import CardReader
from bot.draft.styles import StyleMenu
from bot.errors import UserFacing
from bot.evidence.cards import TimelineButton
from bot.members.commands import Consent
from storage.briefs import InputRole, Material, OnRecord
from storage.drafts import Candidate, DraftView
from storage.errors import NotFound
from storage.evidence.authorship import MadeBy
from storage.members import Member
from storage.store import Store

log = logging.getLogger(__name__)

Go = Callable[[discord.Interaction, Member, DraftView], Awaitable[None]]

_NEWEST: Final = 10**14
"""A page of the record that ends before this number of an event is the newest one."""
_PRIVATELY: Final = frozenset({"choose", "none", "vary", "evidence", "retouch", "restyle", "original", "show", "look"})
"""Acts that are answered by a note to their member."""
_OF_ONES_OWN: Final = frozenset({"cancel", "evidence", "original", "look"})
"""Acts that make nothing: who is blocked may stop, see and take away what is theirs."""
_NEEDS: Final = {
    "vary": (Operation.VARY,),
    "subtle": (Operation.VARY,),
    "strong": (Operation.VARY,),
    "retouch": (Operation.INPAINT,),
    "restyle": (Operation.RESTYLE,),
    "upscale": (Operation.UPSCALE,),
    "finish": (Operation.REDRAW, Operation.UPSCALE),
}
"""What a model has to be able to do for an act: one of these."""
_FORMS: Final = frozenset({"why", "refine", "own"})
"""Acts that open a form."""


class CardActs:
    """Acts on a draft; only its author's count, except that others may start their own from what they see."""

    def __init__(
        self,
        *,
        store: Store,
        texts: Texts,
        consent: Consent,
        cancelling: Canceller,
        models: Models,
        manners: Manners,
        drafting: Drafting,
        reader: CardReader,
    ) -> None:
        self._store = store
        self._texts = texts
        self._consent = consent
        self._cancelling = cancelling
        self._models = models
        self._asking = Asking(models, manners)
        self._drafting = drafting
        self._reader = reader
        self._cards = DraftCards(texts, models, StyleMenu(texts, models, manners))

    # --- buttons -------------------------------------------------------------------------------

    async def pressed(self, interaction: discord.Interaction, button: DraftButton) -> None:
        """Act on a press."""
        if button.act in _FORMS:
            await self._open_form(interaction, button)
            return
        self._check_able(button.act)
        how = _acknowledged(button, interaction)
        # What comes for all to see must not be a refusal: there it has to be clear first who presses.
        seen = how.get("thinking") and not how.get("ephemeral")
        if not seen or (began_by_same(interaction) and self._consent.knows(interaction.user.id)):
            await acknowledge(interaction, **how)
        card = interaction.message

        async def go(current: discord.Interaction, member: Member, view: DraftView) -> None:
            await acknowledge(current, **how)
            await self._act(current, member, view, button, card)

        # In a shared project every maker may choose; what else there is to a draft is for whoever asked for it.
        by_maker = button.act in ("choose", "none")
        making = button.act not in _OF_ONES_OWN
        await self._for_its_author(interaction, button.draft_id, go, by_maker=by_maker, making=making)

    def _check_able(self, act: str) -> None:
        """Raise UserFacing where no model here can do what a button asks for, as that of an older card may."""
        wanted = _NEEDS.get(act, ())
        if wanted and not any(self._cards.buttons.can(operation) for operation in wanted):
            model_for(self._models(), wanted[0])

    async def _open_form(self, interaction: discord.Interaction, button: DraftButton) -> None:
        """Open a form: it can only come first, so nothing is looked up but what is to stand in it."""
        locale, position = str(interaction.locale), button.position or 0
        if button.act == "why":
            # Whose draft it is about is asked when the form comes back.
            await WhyForm(self._texts, locale, button.draft_id, position).show(interaction)
        elif button.act == "own":
            await OwnForm(self._texts, locale, button.draft_id, position).show(interaction)
        else:
            view = await self._own_view(interaction, button.draft_id)
            if view is not None:
                form = RefineForm(self._texts, locale, view.id, view.text, view.negative, private=button.private)
                await form.show(interaction)

    async def _for_its_author(
        self,
        interaction: discord.Interaction,
        draft_id: str,
        go: Go,
        *,
        by_maker: bool = False,
        making: bool = True,
    ) -> None:
        """Go on for the author of a draft who agreed to be recorded; tell others what they may do instead."""
        view = await self._own_view(interaction, draft_id, by_maker=by_maker)
        if view is None:
            return

        async def agreed(current: discord.Interaction, member: Member) -> None:
            await go(current, member, view)

        await self._consent.then(interaction, agreed, making=making)

    async def _own_view(
        self, interaction: discord.Interaction, draft_id: str, *, by_maker: bool = False
    ) -> DraftView | None:
        """Return a draft of whoever asks, or of a work they make; raise where it was erased.

        Tell others what they may do, and return None.
        """
        view = await self._store.drafts.view(draft_id)
        user = str(interaction.user.id)
        if user != view.owner_user_id and not (by_maker and user in view.makers):
            await self._tell_stranger(interaction, view)
            return None
        if view.erased:
            raise UserFacing("error-draft-erased")
        return view

    async def _act(
        self,
        interaction: discord.Interaction,
        member: Member,
        view: DraftView,
        button: DraftButton,
        card: discord.Message | None,
    ) -> None:
        match button.act:
            case "choose" | "none":
                await self._choose(interaction, member, view, button, card)
            case "cancel":
                await self._cancel(interaction, member, view, private=button.private)
            case "redo":
                await self._drafting.again(interaction, member, view, private=button.private)
            case "vary" | "retouch" | "restyle":
                await self._ask_how(interaction, view, button)
            case "show":
                await self._show(interaction, member, view)
            case "evidence" | "original" | "look":
                await self._look(interaction, view, button)
            case _:
                await self._go_on(interaction, member, view, button)

    async def _choose(
        self,
        interaction: discord.Interaction,
        member: Member,
        view: DraftView,
        button: DraftButton,
        card: discord.Message | None,
    ) -> None:
        position, locale, private = button.position or 0, str(interaction.locale), button.private
        receipt, new = await self._store.drafts.choose(view.id, position, member, "", act_of(interaction))
        changed = replace(view, chosen=position)
        confirmation = self._cards.chosen(locale, changed, receipt, new=new, private=private)
        await interaction.edit_original_response(content=confirmation.content, view=confirmation.view)
        if card is not None:
            only = view.picked.position if view.picked and self._is_of_one(view, card) else None
            await self._show_choice(card, self._cards.buttons.card(locale, changed, private=private, only=only))

    def _is_of_one(self, view: DraftView, card: discord.Message) -> bool:
        """Tell whether a card shows one candidate of several: one that was shown of a private draft."""
        return view.private and len(card.attachments) == 1 < len(view.candidates)

    async def _show_choice(self, card: discord.Message, buttons: discord.ui.View) -> None:
        """Mark the choice on the card; where the card is out of reach, the confirmation has to do."""
        try:
            await steadily(lambda: card.edit(view=buttons, allowed_mentions=discord.AllowedMentions.none()))
        except (discord.HTTPException, *BROKEN) as error:
            log.info("card %s does not show the choice: %s", card.id, error)

    async def _cancel(
        self, interaction: discord.Interaction, member: Member, view: DraftView, *, private: bool
    ) -> None:
        cancelled = await self._cancelling.cancel(view.id, member, act_of(interaction))
        post = self._cards.cancelled(str(interaction.locale), view, cancelled.receipt, private=private)
        await interaction.edit_original_response(content=post.content, attachments=[], view=post.view)

    # --- what is looked at ---------------------------------------------------------------------

    async def _look(self, interaction: discord.Interaction, view: DraftView, button: DraftButton) -> None:
        """Show its member what is on record, or hand them their picture; nothing changes."""
        locale = str(interaction.locale)
        match button.act:
            case "evidence":
                receipt = await self._store.ledger.receipt(view.chosen_seq or _newest(view))
                note = discord.ui.View(timeout=None)
                note.add_item(TimelineButton(view.project.id, _NEWEST, self._texts(locale, "draft-evidence-record")))
                post = Post(self._cards.evidence(locale, view, receipt), view=note)
            case "original":
                post = await self._original(interaction, _candidate(view, button.position))
            case _:
                post = self._cards.finished(locale, await self._reader.card(view), private=True)
        await put_answer(interaction, post, private=True)

    async def _original(self, interaction: discord.Interaction, candidate: Candidate) -> Post:
        data = await self._store.media.read(candidate.sha256)
        if len(data) > interaction.filesize_limit:
            raise UserFacing("error-original-large", limit=interaction.filesize_limit // 2**20)
        suffix = (await self._store.media.mime(candidate.sha256)).removeprefix("image/")
        name = f"colophon-{candidate.seq}.{suffix}"
        return self._cards.original(str(interaction.locale), name, data, candidate.seq, candidate.sha256)

    # --- what is asked before a picture is gone on from ----------------------------------------

    async def _ask_how(self, interaction: discord.Interaction, view: DraftView, button: DraftButton) -> None:
        """Ask for what a button does not say yet, for its member alone."""
        locale, private = str(interaction.locale), button.private
        match button.act:
            case "vary":
                post = self._cards.vary(locale, view, private=private)
            case "restyle":
                if not self._cards.buttons.styles(locale):
                    raise UserFacing("error-no-styles")
                candidate = _candidate(view, button.position)
                post = self._cards.styles(locale, view.id, candidate.position, private=private)
            case _:
                candidate = _candidate(view, button.position)
                picture = await self._store.media.read(candidate.sha256)
                grid = await asyncio.to_thread(under_grid, picture)
                post = self._cards.fields(locale, view.id, candidate.position, grid, private=private)
        await put_answer(interaction, post, private=True)

    async def field_pressed(self, interaction: discord.Interaction, button: FieldButton) -> None:
        """Turn a field on or off, or ask what is to be in those that are on; nothing is looked up for either."""
        locale = str(interaction.locale)
        if button.field:
            await interaction.response.edit_message(view=self._cards.buttons.toggled(locale, button))
            return
        form = RetouchForm(self._texts, locale, button.draft_id, button.position, button.fields, private=button.private)
        await form.show(interaction)

    # --- going on ------------------------------------------------------------------------------

    async def _go_on(
        self, interaction: discord.Interaction, member: Member, view: DraftView, button: DraftButton
    ) -> None:
        candidate, models = _candidate(view, button.position), self._models()
        match button.act:
            case "subtle":
                onward = varied(view, candidate, SUBTLE, models)
            case "strong":
                onward = varied(view, candidate, STRONG, models)
            case "finish":
                onward = finished(view, candidate, models)
            case _:
                onward = upscaled(view, candidate, models)
        await self._begin(interaction, member, view, onward, candidate, private=button.private)

    async def refine(
        self, interaction: discord.Interaction, draft_id: str, words: str, negative: str, *, private: bool
    ) -> None:
        """Take a changed brief; what is wrong with it is told before anything is seen."""
        make_brief(words, negative=negative)

        async def go(current: discord.Interaction, member: Member, view: DraftView) -> None:
            await acknowledge(current, **_by_a_card(current, private=private))
            onward = refined(view, words, negative)
            await self._begin(current, member, view, onward, None, private=private)

        await self._filled_in(interaction, draft_id, go, private=private)

    async def retouch(
        self, interaction: discord.Interaction, draft_id: str, position: int, fields: str, words: str, *, private: bool
    ) -> None:
        """Take a brief for some fields of a candidate."""
        self._check_able("retouch")
        make_brief(words)

        async def go(current: discord.Interaction, member: Member, view: DraftView) -> None:
            await acknowledge(current, **_by_a_card(current, private=private))
            candidate = _candidate(view, position)
            onward = retouched(candidate, words, fields_of(fields), self._models())
            await self._begin(current, member, view, onward, candidate, private=private)

        await self._filled_in(interaction, draft_id, go, private=private)

    async def restyle(self, interaction: discord.Interaction, select: StyleSelect, style: str) -> None:
        """Take a style for a candidate."""
        self._check_able("restyle")

        async def go(current: discord.Interaction, member: Member, view: DraftView) -> None:
            await acknowledge(current, **_by_a_card(current, private=select.private))
            candidate = _candidate(view, select.position)
            asked = self._asking.brief(
                current.locale,
                Operation.RESTYLE,
                view.text,
                style=style,
                negative=view.negative,
                strength=RESTYLED,
                count=1,
                wordless=True,
            )
            onward = restyled(candidate, asked)
            await self._begin(current, member, view, onward, candidate, private=select.private)

        await self._filled_in(interaction, select.draft_id, go, private=select.private)

    async def _filled_in(self, interaction: discord.Interaction, draft_id: str, go: Go, *, private: bool) -> None:
        """Go on with what was filled in on a note that only its member could see."""
        if self._consent.knows(interaction.user.id):
            await acknowledge(interaction, **_by_a_card(interaction, private=private))
        await self._for_its_author(interaction, draft_id, go)

    async def _begin(
        self,
        interaction: discord.Interaction,
        member: Member,
        view: DraftView,
        onward: Onward,
        candidate: Candidate | None,
        *,
        private: bool,
    ) -> None:
        """Record a brief that goes on from a draft, or from a candidate of it, and queue it."""
        pictures: Sequence[Wanted] = (
            [(given.role, OnRecord(given.seq)) for given in view.inputs]
            if candidate is None
            else [(InputRole.IMAGE, OnRecord(candidate.seq))]
        )
        notes = [] if onward.note is None else [self._texts(interaction.locale, onward.note, model=onward.model)]
        await self._drafting.begin(
            interaction,
            member,
            onward.brief,
            pictures,
            project=view.project,
            notes=notes,
            private=private,
            goes_on_from=view,
        )

    # --- why -----------------------------------------------------------------------------------

    async def say_why(self, interaction: discord.Interaction, draft_id: str, position: int, why: str) -> None:
        """Record the reason for a choice that is already on record."""
        await acknowledge(interaction, ephemeral=True, thinking=True)

        async def go(current: discord.Interaction, member: Member, view: DraftView) -> None:
            await acknowledge(current, ephemeral=True, thinking=True)
            receipt, _ = await self._store.drafts.choose(view.id, position, member, clean(why), act_of(current))
            line = receipt_line(self._texts, current.locale, receipt)
            kept = self._texts(current.locale, "draft-why-kept")
            await current.edit_original_response(content=f"{kept}\n-# {line}")

        await self._for_its_author(interaction, draft_id, go, by_maker=True)

    # --- shown to others -----------------------------------------------------------------------

    async def _show(self, interaction: discord.Interaction, member: Member, view: DraftView) -> None:
        """Show the chosen candidate of a private draft, or all of them, in the channel where the brief was given."""
        if view.home is None:
            raise UserFacing("error-show-nowhere")
        card, locale = await self._reader.card(view), str(interaction.locale)
        only = view.picked
        shown = view.candidates if only is None else (only,)
        showing = await self._store.showings.show(view, shown, member, view.home, act_of(interaction))
        if showing.message_id is None:
            post = self._cards.finished(locale, card, only=None if only is None else only.position)
            place = interaction.client.get_partial_messageable(int(view.home))
            try:
                message = await send_once(place, post, f"show{showing.receipt.seq}"[:25])
            except CLOSED as error:
                raise UserFacing("error-show-closed", number=showing.receipt.seq) from error
            await self._store.showings.posted(showing, str(message.id))
        told = self._cards.shown(locale, showing.receipt, new=showing.message_id is None)
        await interaction.edit_original_response(content=told.content)

    # --- other members -------------------------------------------------------------------------

    async def _tell_stranger(self, interaction: discord.Interaction, view: DraftView) -> None:
        """Tell another member that they may start their own from what they can see; of the rest they learn nothing."""
        positions = sorted(await self._seen_by_all(view))
        if not positions or not self._cards.buttons.can(Operation.REDRAW):
            raise UserFacing("error-card-not-yours")
        await tell_privately(interaction, self._cards.not_yours(str(interaction.locale), view, positions))

    async def _seen_by_all(self, view: DraftView) -> frozenset[int]:
        """Return the candidates that stand in a channel: of a private draft those that its member showed."""
        if view.erased:
            return frozenset()
        if view.private:
            return await self._store.showings.shown_of(view.id)
        return frozenset(each.position for each in view.candidates)

    async def start_own(self, interaction: discord.Interaction, draft_id: str, position: int, words: str) -> None:
        """Begin a draft in the project of whoever asks, from another member's candidate that they see.

        Recorded are the picture, that another person made it, and the number of its event; none of their words.
        """
        onward, how = own(words, self._models()), {"thinking": True}
        if self._consent.knows(interaction.user.id):
            await acknowledge(interaction, **how)

        async def go(current: discord.Interaction, member: Member) -> None:
            await acknowledge(current, **how)
            view = await self._store.drafts.view(draft_id)
            if position not in await self._seen_by_all(view):
                raise NotFound(f"candidate {position} of draft {draft_id}")
            if view.project.member_id == member.id:
                raise UserFacing("error-own-is-yours")
            taken = await self._taken(_candidate(view, position))
            await self._drafting.begin(current, member, onward.brief, [(InputRole.IMAGE, taken)])

        await self._consent.then(interaction, go)

    async def _taken(self, candidate: Candidate) -> Material:
        media = self._store.media
        data, mime = await media.read(candidate.sha256), await media.mime(candidate.sha256)
        marks = await self._store.darkroom.marks(data, mime)
        picture = await media.put_picture(data, mime)
        return Material(picture, marks, MadeBy.OTHER_PERSON, candidate.seq)


def _acknowledged(button: DraftButton, interaction: discord.Interaction) -> dict[str, Any]:
    """Return how a press is acknowledged: by a note to its member, in the card itself, or by a new card."""
    if button.act == "cancel":
        return {}
    if button.act in _PRIVATELY:
        return {"ephemeral": True, "thinking": True}
    return _by_a_card(interaction, private=button.private)


def _by_a_card(interaction: discord.Interaction, *, private: bool) -> dict[str, Any]:
    """Return how something is acknowledged that a new card comes of."""
    return {"thinking": True, "ephemeral": for_one_alone(interaction, private=private)}


def _candidate(view: DraftView, position: int | None) -> Candidate:
    """Return a candidate; raise NotFound where there is none at a position."""
    found = view.candidate(position or 0)
    if found is None:
        raise NotFound(f"candidate {position} of draft {view.id}")
    return found


def _newest(view: DraftView) -> int:
    return view.candidates[-1].seq if view.candidates else view.seq
