"""A stand-in for the language server: the same interface over a unix socket, and every way to misbehave."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
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
    health_status: int = 200
    refuse_with: tuple[int, dict[str, Any], dict[str, str]] | None = None
    """Status, error object and headers to answer a chat with."""
    finish: str | None = "stop"
    """What the last chunk gives as finish reason; None ends the stream without one."""
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
        self.requests.append(await request.json())
        if self.refuse_with is not None:
            status, error, headers = self.refuse_with
            return web.json_response({"error": error}, status=status, headers=headers)
        if not self.sees and _shows_picture(self.requests[-1]):
            error = {"message": "At most 0 image(s) may be provided in one prompt.", "code": 400}
            return web.json_response({"error": error}, status=400)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            await self._write(request, response)
        except (asyncio.CancelledError, ConnectionResetError):
            self.aborted += 1
            self.all_aborted.set()
            raise
        return response

    async def _write(self, request: web.Request, response: web.StreamResponse) -> None:
        for number, word in enumerate(self.words):
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
        if self.finish is not None:
            await response.write(self.chunk(None, self.finish))
        usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
        await response.write(_frame({"choices": [], "usage": usage}))
        await response.write(b"data: [DONE]\n\n")


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
