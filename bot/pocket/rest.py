"""Discord's REST API, version 10: what the unchanged discord.py client calls."""

import itertools
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

from aiohttp import BodyPartReader, web

from bot.pocket.codes import (
    CallbackType,
    ChannelType,
    CommandType,
    InteractionType,
    Json,
    MessageFlag,
    MessageType,
    Permission,
)
from bot.pocket.errors import DiscordRefusal, invalid_form, unknown
from bot.pocket.gateway import TOKEN_PREFIX
from bot.pocket.limits.commands import check_choices, check_commands
from bot.pocket.limits.components import check_modal
from bot.pocket.limits.messages import check_message
from bot.pocket.sight import as_the_bot_sees
from bot.pocket.threads import start_thread
from bot.pocket.world import (
    APPLICATION_ID,
    BOT_USER,
    GUILD_ID,
    Interaction,
    World,
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
BODY: Final = web.RequestKey("body", dict)
"""Under this key of a request stands the JSON that came with files, for whoever watches."""
# What a bot may set on a message; everything else of its body steers the request.
_EDITED_KEYS = ("content", "embeds", "components")
_MESSAGE_KEYS = (*_EDITED_KEYS, "flags")
_TO_COMMANDS = frozenset({CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE, CallbackType.MODAL})


def reply(body: Any, status: int = 200) -> web.Response:
    """Answer JSON; discord.py wants the bare content type, without a charset."""
    headers = {"Content-Type": "application/json", "Via": "pocket"}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers)


@web.middleware
async def discord_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn refusals into Discord's error objects."""
    try:
        return await handler(request)
    except DiscordRefusal as error:
        return reply(error.body(), error.status)


async def read_body(request: web.Request, world: World) -> tuple[Json, dict[str, Json]]:
    """Return the JSON of a request and its stored files, by the index that the body names them with."""
    if not request.content_type.startswith("multipart/"):
        raw = await request.read()
        return _json(raw), {}
    body: Json = {}
    uploads: dict[str, tuple[str, bytes, str | None]] = {}
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader):
            raise DiscordRefusal(400, 50109, "The request body contains invalid JSON.")
        data = bytes(await part.read())
        name = part.name or ""
        if name == "payload_json":
            request[BODY] = body = _json(data)
        elif name.startswith("files["):
            content_type = part.headers.get("Content-Type")
            uploads[name[6:-1]] = (part.filename or "file", data, content_type)
    named = {str(a.get("id")): a for a in _announced(body)}
    files = {}
    for index, (filename, data, content_type) in uploads.items():
        alt = named.get(index, {}).get("description")
        name = named.get(index, {}).get("filename") or filename
        files[index] = await world.store_file(name, data, _sniffed(data, content_type), alt)
    return body, files


def _json(raw: bytes) -> Json:
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise DiscordRefusal(400, 50109, "The request body contains invalid JSON.")
    return body


def _announced(body: Json) -> list[Json]:
    data = body.get("data")
    inner: Json = data if isinstance(data, dict) else body
    return list(inner.get("attachments") or [])


def _sniffed(data: bytes, declared: str | None) -> str | None:
    for magic, mime in ((b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"RIFF", "image/webp")):
        if data.startswith(magic):
            return mime
    return declared


class Rest:
    """The handlers; `answered` hears of every callback so that the page can follow."""

    def __init__(self, world: World, answered: Callable[[Interaction, str, Json], None]) -> None:
        self._world = world
        self._answered = answered

    def routes(self) -> list[web.RouteDef]:
        """Return the routes under /api/v10."""
        api = "/api/v10"
        channel, webhook = f"{api}/channels/{{channel}}/messages", f"{api}/webhooks/{{app}}/{{token}}"
        commands = f"{api}/applications/{{app}}/commands"
        return [
            web.get(f"{api}/users/@me", self._auth(self._me)),
            web.get(f"{api}/oauth2/applications/@me", self._auth(self._application)),
            web.get(f"{api}/gateway", self._gateway),
            web.get(f"{api}/gateway/bot", self._auth(self._gateway)),
            web.get(commands, self._auth(self._get_commands)),
            web.put(commands, self._auth(self._put_commands)),
            web.post(f"{api}/interactions/{{id}}/{{token}}/callback", self._callback),
            web.post(webhook, self._followup),
            web.get(f"{webhook}/messages/{{message}}", self._get_reply),
            web.patch(f"{webhook}/messages/{{message}}", self._edit_reply),
            web.delete(f"{webhook}/messages/{{message}}", self._delete_reply),
            web.post(f"{api}/users/@me/channels", self._auth(self._open_direct)),
            web.get(f"{api}/channels/{{channel}}", self._auth(self._get_channel)),
            web.post(f"{api}/channels/{{channel}}/typing", self._auth(self._typing)),
            web.post(channel, self._auth(self._send)),
            web.get(channel, self._auth(self._history)),
            web.get(f"{channel}/{{message}}", self._auth(self._get_message)),
            web.patch(f"{channel}/{{message}}", self._auth(self._edit)),
            web.delete(f"{channel}/{{message}}", self._auth(self._delete)),
            web.post(f"{channel}/{{message}}/threads", self._auth(self._start_thread)),
            web.put(f"{api}/channels/{{channel}}/thread-members/@me", self._auth(self._join_thread)),
        ]

    def _auth(self, handler: Handler) -> Handler:
        async def checked(request: web.Request) -> web.StreamResponse:
            if not request.headers.get("Authorization", "").startswith(f"Bot {TOKEN_PREFIX}"):
                raise DiscordRefusal(401, 0, "401: Unauthorized")
            return await handler(request)

        return checked

    # --- who and what ------------------------------------------------------------------------

    async def _me(self, _request: web.Request) -> web.StreamResponse:
        return reply(BOT_USER | {"mfa_enabled": True, "locale": "en-US"})

    async def _application(self, _request: web.Request) -> web.StreamResponse:
        owner = BOT_USER | {"id": "1", "username": "operator", "global_name": None, "bot": False}
        return reply(
            {
                "id": APPLICATION_ID,
                "name": "Colophon",
                "type": None,
                "icon": None,
                "description": "",
                "bot_public": False,
                "bot_require_code_grant": False,
                "verify_key": "",
                "flags": 0,
                "flags_new": "0",
                "redirect_uris": [],
                "interactions_endpoint_url": None,
                "role_connections_verification_url": None,
                "owner": owner,
                "approximate_guild_count": 1,
                "approximate_user_install_count": 0,
                "approximate_user_authorization_count": 0,
                "explicit_content_filter": 0,
                "team": None,
                "eligible_oauth2_scopes": [],
            }
        )

    async def _gateway(self, _request: web.Request) -> web.StreamResponse:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        url = self._world.base_url.replace("http", "ws", 1) + "/gateway/"
        return reply({"url": url, "shards": 1, "session_start_limit": limit})

    async def _get_commands(self, _request: web.Request) -> web.StreamResponse:
        return reply(self._world.commands)

    async def _put_commands(self, request: web.Request) -> web.StreamResponse:
        known = {(c["type"], c["name"]): c["id"] for c in self._world.commands}
        self._world.commands = [
            {
                "type": 1,
                "options": [],
                "description": "",
                **command,
                "id": known.get((command.get("type", CommandType.SLASH), command["name"])) or self._world.snowflake(),
                "application_id": APPLICATION_ID,
                "version": self._world.snowflake(),
                "default_member_permissions": _as_text(command.get("default_member_permissions")),
                "integration_types": command.get("integration_types") or [0],
            }
            for command in check_commands(await request.json())
        ]
        self._world.dirty = True
        self._world.tell("COMMANDS", {"commands": self._world.commands}, None)
        return reply(self._world.commands)

    # --- interactions ------------------------------------------------------------------------

    def _interaction(self, request: web.Request) -> Interaction:
        found = self._world.interactions.get(request.match_info["token"])
        if found is None or found.expired:
            raise DiscordRefusal(401, 50027, "Invalid Webhook Token")
        return found

    async def _callback(self, request: web.Request) -> web.StreamResponse:
        interaction = self._world.interactions.get(request.match_info["token"])
        known = interaction is not None and interaction.id == request.match_info["id"]
        if interaction is None or not known or interaction.expired or interaction.given_up:
            raise unknown("interaction", 10062)
        if interaction.answered:
            raise DiscordRefusal(400, 40060, "Interaction has already been acknowledged.")
        body, files = await read_body(request, self._world)
        kind, data = body["type"], body.get("data") or {}
        if interaction.type is InteractionType.COMMAND and kind not in _TO_COMMANDS:
            raise invalid_form("type", "BASE_TYPE_CHOICES", f"type {kind} does not answer a command")
        message = None
        match kind:
            case CallbackType.MESSAGE:
                message = self._answer(interaction, data, files)
            case CallbackType.DEFERRED_MESSAGE:
                flags = MessageFlag.LOADING | (data.get("flags", 0) & MessageFlag.EPHEMERAL)
                message = self._reply_message(interaction, {"flags": flags})
                self._answered(interaction, "thinking", {"message_id": message["id"]})
            case CallbackType.DEFERRED_UPDATE:
                interaction.original_id = interaction.source_id
                self._answered(interaction, "updated", {})
            case CallbackType.UPDATE_MESSAGE:
                source = self._world.message(None, interaction.source_id or "")
                interaction.original_id = interaction.source_id
                self._change(source, data, files)
                message = source
                self._answered(interaction, "updated", {"message_id": source["id"]})
            case CallbackType.AUTOCOMPLETE:
                check_choices(data.get("choices"))
                self._answered(interaction, "AUTOCOMPLETE", {"choices": data.get("choices") or []})
            case CallbackType.MODAL:
                check_modal(data)
                self._answered(interaction, "MODAL", data)
            case _:
                raise invalid_form("type", "BASE_TYPE_CHOICES", f"unknown callback type {kind}")
        interaction.answered = True
        if request.query.get("with_response") not in ("1", "true"):
            return web.Response(status=204)
        about: Json = {"id": interaction.id, "type": interaction.type}
        answer: Json = {"interaction": about}
        if message is not None:
            about |= {
                "response_message_id": message["id"],
                "response_message_loading": kind == CallbackType.DEFERRED_MESSAGE,
                "response_message_ephemeral": bool(message["flags"] & MessageFlag.EPHEMERAL),
            }
            if kind != CallbackType.DEFERRED_MESSAGE:
                answer["resource"] = {"type": kind, "message": message}
        return reply(answer)

    def _answer(self, interaction: Interaction, data: Json, files: dict[str, Json]) -> Json:
        message = self._reply_message(interaction, self._content(data, files))
        self._answered(interaction, "answered", {"message_id": message["id"]})
        return message

    def _reply_message(self, interaction: Interaction, body: Json, *, original: bool = True) -> Json:
        private = interaction.person.id if body.get("flags", 0) & MessageFlag.EPHEMERAL else None
        message = self._world.add_message(
            interaction.channel_id,
            BOT_USER,
            body,
            private_to=private,
            type=MessageType.COMMAND if interaction.type is InteractionType.COMMAND else MessageType.ORDINARY,
            webhook_id=APPLICATION_ID,
            application_id=APPLICATION_ID,
            interaction_metadata=_metadata(interaction),
        )
        if original:
            interaction.original_id = message["id"]
        return message

    async def _followup(self, request: web.Request) -> web.StreamResponse:
        interaction = self._interaction(request)
        if not interaction.answered:
            raise unknown("Webhook", 10015)
        body, files = await read_body(request, self._world)
        original = self._world.messages.get(interaction.original_id or "")
        if original is not None and original["flags"] & MessageFlag.LOADING:
            # The first followup takes the place of "thinking", whatever its own flag says.
            self._change(original, body, files, mark=False)
            return reply(original)
        return reply(self._reply_message(interaction, self._content(body, files), original=False))

    def _reply_of(self, request: web.Request) -> Json:
        interaction = self._interaction(request)
        wanted = request.match_info["message"]
        return self._world.message(None, (interaction.original_id or "") if wanted == "@original" else wanted)

    async def _get_reply(self, request: web.Request) -> web.StreamResponse:
        return reply(self._reply_of(request))

    async def _edit_reply(self, request: web.Request) -> web.StreamResponse:
        message = self._reply_of(request)
        body, files = await read_body(request, self._world)
        self._change(message, body, files, mark=not message["flags"] & MessageFlag.LOADING)
        return reply(message)

    async def _delete_reply(self, request: web.Request) -> web.StreamResponse:
        self._world.delete_message(self._reply_of(request))
        return web.Response(status=204)

    # --- channels ----------------------------------------------------------------------------

    async def _open_direct(self, request: web.Request) -> web.StreamResponse:
        return reply(self._world.direct(str((await request.json())["recipient_id"])))

    async def _get_channel(self, request: web.Request) -> web.StreamResponse:
        return reply(self._world.channel(request.match_info["channel"]))

    async def _typing(self, request: web.Request) -> web.StreamResponse:
        channel = self._world.channel(request.match_info["channel"])["id"]
        self._world.tell("TYPING", {"channel_id": channel}, self._world.visible_to(channel))
        return web.Response(status=204)

    async def _send(self, request: web.Request) -> web.StreamResponse:
        channel = self._world.channel(request.match_info["channel"])["id"]
        if self._world.visible_to(channel) in self._world.closed:
            raise DiscordRefusal(403, 50007, "Cannot send messages to this user")
        body, files = await read_body(request, self._world)
        nonce = str(body.get("nonce") or "")
        if len(nonce) > 25:
            raise invalid_form("nonce", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
        if body.get("enforce_nonce") and nonce in self._world.nonces:
            return reply(self._world.message(channel, self._world.nonces[nonce]))
        in_thread = self._world.channel(channel)["type"] == ChannelType.PUBLIC_THREAD
        self._world.require(channel, Permission.SEND_MESSAGES_IN_THREADS if in_thread else Permission.SEND_MESSAGES)
        message = self._world.add_message(channel, BOT_USER, self._content(body, files), nonce=nonce, **self._to(body))
        if nonce:
            self._world.nonces[nonce] = message["id"]
        return reply(message)

    def _to(self, body: Json) -> Json:
        """Return what makes a message of the bot a reply, where it is one; the message may have gone meanwhile."""
        reference = body.get("message_reference")
        if reference is None:
            return {}
        try:
            return self._world.answering(str(reference["channel_id"]), str(reference["message_id"]))
        except DiscordRefusal:
            if reference.get("fail_if_not_exists", True):
                raise
            return {}

    async def _history(self, request: web.Request) -> web.StreamResponse:
        channel = self._world.channel(request.match_info["channel"])
        self._world.require(channel["id"], Permission.READ_MESSAGE_HISTORY)
        limit = int(request.query.get("limit", 50))
        if not 1 <= limit <= 100:
            raise invalid_form("limit", "NUMBER_TYPE_RANGE", "int value should be between 1 and 100.")
        before, after = (int(request.query.get(key, 0)) for key in ("before", "after"))
        public = [
            m
            for m in self._world.messages.values()
            if m["channel_id"] == channel["id"]
            and m["id"] not in self._world.private
            and (not before or int(m["id"]) < before)
            and int(m["id"]) > after
        ]
        # Newest first, whichever end they are counted from.
        page = (public[:limit] if after and not before else public[-limit:])[::-1]
        direct = channel["type"] == ChannelType.DIRECT
        return reply([as_the_bot_sees(message, direct=direct) for message in page])

    async def _start_thread(self, request: web.Request) -> web.StreamResponse:
        message = self._public(request)
        self._world.require(message["channel_id"], Permission.CREATE_PUBLIC_THREADS)
        return reply(start_thread(self._world, message, BOT_USER, await request.json()), 201)

    async def _join_thread(self, request: web.Request) -> web.StreamResponse:
        self._world.channel(request.match_info["channel"])
        return web.Response(status=204)

    def _public(self, request: web.Request) -> Json:
        message = self._world.message(request.match_info["channel"], request.match_info["message"])
        if message["id"] in self._world.private:
            raise unknown("Message", 10008)
        return message

    async def _get_message(self, request: web.Request) -> web.StreamResponse:
        message = self._public(request)
        direct = self._world.channel(message["channel_id"])["type"] == ChannelType.DIRECT
        return reply(as_the_bot_sees(message, direct=direct))

    async def _edit(self, request: web.Request) -> web.StreamResponse:
        message = self._public(request)
        if message["author"]["id"] != APPLICATION_ID:
            raise DiscordRefusal(403, 50005, "Cannot edit a message authored by another user")
        body, files = await read_body(request, self._world)
        self._change(message, body, files)
        return reply(message)

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        self._world.delete_message(self._public(request))
        return web.Response(status=204)

    # --- bodies ------------------------------------------------------------------------------

    def _content(self, body: Json, files: dict[str, Json]) -> Json:
        """Return the message fields of a body that has passed Discord's limits."""
        check_message(body, [int(index) for index in files])
        content = {k: body[k] for k in _MESSAGE_KEYS if body.get(k) is not None}
        if not files and not any(content.get(k) for k in ("content", "embeds", "components")):
            raise DiscordRefusal(400, 50006, "Cannot send an empty message")
        content["attachments"] = list(files.values())
        return self._with_links(content)

    def _change(self, message: Json, body: Json, files: dict[str, Json], *, mark: bool = True) -> None:
        """Apply an edit: only what the body names changes; attachments it does not list are dropped."""
        check_message(
            body,
            [int(index) for index in files],
            [int(a["id"]) for a in message["attachments"]],
            v2=bool(message["flags"] & MessageFlag.COMPONENTS_V2),
        )
        changes: Json = {k: body[k] or ([] if k != "content" else "") for k in _EDITED_KEYS if k in body}
        changes["flags"] = message["flags"] | (body.get("flags") or 0) & MessageFlag.COMPONENTS_V2
        if "attachments" in body or files:
            named = [str(a.get("id")) for a in body.get("attachments") or []]
            kept = [a for a in message["attachments"] if a["id"] in named or "attachments" not in body]
            changes["attachments"] = kept + list(files.values())
        self._world.edit_message(message, self._with_links(changes, message), mark=mark)

    def _with_links(self, content: Json, message: Json | None = None) -> Json:
        """Replace attachment://name by the link of the file of that name."""
        attachments: list[Json] = content.get("attachments") or (message or {}).get("attachments", [])
        text = json.dumps(content)
        for attachment in attachments:
            text = text.replace(f'"attachment://{attachment["filename"]}"', json.dumps(attachment["url"]))
        resolved: Json = json.loads(text)
        _complete(resolved.get("components") or [], itertools.count(1))
        return resolved


def _as_text(permissions: int | str | None) -> str | None:
    """Return permissions as Discord writes them; a bot may send a number."""
    return None if permissions is None else str(permissions)


def _metadata(interaction: Interaction) -> Json:
    """Return what a message tells of the interaction that it answers."""
    told: Json = {
        "id": interaction.id,
        "type": interaction.type,
        "user": interaction.person.user(),
        "authorizing_integration_owners": {"0": GUILD_ID},
    }
    if interaction.type is InteractionType.COMMAND:
        return told | {"name": interaction.command}
    if interaction.type is InteractionType.MODAL:
        opener = told | {"type": InteractionType.COMMAND}
        if interaction.source_id is not None:
            opener |= {"type": InteractionType.COMPONENT, "interacted_message_id": interaction.source_id}
        return told | {"triggering_interaction_metadata": opener}
    return told | {"interacted_message_id": interaction.source_id}


def _complete(components: list[Json], numbers: Iterator[int]) -> None:
    """Make what a bot sent of components into what Discord shows of them: each has a number, nothing is null."""
    for component in components:
        component.setdefault("id", next(numbers))
        if component.get("emoji"):
            component["emoji"] = {key: value for key, value in component["emoji"].items() if value is not None}
        inner = [*(component.get("components") or []), component.get("accessory"), component.get("component")]
        _complete([one for one in inner if one], numbers)
