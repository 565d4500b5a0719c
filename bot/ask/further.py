"""Asking further: the form under an answer, and the questions before it, which the answer's own card holds."""

import re
from typing import TYPE_CHECKING, Any, Final

import discord

from bot.ask.facts import Language
from bot.ask.places import PLACES
from bot.chat.forms import StandingForm, Typed
from bot.chat.texts import Texts

if TYPE_CHECKING:
    from bot.ask.commands import AskCog

ARROW: Final = " › "
MAX_TRAIL: Final = 256
"""Discord's limit for the line above a title."""
_MAX_FURTHER: Final = 300


def trail_of(embed: discord.Embed) -> tuple[str, ...]:
    """Return the questions that led to an answer, oldest first, its own among them."""
    before = (embed.author.name or "").split(ARROW)
    # The title was made plain text for Discord; here the question itself is wanted.
    return tuple(filter(None, (*before, re.sub(r"\\([^a-zA-Z0-9\s])", r"\1", embed.title or ""))))


def trail_line(before: tuple[str, ...]) -> str | None:
    """Return the line that shows the questions before, the newest as whole as there is room; None for a first one."""
    line = ""
    for question in reversed(before):
        longer = question.replace(ARROW, " ") + (ARROW + line if line else "")
        if len(longer) > MAX_TRAIL:
            break
        line = longer
    return line or (before[-1][: MAX_TRAIL - 1] + "…" if before else None)


class FurtherForm(StandingForm):
    """A further question, for a further place, or both; what was asked before stands in the message under it."""

    template = "ask-further:(?P<language>en|zh)"

    def __init__(self, texts: Texts, language: Language) -> None:
        def say(key: str) -> str:
            return texts(language.value, key)

        super().__init__(title=say("ask-further-title"), custom_id=f"ask-further:{language.code}")
        question: discord.ui.TextInput[FurtherForm] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            max_length=_MAX_FURTHER,
            required=False,
            placeholder=say("ask-further-example"),
            custom_id="question",
        )
        options = [discord.SelectOption(label=say(f"ask-place-{code.lower()}"), value=code) for code, _ in PLACES]
        place: discord.ui.Select[FurtherForm] = discord.ui.Select(
            options=options, required=False, min_values=0, max_values=1, custom_id="place"
        )
        self.add_item(discord.ui.Label(text=say("ask-further-question"), component=question))
        self.add_item(discord.ui.Label(text=say("ask-further-place"), component=place))

    @classmethod
    async def submitted(cls, interaction: discord.Interaction, match: re.Match[str], typed: Typed) -> None:
        """Answer."""
        client: Any = interaction.client
        cog: AskCog = client.get_cog("ask")
        places = typed.get("place") or [None]
        await cog.ask_further(interaction, str(typed.get("question") or "").strip(), places[0])
