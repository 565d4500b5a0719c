"""Reads a prompt: which of the things that the model can draw it asks for, in which colours, and what it leaves aside.

No model takes part, only the packaged list `lexicon.json` (made by models/embedded/training/words.py). Every word is a
thing by its name, a general word for several things, a word whose nearest thing is known, a colour, a word that
carries nothing here, or unknown. English and Chinese may be mixed, and emoji are read as what they show.
"""

import json
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cache
from pathlib import Path
from typing import Any, Final

from models.embedded.drafts.words import is_cjk, runs, singular

_FILE: Final = Path(__file__).parent / "lexicon.json"
MAX_THINGS: Final = 3
"""Things that one picture holds; more are left aside."""
_LONGEST_ENGLISH: Final = 5
_MISSPELT: Final = 5
"""Letters from which an unknown word is taken for a misspelt one."""
_VARIATION: Final = "\ufe0f"
_EXAMPLES: Final = (
    *("1f431", "1f436", "1f98a", "1f42f", "1f989", "1f427", "1f418", "1f992", "1f422", "1f42c", "1f98b", "1f41d"),
    *("1f409", "1f984", "1f339", "1f33b", "1f337", "1f338", "1f335", "1f344", "1f34e", "1f353", "1f349", "1f34d"),
    *("1f347", "1f951", "1f955", "1f354", "1f355", "1f363", "1f35c", "1f370", "1f369", "1f366", "2615", "1f375"),
    *("1f3d4", "1f3d6", "1f3dd", "1f30b", "1f3e0", "1f3f0", "1f307", "1f308", "1f319", "2b50", "2603", "1f525"),
    *("1f680", "2708", "26f5", "1f682", "1f697", "1f6b2", "1f388", "1f381", "1f3b8", "1f3bb", "1f3a8", "1f4f7"),
)


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing to draw.

    `written` are the member's own words for it. `concepts` are hexcodes, the best first: one where the words are a
    name, several equally good ones where they are general. `near` says that the words are no name the model knows, and
    this is the nearest. `tint` is one of tint.TINTS where a colour was asked for that the thing does not have by name.
    """

    written: str
    concepts: tuple[str, ...]
    name_en: str
    name_zh: str
    near: bool = False
    tint: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood of a prompt: the things, the most important first, and the words left aside."""

    things: tuple[Thing, ...]
    unknown: tuple[str, ...]

    @property
    def drawable(self) -> bool:
        """Whether there is anything in the prompt that the model can draw."""
        return bool(self.things)


class _Kind(Enum):
    THING = auto()
    COLOUR = auto()
    FILLER = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the prompt; `numbers` are the concepts of a thing, or of what a colour word may be besides."""

    kind: _Kind
    written: str
    numbers: tuple[int, ...] = ()
    near: bool = False
    tint: str | None = None


class _Vocabulary:
    """The words of one language."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.names: Mapping[str, int] = data["names"]
        self.colours: Mapping[str, str] = data["colours"]
        self.fillers = frozenset(data["fillers"])
        self._general: Mapping[str, Sequence[int]] = data["general"]
        self._near: Mapping[str, Sequence[int]] = data["near"]
        self.longest = max(map(len, (*self.names, *self._general, *self._near, *self.colours, *self.fillers)))

    def thing(self, key: str, written: str) -> _Piece | None:
        """Return a thing by its name, a general word, or the nearest one; None where the word is none of them."""
        if key in self.names:
            return _Piece(_Kind.THING, written, (self.names[key],))
        if key in self._general:
            return _Piece(_Kind.THING, written, tuple(self._general[key]))
        if key in self._near:
            return _Piece(_Kind.THING, written, tuple(self._near[key]), near=True)
        return None

    def word(self, key: str, written: str) -> _Piece | None:
        """Return what a word is; a colour may be a thing besides, like an orange."""
        thing = self.thing(key, written)
        if key in self.colours:
            numbers = thing.numbers if thing is not None and not thing.near else ()
            return _Piece(_Kind.COLOUR, written, numbers, tint=self.colours[key])
        if key in self.fillers:
            return _Piece(_Kind.FILLER, written)
        return thing


class Lexicon:
    """The things the model can draw, by every name they are known by."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        rows: list[tuple[str, int, str, str]] = [tuple(row) for row in data["concepts"]]
        self.concepts: Final = tuple(row[0] for row in rows)
        self._rows = rows
        self._number = {hexcode: number for number, hexcode in enumerate(self.concepts)}
        self._instead: Sequence[Sequence[int]] = data["instead"]
        self._english, self._chinese = _Vocabulary(data["en"]), _Vocabulary(data["zh"])
        self._emoji = {"".join(chr(int(part, 16)) for part in row[0].split("-")): n for n, row in enumerate(rows)}
        self._longest_emoji = max(map(len, self._emoji))
        self._labels = {label.casefold(): n for n, row in reversed([*enumerate(rows)]) for label in row[2:]}
        self.examples_en: Final = tuple(self.names(each)[0] for each in _EXAMPLES if each in self._number)
        self.examples_zh: Final = tuple(self.names(each)[1] for each in _EXAMPLES if each in self._number)

    def names(self, concept: str) -> tuple[str, str]:
        """Return the English and the Chinese label of a concept."""
        _, _, english, chinese = self._rows[self._number[concept]]
        return english, chinese

    def group(self, concept: str) -> int:
        """Return Unicode's group of a concept: 0 faces, 1 people, 3 animals and plants, 4 food, 5 travel and so on."""
        return self._rows[self._number[concept]][1]

    def read(self, prompt: str, known: frozenset[str] | None = None) -> Reading:
        """Read a prompt; with `known` hexcodes, things that are not among them become the nearest that are."""
        label = self._labels.get(prompt.strip().casefold())
        whole = [] if label is None else [_Piece(_Kind.THING, prompt.strip(), (label,))]
        pieces = whole or _coloured([*self._pieces(prompt)])
        things: list[Thing] = []
        aside = [piece.written for piece in pieces if piece.kind is _Kind.UNKNOWN]
        for piece in pieces:
            if piece.kind is not _Kind.THING:
                continue
            thing = self._thing(piece, known)
            if thing is None or len(things) == MAX_THINGS:
                aside.append(piece.written)
            elif not any(_same(thing, other) for other in things):
                things.append(thing)
        return Reading(tuple(things), tuple(dict.fromkeys(aside)))

    def _thing(self, piece: _Piece, known: frozenset[str] | None) -> Thing | None:
        numbers, tint = piece.numbers, piece.tint
        named = self._named_in_colour(piece)
        if named is not None:
            numbers, tint = (named,), None
        elif tint is not None and tint in self._rows[numbers[0]][2].lower().split():
            tint = None
        near = piece.near
        if known is not None and not all(self.concepts[number] in known for number in numbers):
            left = tuple(number for number in numbers if self.concepts[number] in known)
            closest = [each for number in numbers for each in self._instead[number] if self.concepts[each] in known]
            near = near or not left
            numbers = left or tuple(closest[:1])
        if not numbers:
            return None
        concepts = tuple(self.concepts[number] for number in numbers)
        return Thing(piece.written, concepts, *self.names(concepts[0]), near=near, tint=tint)

    def _named_in_colour(self, piece: _Piece) -> int | None:
        """Return the concept that has this colour by its name, like a black cat or a green apple."""
        if piece.tint is None:
            return None
        if is_cjk(piece.written):
            colours = [word.removesuffix("色") for word, tint in self._chinese.colours.items() if tint == piece.tint]
            ways = [f"{colour}{piece.written}" for colour in dict.fromkeys(colours)]
            return next((self._chinese.names[way] for way in ways if way in self._chinese.names), None)
        return self._english.names.get(f"{piece.tint} {' '.join(singular(run) for run in runs(piece.written))}")

    def _pieces(self, prompt: str) -> Iterator[_Piece]:
        """Cut a prompt into pieces, emoji first."""
        plain = prompt.replace(_VARIATION, "")
        start = at = 0
        while at < len(plain):
            length = self._emoji_at(plain, at)
            if not length:
                at += 1
                continue
            yield from self._read(plain[start:at])
            written = plain[at : at + length]
            yield _Piece(_Kind.THING, written, (self._emoji[written],))
            start = at = at + length
        yield from self._read(plain[start:])

    def _emoji_at(self, text: str, at: int) -> int:
        if ord(text[at]) < 0x2000:
            return 0
        lengths = range(min(self._longest_emoji, len(text) - at), 0, -1)
        return next((length for length in lengths if text[at : at + length] in self._emoji), 0)

    def _read(self, text: str) -> Iterator[_Piece]:
        words: list[str] = []
        for run in runs(text):
            if not is_cjk(run):
                words.append(run)
                continue
            yield from self._read_english(words)
            words = []
            yield from self._read_chinese(run)
        yield from self._read_english(words)

    def _read_english(self, words: Sequence[str]) -> Iterator[_Piece]:
        """Take the longest name that starts at each word; "t-rex" and "T rex" are the same two words."""
        stems = [singular(word) for word in words]
        at = 0
        while at < len(words):
            for length in range(min(_LONGEST_ENGLISH, len(words) - at), 1, -1):
                piece = self._english.thing(" ".join(stems[at : at + length]), " ".join(words[at : at + length]))
                if piece is not None:
                    break
            else:
                length, piece = 1, self._english_word(words[at], stems[at])
            yield piece
            at += length

    def _english_word(self, word: str, stem: str) -> _Piece:
        found = self._english.word(word, word) or self._english.word(stem, word)
        if found is not None:
            return found
        if len(word) == 1 or word.isdigit():
            # A lone Latin letter is what an apostrophe leaves over; a number says how many.
            return _Piece(_Kind.FILLER, word)
        respelt = next((each for each in _respelt(stem) if each in self._english.names), None)
        if respelt is not None and len(word) >= _MISSPELT:
            return _Piece(_Kind.THING, word, (self._english.names[respelt],), near=True)
        return _Piece(_Kind.UNKNOWN, word)

    def _read_chinese(self, run: str) -> Iterable[_Piece]:
        """Cut an unbroken run by the longest known word at each place."""
        pieces: list[_Piece] = []
        at = 0
        while at < len(run):
            for length in range(min(self._chinese.longest, len(run) - at), 0, -1):
                written = run[at : at + length]
                piece = self._chinese.word(written, written)
                if piece is not None:
                    break
            else:
                length, piece = 1, _Piece(_Kind.UNKNOWN, run[at])
            pieces.append(piece)
            at += length
        return _headed(_joined(pieces))


@cache
def lexicon() -> Lexicon:
    """Read the packaged lexicon, once."""
    return Lexicon(json.loads(_FILE.read_text(encoding="utf-8")))


def _same(thing: Thing, other: Thing) -> bool:
    """Tell things that would be drawn twice: a retriever puppy is one dog, a red and a blue cat are two."""
    return thing.concepts == other.concepts and (thing.tint == other.tint or thing.near or other.near)


def _coloured(pieces: list[_Piece]) -> list[_Piece]:
    """Give each colour to the thing after it, else to the one before; a colour alone is the thing of that name."""
    given: list[_Piece] = list(pieces)
    for at, piece in enumerate(pieces):
        if piece.kind is not _Kind.COLOUR:
            continue
        owner = _owner(given, at)
        if owner is not None:
            given[owner] = replace(given[owner], tint=piece.tint)
        elif piece.numbers:
            given[at] = _Piece(_Kind.THING, piece.written, piece.numbers)
    return given


def _owner(pieces: Sequence[_Piece], colour: int) -> int | None:
    """Return the place of the thing that a colour belongs to."""
    for at in range(colour + 1, len(pieces)):
        if pieces[at].kind is _Kind.THING:
            return at
        if pieces[at].kind is _Kind.COLOUR:
            break
    before = (at for at in range(colour - 1, -1, -1) if pieces[at].kind is _Kind.THING)
    return next((at for at in before if pieces[at].tint is None), None)


def _joined(pieces: list[_Piece]) -> list[_Piece]:
    """Join neighbouring unknown characters into one unknown word."""
    joined: list[_Piece] = []
    for piece in pieces:
        if joined and piece.kind is joined[-1].kind is _Kind.UNKNOWN:
            joined[-1] = _Piece(_Kind.UNKNOWN, joined[-1].written + piece.written)
        else:
            joined.append(piece)
    return joined


def _headed(pieces: list[_Piece]) -> list[_Piece]:
    """Read one-character things beside unknown characters: the last character of a Chinese word says what it is.

    So the boat in 乌篷船 is one, though nobody told which, and the horse in 马路 (road) is none.
    """
    read: list[_Piece] = []
    for piece in pieces:
        before = read[-1] if read else None
        short = piece.kind is _Kind.THING and len(piece.written) == 1
        if short and before is not None and before.kind is _Kind.UNKNOWN:
            read[-1] = replace(piece, written=before.written + piece.written, near=True)
        elif piece.kind is _Kind.UNKNOWN and before is not None and _is_short(before):
            read[-1] = _Piece(_Kind.UNKNOWN, before.written + piece.written)
        else:
            read.append(piece)
    return read


def _is_short(piece: _Piece) -> bool:
    return piece.kind in (_Kind.THING, _Kind.COLOUR) and len(piece.written) == 1


def _respelt(word: str) -> Iterator[str]:
    """Yield the words that one slip may have turned into `word`: swapped, missing, wrong, doubled letters."""
    cuts = [(word[:at], word[at:]) for at in range(1, len(word) + 1)]
    for head, tail in cuts:
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        if tail:
            yield head + tail[1:]
    for head, tail in cuts:
        for letter in string.ascii_lowercase:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
