"""How a draft looks: waiting, being made, finished, failed, chosen."""

from collections.abc import Sequence
from typing import Final

import discord
from discord.utils import escape_markdown

from bot.chat.posting import Attachment, Post, as_attachments, picture_file
from bot.chat.private import PrivateCard
from bot.chat.receipts import receipt_line
from bot.chat.texts import Texts
from bot.draft.asked_for import asked_for, operation_name
from bot.draft.asking import Models
from bot.draft.buttons import NUMERALS, DraftButtons, nothing_said
from bot.draft.progress import Making
from bot.draft.reading import Card
from bot.draft.remaining import told_s
from bot.draft.styles import StyleMenu, style_name
from bot.draft.told import Told
from bot.draft.waiting import Holding, Waiting
from bot.draft.words import shown_words
from bot.moderation.appeal_button import appeal_button
from storage.drafts import DraftView
from storage.evidence.ledger import Receipt
from storage.jobs import Job
from storage.refusals import CONTESTABLE

SEAL_RED = 0xB3362B
_ALT_SHOWN: Final = 300
_FIELD_LIMIT: Final = 300
_AVOID_LIMIT: Final = 800
_BAR: Final = 10
_MINUTES_FROM_S: Final = 90


class DraftCards:
    """Builds the posts of a draft in the member's language."""

    def __init__(self, texts: Texts, models: Models = nothing_said, styles: StyleMenu | None = None) -> None:
        self._texts = texts
        self.buttons = DraftButtons(texts, models, styles or StyleMenu(texts, models))

    # --- on the way ----------------------------------------------------------------------------

    def waiting(
        self, locale: str, draft_id: str, number: int, waiting: Waiting, notes: Sequence[str] = (), *, private: bool
    ) -> Post:
        """Say that the brief is on record, how many drafts are before it and why, and what else is to be known."""
        lines = [self._texts(locale, "draft-waiting", number=number, ahead=waiting.ahead), *notes]
        if waiting.holding is not Holding.TURN:
            lines.insert(1, self._texts(locale, f"draft-held-{waiting.holding.value}"))
        view = self.buttons.alone(locale, draft_id, "cancel", private=private)
        return Post(content="\n".join(lines), view=view)

    def making(self, job: Job, view: DraftView, making: Making) -> Post:
        """Show how far the draft is and how long it still takes, with the newest previews."""
        locale, share = job.delivery.locale, making.share
        bar = "▰" * round(share * _BAR) + "▱" * (_BAR - round(share * _BAR))
        text = self._texts(locale, "draft-making", number=view.seq, bar=bar, percent=round(share * 100))
        if making.left_s is not None:
            text += " · " + self._left(locale, told_s(making.left_s))
        images = [making.previews[i] for i in sorted(making.previews)]
        alt = self._texts(locale, "draft-preview-alt")
        return Post(
            content=text,
            attachments=as_attachments(images, "preview", "jpg", alt),
            view=self.buttons.alone(locale, view.id, "cancel", private=job.delivery.private),
        )

    def _left(self, locale: str, seconds: int) -> str:
        if seconds < _MINUTES_FROM_S:
            return self._texts(locale, "draft-left-seconds", seconds=seconds)
        return self._texts(locale, "draft-left-minutes", minutes=-(-seconds // 60))

    def failed(self, locale: str, view: DraftView, reason: str, term: str = "", *, private: bool = False) -> Post:
        """Say that nothing will come, why (of a server's own list the `term` too), and what was kept."""
        key = f"draft-failed-{reason}"
        key = key if self._texts.has(locale, key) else "draft-failed"
        text = self._texts(locale, key, number=view.seq, reason=reason, term=escape_markdown(term) or "no")
        buttons = self.buttons.alone(locale, view.id, "redo", private=private)
        if reason in CONTESTABLE:
            buttons.add_item(appeal_button(self._texts, locale, view.seq))
        return Post(content=text, view=buttons)

    def cancelled(self, locale: str, view: DraftView, receipt: Receipt, *, private: bool = False) -> Post:
        """Say that the draft was cancelled and the brief stays on record."""
        text = self._texts(locale, "draft-cancelled", number=view.seq)
        view_ = self.buttons.alone(locale, view.id, "redo", private=private)
        return Post(content=self._with_receipt(locale, text, receipt), view=view_)

    # --- finished ------------------------------------------------------------------------------

    def finished(self, locale: str, card: Card, *, private: bool = False, only: int | None = None) -> Post:
        """Show the candidates, or `only` one of them, and what can be done with them."""
        view = card.view
        there = [each.position for each in view.candidates]
        pictures = [(at, data) for at, data in zip(there, card.images, strict=True) if only in (None, at)]
        return Post(
            content=self._texts(locale, "draft-shown-smaller") if card.smaller else "",
            embed=self.embed(locale, view, card.receipt),
            attachments=tuple(
                picture_file(data, f"candidate-{at}", "png", self.alternative(locale, view, at))
                for at, data in pictures
            ),
            view=self.buttons.card(locale, view, private=private, only=only),
        )

    def alternative(self, locale: str, view: DraftView, position: int) -> str:
        """Return the text for those who cannot see a candidate: what it is, and what was asked for."""
        words = view.text if len(view.text) <= _ALT_SHOWN else view.text[: _ALT_SHOWN - 1] + "…"
        words = words or operation_name(self._texts, locale, view.params.work)
        return self._texts(locale, "draft-alt", position=position, words=words)

    def private(self, locale: str, card: Card) -> PrivateCard:
        """Return a card that goes to its member alone, by whichever way is open."""
        finished, number = self.finished(locale, card, private=True), card.view.seq
        return PrivateCard(
            card=finished,
            elsewhere=Post(self._texts(locale, "draft-private-sent", number=number)),
            only_here=Post(
                self._texts(locale, "draft-private-here", number=number)
                + "\n" * bool(finished.content)
                + finished.content,
                finished.embed,
                finished.attachments,
                finished.view,
            ),
            to_be_looked_at=Post(
                self._texts(locale, "draft-private-kept", member=card.view.owner_user_id),
                view=self.buttons.alone(locale, card.view.id, "look", private=True),
            ),
        )

    def embed(self, locale: str, view: DraftView, receipt: Receipt) -> discord.Embed:
        """Return the card's text: the words and whose they are, how it was made, and the receipt."""
        words = shown_words(view.text, view.pieces)
        legend = f"\n-# {self._texts(locale, words.legend)}" if words.legend else ""
        title = self._texts(locale, "draft-card-title")
        embed = discord.Embed(title=title, description=words.quoted + legend, colour=SEAL_RED)
        if view.negative:
            embed.add_field(
                name=self._texts(locale, "draft-avoid"), value=escape_markdown(view.negative)[:_AVOID_LIMIT]
            )
        for name, value in asked_for(self._texts, locale, view):
            embed.add_field(name=name, value=escape_markdown(value)[:_FIELD_LIMIT])
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

    # --- after it ------------------------------------------------------------------------------

    def chosen(self, locale: str, view: DraftView, receipt: Receipt, *, new: bool, private: bool = False) -> Post:
        """Confirm a choice with its receipt, and offer what comes next."""
        position = view.chosen or 0
        key = "draft-chosen" if position else "draft-none-chosen"
        text = self._texts(locale, key if new else "draft-chosen-already", position=position)
        view_ = self.buttons.chosen(locale, view, position, private=private)
        return Post(content=self._with_receipt(locale, text, receipt), view=view_)

    def vary(self, locale: str, view: DraftView, *, private: bool) -> Post:
        """Ask which candidate is to be varied, and how much."""
        return Post(self._texts(locale, "draft-vary-which"), view=self.buttons.vary(locale, view, private=private))

    def fields(self, locale: str, draft_id: str, position: int, grid: bytes, *, private: bool) -> Post:
        """Ask which part of a candidate is to be drawn anew."""
        picture = Attachment("fields.jpg", grid, self._texts(locale, "draft-retouch-alt"))
        buttons = self.buttons.fields(locale, draft_id, position, "000", private=private)
        return Post(self._texts(locale, "draft-retouch-which"), attachments=(picture,), view=buttons)

    def styles(self, locale: str, draft_id: str, position: int, *, private: bool) -> Post:
        """Ask in which style a candidate is to be drawn."""
        buttons = self.buttons.styles_of(locale, draft_id, position, private=private)
        return Post(self._texts(locale, "draft-restyle-which", position=position), view=buttons)

    def not_yours(self, locale: str, view: DraftView, positions: Sequence[int]) -> Post:
        """Tell another member that the card is not theirs, and how to start from what they see."""
        text = self._texts(locale, "draft-not-yours")
        return Post(text, view=self.buttons.own(locale, view, positions))

    def shown(self, locale: str, receipt: Receipt, *, new: bool) -> Post:
        """Confirm that a private draft stands in the channel now."""
        text = self._texts(locale, "draft-shown" if new else "draft-shown-already")
        return Post(self._with_receipt(locale, text, receipt))

    def original(self, locale: str, name: str, data: bytes, number: int, digest: str) -> Post:
        """Hand over the file of a candidate as it was recorded."""
        text = self._texts(locale, "draft-original-file", number=number, digest=digest, kib=max(1, len(data) // 1024))
        return Post(text, attachments=(Attachment(name, data),))

    def evidence(self, locale: str, view: DraftView, receipt: Receipt) -> str:
        """Return the numbers under which a draft is on record, and how to check them."""
        comma = self._texts(locale, "list-comma")
        lines = [self._texts(locale, "draft-evidence-brief", number=view.seq)]
        if view.candidates:
            numbers = comma.join(f"{NUMERALS[each.position - 1]} #{each.seq}" for each in view.candidates)
            lines.append(self._texts(locale, "draft-evidence-candidates", numbers=numbers))
        if view.chosen_seq is not None:
            key = "draft-evidence-chosen" if view.chosen else "draft-evidence-none"
            lines.append(self._texts(locale, key, number=view.chosen_seq, position=view.chosen or 0))
        lines.append(self._texts(locale, "draft-evidence-verify", number=receipt.seq))
        return self._with_receipt(locale, "\n".join(lines), receipt)

    def _with_receipt(self, locale: str, text: str, receipt: Receipt) -> str:
        return f"{text}\n-# {receipt_line(self._texts, locale, receipt)}"
