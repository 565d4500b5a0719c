"""The HTTP face of the drafts server: OpenAI's Images API with Server-Sent Events, health and metrics.

A stream sends OpenAI's image_generation.partial_image and image_generation.completed (image_edit.* for edits), and of
our own draft.progress, draft.withheld and, last, draft.record; an `error` event instead of the record says that the
draft was cancelled or failed.
"""

import asyncio
import base64
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from models.drafts.events import DrawingEngine, Offer
from models.drafts.forms import read_form
from models.drafts.guard import Guard
from models.drafts.metrics import Metrics
from models.drafts.problems import Problem
from models.drafts.service import DraftsService
from models.drafts.traced import Traced
from models.drafts.wire import ImageRequest
from models.drafts.worker import Outcome, Run, Worker

# Proxies and clients take a longer silence, as in the waiting line, for a dead connection.
BEAT_S = 15.0
_HTTP_CODES = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}


def create_app(load: Callable[[], DrawingEngine], api_key: str | None, *, beat_s: float = BEAT_S) -> FastAPI:
    """Build the server around whatever `load` returns; `api_key` None lets everybody in (tests only)."""
    service = DraftsService(load)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loading = asyncio.create_task(service.start(), name="model loading")
        yield
        loading.cancel()
        await asyncio.gather(loading, return_exceptions=True)
        await service.stop()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard, api_key=api_key)
    app.add_middleware(Traced)
    app.exception_handler(Problem)(_answer_problem)
    app.exception_handler(HTTPException)(_answer_http)
    app.exception_handler(RequestValidationError)(_answer_invalid)
    app.exception_handler(ValidationError)(_answer_invalid)
    _add_status_routes(app, service)
    _add_drawing_routes(app, service, beat_s)
    return app


def _add_status_routes(app: FastAPI, service: DraftsService) -> None:
    metrics = Metrics(service)

    @app.get("/health")
    async def health() -> JSONResponse:
        body = {"status": service.status, "detail": service.failure or "", "waiting": service.worker.drawing}
        return JSONResponse(body, 200 if service.status == "ready" else 503)

    @app.get("/metrics")
    async def show_metrics() -> Response:
        return Response(metrics.text(), media_type=metrics.media_type)


def _add_drawing_routes(app: FastAPI, service: DraftsService, beat_s: float) -> None:
    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [_described(offer) for offer in service.engine.offers]}

    @app.get("/v1/styles")
    async def styles() -> dict[str, Any]:
        return {"object": "list", "data": list(service.engine.offers[0].styles)}

    async def answer(request: ImageRequest, connection: Request, family: str) -> Response:
        run = await service.submit(request)
        if request.stream:
            return StreamingResponse(_stream(service.worker, run, beat_s, family), media_type="text/event-stream")
        return JSONResponse(await _unless_gone(connection, _whole(service.worker, run)))

    @app.post("/v1/images/generations")
    async def generate(request: ImageRequest, connection: Request) -> Response:
        return await answer(request, connection, "image_generation")

    @app.post("/v1/images/edits")
    async def edit(connection: Request) -> Response:
        return await answer(await read_form(connection), connection, "image_edit")

    @app.post("/v1/drafts/{draft_id}/cancel")
    async def cancel(draft_id: str) -> dict[str, Any]:
        return {"draft_id": draft_id, "cancelled": service.worker.cancel(draft_id)}


def _described(offer: Offer) -> dict[str, Any]:
    """Return a model as OpenAI lists it, and what can be asked of it."""
    about = asdict(offer) | {"operations": [operation.value for operation in offer.operations]}
    return {"id": about.pop("name"), "object": "model", "owned_by": "colophon", "colophon": about}


async def _stream(worker: Worker, run: Run, beat_s: float, family: str) -> AsyncGenerator[bytes]:
    async with aclosing(worker.follow(run, beat_s)) as events:
        async for outcome in events:
            yield b": still here\n\n" if outcome is None else _frame(outcome, family)
    yield b"data: [DONE]\n\n"


def _frame(outcome: Outcome, family: str) -> bytes:
    name = outcome.name.replace("image_generation", family)
    data = {"type": name, "created_at": int(time.time()), **outcome.data}
    if "image" in data:
        data["b64_json"] = base64.b64encode(data.pop("image")).decode()
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


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
                case Outcome("draft.withheld", about):
                    data.append({"withheld": about["label"], "seed": about["seed"]})
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
    assert isinstance(error, (RequestValidationError, ValidationError))
    first = error.errors()[0]
    where = first["loc"][1:] if isinstance(error, RequestValidationError) else first["loc"]
    field = ".".join(str(part) for part in where) or "body"
    return Problem(400, "invalid", f"{field}: {first['msg']}", param=field).answer()
