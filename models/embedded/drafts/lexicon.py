"""Find in a prompt the things the embedded model has learned to draw, in English and in Chinese.

The model knows 291 animals, plants, foods and drinks and nothing else. What it cannot know is kept from it: an unknown
word would only add noise, since hashing gives every word some feature. So the prompt which reaches the model is the one
thing recognised, and the record says which words that was drawn from and which were left aside.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from pathlib import Path
from typing import Final

from models.embedded.drafts.text import is_cjk, runs, stem

_FILE: Final = Path(__file__).parent / "lexicon.json"
_IRREGULAR: Final = {
    "geese": "goose",
    "knives": "knife",
    "leaves": "leaf",
    "loaves": "loaf",
    "mice": "mouse",
    "oxen": "ox",
    "wolves": "wolf",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood of a prompt.

    `text` is what the model is given, empty where nothing can be drawn; `drawn_from` the words it stands for, as they
    were written; `unknown` the words left aside, since the model knows them not or not together with that thing.
    """

    text: str
    drawn_from: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def drawable(self) -> bool:
        """Whether there is anything in the prompt that the model can draw."""
        return bool(self.text)


class _Kind(Enum):
    THING = auto()
    COLOUR = auto()
    FILLER = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: _Kind
    written: str
    caption: str = ""


class Lexicon:
    """The things the model can draw, by every name they are known by."""

    def __init__(self, entries: dict[str, list[str]], concepts: list[dict[str, list[str]]]) -> None:
        self.examples_en: Final = _captions(concepts, "en")
        self.examples_zh: Final = _captions(concepts, "zh")
        self._english = {_key(name): concept["en"][0] for concept in concepts for name in reversed(concept["en"])}
        self._chinese = {name: concept["zh"][0] for concept in concepts for name in concept["zh"]}
        self._colours = frozenset(entries["colours_en"]) | frozenset(entries["colours_zh"])
        self._fillers = frozenset(entries["fillers_en"]) | frozenset(entries["fillers_zh"])
        self._longest_english = max(map(len, self._english))
        chinese = [*self._chinese, *entries["colours_zh"], *entries["fillers_zh"]]
        self._longest_chinese = max(map(len, chinese))

    def read(self, prompt: str) -> Reading:
        """Find the first thing of a prompt, with its colour where that was learned; leave the rest aside.

        The model cannot compose: given "cat dog" it draws neither, and given "green cat" no cat.
        """
        pieces = _tints_aside([*self._pieces(prompt)], self._colours)
        thing = next((piece for piece in pieces if piece.kind is _Kind.THING), None)
        if thing is None:
            return Reading("", (), _unique(piece.written for piece in pieces if piece.kind is not _Kind.FILLER))
        drawn, text = [thing], thing.caption
        for colour in pieces:
            tinted = self._tinted(colour, thing) if colour.kind is _Kind.COLOUR else None
            if tinted is not None:
                drawn, text = [piece for piece in pieces if piece in (colour, thing)], tinted
                break
        aside = [piece for piece in pieces if piece not in drawn and piece.kind is not _Kind.FILLER]
        return Reading(text, _unique(piece.written for piece in drawn), _unique(piece.written for piece in aside))

    def things(self, prompt: str) -> str:
        """Return the words of all things in a text; for what should not appear."""
        return " ".join(piece.caption for piece in self._pieces(prompt) if piece.kind is _Kind.THING)

    def _tinted(self, colour: _Piece, thing: _Piece) -> str | None:
        """Return the caption of the thing in this colour if that is a concept of its own, like a green apple."""
        if is_cjk(thing.written):
            return self._chinese.get(colour.written.removesuffix("色") + thing.written)
        return self._english.get(_key(f"{colour.written} {thing.written}"))

    def _pieces(self, prompt: str) -> Iterable[_Piece]:
        words: list[str] = []
        for run in runs(prompt):
            if not is_cjk(run):
                words.append(run)
                continue
            yield from self._read_english(words)
            words = []
            yield from self._read_chinese(run)
        yield from self._read_english(words)

    def _read_english(self, words: list[str]) -> Iterable[_Piece]:
        """Take the longest name that starts at each word; "t-rex" and "T rex" are the same two words."""
        stems = _key(" ".join(words))
        at = 0
        while at < len(words):
            for length in range(min(self._longest_english, len(words) - at), 0, -1):
                caption = self._english.get(stems[at : at + length])
                if caption is not None:
                    written = " ".join(words[at : at + length])
                    yield _Piece(_Kind.THING, written, _said(written, caption))
                    at += length
                    break
            else:
                yield self._plain(words[at])
                at += 1

    def _read_chinese(self, run: str) -> Iterable[_Piece]:
        """Cut an unbroken run by the longest known word at each place."""
        pieces: list[_Piece] = []
        at = 0
        while at < len(run):
            for length in range(min(self._longest_chinese, len(run) - at), 0, -1):
                written = run[at : at + length]
                caption = self._chinese.get(written)
                piece = self._plain(written) if caption is None else _thing_zh(written, caption)
                if piece.kind is not _Kind.UNKNOWN or length == 1:
                    pieces.append(piece)
                    at += length
                    break
        return _joined(_doubted(pieces))

    def _plain(self, word: str) -> _Piece:
        if word in self._colours:
            return _Piece(_Kind.COLOUR, word, word)
        # A lone Latin letter is what an apostrophe leaves over, as in "the bear's".
        filler = word in self._fillers or (len(word) == 1 and not is_cjk(word))
        return _Piece(_Kind.FILLER if filler else _Kind.UNKNOWN, word)


@cache
def lexicon() -> Lexicon:
    """Read the packaged lexicon, once."""
    data = json.loads(_FILE.read_text(encoding="utf-8"))
    return Lexicon(data, data["concepts"])


def _key(name: str) -> tuple[str, ...]:
    return tuple(stem(_singular(word)) for word in runs(name))


def _singular(word: str) -> str:
    """Undo the plurals that `stem`, which must stay as it was in training, gets wrong."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    return word[:-2] if word.endswith(("xes", "ches", "shes", "oes", "uses")) and len(word) > 4 else word


def _captions(concepts: list[dict[str, list[str]]], language: str) -> tuple[str, ...]:
    return tuple(concept[language][0] for concept in concepts)


def _said(written: str, caption: str) -> str:
    """Keep the member's word where the training caption has it too; say the caption where it does not."""
    same = set(_key(written)) <= set(_key(caption))
    return " ".join(_singular(word) for word in written.split()) if same else caption


def _thing_zh(written: str, caption: str) -> _Piece:
    return _Piece(_Kind.THING, written, written if written in caption else caption)


def _tints_aside(pieces: list[_Piece], colours: frozenset[str]) -> list[_Piece]:
    """Read "orange" in "an orange cat" as a colour, and in "an orange" as the fruit."""
    if all(piece.written in colours for piece in pieces if piece.kind is _Kind.THING):
        return pieces
    return [
        _Piece(_Kind.COLOUR, piece.written, piece.written)
        if piece.kind is _Kind.THING and piece.written in colours
        else piece
        for piece in pieces
    ]


def _doubted(pieces: list[_Piece]) -> list[_Piece]:
    """Take back one-character words that touch an unknown character: the horse in 马路 (road) is none."""
    unknown = [piece.kind is _Kind.UNKNOWN for piece in pieces]
    touching = [any(unknown[max(0, at - 1) : at + 2]) for at in range(len(pieces))]
    return [
        _Piece(_Kind.UNKNOWN, piece.written)
        if touches and len(piece.written) == 1 and piece.kind in (_Kind.THING, _Kind.COLOUR)
        else piece
        for piece, touches in zip(pieces, touching, strict=True)
    ]


def _joined(pieces: list[_Piece]) -> list[_Piece]:
    """Join neighbouring unknown characters into one unknown word."""
    joined: list[_Piece] = []
    for piece in pieces:
        if joined and piece.kind is joined[-1].kind is _Kind.UNKNOWN:
            joined[-1] = _Piece(_Kind.UNKNOWN, joined[-1].written + piece.written)
        else:
            joined.append(piece)
    return joined


def _unique(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
