"""Start a local server, watch it, restart it, and end it so that nothing of it survives.

    STARTING -> READY <-> DEGRADED    it answers, or its process lives but does not answer
       |          |          |
       +----------+----------+
                  v
               BACKOFF -> STARTING    it died, never became ready, or hung: wait, then start it again
               STOPPED                by stop(), or after too many crashes in a row (`failure` says why)

Each server runs under `models.tether`, which ends it when this process is gone, however that happened.
"""

import asyncio
import logging
import os
import random
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Self

from models import tether
from models.errors import ModelsError, ServerUnavailable
from models.serve import Command

log = logging.getLogger(__name__)

_TAIL_LINES = 12
_TAIL_BYTES = 16_384
# How much longer than the tether's own grace we wait before killing the group ourselves.
_TETHER_MARGIN_S = 8.0


class ServerState(Enum):
    """What a supervised server is doing; the picture is at the top of this file."""

    STARTING = "starting"
    READY = "ready"
    DEGRADED = "degraded"
    BACKOFF = "backoff"
    STOPPED = "stopped"


class CrashLoop(ModelsError):
    """A server crashed so often in a row that starting it again is pointless until somebody mends it."""

    def __init__(self, name: str, reason: str, last_lines: tuple[str, ...]) -> None:
        super().__init__("\n".join((f"the {name} server keeps failing: {reason}", *last_lines)))
        self.name = name
        self.reason = reason
        self.last_lines = last_lines


@dataclass(frozen=True, slots=True)
class Pace:
    """The supervisor's clocks; all in seconds but the count."""

    start_poll_s: float = 0.5
    """Between two questions whether a starting server is ready."""
    watch_poll_s: float = 10.0
    """Between two such questions to a server that was ready."""
    ready_timeout_s: float = 30.0
    """How long one such question may take; longer counts as no."""
    hung_after_s: float = 120.0
    """A process that lives but does not answer for this long is restarted."""
    stable_after_s: float = 120.0
    """After running this long since it was ready, former crashes are forgotten."""
    crashes_allowed: int = 5
    """Crashes in a row, without a stable time between, that end the attempts."""
    backoff_first_s: float = 1.0
    """The first wait; each further crash doubles it, up to `backoff_most_s`, varied by a quarter."""
    backoff_most_s: float = 60.0


@dataclass(frozen=True, slots=True)
class ServerSpec:
    """What to run and how to know that it works.

    `env` is laid over this process's environment, from which every name that starts with one of `hide` is
    taken away first: a model server has no business with the bot's token. `ready` answers whether the server
    takes requests; ModelsError, OSError and a timeout count as no. `getting_there` answers whether one that does
    not yet is only waiting for something else, and is not to be ended for taking longer than `start_timeout_s`.
    `sockets` are removed before each start: a killed server leaves its socket behind, and the next one could not
    bind it. The log takes at most twice `log_bytes`.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    ready: Callable[[], Awaitable[bool]]
    log_file: Path
    start_timeout_s: float = 300.0
    stop_grace_s: float = 25.0
    hide: tuple[str, ...] = ()
    sockets: tuple[Path, ...] = ()
    log_bytes: int = 4_000_000
    pace: Pace = field(default_factory=Pace)
    getting_there: Callable[[], Awaitable[bool]] | None = None

    @classmethod
    def of(
        cls,
        name: str,
        command: Command,
        ready: Callable[[], Awaitable[bool]],
        log_file: Path,
        *,
        start_timeout_s: float = 300.0,
        stop_grace_s: float = 25.0,
    ) -> Self:
        """Make the spec of a model server's command line."""
        return cls(
            name=name,
            argv=command.argv,
            env=command.env,
            ready=ready,
            log_file=log_file,
            start_timeout_s=start_timeout_s,
            stop_grace_s=stop_grace_s,
            hide=command.hide,
            sockets=(command.socket,),
        )


OnChange = Callable[[ServerState, str], None]


class Supervisor:
    """Keeps one server running between start() and stop()."""

    def __init__(self, spec: ServerSpec, on_change: OnChange | None = None) -> None:
        self.spec = spec
        self._on_change = on_change
        self._state = ServerState.STOPPED
        self._detail = "not started"
        self._failure: CrashLoop | None = None
        self._changed = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None

    @property
    def state(self) -> ServerState:
        """What the server is doing now."""
        return self._state

    @property
    def detail(self) -> str:
        """A sentence for the operator about the state."""
        return self._detail

    @property
    def failure(self) -> CrashLoop | None:
        """Why the supervisor gave up, if it did."""
        return self._failure

    @property
    def pid(self) -> int | None:
        """The process group of the running server (the number of its tether), if one runs."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Begin to keep the server running; does not wait until it is ready."""
        if self._task is not None:
            raise RuntimeError(f"the {self.spec.name} server is already being supervised")
        self._failure = None
        await self._tell(ServerState.STARTING, "starting")
        self._task = asyncio.create_task(self._supervise(), name=f"supervise {self.spec.name}")

    async def stop(self) -> None:
        """End the server and everything it started; returns when nothing is left."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._failure is None:
            await self._tell(ServerState.STOPPED, "stopped")

    async def wait_ready(self, timeout_s: float | None = None) -> None:
        """Wait until the server takes requests.

        Raises CrashLoop if it was given up, ServerUnavailable if it is stopped, TimeoutError in time.
        """
        async with asyncio.timeout(timeout_s), self._changed:
            await self._changed.wait_for(lambda: self._state in (ServerState.READY, ServerState.STOPPED))
        if self._failure is not None:
            raise self._failure
        if self._state is ServerState.STOPPED:
            raise ServerUnavailable(f"the {self.spec.name} server is stopped")

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _supervise(self) -> None:
        """Own the server from start() to stop(); the one place where any failure is caught."""
        try:
            await self._keep_running()
        except Exception as error:
            log.exception("supervising %s failed", self.spec.name)
            self._failure = CrashLoop(self.spec.name, f"supervision failed: {error!r}", ())
            await self._tell(ServerState.STOPPED, str(self._failure))

    async def _keep_running(self) -> None:
        pace, crashes = self.spec.pace, 0
        while True:
            was_stable, reason = await self._run_once()
            crashes = 1 if was_stable else crashes + 1
            if crashes >= pace.crashes_allowed:
                last_lines = await asyncio.to_thread(read_last_lines, self.spec.log_file)
                self._failure = CrashLoop(self.spec.name, reason, last_lines)
                log.error("%s server given up after %d crashes: %s", self.spec.name, crashes, reason)
                await self._tell(ServerState.STOPPED, str(self._failure))
                return
            wait_s = min(pace.backoff_first_s * 2 ** (crashes - 1), pace.backoff_most_s)
            # Jitter keeps servers that died together from loading their models together again.
            wait_s *= random.uniform(0.75, 1.25)  # noqa: S311  # nosec B311 # no secret is drawn
            log.warning("%s server failed (%s); next start in %.1f s", self.spec.name, reason, wait_s)
            await self._tell(ServerState.BACKOFF, f"{reason}; next start in {wait_s:.1f} s")
            await asyncio.sleep(wait_s)

    async def _run_once(self) -> tuple[bool, str]:
        """Run the server until it dies or must be ended; say whether it had been stable, and why it ended."""
        process = await self._spawn()
        exited = asyncio.create_task(process.wait())
        try:
            await self._tell(ServerState.STARTING, "loading")
            return await self._watch(exited)
        finally:
            # Also on cancellation by stop(): a second cancellation must not leave a process behind.
            await asyncio.shield(asyncio.ensure_future(self._end(process, exited)))

    async def _watch(self, exited: asyncio.Task[int]) -> tuple[bool, str]:
        """Follow the health of a running server until its end."""
        pace, clock = self.spec.pace, asyncio.get_running_loop().time
        started = last_good = clock()
        ready_since: float | None = None
        while True:
            answered = await self._is_ready(exited)
            was_stable = ready_since is not None and clock() - ready_since >= pace.stable_after_s
            if exited.done():
                return was_stable, _describe_exit(exited.result())
            if answered:
                last_good = clock()
                if ready_since is None:
                    ready_since = last_good
                    log.info("%s server ready after %.1f s", self.spec.name, last_good - started)
                await self._tell(ServerState.READY, f"ready since {last_good - ready_since:.0f} s")
            elif ready_since is None and clock() - started >= self.spec.start_timeout_s:
                if self.spec.getting_there is None or not await self.spec.getting_there():
                    return False, f"not ready within {self.spec.start_timeout_s:g} s"
                await self._tell(ServerState.DEGRADED, "alive and still waiting; its log says what for")
            elif ready_since is not None:
                silent_s = clock() - last_good
                if silent_s >= pace.hung_after_s:
                    return was_stable, f"alive but silent for {silent_s:.0f} s"
                await self._tell(ServerState.DEGRADED, f"alive but silent for {silent_s:.0f} s")
            poll_s = pace.watch_poll_s if self._state is ServerState.READY else pace.start_poll_s
            await asyncio.wait((exited,), timeout=poll_s)

    async def _is_ready(self, exited: asyncio.Task[int]) -> bool:
        """Ask the server once, no longer than it lives."""
        question = asyncio.ensure_future(self.spec.ready())
        try:
            await asyncio.wait(
                (question, exited),
                timeout=self.spec.pace.ready_timeout_s,
                return_when=asyncio.FIRST_COMPLETED,
            )
            return question.done() and await question
        except (ModelsError, OSError, TimeoutError) as error:
            log.debug("%s server is not ready: %s", self.spec.name, type(error).__name__)
            return False
        finally:
            if not question.done():
                question.cancel()
                await asyncio.gather(question, return_exceptions=True)

    async def _spawn(self) -> asyncio.subprocess.Process:
        spec = self.spec
        await asyncio.to_thread(self._prepare_files)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(spec.hide)}
        # -P and -S: nothing but the standard library may be imported by the tether, whatever the folder.
        options = ("--log", str(spec.log_file), "--log-bytes", str(spec.log_bytes))
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-S", str(tether.__file__), *options),
            *("--grace", str(spec.stop_grace_s), "--", *spec.argv),
            env=inherited | dict(spec.env),
            stdin=asyncio.subprocess.PIPE,  # the lifeline: never written to, closed by our end
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        log.info("%s server started as process group %d", spec.name, self._process.pid)
        return self._process

    def _prepare_files(self) -> None:
        self.spec.log_file.parent.mkdir(parents=True, exist_ok=True)
        for socket in self.spec.sockets:
            socket.unlink(missing_ok=True)

    async def _end(self, process: asyncio.subprocess.Process, exited: asyncio.Task[int]) -> None:
        """Ask the tether to end the server; kill the group if even the tether does not obey or was killed."""
        if not exited.done():
            process.terminate()
            await asyncio.wait((exited,), timeout=self.spec.stop_grace_s + _TETHER_MARGIN_S)
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            log.debug("%s server ended with its whole group", self.spec.name)
        await exited
        self._process = None

    async def _tell(self, state: ServerState, detail: str) -> None:
        """Note the state; tell it on when it is another one than before."""
        is_new = state is not self._state
        self._state, self._detail = state, detail
        if not is_new:
            return
        async with self._changed:
            self._changed.notify_all()
        if self._on_change is not None:
            try:
                self._on_change(state, detail)
            except Exception:
                # Whoever only wanted to be told must not take the server down.
                log.exception("telling of the %s server's state failed", self.spec.name)


def read_last_lines(log_file: Path, count: int = _TAIL_LINES) -> tuple[str, ...]:
    """Return the last lines of a log, none if there is no log."""
    try:
        with log_file.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            return tuple(file.read().decode(errors="replace").splitlines()[-count:])
    except FileNotFoundError:
        return ()


def _describe_exit(code: int) -> str:
    if code == 127:
        return "the program could not be started"
    number = -code if code < 0 else code - 128
    if number in set(signal.Signals):
        return f"ended by {signal.Signals(number).name}"
    return f"exited with status {code}"
