"""The loop: whose turn it is, which calls go together, and what happens when memory runs out.

One thread owns a StepLoop and everything that its flows touch. Others may only `add`, `cancel` and `stop`, which leave
a note; the side thread leaves its results the same way.
"""

import functools
import logging
import queue
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import torch

from models.drafts.problems import Cancelled
from models.drafts.steps.flow import Flow, NetworkCall, Request, Returned, Setup, SideCall
from models.drafts.steps.network import Network, Room
from models.drafts.steps.pace import Pace

log = logging.getLogger(__name__)

MAX_RUNNING: Final = 64
"""How many candidates are under way at once; more of them wait, holding nothing but their order."""


class Models(Protocol):
    """Who sees to it that a network is where it computes, set up as its calls want it."""

    def resident(self, network: Network) -> bool:
        """Tell whether the network is on its device."""
        ...

    def enter(self, network: Network, setup: Setup) -> None:
        """Bring the network to its device and switch on what the setup says."""
        ...


@dataclass(eq=False, slots=True)
class Candidate:
    """One picture on its way.

    `call` is run as a flow; `done` hears of its value, its error, or Cancelled, exactly once and in the loop's thread.
    `rooms` are the sizes of the batches it went through and its place in each; `replay` asks for exactly these.
    `suspect` says that a batch broke which it was in.
    """

    call: Callable[[], Any]
    done: Callable[[Any], None]
    replay: tuple[Room, ...] = ()
    rooms: list[Room] = field(default_factory=list)
    flow: Flow | None = None
    waiting: NetworkCall | None = None
    group: "Group | None" = None
    suspect: bool = False
    cancelled: bool = False
    ended: bool = False


Group = tuple[Network, Hashable]
"""What calls have in common that may share a forward."""


class StepLoop:
    """Runs candidates together, one forward at a time."""

    def __init__(self, pace: Pace, models: Models, *, max_running: int = MAX_RUNNING, patience_s: float = 5.0) -> None:
        self.pace = pace
        self._models = models
        self._max_running = max_running
        # How long networks that are not on the device wait for those that are.
        self.patience_s = patience_s
        self._notes: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._arrivals: OrderedDict[Candidate, None] = OrderedDict()
        self._running: dict[Candidate, None] = {}
        self._turns: dict[Group, int] = {}
        self._turn = 0
        self._stopping = False
        self._since: dict[Group, float] = {}
        self.forwards = 0
        self.rows = 0

    # From any thread.

    def add(self, *candidates: Candidate) -> None:
        """Let candidates take part from the next step on, all from the same one."""
        self._notes.put(lambda: self._arrivals.update(dict.fromkeys(candidates)))

    def cancel(self, candidate: Candidate) -> None:
        """Let a candidate vanish before the next step."""

        def note() -> None:
            candidate.cancelled = True

        self._notes.put(note)

    def stop(self) -> None:
        """Let `run` return; what is under way is cancelled."""

        def note() -> None:
            self._stopping = True

        self._notes.put(note)

    # The loop's own thread.

    @property
    def load(self) -> tuple[int, int]:
        """Return how many candidates run and how many wait to run."""
        return len(self._running), len(self._arrivals)

    def run(self) -> None:
        """Take steps until told to stop."""
        # Flows enter and leave `no_grad` in any order, and it belongs to the thread: it must be off before and after.
        with torch.no_grad():
            while not self._stopping:
                if not self.step():
                    self._read_note(wait=True)
            for candidate in [*self._running, *self._arrivals]:
                candidate.cancelled = True
            self._drop_cancelled()

    def step(self) -> bool:
        """Hear the notes, admit, cancel, and run one forward; tell whether there was one."""
        while self._read_note(wait=False):
            pass
        self._drop_cancelled()
        while self._arrivals and len(self._running) < self._max_running:
            candidate, _ = self._arrivals.popitem(last=False)
            self._running[candidate] = None
            candidate.flow = Flow(candidate.call)
            self._go_on(candidate, candidate.flow.resume)
        group = self._next_group()
        if group is None:
            return False
        self._forward(group)
        return True

    def _read_note(self, *, wait: bool) -> bool:
        """Do one thing that others asked for; tell whether there was one."""
        try:
            note = self._notes.get(block=wait)
        except queue.Empty:
            return False
        note()
        return True

    def _drop_cancelled(self) -> None:
        for candidate in [c for c in self._arrivals if c.cancelled]:
            del self._arrivals[candidate]
            self._end(candidate, Cancelled())
        for candidate in [c for c in self._running if c.cancelled]:
            flow, candidate.waiting = candidate.flow, None
            assert flow is not None
            try:
                flow.fail(Cancelled())
            except Exception as error:  # noqa: BLE001 - whatever comes out, the flow is over
                log.debug("a candidate was left: %s", type(error).__name__)
            self._end(candidate, Cancelled())

    def _go_on(self, candidate: Candidate, resume: Callable[[], Request | Returned]) -> None:
        """Run a candidate up to its next request; whatever it raises is its own end and nobody else's."""
        candidate.waiting = None
        try:
            request = resume()
        except Exception as error:  # noqa: BLE001 - handed to whoever asked for the candidate
            self._end(candidate, error)
            return
        match request:
            case Returned(value):
                self._end(candidate, value)
            case NetworkCall():
                candidate.waiting, candidate.group = request, _group(candidate, request)
            case SideCall():
                self._aside(candidate, request)

    def _aside(self, candidate: Candidate, request: SideCall) -> None:
        """Let something be done beside the steps; its answer comes back as a note."""
        try:
            future = request.start()
        except RuntimeError as error:
            # The threads beside the loop have been stopped.
            self._end(candidate, error)
            return
        future.add_done_callback(lambda done: self._notes.put(lambda: self._answer(candidate, done)))

    def _answer(self, candidate: Candidate, future: "Future[Any]") -> None:
        if candidate.ended or candidate.cancelled:
            return
        flow, error = candidate.flow, future.exception()
        assert flow is not None
        if error is None:
            self._go_on(candidate, lambda: flow.resume(future.result()))
        else:
            self._go_on(candidate, lambda: flow.fail(error))

    def _end(self, candidate: Candidate, outcome: Any) -> None:
        assert not candidate.ended
        candidate.ended, candidate.flow = True, None
        self._running.pop(candidate, None)
        candidate.done(outcome)

    def _next_group(self) -> Group | None:
        """Choose whose turn it is: feeding networks first, then the group whose last turn is longest ago."""
        groups = dict.fromkeys(c.group for c in self._running if c.waiting is not None and c.group is not None)
        if not groups:
            self._turns.clear()
            self._since.clear()
            return None
        for known in (self._turns, self._since):
            for gone in known.keys() - groups.keys():
                del known[gone]
        now = time.monotonic()
        for group in groups:
            self._since.setdefault(group, now)
        # Bringing a network to its device takes long: those that are there go on until the others have waited enough.
        here = [g for g in groups if self._models.resident(g[0]) or now - self._since[g] > self.patience_s]
        eligible = here or list(groups)
        return min(eligible, key=lambda group: (not group[0].shape.first, self._turns.get(group, -1)))

    def _forward(self, group: Group) -> None:
        network, key = group
        chosen = self._chosen(group)
        calls = [candidate.waiting for candidate in chosen if candidate.waiting is not None]
        rows = sum(network.rows(call.arguments) for call in calls)
        room = _asked_room(chosen[0]) or Room(self.pace.bucket(rows), 0)
        self._turn += 1
        self._turns[group] = self._turn
        self._since[group] = time.monotonic()
        try:
            self._models.enter(network, calls[0].setup)
            began = time.perf_counter()
            answers = network.run([call.arguments for call in calls], room.bucket, room.offset)
            synchronize()
        except torch.OutOfMemoryError as error:
            self._out_of_memory(group, chosen, room.bucket, error)
            return
        except Exception as error:  # noqa: BLE001 - the calls of this forward fail, all others go on
            self._broke(chosen, error)
            return
        self.pace.ran(network, key, room.bucket, time.perf_counter() - began)
        self.forwards += 1
        self.rows += rows
        offset = room.offset
        for candidate, call, answer in zip(chosen, calls, answers, strict=True):
            candidate.rooms.append(Room(room.bucket, offset))
            candidate.suspect = False
            offset += network.rows(call.arguments)
            assert candidate.flow is not None
            self._go_on(candidate, functools.partial(candidate.flow.resume, answer))

    def _chosen(self, group: Group) -> list[Candidate]:
        """Return the longest-running candidates of a group, as many as may go together."""
        network, key = group
        most = self.pace.most_rows(network, key) if network.shape.merges else 1
        chosen: list[Candidate] = []
        rows = 0
        for candidate in self._running:
            if candidate.waiting is None or candidate.group != group:
                continue
            rows += network.rows(candidate.waiting.arguments)
            if chosen and rows > most:
                break
            chosen.append(candidate)
        return chosen

    def _broke(self, chosen: list[Candidate], error: Exception) -> None:
        """Find out by whom a forward broke: each is tried alone, and only who fails alone fails."""
        if len(chosen) == 1:
            self._fail(chosen[0], error)
            return
        for candidate in chosen:
            assert candidate.waiting is not None
            candidate.suspect = True
            candidate.group = _group(candidate, candidate.waiting)

    def _fail(self, candidate: Candidate, error: Exception) -> None:
        flow = candidate.flow
        assert flow is not None
        self._go_on(candidate, lambda: flow.fail(error))

    def _out_of_memory(self, group: Group, chosen: list[Candidate], bucket: int, error: torch.OutOfMemoryError) -> None:
        """Try again with fewer rows: no call was answered, so nothing is lost. One that does not fit alone fails."""
        log.warning("out of memory with %d rows", bucket)
        empty_cache()
        if not self.pace.ran_out_of_memory(*group, bucket) or len(chosen) == 1:
            self._fail(chosen[0], error)


def _asked_room(candidate: Candidate) -> Room | None:
    """Return where a replay wants to be at this point; None where any place will do."""
    done = len(candidate.rooms)
    return candidate.replay[done] if done < len(candidate.replay) else None


def _group(candidate: Candidate, call: NetworkCall) -> Group:
    # A replay has its batch for itself, and so has one whose last batch broke.
    alone = candidate.suspect or _asked_room(candidate) is not None
    company = id(candidate) if alone else None
    return call.network, (call.setup, company, call.network.key(call.arguments))


def synchronize() -> None:
    """Wait for the GPU, so that times are true and an error belongs to the forward that made it."""
    if torch.cuda.is_available():
        torch.cuda.current_stream().synchronize()


def empty_cache() -> None:
    """Give unused GPU memory back, so that a smaller batch finds it in one piece."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
