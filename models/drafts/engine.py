"""The engine: the loop's thread, the side thread and the picture threads, and drafts going through them.

    plan (any thread) -> start -> [step, step, ... , decode, finish, check, encode] a candidate -> record

Events are told to a listener from whatever thread they happen in; it must not block.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import torch
from PIL import Image

from models.drafts.craft.upscale import LanczosUpscaler, Upscaler
from models.drafts.events import Drawn, Event, Failed, Finished, Listener, Offer, Step, Withheld
from models.drafts.loaded import LoadedModel
from models.drafts.operations import Method, method_of, offered
from models.drafts.order import Operation, Order, Previews
from models.drafts.pictures import encode_png, encode_preview
from models.drafts.previews import Watched
from models.drafts.problems import OutOfMemory
from models.drafts.record import record_of
from models.drafts.safety import SafetyChecker
from models.drafts.shelf import Shelf
from models.drafts.side import Side
from models.drafts.steps.flow import SideCall, ask
from models.drafts.steps.loop import Candidate, StepLoop
from models.drafts.steps.network import Room
from models.drafts.steps.pace import Pace

log = logging.getLogger(__name__)
_PICTURE_THREADS: Final = 2
# A candidate that ran out of memory outside a batch is drawn again, when others have made room.
_ATTEMPTS: Final = 3
# Every model knows how to draw it, the embedded one too.
_FIRST_WORDS: Final = "a red apple"


@dataclass(frozen=True, slots=True)
class AcceptedOrder:
    """An order, the model that will draw it, and how."""

    engine: "Engine"
    model: LoadedModel
    order: Order
    method: Method

    def start(self, listener: Listener) -> "Draft":
        """Draw; returns at once."""
        return self.engine.start(self, listener)


@dataclass(eq=False)
class Draft:
    """A plan on its way; `cancel` may be called from any thread and more than once."""

    plan: AcceptedOrder
    listener: Listener
    loop: StepLoop
    candidates: dict[int, Candidate] = field(default_factory=dict)
    outcomes: dict[int, Drawn | Withheld] = field(default_factory=dict)
    rooms: dict[int, tuple[Room, ...]] = field(default_factory=dict)
    attempts: dict[int, int] = field(default_factory=dict)
    over: bool = False
    cancelled: bool = False

    def cancel(self) -> None:
        """Let all candidates vanish before the next step."""
        self.cancelled = True
        for candidate in self.candidates.values():
            self.loop.cancel(candidate)


class Engine:
    """Draws whatever its models can, everything at once."""

    def __init__(
        self,
        models: Sequence[LoadedModel],
        *,
        safety: SafetyChecker,
        upscaler: Upscaler | None = None,
        pace: Pace | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        self.models = {model.name: model for model in models}
        self.safety = safety
        self.upscaler = upscaler or LanczosUpscaler()
        self.loop = StepLoop(pace or Pace(), shelf or Shelf(models))
        self.side = Side()
        self.crash: BaseException | None = None
        self._pictures = ThreadPoolExecutor(_PICTURE_THREADS, thread_name_prefix="pictures")
        self._thread = threading.Thread(target=self._run, name="steps", daemon=True)
        self._thread.start()

    @property
    def default(self) -> LoadedModel:
        """The model of requests that name none."""
        return next(iter(self.models.values()))

    @property
    def offers(self) -> tuple[Offer, ...]:
        """The models, the default one first."""
        return tuple(_offer(model) for model in self.models.values())

    @property
    def load(self) -> tuple[int, int]:
        """How many candidates run and how many wait to run."""
        return self.loop.load

    @property
    def counts(self) -> Mapping[str, int]:
        """What was done since the start: forwards, their rows, encodings found and not found in memory."""
        return {
            "forwards": self.loop.forwards,
            "rows": self.loop.rows,
            "words_remembered": self.side.hits,
            "words_encoded": self.side.misses,
        }

    def plan(self, order: Order, model: str | None = None) -> AcceptedOrder:
        """Accept an order; raise Problem. Blocking: pictures are made to fit."""
        chosen = self.default if model is None else self.models[model]
        return AcceptedOrder(self, chosen, order, method_of(chosen, order))

    def start(self, plan: AcceptedOrder, listener: Listener) -> Draft:
        """Draw; returns at once."""
        draft = Draft(plan, listener, self.loop)
        self._add(draft, *range(len(plan.order.seeds)))
        return draft

    def warm_up(self, steps: int = 2) -> None:
        """Draw once with each model: kernels are chosen, memory is claimed, previews learn to see. Blocking."""
        for model in self.models.values():
            ended = threading.Event()
            order = Order(_FIRST_WORDS, (0,), steps=steps, previews=Previews(count=0))
            plan = AcceptedOrder(self, model, order, method_of(model, order))

            def listen(event: Event, ended: threading.Event = ended, name: str = model.name) -> None:
                if isinstance(event, Failed):
                    log.warning("%s could not warm up: %s", name, type(event.error).__name__)
                if isinstance(event, (Finished, Failed)):
                    ended.set()

            self.start(plan, listen)
            ended.wait()

    def close(self, wait_s: float = 1.0) -> None:
        """Cancel everything and stop the threads; blocking, for `wait_s` seconds at most."""
        self.loop.stop()
        self._thread.join(wait_s)
        self.side.close()
        self._pictures.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        try:
            self.loop.run()
        except BaseException as error:  # the server must say that it cannot draw any more
            log.exception("the step loop broke")
            self.crash = error

    def _add(self, draft: Draft, *indices: int) -> None:
        draft.candidates |= {index: self._candidate(draft, index) for index in indices}
        self.loop.add(*(draft.candidates[index] for index in indices))

    def _candidate(self, draft: Draft, index: int) -> Candidate:
        replay = draft.plan.order.replay
        return Candidate(
            call=lambda: self._draw(draft, index),
            done=lambda outcome: self._done(draft, index, outcome),
            replay=tuple(Room(*room) for room in replay[index]) if index < len(replay) else (),
        )

    def _draw(self, draft: Draft, index: int) -> Drawn | Withheld:
        """Draw one candidate; runs as a flow of the loop."""
        plan = draft.plan
        if plan.method.start is None:
            return self._aside(lambda: self._crafted(plan, index))
        pipeline = plan.model.instance(
            plan.method.start,
            plan.method.control,
            side=self.side,
            setup=plan.method.setup,
            scheduler=plan.method.scheduler,
        )
        teller = _Teller(draft, index, Watched.over(pipeline.scheduler))
        drawn = pipeline(
            **plan.method.call(index),
            # On the CPU, so that a seed means the same noise on every GPU.
            generator=torch.Generator("cpu").manual_seed(plan.order.seeds[index]),
            callback_on_step_end=teller,
            callback_on_step_end_tensor_inputs=["latents"],
        )
        image, latents = drawn.images[0], teller.latents
        return self._aside(lambda: self._completed(plan, index, image, latents))

    def _aside(self, work: "Callable[[], Drawn | Withheld]") -> Drawn | Withheld:
        """Let a picture thread do something, and pause the flow meanwhile."""
        outcome: Drawn | Withheld = ask(SideCall(lambda: self._pictures.submit(work)))
        return outcome

    def _crafted(self, plan: AcceptedOrder, index: int) -> Drawn | Withheld:
        """Do what needs no network of steps; in a picture thread."""
        image = plan.method.source
        assert image is not None
        if plan.order.operation is Operation.UPSCALE:
            image = self.upscaler.enlarge(image, plan.order.scale)
        return self._completed(plan, index, image, None)

    def _completed(self, plan: AcceptedOrder, index: int, image: Image.Image, latents: Any) -> Drawn | Withheld:
        """Finish, check and encode a picture; in a picture thread."""
        if latents is not None:
            plan.model.lens.learn(latents, image)
        for finish in plan.method.finish:
            image = finish(image)
        (verdict,) = self.safety.check([image])
        if not verdict.allowed:
            return Withheld(index, verdict.label, verdict.score)
        return Drawn(index, encode_png(image), image.size)

    def _done(self, draft: Draft, index: int, outcome: Any) -> None:
        """Hear of a candidate's end; in the loop's thread."""
        if draft.over:
            return
        no_room = isinstance(outcome, (torch.OutOfMemoryError, MemoryError))
        if no_room and self._again(draft, index):
            return
        if isinstance(outcome, BaseException):
            draft.over = True
            draft.cancel()
            failure = OutOfMemory("no room for it, also alone") if no_room else outcome
            if no_room:
                failure.__cause__ = outcome
            draft.listener(Failed(failure))
            return
        draft.outcomes[index] = outcome
        draft.rooms[index] = tuple(draft.candidates[index].rooms)
        draft.listener(outcome)
        if len(draft.outcomes) == len(draft.plan.order.seeds):
            draft.over = True
            draft.listener(Finished(self._record(draft)))

    def _again(self, draft: Draft, index: int) -> bool:
        """Put a candidate that ran out of memory at the end of the line, unless it had its chances."""
        draft.attempts[index] = draft.attempts.get(index, 1) + 1
        if draft.cancelled or draft.attempts[index] > _ATTEMPTS:
            return False
        self._add(draft, index)
        return True

    def _record(self, draft: Draft) -> Mapping[str, Any]:
        rooms = [draft.rooms[index] for index in sorted(draft.rooms)]
        withheld = [index for index, outcome in sorted(draft.outcomes.items()) if isinstance(outcome, Withheld)]
        about: dict[str, Any] = {"safety": dict(self.safety.about()) | {"withheld": withheld}}
        if draft.plan.order.operation is Operation.UPSCALE:
            about["upscaler"] = dict(self.upscaler.about())
        return record_of(draft.plan.model, draft.plan.order, draft.plan.method, rooms, about)


def _offer(model: LoadedModel) -> Offer:
    return Offer(
        name=model.name,
        revision=model.provenance.revision,
        weights_sha256=model.provenance.weights_sha256,
        operations=offered(model),
        styles=model.styles,
        schedulers=model.schedulers,
        controls=tuple(model.controls),
        loras=tuple(model.adapters),
        languages=model.languages,
        sizes=model.sizes,
        negative=model.family.negative,
        reference=model.reads_pictures,
        steps=model.family.steps,
        guidance=model.family.guidance,
    )


class _Teller:
    """Called by a pipeline after each step: tells the listener, with a preview now and then."""

    def __init__(self, draft: Draft, index: int, watched: Watched) -> None:
        self._draft = draft
        self._index = index
        self._watched = watched
        self._cadence: Cadence | None = None
        self.latents: Any = None

    def __call__(self, pipeline: Any, index: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        steps = int(pipeline.num_timesteps)
        if self._cadence is None:
            self._cadence = Cadence(steps, self._draft.plan.order.previews)
        done = index + 1
        self.latents = tensors["latents"] if done == steps else None
        preview = self._preview() if self._cadence.due(done) else None
        if preview is None:
            self._draft.listener(Step(self._index, done, steps))
        else:
            self._draft.listener(Step(self._index, done, steps, encode_preview(preview), preview.size))
        return {}

    def _preview(self) -> Image.Image | None:
        clean, plan = self._watched.clean(), self._draft.plan
        return None if clean is None else plan.model.lens.show(clean, plan.method.size)


class Cadence:
    """Tell after which steps there should be a preview."""

    def __init__(self, steps: int, wanted: Previews) -> None:
        self._steps = steps
        self._wanted = wanted
        self._shown = 0
        self._last_s = time.monotonic()

    def due(self, done: int) -> bool:
        """Say whether a preview is due after `done` steps; there is none of the last step."""
        if done >= self._steps or not self._is_time(done):
            return False
        self._shown += 1
        self._last_s = time.monotonic()
        return True

    def _is_time(self, done: int) -> bool:
        count = self._wanted.count
        if count is not None:
            # Evenly spread over the steps.
            return self._shown < count and done * (count + 1) >= (self._shown + 1) * self._steps
        half_way = self._shown == 0 and 2 * done >= self._steps
        return half_way or time.monotonic() - self._last_s >= self._wanted.interval_s
