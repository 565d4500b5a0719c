"""The manner of a drawing: a style that the model has by name, one of the curated styles, or words; nobody's name.

A curated style is a fact of the body of facts (`style-...`): its steering words are added to the member's, and the
record says so. A living artist's name is refused, with styles that say what is mostly meant by it.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.ask.facts import Fact, Language
from bot.chat.typed import clean
from bot.draft.terms import folded, words_pattern
from bot.errors import UserFacing
from models.catalog import EMBEDDED_DRAFTS
from models.drafting import ModelAbilities

MAX_STYLE: Final = 100
_PREFIX: Final = "style-"
_STEERING: Final = re.compile(r"Steering words: ([^.;]+)")
_IN_BRACKETS: Final = re.compile(r"\s*\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Manner:
    """How to ask a model for a style: by its own name for it, by words added for the member, or by their own words."""

    style: str | None = None
    added: str | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class CuratedStyle:
    """A style of the body of facts."""

    id: str
    titles: Mapping[Language, str]
    added: str


@dataclass(frozen=True, slots=True)
class Artist:
    """Somebody who is not asked for by name, and the ids of styles in place of theirs."""

    names: re.Pattern[str]
    instead: tuple[str, ...]


class Manners:
    """Every style that there is to choose from, besides the models' own."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.curated = {fact.id: _curated(fact) for fact in facts if fact.id.startswith(_PREFIX)}
        self._artists = _artists()

    def offered(self, model: ModelAbilities | None) -> Sequence[CuratedStyle]:
        """Return the curated styles that a model can be asked for; those who know a few words only know no more."""
        return () if model is not None and _knows_few_words(model) else tuple(self.curated.values())

    def of(self, style: str | None, model: ModelAbilities | None, language: Language) -> Manner:
        """Find out what a member means by a style; raise UserFacing where the model has no such thing.

        Where the server has not said what it knows, it decides itself about what is no curated style.
        """
        wanted = clean(style or "")
        if not wanted:
            return Manner()
        if len(wanted) > MAX_STYLE:
            raise UserFacing("error-style-long", limit=MAX_STYLE)
        self._check(wanted, language)
        if model is not None and wanted in model.styles:
            return Manner(style=wanted)
        if model is not None and _knows_few_words(model):
            raise UserFacing("error-style", style=wanted[:40], styles=", ".join(model.styles))
        found = self._curated(wanted)
        if found is not None:
            return Manner(added=found.added)
        return Manner(style=wanted) if model is None else Manner(words=wanted)

    def _curated(self, wanted: str) -> CuratedStyle | None:
        name = folded(wanted)
        named = (s for s in self.curated.values() if name in {folded(title) for title in s.titles.values()})
        return self.curated.get(wanted) or next(named, None)

    def _check(self, wanted: str, language: Language) -> None:
        """Raise UserFacing for a living artist's name."""
        for artist in self._artists:
            found = artist.names.search(folded(wanted))
            if found is not None:
                instead = [self.curated[id_].titles[language] for id_ in artist.instead if id_ in self.curated]
                raise UserFacing("error-living-artist", name=found[0], instead=" / ".join(instead))


def _knows_few_words(model: ModelAbilities) -> bool:
    """Tell whether a model reads words by a list of things: it would draw the paper and the gold of a description."""
    return model.name == EMBEDDED_DRAFTS.name


def _curated(fact: Fact) -> CuratedStyle:
    title, steering = fact.wording(Language.EN).title, _STEERING.search(fact.wording(Language.EN).text)
    name = _IN_BRACKETS.sub("", title)
    added = name if steering is None else f"{name}, {steering[1].strip()}"
    return CuratedStyle(fact.id, {language: fact.wording(language).title for language in Language}, added)


def _artists() -> tuple[Artist, ...]:
    listed = tomllib.loads((Path(__file__).parent / "artists.toml").read_text(encoding="utf-8"))["artist"]
    return tuple(Artist(words_pattern([folded(n) for n in each["names"]]), tuple(each["instead"])) for each in listed)
