"""`/draft` and the buttons of its card."""

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.acts import acknowledge, act_of, began_by_same
from bot.chat.forms import StandingForm, Typed
from bot.chat.posting import Poster, delivery_of
from bot.chat.receipts import receipt_line
from bot.chat.steady import BROKEN, steadily
from bot.chat.texts import Texts
from bot.chat.translator import named
from bot.chat.typed import clean
from bot.chat.uploads import Upload, check_declared, fetch_picture
from bot.draft.brief import DEFAULT_STRENGTH, MAX_COUNT, Brief, fresh_seeds, make_brief
from bot.draft.cards import DraftButton, DraftCards
from bot.draft.delivery import Card
from bot.draft.progress import Making
from bot.draft.styles import style_name
from bot.errors import UserFacing
from bot.jobs.dispatcher import Dispatcher
from bot.members.commands import Consent
from models.drafting import ModelAbilities
from storage.drafts import DraftView, NewBrief, Submitted
from storage.evidence.marking import said_of_input
from storage.jobs import Delivery, Job
from storage.members import Member
from storage.store import Store

log = logging.getLogger(__name__)

MAX_WHY = 300
_PRIVATELY = {"ephemeral": True, "thinking": True}
# How a press of a button is acknowledged: by a note to its member, in the card itself, or by a new card.
_ACKNOWLEDGED = {"choose": _PRIVATELY, "none": _PRIVATELY, "cancel": {}, "redo": {"thinking": True}}

Abilities = Callable[[], ModelAbilities | None]
"""Returns what the drafts server's model can do; None while it has not said."""


class DraftFace:
    """Shows drafts on Discord."""

    def __init__(self, poster: Poster, cards: DraftCards) -> None:
        self._poster = poster
        self._cards = cards

    async def show_making(self, job: Job, view: DraftView, making: Making) -> Delivery:
        """Edit the card with progress and previews."""
        return await self._poster.put(job, job.delivery, self._cards.making(job, view, making))

    async def show_card(self, job: Job, card: Card) -> Delivery:
        """Put the finished card."""
        return await self._poster.put(job, job.delivery, self._cards.finished(job.delivery.locale, card))

    async def show_failure(self, job: Job, view: DraftView, reason: str) -> Delivery:
        """Put the sentence that says what happened and what was kept."""
        return await self._poster.put(job, job.delivery, self._cards.failed(job.delivery.locale, view, reason))


class DraftCog(commands.Cog, name="draft"):
    """Takes briefs, answers at once, and lets the dispatcher do the rest."""

    def __init__(
        self,
        *,
        store: Store,
        texts: Texts,
        consent: Consent,
        dispatcher: Dispatcher,
        abilities: Abilities,
    ) -> None:
        self._store = store
        self._texts = texts
        self._consent = consent
        self._dispatcher = dispatcher
        self._abilities = abilities
        self._cards = DraftCards(texts)

    @app_commands.command(
        name=named("draft", "cmd-draft"), description=named("Draft images from your words", "cmd-draft-desc")
    )
    @app_commands.rename(
        brief=named("brief", "opt-draft-brief"),
        style=named("style", "opt-draft-style"),
        avoid=named("avoid", "opt-draft-avoid"),
        count=named("count", "opt-draft-count"),
        seed=named("seed", "opt-draft-seed"),
        reference=named("reference", "opt-draft-reference"),
        strength=named("strength", "opt-draft-strength"),
    )
    @app_commands.describe(
        brief=named("What you want to see, in your own words", "opt-draft-brief-desc"),
        style=named("The look of the draft", "opt-draft-style-desc"),
        avoid=named("What should not be in the picture", "opt-draft-avoid-desc"),
        count=named("How many candidates, 1 to 4", "opt-draft-count-desc"),
        seed=named("The seed of the first candidate, to draw the same again", "opt-draft-seed-desc"),
        reference=named("Your own picture to start from (PNG, JPEG or WebP)", "opt-draft-reference-desc"),
        strength=named("How far the draft may leave your picture, 0.05 to 1", "opt-draft-strength-desc"),
    )
    async def draft(
        self,
        interaction: discord.Interaction,
        brief: str,
        style: str | None = None,
        avoid: str = "",
        count: app_commands.Range[int, 1, MAX_COUNT] = MAX_COUNT,
        seed: int | None = None,
        reference: discord.Attachment | None = None,
        strength: app_commands.Range[float, 0.05, 1.0] | None = None,
    ) -> None:
        """Take a brief."""
        able = self._abilities()
        if reference is not None:
            if able is not None and "redraw" not in able.operations:
                raise UserFacing("error-no-reference", model=able.name)
            check_declared(reference.size, reference.content_type)
        made = make_brief(
            brief,
            negative=avoid,
            style=style,
            count=count,
            seed=seed,
            strength=(strength or DEFAULT_STRENGTH) if reference else None,
            operation="image" if reference else "text",
            styles=able.styles if able else (),
        )

        async def go(current: discord.Interaction, member: Member) -> None:
            await current.response.defer(thinking=True)
            upload = None if reference is None else await fetch_picture(reference)
            await self._start(current, member, made, upload)

        await self._consent.then(interaction, go)

    @draft.autocomplete("style")
    async def _style_choices(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        able = self._abilities()
        known = able.styles if able else ()
        typed = current.casefold()
        named = [(style_name(self._texts, interaction.locale, style), style) for style in known]
        fitting = [(name, style) for name, style in named if typed in name.casefold() or typed in style.casefold()]
        return [app_commands.Choice(name=name, value=style) for name, style in fitting][:25]

    async def _start(
        self,
        interaction: discord.Interaction,
        member: Member,
        brief: Brief,
        upload: Upload | None,
        reference_sha256: str | None = None,
    ) -> None:
        """Record the brief, tell its number and place, and wake the dispatcher."""
        title = self._texts(interaction.locale, "project-first-title")
        guild = str(interaction.guild_id) if interaction.guild_id else None
        project = await self._store.projects.current_or_open(member, title, guild_id=guild)
        media = self._store.media
        if upload is None and reference_sha256 is not None:
            upload = Upload(await media.read(reference_sha256), await media.mime(reference_sha256))
        new = NewBrief(brief.text, brief.negative, brief.params)
        if upload is not None:
            picture = await media.put_picture(upload.data, upload.mime)
            said = await asyncio.to_thread(said_of_input, upload.data, upload.mime)
            new = replace(new, reference=picture, reference_marks=said)
        delivery = delivery_of(interaction)
        # A card must never be overwritten by its own waiting line.
        with self._dispatcher.held(delivery.token):
            submitted = await self._store.drafts.submit(member, project, new, act_of(interaction), delivery)
            await self._show_waiting(interaction, submitted)
        self._dispatcher.wake()

    async def _show_waiting(self, interaction: discord.Interaction, submitted: Submitted) -> None:
        """Tell the number and the place; the draft comes even where this cannot be shown."""
        ahead = await self._store.jobs.ahead_of(await self._store.jobs.get(submitted.job_id))
        post = self._cards.waiting(str(interaction.locale), submitted.draft_id, submitted.receipt, ahead)
        try:
            await interaction.edit_original_response(content=post.content, view=post.view)
        except (discord.HTTPException, *BROKEN) as error:
            log.info("draft %s: its waiting line was not shown: %s", submitted.draft_id, error)

    async def pressed(self, interaction: discord.Interaction, button: DraftButton) -> None:
        """Act on a press of a card's button; only the author's press counts."""
        if button.act == "why":
            # A form can only come first; whose draft it is about is asked when it comes back.
            await WhyForm(self._texts, str(interaction.locale), button.draft_id, button.position or 0).show(interaction)
            return
        # What a redo brings is for all to see, a refusal is not: there it has to be clear first who presses.
        if button.act != "redo" or (began_by_same(interaction) and self._consent.knows(interaction.user.id)):
            await acknowledge(interaction, **_ACKNOWLEDGED[button.act])
        view = await self._own(interaction, button.draft_id)

        async def go(current: discord.Interaction, member: Member) -> None:
            await acknowledge(current, **_ACKNOWLEDGED[button.act])
            await self._act(current, member, view, button, interaction.message)

        await self._consent.then(interaction, go)

    async def _own(self, interaction: discord.Interaction, draft_id: str) -> DraftView:
        """Return a draft of whoever asks; raise UserFacing where it is not theirs, or erased."""
        view = await self._store.drafts.view(draft_id)
        if str(interaction.user.id) != view.owner_user_id:
            raise UserFacing("error-card-not-yours")
        if not view.text:
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
                await self._choose(interaction, member, view, button.position or 0, card)
            case "redo":
                params = replace(view.params, seeds=fresh_seeds(len(view.params.seeds)))
                brief = Brief(view.text, view.negative, params)
                await self._start(interaction, member, brief, None, view.reference_sha256)
            case "cancel":
                await self._cancel(interaction, member, view)

    async def _choose(
        self,
        interaction: discord.Interaction,
        member: Member,
        view: DraftView,
        position: int,
        card: discord.Message | None,
    ) -> None:
        receipt, new = await self._store.drafts.choose(view.id, position, member, "", act_of(interaction))
        changed, locale = replace(view, chosen=position), str(interaction.locale)
        confirmation = self._cards.chosen(locale, changed, receipt, new=new)
        await interaction.edit_original_response(content=confirmation.content, view=confirmation.view)
        if card is not None:
            await self._show_choice(card, self._cards.buttons(locale, changed))

    async def _show_choice(self, card: discord.Message, buttons: discord.ui.View) -> None:
        """Mark the choice on the card; where the card is out of reach, the confirmation has to do."""
        try:
            await steadily(lambda: card.edit(view=buttons, allowed_mentions=discord.AllowedMentions.none()))
        except (discord.HTTPException, *BROKEN) as error:
            log.info("card %s does not show the choice: %s", card.id, error)

    async def say_why(self, interaction: discord.Interaction, draft_id: str, position: int, why: str) -> None:
        """Record the reason for a choice that is already on record."""
        await acknowledge(interaction, ephemeral=True, thinking=True)
        view = await self._own(interaction, draft_id)

        async def go(current: discord.Interaction, member: Member) -> None:
            await acknowledge(current, ephemeral=True, thinking=True)
            receipt, _ = await self._store.drafts.choose(view.id, position, member, clean(why), act_of(current))
            line = receipt_line(self._texts, current.locale, receipt)
            kept = self._texts(current.locale, "draft-why-kept")
            await current.edit_original_response(content=f"{kept}\n-# {line}")

        await self._consent.then(interaction, go)

    async def _cancel(self, interaction: discord.Interaction, member: Member, view: DraftView) -> None:
        job, receipt = await self._store.drafts.cancel(view.id, member, act_of(interaction))
        await self._dispatcher.interrupt(job.id)
        post = self._cards.cancelled(str(interaction.locale), view, receipt)
        await interaction.edit_original_response(content=post.content, attachments=[], view=post.view)


class WhyForm(StandingForm):
    """A form of one line: why this one."""

    template = r"draft-why:(?P<draft>[0-9a-f]{20}):(?P<n>[0-4])"

    def __init__(self, texts: Texts, locale: str, draft_id: str, position: int) -> None:
        super().__init__(title=texts(locale, "draft-why-title"), custom_id=f"draft-why:{draft_id}:{position}")
        line: discord.ui.TextInput[WhyForm] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, max_length=MAX_WHY, required=True, custom_id="why"
        )
        self.add_item(discord.ui.Label(text=texts(locale, "draft-why-label"), component=line))

    @classmethod
    async def submitted(cls, interaction: discord.Interaction, match: re.Match[str], typed: Typed) -> None:
        """Hand the reason to the cog."""
        client: Any = interaction.client
        cog: DraftCog = client.get_cog("draft")
        await cog.say_why(interaction, match["draft"], int(match["n"]), str(typed["why"]))
