"""How what moderators get, and what members are told of it, looks."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from discord.utils import escape_markdown

from bot.chat.posting import Attachment, Post
from bot.chat.texts import Texts
from bot.moderation.wording import limits_line, setting_value, subject_line
from storage.evidence.commitments import JsonValue
from storage.evidence.kinds import Kind
from storage.evidence.ledger import Receipt
from storage.evidence.opening import EVERYTHING
from storage.moderation import Handed, ModeratorAct, OpenedEvent
from storage.notices import Notice

ACTS_SHOWN: Final = 20
_MESSAGE_LIMIT: Final = 2000
_OLDER_ROOM: Final = 100
"""Kept free for the line that says how to see more."""
_REFUSALS: Final = (Kind.GENERATION_REFUSED, Kind.GENERATION_FAILED)


class ModerationCards:
    """The looks, in the reader's language."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def handed(self, locale: str, export: Handed, *, words: bool, name: str, vkey: str) -> str:
        """Say what an export holds and how anyone checks it."""
        selected = export.selected
        return self._texts(
            locale,
            "moderation-exported",
            rows=len(selected.seqs),
            projects=len(selected.projects),
            refusals=sum(selected.kinds[kind] for kind in _REFUSALS),
            words=yes(words),
            number=export.receipt.seq,
            sha256=export.sha256,
            name=name,
            vkey=vkey,
        )

    def opened(self, locale: str, event: OpenedEvent) -> Post:
        """Show the words of one event; what does not fit into a message comes as a file."""
        head = self._texts(
            locale,
            "moderation-opened",
            number=event.seq,
            kind=self._kind(locale, event.kind),
            member=event.member,
            receipt=event.receipt.seq,
        )
        shown = "\n".join([head, _when(event.ts), *(f"**{n}**: {_line(v)}" for n, v in event.fields.items())])
        if len(shown) <= _MESSAGE_LIMIT:
            return Post(shown)
        whole = json.dumps(dict(event.fields), ensure_ascii=False, indent=1).encode()
        return Post(f"{head}\n{_when(event.ts)}", attachments=(Attachment(f"event-{event.seq}.json", whole, ""),))

    def _kind(self, locale: str, kind: str) -> str:
        key = f"event-{kind.replace('.', '-')}"
        return self._texts(locale, key) if self._texts.has(locale, key) else kind

    def acts(self, locale: str, acts: Sequence[ModeratorAct]) -> str:
        """List acts, newest first, as many as fit; where more were given, the last line says how to see them."""
        if not acts:
            return self._texts(locale, "moderation-log-empty")
        text = self._texts(locale, "moderation-log-head")
        for at, act in enumerate(acts):
            line = f"\n{self._act(locale, act)}"
            if at == ACTS_SHOWN or len(text) + len(line) > _MESSAGE_LIMIT - _OLDER_ROOM:
                return f"{text}\n{self._texts(locale, 'moderation-log-older', number=acts[at - 1].seq)}"
            text += line
        return text

    def _act(self, locale: str, act: ModeratorAct) -> str:
        key = f"moderation-did-{act.act}"
        did = self._texts(
            locale,
            key if self._texts.has(locale, key) else "moderation-did",
            **self._told(locale, act.scope, act.member) | {"about": yes(bool(act.member)), "member": act.member},
        )
        held = self._texts(locale, "moderation-told-later") if "hold" in act.scope else ""
        return f"- {_when(act.ts)} <@{act.who}> {did}{held} (#{act.seq}) — {escape_markdown(act.reason)}"

    def notice(self, notice: Notice, server: str) -> str:
        """Tell a member what was done, by whom in which role, and why."""
        scope, held = notice.scope, _hold_reason(notice.scope)
        act = notice.act or ("open" if "event" in scope else "words" if notice.kind == Kind.WORDS_OPENED else "export")
        key = f"moderation-notice-{act}"
        did = self._texts(
            notice.locale,
            key if self._texts.has(notice.locale, key) else "moderation-notice-other",
            **self._told(notice.locale, scope, notice.user_id) | {"number": notice.seq},
        )
        return self._texts(
            notice.locale,
            "moderation-notice",
            did=did,
            who=str(scope.get("who", "")),
            placed=yes(bool(server)),
            server=escape_markdown(server),
            reason=escape_markdown(str(scope.get("reason", ""))),
            delayed=yes(bool(held)),
            held=escape_markdown(held),
            number=notice.seq,
            own="settled" if notice.act.startswith("appeal-") else yes(not notice.act),
        )

    def _told(self, locale: str, scope: Mapping[str, JsonValue], member: str) -> dict[str, str | int]:
        """Return what an act's sentence may need of its scope, safe to show and as its reader has it."""
        told = {name: _plain(value) for name, value in scope.items() if isinstance(value, str | int)}
        ends, limits, name = str(scope.get("until", "")), scope.get("limits"), str(scope.get("setting", ""))
        told |= {
            "rows": _number(scope.get("rows")),
            "event": _number(scope.get("event")),
            "words": yes(scope.get("fields") == EVERYTHING.name),
            "until": _when(ends) if ends else "no",
        }
        if isinstance(limits, Mapping):
            told["limits"] = limits_line(self._texts, locale, limits)
            told["subject"] = subject_line(self._texts, locale, str(scope.get("subject", "")), member)
        if name:
            told["setting"] = self._texts(locale, f"moderation-setting-{name.replace('_', '-')}")
            told["value"] = setting_value(self._texts, locale, name, scope.get("value"))
            told["before"] = setting_value(self._texts, locale, name, scope.get("before"))
        return told

    def blocked(self, locale: str, member: str, end: int | None, receipt: Receipt) -> str:
        """Confirm that a member is blocked."""
        until = "no" if end is None else f"<t:{end // 1000}:f>"
        return self._texts(locale, "moderation-blocked", member=member, until=until, number=receipt.seq)

    def unblocked(self, locale: str, member: str, receipt: Receipt) -> str:
        """Confirm that a block is lifted."""
        return self._texts(locale, "moderation-unblocked", member=member, number=receipt.seq)


def _plain(value: str | int) -> str | int:
    if isinstance(value, bool):
        return yes(value)
    return escape_markdown(value) if isinstance(value, str) else value


def _hold_reason(scope: Mapping[str, JsonValue]) -> str:
    hold = scope.get("hold")
    return str(hold.get("reason", "")) if isinstance(hold, Mapping) else ""


def _line(value: JsonValue) -> str:
    return escape_markdown(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _when(ts: str) -> str:
    return f"<t:{int(datetime.fromisoformat(ts).timestamp())}:f>"


def yes(value: bool) -> str:
    """Return a yes or no for sentences to choose by."""
    return "yes" if value else "no"


def _number(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0
