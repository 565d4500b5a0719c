"""Sentences: splitting text into them, and choosing those of a fact that speak to a question."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from bot.ask.facts import Language
from bot.ask.words import Lexicon, Subject

# A full stop after these ends no sentence: citations are full of them. Some do so only before a number.
_ABBREVIATIONS = re.compile(
    r"(vs?|inc|corp|co|ltd|u\.s|u\.k|u\.s\.c|e\.g|i\.e|st|dr|mrs?|ms|supp|ed|fed|reg|ct|cir|cf)"
)
_BEFORE_NUMBERS = re.compile(r"(arts?|ss?|nos?|pp?|pt|sec|ch|para)")
_LATIN_END = re.compile(r"""[.!?]["”')\]]*(?:\s*\[\d+\])*+(?=\s|$)""")
_HAN_END = re.compile(r"[。！？][”』」）]*(?:\s*\[\d+\])*+")
_GAP = {Language.EN: " … ", Language.ZH: "……"}
_JOIN = {Language.EN: " ", Language.ZH: ""}


def split_sentences(text: str) -> list[str]:
    """Split text into sentences; what follows a sentence in square brackets (a citation) stays with it."""
    ends = {match.end() for match in _HAN_END.finditer(text)}
    ends |= {match.end() for match in _LATIN_END.finditer(text) if _is_end(text, match.start())}
    sentences, start = [], 0
    for end in [*sorted(ends), len(text)]:
        if sentence := text[start:end].strip():
            sentences.append(sentence)
        start = end
    return sentences


def _is_end(text: str, stop: int) -> bool:
    """Tell whether the stop at a position ends a sentence, and not an abbreviation or an initial."""
    if text[stop] != ".":
        return True
    rest = text[stop + 1 :].lstrip("\"”')] ")
    # Citations after the stop belong to the sentence; what counts is the first letter behind them.
    rest = re.sub(r"^(\[?\d+\]\s*)+(?=\S)", "", rest) or rest
    before = re.search(r"[\w.]*$", text[:stop])
    word = before[0].lower() if before else ""
    if _ABBREVIATIONS.fullmatch(word) or (len(word) == 1 and word.isalpha()):
        return False
    if _BEFORE_NUMBERS.fullmatch(word) and rest[:1].isdigit():
        return False
    return not rest[:1].islower()


def excerpt(text: str, subjects: Iterable[Subject], language: Language, limit: int, lexicon: Lexicon) -> str:
    """Return the first sentence and those that speak most of the subjects, in order, within `limit` characters.

    Not a word is changed; a gap is shown by an ellipsis. A first sentence that alone is too long is kept whole.
    """
    sentences = split_sentences(text)
    wanted = tuple(subjects)
    mentions = [_mentions(set(lexicon.terms(sentence, language)), wanted) for sentence in sentences]
    ranked = sorted(range(1, len(sentences)), key=lambda i: (-mentions[i], i))
    chosen, used = [0], len(sentences[0])
    for i in ranked:
        if used + len(sentences[i]) + 3 <= limit:
            chosen.append(i)
            used += len(sentences[i]) + 3
    return _join(sentences, sorted(chosen), language)


def _join(sentences: Sequence[str], chosen: Sequence[int], language: Language) -> str:
    parts = [sentences[chosen[0]]]
    for before, i in pairwise(chosen):
        parts.append((_JOIN if i == before + 1 else _GAP)[language] + sentences[i])
    tail = _GAP[language].rstrip() if chosen[-1] < len(sentences) - 1 and chosen == [0] and len(sentences) > 1 else ""
    return "".join(parts) + tail


def _mentions(terms: set[str], subjects: Iterable[Subject]) -> float:
    return sum(subject.weight for subject in subjects if terms.intersection(subject.terms))
