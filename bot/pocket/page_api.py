"""The page's own interface: what it shows, what happens live, and what its member does."""

import asyncio
import json
import logging
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import WSMsgType, web

from bot.pocket.codes import (
    FILE_LIMIT_BYTES,
    ChannelType,
    CommandType,
    InteractionType,
    Json,
    MessageFlag,
    OptionType,
)
from bot.pocket.errors import DiscordRefusal, unknown
from bot.pocket.gateway import Gateway
from bot.pocket.limits.messages import check_message
from bot.pocket.resolving import aim, resolve
from bot.pocket.rest import Handler, read_body, reply
from bot.pocket.threads import start_thread
from bot.pocket.world import (
    APPLICATION_ID,
    BOT_USER,
    GUILD_ID,
    Interaction,
    Person,
    World,
)

log = logging.getLogger(__name__)

ANSWER_WITHIN_S = 3.0
PAGE = Path(__file__).parent / "page"
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self' ws:",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@web.middleware
async def loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse names that only pretend to be this machine, and pages of other origins."""
    if urlsplit(f"//{request.host}").hostname not in _LOOPBACK:
        raise web.HTTPForbidden(text="This server answers to names of this machine only.")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise web.HTTPForbidden(text="Requests from other pages are refused.")
    response = await handler(request)
    if not response.prepared:
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
    return response


class PageApi:
    """The handlers of the page, and its live sockets."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world = world
        self._gateway = gateway
        self._sockets: dict[web.WebSocketResponse, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        world.listeners.append(self._hear)

    def routes(self) -> list[web.RouteDef | web.StaticDef]:
        """Return the routes of the page."""
        return [
            web.get("/", self._index),
            web.static("/static", PAGE),
            web.get("/pocket/state", self._state),
            web.get("/pocket/live", self._live),
            web.post("/pocket/interactions", self._interact),
            web.post("/pocket/messages", self._say),
            web.post("/pocket/threads", self._start_thread),
            web.post("/pocket/reset", self._reset),
            web.get("/attachments/{id}/{name}", self._attachment),
        ]

    async def close(self) -> None:
        """Close the live sockets."""
        for socket in list(self._sockets):
            await socket.close(code=1001)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- from the world to the pages ---------------------------------------------------------

    def _hear(self, event: str, payload: Json, member_id: str | None) -> None:
        if event.startswith("MESSAGE_") and event != "MESSAGE_DELETE":
            payload = self._shown(payload)
        frame = self._local(json.dumps({"t": event, "d": payload["commands"] if event == "COMMANDS" else payload}))
        for socket, member in list(self._sockets.items()):
            if member_id in (None, member):
                self._spawn(self._send(socket, frame))

    def _shown(self, message: Json) -> Json:
        return message | {"ephemeral": bool(message["flags"] & MessageFlag.EPHEMERAL)}

    def _local(self, text: str) -> str:
        """Make links relative, so that they work under whatever name the page was opened."""
        return text.replace(f'"{self._world.base_url}/', '"/')

    async def _send(self, socket: web.WebSocketResponse, frame: str) -> None:
        try:
            await socket.send_str(frame)
        except (ConnectionError, RuntimeError):
            self._sockets.pop(socket, None)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def answered(self, interaction: Interaction, state: str, data: Json) -> None:
        """Tell the page of the member what became of an interaction."""
        if state in ("AUTOCOMPLETE", "MODAL"):
            payload = {"nonce": interaction.nonce, "interaction_id": interaction.id, **data}
            self._hear(state, payload, interaction.person.id)
        else:
            payload = {"nonce": interaction.nonce, "state": state, **data}
            self._hear("INTERACTION", payload, interaction.person.id)

    # --- reading -----------------------------------------------------------------------------

    async def _index(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(PAGE / "index.html")

    async def _state(self, request: web.Request) -> web.StreamResponse:
        me = self._person(request)
        seen = self._world.seen_by(me.id)
        channels = [c for c in self._world.channels.values() if self._world.visible_to(c["id"]) in (None, me.id)]
        state = {
            "guild": {"id": GUILD_ID, "name": "Pocket studio"},
            "channels": [
                {
                    "id": c["id"],
                    "name": c.get("name") or "colophon",
                    "type": c["type"],
                    "topic": c.get("topic", ""),
                    "parent_id": c.get("parent_id"),
                }
                for c in channels
            ],
            "members": [
                {"id": p.id, "name": p.name, "role": p.role, "color": p.color, "permissions": str(p.permissions)}
                for p in self._world.people.values()
            ],
            "roles": [{"id": role["id"], "name": role["name"]} for role in self._world.roles.values()],
            "bot": {"id": APPLICATION_ID, "name": BOT_USER["global_name"], **self._world.presence},
            "commands": self._world.commands,
            "messages": {c["id"]: [self._shown(m) for m in seen[c["id"]]] for c in channels},
        }
        return web.Response(text=self._local(json.dumps(state)), content_type="application/json")

    def _person(self, request: web.Request) -> Person:
        return self._world.person(request.query.get("member") or next(iter(self._world.people)))

    async def _live(self, request: web.Request) -> web.WebSocketResponse:
        me = self._person(request)
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        self._sockets[socket] = me.id
        try:
            await self._send(socket, json.dumps({"t": "PRESENCE", "d": self._world.presence}))
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            self._sockets.pop(socket, None)
        return socket

    async def _attachment(self, request: web.Request) -> web.StreamResponse:
        stored = self._world.files.get(request.match_info["id"])
        if stored is None or not stored.path.exists():
            raise web.HTTPNotFound
        mime = stored.object["content_type"]
        inline = mime in ("image/png", "image/jpeg", "image/webp", "image/gif")
        headers = {"Content-Type": mime if inline else "application/octet-stream"}
        if not inline:
            headers["Content-Disposition"] = f'attachment; filename="{stored.object["filename"]}"'
        return web.FileResponse(stored.path, headers=headers)

    # --- acting ------------------------------------------------------------------------------

    async def _reset(self, _request: web.Request) -> web.StreamResponse:
        self._world.reset()
        return reply({})

    async def _say(self, request: web.Request) -> web.StreamResponse:
        """Say something as the member; a reply mentions whom it answers, unless `mention` is false."""
        me = self._person(request)
        body, files = await read_body(request, self._world)
        channel = self._seen_channel(body, me)
        text = str(body.get("content") or "")
        check_message({"content": text}, [int(index) for index in files])
        if not text and not files:
            raise DiscordRefusal(400, 50006, "Cannot send an empty message")
        extra: Json = {}
        mentions = self._world.named_in(text)
        if body.get("reply_to"):
            extra = self._world.answering(channel["id"], str(body["reply_to"]))
            answered = extra["referenced_message"]["author"]
            if body.get("mention", True) and answered["id"] not in (me.id, *(one["id"] for one in mentions)):
                mentions.append(answered)
        content = {"content": text, "attachments": list(files.values()), "mentions": mentions}
        message = self._world.add_message(channel["id"], me.user(), content, **extra)
        return reply(self._shown(message), 201)

    async def _start_thread(self, request: web.Request) -> web.StreamResponse:
        """Begin a thread at a message, as the member."""
        me = self._person(request)
        body, _ = await read_body(request, self._world)
        channel = self._seen_channel(body, me)
        message = self._world.message(channel["id"], str(body["message_id"]))
        if message["id"] in self._world.private:
            raise unknown("Message", 10008)
        return reply(start_thread(self._world, message, me.user(), body), 201)

    def _seen_channel(self, body: Json, me: Person) -> Json:
        """Return the channel that a request names, if its member sees it."""
        channel = self._world.channel(str(body["channel_id"]))
        if self._world.visible_to(channel["id"]) not in (None, me.id):
            raise unknown("Channel", 10003)
        return channel

    async def _interact(self, request: web.Request) -> web.StreamResponse:
        me = self._person(request)
        body, files = await read_body(request, self._world)
        if not self._gateway.connected:
            return reply({"error": "The bot is not connected yet."}, 503)
        channel = self._seen_channel(body, me)
        data: Json = dict(body.get("data") or {})
        resolve(self._world, data, files)
        if data.get("type") == CommandType.MESSAGE:
            aim(self._world, data, channel)
        interaction = Interaction(
            id=self._world.snowflake(),
            token=f"pocket-{self._world.snowflake()}",
            type=InteractionType(body["type"]),
            person=me,
            channel_id=channel["id"],
            nonce=str(body.get("nonce", "")),
            created_s=time.monotonic(),
            life_s=self._world.token_life_s,
            command=_path(data),
            source_id=self._source(body),
        )
        self._world.interactions[interaction.token] = interaction
        locale = request.query.get("locale", "en-US")
        self._gateway.dispatch("INTERACTION_CREATE", self._event(interaction, data, channel, locale))
        self._spawn(self._expect_answer(interaction))
        return reply({"nonce": interaction.nonce}, 202)

    def _source(self, body: Json) -> str | None:
        if body.get("message_id"):
            return str(body["message_id"])
        opener = next((i for i in self._world.interactions.values() if i.id == body.get("interaction_id")), None)
        return opener.source_id if opener is not None else None

    async def _expect_answer(self, interaction: Interaction) -> None:
        await asyncio.sleep(ANSWER_WITHIN_S)
        if not interaction.answered:
            interaction.given_up = True
            self.answered(interaction, "failed", {"error": "The application did not respond"})

    def _event(self, interaction: Interaction, data: Json, channel: Json, locale: str) -> Json:
        me = interaction.person
        event: Json = {
            "id": interaction.id,
            "application_id": APPLICATION_ID,
            "type": interaction.type,
            "token": interaction.token,
            "version": 1,
            "data": data,
            "channel": channel,
            "channel_id": channel["id"],
            "locale": locale,
            "entitlements": [],
            "authorizing_integration_owners": {"0": GUILD_ID},
            "attachment_size_limit": FILE_LIMIT_BYTES,
            "app_permissions": str(self._world.bot_may(channel["id"])),
            "context": 1 if channel["type"] == ChannelType.DIRECT else 0,
        }
        if channel["type"] == ChannelType.DIRECT:
            event["user"] = me.user()
        else:
            guild = {"id": GUILD_ID, "locale": "en-US", "features": []}
            event |= {"guild_id": GUILD_ID, "guild": guild, "guild_locale": "en-US", "member": me.member()}
        if interaction.type in (InteractionType.COMPONENT, InteractionType.MODAL) and interaction.source_id is not None:
            event["message"] = self._world.message(None, interaction.source_id)
        return event


def _path(data: Json) -> str | None:
    """Return the whole name of a command, with its group and subcommand, as messages tell it."""
    if "name" not in data:
        return None
    path, options = [str(data["name"])], data.get("options") or []
    while options and options[0].get("type") in (OptionType.SUBCOMMAND, OptionType.GROUP):
        path.append(str(options[0]["name"]))
        options = options[0].get("options") or []
    return " ".join(path)
