"""Images servers of other makers, as small as they can be: the shapes of vLLM-Omni and of OpenAI, on a unix socket."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, File, Form, Request, Response, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from PIL import Image
from pydantic import BaseModel
from starlette.datastructures import UploadFile as ReceivedFile

KEY = "test-key"


def picture(colour: str = "red", size: tuple[int, int] = (24, 16), form: str = "PNG", mode: str = "RGB") -> bytes:
    """Return a small encoded picture."""
    out = BytesIO()
    Image.new(mode, size, colour).save(out, form)
    return out.getvalue()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@dataclass(slots=True)
class Seen:
    """What the server was asked, and how it is to misbehave."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    answer: Response | None = None
    """Given instead of any picture."""
    picture: bytes = field(default_factory=picture)
    at_once: int = 0
    most_at_once: int = 0
    hold: asyncio.Event | None = None
    holding: asyncio.Event = field(default_factory=asyncio.Event)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    listed: list[str] = field(default_factory=lambda: ["maker/model"])

    async def draw(self, connection: Request) -> None:
        """Take a moment, or as long as told; notice a client that hangs up, as vLLM does."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self.holding.set()
            while self.hold is not None and not self.hold.is_set():
                if await connection.is_disconnected():
                    self.hung_up.set()
                    return
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.01)
        finally:
            self.at_once -= 1


class OmniRequest(BaseModel):
    """vLLM-Omni's ImageGenerationRequest, as far as it matters here."""

    prompt: str
    model: str | None = None
    n: int = 1
    size: str | None = None
    response_format: str = "b64_json"
    output_format: str | None = None
    negative_prompt: str | None = None
    num_inference_steps: int | None = None
    guidance_scale: float | None = None
    seed: int | None = None


def omni(seen: Seen, *, described: bool = True) -> FastAPI:
    """Return a server like vLLM-Omni: one model, whole answers, a document that describes it."""
    app = FastAPI(openapi_url="/openapi.json" if described else None)

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "healthy"}

    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        data = [{"id": name, "object": "model", "owned_by": "vllm"} for name in seen.listed]
        return {"object": "list", "data": data}

    @app.post("/v1/images/generations")
    async def generate(request: OmniRequest, connection: Request) -> Response:
        seen.requests.append(request.model_dump(exclude_unset=True))
        await seen.draw(connection)
        return seen.answer or _answered(seen)

    @app.post("/v1/images/edits")
    async def edit(
        connection: Request,
        prompt: Annotated[str, Form()],
        image: Annotated[list[UploadFile] | None, File()] = None,
        mask_image: Annotated[UploadFile | None, File()] = None,
        model: Annotated[str | None, Form()] = None,
        n: Annotated[int, Form()] = 1,
        size: Annotated[str, Form()] = "auto",
        stream: Annotated[bool, Form()] = False,
        strength: Annotated[float | None, Form()] = None,
        seed: Annotated[int | None, Form()] = None,
    ) -> Response:
        form = await connection.form()
        seen.requests.append({name: await _held(value) for name, value in form.items()})
        await seen.draw(connection)
        return seen.answer or _answered(seen)

    return app


def _answered(seen: Seen) -> Response:
    item = {"b64_json": b64(seen.picture), "url": None, "revised_prompt": "a member's words"}
    return JSONResponse({"created": 1, "data": [item], "output_format": "png", "size": "1x1"})


def openai_like(seen: Seen) -> FastAPI:
    """Return a server like OpenAI's: strict about fields, a stream of previews, no document, no /health."""
    app = FastAPI(openapi_url=None)

    @app.middleware("http")
    async def guard(request: Request, call_next: Any) -> Any:
        if request.url.path.startswith("/v1/") and request.headers.get("authorization") != f"Bearer {KEY}":
            return _error(401, "invalid_api_key", "Incorrect API key provided: oth**er")
        return await call_next(request)

    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [{"id": name, "owned_by": "system"} for name in seen.listed]}

    @app.post("/v1/images/generations", response_model=None)
    async def generate(connection: Request) -> Response:
        body = await connection.json()
        unknown = set(body) - {"prompt", "model", "n", "size", "output_format", "stream", "partial_images"}
        if unknown:
            return _error(400, "unknown_parameter", f"Unknown parameter: {unknown}")
        seen.requests.append(body)
        await seen.draw(connection)
        return seen.answer or StreamingResponse(_events(seen), media_type="text/event-stream")

    return app


def editing(seen: Seen) -> FastAPI:
    """Return a server that describes OpenAI's own form for edits, with `image[]` and `mask`."""
    app = FastAPI()

    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [{"id": "edits", "owned_by": "somebody"}]}

    @app.post("/v1/images/generations")
    async def generate(request: OmniRequest) -> Response:
        return _answered(seen)

    @app.post("/v1/images/edits")
    async def edit(
        connection: Request,
        prompt: Annotated[str, Form()],
        images: Annotated[list[UploadFile], File(alias="image[]")],
        mask: Annotated[UploadFile | None, File()] = None,
    ) -> Response:
        seen.requests.append({name: await _held(value) for name, value in (await connection.form()).items()})
        return _answered(seen)

    return app


def _error(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "type": "invalid_request_error", "code": code}}, status)


async def _events(seen: Seen) -> AsyncIterator[bytes]:
    for index in range(2):
        yield frame("image_generation.partial_image", {"partial_image_index": index, "b64_json": b64(seen.picture)})
    yield frame("image_generation.completed", {"b64_json": b64(seen.picture), "size": "1x1", "quality": "low"})


def frame(name: str, data: dict[str, Any]) -> bytes:
    """Return one event of a stream."""
    return f"event: {name}\ndata: {json.dumps({'type': name} | data)}\n\n".encode()


async def _held(value: str | ReceivedFile) -> Any:
    return await value.read() if isinstance(value, ReceivedFile) else value


def language_only(seen: Seen) -> FastAPI:
    """Return a server that lists a model, describes itself and makes no pictures."""
    app = FastAPI()

    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [{"id": "chat", "owned_by": "vllm"}]}

    @app.get("/health")
    async def health() -> PlainTextResponse:
        return PlainTextResponse("")

    return app


@asynccontextmanager
async def serve_app(app: Any, socket: Path) -> AsyncIterator[None]:
    """Run an app on the socket for as long as the context is open."""
    server = uvicorn.Server(uvicorn.Config(app, uds=str(socket), log_config=None, timeout_graceful_shutdown=1))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event for this
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        await task
