"""How the lists of `/moderation review` look."""

from collections.abc import Sequence
from typing import Final

import discord
from discord.utils import escape_markdown

from bot.chat.posting import Post
from bot.chat.texts import Texts
from bot.draft.cards import SEAL_RED
from bot.moderation.deciding import ACTS, DecideButton, ReviewButton
from storage.appeals import Appeal, State, What
from storage.ratings import Rated
from storage.refusals import RefusedBrief

PAGE_APPEALS: Final = 3
"""With its words an appeal takes up to 1000 characters, escaped twice as many; a row of buttons each."""
PAGE_LINES: Final = 10
_WORDS_SHOWN: Final = 1200
_FACTS_SHOWN: Final = 4


class ReviewCards:
    """The looks, in the moderator's language."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def appeals(self, locale: str, found: Sequence[Appeal], page: int, total: int, waiting: int) -> Post:
        """Show some appeals with their words, open ones with the buttons to decide them."""
        lines = "\n\n".join(self._appeal(locale, appeal) for appeal in found)
        embed = self._embed(locale, "appeals", lines, page, PAGE_APPEALS, total)
        embed.title = self._texts(locale, "moderation-review-appeals", open=waiting)
        view = discord.ui.View(timeout=None)
        for row, appeal in enumerate(found):
            for button in self._decisions(locale, appeal, row):
                view.add_item(button)
        return Post(embed=embed, view=self._turning(view, locale, "appeals", page, PAGE_APPEALS, total))

    def _appeal(self, locale: str, appeal: Appeal) -> str:
        head = self._texts(
            locale,
            "moderation-appeal",
            number=appeal.against.number,
            what=appeal.against.what.value,
            rule=self._rule(locale, appeal.against.rule) if appeal.against.what is What.BRIEF else "",
            member=_mention(appeal.user) or self._texts(locale, "moderation-somebody"),
            when=_when(appeal.made_ms),
        )
        if appeal.words is None:
            words = self._texts(locale, "timeline-erased")
        else:
            words = escape_markdown(appeal.words)
            words = words if len(words) <= _WORDS_SHOWN else f"{words[: _WORDS_SHOWN - 1]}…"
        quoted = "\n".join(f"> {line}" for line in words.splitlines())
        if appeal.decided_ms is None:
            return f"{head}\n{quoted}"
        decided = self._texts(
            locale,
            "moderation-appeal-decided",
            state=appeal.state.value,
            when=_when(appeal.decided_ms),
            number=appeal.decided_seq or 0,
        )
        return f"{head}\n{quoted}\n{decided}"

    def _decisions(self, locale: str, appeal: Appeal, row: int) -> Sequence[DecideButton]:
        if appeal.state is not State.OPEN:
            return ()
        style = {"grant": discord.ButtonStyle.success, "uphold": discord.ButtonStyle.danger}
        return [
            DecideButton(
                appeal.against.number,
                act,
                label=self._texts(locale, f"moderation-decide-{act}", number=appeal.against.number),
                style=style.get(act, discord.ButtonStyle.primary),
                row=row,
            )
            for act, state in ACTS.items()
            if state in appeal.decisions
        ]

    def refused(self, locale: str, found: Sequence[RefusedBrief], page: int, total: int) -> Post:
        """List refused briefs, without their words."""
        lines = "\n".join(
            self._texts(
                locale,
                "moderation-refused-line",
                number=brief.number,
                when=_when(brief.at_ms),
                rule=self._rule(locale, brief.rule),
                member=_mention(brief.user) or self._texts(locale, "moderation-somebody"),
                appealed=brief.appealed or "no",
            )
            for brief in found
        )
        embed = self._embed(locale, "refused", lines, page, PAGE_LINES, total)
        view = discord.ui.View(timeout=None)
        return Post(embed=embed, view=self._turning(view, locale, "refused", page, PAGE_LINES, total))

    def answers(self, locale: str, found: Sequence[Rated], page: int, total: int) -> Post:
        """List the answers that helped least: their facts and the reasons, and nobody's name."""
        lines = "\n".join(self._answer(locale, rated) for rated in found)
        embed = self._embed(locale, "answers", lines, page, PAGE_LINES, total)
        view = discord.ui.View(timeout=None)
        return Post(embed=embed, view=self._turning(view, locale, "answers", page, PAGE_LINES, total))

    def _answer(self, locale: str, rated: Rated) -> str:
        where = rated.answered
        reasons = [self._texts(locale, f"ask-reason-{reason.value}") for reason in dict.fromkeys(rated.reasons)]
        return self._texts(
            locale,
            "moderation-answer-line",
            link=f"https://discord.com/channels/{where.guild_id}/{where.channel_id}/{where.message_id}",
            helpful=rated.helpful,
            unhelpful=rated.unhelpful,
            facts=" ".join(f"`{fact}`" for fact in where.facts[:_FACTS_SHOWN]) or "-",
            reasons=self._texts(locale, "list-comma").join(reasons) or "no",
        )

    def _rule(self, locale: str, rule: str) -> str:
        key = f"moderation-rule-{rule}"
        return self._texts(locale, key) if self._texts.has(locale, key) else rule

    def _embed(self, locale: str, what: str, lines: str, page: int, size: int, total: int) -> discord.Embed:
        embed = discord.Embed(
            title=self._texts(locale, f"moderation-review-{what}", open=0),
            description=lines or self._texts(locale, f"moderation-review-{what}-none"),
            colour=SEAL_RED,
        )
        if total:
            pages = -(-total // size)
            footer = self._texts(locale, f"moderation-review-{what}-foot")
            embed.set_footer(
                text=self._texts(locale, "moderation-review-place", page=page + 1, pages=pages, foot=footer)
            )
        return embed

    def _turning(
        self, view: discord.ui.View, locale: str, what: str, page: int, size: int, total: int
    ) -> discord.ui.View:
        """Add the buttons to the pages around, as far as there are any."""
        if page > 0:
            view.add_item(ReviewButton(what, page - 1, self._texts(locale, "moderation-review-back")))
        if (page + 1) * size < total:
            view.add_item(ReviewButton(what, page + 1, self._texts(locale, "moderation-review-on")))
        return view


def _mention(user: str) -> str:
    return f"<@{user}>" if user else ""


def _when(at_ms: int) -> str:
    return f"<t:{at_ms // 1000}:f>"
