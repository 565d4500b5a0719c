"""`/ask` and its button, without Discord: what is sent, in which order."""

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from discord import app_commands

import bot
from bot.ask.answer import AnswerService
from bot.ask.commands import AskCog, SourcesButton
from bot.ask.facts import Language
from bot.ask.retrieval import FactIndex
from bot.chat.texts import LOCALES, Texts
from bot.chat.translator import CommandTranslator
from bot.errors import UserFacing
from tests.bot.ask.test_answer import FIRST, SECOND, FakeChats, by_letter


@dataclass
class FakeInteraction:
    """Notes what a command sends."""

    locale: discord.Locale = discord.Locale.american_english
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def response(self) -> Any:
        return SimpleNamespace(defer=self._note("defer"), send_message=self._note("send_message"))

    @property
    def edit_original_response(self) -> Any:
        return self._note("edit")

    def _note(self, name: str) -> Any:
        async def note(**arguments: Any) -> None:
            self.calls.append((name, arguments))

        return note

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.calls]


def cog_of(index: FactIndex, chats: FakeChats | None = None, default: str | None = None) -> AskCog:
    service = AnswerService(index, chats)
    return AskCog(service, Texts(), default_jurisdiction=default)


async def ask(cog: AskCog, interaction: FakeInteraction, question: str, **options: Any) -> None:
    command = cast(Any, AskCog.ask)
    await command.callback(cog, interaction, question, **options)


async def test_the_answer_follows_the_acknowledgement(index: FactIndex) -> None:
    interaction = FakeInteraction()
    await ask(cog_of(index), interaction, "What CFG value is good?")
    assert interaction.names == ["defer", "edit"]
    assert interaction.calls[0][1] == {"ephemeral": False, "thinking": True}
    sent = interaction.calls[1][1]
    assert sent["embed"].title == "What CFG value is good?"
    assert isinstance(sent["view"], discord.ui.View)
    assert sent["allowed_mentions"].to_dict() == {"parse": []}


async def test_a_private_answer_is_acknowledged_privately(index: FactIndex) -> None:
    interaction = FakeInteraction()
    await ask(cog_of(index), interaction, "What CFG value is good?", private=True)
    assert interaction.calls[0][1]["ephemeral"] is True


async def test_a_bad_question_is_refused_before_the_acknowledgement(index: FactIndex) -> None:
    interaction = FakeInteraction()
    with pytest.raises(UserFacing):
        await ask(cog_of(index), interaction, "   ")
    assert interaction.names == []


async def test_a_written_answer_ends_with_the_whole_text(index: FactIndex) -> None:
    interaction = FakeInteraction()
    chats = FakeChats(by_letter(f"{FIRST} {SECOND}"))
    await ask(cog_of(index, chats), interaction, "Can an AI be the author of a picture in the US?")
    assert set(interaction.names[1:]) == {"edit"}
    assert interaction.calls[-1][1]["embed"].description.startswith(f"{FIRST} {SECOND}")
    assert interaction.calls[-1][1]["view"] is not None


async def test_a_chosen_place_and_the_default_one(index: FactIndex) -> None:
    for default, chosen in ((None, "CN"), ("CN", None)):
        interaction = FakeInteraction()
        await ask(cog_of(index, default=default), interaction, "May I copy an artist's style?", jurisdiction=chosen)
        assert "China (mainland)" in interaction.calls[-1][1]["embed"].description


async def test_sources_are_shown_to_whoever_asks_alone(index: FactIndex) -> None:
    interaction = FakeInteraction()
    button = SourcesButton(Language.ZH, [index.facts["us-fan-art"].key, "00000000"])
    await cog_of(index).show_sources(cast(discord.Interaction, interaction), button)
    name, sent = interaction.calls[0]
    assert (name, sent["ephemeral"]) == ("send_message", True)
    assert [embed.title for embed in sent["embeds"]] == ["[1] 同人作品通常属于演绎作品"]


async def test_sources_that_are_gone_are_said_to_be_gone(index: FactIndex) -> None:
    button = SourcesButton(Language.EN, ["00000000"])
    with pytest.raises(UserFacing) as caught:
        await cog_of(index).show_sources(cast(discord.Interaction, FakeInteraction()), button)
    assert caught.value.key == "ask-error-sources-gone"


async def test_the_command_is_named_in_both_languages_within_discords_limits(index: FactIndex) -> None:
    texts = Texts()
    client = discord.Client(intents=discord.Intents.none())
    tree = app_commands.CommandTree(client)
    tree.add_command(cast("app_commands.Command[Any, ..., Any]", cog_of(index).__cog_app_commands__[0]))
    payload = await tree.get_commands()[0].get_translated_payload(tree, CommandTranslator(texts))
    assert payload["name"] == "ask"
    assert payload["name_localizations"]["zh-CN"] == "提问"
    assert [option["name"] for option in payload["options"]] == ["question", "jurisdiction", "private"]
    assert len(payload["options"][1]["choices"]) <= 25
    for option in payload["options"]:
        assert len(option["description_localizations"]["zh-CN"]) <= 100
        assert len(option["name_localizations"]["zh-CN"]) <= 32


def test_both_languages_have_the_same_sentences() -> None:
    folder = Path(bot.__file__).parent / "locales"
    keys = [
        {line.split(" =")[0] for line in (folder / locale / "ask.ftl").read_text().splitlines() if line[:1].isalpha()}
        for locale in LOCALES
    ]
    assert keys[0] == keys[1]
