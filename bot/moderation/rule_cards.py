"""How the rules of a server look: its limits, its terms, its settings, and what is left to a member."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import discord
from discord.utils import escape_markdown

from bot.chat.posting import Attachment, Post
from bot.chat.texts import Texts
from bot.draft.cards import SEAL_RED
from bot.moderation.cards import yes
from bot.moderation.limits import Left
from bot.moderation.wording import left_line, limits_line, setting_value, subject_line
from storage.clock import now_ms
from storage.evidence.commitments import JsonValue
from storage.evidence.ledger import Receipt
from storage.servers import EVERYONE, Limit, Limits, ServerSettings
from storage.standing import Standing

SETTINGS: Final = ("channels", "age_restricted", "showcase_channel", "witness_channel", "exporters", "keep_days")
_MESSAGE_LIMIT: Final = 2000
_FIELD_LIMIT: Final = 1024
_LEFT_ROOM: Final = 500
"""Kept free for what is left to one member."""


@dataclass(frozen=True, slots=True)
class Arranged:
    """How a server is arranged, and whom it has blocked.

    `keep_days` is the operator's rule; `accounts` are those of who is blocked, by our ids.
    """

    settings: ServerSettings
    keep_days: int | None
    blocked: Sequence[Standing]
    accounts: Mapping[str, str]


class RuleCards:
    """The looks, in the moderator's language."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def limited(
        self, locale: str, subject: str, user: str, limits: Mapping[Limit, int | None], receipt: Receipt
    ) -> str:
        """Confirm new limits."""
        recorded = {name.value: -1 if value is None else value for name, value in limits.items()}
        return self._texts(
            locale,
            "moderation-limited",
            subject=subject_line(self._texts, locale, subject, user),
            limits=limits_line(self._texts, locale, recorded),
            about=yes(bool(user)),
            number=receipt.seq,
        )

    def limits(self, locale: str, lines: Limits, accounts: Mapping[str, str]) -> str:
        """List the limits of a server, by whom they are for; `accounts` are those of members."""
        if not lines:
            return self._texts(locale, "moderation-limits-none")
        text = self._texts(locale, "moderation-limits-head")
        for subject in sorted({subject for subject, _ in lines}, key=lambda each: (each != EVERYONE, each)):
            whom = subject_line(self._texts, locale, subject, accounts.get(subject.partition(":")[2], ""))
            own: dict[str, JsonValue] = {name.value: value for (each, name), value in lines.items() if each == subject}
            line = f"\n- {whom}: {limits_line(self._texts, locale, own)}"
            if len(text) + len(line) > _MESSAGE_LIMIT - _LEFT_ROOM:
                return f"{text}\n{self._texts(locale, 'moderation-limits-more')}"
            text += line
        return text

    def left(self, locale: str, user: str, left: Sequence[Left]) -> str:
        """Tell what is left to a member."""
        if not left:
            return self._texts(locale, "moderation-left-none", member=user)
        head = self._texts(locale, "moderation-left-head", member=user)
        return f"{head}\n{left_line(self._texts, locale, left)}"

    def terms(self, locale: str, terms: Sequence[str]) -> Post:
        """List the terms of a server; a long list comes as a file."""
        if not terms:
            return Post(self._texts(locale, "moderation-terms-none"))
        head = self._texts(locale, "moderation-terms-head", count=len(terms))
        shown = f"{head}\n{self._texts(locale, 'list-comma').join(escape_markdown(term) for term in terms)}"
        if len(shown) <= _MESSAGE_LIMIT:
            return Post(shown)
        return Post(head, attachments=(Attachment("terms.txt", "\n".join(terms).encode(), ""),))

    def term_changed(self, locale: str, term: str, receipt: Receipt, *, added: bool) -> str:
        """Confirm that a term was added, or removed."""
        key = "moderation-term-added" if added else "moderation-term-removed"
        return self._texts(locale, key, term=escape_markdown(term), number=receipt.seq)

    def settings(self, locale: str, arranged: Arranged, receipts: Sequence[Receipt]) -> Post:
        """Show how a server is arranged, with the receipts of what was just changed."""
        embed = discord.Embed(title=self._texts(locale, "moderation-settings-title"), colour=SEAL_RED)
        for name in SETTINGS:
            label = self._texts(locale, f"moderation-setting-{name.replace('_', '-')}")
            embed.add_field(name=label, value=self._setting(locale, name, arranged)[:_FIELD_LIMIT], inline=False)
        if arranged.blocked:
            label = self._texts(locale, "moderation-blocked-now", count=len(arranged.blocked))
            embed.add_field(name=label, value=self._blocked(locale, arranged), inline=False)
        if receipts:
            numbers = ", ".join(f"#{receipt.seq}" for receipt in receipts)
            embed.set_footer(text=self._texts(locale, "moderation-settings-changed", numbers=numbers))
        return Post(embed=embed)

    def _setting(self, locale: str, name: str, arranged: Arranged) -> str:
        settings, value = arranged.settings, getattr(arranged.settings, name)
        if name == "keep_days" and value is None and arranged.keep_days is not None:
            return self._texts(locale, "moderation-keep-operator", days=arranged.keep_days)
        shown = setting_value(self._texts, locale, name, list(value) if isinstance(value, tuple) else value)
        if name == "keep_days" and value is not None and settings.keep_from_ms > now_ms():
            first = f"<t:{settings.keep_from_ms // 1000}:D>"
            return f"{shown}\n{self._texts(locale, 'moderation-keep-from', date=first)}"
        return shown

    def _blocked(self, locale: str, arranged: Arranged) -> str:
        """List who is blocked, the latest first, as many as fit."""
        shown = ""
        for standing in reversed(arranged.blocked):
            account = arranged.accounts.get(standing.member)
            line = self._texts(
                locale,
                "moderation-blocked-line",
                whom=f"<@{account}>" if account else self._texts(locale, "moderation-somebody"),
                until="no" if standing.until_ms is None else f"<t:{standing.until_ms // 1000}:f>",
                number=standing.seq,
            )
            if len(shown) + len(line) + 2 > _FIELD_LIMIT:
                return f"{shown}…"
            shown += f"{line}\n"
        return shown
