"""Talking in the pocket: mentions, replies, threads and message commands, as the unchanged discord.py has them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import discord
import pytest
from discord import app_commands

from bot.chat.client import point_at
from bot.pocket.codes import Permission
from bot.pocket.server import PocketServer
from tests.bot.pocket_member import ANN, BO, BOT, GENERAL, Json, PocketMember, Upload, words_of
from tests.pocket.disturbed import DisturbedPocket


class Listener(discord.Client):
    """A little bot without the message-content intent that repeats what it hears."""

    def __init__(self) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = True
        super().__init__(intents=intents, guild_ready_timeout=0.05, allowed_mentions=discord.AllowedMentions.none())
        self.tree = app_commands.CommandTree(self)
        self.heard: list[discord.Message] = []

    async def setup_hook(self) -> None:
        self.tree.add_command(app_commands.ContextMenu(name="Look at it", callback=look))
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message)
        if message.author.bot or not message.content:
            return
        if "thread" in message.content:
            thread = await message.create_thread(name="a thread")
            await thread.send("in here")
        elif "history" in message.content:
            before = [m.content async for m in message.channel.history(limit=5, before=message)]
            await message.reply(f"{before}", mention_author=False)
        else:
            await message.reply(f"heard {message.clean_content}", mention_author=False)

    def heard_like(self, sent: Json) -> discord.Message:
        """Return a message as it came."""
        return next(message for message in self.heard if message.id == int(sent["id"]))


async def look(interaction: discord.Interaction, message: discord.Message) -> None:
    files = [file.filename for file in message.attachments]
    await interaction.response.send_message(f"{message.content} with {files}", ephemeral=True)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[DisturbedPocket]:
    server = DisturbedPocket(tmp_path)
    await server.start()
    yield server
    await server.stop()
    assert server.watch.found == []


@pytest.fixture
async def bot(server: PocketServer) -> AsyncIterator[Listener]:
    point_at(f"{server.url}/api/v10", f"{server.url.replace('http', 'ws', 1)}/gateway/")
    client = Listener()
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
async def ann(server: PocketServer, bot: Listener) -> AsyncIterator[PocketMember]:
    async with PocketMember(server.url, patience_s=10) as member:
        yield member


async def test_a_mention_is_heard_and_replied_to(ann: PocketMember) -> None:
    said = await ann.say(f"hello <@{BOT}>")
    reply = await ann.saying("heard hello @Colophon")
    assert reply["type"] == 19
    assert reply["referenced_message"]["id"] == said["id"]
    assert reply["mentions"] == []


@pytest.mark.parametrize(("mention", "content"), [(True, "well"), (False, "")])
async def test_a_reply_is_heard_while_it_mentions_the_bot(
    ann: PocketMember, bot: Listener, mention: bool, content: str
) -> None:
    await ann.say(f"hello <@{BOT}>")
    answered = await ann.say("well", to=await ann.saying("heard hello"), mention=mention)
    await ann.say(f"and then <@{BOT}>")
    await ann.saying("heard and then")
    heard = bot.heard_like(answered)
    assert heard.content == content
    assert heard.reference is not None
    assert isinstance(heard.reference.resolved, discord.Message)
    assert "heard hello" in heard.reference.resolved.content


async def test_what_is_said_to_others_comes_empty(ann: PocketMember, bot: Listener) -> None:
    between_us = await ann.say("not for you", Upload("x.png", b"\x89PNG", "image/png"))
    await ann.say(f"history <@{BOT}>")
    reply = await ann.saying("['']")
    heard = bot.heard_like(between_us)
    assert (heard.content, heard.attachments) == ("", [])
    assert "not for you" not in words_of(reply)


async def test_a_direct_message_is_for_the_bot(server: PocketServer, bot: Listener) -> None:
    direct = server.world.direct(ANN)["id"]
    async with PocketMember(server.url, channel=direct, patience_s=10) as ann:
        await ann.say("hello")
        await ann.saying("heard hello")
    async with aiohttp.ClientSession() as http:
        body = {"channel_id": direct, "content": "hello"}
        async with http.post(f"{server.url}/pocket/messages", params={"member": BO}, json=body) as refused:
            assert refused.status == 404


async def test_a_thread_begins_at_a_message_and_holds_what_is_said_in_it(
    ann: PocketMember, server: PocketServer
) -> None:
    said = await ann.say(f"a thread, please <@{BOT}>")
    thread = await ann.thread_at(said)
    assert (thread["parent_id"], thread["name"]) == (GENERAL, "a thread")
    async with PocketMember(server.url, channel=thread["id"], patience_s=10) as inside:
        first = await inside.saying("in here")
        await inside.say("history", to=first)
        history = await inside.message(lambda m: "in here" in m["content"] and m["type"] == 19)
        assert history["content"] == "['in here', '']"
    begun = await ann.message(lambda m: m["id"] == said["id"])
    assert begun["thread"]["id"] == said["id"]
    listed = {c["id"]: c for c in (await ann.state())["channels"]}
    assert listed[thread["id"]]["parent_id"] == GENERAL


async def test_a_thread_is_there_after_a_restart_of_the_bot(server: PocketServer, ann: PocketMember) -> None:
    said = await ann.say("about this")
    thread = await ann.start_thread(said, "by a member")
    point_at(f"{server.url}/api/v10", f"{server.url.replace('http', 'ws', 1)}/gateway/")
    again = Listener()
    task = asyncio.create_task(again.start("pocket-test"))
    async with asyncio.timeout(10):
        while not again.is_ready():  # noqa: ASYNC110 - wait_until_ready needs a client that has logged in
            await asyncio.sleep(0.01)
    found = again.get_channel(int(thread["id"]))
    assert isinstance(found, discord.Thread)
    assert found.parent_id == int(GENERAL)
    await again.close()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(
    ("at", "body", "code"),
    [
        ("plain", {"name": ""}, 50035),
        ("plain", {"name": "x" * 101}, 50035),
        ("plain", {"name": "x", "auto_archive_duration": 7}, 50035),
        ("in a thread", {"name": "x"}, 50024),
        ("with a thread", {"name": "x"}, 160004),
        ("direct", {"name": "x"}, 50024),
        ("forbidden", {"name": "x"}, 50013),
    ],
)
async def test_a_thread_that_cannot_be_is_refused(server: DisturbedPocket, at: str, body: Json, code: int) -> None:
    world = server.world
    author = world.people[ANN].user()
    message = world.add_message(GENERAL, author, {"content": "x"})
    match at:
        case "in a thread":
            async with PocketMember(server.url) as ann:
                thread = await ann.start_thread(message, "first")
            message = world.add_message(thread["id"], author, {"content": "x"})
        case "with a thread":
            async with PocketMember(server.url) as ann:
                await ann.start_thread(message, "first")
        case "direct":
            message = world.add_message(world.direct(ANN)["id"], author, {"content": "x"})
        case "forbidden":
            world.forbid_bot(GENERAL, Permission.CREATE_PUBLIC_THREADS)
    url = f"{server.url}/api/v10/channels/{message['channel_id']}/messages/{message['id']}/threads"
    async with (
        aiohttp.ClientSession(headers={"Authorization": "Bot pocket-test"}) as http,
        http.post(url, json=body) as response,
    ):
        assert (await response.json())["code"] == code
    server.watch.found.clear()


async def test_a_message_command_gets_its_message_whole(ann: PocketMember) -> None:
    said = await ann.say("not for you", Upload("x.png", b"\x89PNG", "image/png"))
    answer = await ann.answer(await ann.command_on(said, "Look at it"))
    assert answer["content"] == "not for you with ['x.png']"


async def test_a_bot_that_asks_for_a_privileged_intent_is_shown_out(server: PocketServer) -> None:
    point_at(f"{server.url}/api/v10", f"{server.url.replace('http', 'ws', 1)}/gateway/")
    client = discord.Client(intents=discord.Intents.all())
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await client.start("pocket-test")
    await client.close()


async def test_a_bot_hears_what_it_asked_for(server: PocketServer, ann: PocketMember, bot: Listener) -> None:
    point_at(f"{server.url}/api/v10", f"{server.url.replace('http', 'ws', 1)}/gateway/")
    deaf = Listener()
    deaf._connection._intents = discord.Intents(guilds=True)
    task = asyncio.create_task(deaf.start("pocket-test"))
    async with asyncio.timeout(10):
        while not deaf.is_ready():  # noqa: ASYNC110 - wait_until_ready needs a client that has logged in
            await asyncio.sleep(0.01)
    await ann.say(f"hello <@{BOT}>")
    await ann.saying("heard hello")
    assert bot.heard
    assert not deaf.heard
    await deaf.close()
    await asyncio.gather(task, return_exceptions=True)
