"""Images servers that are not ours: OpenAI, vLLM-Omni, and whoever speaks their API.

Only fields that the server says it knows are sent, and what could not be sent is in the record. Each candidate is a
request of its own, since the API has one seed a request, or none; closing a draft hangs up on all of them.
"""

import asyncio
import math
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, Final

import httpx2

from models.dialects.openapi import OPENAI, Routes
from models.dialects.pictures import BadPicture, measured, transparent_where_drawn, white_where_drawn
from models.dialects.wire import MALFORMED, Connection, decoded, events, json_object, listed, refusal, whole
from models.drafting import (
    NOTHING_SAID,
    UNKNOWN,
    CandidateDone,
    DraftDone,
    DraftEvent,
    DraftRequest,
    ModelAbilities,
    Preview,
)
from models.errors import BadResponse, GenerationFailed, RequestRefused, ServerUnavailable
from models.sse import ServerSentEvent

OPENAI_SIZES: Final = ((1024, 1024), (1536, 1024), (1024, 1536))
"""The sizes that every model of the GPT Image family draws."""
PREVIEWS: Final = 3
"""The most previews that OpenAI's API gives."""
AT_ONCE: Final = 4
"""How many candidates are asked for at the same time; the rest wait."""

# Ours, and what others call it; the first that a server knows is used.
_NAMES: Final = {
    "negative": ("negative_prompt",),
    "steps": ("num_inference_steps", "steps"),
    "guidance": ("guidance_scale", "guidance", "cfg_scale"),
    "strength": ("strength",),
}
# What nobody else has a field for: the server's own words for it mean something else.
_OURS_ALONE: Final = (
    *("style", "scheduler", "loras", "line", "reference", "images"),
    *("control", "margins", "scale", "replay", "aspect", "regions"),
)
# The names under which a request means "whatever the server draws with".
_ANY_MODEL: Final = {None, "default", "embedded"}


@dataclass(frozen=True, slots=True)
class _Order:
    """One candidate's request without its seed, and what had to be left out of it."""

    path: str
    fields: Mapping[str, Any]
    seeded: bool
    left_out: tuple[str, ...]
    files: tuple[tuple[str, tuple[str, bytes, str]], ...] = ()

    def content(self, seed: int) -> Mapping[str, Any]:
        """Return what httpx sends: a form where there are files, else JSON."""
        given = {**self.fields, "seed": seed} if self.seeded else self.fields
        if self.files:
            return {"data": {name: _form_text(value) for name, value in given.items()}, "files": list(self.files)}
        return {"json": given}


@dataclass(slots=True)
class _Heard:
    """What the server said beside the pictures."""

    model: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


class ElsewhereDialect:
    """Speaks to a server that takes `routes`; where `models` is a single name, that is what is drawn with."""

    def __init__(self, connection: Connection, routes: Routes, models: tuple[str, ...], owner: str) -> None:
        self._connection = connection
        self._routes = routes
        self._owner = owner
        self._model = models[0] if len(models) == 1 else None
        self._sizes = OPENAI_SIZES if routes is OPENAI else ()
        generations = routes.generations or frozenset()
        self.abilities = tuple(
            ModelAbilities(
                name, self._operations(), negative=bool(generations & {*_NAMES["negative"]}), sizes=self._sizes
            )
            for name in models or (UNKNOWN,)
        )

    def _operations(self) -> tuple[str, ...]:
        edits = self._routes.edits
        if edits is None or not edits & {"image", "image[]"}:
            return ("draft",)
        return ("draft", "redraw", "inpaint") if edits & {"mask", "mask_image"} else ("draft", "redraw")

    async def draft(self, request: DraftRequest) -> AsyncGenerator[DraftEvent]:
        """Draw each candidate by a request of its own; their events come as they arrive."""
        try:
            order = await asyncio.to_thread(self._order, request)
        except BadPicture as error:
            raise RequestRefused(error.kind, str(error)) from error
        arriving: asyncio.Queue[DraftEvent | asyncio.Task[None]] = asyncio.Queue()
        heard, turn = _Heard(), asyncio.Semaphore(AT_ONCE)

        async def draw(candidate: int, seed: int) -> None:
            async with turn, aclosing(self._candidate(order, heard, candidate, seed)) as made:
                async for event in made:
                    arriving.put_nowait(event)

        drawing = [asyncio.create_task(draw(*numbered)) for numbered in enumerate(request.seeds)]
        for task in drawing:
            task.add_done_callback(arriving.put_nowait)
        try:
            left = len(drawing)
            while left:
                event = await arriving.get()
                if isinstance(event, asyncio.Task):
                    event.result()  # raises what ended it
                    left -= 1
                else:
                    yield event
        finally:
            for task in drawing:
                task.cancel()
            await asyncio.gather(*drawing, return_exceptions=True)
        yield self._done(request, order, heard)

    def _order(self, request: DraftRequest) -> _Order:
        """Translate a request; raise RequestRefused "unsupported" for what would come out as something else."""
        if request.work not in self._operations():
            raise RequestRefused("unsupported", f"this server cannot {request.work}, only {self._operations()}")
        if request.work == "draft":
            return self._translated(request, "/images/generations", self._routes.generations or frozenset())
        if request.image is None or (request.work == "inpaint" and request.mask is None):
            raise RequestRefused("invalid", f"{request.work} needs a picture, and inpainting a mask")
        known = self._routes.edits or frozenset()
        order = self._translated(request, "/images/edits", known)
        return replace(order, files=_files(request.image, request.mask if request.work == "inpaint" else None, known))

    def _translated(self, request: DraftRequest, path: str, known: frozenset[str]) -> _Order:
        always = {"prompt": request.prompt, "n": 1, "output_format": "png", "response_format": "b64_json"}
        wanted = request.size or _shape(request.aspect, self._sizes)
        if wanted is not None:
            width, height = _nearest(wanted, self._sizes)
            always["size"] = f"{width}x{height}"
        if "partial_images" in known:  # some take `stream` for another purpose
            always |= {"stream": True, "partial_images": PREVIEWS}
        model = self._model if request.model in _ANY_MODEL else request.model
        fields = {name: value for name, value in always.items() if name in known}
        if model is not None:
            fields["model"] = model
        left_out = [name for name in _OURS_ALONE if getattr(request, name)]
        if wanted is not None and "aspect" in left_out:
            left_out.remove("aspect")
        for ours, theirs in _NAMES.items():
            value, name = getattr(request, ours), next((each for each in theirs if each in known), None)
            if value not in (None, "") and name is not None:
                fields[name] = value
            elif value not in (None, ""):
                left_out.append(ours)
        seeded = "seed" in known
        return _Order(path, fields, seeded, tuple(left_out if seeded else [*left_out, "seeds"]))

    async def _candidate(
        self, order: _Order, heard: _Heard, candidate: int, seed: int
    ) -> AsyncGenerator[Preview | CandidateDone]:
        gap_s, content = self._connection.timeouts.whole_s, order.content(seed)
        async with self._connection.post(order.path, gap_s=gap_s, refuse=refusal, **content) as response:
            if response.headers.get("content-type", "").startswith("text/event-stream"):
                reading = _streamed(response, heard, candidate, seed)
            else:
                reading = _whole(response, heard, candidate, seed)
            async with aclosing(reading) as made:
                async for event in made:
                    yield event

    def _done(self, request: DraftRequest, order: _Order, heard: _Heard) -> DraftDone:
        """Return a record of what is known: what the server was told, and what it said."""
        about = {"server": self._owner, "interface": "OpenAI Images", "left_out": list(order.left_out)} | heard.extra
        steps = None if "steps" in order.left_out else request.steps
        guidance = None if "guidance" in order.left_out else request.guidance
        model = heard.model or order.fields.get("model") or UNKNOWN
        return DraftDone(replace(NOTHING_SAID, model=model, steps=steps, guidance=guidance, extra=about))


def _files(image: bytes, mask: bytes | None, known: frozenset[str]) -> tuple[tuple[str, tuple[str, bytes, str]], ...]:
    mime, _, _ = measured(image)
    files = [("image" if "image" in known else "image[]", ("image", image, mime))]
    if mask is not None and "mask_image" in known:
        files.append(("mask_image", ("mask.png", white_where_drawn(mask, image), "image/png")))
    elif mask is not None:
        files.append(("mask", ("mask.png", transparent_where_drawn(mask, image), "image/png")))
    return tuple(files)


def _form_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shape(aspect: str | None, sizes: tuple[tuple[int, int], ...]) -> tuple[int, int] | None:
    """Return a shape as width and height, where there are sizes of which one comes near it."""
    if aspect is None or not sizes:
        return None
    width, _, height = aspect.partition(":")
    return int(width), int(height)


def _nearest(wanted: tuple[int, int], sizes: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """Return the size whose proportions are nearest; what is wanted itself where any size may be asked for."""

    def distance(size: tuple[int, int]) -> float:
        return abs(math.log(size[0] / size[1]) - math.log(wanted[0] / wanted[1]))

    return min(sizes, key=distance, default=wanted)


async def _whole(
    response: httpx2.Response, heard: _Heard, candidate: int, seed: int
) -> AsyncGenerator[Preview | CandidateDone]:
    """Read an answer that brings the picture at once."""
    content = await whole(response)
    yield await asyncio.to_thread(_whole_read, content, heard, candidate, seed)


def _whole_read(content: bytes, heard: _Heard, candidate: int, seed: int) -> CandidateDone:
    body = json_object(content)
    try:
        _note(heard, body)
        return _finished(listed(body)[0]["b64_json"], candidate, seed)
    except (*MALFORMED, IndexError) as error:
        raise BadResponse("the images server answered without a picture") from error


async def _streamed(
    response: httpx2.Response, heard: _Heard, candidate: int, seed: int
) -> AsyncGenerator[Preview | CandidateDone]:
    """Read a stream of previews and the picture."""
    async with aclosing(events(response)) as arriving:
        async for event in arriving:
            parsed = None if event.data == "[DONE]" else await asyncio.to_thread(_event, event, heard, candidate, seed)
            if parsed is not None:
                yield parsed
            if isinstance(parsed, CandidateDone):
                return
    raise ServerUnavailable("the images server ended the stream early")


def _event(event: ServerSentEvent, heard: _Heard, candidate: int, seed: int) -> Preview | CandidateDone | None:
    """Read one event; it is named by the stream, by itself, or by both."""
    data = json_object(event.data)
    kind = str(data.get("type") or event.name)
    try:
        if kind.endswith(".partial_image"):
            image = decoded(data["b64_json"])
            # Previews are all that such a server tells of its progress.
            return Preview(candidate, int(data["partial_image_index"]) + 1, PREVIEWS + 1, image, _mime(image))
        if kind.endswith(".completed"):
            _note(heard, data)
            return _finished(data["b64_json"], candidate, seed)
    except MALFORMED as error:
        raise BadResponse("the images server sent an event that cannot be read") from error
    if "error" in (kind, event.name) or "error" in data:
        raise GenerationFailed("the images server reported a failure within the stream")
    return None


def _note(heard: _Heard, said: Mapping[str, Any]) -> None:
    """Keep the few things that belong into a record; a prompt that was rewritten for us is words, and stays out."""
    if isinstance(said.get("model"), str):
        heard.model = said["model"]
    heard.extra |= {name: said[name] for name in ("quality", "background") if isinstance(said.get(name), str)}


def _finished(text: str, candidate: int, seed: int) -> CandidateDone:
    image = decoded(text)
    return CandidateDone(candidate, seed, image, *_measured(image))


def _mime(image: bytes) -> str:
    return _measured(image)[0]


def _measured(image: bytes) -> tuple[str, int, int]:
    try:
        return measured(image)
    except BadPicture as error:
        raise BadResponse("the images server sent something that is no picture") from error
