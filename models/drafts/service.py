"""The model, once it is loaded, and the worker in front of it; knows nothing of HTTP but the errors' numbers."""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Callable

from models.drafts.engine import Engine, Order, Plan
from models.drafts.pictures import decode
from models.drafts.problems import Problem
from models.drafts.wire import MAX_SEED, ImageRequest, decode_base64
from models.drafts.worker import Run, Worker

log = logging.getLogger(__name__)
_ANY_MODEL = frozenset({None, "default", "embedded"})
_DECODED_AT_ONCE = 2
# What changes how a draft is told, not what is drawn.
_TELLING = {"stream", "draft_id", "partial_images", "preview_interval_s"}


class DraftsService:
    """Loads the model while the server already answers, then takes requests for it."""

    def __init__(self, load: Callable[[], Engine]) -> None:
        self._load = load
        self._engine: Engine | None = None
        self._decoding = asyncio.Semaphore(_DECODED_AT_ONCE)
        self.failure: str | None = None
        self.worker = Worker()

    async def start(self) -> None:
        """Load the model in its thread."""
        self.worker.start()
        try:
            self._engine = await self.worker.in_thread(self._load)
        except Exception as error:  # shown by /health, where the operator and the supervisor look
            log.exception("the model could not be loaded", exc_info=error)
            self.failure = f"the model could not be loaded: {type(error).__name__}"
        else:
            log.info("%s is loaded", self._engine.name)

    @property
    def engine(self) -> Engine:
        """The loaded model; raise Problem while there is none."""
        if self._engine is None:
            raise Problem(503, "not-ready", self.failure or "the model is still loading", retry_after_s=2)
        return self._engine

    @property
    def status(self) -> str:
        """Tell how far the model is: starting, ready or failed."""
        if self._engine is not None:
            return "ready"
        return "failed" if self.failure else "starting"

    async def submit(self, request: ImageRequest) -> Run:
        """Join the run of the same id, or check a request against the model and queue it."""
        engine = self.engine
        if request.model not in _ANY_MODEL | {engine.name}:
            raise Problem(404, "unknown-model", f"this server draws with {engine.name}", param="model")
        run_id, fingerprint = request.draft_id or secrets.token_hex(16), _fingerprint(request)
        known = self.worker.known(run_id, fingerprint)
        if known is not None:
            return known
        seeds = tuple(request.seeds or (secrets.randbelow(MAX_SEED) for _ in range(request.n)))
        async with self._decoding:
            plan = await asyncio.to_thread(_plan, engine, request, seeds)
        return self.worker.submit(run_id, fingerprint, plan, seeds)


def _plan(engine: Engine, request: ImageRequest, seeds: tuple[int, ...]) -> Plan:
    width, height = request.sides
    order = Order(
        prompt=request.prompt,
        negative=request.negative_prompt,
        style=request.style,
        seeds=seeds,
        width=width,
        height=height,
        steps=request.steps,
        guidance=request.guidance,
        strength=request.strength,
        image=None if request.image is None else decode(_bytes(request.image, "image")),
        line=None if request.line is None else decode(_bytes(request.line, "line")),
        preview_interval_s=request.preview_interval_s,
        previews=request.previews,
    )
    return engine.plan(order)


def _bytes(text: str, param: str) -> bytes:
    try:
        return decode_base64(text)
    except ValueError as error:
        raise Problem(422, "bad-image", "the picture is not base64", param=param) from error


def _fingerprint(request: ImageRequest) -> str:
    """Return a hash of what was asked, to tell a repeated request from a new one under an old id."""
    return hashlib.sha256(request.model_dump_json(exclude=_TELLING).encode()).hexdigest()
