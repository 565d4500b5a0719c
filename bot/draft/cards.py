"""How a draft looks: waiting, being made, finished, failed; and its buttons."""

import re
from typing import TYPE_CHECKING, Any

import discord
from discord.utils import escape_markdown

from bot.chat.posting import Post, as_attachments
from bot.chat.receipts import receipt_line
from bot.chat.texts import Texts
from bot.draft.delivery import Card
from bot.draft.progress import Making
from bot.draft.styles import style_name
from bot.draft.told import Told
from storage.drafts import DraftView
from storage.evidence.ledger import Receipt
from storage.jobs import Job

if TYPE_CHECKING:
    from bot.draft.commands import DraftCog

SEAL_RED = 0xB3362B
NUMERALS = "①②③④"
_BRIEF_SHOWN = 1500
_ALT_SHOWN = 300
_DESCRIPTION_LIMIT = 4096
_FIELD_LIMIT = 300


class DraftButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"draft:(?P<draft>[0-9a-f]{20}):(?P<act>choose|none|redo|cancel|why)(?::(?P<n>[0-4]))?",
):
    """A button of a draft card; its state is the row in the store, so it outlives every process."""

    def __init__(
        self,
        draft_id: str,
        act: str,
        position: int | None = None,
        *,
        label: str = "\u200b",
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    ) -> None:
        suffix = "" if position is None else f":{position}"
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
            label=label, style=style, custom_id=f"draft:{draft_id}:{act}{suffix}"
        )
        super().__init__(button)
        self.draft_id = draft_id
        self.act = act
        self.position = position

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "DraftButton":
        """Read the button back from its id."""
        number = match["n"]
        return cls(match["draft"], match["act"], None if number is None else int(number))

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the cog."""
        client: Any = interaction.client
        cog: DraftCog = client.get_cog("draft")
        await client.border.guard(interaction, cog.pressed(interaction, self))


class DraftCards:
    """Builds the posts of a draft in the member's language."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def waiting(self, locale: str, draft_id: str, receipt: Receipt, ahead: int) -> Post:
        """Say that the brief is on record, and how many drafts are before it."""
        text = self._texts(locale, "draft-waiting", number=receipt.seq, ahead=ahead)
        return Post(content=text, view=self._view(self._cancel(locale, draft_id)))

    def making(self, job: Job, view: DraftView, making: Making) -> Post:
        """Show how far the draft is, with the newest previews."""
        locale = job.delivery.locale
        share = sum(making.done.values()) / max(1, making.count)
        bar = "▰" * round(share * 10) + "▱" * (10 - round(share * 10))
        text = self._texts(locale, "draft-making", number=view.seq, bar=bar, percent=round(share * 100))
        images = [making.previews[i] for i in sorted(making.previews)]
        alt = self._texts(locale, "draft-preview-alt")
        return Post(
            content=text,
            attachments=as_attachments(images, "preview", "jpg", alt),
            view=self._view(self._cancel(locale, view.id)),
        )

    def finished(self, locale: str, card: Card) -> Post:
        """Show the candidates and what can be done with them."""
        view = card.view
        return Post(
            embed=self.embed(locale, view, card.receipt),
            attachments=as_attachments(card.images, "candidate", "png", view.text[:_ALT_SHOWN]),
            view=self.buttons(locale, view),
        )

    def embed(self, locale: str, view: DraftView, receipt: Receipt) -> discord.Embed:
        """Return the card's text: the member's words, how it was made, and the receipt."""
        shown = view.text if len(view.text) <= _BRIEF_SHOWN else view.text[: _BRIEF_SHOWN - 1] + "…"
        quoted = "\n".join(f"> {line}" for line in escape_markdown(shown).splitlines())
        # Escaping and quoting can more than double a text of nothing but marks and line breaks.
        quoted = quoted if len(quoted) <= _DESCRIPTION_LIMIT else quoted[: _DESCRIPTION_LIMIT - 1] + "…"
        embed = discord.Embed(title=self._texts(locale, "draft-card-title"), description=quoted, colour=SEAL_RED)
        if view.negative:
            embed.add_field(name=self._texts(locale, "draft-avoid"), value=escape_markdown(view.negative)[:1000])
        told = Told.of(view.generation)
        styles = self._styles(locale, view.params.style, told)
        if styles:
            embed.add_field(name=self._texts(locale, "draft-style"), value=escape_markdown(styles)[:_FIELD_LIMIT])
        if told.drawn_from:
            drawn = escape_markdown(self._drawn_from(locale, told))
            drawn = drawn if len(drawn) <= _FIELD_LIMIT else drawn[: _FIELD_LIMIT - 1] + "…"
            embed.add_field(name=self._texts(locale, "draft-drawn-from"), value=drawn, inline=False)
        embed.add_field(name=self._texts(locale, "draft-model"), value=escape_markdown(view.model or "?"))
        embed.add_field(name=self._texts(locale, "draft-seeds"), value=", ".join(map(str, view.params.seeds)))
        if view.took_ms is not None:
            took = self._texts(locale, "draft-seconds", seconds=round(view.took_ms / 1000, 1))
            embed.add_field(name=self._texts(locale, "draft-took"), value=took)
        missing = len(view.params.seeds) - len(view.candidates)
        if missing:
            embed.add_field(
                name="\u200b", value=self._texts(locale, "draft-some-withheld", count=missing), inline=False
            )
        embed.set_footer(text=receipt_line(self._texts, locale, receipt))
        return embed

    def _drawn_from(self, locale: str, told: Told) -> str:
        """Say what a model with a vocabulary of its own made of the words, and what it left aside."""
        comma = self._texts(locale, "list-comma")
        things = [
            self._texts(locale, "draft-nearest", thing=name, word=told.nearest[name]) if name in told.nearest else name
            for name in told.drawn_from
        ]
        said = comma.join(things)
        if told.unknown:
            said += "\n" + self._texts(locale, "draft-left-aside", words=comma.join(told.unknown))
        return said

    def _styles(self, locale: str, asked: str | None, told: Told) -> str:
        """Name the style, or those of each candidate where the seeds chose them."""
        if asked is not None or not told.styles:
            return "" if asked is None else style_name(self._texts, locale, asked)
        named = [style_name(self._texts, locale, style) for style in told.styles]
        return " ".join(f"{NUMERALS[index]} {name}" for index, name in enumerate(named))

    def buttons(self, locale: str, view: DraftView) -> discord.ui.View:
        """Return the buttons of a finished card; the chosen one is green."""
        items = []
        for candidate in view.candidates:
            chosen = view.chosen == candidate.position
            style = discord.ButtonStyle.success if chosen else discord.ButtonStyle.primary
            label = NUMERALS[candidate.position - 1] + (" ✓" if chosen else "")
            items.append(DraftButton(view.id, "choose", candidate.position, label=label, style=style))
        style = discord.ButtonStyle.danger if view.chosen == 0 else discord.ButtonStyle.secondary
        items.append(DraftButton(view.id, "none", label=self._texts(locale, "draft-none"), style=style))
        items.append(DraftButton(view.id, "redo", label=self._texts(locale, "draft-redo")))
        return self._view(*items)

    def chosen(self, locale: str, view: DraftView, receipt: Receipt, *, new: bool) -> Post:
        """Confirm a choice with its receipt, and offer to say why."""
        key = "draft-chosen" if view.chosen else "draft-none-chosen"
        text = self._texts(locale, key if new else "draft-chosen-already", position=view.chosen or 0)
        why = DraftButton(view.id, "why", view.chosen or 0, label=self._texts(locale, "draft-why-button"))
        return Post(content=f"{text}\n-# {receipt_line(self._texts, locale, receipt)}", view=self._view(why))

    def failed(self, locale: str, view: DraftView, reason: str) -> Post:
        """Say that nothing will come, why, and what was kept."""
        key = f"draft-failed-{reason}"
        key = key if self._texts.has(locale, key) else "draft-failed"
        redo = DraftButton(view.id, "redo", label=self._texts(locale, "draft-redo"))
        return Post(content=self._texts(locale, key, number=view.seq, reason=reason), view=self._view(redo))

    def cancelled(self, locale: str, view: DraftView, receipt: Receipt) -> Post:
        """Say that the draft was cancelled and the brief stays on record."""
        redo = DraftButton(view.id, "redo", label=self._texts(locale, "draft-redo"))
        text = self._texts(locale, "draft-cancelled", number=view.seq)
        return Post(content=f"{text}\n-# {receipt_line(self._texts, locale, receipt)}", view=self._view(redo))

    def _cancel(self, locale: str, draft_id: str) -> DraftButton:
        return DraftButton(draft_id, "cancel", label=self._texts(locale, "draft-cancel"))

    def _view(self, *items: DraftButton) -> discord.ui.View:
        view = discord.ui.View(timeout=None)
        for item in items:
            view.add_item(item)
        return view
