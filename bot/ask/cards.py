"""How an answer and its sources look."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import discord
from discord.utils import escape_markdown

from bot.ask.answer import Answer, Manner
from bot.ask.buttons import FurtherButton, RateButton, SourcesButton
from bot.ask.facts import Confidence, Fact, Language, Source
from bot.ask.further import trail_line
from bot.chat.posting import Post
from bot.chat.texts import Texts

INK_BLUE: Final = 0x2F4B66
MAX_SHOWN: Final = 1500
_TITLE_SHOWN = 200
# Discord allows 6,000 characters over all embeds of a message.
_SOURCES_SHOWN = 5800


class AnswerCards:
    """Builds the posts of an answer, in the language of the question."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def answer(self, answer: Answer) -> Post:
        """Show a state of an answer; what is still being written has no button yet."""
        if answer.manner is Manner.NOT_COVERED:
            return Post(embed=self._embed(answer, self._not_covered(answer)))
        answer, description = self._fitted(answer)
        if not answer.final:
            return Post(embed=self._embed(answer, f"{description} ▌"))
        return Post(embed=self._embed(answer, description), view=self._buttons(answer))

    def _buttons(self, answer: Answer) -> discord.ui.View:
        language, keys = answer.language, [passage.fact.key for passage in answer.passages]
        sources = self._say(language, "ask-sources-button", count=len(keys))
        view = discord.ui.View(timeout=None)
        view.add_item(SourcesButton(language, keys, label=sources))
        view.add_item(FurtherButton(language, label=self._say(language, "ask-further-button")))
        view.add_item(RateButton(language, keys, helpful=True))
        view.add_item(RateButton(language, keys, helpful=False))
        return view

    def sources(self, facts: Sequence[Fact], language: Language) -> list[discord.Embed]:
        """Show where facts come from: title, citation, dates, confidence, and every source with its link."""
        embeds, used = [], 0
        for number, fact in enumerate(facts, 1):
            title = f"[{number}] {fact.wording(language).title}"[:256]
            lines = [escape_markdown(fact.cite), f"-# {self._standing(fact, language)}"]
            room = min(4096, (_SOURCES_SHOWN - used) // (len(facts) - number + 1)) - len(title)
            for source in fact.sources:
                line = f"- {_source_line(source)}"
                if len("\n".join((*lines, line))) > room:
                    break
                lines.append(line)
            embed = discord.Embed(title=title, description="\n".join(lines), colour=INK_BLUE)
            used += len(embed)
            embeds.append(embed)
        return embeds

    def _embed(self, answer: Answer, description: str) -> discord.Embed:
        question = answer.question
        shown = question if len(question) <= _TITLE_SHOWN else question[: _TITLE_SHOWN - 1] + "…"
        embed = discord.Embed(title=escape_markdown(shown)[:256], description=description, colour=INK_BLUE)
        embed.set_footer(text=self._say(answer.language, "ask-not-advice"))
        if (line := trail_line(answer.before)) is not None:
            embed.set_author(name=line)
        return embed

    def _fitted(self, answer: Answer) -> tuple[Answer, str]:
        """Leave out the last passages until the answer is short enough to be read."""
        build = self._written if answer.manner is Manner.WRITTEN else self._passages
        description = build(answer)
        while len(description) > MAX_SHOWN and len(answer.passages) > 1 and answer.manner is Manner.PASSAGES:
            answer = replace(answer, passages=answer.passages[:-1])
            description = build(answer)
        return answer, description[:4000]

    def _correction(self, answer: Answer) -> list[str]:
        """Return what the question took for granted, put right; it comes before everything else."""
        if answer.correction is None:
            return []
        truth = escape_markdown(answer.correction.myth.truth)
        return [f"**{self._say(answer.language, 'ask-correction', truth=truth)}** [{answer.correction_number}]"]

    def _passages(self, answer: Answer) -> str:
        blocks = self._correction(answer)
        for passage in answer.passages:
            wording = passage.fact.wording(answer.language)
            head = f"**{escape_markdown(wording.title)}** [{passage.number}]"
            label = self._label(passage.fact, answer.language)
            if passage.fact.confidence is Confidence.LOW:
                label += f" · {self._say(answer.language, 'ask-confidence-low')}"
            blocks.append(f"{head}\n-# {label}\n{escape_markdown(passage.text)}")
        advice = [f"- {escape_markdown(text)} [{number}]" for number, text in answer.advice]
        blocks.append("\n".join((f"**{self._say(answer.language, 'ask-in-practice')}**", *advice)))
        return "\n\n".join(blocks)

    def _written(self, answer: Answer) -> str:
        if answer.written:
            lines = [*self._correction(answer), escape_markdown(answer.written), ""]
        else:
            lines = [self._say(answer.language, "ask-reading")]
        for passage in answer.passages:
            title = escape_markdown(passage.fact.wording(answer.language).title)
            lines.append(f"-# [{passage.number}] {title} · {self._label(passage.fact, answer.language)}")
        return "\n".join(lines)

    def _not_covered(self, answer: Answer) -> str:
        key = "ask-not-covered-there" if answer.covered_elsewhere else "ask-not-covered"
        return f"{self._say(answer.language, key)}\n\n{self._say(answer.language, 'ask-what-is-covered')}"

    def _label(self, fact: Fact, language: Language) -> str:
        """Return the places of a fact and the date it was last known to be true."""
        as_of = self._say(language, "ask-as-of", date=fact.as_of)
        return f"{self.places(fact, language)} · {as_of}" if fact.jurisdictions else as_of

    def places(self, fact: Fact, language: Language) -> str:
        """Return the names of a fact's places."""
        names = [self._say(language, f"ask-place-{code.lower()}") for code in fact.jurisdictions]
        return ("、" if language is Language.ZH else ", ").join(names)

    def _standing(self, fact: Fact, language: Language) -> str:
        """Return kind, place, dates and confidence of a fact in one line."""
        parts = [self._say(language, f"ask-kind-{fact.kind.value}"), self._label(fact, language)]
        note = fact.wording(language).date_note
        if when := " ".join(filter(None, (fact.date, note))):
            parts.insert(1, when)
        parts.append(self._say(language, f"ask-confidence-{fact.confidence.value}"))
        return " · ".join(parts)

    def _say(self, language: Language, key: str, **arguments: str | int) -> str:
        return self._texts(language.value, key, **arguments)


def _source_line(source: Source) -> str:
    title = escape_markdown(source.title)
    note = f" ({escape_markdown(source.note)})" if source.note else ""
    # The brackets keep clients from drawing a preview of the page.
    return f"{title}{note} <{source.url}>" if source.url else f"{title}{note}"
