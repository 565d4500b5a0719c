"""`/write` and `/brainstorm`, and what can be pressed on their cards."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.acts import acknowledge, act_of, began_by_same
from bot.chat.posting import Post, Poster, delivery_of, put_answer
from bot.chat.receipts import receipt_line
from bot.chat.steady import BROKEN, steadily
from bot.chat.texts import Texts
from bot.chat.translator import named
from bot.chat.typed import clean, said
from bot.draft.brief import Brief, make_brief
from bot.draft.cancelling import Canceller
from bot.errors import UserFacing
from bot.jobs.dispatcher import Dispatcher
from bot.jobs.full import told_full
from bot.members.commands import Consent
from bot.moderation.asker import asker_of
from bot.moderation.rules import Rules
from bot.write.buttons import TextButton
from bot.write.cards import TextCards
from bot.write.delivery import AT_ONCE
from bot.write.forms import FIELD, FIELDS, EditForm, TextWhyForm
from bot.write.picking import picks_of
from bot.write.writing import CANDIDATES, MAX_BRIEF, Form, Length, Tone, check_brief
from storage.errors import QueueFull
from storage.evidence.hands import BETWEEN, WordCount, counted, hands_of, paragraphs
from storage.evidence.ledger import Receipt
from storage.jobs import Delivery
from storage.members import Member
from storage.projects import Project
from storage.store import Store
from storage.text_jobs import TextJob
from storage.texts import TextParams, TextView, TextWork, Version, combined

log = logging.getLogger(__name__)

_MAX_SEED: Final = 2**31 - 1
_PRIVATELY: Final = {"ephemeral": True, "thinking": True}
_OPENLY: Final = {"thinking": True}
# How a press is acknowledged: by a note to its member, in the message itself, or by a new message for all.
_ACKNOWLEDGED: Final[dict[str, dict[str, bool]]] = {
    **dict.fromkeys(("choose", "none", "combine", "take"), _PRIVATELY),
    "cancel": {},
    "draft": _OPENLY,
}

Drawing = Callable[[discord.Interaction, Member, Brief], Awaitable[object]]
"""Records a brief for pictures and queues its draft; the interaction has been deferred, thinking."""


def _choices(kinds: type[Form] | type[Tone] | type[Length]) -> list[app_commands.Choice[str]]:
    return [
        app_commands.Choice(name=named(each.value, f"choice-write-{each.value}"), value=each.value) for each in kinds
    ]


class TextFace:
    """Shows drafts of texts on Discord."""

    def __init__(self, poster: Poster, cards: TextCards) -> None:
        self._poster = poster
        self._cards = cards

    async def show_waiting(self, view: TextView) -> Delivery:
        """Say that the model is not ready yet."""
        return await self._put(view, self._cards.waiting(view.delivery.locale, view))

    async def show_writing(self, view: TextView, texts: Sequence[str]) -> Delivery:
        """Edit the card with the texts as far as they are written."""
        return await self._put(view, self._cards.growing(view.delivery.locale, view, texts))

    async def show_card(self, view: TextView, receipt: Receipt) -> Delivery:
        """Put the finished card."""
        return await self._put(view, self._cards.finished(view.delivery.locale, view, receipt))

    async def show_failure(self, view: TextView, reason: str) -> Delivery:
        """Put the sentence that says what happened and what was kept."""
        return await self._put(view, self._cards.failed(view.delivery.locale, view, reason))

    async def _put(self, view: TextView, post: Post) -> Delivery:
        return await self._poster.put(view, view.delivery, post)


class WriteCog(commands.Cog, name="write"):
    """Takes briefs for texts, answers at once, and records what the member makes of the drafts."""

    def __init__(
        self,
        *,
        store: Store,
        texts: Texts,
        consent: Consent,
        rules: Rules,
        dispatcher: Dispatcher[TextJob],
        cancelling: Canceller,
        cards: TextCards,
        draw: Drawing,
    ) -> None:
        self._store = store
        self._texts = texts
        self._consent = consent
        self._rules = rules
        self._dispatcher = dispatcher
        self._cancelling = cancelling
        self._cards = cards
        self._draw = draw

    # --- briefs --------------------------------------------------------------------------------

    @app_commands.command(
        name=named("write", "cmd-write"),
        description=named("Draft a text from your words, and choose among candidates", "cmd-write-desc"),
    )
    @app_commands.rename(
        brief=named("brief", "opt-write-brief"),
        form=named("form", "opt-write-form"),
        tone=named("tone", "opt-write-tone"),
        length=named("length", "opt-write-length"),
        private=named("private", "opt-write-private"),
    )
    @app_commands.describe(
        brief=named("What the text is to be about, in your own words", "opt-write-brief-desc"),
        form=named("What kind of text; prose if you leave it out", "opt-write-form-desc"),
        tone=named("How it should sound", "opt-write-tone-desc"),
        length=named("How long; medium if you leave it out", "opt-write-length-desc"),
        private=named("Show it to you alone", "opt-write-private-desc"),
    )
    @app_commands.choices(form=_choices(Form), tone=_choices(Tone), length=_choices(Length))
    async def write(
        self,
        interaction: discord.Interaction,
        brief: str,
        form: str = Form.PROSE.value,
        tone: str | None = None,
        length: str = Length.MEDIUM.value,
        private: bool = False,
    ) -> None:
        """Take a brief for a text."""
        asked = TextParams(TextWork.WRITE, (), Form(form), tone and Tone(tone), Length(length))
        await self._take_brief(interaction, brief, asked, private=private)

    @app_commands.command(
        name=named("brainstorm", "cmd-brainstorm"),
        description=named("Three ways to put an idea for a picture as a brief", "cmd-brainstorm-desc"),
    )
    @app_commands.rename(idea=named("idea", "opt-brainstorm-idea"), private=named("private", "opt-write-private"))
    @app_commands.describe(
        idea=named("Your idea, as rough as it is", "opt-brainstorm-idea-desc"),
        private=named("Show it to you alone", "opt-write-private-desc"),
    )
    async def brainstorm(self, interaction: discord.Interaction, idea: str, private: bool = False) -> None:
        """Take an idea."""
        await self._take_brief(interaction, idea, TextParams(TextWork.BRAINSTORM, ()), private=private)

    async def _take_brief(
        self, interaction: discord.Interaction, words: str, asked: TextParams, *, private: bool
    ) -> None:
        checked = check_brief(words)

        async def go(current: discord.Interaction, member: Member) -> None:
            await current.response.defer(ephemeral=private, thinking=True)
            await self._start(current, member, checked, asked, private=private)

        await self._consent.then(interaction, go)

    async def begin(
        self, interaction: discord.Interaction, member: Member, work: TextWork, words: str, project: Project
    ) -> None:
        """Start what was asked for elsewhere than by a command of ours; the interaction has been acknowledged."""
        if work is TextWork.WRITE:
            asked = TextParams(work, (), Form.PROSE, None, Length.MEDIUM)
        else:
            asked = TextParams(work, ())
        await self._start(interaction, member, check_brief(words), asked, private=False, project=project)

    async def _start(
        self,
        interaction: discord.Interaction,
        member: Member,
        words: str,
        asked: TextParams,
        *,
        private: bool,
        project: Project | None = None,
    ) -> None:
        """Record the brief, tell its number, and only then let it be written: the card comes after its first line.

        It belongs to `project`, or else to what the member works on now.
        """
        if project is None:
            title = self._texts(interaction.locale, "project-first-title")
            guild = str(interaction.guild_id) if interaction.guild_id else None
            project = await self._store.projects.current_or_open(member, title, guild_id=guild)
        params = replace(asked, seeds=tuple(secrets.randbelow(_MAX_SEED) for _ in range(CANDIDATES)))
        delivery = replace(delivery_of(interaction), private=private)
        act, asker = act_of(interaction), asker_of(interaction, member)
        # The card must never be overwritten by its own first line.
        with self._dispatcher.held(delivery.token):
            # Words that break a rule are refused by who writes, on record as for a model's own.
            async with self._rules.admitted(asker, words):
                try:
                    submitted = await self._store.texts.submit(member, project, words, params, act, delivery)
                except QueueFull as full:
                    raise await told_full(full, self._store.text_jobs.leases, AT_ONCE, member, words) from full
            post = self._cards.recorded(str(interaction.locale), submitted.draft_id, submitted.receipt.seq)
            try:
                await interaction.edit_original_response(content=post.content, view=post.view)
            except (discord.HTTPException, *BROKEN) as error:
                log.info("text %s: its first line was not shown: %s", submitted.draft_id, error)
        self._dispatcher.wake()

    # --- presses -------------------------------------------------------------------------------

    async def pressed(self, interaction: discord.Interaction, button: TextButton) -> None:
        """Act on a press; only the author's counts."""
        if button.act == "why":
            # A form can only come first; whose draft it is about is asked when it comes back.
            form = TextWhyForm(self._texts, str(interaction.locale), button.draft_id, button.number)
            await form.show(interaction)
            return
        manner = self._manner(interaction, button)
        if manner is not None:
            await acknowledge(interaction, **manner)
        view = await self._own(interaction, button.draft_id)

        async def go(current: discord.Interaction, member: Member) -> None:
            await self._act(current, member, view, button, interaction.message)

        await self._consent.then(interaction, go, making=button.act != "cancel")

    def _manner(self, interaction: discord.Interaction, button: TextButton) -> dict[str, bool] | None:
        """Return how a press is acknowledged at once; None where it has to be clear first who presses or what opens."""
        if button.act == "keep":
            return _PRIVATELY if button.of.startswith("p") else _OPENLY
        if button.act != "redo":
            return _ACKNOWLEDGED.get(button.act)
        # What a redo brings is for all to see, a refusal is not.
        known = began_by_same(interaction) and self._consent.knows(interaction.user.id)
        return self._as_card(interaction.message) if known else None

    def _as_card(self, card: discord.Message | None) -> dict[str, bool]:
        return _PRIVATELY if card is not None and card.flags.ephemeral else _OPENLY

    async def _own(self, interaction: discord.Interaction, draft_id: str) -> TextView:
        """Return a draft of whoever asks; raise UserFacing where it is not theirs, or erased."""
        view = await self._store.texts.view(draft_id)
        if str(interaction.user.id) != view.owner_user_id:
            raise UserFacing("error-card-not-yours")
        if not view.text:
            raise UserFacing("error-text-erased")
        return view

    async def _act(
        self,
        interaction: discord.Interaction,
        member: Member,
        view: TextView,
        button: TextButton,
        card: discord.Message | None,
    ) -> None:
        if button.act != "edit":
            # Of whoever agreed just now, it is that press which has to be acknowledged.
            manner = self._manner(interaction, button)
            await acknowledge(interaction, **(self._as_card(card) if manner is None else manner))
        match button.act:
            case "choose" | "none":
                await self._choose(interaction, member, view, button.number, card)
            case "take":
                await self._take(interaction, member, view, button.number, card)
            case "edit":
                await self._open_form(interaction, view, button.number)
            case "combine":
                await self._answer(interaction, self._cards.combining(str(interaction.locale), view))
            case "keep":
                await self._keep(interaction, member, view, button.of)
            case "redo":
                private = card is not None and card.flags.ephemeral
                await self._start(interaction, member, view.text, view.params, private=private)
            case "draft":
                version = await self._store.texts.version(view, button.number)
                await self._draw(interaction, member, make_brief(version.text))
            case "cancel":
                await self._cancel(interaction, member, view)

    async def _answer(self, interaction: discord.Interaction, post: Post) -> None:
        await put_answer(interaction, post, private=True)

    async def _choose(
        self,
        interaction: discord.Interaction,
        member: Member,
        view: TextView,
        position: int,
        card: discord.Message | None,
    ) -> None:
        locale = str(interaction.locale)
        receipt, new = await self._store.texts.choose(view.id, position, member, "", act_of(interaction))
        await self._answer(interaction, self._cards.chosen(locale, view, position, receipt, new=new))
        await self._show_choice(interaction, card, self._cards.buttons(locale, replace(view, chosen=position)))

    async def _take(
        self,
        interaction: discord.Interaction,
        member: Member,
        view: TextView,
        position: int,
        card: discord.Message | None,
    ) -> None:
        locale = str(interaction.locale)
        receipt, new = await self._store.texts.take(view.id, position, member, act_of(interaction))
        await self._answer(interaction, self._cards.taken(locale, view, position, receipt, new=new))
        await self._show_choice(interaction, card, self._cards.buttons(locale, replace(view, chosen=position)))

    async def _show_choice(
        self, interaction: discord.Interaction, card: discord.Message | None, buttons: discord.ui.View
    ) -> None:
        """Mark the choice on the card; where the card is out of reach, the confirmation has to do."""
        if card is None:
            return
        nobody = discord.AllowedMentions.none()
        try:
            if card.flags.ephemeral:
                # Only the token of an interaction leads to a message that one member alone can see.
                await steadily(lambda: interaction.followup.edit_message(card.id, view=buttons))
            else:
                await steadily(lambda: card.edit(view=buttons, allowed_mentions=nobody))
        except (discord.HTTPException, *BROKEN) as error:
            log.info("card %s does not show the choice: %s", card.id, error)

    async def say_why(self, interaction: discord.Interaction, draft_id: str, position: int, why: str) -> None:
        """Record the reason for a choice that is already on record."""
        await acknowledge(interaction, ephemeral=True, thinking=True)
        view = await self._own(interaction, draft_id)

        async def go(current: discord.Interaction, member: Member) -> None:
            await acknowledge(current, ephemeral=True, thinking=True)
            receipt, _ = await self._store.texts.choose(view.id, position, member, clean(why), act_of(current))
            line = receipt_line(self._texts, current.locale, receipt)
            await self._answer(current, Post(f"{self._texts(current.locale, 'write-why-kept')}\n-# {line}"))

        await self._consent.then(interaction, go)

    async def _cancel(self, interaction: discord.Interaction, member: Member, view: TextView) -> None:
        cancelled = await self._cancelling.cancel(view.id, member, act_of(interaction))
        post = self._cards.cancelled(str(interaction.locale), view, cancelled.receipt)
        await interaction.edit_original_response(content=post.content, embed=None, attachments=[], view=post.view)

    # --- what the member makes of the candidates -----------------------------------------------

    async def picked(self, interaction: discord.Interaction, draft_id: str, letters: str) -> None:
        """Show what the picked paragraphs make together; nothing is recorded yet."""
        await acknowledge(interaction)
        view = await self._own(interaction, draft_id)
        text = combined(view, picks_of(view, letters))
        await self._answer(interaction, self._cards.combined(str(interaction.locale), view, letters, text))

    async def _keep(self, interaction: discord.Interaction, member: Member, view: TextView, kept: str) -> None:
        picks = picks_of(view, kept[1:])
        version, receipt = await self._store.texts.combine(view.id, picks, member, act_of(interaction))
        await self._show_version(interaction, view, version, receipt, private=kept.startswith("p"), combined=True)

    async def _open_form(self, interaction: discord.Interaction, view: TextView, seq: int) -> None:
        """Open a text in a form: the one that was asked for, or the one that stands now."""
        wanted = seq or view.latest
        if wanted is None:
            raise UserFacing("error-text-choose-first")
        version = await self._store.texts.version(view, wanted)
        idea = view.params.operation is TextWork.BRAINSTORM
        form = EditForm(
            self._texts,
            str(interaction.locale),
            view.id,
            wanted,
            version.text,
            private=idea or view.delivery.private,
            # What is to be drawn must fit into a brief.
            limit=MAX_BRIEF if idea else None,
        )
        await form.show(interaction)

    async def reworded(
        self, interaction: discord.Interaction, draft_id: str, of: int, text: str, *, private: bool
    ) -> None:
        """Record what the member made of a text, and show how much of it is theirs."""
        await acknowledge(interaction, **(_PRIVATELY if private else _OPENLY))
        changed = BETWEEN.join(paragraphs(said(text, FIELD * FIELDS)))
        view = await self._own(interaction, draft_id)

        async def go(current: discord.Interaction, member: Member) -> None:
            await acknowledge(current, **(_PRIVATELY if private else _OPENLY))
            made = await self._store.texts.reword(view.id, of, changed, member, act_of(current))
            if made is None:
                raise UserFacing("error-text-unchanged")
            await self._show_version(current, view, *made, private=private, combined=False)

        await self._consent.then(interaction, go)

    async def _show_version(
        self,
        interaction: discord.Interaction,
        view: TextView,
        version: Version,
        receipt: Receipt,
        *,
        private: bool,
        combined: bool,
    ) -> None:
        words = await self._words(view, version)
        post = self._cards.version(str(interaction.locale), view, version, words, receipt, combined=combined)
        await put_answer(interaction, post, private=private)

    async def _words(self, view: TextView, version: Version) -> WordCount:
        """Count the words of a version by whose they are, as the record tells."""
        history = await self._store.history(view.project)
        return await asyncio.to_thread(lambda: counted(version.text, hands_of(history)[version.seq]))
