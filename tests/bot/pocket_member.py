"""A member at the pocket page, without the page: presses, commands and reads what a person would."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Any, Self

import aiohttp

Json = dict[str, Any]

ANN, BO, MO = "1100000000000000101", "1100000000000000102", "1100000000000000103"
BOT = "1100000000000000001"
GENERAL = "1100000000000000010"
EPHEMERAL, LOADING = 1 << 6, 1 << 7
STRING_SELECT = 3


class SomeMember(str):
    """The id of a member, given to an option."""


class SomeChannel(str):
    """The id of a channel, given to an option."""


_NUMBERS = count()
_OPTION_TYPES = {str: 3, int: 4, bool: 5, SomeMember: 6, SomeChannel: 7, float: 10}


@dataclass(slots=True)
class Upload:
    """A file given to an option."""

    name: str
    data: bytes
    mime: str = "image/png"


@dataclass(slots=True)
class Seen:
    """What the page would show now, and every frame that came."""

    messages: dict[str, Json] = field(default_factory=dict)
    frames: list[Json] = field(default_factory=list)
    presence: Json = field(default_factory=dict)
    commands: list[Json] = field(default_factory=list)


class PocketMember:
    """One member in one channel, connected like the page is."""

    def __init__(
        self, url: str, member: str = ANN, *, locale: str = "en-US", channel: str = GENERAL, patience_s: float = 60.0
    ) -> None:
        self.seen = Seen()
        self.id = member
        self._url = url
        self._query = {"member": member, "locale": locale}
        self._channel = channel
        self._patience_s = patience_s
        # Of one count for all: somebody may be there twice, in two channels.
        self._nonces = (f"{member}-{i}" for i in _NUMBERS)
        self._http = aiohttp.ClientSession()
        self._news = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def __aenter__(self) -> Self:
        self._socket = await self._http.ws_connect(f"{self._url}/pocket/live", params=self._query)
        state = await self.state()
        self.seen.messages = {m["id"]: m for m in state["messages"].get(self._channel, [])}
        self.seen.presence, self.seen.commands = state["bot"], state["commands"]
        self._listening = asyncio.create_task(self._listen(self._socket))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()
        await self._http.close()

    async def state(self) -> Json:
        """Return everything that the page reads at first."""
        async with self._http.get(f"{self._url}/pocket/state", params=self._query) as response:
            found: Json = await response.json()
            return found

    async def command(self, name: str, sub: str | None = None, /, **options: Any) -> str:
        """Use a slash command; return the nonce that its frames carry."""
        files = [value for value in options.values() if isinstance(value, Upload)]
        given = [_option(key, value, files) for key, value in options.items()]
        if sub is not None:
            given = [{"type": 1, "name": sub, "options": given}]
        data = {"id": await self._id_of(name, 1), "name": name, "type": 1, "options": given}
        return await self._interact({"type": 2, "data": data}, files)

    async def command_on(self, message: Json, name: str) -> str:
        """Use a message command; return the nonce that its frames carry."""
        data = {"id": await self._id_of(name, 3), "name": name, "type": 3, "target_id": message["id"]}
        return await self._interact({"type": 2, "data": data})

    async def press(self, message: Json, custom_id: str) -> str:
        """Press a button of a message."""
        data = {"component_type": 2, "custom_id": custom_id}
        return await self._interact({"type": 3, "message_id": message["id"], "data": data})

    async def choose(self, message: Json, *values: str, custom_id: str | None = None) -> str:
        """Choose options of a select of a message: of the one with an id, or of the first."""
        ids = [part["custom_id"] for part in _parts(message) if part["type"] == STRING_SELECT]
        chosen = custom_id or ids[0]
        data = {"component_type": STRING_SELECT, "custom_id": chosen, "values": list(values)}
        return await self._interact({"type": 3, "message_id": message["id"], "data": data})

    async def say(self, text: str, *files: Upload, to: Json | None = None, mention: bool = True) -> Json:
        """Say something in the channel, or in reply to a message; return what was said."""
        payload = {"channel_id": self._channel, "content": text, "mention": mention}
        return await self._post("messages", payload | ({} if to is None else {"reply_to": to["id"]}), files)

    async def start_thread(self, message: Json, name: str) -> Json:
        """Begin a thread at a message."""
        payload = {"channel_id": self._channel, "message_id": message["id"], "name": name}
        return await self._post("threads", payload, ())

    async def thread_at(self, message: Json) -> Json:
        """Wait for the thread that begins at a message."""
        frame = await self.frame(lambda f: f["t"] == "THREAD_CREATE" and f["d"]["id"] == message["id"])
        found: Json = frame["d"]
        return found

    async def _post(self, where: str, payload: Json, files: Sequence[Upload]) -> Json:
        form = _filled(payload, files)
        async with self._http.post(f"{self._url}/pocket/{where}", params=self._query, data=form) as response:
            found: Json = await response.json()
            assert response.status == 201, found
            return found

    async def submit(self, form: Json, *words: str) -> str:
        """Send a form, its text fields filled in their order."""
        filled = [
            {"type": 18, "component": {**label["component"], "value": value}}
            for label, value in zip(_lines(form), words, strict=True)
        ]
        data = {"custom_id": form["custom_id"], "components": filled}
        return await self._interact({"type": 5, "interaction_id": form["interaction_id"], "data": data})

    async def autocomplete(self, name: str, option: str, typed: str, *, sub: str | None = None) -> list[str]:
        """Return the names of what is offered while an option is typed."""
        return [choice["name"] for choice in await self.offered(name, option, typed, sub=sub)]

    async def offered(self, name: str, option: str, typed: str, *, sub: str | None = None) -> list[Json]:
        """Return what is offered while an option is typed."""
        given: list[Json] = [{"type": 3, "name": option, "value": typed, "focused": True}]
        if sub is not None:
            given = [{"type": 1, "name": sub, "options": given}]
        data = {"id": await self._id_of(name, 1), "name": name, "type": 1, "options": given}
        nonce = await self._interact({"type": 4, "data": data})
        frame = await self.frame(lambda f: f["t"] == "AUTOCOMPLETE" and f["d"]["nonce"] == nonce)
        choices: list[Json] = frame["d"]["choices"]
        return choices

    async def _id_of(self, name: str, type_: int) -> str:
        """Wait for a command of a type, and return its id."""

        def found() -> Any:
            return next((c["id"] for c in self.seen.commands if (c["name"], c["type"]) == (name, type_)), None)

        return str(await self._until(found))

    async def _interact(self, body: Json, files: list[Upload] | None = None) -> str:
        nonce = next(self._nonces)
        form = _filled({**body, "nonce": nonce, "channel_id": self._channel}, files or ())
        async with self._http.post(f"{self._url}/pocket/interactions", params=self._query, data=form) as response:
            assert response.status == 202, await response.text()
        return nonce

    async def frame(self, fits: Callable[[Json], bool]) -> Json:
        """Wait for a frame, or return it if it came already."""
        found: Json = await self._until(lambda: next((f for f in self.seen.frames if fits(f)), None))
        return found

    async def message(self, fits: Callable[[Json], bool]) -> Json:
        """Wait until some message is as wanted."""
        found: Json = await self._until(
            lambda: next((m for m in reversed(self.seen.messages.values()) if fits(m)), None)
        )
        return found

    async def saying(self, text: str) -> Json:
        """Wait for a message with these words anywhere in it."""
        return await self.message(lambda m: text in words_of(m))

    async def answer(self, nonce: str) -> Json:
        """Wait for the finished answer to an interaction: no longer "thinking"."""
        frame = await self.frame(
            lambda f: (
                f["t"] == "INTERACTION" and f["d"]["nonce"] == nonce and ("message_id" in f["d"] or "error" in f["d"])
            )
        )
        assert "error" not in frame["d"], frame["d"]["error"]
        return await self.message(lambda m: m["id"] == frame["d"]["message_id"] and not m["flags"] & LOADING)

    async def form(self, nonce: str) -> Json:
        """Wait for the form that an interaction opens."""
        frame = await self.frame(lambda f: f["t"] == "MODAL" and f["d"]["nonce"] == nonce)
        found: Json = frame["d"]
        return found

    async def bot_ready(self) -> None:
        """Wait until the bot is there and says that everything is ready."""
        await self._until(lambda: self.seen.presence.get("status") == "online" or None)

    async def bot_there(self) -> None:
        """Wait until the bot is connected, whatever its models do."""
        await self._until(lambda: self.seen.presence.get("online") or None)

    async def download(self, attachment: Json) -> bytes:
        """Return the bytes of an attachment."""
        url = attachment["url"]
        async with self._http.get(url if "://" in url else f"{self._url}{url}") as response:
            assert response.status == 200
            return await response.read()

    async def _until(self, look: Callable[[], Any]) -> Any:
        async with asyncio.timeout(self._patience_s):
            while True:
                news = self._news
                found = look()
                if found is not None:
                    return found
                await news.wait()

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            frame = json.loads(message.data)
            self.seen.frames.append(frame)
            match frame["t"]:
                case "MESSAGE_CREATE" | "MESSAGE_UPDATE":
                    if frame["d"]["channel_id"] == self._channel:
                        self.seen.messages[frame["d"]["id"]] = frame["d"]
                case "MESSAGE_DELETE":
                    self.seen.messages.pop(frame["d"]["id"], None)
                case "PRESENCE":
                    self.seen.presence = frame["d"]
                case "COMMANDS":
                    self.seen.commands = frame["d"]
            self._news.set()
            self._news = asyncio.Event()


def _filled(payload: Json, files: Sequence[Upload]) -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("payload_json", json.dumps(payload), content_type="application/json")
    for index, file in enumerate(files):
        form.add_field(f"files[{index}]", file.data, filename=file.name, content_type=file.mime)
    return form


def _option(name: str, value: Any, files: list[Upload]) -> Json:
    if isinstance(value, Upload):
        return {"type": 11, "name": name, "value": str(files.index(value))}
    return {"type": _OPTION_TYPES[type(value)], "name": name, "value": value}


def words_of(message: Mapping[str, Any]) -> str:
    """Return every word of a message, wherever it stands."""
    return json.dumps([message.get(k) for k in ("content", "embeds", "components")], ensure_ascii=False)


def _lines(form: Json) -> list[Json]:
    """Return the parts of a form that one types into."""
    return [label for label in form["components"] if label["component"]["type"] == 4]


def _parts(message: Mapping[str, Any]) -> list[Json]:
    """Return what stands in the rows of a message."""
    return [part for row in message.get("components") or [] for part in row.get("components", [])]


def buttons_of(message: Mapping[str, Any]) -> dict[str, str]:
    """Return the custom id of each enabled button by its label."""
    rows = message.get("components") or []
    inside = [button for row in rows for button in row.get("components", [])]
    return {b.get("label") or "": b["custom_id"] for b in inside if "custom_id" in b and not b.get("disabled")}
