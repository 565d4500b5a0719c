"""What can be pressed on a draft: each id says all, so that a button works for as long as its message lives.

draft:<draft>:<act>[:<candidate>][:p]      p: what comes of it is the member's alone
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import discord

from bot.chat.texts import Texts
from bot.draft.asking import Models
from bot.draft.grid import FIELDS, fields_of, pressed
from bot.draft.operations import Operation, able
from bot.draft.styles import StyleMenu
from models.drafting import ModelAbilities
from storage.drafts import DraftView

if TYPE_CHECKING:
    from bot.draft.commands import DraftCog

NUMERALS: Final = "①②③④"
STYLES_OFFERED: Final = 25
"""As many as a select takes."""
WORDLESS: Final = (Operation.LINES, Operation.UPSCALE)
"""Operations in which words play no part: there is nothing to refine."""

_PRIMARY, _SECONDARY = discord.ButtonStyle.primary, discord.ButtonStyle.secondary
_SUCCESS, _DANGER = discord.ButtonStyle.success, discord.ButtonStyle.danger


def nothing_said() -> Sequence[ModelAbilities]:
    """Stand for a server that has not said what it can do."""
    return ()


class DraftButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"draft:(?P<draft>[0-9a-f]{20}):"
    r"(?P<act>choose|none|redo|refine|vary|subtle|strong|evidence|cancel|why|finish|retouch|restyle|upscale|original"
    r"|show|look|own)(?::(?P<n>[0-4]))?(?P<private>:p)?",
):
    """A button of a draft; its state is the row in the store, so it outlives every process."""

    def __init__(
        self,
        draft_id: str,
        act: str,
        position: int | None = None,
        *,
        label: str = "\u200b",
        style: discord.ButtonStyle = _SECONDARY,
        private: bool = False,
        row: int | None = None,
    ) -> None:
        suffix = ("" if position is None else f":{position}") + (":p" if private else "")
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
            label=label, style=style, custom_id=f"draft:{draft_id}:{act}{suffix}"
        )
        super().__init__(button, row=row)
        self.draft_id = draft_id
        self.act = act
        self.position = position
        self.private = private

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "DraftButton":
        """Read the button back from its id."""
        number = match["n"]
        position = None if number is None else int(number)
        return cls(match["draft"], match["act"], position, private=match["private"] is not None)

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the cog."""
        client: Any = interaction.client
        cog: DraftCog = client.get_cog("draft")
        await client.border.guard(interaction, cog.acts.pressed(interaction, self))


class FieldButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"draft-field:(?P<draft>[0-9a-f]{20}):(?P<n>[1-4]):(?P<fields>[01][0-9a-f]{2}):(?P<field>[0-9])"
    r"(?P<private>:p)?",
):
    """One of nine fields of a picture, pressed or not; field 0 goes on to say what is to be there."""

    def __init__(
        self,
        draft_id: str,
        position: int,
        fields: str,
        field: int,
        *,
        private: bool,
        label: str = "\u200b",
        row: int | None = None,
    ) -> None:
        style = _SECONDARY if field and field not in fields_of(fields) else _PRIMARY
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
            label=label,
            style=style,
            disabled=not field and not fields_of(fields),
            custom_id=f"draft-field:{draft_id}:{position}:{fields}:{field}{':p' if private else ''}",
        )
        super().__init__(button, row=row)
        self.draft_id = draft_id
        self.position = position
        self.fields = fields
        self.field = field
        self.private = private

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "FieldButton":
        """Read the button back from its id."""
        private = match["private"] is not None
        return cls(match["draft"], int(match["n"]), match["fields"], int(match["field"]), private=private)

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the cog."""
        client: Any = interaction.client
        cog: DraftCog = client.get_cog("draft")
        await client.border.guard(interaction, cog.acts.field_pressed(interaction, self))


class StyleSelect(
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    template=r"draft-style:(?P<draft>[0-9a-f]{20}):(?P<n>[1-4])(?P<private>:p)?",
):
    """The styles that a candidate can be drawn in anew."""

    def __init__(
        self,
        draft_id: str,
        position: int,
        *,
        private: bool,
        placeholder: str | None = None,
        options: Sequence[tuple[str, str]] = (),
    ) -> None:
        select: discord.ui.Select[discord.ui.View] = discord.ui.Select(
            custom_id=f"draft-style:{draft_id}:{position}{':p' if private else ''}", placeholder=placeholder
        )
        for label, value in options:
            select.add_option(label=label, value=value)
        super().__init__(select)
        self.draft_id = draft_id
        self.position = position
        self.private = private

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "StyleSelect":
        """Read the choice back from its id."""
        return cls(match["draft"], int(match["n"]), private=match["private"] is not None)

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the choice to the cog."""
        client: Any = interaction.client
        cog: DraftCog = client.get_cog("draft")
        await client.border.guard(interaction, cog.acts.restyle(interaction, self, self.item.values[0]))


class DraftButtons:
    """Lays out what can be done with a draft; what no model here can do is not offered."""

    def __init__(self, texts: Texts, models: Models, styles: StyleMenu) -> None:
        self._texts = texts
        self._models = models
        self._styles = styles

    def card(self, locale: str, view: DraftView, *, private: bool, only: int | None = None) -> discord.ui.View:
        """Return the buttons of a finished card; the chosen candidate is green. `only` one of them may be there."""
        choices = [
            DraftButton(
                view.id,
                "choose",
                each.position,
                label=NUMERALS[each.position - 1] + (" ✓" if view.chosen == each.position else ""),
                style=_SUCCESS if view.chosen == each.position else _PRIMARY,
                private=private,
                row=0,
            )
            for each in view.candidates
            if only in (None, each.position)
        ]
        none = self._button(
            locale, view.id, "none", style=_DANGER if view.chosen == 0 else _SECONDARY, private=private, row=0
        )
        below = [
            "redo",
            *([] if view.params.work in WORDLESS else ["refine"]),
            *(["vary"] if self.can(Operation.VARY) else []),
            "evidence",
        ]
        below += ["show"] if private and view.home is not None else []
        return laid_out(*choices, none, *(self._button(locale, view.id, act, private=private, row=1) for act in below))

    def chosen(self, locale: str, view: DraftView, position: int, *, private: bool) -> discord.ui.View:
        """Return what can be done with a choice: say why, and go on from the chosen candidate."""
        why = self._button(locale, view.id, "why", position, private=private, row=0)
        if not position:
            return laid_out(why)
        onward = [
            *(["finish"] if self.can(Operation.REDRAW) or self.can(Operation.UPSCALE) else []),
            *(["retouch"] if self.can(Operation.INPAINT) else []),
            *(["restyle"] if self.styles(locale) else []),
            *(["upscale"] if self.can(Operation.UPSCALE) else []),
        ]
        rows = [self._button(locale, view.id, act, position, private=private, row=0) for act in onward]
        return laid_out(why, *rows, self._button(locale, view.id, "original", position, private=private, row=1))

    def vary(self, locale: str, view: DraftView, *, private: bool) -> discord.ui.View:
        """Return a row a strength, with a button for each candidate; those of the chosen one are green."""
        return laid_out(
            *(
                DraftButton(
                    view.id,
                    act,
                    each.position,
                    label=self._texts(locale, f"draft-{act}", candidate=NUMERALS[each.position - 1]),
                    style=_SUCCESS if view.chosen == each.position else _SECONDARY,
                    private=private,
                    row=row,
                )
                for row, act in enumerate(("subtle", "strong"))
                for each in view.candidates
            )
        )

    def fields(self, locale: str, draft_id: str, position: int, fields: str, *, private: bool) -> discord.ui.View:
        """Return nine fields, three a row, and the way on."""
        on = fields_of(fields)
        nine = [
            FieldButton(
                draft_id,
                position,
                fields,
                field,
                private=private,
                label=f"{field} ✓" if field in on else str(field),
                row=(field - 1) // 3,
            )
            for field in FIELDS
        ]
        label = self._texts(locale, "draft-retouch-go")
        return laid_out(*nine, FieldButton(draft_id, position, fields, 0, private=private, label=label, row=3))

    def toggled(self, locale: str, button: FieldButton) -> discord.ui.View:
        """Return the fields after one of them was pressed."""
        fields = pressed(fields_of(button.fields) ^ {button.field})
        return self.fields(locale, button.draft_id, button.position, fields, private=button.private)

    def styles_of(self, locale: str, draft_id: str, position: int, *, private: bool) -> discord.ui.View:
        """Return the styles to choose from."""
        options = [(name[:100], value) for name, value in self.styles(locale)]
        placeholder = self._texts(locale, "draft-restyle-choose")
        return laid_out(StyleSelect(draft_id, position, private=private, placeholder=placeholder, options=options))

    def own(self, locale: str, view: DraftView, positions: Sequence[int]) -> discord.ui.View:
        """Return the ways for another member to start from what they see."""
        return laid_out(
            *(
                DraftButton(view.id, "own", at, label=self._texts(locale, "draft-own", candidate=NUMERALS[at - 1]))
                for at in positions
            )
        )

    def alone(self, locale: str, draft_id: str, act: str, *, private: bool) -> discord.ui.View:
        """Return a single button."""
        return laid_out(self._button(locale, draft_id, act, private=private))

    def styles(self, locale: str) -> Sequence[tuple[str, str]]:
        """Return names and values of the styles that a picture can be drawn in anew, as many as can be offered."""
        return self._styles.for_restyling(locale)[:STYLES_OFFERED]

    def can(self, operation: Operation) -> bool:
        """Tell whether a model can do it, or the server has not said."""
        models = self._models()
        return not models or bool(able(models, operation))

    def _button(
        self,
        locale: str,
        draft_id: str,
        act: str,
        position: int | None = None,
        *,
        private: bool,
        style: discord.ButtonStyle = _SECONDARY,
        row: int | None = None,
    ) -> DraftButton:
        label = self._texts(locale, f"draft-{act}")
        return DraftButton(draft_id, act, position, label=label, style=style, private=private, row=row)


def laid_out(*items: discord.ui.Item[Any]) -> discord.ui.View:
    """Return a view of buttons that outlive it."""
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return view
