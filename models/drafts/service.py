"""The engine, once its models are loaded, and the runs in front of it."""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from PIL import Image

from models.drafts.events import DrawingEngine
from models.drafts.order import Order, Previews
from models.drafts.pictures import decode
from models.drafts.problems import Problem
from models.drafts.wire import MAX_SEED, ImageRequest
from models.drafts.worker import Run, Worker

log = logging.getLogger(__name__)
_ANY_MODEL = frozenset({None, "default", "embedded"})
_DECODED_AT_ONCE = 2
# What changes how a draft is told, not what is drawn.
_TELLING = {"stream", "draft_id", "partial_images", "preview_interval_s"}


class DraftsService:
    """Loads the models while the server already answers, then takes requests for them."""

    def __init__(self, load: Callable[[], DrawingEngine]) -> None:
        self._load = load
        self._engine: DrawingEngine | None = None
        self._loader = ThreadPoolExecutor(1, thread_name_prefix="load")
        self._decoding = asyncio.Semaphore(_DECODED_AT_ONCE)
        self._failure: str | None = None
        self.worker = Worker()

    async def start(self) -> None:
        """Load the models, in a thread of their own."""
        try:
            self._engine = await asyncio.get_running_loop().run_in_executor(self._loader, self._load)
        except Exception as error:  # shown by /health, where the operator and the supervisor look
            log.exception("the model could not be loaded", exc_info=error)
            self._failure = f"the model could not be loaded: {type(error).__name__}"
        else:
            log.info("loaded: %s", ", ".join(offer.name for offer in self._engine.offers))

    async def stop(self) -> None:
        """Cancel what is drawn and stop the engine; waits a moment for it, no longer."""
        self.worker.stop()
        self._loader.shutdown(wait=False, cancel_futures=True)
        if self._engine is not None:
            await asyncio.to_thread(self._engine.close)

    @property
    def engine(self) -> DrawingEngine:
        """The engine; raise Problem while there is none."""
        if self._engine is None or self.failure:
            raise Problem(503, "not-ready", self.failure or "the model is still loading", retry_after_s=2)
        return self._engine

    @property
    def failure(self) -> str | None:
        """Why there is, or will be, nothing to draw with."""
        if self._engine is not None and self._engine.crash is not None:
            return f"the engine broke: {type(self._engine.crash).__name__}"
        return self._failure

    @property
    def status(self) -> str:
        """Tell how far the models are: starting, ready or failed."""
        if self.failure:
            return "failed"
        return "starting" if self._engine is None else "ready"

    async def submit(self, request: ImageRequest) -> Run:
        """Join the run of the same id, or check a request against the model and start it."""
        engine = self.engine
        name = None if request.model in _ANY_MODEL else request.model
        if name is not None and name not in {offer.name for offer in engine.offers}:
            there = ", ".join(offer.name for offer in engine.offers)
            raise Problem(404, "unknown-model", f"this server draws with {there}", param="model")
        run_id, fingerprint = request.draft_id or secrets.token_hex(16), _fingerprint(request)
        known = self.worker.known(run_id, fingerprint)
        if known is not None:
            return known
        seeds = tuple(request.seeds or (secrets.randbelow(MAX_SEED) for _ in range(request.n)))
        async with self._decoding:
            plan = await asyncio.to_thread(lambda: engine.plan(_order(request, seeds), name))
        return self.worker.submit(run_id, fingerprint, seeds, plan)


def _order(request: ImageRequest, seeds: tuple[int, ...]) -> Order:
    """Decode the pictures of a request; blocking; raise Problem."""
    width, height = request.sides or (None, None)
    return Order(
        prompt=request.prompt,
        seeds=seeds,
        operation=request.wanted,
        negative=request.negative_prompt,
        style=request.style,
        width=width,
        height=height,
        aspect=request.aspect,
        steps=request.steps,
        guidance=request.guidance,
        strength=request.strength,
        scheduler=request.scheduler,
        image=_picture(request.image),
        images=tuple(decode(image) for image in request.images),
        mask=_picture(request.mask),
        regions=tuple(request.regions),
        line=_picture(request.line),
        reference=_picture(request.reference),
        control=request.control,
        control_scale=request.control_scale,
        loras=tuple((lora.name, lora.weight) for lora in request.loras),
        margins=request.edges,
        scale=request.scale,
        replay=request.rooms,
        previews=Previews(request.previews, request.preview_interval_s),
    )


def _picture(data: bytes | None) -> Image.Image | None:
    return None if data is None else decode(data)


def _fingerprint(request: ImageRequest) -> str:
    """Return a hash of what was asked, to tell a repeated request from a new one under an old id."""
    return hashlib.sha256(request.model_dump_json(exclude=_TELLING).encode()).hexdigest()
