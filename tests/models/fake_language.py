"""A stand-in for the language server: the same interface over a unix socket, and every way to misbehave."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

KEY = "test-key"


@dataclass(slots=True)
class FakeLanguage:
    """The behaviour to show, and what was seen."""

    words: Sequence[str] = ("one ", "two ", "three")
    writes: Callable[[dict[str, Any]], Sequence[str]] | None = None
    """What to say to a request, where that depends on it; the pieces of an answer."""
    health_status: int = 200
    refuse_with: tuple[int, dict[str, Any], dict[str, str]] | None = None
    """Status, error object and headers to answer a chat with."""
    finish: str | None = "stop"
    """What the last chunk gives as finish reason; None ends the stream without one."""
    breaks_off: Callable[[dict[str, Any]], bool] | None = None
    """Which answers end without one all the same."""
    knows_schemas: bool = True
    """Whether it takes a JSON Schema; if not, a request with one is refused."""
    raw_after: bytes | None = None
    """Bytes sent instead of the second word and all that follows."""
    drop_after_first: bool = False
    """Cut the connection after the first word."""
    hold_before: int | None = None
    """Wait for `release` before the word of this number."""
    release: asyncio.Event = field(default_factory=asyncio.Event)
    holding: asyncio.Event = field(default_factory=asyncio.Event)
    sees: bool = True
    """Whether the model is a vision-language model; if not, pictures are refused in vLLM's words."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    aborted: int = 0
    all_aborted: asyncio.Event = field(default_factory=asyncio.Event)

    def chunk(self, text: str | None, finish: str | None = None) -> bytes:
        delta = {} if text is None else {"role": "assistant", "content": text}
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return _frame({"choices": [choice]})

    async def health(self, request: web.Request) -> web.Response:
        return web.Response(status=self.health_status)

    async def chat(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return web.json_response({"error": {"message": "Unauthorized", "code": 401}}, status=401)
        asked = await request.json()
        self.requests.append(asked)
        if self.refuse_with is not None:
            status, error, headers = self.refuse_with
            return web.json_response({"error": error}, status=status, headers=headers)
        if not self.sees and _shows_picture(asked):
            error = {"message": "At most 0 image(s) may be provided in one prompt.", "code": 400}
            return web.json_response({"error": error}, status=400)
        if not self.knows_schemas and "response_format" in asked:
            return web.json_response({"error": {"message": "unknown parameter", "code": 400}}, status=400)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            await self._write(request, response, asked)
        except (asyncio.CancelledError, ConnectionResetError):
            self.aborted += 1
            self.all_aborted.set()
            raise
        return response

    async def _write(self, request: web.Request, response: web.StreamResponse, asked: dict[str, Any]) -> None:
        for number, word in enumerate(self.words if self.writes is None else self.writes(asked)):
            if number == self.hold_before:
                self.holding.set()
                await self.release.wait()
            await response.write(self.chunk(word))
            if self.raw_after is not None:
                await response.write(self.raw_after)
                return
            if self.drop_after_first:
                assert request.transport is not None
                request.transport.close()
                return
        if self.finish is not None and not (self.breaks_off is not None and self.breaks_off(asked)):
            await response.write(self.chunk(None, self.finish))
        usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
        await response.write(_frame({"choices": [], "usage": usage}))
        await response.write(b"data: [DONE]\n\n")


def drafts(asked: dict[str, Any]) -> Sequence[str]:
    """Draft a text as a model would that keeps to a schema: two paragraphs, others for each way that is asked for."""
    said = str(asked["messages"][-1]["content"])
    about = said.partition("<brief>")[2].partition("</brief>")[0].strip()[:40]
    # In the language that is asked for, and another for each way of building it.
    mark = f"{sum(map(ord, said)) % 1000}"
    words = (
        [f"{about} {mark}。", f"{about} {mark} {mark}。"] if "Chinese" in said else [f"Of {about}.", f"It is {mark}."]
    )
    answer = json.dumps({"paragraphs": words}, ensure_ascii=False)
    return [answer[i : i + 12] for i in range(0, len(answer), 12)]


def speaks_and_writes(asked: dict[str, Any]) -> Sequence[str]:
    """Do what is asked for: describe a picture, take a turn of a conversation by proposing what was said, or write."""
    rules = str(asked["messages"][0]["content"])
    if _shows_picture(asked):
        return ["画面上是一片宽阔的绿地。" if "Chinese" in rules else "A wide green field."]
    schema = asked.get("response_format", {}).get("json_schema", {}).get("schema", {})
    if "proposal" not in schema.get("properties", {}):
        return drafts(asked)
    said = json.loads(str(asked["messages"][1]["content"]).split("\n")[-1])["says"]
    turn = {"kind": "propose", "text": said, "proposal": {"command": "draft", "brief": said, "style": None}}
    return [json.dumps(turn, ensure_ascii=False)]


def _shows_picture(request: dict[str, Any]) -> bool:
    contents = [message["content"] for message in request["messages"]]
    return any(part["type"] == "image_url" for content in contents if isinstance(content, list) for part in content)


def _frame(body: dict[str, Any]) -> bytes:
    head = {"id": "chat-1", "object": "chat.completion.chunk", "created": 1, "model": "fake"}
    return f"data: {json.dumps(head | body)}\n\n".encode()


@asynccontextmanager
async def serve_fake(socket: Path) -> AsyncIterator[FakeLanguage]:
    """Run the fake on the socket for as long as the context is open."""
    fake = FakeLanguage()
    app = web.Application()
    app.add_routes([web.get("/health", fake.health), web.post("/v1/chat/completions", fake.chat)])
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1.0)
    await runner.setup()
    await web.UnixSite(runner, str(socket)).start()
    try:
        yield fake
    finally:
        fake.release.set()
        await runner.cleanup()
