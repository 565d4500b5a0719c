"""How what moderators get, and what members are told of it, looks."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from discord.utils import escape_markdown

from bot.chat.posting import Attachment, Post
from bot.chat.texts import Texts
from storage.evidence.commitments import JsonValue
from storage.evidence.kinds import Kind
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
            projects=len(selected.rows_of),
            refusals=sum(selected.kinds[kind] for kind in _REFUSALS),
            words=_yes(words),
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
        scope = act.scope
        did = self._texts(
            locale,
            "moderation-did",
            act=act.act,
            rows=_number(scope.get("rows")),
            words=_yes(scope.get("fields") == EVERYTHING.name),
            event=_number(scope.get("event")),
            about=_yes(bool(act.member)),
            member=act.member,
            held=_yes("hold" in scope),
        )
        return f"- {_when(act.ts)} <@{act.who}> {did} (#{act.seq}) — {escape_markdown(act.reason)}"

    def notice(self, notice: Notice, server: str) -> str:
        """Tell a member what was done, by whom in which role, and why."""
        scope, held = notice.scope, _hold_reason(notice.scope)
        return self._texts(
            notice.locale,
            "moderation-notice",
            act="open" if "event" in scope else "words" if notice.kind == Kind.WORDS_OPENED else "export",
            event=_number(scope.get("event")),
            who=str(scope.get("who", "")),
            placed=_yes(bool(server)),
            server=escape_markdown(server),
            reason=escape_markdown(str(scope.get("reason", ""))),
            delayed=_yes(bool(held)),
            held=escape_markdown(held),
            number=notice.seq,
        )


def _hold_reason(scope: Mapping[str, JsonValue]) -> str:
    hold = scope.get("hold")
    return str(hold.get("reason", "")) if isinstance(hold, Mapping) else ""


def _line(value: JsonValue) -> str:
    return escape_markdown(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _when(ts: str) -> str:
    return f"<t:{int(datetime.fromisoformat(ts).timestamp())}:f>"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _number(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0
