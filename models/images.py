"""The client of the drafts server: ours by its own interface, anybody else's by what they know of OpenAI's Images API.

Leaving the iteration of a draft early makes the server stop drawing. Nothing is retried here.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import httpx2

from models.dialects.colophon import ColophonDialect, is_ours
from models.dialects.elsewhere import ElsewhereDialect
from models.dialects.openapi import OPENAI, VLLM_OMNI, Routes, read_routes
from models.dialects.pictures import BadPicture, whole_picture
from models.dialects.wire import MALFORMED, Connection, json_object, listed, translated, whole
from models.drafting import (
    Adapter,
    CandidateDone,
    CandidateWithheld,
    DraftDone,
    DraftEvent,
    DraftRequest,
    GenerationRecord,
    ImageTimeouts,
    Margins,
    ModelAbilities,
    Preview,
    Progress,
)
from models.errors import BadResponse, ModelsError, RequestRefused
from models.health import Health, ServerHealth
from models.trace import traced

__all__ = [
    "Adapter",
    "CandidateDone",
    "CandidateWithheld",
    "DraftDone",
    "DraftEvent",
    "DraftRequest",
    "GenerationRecord",
    "ImageTimeouts",
    "ImagesClient",
    "Margins",
    "ModelAbilities",
    "Preview",
    "Progress",
]

_STATES = {"starting": Health.STARTING, "ready": Health.READY, "failed": Health.FAILED}


class Dialect(Protocol):
    """A way to speak to a server, and what its models can do."""

    @property
    def abilities(self) -> tuple[ModelAbilities, ...]:
        """The models, the default first."""
        ...

    def draft(self, request: DraftRequest) -> AsyncGenerator[DraftEvent]:
        """Draw."""
        ...


class ImagesClient:
    """Speaks to one Images server, on a unix socket or at a URL ending in /v1.

    `model` is what a request that names none is drawn with, for a server that has many; our own knows by itself.
    """

    def __init__(
        self,
        *,
        uds: Path | None = None,
        base_url: str = "http://localhost/v1",
        api_key: str,
        model: str | None = None,
        timeouts: ImageTimeouts | None = None,
    ) -> None:
        self._uds = uds
        self._model = model
        self._timeouts = timeouts or ImageTimeouts()
        self._http = httpx2.AsyncClient(
            transport=httpx2.AsyncHTTPTransport(uds=str(uds) if uds else None),
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=httpx2.Timeout(self._timeouts.event_gap_s, connect=self._timeouts.connect_s),
            event_hooks={"request": [traced]},
        )
        self._connection = Connection(self._http, base_url, self._timeouts)
        self._root = self._connection.base.removesuffix("/v1")
        self._dialect: Dialect | None = None
        self._shut_out = False

    async def draft(self, request: DraftRequest) -> AsyncGenerator[DraftEvent]:
        """Draw; close the generator to make the server stop.

        Raise ServerUnavailable, ServerBusy, RequestRefused (kinds: nothing-known, unknown-style, unknown-model,
        bad-image, too-large, unauthorized, draft-id-reused, unsupported, not-allowed, invalid), GenerationFailed or
        BadResponse.
        """
        try:
            dialect = self._dialect or await self._learn()
            async with aclosing(dialect.draft(request)) as events:
                async for event in events:
                    await _check(event, request)
                    yield event
        except ModelsError as error:
            # Perhaps another server answers at this address now.
            self._dialect = None
            self._shut_out = isinstance(error, RequestRefused) and error.kind == "unauthorized"
            raise

    async def cancel(self, draft_id: str) -> bool:
        """Stop a draft that somebody else listens to; tell whether there was one.

        Only our own server knows drafts by their id, and behind a balancer only the replica that was asked: whoever
        iterates over draft() stops it for certain by leaving.
        """
        if not isinstance(self._dialect or await self._learn(), ColophonDialect):
            return False
        return bool((await self._connection.ask("POST", f"/drafts/{draft_id}/cancel")).get("cancelled"))

    async def abilities(self) -> tuple[ModelAbilities, ...]:
        """Ask what the models can do, the default model first; errors as of draft()."""
        return (await self._learn()).abilities

    async def styles(self) -> tuple[str, ...]:
        """Return the styles of the server's default model."""
        if not isinstance(self._dialect or await self._learn(), ColophonDialect):
            return ()
        return tuple(str(style) for style in listed(await self._connection.ask("GET", "/styles")))

    async def models(self) -> tuple[str, ...]:
        """Return the names of the models that the server draws with."""
        return _names(listed(await self._connection.ask("GET", "/models")))

    async def health(self) -> ServerHealth:
        """Ask how the server is; never raises for a server that is not there."""
        if self._uds is not None and not await asyncio.to_thread(self._uds.exists):
            return ServerHealth(Health.AWAY, f"no socket at {self._uds}")
        try:
            response = await self._http.get(f"{self._root}/health", timeout=self._timeouts.health_s)
        except httpx2.TimeoutException:
            return ServerHealth(Health.STARTING, f"no answer within {self._timeouts.health_s:g} s")
        except httpx2.HTTPError as error:
            return ServerHealth(Health.AWAY, f"not reachable: {type(error).__name__}")
        try:
            body = response.json()
            health = ServerHealth(_STATES[body["status"]], str(body.get("detail", "")))
        except MALFORMED:
            if response.status_code >= 500:
                return ServerHealth(Health.FAILED, f"/health answered {response.status_code}")
            return await self._health_elsewhere()
        # Whoever was refused for the key asks for something that needs one, until it is taken again.
        return await self._health_elsewhere() if health.ready and self._shut_out else health

    async def aclose(self) -> None:
        """Close all connections; running drafts are cancelled by the server."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _health_elsewhere(self) -> ServerHealth:
        """Ask a server that has no /health, or another one, for its models: that needs the key, as drawing does."""
        try:
            await self.models()
        except ModelsError as error:
            return ServerHealth(Health.FAILED, f"it does not list its models: {error}")
        self._shut_out = False
        return ServerHealth(Health.READY, "lists its models")

    async def _learn(self) -> Dialect:
        """Find out whose server this is and what it knows; kept until something fails."""
        entries = listed(await self._connection.ask("GET", "/models"))
        self._dialect = (
            ColophonDialect(self._connection, entries) if is_ours(entries) else await self._learn_elsewhere(entries)
        )
        return self._dialect

    async def _learn_elsewhere(self, entries: list[Any]) -> Dialect:
        owners = {str(entry.get("owned_by")) for entry in entries if isinstance(entry, dict)}
        owner = owners.pop() if len(owners) == 1 else "unknown"
        document = await self._openapi()
        if document is None:
            routes: Routes | None = VLLM_OMNI if owner.startswith("vllm") else OPENAI
        else:
            routes = read_routes(document)
        if routes is None:
            raise BadResponse("the server at this address makes no pictures")
        models = (self._model,) if self._model is not None else _names(entries)
        return ElsewhereDialect(self._connection, routes, models, owner)

    async def _openapi(self) -> dict[str, Any] | None:
        """Return the server's own description of itself, where it gives one."""
        with translated():
            url, timeout_s = f"{self._root}/openapi.json", self._timeouts.health_s
            async with self._http.stream("GET", url, timeout=timeout_s) as response:
                if not response.is_success:
                    return None
                content = await whole(response)
        try:
            return await asyncio.to_thread(json_object, content)
        except BadResponse:  # a gateway's page for whatever it does not know
            return None


async def _check(event: DraftEvent, request: DraftRequest) -> None:
    """Raise BadResponse where an event belongs to no candidate that was asked for, or brings no picture."""
    if isinstance(event, DraftDone):
        return
    if not 0 <= event.candidate < len(request.seeds):
        raise BadResponse(f"the images server speaks of a candidate {event.candidate}, which nobody asked for")
    if isinstance(event, CandidateDone):
        if event.seed != request.seeds[event.candidate]:
            raise BadResponse(f"candidate {event.candidate} was drawn from another seed than the one asked for")
        try:
            await asyncio.to_thread(whole_picture, event.image, (event.width, event.height))
        except BadPicture as error:
            raise BadResponse(f"candidate {event.candidate}: {error}") from error


def _names(entries: list[Any]) -> tuple[str, ...]:
    try:
        return tuple(str(entry["id"]) for entry in entries)
    except MALFORMED as error:
        raise BadResponse("the images server lists its models in another way") from error
