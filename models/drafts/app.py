"""The HTTP face of the drafts server: OpenAI's Images API with Server-Sent Events, health and metrics."""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse

from models.drafts.engine import Engine, Order
from models.drafts.pictures import decode
from models.drafts.problems import Problem
from models.drafts.wire import MAX_SEED, ImageRequest, decode_base64
from models.drafts.worker import Outcome, Run, Worker

log = logging.getLogger(__name__)
_ANY_MODEL = frozenset({None, "default", "embedded"})


class DraftsService:
    """The model, once it is loaded, and the worker in front of it."""

    def __init__(self, load: Callable[[], Engine]) -> None:
        self._load = load
        self._engine: Engine | None = None
        self.failure: str | None = None
        self.worker = Worker()

    async def start(self) -> None:
        """Load the model in its thread; the server answers meanwhile."""
        self.worker.start()
        try:
            self._engine = await asyncio.get_running_loop().run_in_executor(self.worker.thread, self._load)
        except Exception as error:  # shown by /health, where the operator and the supervisor look
            log.exception("the model could not be loaded", exc_info=error)
            self.failure = f"the model could not be loaded: {type(error).__name__}"

    @property
    def engine(self) -> Engine:
        """The loaded model; raise Problem while there is none."""
        if self._engine is None:
            raise Problem(503, "not-ready", self.failure or "the model is still loading", retry_after_s=2)
        return self._engine

    @property
    def ready(self) -> bool:
        """Tell whether the model is loaded."""
        return self._engine is not None

    async def submit(self, request: ImageRequest) -> Run:
        """Check a request against the model and queue it."""
        engine = self.engine
        if request.model not in _ANY_MODEL | {engine.name}:
            raise Problem(404, "unknown-model", f"this server draws with {engine.name}")
        seeds = tuple(request.seeds or (secrets.randbelow(MAX_SEED) for _ in range(request.n)))
        order = await asyncio.to_thread(_order, request, seeds)
        run_id = request.draft_id or secrets.token_hex(16)
        return self.worker.submit(run_id, _fingerprint(request), engine.plan(order), seeds)


def create_app(load: Callable[[], Engine], api_key: str | None) -> FastAPI:
    """Build the server around whatever `load` returns; `api_key` None lets everybody in (tests only)."""
    service = DraftsService(load)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loading = asyncio.create_task(service.start(), name="model loading")
        yield
        loading.cancel()
        await asyncio.gather(loading, return_exceptions=True)
        await service.worker.stop()

    async def authorise(request: Request) -> None:
        given = request.headers.get("Authorization", "")
        if api_key is not None and not hmac.compare_digest(given.encode(), f"Bearer {api_key}".encode()):
            raise Problem(401, "unauthorized", "the key is missing or wrong")

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.exception_handler(Problem)(_answer_problem)
    app.exception_handler(RequestValidationError)(_answer_invalid)
    _add_status_routes(app, service)
    _add_drawing_routes(app, service, Depends(authorise))
    return app


def _add_status_routes(app: FastAPI, service: DraftsService) -> None:
    @app.get("/health")
    async def health() -> JSONResponse:
        status = "ready" if service.ready else "failed" if service.failure else "starting"
        body = {"status": status, "detail": service.failure or "", "waiting": service.worker.waiting}
        return JSONResponse(body, 200 if service.ready else 503)

    @app.get("/metrics")
    async def metrics() -> PlainTextResponse:
        lines = ["# TYPE colophon_drafts_waiting gauge", f"colophon_drafts_waiting {service.worker.waiting}"]
        lines.append("# TYPE colophon_drafts_total counter")
        counts = service.worker.outcomes.items()
        lines += [f'colophon_drafts_total{{outcome="{outcome}"}} {count}' for outcome, count in counts]
        return PlainTextResponse("\n".join([*lines, ""]))


def _add_drawing_routes(app: FastAPI, service: DraftsService, authorised: Any) -> None:
    @app.get("/v1/models", dependencies=[authorised])
    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [{"id": service.engine.name, "object": "model", "owned_by": "colophon"}]}

    @app.get("/v1/styles", dependencies=[authorised])
    async def styles() -> dict[str, Any]:
        return {"object": "list", "data": list(service.engine.styles)}

    @app.post("/v1/images/generations", dependencies=[authorised])
    async def generate(request: ImageRequest) -> Response:
        run = await service.submit(request)
        if request.stream:
            return StreamingResponse(_stream(service.worker, run), media_type="text/event-stream")
        return JSONResponse(await _whole(service.worker, run))

    @app.post("/v1/drafts/{draft_id}/cancel", dependencies=[authorised])
    async def cancel(draft_id: str) -> dict[str, Any]:
        return {"draft_id": draft_id, "cancelled": service.worker.cancel(draft_id)}


def _order(request: ImageRequest, seeds: tuple[int, ...]) -> Order:
    width, height = request.sides
    return Order(
        prompt=request.prompt,
        negative=request.negative_prompt,
        style=request.style,
        seeds=seeds,
        width=width,
        height=height,
        steps=request.steps,
        guidance=request.guidance,
        strength=request.strength,
        image=None if request.image is None else decode(_bytes(request.image)),
        line=None if request.line is None else decode(_bytes(request.line)),
        preview_interval_s=request.preview_interval_s,
    )


def _bytes(text: str) -> bytes:
    try:
        return decode_base64(text)
    except ValueError as error:
        raise Problem(422, "bad-image", "the picture is not base64") from error


def _fingerprint(request: ImageRequest) -> str:
    """Return a hash of what was asked, to tell a repeated request from a new one under an old id."""
    return hashlib.sha256(request.model_dump_json(exclude={"stream", "draft_id"}).encode()).hexdigest()


async def _stream(worker: Worker, run: Run) -> AsyncGenerator[bytes]:
    events = worker.follow(run)
    try:
        async for outcome in events:
            yield _frame(outcome)
        yield b"data: [DONE]\n\n"
    finally:
        await events.aclose()


def _frame(outcome: Outcome) -> bytes:
    data = {"type": outcome.name, "created_at": int(time.time()), **outcome.data}
    if "image" in data:
        data["b64_json"] = base64.b64encode(data.pop("image")).decode()
    return f"event: {outcome.name}\ndata: {json.dumps(data)}\n\n".encode()


async def _whole(worker: Worker, run: Run) -> dict[str, Any]:
    """Collect a run into the one answer of a request that does not stream."""
    data: list[dict[str, Any]] = []
    record: Any = None
    async for outcome in worker.follow(run):
        match outcome.name:
            case "image_generation.completed":
                image = base64.b64encode(outcome.data["image"]).decode()
                data.append({"b64_json": image, "seed": outcome.data["seed"]})
            case "draft.record":
                record = outcome.data["record"]
            case "error":
                error = outcome.data["error"]
                raise Problem(500, error["code"], error["message"])
    return {"created": int(time.time()), "data": data, "output_format": "png", "record": record}


async def _answer_problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    headers = {} if error.retry_after_s is None else {"Retry-After": str(error.retry_after_s)}
    return JSONResponse(error.body(), error.status, headers)


async def _answer_invalid(_: Request, error: Exception) -> JSONResponse:
    """Name the field and the rule, never the value: it may be a member's words."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:]) or "body"
    return JSONResponse(Problem(400, "invalid", f"{field}: {first['msg']}").body(), 400)
