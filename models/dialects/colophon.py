"""Our own drafts server: OpenAI's Images API, extended by what evidence needs (seeds, operations, a record)."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, fields, replace
from typing import Any, Final

import httpx2
from pydantic import TypeAdapter

from models.dialects.wire import MALFORMED, Connection, busy, decoded, events, refusal
from models.drafting import (
    NOTHING_SAID,
    UNKNOWN,
    CandidateDone,
    CandidateWithheld,
    DraftDone,
    DraftEvent,
    DraftRequest,
    GenerationRecord,
    ModelAbilities,
    Preview,
    Progress,
)
from models.errors import (
    BadResponse,
    GenerationFailed,
    ModelsError,
    OutOfMemory,
    RequestRefused,
    ServerUnavailable,
)
from models.sse import ServerSentEvent

OWNER = "colophon"
"""What our server calls itself in its list of models, and the key of what it says about them."""
_SAME_NAME = ("style", "steps", "guidance", "model", "strength", "operation", "control", "control_scale", "scheduler")
_PICTURES = ("image", "line", "mask", "reference")
_A_RECORD: Final = TypeAdapter(GenerationRecord)
_KNOWN = frozenset(each.name for each in fields(GenerationRecord)) - {"extra"}


class ColophonDialect:
    """Speaks to our server; it knows everything that a request can ask for."""

    def __init__(self, connection: Connection, entries: list[Mapping[str, Any]]) -> None:
        self._connection = connection
        self.abilities = tuple(_abilities(entry) for entry in entries)

    async def draft(self, request: DraftRequest) -> AsyncGenerator[DraftEvent]:
        """Draw; the server sends signs of life, previews and a record."""
        body = await asyncio.to_thread(_encode, request)
        gap_s = self._connection.timeouts.event_gap_s
        headers = {"Content-Type": "application/json"}
        done = False
        async with (
            self._connection.post(
                "/images/generations", gap_s=gap_s, refuse=_refusal, content=body, headers=headers
            ) as response,
            aclosing(events(response)) as arriving,
        ):
            async for event in arriving:
                # A picture is megabytes of base64: read beside the event loop.
                parsed = await asyncio.to_thread(_event, event)
                if parsed is not None:
                    done = isinstance(parsed, DraftDone)
                    yield parsed
        if not done:
            raise ServerUnavailable("the drafts server ended the stream early")


def is_ours(entries: list[Any]) -> bool:
    """Tell from a list of models whether the server is ours."""
    return any(isinstance(entry, dict) and (OWNER in entry or entry.get("owned_by") == OWNER) for entry in entries)


def _abilities(entry: Mapping[str, Any]) -> ModelAbilities:
    """Read what the server says of one model; what an older server leaves out is left at its default."""
    try:
        said = entry.get(OWNER, {})
        return ModelAbilities(
            name=str(entry["id"]),
            operations=_words(said.get("operations") or ["draft"]),
            styles=_words(said.get("styles")),
            schedulers=_words(said.get("schedulers")),
            controls=_words(said.get("controls")),
            loras=_words(said.get("loras")),
            negative=bool(said.get("negative")),
            languages=_words(said.get("languages")),
            sizes=tuple((int(width), int(height)) for width, height in said.get("sizes") or ()),
            revision=str(said.get("revision") or UNKNOWN),
            weights_sha256=str(said.get("weights_sha256") or UNKNOWN),
            steps=None if said.get("steps") is None else int(said["steps"]),
            guidance=None if said.get("guidance") is None else float(said["guidance"]),
        )
    except (*MALFORMED, AttributeError) as error:
        raise BadResponse("the drafts server lists its models in another way") from error


def _words(value: Sequence[object] | None) -> tuple[str, ...]:
    return tuple(str(each) for each in value or ())


def _encode(request: DraftRequest) -> bytes:
    """Write a request; pictures make that slow enough for a thread."""
    body: dict[str, Any] = {
        "draft_id": request.draft_id,
        "prompt": request.prompt,
        "negative_prompt": request.negative,
        "n": len(request.seeds),
        "seeds": list(request.seeds),
        "size": "auto" if request.size is None else f"{request.width}x{request.height}",
        "stream": True,
        "preview_interval_s": request.preview_interval_s,
    }
    optional: dict[str, Any] = {name: getattr(request, name) for name in _SAME_NAME}
    for name in _PICTURES:
        picture: bytes | None = getattr(request, name)
        optional[name] = None if picture is None else _base64(picture)
    optional["images"] = [_base64(picture) for picture in request.images] or None
    optional["loras"] = [asdict(adapter) for adapter in request.loras] or None
    optional["margins"] = None if request.margins is None else asdict(request.margins)
    optional["scale"] = request.scale
    optional["replay"] = request.replay or None
    optional["aspect"] = request.aspect
    optional["regions"] = request.regions or None
    body |= {name: value for name, value in optional.items() if value is not None}
    return json.dumps(body).encode()


def _base64(picture: bytes) -> str:
    return base64.b64encode(picture).decode()


def _event(event: ServerSentEvent) -> DraftEvent | None:
    """Read one event; those of a newer server that we do not know are passed over."""
    if event.data == "[DONE]":
        return None
    try:
        data = json.loads(event.data, parse_constant=_no_number)
        match event.name:
            case "draft.progress":
                return Progress(int(data["candidate"]), int(data["step"]), int(data["steps"]))
            case "image_generation.partial_image" | "image_edit.partial_image":
                return _preview(data)
            case "image_generation.completed" | "image_edit.completed":
                return _candidate(data)
            case "draft.withheld":
                return CandidateWithheld(int(data["candidate"]), int(data["seed"]), str(data["label"]))
            case "draft.record":
                return DraftDone(_record(data["record"]))
            case "error":
                raise _failure(data["error"])
            case _:
                return None
    except MALFORMED as error:
        raise BadResponse(f"the drafts server sent an event that cannot be read: {event.name}") from error


def _preview(data: Mapping[str, Any]) -> Preview:
    image, mime = decoded(data["b64_json"]), f"image/{data['output_format']}"
    return Preview(int(data["candidate"]), int(data["step"]), int(data["steps"]), image, mime)


def _candidate(data: Mapping[str, Any]) -> CandidateDone:
    width, _, height = str(data["size"]).partition("x")
    image, mime = decoded(data["b64_json"]), f"image/{data['output_format']}"
    return CandidateDone(int(data["candidate"]), int(data["seed"]), image, mime, int(width), int(height))


def _no_number(constant: str) -> None:
    """Refuse NaN and infinities, which are no JSON: no other program could read a record that has them."""
    raise ValueError(f"{constant} is no JSON")


def _record(data: Mapping[str, Any]) -> GenerationRecord:
    """Read a record: what every draft has by name, what only this server or operation has under `extra`."""
    given = {name: data[name] for name in _KNOWN if name in data}
    for name in ("drawn_from", "unknown"):
        given[name] = tuple(str(word) for word in given.get(name, ()))
    extra = {name: value for name, value in data.items() if name not in _KNOWN}
    return _A_RECORD.validate_python(asdict(replace(NOTHING_SAID, **given, extra=extra)))


def _failure(error: Mapping[str, Any]) -> ModelsError:
    """Turn an error that came in the middle of a stream into ours."""
    if error["code"] == "cancelled":
        return ServerUnavailable("the drafts server gave the draft up")
    return (OutOfMemory if error["code"] == "out-of-memory" else GenerationFailed)(str(error["message"]))


def _refusal(status: int, headers: httpx2.Headers, content: bytes) -> ModelsError:
    """Pass our server's own code and sentence on: it never repeats what a member wrote."""
    try:
        error = json.loads(content)["error"]
        kind, detail = str(error["code"]), str(error["message"])
    except MALFORMED:
        if status >= 429:  # a gateway in front of it
            return refusal(status, headers, content)
        return BadResponse(f"the drafts server answered {status} without a reason")
    if status == 429:
        return busy(detail, headers)
    if status == 503:
        return ServerUnavailable(detail)
    if status >= 500:
        return GenerationFailed(detail)
    return RequestRefused(kind, detail)
