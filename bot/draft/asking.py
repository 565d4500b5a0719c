"""From what was typed into a drawing command to a brief: the model that can do it, the manner, the words."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from bot.ask.facts import Language
from bot.chat.texts import nearest
from bot.draft.brief import Brief, make_brief
from bot.draft.manners import Manners
from bot.draft.operations import Operation, able, model_for
from bot.errors import UserFacing
from bot.members.preferences import offered
from models.drafting import ModelAbilities
from storage.preferences import Preference

Models = Callable[[], Sequence[ModelAbilities]]
"""Returns what the drafts server's models can do, the default one first; empty while it has not said."""
_LINE_STYLES: Final = ("lineart", "line-art", "line art", "line", "ink")
_LINE_ART: Final = "style-line-art"


class Asking:
    """Makes briefs, by what the drafts server can do and the styles that there are."""

    def __init__(self, models: Models, manners: Manners) -> None:
        self._models = models
        self._manners = manners

    def styles(self, operation: Operation) -> tuple[str, ...]:
        """Return the styles of the model that will do an operation, as far as the server has said."""
        models = able(self._models(), operation)
        return models[0].styles if models else ()

    def preferred(
        self, own: Preference, operation: Operation, style: str | None, model: str | None
    ) -> tuple[str | None, str | None]:
        """Return style and model: those that were asked for, else what the member prefers, as far as it is there."""
        models = able(self._models(), operation)
        if model is None:
            model = offered(own.model, [each.name for each in models])
        drawing = next((each for each in models if each.name == model), models[0] if models else None)
        if style is None:
            style = offered(own.style, drawing.styles if drawing else ())
        return style, model

    def brief(
        self,
        locale: object,
        operation: Operation,
        text: str,
        *,
        style: str | None = None,
        model: str | None = None,
        aspect: str | None = None,
        added: str | None = None,
        **rest: Any,
    ) -> Brief:
        """Return a brief; raise UserFacing. `added` are words for what was chosen from a list; `rest` as `make_brief`.

        A style in the member's own words is a part of their words.
        """
        chosen = model_for(self._models(), operation, model)
        manner = self._manners.of(style, chosen, Language(nearest(str(locale))))
        if aspect is not None and chosen is not None and _draws_squares(chosen):
            raise UserFacing("error-aspect", model=chosen.name)
        return make_brief(
            _joined(text.strip(), manner.words) or "",
            operation=operation,
            style=manner.style,
            styles=chosen.styles if chosen else (),
            # The default one needs no name: the server knows it, and the operator may change it.
            model=chosen.name if chosen is not None and (model or chosen is not self._models()[0]) else model,
            aspect=aspect,
            added=_joined(manner.added, added),
            **rest,
        )

    def line_art(self, locale: object, text: str, *, model: str | None = None, **rest: Any) -> Brief:
        """Return a brief for line art from words: by the model's own style for it, else by words that are added."""
        chosen = model_for(self._models(), Operation.DRAFT, model)
        known = [] if chosen is None else [style for style in _LINE_STYLES if style in chosen.styles]
        return self.brief(locale, Operation.DRAFT, text, style=known[0] if known else _LINE_ART, model=model, **rest)


def _draws_squares(model: ModelAbilities) -> bool:
    return bool(model.sizes) and all(width == height for width, height in model.sizes)


def _joined(*words: str | None) -> str | None:
    return ", ".join(each for each in words if each) or None
