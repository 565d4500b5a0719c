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
from bot.ask.buttons import RateButton, SourcesButton
from bot.ask.commands import AskCog
from bot.ask.facts import Language
from bot.ask.retrieval import FactIndex
from bot.chat.texts import LOCALES, Texts
from bot.chat.translator import CommandTranslator
from bot.errors import UserFacing
from storage.ratings import Answered, Ratings
from tests.bot.ask.test_answer import FIRST, SECOND, FakeChats, by_letter


@dataclass
class FakeInteraction:
    """Notes what a command sends."""

    locale: discord.Locale = discord.Locale.american_english
    message: Any = None
    guild_id: int | None = 7
    channel_id: int = 8
    user: Any = field(default_factory=lambda: SimpleNamespace(id=1001))
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def response(self) -> Any:
        return SimpleNamespace(
            defer=self._note("defer"), send_message=self._note("send_message"), send_modal=self._form
        )

    @property
    def edit_original_response(self) -> Any:
        return self._note("edit")

    async def _form(self, form: Any) -> None:
        self.calls.append(("send_modal", {"form": form}))

    def _note(self, name: str) -> Any:
        async def note(**arguments: Any) -> None:
            self.calls.append((name, arguments))

        return note

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.calls]


@dataclass
class Votes:
    """Notes the votes; the real repository has tests of its own."""

    kept: list[tuple[Answered, str, bool]] = field(default_factory=list)

    async def rate(self, answered: Answered, voter: str, *, helpful: bool) -> None:
        self.kept.append((answered, voter, helpful))


def cog_of(
    index: FactIndex, chats: FakeChats | None = None, default: str | None = None, votes: Votes | None = None
) -> AskCog:
    service = AnswerService(index, chats)
    return AskCog(service, cast(Ratings, votes or Votes()), Texts(), default_jurisdiction=default)


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


async def test_a_private_answer_is_acknowledged_privately(index: FactIndex) -> None:
    interaction = FakeInteraction()
    await ask(cog_of(index), interaction, "What CFG value is good?", private=True)
    assert interaction.calls[0][1]["ephemeral"] is True


async def test_a_bad_question_is_refused_before_the_acknowledgement(index: FactIndex) -> None:
    interaction = FakeInteraction()
    with pytest.raises(UserFacing):
        await ask(cog_of(index), interaction, "   ")
    assert interaction.names == []


async def test_a_written_answer_ends_with_the_whole_text(on_authorship: FactIndex) -> None:
    interaction = FakeInteraction()
    chats = FakeChats(by_letter(f"{FIRST} {SECOND}"))
    await ask(cog_of(on_authorship, chats), interaction, "Can an AI be the author of a picture in the US?")
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


def answer_message(interaction: FakeInteraction, *, private: bool = False) -> Any:
    """Return the message that an interaction's answer became."""
    return SimpleNamespace(id=55, embeds=[interaction.calls[-1][1]["embed"]], flags=SimpleNamespace(ephemeral=private))


async def further(cog: AskCog, message: Any, question: str, place: str | None = None) -> FakeInteraction:
    """Press "ask further" under a message, fill the form, and send it."""
    press = FakeInteraction(message=message)
    await cog.open_further(cast(discord.Interaction, press), Language.EN)
    assert press.calls[0][1]["form"].custom_id == "ask-further:en"
    sending = FakeInteraction(message=message)
    await cog.ask_further(cast(discord.Interaction, sending), question, place)
    return sending


async def test_a_further_question_is_read_with_those_before(index: FactIndex) -> None:
    cog, first = cog_of(index), FakeInteraction()
    await ask(cog, first, "Do I have to label AI_pictures in the EU?")
    second = await further(cog, answer_message(first), "and in China?")
    embed = second.calls[-1][1]["embed"]
    assert "China (mainland)" in embed.description
    assert embed.author.name == "Do I have to label AI_pictures in the EU?"
    third = await further(cog, answer_message(second), "and if I cut the label off?")
    assert "China (mainland)" in third.calls[-1][1]["embed"].description
    assert third.calls[-1][1]["embed"].author.name.endswith("EU? › and in China?")


async def test_only_a_place_asks_the_same_again_there(index: FactIndex) -> None:
    cog, first = cog_of(index), FakeInteraction()
    await ask(cog, first, "Is an artist's style protected by copyright?")
    second = await further(cog, answer_message(first, private=True), "", "CN")
    assert second.calls[0][1]["ephemeral"] is True
    embed = second.calls[-1][1]["embed"]
    assert embed.title == "Is an artist's style protected by copyright?"
    assert "China (mainland)" in embed.description


async def test_nothing_to_ask_is_said(index: FactIndex) -> None:
    cog, first = cog_of(index), FakeInteraction()
    await ask(cog, first, "What CFG value is good?")
    with pytest.raises(UserFacing):
        await further(cog, answer_message(first), "")


@pytest.mark.parametrize("helpful", [True, False])
async def test_a_vote_is_kept_and_who_is_not_helped_is_asked_why(index: FactIndex, helpful: bool) -> None:
    votes, press = Votes(), FakeInteraction(message=SimpleNamespace(id=55))
    button = RateButton(Language.EN, [index.facts["us-fan-art"].key], helpful=helpful)
    await cog_of(index, votes=votes).rate(cast(discord.Interaction, press), button)
    assert votes.kept == [(Answered("55", "8", "7", ("us-fan-art",)), "1001", helpful)]
    assert press.calls[0] == ("defer", {"ephemeral": True, "thinking": True})
    assert ("view" in press.calls[1][1]) is not helpful


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
