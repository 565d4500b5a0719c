"""Taking a brief: on record, in the queue, its waiting line shown; every command and every button goes through here.

A picture that goes in is either newly brought, or on record in the project and referred to: a file that the project has
already, as when somebody attaches a candidate that they downloaded, is known again and is no new material.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256

import discord

from bot.chat.acts import act_of
from bot.chat.posting import delivery_of, put_answer
from bot.chat.steady import BROKEN
from bot.chat.texts import Texts
from bot.chat.uploads import Upload
from bot.draft.brief import Brief, fresh_seeds
from bot.draft.cards import DraftCards
from bot.draft.terms import Refusal
from bot.draft.waiting import Waiting
from bot.errors import UserFacing
from bot.jobs.dispatcher import Dispatcher
from bot.jobs.full import told_full
from bot.moderation.asker import asker_of
from bot.moderation.rules import Rules
from storage.briefs import InputRole, Material, NewBrief, NewInput, OnRecord
from storage.drafts import DraftView, Submitted
from storage.errors import NotFound, QueueFull
from storage.jobs import Job
from storage.members import Member
from storage.projects import Project
from storage.store import Store

log = logging.getLogger(__name__)

Wanted = tuple[InputRole, Upload | Material | OnRecord]
"""A picture that is to go into a brief, and what it is for: checked, or stored already with what is known of it."""


def nobody(_user_id: int) -> bool:
    """Stand for members who have not asked for private drafts by default."""
    return False


def for_one_alone(interaction: discord.Interaction, *, private: bool) -> bool:
    """Tell whether a card has to be acknowledged for its member alone: direct messages are theirs anyway."""
    return private and interaction.guild_id is not None


class Drafting:
    """Puts briefs on record and into the queue."""

    def __init__(
        self,
        store: Store,
        texts: Texts,
        dispatcher: Dispatcher[Job],
        rules: Rules,
        *,
        private_by_default: Callable[[int], bool] = nobody,
        workers: int = 2,
    ) -> None:
        self._store = store
        self._texts = texts
        self._dispatcher = dispatcher
        self._rules = rules
        self._private_by_default = private_by_default
        self._workers = workers
        self._cards = DraftCards(texts)

    def is_private(self, interaction: discord.Interaction, asked: bool | None = None) -> bool:
        """Tell whether a draft is its member's alone: as they say with it, or else as they want it by default.

        Asked before anything is acknowledged, so nothing may be looked up for it.
        """
        return self._private_by_default(interaction.user.id) if asked is None else asked

    async def begin(
        self,
        interaction: discord.Interaction,
        member: Member,
        brief: Brief,
        pictures: Sequence[Wanted] = (),
        *,
        project: Project | None = None,
        notes: Sequence[str] = (),
        private: bool = False,
        goes_on_from: DraftView | None = None,
    ) -> Submitted:
        """Record a brief, tell its number and place in place of "thinking", and wake the dispatcher.

        It belongs to `project`, or else to what the member works on now. `notes` are sentences that are told beside.
        Of a `private` draft nothing is seen in a channel; whoever acknowledges the interaction has to do so for its
        member alone. `goes_on_from` is the draft that the member had before them. Raise UserFacing where a picture on
        record was erased.
        """
        if project is None:
            title = self._texts(interaction.locale, "project-first-title")
            guild = str(interaction.guild_id) if interaction.guild_id else None
            project = await self._store.projects.current_or_open(member, title, guild_id=guild)
        inputs = [NewInput(role, await self._source(project, given)) for role, given in pictures]
        params = brief.params
        if params.derived_from is None:
            params = replace(params, derived_from=await self._candidate_among(inputs))
        after, home = (None, None) if goes_on_from is None else (goes_on_from.seq, goes_on_from.home)
        new = NewBrief(brief.text, brief.negative, params, tuple(inputs), after)
        delivery = delivery_of(interaction, private=private, home=home if private else None)
        sizes = [len(given.data) for _, given in pictures if isinstance(given, Upload)]
        act, asker = act_of(interaction), asker_of(interaction, member)
        # A card must never be overwritten by its own waiting line.
        with self._dispatcher.held(delivery.token):
            async with self._rules.admitted(asker, brief.text, count=len(params.seeds), sizes=sizes) as refusal:
                rule = None if refusal is None else refusal.rule.value
                try:
                    submitted = await self._store.drafts.submit(member, project, new, act, delivery, refused=rule)
                except NotFound as error:
                    raise UserFacing("error-input-erased") from error
                except QueueFull as full:
                    raise await told_full(full, self._store.jobs.leases, self._workers, member, brief.text) from full
            if refusal is not None:
                await self._show_refused(interaction, submitted, refusal, private=private)
                return submitted
            await self._show_waiting(interaction, submitted, notes, private=private)
        self._dispatcher.wake()
        return submitted

    async def again(
        self, interaction: discord.Interaction, member: Member, view: DraftView, *, private: bool = False
    ) -> Submitted:
        """Take the brief of a draft once more, in its project, with fresh seeds and the same pictures."""
        params = replace(view.params, operation=view.params.work, seeds=fresh_seeds(len(view.params.seeds)))
        pictures = [(given.role, OnRecord(given.seq)) for given in view.inputs]
        brief = Brief(view.text, view.negative, params)
        return await self.begin(
            interaction, member, brief, pictures, project=view.project, private=private, goes_on_from=view
        )

    async def _source(self, project: Project, given: Upload | Material | OnRecord) -> Material | OnRecord:
        """Store what is brought, unless the project has the same file already."""
        if isinstance(given, OnRecord):
            return given
        digest = given.picture.sha256 if isinstance(given, Material) else await asyncio.to_thread(_digest, given)
        known = await self._store.drafts.on_record(project, digest)
        if known is not None:
            return OnRecord(known)
        if isinstance(given, Material):
            return given
        picture = await self._store.media.put_picture(given.data, given.mime)
        return Material(picture, await self._store.darkroom.marks(given.data, given.mime))

    async def _candidate_among(self, inputs: Sequence[NewInput]) -> int | None:
        """Return the candidate that is worked on, if one is: the brief goes on from it."""
        for given in inputs:
            worked_on = given.role in (InputRole.IMAGE, InputRole.LINE)
            match given.source:
                case OnRecord(seq) if worked_on and await self._store.drafts.is_candidate(seq):
                    return seq
        return None

    async def _show_refused(
        self, interaction: discord.Interaction, submitted: Submitted, refusal: Refusal, *, private: bool
    ) -> None:
        """Tell which rule the words break; the brief is on record."""
        view = await self._store.drafts.view(submitted.draft_id)
        post = self._cards.failed(str(interaction.locale), view, refusal.rule.value, refusal.term, private=private)
        await put_answer(interaction, post, private=private)

    async def _show_waiting(
        self, interaction: discord.Interaction, submitted: Submitted, notes: Sequence[str], *, private: bool
    ) -> None:
        """Tell the number and the place; the draft comes even where this cannot be shown."""
        ahead = await self._store.jobs.ahead_of(await self._store.jobs.get(submitted.job_id))
        locale = str(interaction.locale)
        number, waiting = submitted.receipt.seq, Waiting(ahead)
        post = self._cards.waiting(locale, submitted.draft_id, number, waiting, notes, private=private)
        try:
            await interaction.edit_original_response(content=post.content, view=post.view)
        except (discord.HTTPException, *BROKEN) as error:
            log.info("draft %s: its waiting line was not shown: %s", submitted.draft_id, error)


def _digest(upload: Upload) -> str:
    return sha256(upload.data).hexdigest()
