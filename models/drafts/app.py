"""The HTTP face of the drafts server: OpenAI's Images API with Server-Sent Events, health and metrics.

A stream sends OpenAI's image_generation.partial_image and image_generation.completed, and of our own draft.progress
and, last, draft.record; an `error` event instead of the record says that the draft was cancelled or failed.
"""

import asyncio
import base64
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.exceptions import HTTPException

from models.drafts.engine import Engine
from models.drafts.guard import Guard
from models.drafts.problems import Problem
from models.drafts.service import DraftsService
from models.drafts.wire import ImageRequest
from models.drafts.worker import Outcome, Run, Worker

# Proxies and clients take a longer silence, as in the waiting line, for a dead connection.
BEAT_S = 15.0
_HTTP_CODES = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}


def create_app(load: Callable[[], Engine], api_key: str | None, *, beat_s: float = BEAT_S) -> FastAPI:
    """Build the server around whatever `load` returns; `api_key` None lets everybody in (tests only)."""
    service = DraftsService(load)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loading = asyncio.create_task(service.start(), name="model loading")
        yield
        loading.cancel()
        await asyncio.gather(loading, return_exceptions=True)
        await service.worker.stop()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard, api_key=api_key)
    app.exception_handler(Problem)(_answer_problem)
    app.exception_handler(HTTPException)(_answer_http)
    app.exception_handler(RequestValidationError)(_answer_invalid)
    _add_status_routes(app, service)
    _add_drawing_routes(app, service, beat_s)
    return app


def _add_status_routes(app: FastAPI, service: DraftsService) -> None:
    @app.get("/health")
    async def health() -> JSONResponse:
        body = {"status": service.status, "detail": service.failure or "", "waiting": service.worker.waiting}
        return JSONResponse(body, 200 if service.status == "ready" else 503)

    @app.get("/metrics")
    async def metrics() -> PlainTextResponse:
        lines = ["# TYPE colophon_drafts_ready gauge", f"colophon_drafts_ready {int(service.status == 'ready')}"]
        lines += ["# TYPE colophon_drafts_waiting gauge", f"colophon_drafts_waiting {service.worker.waiting}"]
        lines += ["# TYPE colophon_drafts_total counter"]
        ends = service.worker.ends.items()
        lines += [f'colophon_drafts_total{{outcome="{end.value}"}} {count}' for end, count in ends]
        return PlainTextResponse("\n".join([*lines, ""]), media_type="text/plain; version=0.0.4")


def _add_drawing_routes(app: FastAPI, service: DraftsService, beat_s: float) -> None:
    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [{"id": service.engine.name, "object": "model", "owned_by": "colophon"}]}

    @app.get("/v1/styles")
    async def styles() -> dict[str, Any]:
        return {"object": "list", "data": list(service.engine.styles)}

    @app.post("/v1/images/generations")
    async def generate(request: ImageRequest, connection: Request) -> Response:
        run = await service.submit(request)
        if request.stream:
            return StreamingResponse(_stream(service.worker, run, beat_s), media_type="text/event-stream")
        return JSONResponse(await _unless_gone(connection, _whole(service.worker, run)))

    @app.post("/v1/drafts/{draft_id}/cancel")
    async def cancel(draft_id: str) -> dict[str, Any]:
        return {"draft_id": draft_id, "cancelled": service.worker.cancel(draft_id)}


async def _stream(worker: Worker, run: Run, beat_s: float) -> AsyncGenerator[bytes]:
    async with aclosing(worker.follow(run, beat_s)) as events:
        async for outcome in events:
            yield b": still here\n\n" if outcome is None else _frame(outcome)
    yield b"data: [DONE]\n\n"


def _frame(outcome: Outcome) -> bytes:
    data = {"type": outcome.name, "created_at": int(time.time()), **outcome.data}
    if "image" in data:
        data["b64_json"] = base64.b64encode(data.pop("image")).decode()
    return f"event: {outcome.name}\ndata: {json.dumps(data)}\n\n".encode()


async def _whole(worker: Worker, run: Run) -> dict[str, Any]:
    """Collect a run into the one answer of a request that does not stream."""
    data: list[dict[str, Any]] = []
    record: Any = None
    async with aclosing(worker.follow(run)) as events:
        async for outcome in events:
            match outcome:
                case Outcome("image_generation.completed", about):
                    data.append({"b64_json": base64.b64encode(about["image"]).decode(), "seed": about["seed"]})
                case Outcome("draft.record", about):
                    record = about["record"]
                case Outcome("error", about):
                    error = about["error"]
                    raise Problem(409 if error["code"] == "cancelled" else 500, error["code"], error["message"])
    return {"created": int(time.time()), "data": data, "output_format": "png", "record": record}


async def _unless_gone(connection: Request, work: Any) -> Any:
    """Do the work of a request that does not stream; leave it when the client hangs up."""
    working = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_hung_up(connection))
    try:
        await asyncio.wait((working, gone), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise Problem(499, "cancelled", "the client hung up")
        return working.result()
    finally:
        for task in (working, gone):
            task.cancel()
        await asyncio.gather(working, gone, return_exceptions=True)


async def _hung_up(connection: Request) -> None:
    while (await connection.receive())["type"] != "http.disconnect":
        pass


async def _answer_problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return error.answer()


async def _answer_http(_: Request, error: Exception) -> JSONResponse:
    """Put what the framework refuses into the shape of all other errors."""
    assert isinstance(error, HTTPException)
    return Problem(error.status_code, _HTTP_CODES.get(error.status_code, "invalid"), error.detail).answer()


async def _answer_invalid(_: Request, error: Exception) -> JSONResponse:
    """Name the field and the rule, never the value: it may be a member's words."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:]) or "body"
    return Problem(400, "invalid", f"{field}: {first['msg']}", param=field).answer()
