"""`/queue` and `/cancel`: what a member waits for, why and for how long; and stopping it at any moment."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands
from discord.utils import escape_markdown

from bot.chat.acts import acknowledge, act_of
from bot.chat.receipts import receipt_line
from bot.chat.texts import Texts
from bot.chat.translator import named
from bot.draft.cancelling import Cancelled, Canceller
from bot.errors import UserFacing
from bot.jobs.forecast import wait_ms
from bot.members.commands import PLATFORM, Consent
from bot.members.waiting import Reason, reason_of, text_reason_of, text_to_go_ms, to_go_ms
from bot.write.delivery import AT_ONCE as WRITTEN_AT_ONCE
from models.drafting import ModelAbilities
from models.health import ServerHealth
from storage.clock import steady_ms
from storage.jobs import JobState, Waiting
from storage.members import Member
from storage.store import Store
from storage.text_jobs import TextWaiting
from storage.texts import TextState

SHOWN: Final = 8
"""So many jobs fit into one message with their words."""
OFFERED: Final = 25
_BRIEF_SHOWN: Final = 60
_MINUTE_MS: Final = 60_000

Models = Callable[[], Sequence[ModelAbilities]]
"""Returns what the drafts server's models can do, the default one first; nothing while it has not said."""
Health = Callable[[], Awaitable[ServerHealth]]
"""Asks a model server how it is."""


@dataclass(frozen=True, slots=True)
class Place:
    """A draft that has not come, and the beginning of its brief; texts stand in a line of their own."""

    draft_id: str
    number: int
    words: str
    can_stop: bool
    """What is drawn, or written, and recorded arrives: then it is too late."""
    waiting: Waiting | TextWaiting
    model: str | None = None

    @property
    def brief(self) -> str:
        """Return the beginning of the words, in one line."""
        words = " ".join(self.words.split()) or "…"
        return words if len(words) <= _BRIEF_SHOWN else words[: _BRIEF_SHOWN - 1] + "…"

    @property
    def name(self) -> str:
        """Return what stands in a list to choose from."""
        return f"#{self.number} {self.brief}"

    @property
    def turn(self) -> tuple[int, int]:
        """Return what the list is sorted by: the next to come first."""
        return self.waiting.ahead, self.number


class QueueButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"queue:cancel:(?P<draft>[0-9a-f]{20})"
):
    """Stops one draft of whoever presses it, in the list that they alone see."""

    def __init__(self, draft_id: str, label: str = "\u200b") -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"queue:cancel:{draft_id}"))
        self.draft_id = draft_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "QueueButton":
        """Read the button back from its id."""
        return cls(match["draft"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the cog."""
        client: Any = interaction.client
        cog: QueueCog = client.get_cog("queue")
        await client.border.guard(interaction, cog.stop_in_list(interaction, self.draft_id))


class QueueSelect(discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=r"queue:which"):
    """Asks which of several drafts is to be stopped."""

    def __init__(self, placeholder: str | None = None, options: Sequence[discord.SelectOption] = ()) -> None:
        select: discord.ui.Select[discord.ui.View] = discord.ui.Select(
            custom_id="queue:which", placeholder=placeholder, options=list(options)
        )
        super().__init__(select)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "QueueSelect":
        """Read the choice back."""
        return cls()

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the choice to the cog."""
        client: Any = interaction.client
        cog: QueueCog = client.get_cog("queue")
        await client.border.guard(interaction, cog.stop_chosen(interaction, self.item.values[0]))


class QueueCog(commands.Cog, name="queue"):
    """Tells members of their drafts that have not come, and stops them; others' drafts are only ever counted."""

    def __init__(
        self,
        *,
        store: Store,
        texts: Texts,
        consent: Consent,
        cancelling: Canceller,
        stopping: Canceller,
        models: Models,
        drawing: Health,
        speaking: Health,
        workers: int,
    ) -> None:
        self._store = store
        self._texts = texts
        self._consent = consent
        self._cancelling = cancelling
        self._stopping = stopping
        self._models = models
        self._drawing = drawing
        self._speaking = speaking
        self._workers = workers

    @app_commands.command(
        name=named("queue", "cmd-queue"),
        description=named("Your drafts that have not come: place, reason, time to go", "cmd-queue-desc"),
    )
    async def queue(self, interaction: discord.Interaction) -> None:
        """List what the member waits for."""
        await acknowledge(interaction, ephemeral=True, thinking=True)
        await self._show_list(interaction)

    @app_commands.command(
        name=named("cancel", "cmd-cancel"),
        description=named("Stop one of your drafts; its brief stays on record", "cmd-cancel-desc"),
    )
    @app_commands.rename(draft=named("draft", "opt-cancel-draft"))
    @app_commands.describe(draft=named("Which one; without it the only one, or you choose", "opt-cancel-draft-desc"))
    async def cancel(self, interaction: discord.Interaction, draft: str | None = None) -> None:
        """Stop a draft of the member."""
        await acknowledge(interaction, ephemeral=True, thinking=True)
        places = [place for place in await self._places(interaction.user.id) if place.can_stop]
        locale = interaction.locale
        if draft is not None:
            found = next((p for p in places if draft in (p.draft_id, str(p.number), f"#{p.number}")), None)
            if found is None:
                raise UserFacing("error-cancel-none-such")
            await self._stop(interaction, found.draft_id)
        elif len(places) > 1:
            options = [discord.SelectOption(label=place.name, value=place.draft_id) for place in places[:OFFERED]]
            view = discord.ui.View(timeout=None)
            view.add_item(QueueSelect(self._texts(locale, "cancel-placeholder"), options))
            await interaction.edit_original_response(content=self._texts(locale, "cancel-which"), view=view)
        elif places:
            await self._stop(interaction, places[0].draft_id)
        else:
            await interaction.edit_original_response(content=self._texts(locale, "queue-empty"))

    @cancel.autocomplete("draft")
    async def _own_drafts(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        typed = current.casefold()
        places = [place for place in await self._places(interaction.user.id) if place.can_stop]
        fitting = [place for place in places if typed in place.name.casefold()]
        return [app_commands.Choice(name=place.name, value=place.draft_id) for place in fitting[:OFFERED]]

    async def stop_in_list(self, interaction: discord.Interaction, draft_id: str) -> None:
        """Stop a draft, and show the list without it."""

        async def shown(current: discord.Interaction, cancelled: Cancelled) -> None:
            await self._show_list(current, self._told(current.locale, cancelled))

        await acknowledge(interaction)
        await self._stop(interaction, draft_id, shown)

    async def stop_chosen(self, interaction: discord.Interaction, draft_id: str) -> None:
        """Stop the draft that was chosen."""
        await acknowledge(interaction)
        await self._stop(interaction, draft_id)

    async def _stop(
        self,
        interaction: discord.Interaction,
        draft_id: str,
        tell: Callable[[discord.Interaction, Cancelled], Awaitable[None]] | None = None,
    ) -> None:
        """Stop a draft: it is an act, so nobody who takes no part in the record does it."""

        async def go(current: discord.Interaction, member: Member) -> None:
            await acknowledge(current)
            canceller = self._stopping if await self._store.texts.has(draft_id) else self._cancelling
            cancelled = await canceller.cancel(draft_id, member, act_of(current))
            await (tell or self._tell)(current, cancelled)
            await cancelled.on_card()

        await self._consent.then(interaction, go, making=False)

    async def _tell(self, interaction: discord.Interaction, cancelled: Cancelled) -> None:
        await interaction.edit_original_response(content=self._told(interaction.locale, cancelled), view=None)

    def _told(self, locale: discord.Locale, cancelled: Cancelled) -> str:
        text = self._texts(locale, "draft-cancelled", number=cancelled.number)
        return f"{text}\n-# {receipt_line(self._texts, locale, cancelled.receipt)}"

    async def _places(self, user_id: int) -> list[Place]:
        """Return the drafts that an account waits for, newest first."""
        member = await self._store.members.find(PLATFORM, str(user_id))
        if member is None:
            return []
        places = [await self._of_picture(each) for each in (await self._store.jobs.waiting(member.id))[:OFFERED]]
        places += [await self._of_text(each) for each in (await self._store.text_jobs.waiting(member.id))[:OFFERED]]
        return sorted(places, key=lambda place: place.number, reverse=True)

    async def _of_picture(self, waiting: Waiting) -> Place:
        view = await self._store.drafts.view(waiting.job.draft_id)
        can_stop = waiting.job.state is not JobState.MADE
        return Place(view.id, view.seq, view.text, can_stop, waiting, view.params.model)

    async def _of_text(self, waiting: TextWaiting) -> Place:
        view = await self._store.texts.view(waiting.job.id)
        return Place(view.id, view.seq, view.text, view.state is TextState.OPEN, waiting)

    async def _show_list(self, interaction: discord.Interaction, head: str = "") -> None:
        """Show what whoever asks waits for, the next to come first, below what has just happened."""
        locale = interaction.locale
        places = sorted(await self._places(interaction.user.id), key=lambda place: place.turn)
        lines = [head] if head else []
        view = discord.ui.View(timeout=None)
        if not places:
            lines.append(self._texts(locale, "queue-empty"))
        else:
            lines.append(self._texts(locale, "queue-head", count=len(places)))
            servers = await asyncio.gather(self._drawing(), self._speaking())
            lines += [await self._line(locale, place, *servers) for place in places[:SHOWN]]
            for place in places[:SHOWN]:
                if place.can_stop:
                    label = self._texts(locale, "queue-cancel", number=place.number)
                    view.add_item(QueueButton(place.draft_id, label))
        if len(places) > SHOWN:
            lines.append(self._texts(locale, "queue-more", count=len(places) - SHOWN))
        await interaction.edit_original_response(content="\n".join(lines), view=view if view.children else None)

    async def _line(self, locale: discord.Locale, place: Place, drawing: ServerHealth, speaking: ServerHealth) -> str:
        waiting = place.waiting
        if isinstance(waiting, TextWaiting):
            reason = text_reason_of(waiting, speaking.state)
            why = self._texts(locale, f"queue-text-{reason.value}", ahead=waiting.ahead)
            measured = await self._store.text_jobs.leases.measured()
            left_ms = text_to_go_ms(waiting, measured, workers=WRITTEN_AT_ONCE, now_ms=steady_ms())
            unknown = "queue-text-time-unknown"
        else:
            reason = reason_of(waiting, drawing.state)
            why = self._texts(locale, f"queue-{reason.value}", ahead=waiting.ahead)
            left_ms, unknown = await self._left_ms(waiting, place.model), "queue-time-unknown"
        parts = [why]
        if reason is not Reason.MADE:
            parts.append(self._texts(locale, unknown) if left_ms is None else self._time(locale, reason, left_ms))
        return f"**#{place.number}** {escape_markdown(place.brief)}\n-# {' · '.join(parts)}"

    def _time(self, locale: discord.Locale, reason: Reason, left_ms: int) -> str:
        """Say how long a draft may still take, never shorter than it is."""
        if reason is Reason.DRAWING and left_ms == 0:
            return self._texts(locale, "queue-time-longer")
        unit = "seconds" if left_ms < _MINUTE_MS else "minutes"
        amount = max(1, -(-left_ms // (1000 if unit == "seconds" else _MINUTE_MS)))
        key = "queue-time" if reason in (Reason.DRAWING, Reason.NEXT, Reason.OTHERS) else "queue-time-then"
        return self._texts(locale, key, amount=amount, unit=unit)

    async def _left_ms(self, waiting: Waiting, named: str | None) -> int | None:
        """Return how long a draft may still take, by how busy workers were, or else by its model's last drafts."""
        if waiting.job.state is JobState.QUEUED:
            measured = await self._store.jobs.leases.measured()
            left_ms = wait_ms(waiting.cost_ahead, waiting.job.cost, measured, self._workers)
            if left_ms is not None:
                return left_ms
        model = named or next((able.name for able in self._models()), None)
        recent = [] if model is None else await self._store.jobs.recent_ms(model)
        return to_go_ms(waiting, recent, workers=self._workers, now_ms=steady_ms())
