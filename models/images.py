"""The client of the drafts server, and the only code that knows how one speaks to it.

The interface is OpenAI's Images API with Server-Sent Events, extended by what evidence needs (seeds, a record of
how each picture was made). Leaving the iteration early makes the server stop drawing. Nothing is retried here.
"""

import asyncio
import base64
import binascii
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

from models.errors import (
    BadResponse,
    GenerationFailed,
    ModelsError,
    RequestRefused,
    ServerBusy,
    ServerUnavailable,
)
from models.health import Health, ServerHealth
from models.sse import ServerSentEvent, SseDecoder

_STATES = {"starting": Health.STARTING, "ready": Health.READY, "failed": Health.FAILED}
_BROKEN = (KeyError, TypeError, ValueError, binascii.Error)


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """One draft: a candidate is drawn for each seed.

    `draft_id` makes the request idempotent: sent again, it joins the running draft or gets the finished one.
    `image` and `line` are encoded pictures; `strength` 0..1 is how far the draft may leave `image`.
    """

    draft_id: str
    prompt: str
    seeds: tuple[int, ...]
    negative: str = ""
    style: str | None = None
    width: int = 512
    height: int = 512
    steps: int | None = None
    guidance: float | None = None
    model: str | None = None
    image: bytes | None = None
    strength: float | None = None
    line: bytes | None = None
    preview_interval_s: float = 1.5


@dataclass(frozen=True, slots=True)
class Progress:
    """`step` of `steps` of a candidate (counted from 0) is done."""

    candidate: int
    step: int
    steps: int


@dataclass(frozen=True, slots=True)
class Preview:
    """An unfinished candidate as an encoded picture."""

    candidate: int
    step: int
    steps: int
    image: bytes
    mime: str


@dataclass(frozen=True, slots=True)
class CandidateDone:
    """A finished candidate as an encoded picture."""

    candidate: int
    seed: int
    image: bytes
    mime: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class GenerationRecord:
    """How the candidates were made: everything needed to make them again.

    `bucket` is the number of rows of the batch they were computed in; `drawn_from` and `unknown` are the words of
    the prompt that the model used and left aside.
    """

    model: str
    revision: str
    weights_sha256: str
    pipeline: str
    scheduler: str
    steps: int
    guidance: float
    dtype: str
    device: str
    bucket: int
    libraries: Mapping[str, str]
    drawn_from: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DraftDone:
    """The last event of a draft."""

    record: GenerationRecord


DraftEvent = Progress | Preview | CandidateDone | DraftDone


@dataclass(frozen=True, slots=True)
class ImageTimeouts:
    """How long to wait, in seconds, for what."""

    connect_s: float = 5.0
    event_gap_s: float = 60.0
    """The longest silence; the server sends a sign of life every 15 s, in its waiting line too."""
    health_s: float = 5.0


class ImagesClient:
    """Speaks to one drafts server, on a unix socket or at a URL ending in /v1."""

    def __init__(
        self,
        *,
        uds: Path | None = None,
        base_url: str = "http://localhost/v1",
        api_key: str,
        timeouts: ImageTimeouts | None = None,
    ) -> None:
        self._uds = uds
        self._timeouts = timeouts or ImageTimeouts()
        self._base = base_url.rstrip("/")
        self._http = httpx2.AsyncClient(
            transport=httpx2.AsyncHTTPTransport(uds=str(uds) if uds else None),
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=httpx2.Timeout(self._timeouts.event_gap_s, connect=self._timeouts.connect_s),
        )

    async def draft(self, request: DraftRequest) -> AsyncGenerator[DraftEvent]:
        """Draw; close the generator to make the server stop.

        Raise ServerUnavailable, ServerBusy, RequestRefused (kinds: nothing-known, unknown-style, unknown-model,
        bad-image, too-large, unauthorized, draft-id-reused, invalid), GenerationFailed or BadResponse.
        """
        body = _request_body(request)
        done = False
        try:
            async with self._http.stream("POST", f"{self._base}/images/generations", json=body) as response:
                if not response.is_success:
                    await response.aread()
                    raise _refusal(response)
                decoder = SseDecoder()
                async for chunk in response.aiter_text():
                    for event in decoder.feed(chunk):
                        parsed = _event(event)
                        if parsed is not None:
                            done = isinstance(parsed, DraftDone)
                            yield parsed
        except httpx2.ConnectError as error:
            raise ServerUnavailable("the drafts server cannot be reached") from error
        except httpx2.TimeoutException as error:
            raise ServerBusy("the drafts server fell silent") from error
        except httpx2.HTTPError as error:
            raise ServerUnavailable(f"the connection broke off: {type(error).__name__}") from error
        if not done:
            raise ServerUnavailable("the drafts server ended the stream early")

    async def cancel(self, draft_id: str) -> bool:
        """Stop a draft wherever it is; tell whether there was one."""
        response = await self._ask("POST", f"/drafts/{draft_id}/cancel")
        return bool(response.get("cancelled"))

    async def styles(self) -> tuple[str, ...]:
        """Return the styles of the server's model."""
        return tuple(str(style) for style in _listed(await self._ask("GET", "/styles")))

    async def models(self) -> tuple[str, ...]:
        """Return the names of the models that the server draws with."""
        try:
            return tuple(str(model["id"]) for model in _listed(await self._ask("GET", "/models")))
        except _BROKEN as error:
            raise BadResponse("the drafts server lists its models in another way") from error

    async def health(self) -> ServerHealth:
        """Ask how the server is; never raises for a server that is not there."""
        if self._uds is not None and not await asyncio.to_thread(self._uds.exists):
            return ServerHealth(Health.AWAY, f"no socket at {self._uds}")
        url = httpx2.URL(self._base).copy_with(path="/health")
        try:
            response = await self._http.get(url, timeout=self._timeouts.health_s)
            body = response.json()
            return ServerHealth(_STATES[body["status"]], str(body.get("detail", "")))
        except httpx2.TimeoutException:
            return ServerHealth(Health.STARTING, f"no answer within {self._timeouts.health_s:g} s")
        except httpx2.HTTPError as error:
            return ServerHealth(Health.AWAY, f"not reachable: {type(error).__name__}")
        except _BROKEN:
            return ServerHealth(Health.FAILED, "/health answered something else")

    async def aclose(self) -> None:
        """Close all connections; running drafts are cancelled by the server."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _ask(self, method: str, path: str) -> Mapping[str, Any]:
        try:
            response = await self._http.request(method, f"{self._base}{path}", timeout=self._timeouts.health_s)
            if not response.is_success:
                raise _refusal(response)
            body = response.json()
        except httpx2.HTTPError as error:
            raise ServerUnavailable(f"the drafts server did not answer: {type(error).__name__}") from error
        except ValueError as error:
            raise BadResponse("the drafts server answered no JSON") from error
        if not isinstance(body, dict):
            raise BadResponse("the drafts server answered another kind of JSON")
        return body


def _listed(body: Mapping[str, Any]) -> list[Any]:
    found = body.get("data")
    if not isinstance(found, list):
        raise BadResponse("the drafts server answered without a list")
    return found


def _request_body(request: DraftRequest) -> dict[str, Any]:
    body: dict[str, Any] = {
        "draft_id": request.draft_id,
        "prompt": request.prompt,
        "negative_prompt": request.negative,
        "n": len(request.seeds),
        "seeds": list(request.seeds),
        "size": f"{request.width}x{request.height}",
        "stream": True,
        "preview_interval_s": request.preview_interval_s,
    }
    optional: dict[str, Any] = {name: getattr(request, name) for name in ("style", "steps", "guidance", "model")}
    optional["strength"] = request.strength
    for name in ("image", "line"):
        data: bytes | None = getattr(request, name)
        optional[name] = None if data is None else base64.b64encode(data).decode()
    return body | {name: value for name, value in optional.items() if value is not None}


def _event(event: ServerSentEvent) -> DraftEvent | None:
    """Read one event; those of a newer server that we do not know are passed over."""
    if event.data == "[DONE]":
        return None
    try:
        data = json.loads(event.data)
        match event.name:
            case "draft.progress":
                return Progress(int(data["candidate"]), int(data["step"]), int(data["steps"]))
            case "image_generation.partial_image":
                return _preview(data)
            case "image_generation.completed":
                return _candidate(data)
            case "draft.record":
                return DraftDone(_record(data["record"]))
            case "error":
                raise _failure(data["error"])
            case _:
                return None
    except _BROKEN as error:
        raise BadResponse(f"the drafts server sent an event that cannot be read: {event.name}") from error


def _preview(data: Mapping[str, Any]) -> Preview:
    image = base64.b64decode(data["b64_json"], validate=True)
    return Preview(
        int(data["candidate"]), int(data["step"]), int(data["steps"]), image, f"image/{data['output_format']}"
    )


def _candidate(data: Mapping[str, Any]) -> CandidateDone:
    width, _, height = str(data["size"]).partition("x")
    image = base64.b64decode(data["b64_json"], validate=True)
    mime = f"image/{data['output_format']}"
    return CandidateDone(int(data["candidate"]), int(data["seed"]), image, mime, int(width), int(height))


def _record(data: Mapping[str, Any]) -> GenerationRecord:
    given = {each.name: data[each.name] for each in fields(GenerationRecord)}
    given["drawn_from"], given["unknown"] = tuple(given["drawn_from"]), tuple(given["unknown"])
    return GenerationRecord(**given)


def _failure(error: Mapping[str, Any]) -> ModelsError:
    """Turn an error that came in the middle of a stream into ours."""
    if error["code"] == "cancelled":
        return ServerUnavailable("the drafts server gave the draft up")
    return GenerationFailed(str(error["message"]))


def _refusal(response: httpx2.Response) -> ModelsError:
    try:
        error = response.json()["error"]
        kind, detail = str(error["code"]), str(error["message"])
    except _BROKEN:
        return BadResponse(f"the drafts server answered {response.status_code} without a reason")
    if response.status_code == 429:
        advice = response.headers.get("retry-after", "")
        return ServerBusy(detail, retry_after_s=float(advice) if advice.isdecimal() else None)
    if response.status_code == 503:
        return ServerUnavailable(detail)
    if response.status_code >= 500:
        return GenerationFailed(detail)
    return RequestRefused(kind, detail)
