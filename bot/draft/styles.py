"""Styles that there are to choose from, by their names in a member's language."""

from collections.abc import Sequence

from bot.ask.facts import Language
from bot.chat.texts import Texts, nearest
from bot.draft.asking import Models
from bot.draft.manners import Manners
from bot.draft.operations import Operation, able
from models.drafting import ModelAbilities


def style_name(texts: Texts, locale: object, style: str) -> str:
    """Return what a style is called; one of a server that nobody translated stays as it is."""
    key = f"style-{style}"
    return texts(locale, key) if texts.has(locale, key) else style


class StyleMenu:
    """The styles of the models, and the curated ones that a model can be asked for."""

    def __init__(self, texts: Texts, models: Models, manners: Manners | None = None) -> None:
        self._texts = texts
        self._models = models
        self._manners = manners

    def of(self, locale: object, model: ModelAbilities | None) -> list[tuple[str, str]]:
        """Return names and values of the styles that a model can be asked for."""
        found = [(style_name(self._texts, locale, style), style) for style in (model.styles if model else ())]
        if self._manners is None:
            return found
        language = Language(nearest(str(locale)))
        return [*found, *((style.titles[language], style.id) for style in self._manners.offered(model))]

    def for_restyling(self, locale: object) -> Sequence[tuple[str, str]]:
        """Return those of the model that draws a picture in another style; empty where none can."""
        fitting = able(self._models(), Operation.RESTYLE)
        return self.of(locale, fitting[0]) if fitting else ()
