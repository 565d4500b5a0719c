"""Answers: the passages of the facts that fit, or a text written over them and checked against them."""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import Final, Protocol

from bot.ask.facts import Fact, Language
from bot.ask.grounding import Checked, Grounds, cited
from bot.ask.meaning import Meanings
from bot.ask.premise import Correction, correction
from bot.ask.retrieval import FactIndex, Hit
from bot.ask.sentences import excerpt, split_sentences
from bot.ask.words import language_of
from bot.errors import UserFacing
from models.errors import ModelsError
from models.language import Finish, Message, Role

log = logging.getLogger(__name__)

MAX_QUESTION: Final = 1000
MAX_ANSWER_TOKENS: Final = 500
MIN_SHARE_KEPT: Final = 0.5
"""A written answer of which less passes the check is not shown: what is left would hardly be what was meant."""
NOT_COVERED_MARK: Final = "NOT_COVERED"
# Characters of the first passage and of each further one; Chinese says as much in half.
_EXCERPTS: Final = {Language.EN: (430, 210), Language.ZH: (230, 110)}
_ADVICE_SHOWN: Final = 2
# Who asks in simplified Chinese and names no place most likely lives by that law.
_LIKELY_PLACE: Final = {Language.ZH: "CN"}
_PROMPT = """\
You answer questions about art, copyright and AI for a community of creators, using only the numbered facts below.
Rules:
- Write 2 to 6 short, plain sentences in {language}. No lists, no headings, no greeting.
- End every sentence with the number of the fact it rests on, like [1] or [1][3].
- Say nothing that the facts do not say. Do not add names, numbers, dates or law from memory.
- Name the country of every statement about law.
- If the facts do not answer the question, write only: {mark}

Facts:
{facts}"""
_BEGUN_CITATION = re.compile(r"\s*\[\d*$")
_LANGUAGE_NAMES = {Language.EN: "English", Language.ZH: "Simplified Chinese (简体中文)"}


class Manner(Enum):
    """How an answer came about."""

    PASSAGES = "passages"
    """Sentences of the facts themselves."""
    WRITTEN = "written"
    """Written by a model over the facts, each sentence checked."""
    NOT_COVERED = "not covered"


class Verdict(Enum):
    """What came of a question."""

    ANSWERED = "answered"
    CORRECTED = "corrected"
    """Answered, and what it took for granted put right."""
    NOT_COVERED = "not covered"


@dataclass(frozen=True, slots=True)
class Passage:
    """A cited fact under its number, and its sentences that speak to the question (in a written answer: none)."""

    number: int
    fact: Fact
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One state of an answer; the last one is `final`."""

    question: str
    language: Language
    manner: Manner
    final: bool
    passages: tuple[Passage, ...] = ()
    written: str = ""
    covered_elsewhere: bool = False
    """Not covered for the place that was chosen, but for others."""
    correction: Correction | None = None
    checked: tuple[Checked, ...] = ()
    """Of a written answer: every sentence the model wrote, also those that are not shown."""
    before: tuple[str, ...] = ()
    """The questions of the conversation so far, oldest first."""

    @property
    def correction_number(self) -> int | None:
        """The number of the fact that puts the question right; a passage of it may not be shown."""
        found = [p.number for p in self.passages if self.correction is not None and p.fact is self.correction.fact]
        return found[0] if found else None

    @property
    def verdict(self) -> Verdict:
        """What came of the question."""
        if self.manner is Manner.NOT_COVERED:
            return Verdict.NOT_COVERED
        return Verdict.ANSWERED if self.correction is None else Verdict.CORRECTED

    @property
    def advice(self) -> tuple[tuple[int, str], ...]:
        """The advice of the first facts, each with the fact's number."""
        return tuple((p.number, p.fact.wording(self.language).advice) for p in self.passages[:_ADVICE_SHOWN])


class Stream(Protocol):
    """A text on its way from a model; `finish` is known at its end."""

    finish: Finish | None

    def __aiter__(self) -> AsyncIterator[str]: ...

    async def aclose(self) -> None:
        """Stop the generation."""


class Chats(Protocol):
    """What an answer needs of a language client."""

    def chat(self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0) -> Stream:
        """Begin a text."""


def check_question(question: str) -> str:
    """Return the question without needless space; raise UserFacing if it is empty or too long."""
    bare = re.sub(r"\s+", " ", question).strip()
    if not any(character.isalnum() for character in bare):
        raise UserFacing("ask-error-empty")
    if len(bare) > MAX_QUESTION:
        raise UserFacing("ask-error-too-long", length=len(bare), limit=MAX_QUESTION)
    return bare


class AnswerService:
    """Answers questions from the facts; in a model's words where there is a `writer` fit for it."""

    def __init__(self, index: FactIndex, writer: Chats | None = None, meanings: Meanings | None = None) -> None:
        self._index = index
        self._writer = writer
        self._meanings = meanings
        # Threads that compute take the interpreter in turns: a second one brings no answer sooner, and stops the loop.
        self._alone = asyncio.Semaphore(1)

    @property
    def index(self) -> FactIndex:
        """The facts that answers come from."""
        return self._index

    async def answer(
        self,
        question: str,
        locale: str,
        jurisdiction: str | None = None,
        *,
        prefer: str | None = None,
        before: Sequence[str] = (),
    ) -> AsyncGenerator[Answer]:
        """Yield the states of an answer, the last one final; raise UserFacing for what is no question.

        The answer is in the question's own language; `locale` decides where that cannot be told. `jurisdiction`
        leaves out the law of other places, `prefer` only lifts a place's facts where the question names none. `before`
        are the questions of the conversation so far, oldest first.
        """
        question = check_question(question)
        otherwise = Language.ZH if locale.lower().startswith("zh") else Language.EN
        language = language_of(question, otherwise)
        prefer = prefer or _LIKELY_PLACE.get(language)
        nearest: tuple[Fact, ...] = ()
        if self._meanings is not None:
            nearest = await self._meanings.nearest(" ".join((*before[-1:], question)), language)
        search = partial(self._index.search, question, language, before=tuple(before), nearest=nearest)
        async with self._alone:
            found = await asyncio.to_thread(self._find, search, question, language, jurisdiction, prefer)
        found = replace(found, before=tuple(before))
        if not found.facts:
            yield Answer(question, language, Manner.NOT_COVERED, final=True, covered_elsewhere=found.covered_elsewhere)
            return
        if self._writer is not None:
            last: Answer | None = None
            async with aclosing(self._write(self._writer, question, language, found)) as states:
                async for state in states:
                    last = state
                    yield state
            if last is not None and last.final:
                return
        async with self._alone:
            passages = await asyncio.to_thread(self._compose, question, found.facts, language)
        yield Answer(
            question,
            language,
            Manner.PASSAGES,
            final=True,
            passages=passages,
            correction=found.correction,
            before=found.before,
        )

    def _find(
        self,
        search: Callable[..., tuple[Hit, ...]],
        question: str,
        language: Language,
        jurisdiction: str | None,
        prefer: str | None,
    ) -> "_Found":
        """Look for the facts that answer, and for what the question takes for granted; slow enough for a thread."""
        facts = tuple(hit.fact for hit in search(jurisdiction, prefer=prefer))
        if not facts:
            return _Found((), None, covered_elsewhere=jurisdiction is not None and bool(search()))
        return _Found(facts, correction(question, language, facts, self._index), covered_elsewhere=False)

    def _compose(self, question: str, facts: Sequence[Fact], language: Language) -> tuple[Passage, ...]:
        """Choose the sentences to be shown, more of the best fact than of the others."""
        subjects = self._index.subjects(question, language)
        first, further = _EXCERPTS[language]
        texts = [fact.wording(language).text for fact in facts]
        limits = [first, *(further for _ in texts[1:])]
        return tuple(
            Passage(number, fact, excerpt(text, subjects, language, limit, self._index.lexicon))
            for number, (fact, text, limit) in enumerate(zip(facts, texts, limits, strict=True), 1)
        )

    async def _write(self, writer: Chats, question: str, language: Language, found: "_Found") -> AsyncGenerator[Answer]:
        """Yield the growing text of a model, only ever sentences that passed; no final state means that too few did.

        The first state names what is being read: the member sees something true while the model has not begun.
        """
        reading = tuple(Passage(number, fact, "") for number, fact in enumerate(found.facts, 1))
        yield Answer(question, language, Manner.WRITTEN, final=False, passages=reading, before=found.before)
        rarity = partial(self._index.rarity, language=language)
        grounds = Grounds(found.facts, question, language, self._index.lexicon, rarity)
        checked: list[Checked] = []

        def state(*, final: bool) -> Answer:
            return _written(question, language, found, tuple(checked), final=final)

        try:
            async with aclosing(_sentences(writer, _messages(question, language, found))) as sentences:
                async for sentence in sentences:
                    if sentence.strip(" .[]").startswith(NOT_COVERED_MARK):
                        if not checked:
                            yield Answer(question, language, Manner.NOT_COVERED, final=True, before=found.before)
                        return
                    checked.append(await asyncio.to_thread(grounds.check, sentence))
                    if checked[-1].problem is None:
                        yield state(final=False)
                    else:
                        log.info("a written sentence was dropped: %s", checked[-1].problem.value)
        except ModelsError as error:
            # The passages need no model: the member gets those instead of an error.
            log.info("no written answer: %s", type(error).__name__)
            return
        good = sum(each.problem is None for each in checked)
        if good and good >= len(checked) * MIN_SHARE_KEPT:
            yield state(final=True)
        elif checked:
            log.info("a written answer gave way to passages: %d of %d sentences passed", good, len(checked))


@dataclass(frozen=True, slots=True)
class _Found:
    facts: tuple[Fact, ...]
    correction: Correction | None
    covered_elsewhere: bool
    before: tuple[str, ...] = ()


async def _sentences(chats: Chats, messages: Sequence[Message]) -> AsyncGenerator[str]:
    """Yield the sentences of a model's text as each is complete; one that was cut off is left out."""
    text, given = "", 0
    stream = chats.chat(messages, max_tokens=MAX_ANSWER_TOKENS, temperature=0.0)
    try:
        async for piece in stream:
            text += piece
            sentences = split_sentences(_BEGUN_CITATION.sub("", text))
            # The last one may still grow, by its citation at least.
            for sentence in sentences[given:-1]:
                yield sentence
            given = max(given, len(sentences) - 1)
        cut = stream.finish is Finish.LENGTH
    finally:
        await stream.aclose()
    for sentence in split_sentences(text)[given : -1 if cut else None]:
        yield sentence


def _messages(question: str, language: Language, found: _Found) -> tuple[Message, ...]:
    """Make the prompt: rules and facts first, since servers keep a prefix they know; the question last."""
    blocks = []
    for number, fact in enumerate(found.facts, 1):
        wording = fact.wording(language)
        places = ", ".join(fact.jurisdictions) or "no jurisdiction"
        blocks.append(
            f"[{number}] ({places}; as of {fact.as_of}; {fact.cite})\n{_inert(wording.title)}\n{_inert(wording.text)}"
        )
    system = _PROMPT.format(language=_LANGUAGE_NAMES[language], mark=NOT_COVERED_MARK, facts="\n\n".join(blocks))
    return Message(Role.SYSTEM, system), Message(Role.USER, question)


def _inert(text: str) -> str:
    """Return a fact's text on one line, without square brackets: nothing in it can pass for a rule or another fact."""
    return " ".join(text.split()).translate(str.maketrans("[]", "()"))


def _written(question: str, language: Language, found: _Found, checked: tuple[Checked, ...], *, final: bool) -> Answer:
    text = ("" if language is Language.ZH else " ").join(each.sentence for each in checked if each.problem is None)
    passages = tuple(Passage(number, found.facts[number - 1], "") for number in sorted(cited(text)))
    return Answer(
        question,
        language,
        Manner.WRITTEN,
        final,
        passages,
        text,
        correction=found.correction,
        checked=checked,
        before=found.before,
    )
