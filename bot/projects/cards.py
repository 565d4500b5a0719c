"""How a project looks: what it holds, what came home, and what a check found, each line with its facts."""

from collections.abc import Mapping, Sequence
from typing import Final

import discord
from discord.utils import escape_markdown

from bot.ask.facts import Fact, Language
from bot.chat.receipts import receipt_line
from bot.chat.texts import Texts, nearest
from bot.evidence.cards import TimelineCards
from bot.projects.bringing import Home
from bot.projects.check import Finding, Missing
from storage.evidence.history import History
from storage.evidence.kinds import Kind
from storage.evidence.ledger import Receipt
from storage.projects import Listed, Project

SEAL_RED: Final = 0xB3362B
LISTED: Final = 15
NEWEST_SHOWN: Final = 5
_RUNS_SHOWN: Final = 3
_TEXT_OF_AN_EMBED: Final = 4096
# Discord allows 6,000 characters over all embeds of a message.
_TEXT_OF_A_MESSAGE: Final = 5900
_SHORTEST_CITE: Final = 36
_COUNTED: Final[Mapping[str, Kind]] = {
    "briefs": Kind.PROMPT_SUBMITTED,
    "candidates": Kind.DRAFT_MADE,
    "choices": Kind.DRAFT_SELECTED,
    "edits": Kind.EDIT_APPLIED,
    "uploads": Kind.UPLOAD_ADDED,
    "notes": Kind.NOTE_ADDED,
    "intents": Kind.INTENT_DECLARED,
    "statements": Kind.STATEMENT_DECLARED,
}


class ProjectCards:
    """Builds the posts about projects in the member's language."""

    def __init__(self, texts: Texts, facts: Mapping[str, Fact]) -> None:
        self._texts = texts
        self._facts = facts
        self._timeline = TimelineCards(texts)

    def recorded(self, locale: str, text: str, *receipts: Receipt) -> str:
        """Return what is said of an act that is on record, with its receipts."""
        return "\n".join((text, *(f"-# {receipt_line(self._texts, locale, receipt)}" for receipt in receipts)))

    def listed(self, locale: str, projects: Sequence[Listed]) -> str:
        """List a member's projects, newest first, the current one marked."""
        lines = [
            self._texts(
                locale,
                "project-listed",
                current="yes" if each.current else "no",
                title=self.title(locale, each.project),
                events=each.events,
                since=f"<t:{each.opened_ms // 1000}:D>",
            )
            for each in projects[:LISTED]
        ]
        if len(projects) > LISTED:
            lines.append(self._texts(locale, "project-listed-more", count=len(projects) - LISTED))
        return "\n".join(lines)

    def title(self, locale: str, project: Project) -> str:
        """Return a project's title, ready to be shown."""
        return escape_markdown(project.title) or self._texts(locale, "timeline-erased-title")

    def holds(self, locale: str, project: Project, history: History, receipt: Receipt) -> discord.Embed:
        """Say what a project holds: how much of what, its newest events, and the receipt of the last one."""
        counts = {name: len(history.of(kind)) for name, kind in _COUNTED.items()}
        embed = discord.Embed(
            title=self.title(locale, project)[:256],
            description=self._texts(locale, "project-holds", events=len(history), **counts),
            colour=SEAL_RED,
        )
        newest = self._timeline.lines(locale, reversed(history.events[-NEWEST_SHOWN:]), project.actor)
        embed.description = f"{embed.description}\n\n{newest}"[:_TEXT_OF_AN_EMBED]
        embed.set_footer(text=receipt_line(self._texts, locale, receipt))
        return embed

    def home(self, locale: str, home: Home) -> str:
        """Say what was recorded of what was brought, and what differs from what it changes."""
        said = self._edited(locale, home)
        if home.name:
            of = "no" if home.of is None else "yes"
            name = escape_markdown(home.name)
            kept = self._texts(locale, "attach-kept", name=name, edit=of, number=home.of or 0)
            said = f"{kept} {said}"
        return self.recorded(locale, said, home.receipt)

    def _edited(self, locale: str, home: Home) -> str:
        if home.words is not None:
            return self._texts(locale, "attach-words", added=home.words.added, removed=home.words.removed)
        if home.of is None:
            return "" if home.name else self._texts(locale, "project-attached")
        if home.change is None:
            return self._texts(locale, "attach-uncompared", preview="no" if home.preview is None else "yes")
        # Less than a tenth of a percent is said to be one: it is not nothing.
        percent = max(0.1, round(home.change.share_ppm / 10_000, 1))
        largest = home.change.regions[0]
        text = self._texts(
            locale,
            "project-edited",
            number=home.of,
            percent=percent,
            regions=len(home.change.regions),
            width=largest.width,
            height=largest.height,
            left=largest.left,
            top=largest.top,
            resized="yes" if home.change.resized and home.preview is None else "no",
        )
        if home.preview is None:
            return text
        wide, high = home.preview
        return self._texts(locale, "attach-previewed", percent=percent, width=wide, height=high)

    def checked(self, locale: str, project: Project, place: str, findings: Sequence[Finding]) -> list[discord.Embed]:
        """Show what is missing and what is there, each with its events and the facts that ask for it."""
        facts = [self._facts[id_] for id_ in dict.fromkeys(id_ for each in findings for id_ in each.facts)]
        number = {fact.id: index for index, fact in enumerate(facts, 1)}
        missing = [each for each in findings if isinstance(each.code, Missing)]
        blocks = [self._block(locale, "project-check-missing", missing, number)]
        if not missing:
            blocks = [self._texts(locale, "project-check-nothing-missing")]
        if there := [each for each in findings if each not in missing]:
            blocks.append(self._block(locale, "project-check-there", there, number))
        embed = discord.Embed(
            title=self._texts(
                locale,
                "project-check-title",
                title=self.title(locale, project)[:150],
                place=self._texts(locale, f"ask-place-{place.lower()}"),
            )[:256],
            description="\n\n".join(blocks),
            colour=SEAL_RED,
        )
        embed.set_footer(text=self._texts(locale, "project-check-limits"))
        return [embed, self._sources(locale, facts, _TEXT_OF_A_MESSAGE - len(embed))]

    def _block(self, locale: str, heading: str, findings: Sequence[Finding], number: Mapping[str, int]) -> str:
        lines = [f"**{self._texts(locale, heading)}**"]
        for finding in findings:
            text = self._texts(locale, f"{heading}-{finding.code.value}", events=shown_numbers(finding.events))
            lines.append(f"- {text} " + "".join(f"[{number[id_]}]" for id_ in finding.facts))
        return "\n".join(lines)

    def _sources(self, locale: str, facts: Sequence[Fact], room: int) -> discord.Embed:
        """List the facts: title, citation, date, and where to read it; citations give way where there is no room."""
        language = Language(nearest(locale))
        title = self._texts(locale, "project-check-sources")
        lines: list[str] = []
        room = min(room, _TEXT_OF_AN_EMBED) - len(title)
        for index, fact in enumerate(facts, 1):
            head = f"[{index}] {_linked(fact, language)}"
            tail = f" · {self._dates(locale, fact)}"
            share = room // (len(facts) - index + 1) - len(head) - len(tail) - len("\n-# ") - 1
            cite = escape_markdown(fact.cite)
            if len(cite) > share:
                cite = cite[: max(share, _SHORTEST_CITE) - 1] + "…"
            lines.append(f"{head}\n-# {cite}{tail}")
            room -= len(lines[-1]) + 1
        return discord.Embed(title=title, description="\n".join(lines))

    def _dates(self, locale: str, fact: Fact) -> str:
        as_of = self._texts(locale, "ask-as-of", date=fact.as_of)
        return as_of if fact.date is None else f"{fact.date} · {as_of}"


def _linked(fact: Fact, language: Language) -> str:
    """Return a fact's title, leading to where it can be read."""
    title = escape_markdown(fact.wording(language).title)
    url = next((source.url for source in fact.sources if source.url), None)
    return title if url is None else f"[{title}]({url})"


def shown_numbers(events: Sequence[int]) -> str:
    """Return the numbers of events, neighbours as a stretch, and how many more there are."""
    runs: list[list[int]] = []
    for seq in sorted(events):
        if runs and seq == runs[-1][-1] + 1:
            runs[-1].append(seq)
        else:
            runs.append([seq])
    shown = [f"#{run[0]}" if len(run) == 1 else f"#{run[0]}–#{run[-1]}" for run in runs[:_RUNS_SHOWN]]
    more = sum(map(len, runs[_RUNS_SHOWN:]))
    return ", ".join(shown) + (f" (+{more})" if more else "")
