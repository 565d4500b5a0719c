"""How a record looks in the chat: its lines, and the buttons between its pages."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import discord
from discord.utils import escape_markdown

from bot.chat.posting import Post
from bot.chat.texts import Texts
from bot.evidence.timeline import Line, Who, around, line_of
from storage.evidence.history import Page, RecordedEvent

if TYPE_CHECKING:
    from bot.evidence.commands import EvidenceCog

INK_BLUE: Final = 0x2F4B66
_REFS_SHOWN: Final = 4
_MODEL_SHOWN: Final = 32


class TimelineButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"evidence:show:(?P<project>p_[0-9a-f]{32}):(?P<before>[0-9]{1,15})",
):
    """Turns to another page of a project's record; its id says which, so that it outlives every process."""

    def __init__(self, project_id: str, before: int, label: str = "\u200b") -> None:
        custom_id = f"evidence:show:{project_id}:{before}"
        super().__init__(discord.ui.Button(label=label, custom_id=custom_id))
        self.project_id = project_id
        self.before = before

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "TimelineButton":
        """Read the button back from its id."""
        return cls(match["project"], int(match["before"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the cog."""
        client: Any = interaction.client
        cog: EvidenceCog = client.get_cog("evidence")
        await client.border.guard(interaction, cog.turn(interaction, self))


class TimelineCards:
    """Builds the pages of a record in the member's language."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def page(self, locale: str, title: str, page: Page, me: str = "") -> Post:
        """Show some events, newest first, and how to get to the others; `me` is the pseudonym of whoever looks."""
        embed = discord.Embed(
            title=escape_markdown(title)[:256] or self._texts(locale, "timeline-erased-title"),
            description=self.lines(locale, page.events, me),
            colour=INK_BLUE,
        )
        first, last = (page.events[-1].pseq, page.events[0].pseq) if page.events else (0, 0)
        embed.set_footer(text=self._texts(locale, "timeline-place", first=first + 1, last=last + 1, total=page.total))
        ways = around(page)
        view = discord.ui.View(timeout=None)
        for before, key in ((ways.newer, "timeline-newer"), (ways.older, "timeline-older")):
            if before is not None:
                view.add_item(TimelineButton(page.project, before, self._texts(locale, key)))
        return Post(embed=embed, view=view)

    def lines(self, locale: str, events: Iterable[RecordedEvent], me: str = "") -> str:
        """Return one line an event: its number, when, what, by whom, and its words."""
        return "\n".join(self._line(locale, line_of(event, me)) for event in events)

    def _line(self, locale: str, line: Line) -> str:
        when = f"<t:{int(line.at.timestamp())}:f>"
        head = f"`#{line.seq}` {when} **{self._kind(locale, line.kind)}**"
        parts = [head, self._who(locale, line)]
        if line.refs:
            more = "…" if len(line.refs) > _REFS_SHOWN else ""
            parts.append(" ".join(f"#{ref}" for ref in line.refs[:_REFS_SHOWN]) + more)
        if line.words:
            parts.append(self._texts(locale, "timeline-words", words=escape_markdown(line.words)))
        elif line.erased:
            # Whether another maker has erased their words or only not confirmed them is theirs to say.
            key = "timeline-not-opened" if line.who is Who.PARTNER else "timeline-erased"
            parts.append(self._texts(locale, key))
        return " · ".join(parts)

    def _kind(self, locale: str, kind: str) -> str:
        key = f"event-{kind.replace('.', '-')}"
        # A record may hold what a newer version wrote.
        return self._texts(locale, key) if self._texts.has(locale, key) else kind

    def _who(self, locale: str, line: Line) -> str:
        if line.who is Who.MACHINE and line.model:
            return escape_markdown(line.model[:_MODEL_SHOWN])
        return self._texts(locale, f"timeline-by-{line.who.value}")
