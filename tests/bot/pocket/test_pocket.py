"""The pocket server against the unchanged discord.py client, and against what a hostile page would try."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands

from bot.chat.client import point_at
from bot.pocket.errors import DiscordRefusal
from bot.pocket.limits.messages import check_message
from bot.pocket.server import PocketServer
from bot.pocket.world import WITNESS_CHANNEL_ID
from tests.bot.pocket_member import ANN, BO, GENERAL, PocketMember, Upload, buttons_of, words_of


class Parrot(discord.Client):
    """A little bot that shows each way of answering."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.05)
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        self.tree.add_command(say)
        await self.tree.sync()


class Press(discord.ui.View):
    @discord.ui.button(label="Press", custom_id="press")
    async def press(self, interaction: discord.Interaction, button: discord.ui.Button["Press"]) -> None:
        await interaction.response.edit_message(content=f"pressed by {interaction.user.display_name}", view=None)


class Form(discord.ui.Modal, title="A form"):
    field: discord.ui.TextInput["Form"] = discord.ui.TextInput(label="Why")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"because {self.field.value}", ephemeral=True)


@app_commands.command()
async def say(interaction: discord.Interaction, how: str, file: discord.Attachment | None = None) -> None:
    """Answer in the way that is asked for."""
    match how:
        case "now":
            await interaction.response.send_message("now", view=Press())
        case "later":
            await interaction.response.defer(thinking=True)
            await interaction.edit_original_response(
                content="later", attachments=[discord.File(io.BytesIO(b"abc"), "a.txt", description="letters")]
            )
        case "secretly":
            await interaction.response.send_message("secret", ephemeral=True)
            await interaction.followup.send("more", ephemeral=True)
        case "form":
            await interaction.response.send_modal(Form())
        case "file":
            assert file is not None
            data = await file.read()
            await interaction.response.send_message(f"{len(data)} bytes of {file.content_type}, {file.width} wide")
        case "too long":
            try:
                await interaction.response.send_message("x" * 2001)
            except discord.HTTPException as error:
                await interaction.response.send_message(f"refused: {error.code}")
        case "too late":
            await given_up.wait()
            try:
                await interaction.response.send_message("here I am")
            except discord.HTTPException as error:
                refusals.append(error.code)


given_up = asyncio.Event()
refusals: list[int] = []


@say.autocomplete("how")
async def offer(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=how, value=how) for how in ("now", "never", "later") if how.startswith(typed)]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[PocketServer]:
    server = PocketServer(tmp_path)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def parrot(server: PocketServer) -> AsyncIterator[Parrot]:
    point_at(f"{server.url}/api/v10", f"{server.url.replace('http', 'ws', 1)}/gateway/")
    client = Parrot()
    ready = asyncio.Event()

    @client.event
    async def on_ready() -> None:
        ready.set()

    task = asyncio.create_task(client.start("pocket-test"))
    async with asyncio.timeout(10):
        await ready.wait()
    yield client
    await client.close()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def ann(server: PocketServer, parrot: Parrot) -> AsyncIterator[PocketMember]:
    async with PocketMember(server.url, patience_s=10) as member:
        yield member


async def test_an_answer_now_and_a_button(ann: PocketMember) -> None:
    message = await ann.answer(await ann.command("say", how="now"))
    assert message["content"] == "now"
    await ann.press(message, buttons_of(message)["Press"])
    changed = await ann.saying("pressed by Ann")
    assert changed["id"] == message["id"]


async def test_an_answer_later_with_a_file(ann: PocketMember) -> None:
    message = await ann.answer(await ann.command("say", how="later"))
    (attachment,) = message["attachments"]
    assert (attachment["filename"], attachment["description"]) == ("a.txt", "letters")
    assert await ann.download(attachment) == b"abc"


async def test_a_private_answer_is_seen_by_one_member(ann: PocketMember, server: PocketServer) -> None:
    async with PocketMember(server.url, BO, patience_s=10) as bo:
        await ann.answer(await ann.command("say", how="secretly"))
        await ann.saying("more")
        await ann.answer(await ann.command("say", how="now"))
        await bo.saying("now")
        assert not any("secret" in words_of(m) for m in bo.seen.messages.values())


async def test_a_form(ann: PocketMember) -> None:
    nonce = await ann.command("say", how="form")
    form = await ann.form(nonce)
    row = form["components"][0]
    filled = {"type": 1, "components": [{**row["components"][0], "value": "of art"}]}
    data = {"custom_id": form["custom_id"], "components": [filled]}
    await ann._interact({"type": 5, "interaction_id": form["interaction_id"], "data": data})
    await ann.saying("because of art")


async def test_a_file_reaches_the_bot(ann: PocketMember) -> None:
    message = await ann.answer(await ann.command("say", how="file", file=Upload("x.txt", b"12345", "text/plain")))
    assert message["content"] == "5 bytes of text/plain, None wide"


async def test_autocomplete(ann: PocketMember) -> None:
    assert await ann.autocomplete("say", "how", "n") == ["now", "never"]


async def test_limits_are_discords(ann: PocketMember) -> None:
    message = await ann.answer(await ann.command("say", how="too long"))
    assert message["content"] == "refused: 50035"


async def test_an_answer_that_comes_too_late_is_not_taken(ann: PocketMember, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.pocket.page_api.ANSWER_WITHIN_S", 0.1)
    nonce = await ann.command("say", how="too late")
    told = await ann.frame(lambda f: f["t"] == "INTERACTION" and f["d"]["nonce"] == nonce)
    assert told["d"]["error"] == "The application did not respond"
    given_up.set()
    async with asyncio.timeout(5):
        while not refusals:  # noqa: ASYNC110 - told by the bot in passing
            await asyncio.sleep(0.01)
    assert refusals == [10062]
    assert ann.seen.messages == {}


async def test_the_world_outlives_a_restart(ann: PocketMember, server: PocketServer, tmp_path: Path) -> None:
    message = await ann.answer(await ann.command("say", how="later"))
    await server.stop()
    again = PocketServer(tmp_path)
    await again.start()
    async with PocketMember(again.url, patience_s=10) as ann_again:
        kept = ann_again.seen.messages[message["id"]]
        assert await ann_again.download(kept["attachments"][0]) == b"abc"
    await again.stop()


async def test_a_world_of_before_has_the_channels_of_today(tmp_path: Path) -> None:
    server = PocketServer(tmp_path)
    await server.start()
    del server.world.channels[WITNESS_CHANNEL_ID]
    await server.stop()
    again = PocketServer(tmp_path)
    assert WITNESS_CHANNEL_ID in again.world.channels
    assert len(again.world.channels) == len(server.world.channels) + 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"base_url": "x"}', '{"files": {}, "channels": 3}'])
async def test_a_damaged_world_is_put_aside_and_a_new_one_begun(tmp_path: Path, text: str) -> None:
    (tmp_path / "world.json").write_text(text)
    server = PocketServer(tmp_path)
    await server.start()
    async with PocketMember(server.url) as ann:
        assert (await ann.state())["channels"]
    await server.stop()
    assert (tmp_path / "world.damaged.json").read_text() == text


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Host": "127.0.0.1.evil.example"}]
)
async def test_other_pages_and_names_are_refused(server: PocketServer, headers: dict[str, str]) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{server.url}/pocket/state", headers=headers) as response,
    ):
        assert response.status == 403


async def test_rest_needs_a_token(server: PocketServer) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{server.url}/api/v10/users/@me", headers={"Authorization": "Bot other"}) as response,
    ):
        assert response.status == 401


async def test_a_command_without_a_bot_is_answered_clearly(server: PocketServer) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.post(
            f"{server.url}/pocket/interactions",
            params={"member": ANN},
            json={"type": 2, "channel_id": GENERAL, "data": {}},
        ) as response,
    ):
        assert response.status == 503


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2001},
        {"embeds": [{}] * 11},
        {"embeds": [{"title": "x" * 257}]},
        {"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]},
        {"components": [{"type": 1, "components": []}]},
        {"components": [{"type": 1, "components": [{"type": 2, "style": 1, "label": "a", "custom_id": "c" * 101}]}]},
        {"nonce": "n" * 26},
        {"flags": 1 << 15, "content": "both", "components": [{"type": 10, "content": "x"}]},
        {"attachments": [{"id": 3}]},
    ],
)
def test_bodies_over_a_limit_are_refused(body: dict[str, Any]) -> None:
    with pytest.raises(DiscordRefusal) as caught:
        check_message(body, ())
    assert caught.value.body()["code"] == 50035
