"""How drafted texts look: waiting, growing, finished, changed, failed. What AI wrote stands under a line saying so."""

from collections.abc import Sequence
from typing import Final

import discord
from discord.utils import escape_markdown

from bot.chat.posting import Attachment, Post
from bot.chat.receipts import receipt_line
from bot.chat.texts import LOCALES, Texts
from bot.evidence.timeline import shortened
from bot.write.buttons import ParagraphSelect, TextButton
from bot.write.picking import NUMERALS, offered
from bot.write.writing import Writer
from storage.evidence.hands import WordCount, paragraphs
from storage.evidence.ledger import Receipt
from storage.texts import TextView, TextWork, Version

SEAL_RED: Final = 0xB3362B
_ROOM: Final = 3600
"""Characters of an embed for texts; Discord takes 4,096 with what stands around them."""
_PREVIEW: Final = 1500
"""Characters that are shown where the texts are in a file; escaping can double them."""
_BRIEF_SHOWN: Final = 300
_FIELD: Final = 1024
_CURSOR: Final = " ▌"


class TextCards:
    """Builds the posts of drafted texts in the member's language."""

    def __init__(self, texts: Texts, writer: Writer) -> None:
        self._texts = texts
        self._writer = writer

    # --- on the way ----------------------------------------------------------------------------

    def recorded(self, locale: str, draft_id: str, number: int) -> Post:
        """Say that the brief is on record and writing begins."""
        return self._pending(locale, draft_id, "write-recorded", number)

    def waiting(self, locale: str, view: TextView) -> Post:
        """Say that the model is not ready yet."""
        return self._pending(locale, view.id, "write-waiting", view.seq)

    def _pending(self, locale: str, draft_id: str, key: str, number: int) -> Post:
        return Post(self._texts(locale, key, number=number), view=_view(self._cancel(locale, draft_id)))

    def growing(self, locale: str, view: TextView, texts: Sequence[str]) -> Post:
        """Show the texts as far as they are written, the end of each where there is no room for all."""
        room = _ROOM // max(1, len(texts))
        blocks = [self._label(locale)]
        for number, text in enumerate(texts, start=1):
            tail = text if len(text) <= room // 2 else f"…{text[-(room // 2) :]}"
            blocks.append(f"**{NUMERALS[number - 1]}**\n{_escaped(tail, room)}{_CURSOR}")
        embed = discord.Embed(
            title=self._texts(locale, "write-title-growing"), description="\n\n".join(blocks), colour=SEAL_RED
        )
        return Post(embed=embed, view=_view(self._cancel(locale, view.id)))

    def _cancel(self, locale: str, draft_id: str) -> TextButton:
        return TextButton(draft_id, "cancel", label=self._texts(locale, "write-cancel"))

    # --- the card ------------------------------------------------------------------------------

    def finished(self, locale: str, view: TextView, receipt: Receipt) -> Post:
        """Show the candidates and what can be done with them."""
        ideas = view.params.operation is TextWork.BRAINSTORM
        heads = [self._head(locale, candidate) for candidate in view.candidates]
        shown, whole = self._fitted(locale, [candidate.text for candidate in view.candidates])
        blocks = [self._label(locale), *(f"{head}\n{text}" for head, text in zip(heads, shown, strict=True))]
        embed = discord.Embed(
            title=self._texts(locale, "write-title-ideas" if ideas else "write-title"),
            description="\n\n".join([*blocks, *self._notes(locale, view, whole=whole)]),
            colour=SEAL_RED,
        )
        for key, value in self._facts(locale, view):
            embed.add_field(name=self._texts(locale, key), value=value, inline=key != "write-brief")
        embed.set_footer(text=receipt_line(self._texts, locale, receipt))
        files = () if whole else (self._file(locale, "texts.md", "write-label", self._all(locale, view)),)
        return Post(embed=embed, attachments=files, view=self.buttons(locale, view))

    def _head(self, locale: str, candidate: Version) -> str:
        numeral = NUMERALS[candidate.position - 1]
        key = f"write-structure-{candidate.generation.get('structure')}"
        return f"**{numeral} {self._texts(locale, key)}**" if self._texts.has(locale, key) else f"**{numeral}**"

    def _fitted(self, locale: str, texts: Sequence[str]) -> tuple[Sequence[str], bool]:
        """Return texts ready to be shown, and whether they are whole: all of them are, or all are previews."""
        gone = self._texts(locale, "write-erased")
        whole = [escape_markdown(text) or gone for text in texts]
        if sum(map(len, whole)) <= _ROOM:
            return whole, True
        room = _PREVIEW // len(texts)
        return [_escaped(shortened_text(text, room), _ROOM // len(texts)) or gone for text in texts], False

    def _notes(self, locale: str, view: TextView, *, whole: bool) -> Sequence[str]:
        """Return what has to be said of the texts: that they are not all, or that the model could not do better."""
        keys = [] if whole else ["write-whole-attached"]
        if any(candidate.generation.get("schema") == "not kept" for candidate in view.candidates):
            keys.append("write-not-kept")
        if self._writer.small:
            keys.append("write-small-model")
        notes = [self._texts(locale, key) for key in keys]
        asked, made = len(view.params.seeds), len(view.candidates)
        if made < asked:
            notes.append(self._texts(locale, "write-fewer", asked=asked, made=made))
        return [f"-# {note}" for note in notes]

    def _facts(self, locale: str, view: TextView) -> Sequence[tuple[str, str]]:
        asked = [view.params.form, view.params.tone, view.params.length]
        settings = [self._texts(locale, f"choice-write-{each}") for each in asked if each is not None]
        facts = [("write-brief", _escaped(shortened(view.text, _BRIEF_SHOWN), _FIELD) or "—")]
        if settings:
            facts.append(("write-settings", self._texts(locale, "list-comma").join(settings)))
        facts.append(("write-model", escape_markdown(self._writer.name)[:_FIELD]))
        if view.took_ms is not None:
            seconds = round(view.took_ms / 1000, 1)
            facts.append(("write-took", self._texts(locale, "write-seconds", seconds=seconds)))
        return facts

    def _all(self, locale: str, view: TextView) -> str:
        heads = [self._head(locale, candidate).strip("*") for candidate in view.candidates]
        return "\n\n".join(f"## {head}\n\n{c.text}" for head, c in zip(heads, view.candidates, strict=True))

    def buttons(self, locale: str, view: TextView) -> discord.ui.View:
        """Return the buttons of a finished card; the chosen one is green."""
        redo = TextButton(view.id, "redo", label=self._texts(locale, "write-redo"), row=1)
        if view.params.operation is TextWork.BRAINSTORM:
            return _view(*self._ideas(locale, view), redo)
        items = [self._choose(view, candidate) for candidate in view.candidates]
        style = discord.ButtonStyle.danger if view.chosen == 0 else discord.ButtonStyle.secondary
        items.append(TextButton(view.id, "none", label=self._texts(locale, "write-none"), style=style, row=0))
        if len(offered(view)) > 1:
            items.append(TextButton(view.id, "combine", label=self._texts(locale, "write-combine"), row=1))
        items.append(TextButton(view.id, "edit", label=self._texts(locale, "write-edit"), row=1))
        return _view(*items, redo)

    def _choose(self, view: TextView, candidate: Version) -> TextButton:
        chosen = view.chosen == candidate.position
        style = discord.ButtonStyle.success if chosen else discord.ButtonStyle.primary
        label = NUMERALS[candidate.position - 1] + (" ✓" if chosen else "")
        return TextButton(view.id, "choose", candidate.position, label=label, style=style, row=0)

    def _ideas(self, locale: str, view: TextView) -> Sequence[TextButton]:
        takes, edits = [], []
        for candidate in view.candidates:
            n = candidate.position
            style = discord.ButtonStyle.success if view.chosen == n else discord.ButtonStyle.primary
            takes.append(
                TextButton(view.id, "take", n, label=self._texts(locale, "write-take", position=n), style=style, row=0)
            )
            label = self._texts(locale, "write-edit-one", position=n)
            edits.append(TextButton(view.id, "edit", candidate.seq, label=label, row=1))
        return [*takes, *edits]

    def failed(self, locale: str, view: TextView, reason: str) -> Post:
        """Say that nothing will come, why, and what was kept."""
        key = f"write-failed-{reason}"
        key = key if self._texts.has(locale, key) else "write-failed"
        return Post(self._texts(locale, key, number=view.seq, reason=reason), view=_view(self._redo(locale, view)))

    def cancelled(self, locale: str, view: TextView, receipt: Receipt) -> Post:
        """Say that the text was cancelled and the brief stays on record."""
        text = self._texts(locale, "write-cancelled", number=view.seq)
        return Post(self._receipted(locale, text, receipt), view=_view(self._redo(locale, view)))

    def _redo(self, locale: str, view: TextView) -> TextButton:
        return TextButton(view.id, "redo", label=self._texts(locale, "write-redo"))

    # --- what the member makes of it -----------------------------------------------------------

    def chosen(self, locale: str, view: TextView, position: int, receipt: Receipt, *, new: bool) -> Post:
        """Confirm a choice with its receipt, and offer to say why."""
        key = "write-chosen" if position else "write-none-chosen"
        text = self._texts(locale, key if new else "write-chosen-already", position=position)
        why = TextButton(view.id, "why", position, label=self._texts(locale, "write-why-button"))
        return Post(self._receipted(locale, text, receipt), view=_view(why))

    def taken(self, locale: str, view: TextView, position: int, receipt: Receipt, *, new: bool) -> Post:
        """Confirm that a suggestion was taken over, and offer to draft it: nothing is drawn unasked."""
        taken = next(candidate for candidate in view.candidates if candidate.position == position)
        text = self._texts(locale, "write-taken" if new else "write-taken-already")
        embed = discord.Embed(description=f"{self._label(locale)}\n\n{_escaped(taken.text, _ROOM)}", colour=SEAL_RED)
        return Post(self._receipted(locale, text, receipt), embed, view=_view(*self._next(locale, view, taken.seq)))

    def combining(self, locale: str, view: TextView) -> Post:
        """Ask which paragraphs are put together."""
        return Post(self._texts(locale, "write-combine-ask"), view=_view(self._select(locale, view)))

    def combined(self, locale: str, view: TextView, letters: str, text: str) -> Post:
        """Show what was put together, before it is recorded."""
        (shown,), whole = self._fitted(locale, [text])
        embed = discord.Embed(description=f"{self._label(locale)}\n\n{shown}", colour=SEAL_RED)
        keep = TextButton(
            view.id,
            "keep",
            f"{'p' if view.delivery.private else 'o'}{letters}",
            label=self._texts(locale, "write-keep"),
            style=discord.ButtonStyle.primary,
        )
        files = () if whole else (self._file(locale, "text.md", "write-label", text),)
        said = self._texts(locale, "write-combine-result")
        return Post(said, embed, files, _view(self._select(locale, view), keep))

    def _select(self, locale: str, view: TextView) -> ParagraphSelect:
        lines = [line for _, line in offered(view)]
        return ParagraphSelect(view.id, self._texts(locale, "write-combine-choose"), lines)

    def version(
        self, locale: str, view: TextView, version: Version, words: WordCount, receipt: Receipt, *, combined: bool
    ) -> Post:
        """Show what the member made of the candidates, how much of it is theirs, and how to go on."""
        if combined:
            count = len(paragraphs(version.text))
            said = self._texts(locale, "write-version-combined", paragraphs=count, percent=words.percent)
        else:
            said = self._texts(locale, "write-version-typed", percent=words.percent)
        (shown,), whole = self._fitted(locale, [version.text])
        blocks = [self._label(locale, "write-label-edited"), shown, said]
        if not whole:
            blocks.append(f"-# {self._texts(locale, 'write-whole-attached')}")
        embed = discord.Embed(
            title=self._texts(locale, "write-version-title"), description="\n\n".join(blocks), colour=SEAL_RED
        )
        embed.set_footer(text=receipt_line(self._texts, locale, receipt))
        files = () if whole else (self._file(locale, "text.md", "write-label-edited", version.text),)
        return Post(embed=embed, attachments=files, view=_view(*self._next(locale, view, version.seq)))

    def _next(self, locale: str, view: TextView, seq: int) -> Sequence[TextButton]:
        """Return what can be done with a version: change it, and draw it where it is a brief."""
        edit = TextButton(view.id, "edit", seq, label=self._texts(locale, "write-edit"))
        if view.params.operation is not TextWork.BRAINSTORM:
            return [edit]
        style = discord.ButtonStyle.primary
        return [TextButton(view.id, "draft", seq, label=self._texts(locale, "write-draft-this"), style=style), edit]

    def _label(self, locale: str, key: str = "write-label") -> str:
        return f"**{self._texts(locale, key)}**"

    def _file(self, locale: str, name: str, key: str, text: str) -> Attachment:
        """Return a text as a file; it says in both languages that AI wrote it, wherever it goes."""
        label = " · ".join(self._texts(each, key) for each in LOCALES)
        return Attachment(name, f"> {label}\n\n{text}\n".encode())

    def _receipted(self, locale: str, text: str, receipt: Receipt) -> str:
        return f"{text}\n-# {receipt_line(self._texts, locale, receipt)}"


def shortened_text(text: str, room: int) -> str:
    """Return the beginning of a text, its lines as they are."""
    return text if len(text) <= room else f"{text[: room - 1].rstrip()}…"


def _escaped(text: str, room: int) -> str:
    """Return a text without markup, within a room that escaping can more than double it beyond."""
    shown = escape_markdown(text)
    return shown if len(shown) <= room else f"{shown[: room - 1]}…"


def _view(*items: TextButton | ParagraphSelect) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return view
