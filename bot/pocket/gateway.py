"""The gateway, version 10, JSON in text frames: enough for the unchanged discord.py client."""

import asyncio
import json
import logging
import secrets
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from aiohttp import WSMsgType, web

from bot.pocket.codes import ChannelType, Intent, Json, MessageFlag
from bot.pocket.sight import as_the_bot_sees
from bot.pocket.world import APPLICATION_ID, BOT_USER, GUILD_ID, World

log = logging.getLogger(__name__)

HEARTBEAT_MS = 41_250
REPLAYED = 500
TOKEN_PREFIX = "pocket-"  # noqa: S105  # nosec B105 # the form of a token, not one


class Op(IntEnum):
    """Gateway opcodes (v10)."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    RESUME = 6
    MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    ACK = 11


# Only for bots that Discord has given them by a switch or a review; the pocket gives none.
_PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
_ABOUT_CHANNELS = frozenset({"CHANNEL_UPDATE", "THREAD_CREATE"})
_ABOUT_MESSAGES = frozenset({"MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"})


@dataclass(slots=True)
class Session:
    """One identified connection; what it missed is replayed when it resumes."""

    id: str
    intents: int
    shard: tuple[int, int] = (0, 1)
    """Its number, of how many."""
    seq: int = 0
    sent: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=REPLAYED))
    socket: web.WebSocketResponse | None = None

    def serves(self, guild_id: str | None) -> bool:
        """Tell whether a server, or what is outside of all, is dealt to this shard (Discord, "Gateway: Sharding")."""
        number, count = self.shard
        return (0 if guild_id is None else (int(guild_id) >> 22) % count) == number


class Gateway:
    """All sessions; `dispatch` sends an event to each."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sessions: dict[str, Session] = {}
        self._sending: set[asyncio.Task[None]] = set()
        world.listeners.append(self._hear)

    @property
    def connected(self) -> bool:
        """Tell whether a bot is there."""
        return any(s.socket is not None for s in self._sessions.values())

    def dispatch(self, event: str, data: Json) -> None:
        """Send an event to every session that asked for its kind, connected or to be resumed."""
        needed = _intent_of(event, data)
        for session in self._sessions.values():
            if session.intents & needed != needed or not session.serves(data.get("guild_id")):
                continue
            session.seq += 1
            frame = json.dumps({"op": Op.DISPATCH, "t": event, "s": session.seq, "d": data})
            session.sent.append((session.seq, frame))
            if session.socket is not None:
                task = asyncio.create_task(self._send(session.socket, frame))
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)

    def _hear(self, event: str, payload: Json, member_id: str | None) -> None:
        """Pass on what happens in the world, as far as a bot without the message-content intent learns of it."""
        if event in _ABOUT_CHANNELS:
            self.dispatch(event, payload | ({"newly_created": True} if event == "THREAD_CREATE" else {}))
        if event not in _ABOUT_MESSAGES:
            return
        direct = self._world.channels[payload["channel_id"]]["type"] == ChannelType.DIRECT
        if payload.get("flags", 0) & MessageFlag.EPHEMERAL or (member_id is not None and not direct):
            return
        told = payload if event == "MESSAGE_DELETE" else as_the_bot_sees(payload, direct=direct)
        if not direct:
            told = told | {"guild_id": GUILD_ID}
            person = self._world.people.get(payload["author"]["id"]) if "author" in payload else None
            if person is not None:
                told["member"] = {key: value for key, value in person.member().items() if key != "user"}
        self.dispatch(event, told)

    async def _send(self, socket: web.WebSocketResponse, frame: str) -> None:
        try:
            await socket.send_str(frame)
        except (ConnectionError, RuntimeError):
            log.debug("a gateway connection ended while sending")

    async def close(self) -> None:
        """Close every connection."""
        for session in self._sessions.values():
            if session.socket is not None:
                await session.socket.close(code=1001)
        await asyncio.gather(*self._sending, return_exceptions=True)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection."""
        socket = web.WebSocketResponse(max_msg_size=64 * 1024)
        await socket.prepare(request)
        await socket.send_json({"op": Op.HELLO, "d": {"heartbeat_interval": HEARTBEAT_MS}})
        session: Session | None = None
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    continue
                frame = json.loads(message.data)
                match frame["op"]:
                    case Op.HEARTBEAT:
                        await socket.send_json({"op": Op.ACK})
                    case Op.IDENTIFY:
                        session = await self._identify(socket, frame["d"])
                    case Op.RESUME:
                        session = await self._resume(socket, frame["d"])
                    case Op.PRESENCE:
                        self._show_presence(frame["d"])
                    case Op.MEMBERS:
                        self._send_members(frame["d"])
        finally:
            if session is not None and session.socket is socket:
                session.socket = None
                self._show(online=self.connected)
        return socket

    async def _identify(self, socket: web.WebSocketResponse, data: Json) -> Session | None:
        if not str(data["token"]).startswith(TOKEN_PREFIX):
            await socket.close(code=4004, message=b"Authentication failed.")
            return None
        if int(data["intents"]) & _PRIVILEGED:
            await socket.close(code=4014, message=b"Disallowed intent(s).")
            return None
        number, count = data.get("shard") or (0, 1)
        session = Session(secrets.token_hex(16), int(data["intents"]), (number, count), socket=socket)
        self._sessions = {i: s for i, s in self._sessions.items() if s.socket is not None} | {session.id: session}
        guild = session.serves(GUILD_ID)
        ready = {
            "v": 10,
            "user": BOT_USER,
            "guilds": [{"id": GUILD_ID, "unavailable": True}] if guild else [],
            "session_id": session.id,
            "resume_gateway_url": self._world.base_url.replace("http", "ws", 1) + "/gateway/",
            "shard": session.shard,
            "application": {"id": APPLICATION_ID, "flags": 0},
            "private_channels": [],
        }
        for event, payload in (("READY", ready), *([("GUILD_CREATE", self._guild())] if guild else [])):
            session.seq += 1
            await socket.send_json({"op": Op.DISPATCH, "t": event, "s": session.seq, "d": payload})
        self._show_presence(data.get("presence") or {})
        return session

    async def _resume(self, socket: web.WebSocketResponse, data: Json) -> Session | None:
        session = self._sessions.get(data["session_id"])
        if session is None:
            await socket.send_json({"op": Op.INVALID_SESSION, "d": False})
            return None
        session.socket = socket
        for seq, frame in list(session.sent):
            if seq > data["seq"]:
                await socket.send_str(frame)
        session.seq += 1
        await socket.send_json({"op": Op.DISPATCH, "t": "RESUMED", "s": session.seq, "d": {}})
        self._show(online=True)
        return session

    def _show_presence(self, data: Json) -> None:
        activities = data.get("activities") or []
        first: Any = activities[0] if activities else {}
        line = first.get("state") or first.get("name") or ""
        self._world.presence |= {"status": data.get("status", "online"), "activity": line}
        self._show(online=True)

    def _show(self, *, online: bool) -> None:
        self._world.presence["online"] = online
        if not online:
            self._world.presence["status"] = "offline"
        elif self._world.presence["status"] == "offline":
            self._world.presence["status"] = "online"
        self._world.tell("PRESENCE", self._world.presence, None)

    def _send_members(self, data: Json) -> None:
        members = [person.member() for person in self._world.people.values()]
        chunk = {
            "guild_id": GUILD_ID,
            "members": members,
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [],
        }
        self.dispatch("GUILD_MEMBERS_CHUNK", chunk | {"nonce": data.get("nonce")})

    def _guild(self) -> Json:
        people = list(self._world.people.values())
        bot = {
            "user": BOT_USER,
            "roles": [],
            "joined_at": "2026-01-01T00:00:00+00:00",
            "deaf": False,
            "mute": False,
        }
        return {
            "id": GUILD_ID,
            "name": "Pocket studio",
            "unavailable": False,
            "owner_id": people[-1].id,
            "roles": list(self._world.roles.values()),
            "channels": [c for c in self._world.channels.values() if c["type"] == ChannelType.TEXT],
            "threads": [c for c in self._world.channels.values() if c["type"] == ChannelType.PUBLIC_THREAD],
            "members": [bot | {"flags": 0}, *[person.member() for person in people]],
            "member_count": 1 + len(people),
            "large": False,
            "emojis": [],
            "stickers": [],
            "features": [],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
            "joined_at": "2026-01-01T00:00:00+00:00",
            "preferred_locale": "en-US",
            "verification_level": 0,
            "default_message_notifications": 1,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "premium_subscription_count": 0,
            "premium_progress_bar_enabled": False,
            "system_channel_flags": 0,
            "afk_timeout": 300,
        }


def _intent_of(event: str, data: Json) -> int:
    """Return the intents without which a bot does not hear of an event."""
    if event in _ABOUT_MESSAGES:
        return Intent.GUILD_MESSAGES if "guild_id" in data else Intent.DIRECT_MESSAGES
    return Intent.GUILDS if event in _ABOUT_CHANNELS else 0
