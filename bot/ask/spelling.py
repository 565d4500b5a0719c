"""Misspelt words of a question, read as words that the facts hold.

English words are compared by the letters that must be changed (optimal string alignment, so that two letters in the
wrong order are one mistake); Chinese ones by their sound, since who types pinyin picks a wrong character of the right
sound. Only what is no word at all is read otherwise: neither a fact holds it nor is it common.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Self

from pypinyin import lazy_pinyin
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.ask.words import is_han, pairs, pieces, stem

_SHORTEST: Final = 5
_LONG: Final = 8
_HEARD_OFTEN: Final = 5
"""How often a Chinese pair must stand in the facts before another is heard as it: many pairs sound alike by chance."""


@dataclass(frozen=True, slots=True)
class Speller:
    """The words of an index, by their first letter or by their sound, the more frequent first."""

    latin: Mapping[str, Collection[str]]
    sounds: Mapping[str, str]
    words: Mapping[str, int]
    common: Collection[str]
    """Stems of words, and pairs of characters, that are right though no fact holds them."""

    @classmethod
    def build(cls, words: Mapping[str, int], common: Collection[str] = ()) -> Self:
        """Make a speller of words (Latin words, and pairs of Chinese characters) and how often they occur."""
        latin: dict[str, list[str]] = {}
        sounds: dict[str, str] = {}
        for word in sorted(words, key=lambda word: (-words[word], word)):
            if is_han(word):
                # The rarer ones are never heard, and to sound them all out takes a second.
                if words[word] >= _HEARD_OFTEN:
                    sounds.setdefault(_sound(word), word)
            elif len(word) >= _SHORTEST - 1:
                latin.setdefault(word[0], []).append(word)
        return cls(latin, sounds, words, common)

    def read(self, question: str) -> str:
        """Return the question with words of the facts in the place of words that look or sound like them."""
        text = question
        for piece in dict.fromkeys(pieces(question)):
            meant = self._by_sound(piece) if is_han(piece) else self._by_letters(piece)
            if meant != piece:
                text = _replaced(text, piece, meant)
        return text

    def _by_letters(self, word: str) -> str:
        if len(word) < _SHORTEST or not word.isalpha():
            return word
        if word in self.words or stem(word) in self.words or stem(word) in self.common:
            return word
        most = 2 if len(word) >= _LONG else 1
        near = process.extractOne(word, self.latin.get(word[0], ()), scorer=OSA.distance, score_cutoff=most)
        return word if near is None else near[0]

    def _by_sound(self, run: str) -> str:
        """Replace characters that make no word with a neighbour by those of the most frequent pair of their sound."""
        found = pairs(run) if len(run) > 1 else []
        wrong = {place for place, character in enumerate(run) if character not in self.common}
        for place, pair in enumerate(found):
            if pair in self.words or pair in self.common:
                wrong -= {place, place + 1}
        heard = {place: self.sounds.get(_sound(pair), pair) for place, pair in enumerate(found)}
        characters = list(run)
        for place in sorted(heard, key=lambda place: -self.words.get(heard[place], 0)):
            changed = {place + at for at, character in enumerate(heard[place]) if character != run[place + at]}
            if changed and changed <= wrong and self.words.get(heard[place], 0) >= _HEARD_OFTEN:
                characters[place : place + 2] = heard[place]
                wrong -= {place, place + 1}
        return "".join(characters)


def _sound(word: str) -> str:
    return " ".join(lazy_pinyin(word))


def _replaced(text: str, word: str, meant: str) -> str:
    """Replace a word of the normalised question where it stands, whatever its case."""
    place = text.lower().find(word)
    return text if place < 0 else text[:place] + meant + text[place + len(word) :]
