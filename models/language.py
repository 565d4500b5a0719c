"""The client of the language server, and the only code that knows how one speaks to it.

The server is vLLM's OpenAI server, here or at any URL. Every answer is streamed; closing a stream early makes
the server stop generating. Nothing is retried here: a repeated generation is slow, and whether it is worth it
only the caller knows. Errors are those of `models.errors`; their texts never contain what a member wrote.
"""

import asyncio
import base64
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, cast

import httpx2
import openai
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from models.errors import (
    BadResponse,
    GenerationFailed,
    ModelsError,
    RequestRefused,
    ServerBusy,
    ServerUnavailable,
)
from models.health import Health, ServerHealth
from models.serve import SERVED_LANGUAGE_MODEL
from models.trace import traced

# How vLLM 0.32 says that prompt and answer do not fit (renderers/params.py, v1/engine/input_processor.py).
_TOO_LONG = ("maximum context length", "maximum model length", "context length is only")
# How vLLM 0.32 says that its model sees nothing (multimodal/registry.py, processing/context.py), and how OpenAI does.
_NO_VISION = ("is not a multimodal model", "At most 0 image(s)", "image_url is only supported by")
PICTURE_TYPES: Final = frozenset({"image/png", "image/jpeg", "image/webp"})
MAX_PICTURE_BYTES: Final = 4 * 2**20
"""Of one encoded picture: vision models look at a megapixel or two, so that a larger one should be made smaller."""
# The bot's own queue decides how much runs at once; a limit here would be a second, hidden one.
_LIMITS = httpx2.Limits(max_connections=None, max_keepalive_connections=16)


class Role(Enum):
    """Whose words a message holds."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: Role
    content: str


class Finish(Enum):
    """Why an answer ended."""

    STOP = "stop"
    """The model came to an end by itself."""
    LENGTH = "length"
    """`max_tokens` was reached: the answer is cut."""


@dataclass(frozen=True, slots=True)
class Usage:
    """How many tokens a request took; `cached_tokens` of the prompt were known to the server already."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds, for what."""

    connect_s: float = 5.0
    first_token_s: float = 60.0
    """Covers the server's waiting line and the reading of the prompt."""
    token_gap_s: float = 30.0
    total_s: float = 300.0
    health_s: float = 5.0


class ChatStream:
    """An answer on its way: iterate over its pieces of text, close it to make the server stop.

    `finish` and `usage` are known once the iteration has ended by itself. Use it as an async context manager
    wherever the iteration may be left early.
    """

    def __init__(self, client: "LanguageClient", request: Mapping[str, Any], timeouts: Timeouts) -> None:
        self.finish: Finish | None = None
        self.usage: Usage | None = None
        self._client = client
        self._request = request
        self._timeouts = timeouts
        self._pieces = self._generate()

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        return await anext(self._pieces)

    async def aclose(self) -> None:
        """Stop the generation; harmless when it has ended."""
        await self._pieces.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _generate(self) -> AsyncGenerator[str]:
        loop, timeouts = asyncio.get_running_loop(), self._timeouts
        deadline = loop.time() + timeouts.total_s
        until = min(loop.time() + timeouts.first_token_s, deadline)
        has_text = False
        chunks: openai.AsyncStream[ChatCompletionChunk] | None = None
        try:
            async with asyncio.timeout_at(until):
                chunks = await self._client.open_stream(self._request)
            iterator = aiter(chunks)
            while True:
                async with asyncio.timeout_at(until):
                    chunk = await anext(iterator, None)
                if chunk is None:
                    break
                if text := self._take(chunk):
                    has_text = True
                    yield text
                if has_text:
                    until = min(loop.time() + timeouts.token_gap_s, deadline)
        except TimeoutError as error:
            raise _explain_timeout(has_text, loop.time() >= deadline) from error
        except (openai.OpenAIError, httpx2.HTTPError, ValueError) as error:
            raise translate(error, began=chunks is not None) from error
        finally:
            if chunks is not None:
                await chunks.close()  # the abort, where the server is still generating
        if self.finish is None:
            raise GenerationFailed("the server ended the stream without saying that the answer is finished")

    def _take(self, chunk: ChatCompletionChunk) -> str:
        """Note what the chunk tells about the answer and return its text, often none."""
        if chunk.usage is not None:
            details = chunk.usage.prompt_tokens_details
            cached = (details.cached_tokens or 0) if details is not None else 0
            self.usage = Usage(chunk.usage.prompt_tokens, chunk.usage.completion_tokens, cached)
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        if choice.finish_reason is not None:
            self.finish = _read_finish(choice.finish_reason)
        return choice.delta.content or ""


class LanguageClient:
    """Speaks to one language server, on a unix socket or at a URL ending in /v1."""

    def __init__(
        self,
        *,
        uds: Path | None = None,
        base_url: str = "http://localhost/v1",
        api_key: str,
        model: str = SERVED_LANGUAGE_MODEL,
        timeouts: Timeouts | None = None,
    ) -> None:
        self.model = model
        self._uds = uds
        self._timeouts = timeouts or Timeouts()
        self._http = httpx2.AsyncClient(
            transport=httpx2.AsyncHTTPTransport(uds=str(uds) if uds else None, limits=_LIMITS),
            event_hooks={"request": [traced]},
        )
        self._openai = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=api_key,
            http_client=self._http,
            max_retries=0,
            # Reading is timed in ChatStream, where waiting for the first token and for the next differ.
            timeout=httpx2.Timeout(None, connect=self._timeouts.connect_s),
        )
        self._health_url = httpx2.URL(base_url).copy_with(path="/health")

    def chat(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        priority: int = 0,
        response_schema: Mapping[str, Any] | None = None,
        seed: int | None = None,
    ) -> ChatStream:
        """Begin an answer; nothing is sent before its first piece is asked for.

        A request of lower `priority` leaves the server's waiting line earlier; it never interrupts one that
        is being generated. With `response_schema`, a JSON Schema, the whole text is JSON that fits it, unless
        the answer was cut (`finish` is LENGTH): by `max_tokens` or by the end of the context. Iterating raises
        ServerUnavailable, ServerBusy, RequestRefused (kinds: context-length, unauthorized, unknown-model, invalid),
        GenerationFailed or BadResponse.
        """
        params = [_as_param(message) for message in messages]
        request = _request(params, max_tokens=max_tokens, temperature=temperature, priority=priority)
        if response_schema is not None:
            schema = {"name": "answer", "schema": dict(response_schema), "strict": True}
            request["response_format"] = {"type": "json_schema", "json_schema": schema}
        if seed is not None:
            request["seed"] = seed
        return ChatStream(self, request, self._timeouts)

    def describe(
        self,
        picture: bytes,
        mime: str,
        question: str,
        *,
        max_tokens: int,
        system: str | None = None,
        temperature: float = 0.0,
        priority: int = 0,
    ) -> ChatStream:
        """Begin an answer to a question about an encoded picture, for a server with a vision-language model.

        Raise RequestRefused at once where the picture is at fault (kinds: bad-image for a `mime` not in
        PICTURE_TYPES, too-large for more than MAX_PICTURE_BYTES). Iterating raises as that of chat() does, and
        RequestRefused of the kind no-vision where the server's model cannot see.
        """
        messages = _about_picture(picture, mime, question, system)
        request = _request(messages, max_tokens=max_tokens, temperature=temperature, priority=priority)
        return ChatStream(self, request, self._timeouts)

    async def classify(
        self, picture: bytes, mime: str, question: str, choices: Sequence[str], *, priority: int = 0
    ) -> str:
        """Return the one of `choices` with which the model answers a question about a picture.

        The server is held to the choices by structured outputs, a parameter of vLLM's. What it says is compared all
        the same, since another server may not know the parameter: raise BadResponse for anything else, and as
        describe() does. Nothing is ever chosen for a model that did not answer.
        """
        request = _request(
            _about_picture(picture, mime, question, None),
            # No token is shorter than a byte.
            max_tokens=max(len(choice.encode()) for choice in choices) + 1,
            priority=priority,
            structured_outputs={"choice": list(choices)},
        )
        async with ChatStream(self, request, self._timeouts) as stream:
            answer = "".join([piece async for piece in stream]).strip()
        if answer not in choices:
            raise BadResponse("the language server answered none of the choices")
        return answer

    async def health(self) -> ServerHealth:
        """Ask how the server is; never raises for a server that is not there."""
        if self._uds is not None and not await asyncio.to_thread(self._uds.exists):
            return ServerHealth(Health.AWAY, f"no socket at {self._uds}")
        try:
            response = await self._http.get(self._health_url, timeout=self._timeouts.health_s)
        except httpx2.ConnectError as error:
            # vLLM binds its socket at once and listens on it only when the model is loaded.
            state = Health.AWAY if self._uds is None else Health.STARTING
            return ServerHealth(state, f"not accepting connections: {error}")
        except httpx2.TimeoutException:
            return ServerHealth(Health.STARTING, f"no answer within {self._timeouts.health_s:g} s")
        except httpx2.HTTPError as error:
            return ServerHealth(Health.AWAY, f"connection lost: {type(error).__name__}")
        if response.is_success:
            return ServerHealth(Health.READY, "answers")
        return ServerHealth(Health.FAILED, f"/health answered {response.status_code}")

    async def ready(self) -> bool:
        """Tell whether the server really generates: it is healthy and completes one token.

        Health alone is not enough: a server put to sleep calls itself healthy and answers nothing. Raises as
        the iteration of chat() does when the server is healthy and yet fails.
        """
        if not (await self.health()).ready:
            return False
        probe = (Message(Role.USER, "."),)
        # The most negative priority: behind a full waiting line the probe would tell nothing.
        async with self.chat(probe, max_tokens=1, priority=-(2**31)) as answer:
            async for _ in answer:
                continue
        return True

    async def open_stream(self, request: Mapping[str, Any]) -> openai.AsyncStream[ChatCompletionChunk]:
        """Send a request made by chat(); the errors are still those of the openai package."""
        stream = await self._openai.chat.completions.create(
            model=self.model, stream=True, stream_options={"include_usage": True}, **request
        )
        return cast("openai.AsyncStream[ChatCompletionChunk]", stream)

    async def aclose(self) -> None:
        """Close all connections; running answers fail."""
        await self._openai.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def translate(error: Exception, *, began: bool) -> ModelsError:
    """Turn an error of the openai package or its transport into one of ours, without members' words.

    `began` tells whether the server had accepted the request before.
    """
    match error:
        case openai.APIStatusError():
            return _translate_status(error)
        case openai.APIConnectionError() | httpx2.HTTPError():  # timeouts too
            if began:
                return GenerationFailed("the connection broke off in the middle of the answer")
            return ServerUnavailable("the language server cannot be reached")
        case openai.APIResponseValidationError():
            return BadResponse("the language server answered something that is no chat completion")
        case openai.APIError():
            return GenerationFailed("the language server reported a failure within the stream")
        case _:
            return BadResponse(f"the stream holds what cannot be read: {type(error).__name__}")


def _translate_status(error: openai.APIStatusError) -> ModelsError:
    status = error.status_code
    # Only what names no content: the message of a refused request may quote the request.
    code = getattr(error, "code", None) or getattr(error, "type", None) or "no code"
    detail = f"the language server answered {status} ({code})"
    match status:
        case 429:
            return ServerBusy(detail, retry_after_s=_retry_after_s(error))
        case 502 | 503 | 504:
            return ServerUnavailable(detail)
        case 401 | 403:
            return RequestRefused("unauthorized", detail)
        case 404:
            return RequestRefused("unknown-model", detail)
        case _ if status >= 500:
            return GenerationFailed(detail)
        case 400 | 413 if any(phrase in error.message for phrase in _TOO_LONG):
            return RequestRefused("context-length", "prompt and answer do not fit the model's context")
        case 400 if any(phrase in error.message for phrase in _NO_VISION):
            return RequestRefused("no-vision", "the language server's model cannot see pictures")
        case _:
            return RequestRefused("invalid", detail)


def _retry_after_s(error: openai.APIStatusError) -> float | None:
    value = error.response.headers.get("retry-after", "")
    return float(value) if value.isdecimal() else None


def _explain_timeout(has_text: bool, is_total: bool) -> ModelsError:
    if is_total:
        return GenerationFailed("the answer took longer than allowed")
    if has_text:
        return GenerationFailed("the language server fell silent in the middle of the answer")
    return ServerBusy("the language server did not begin to answer in time")


def _read_finish(reason: str) -> Finish:
    try:
        return Finish(reason)
    except ValueError as error:
        # vLLM says "abort" or "error" when it gave the request up by itself.
        raise GenerationFailed(f"the language server gave up ({reason[:20]})") from error


def _request(
    messages: Sequence[ChatCompletionMessageParam],
    *,
    max_tokens: int,
    temperature: float = 0.0,
    priority: int = 0,
    **extra: object,
) -> dict[str, Any]:
    """Return a request in the words of the openai package; `extra` are parameters that only vLLM knows."""
    # Models that can think aloud would put that before the answer.
    body = {"priority": priority, "chat_template_kwargs": {"enable_thinking": False}, **extra}
    return {"messages": messages, "max_tokens": max_tokens, "temperature": temperature, "extra_body": body}


def _about_picture(picture: bytes, mime: str, question: str, system: str | None) -> list[ChatCompletionMessageParam]:
    """Put a picture and a question into one message, as OpenAI's chat takes them (content parts)."""
    if mime not in PICTURE_TYPES:
        raise RequestRefused("bad-image", "a picture must be PNG, JPEG or WebP")
    if len(picture) > MAX_PICTURE_BYTES:
        raise RequestRefused("too-large", f"a picture may have {MAX_PICTURE_BYTES} bytes")
    address = f"data:{mime};base64,{base64.b64encode(picture).decode()}"
    # The picture comes first: what is the same for the next question about it can then be kept by the server.
    content = [{"type": "image_url", "image_url": {"url": address}}, {"type": "text", "text": question}]
    asked = cast("ChatCompletionMessageParam", {"role": Role.USER.value, "content": content})
    return [asked] if system is None else [_as_param(Message(Role.SYSTEM, system)), asked]


def _as_param(message: Message) -> ChatCompletionMessageParam:
    return cast("ChatCompletionMessageParam", {"role": message.role.value, "content": message.content})
