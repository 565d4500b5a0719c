"""The launcher: starts the bot and the local servers as children and keeps them running.

A crash of the bot reloads no model, a crash of a model server does not touch the bot, and nothing
outlives the launcher.
"""

import asyncio
import logging
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx2

from bot.app import ALIVE_FILE, ALIVE_INTERVAL_S, CONNECTED
from bot.errors import OperatorError
from bot.lineup import choices_of
from bot.places import cache_dir, models_dir
from bot.pocket.world import WITNESS_CHANNEL_ID
from bot.records import open_store_for_operator, storage_config
from bot.settings import EMBEDDED, DraftsSettings, Settings
from models.catalog import EMBEDDED_LANGUAGE, UnknownModel, find
from models.errors import RequestRefused
from models.health import ServerHealth
from models.images import ImagesClient
from models.language import LanguageClient
from models.lineup import write_line_up
from models.serve import Device, LanguageAdapter, LanguageLimits, drafts_argv, language_argv
from models.served import line_up_of
from models.store import ModelStore
from models.supervisor import Pace, ServerSpec, ServerState, Supervisor

log = logging.getLogger(__name__)

# Ctrl-C ends everything within ten seconds or so: the bot first, while it can still use the others, then all of them.
STOP_GRACE_S = 7.0
# Beside its grace for drafts, the bot lets members' acts end, signs the log, and says goodbye.
BOT_CLOSES_S = 7.0
MEMORY_ENV: Final = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}
"""How the bot's process gives memory back (glibc, mallopt(3)).

Pictures, films and exports are made in threads, each of which would keep the memory of its largest one in an arena of
its own; and after the first large buffer the library would put all of that size among the small ones.
"""
POCKET_TOKEN = "pocket-try"  # noqa: S105  # nosec B105 # the pocket server takes any token of this form


def find_device() -> Device:
    """Return what the local model servers compute on."""
    forced = os.environ.get("COLOPHON_ACCELERATOR")
    if forced in ("cpu", "gpu"):
        return Device(forced)
    return Device.GPU if shutil.which("nvidia-smi") else Device.CPU


def check_port(port: int) -> None:
    """Raise OperatorError where the pocket's port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise OperatorError(f"port {port} is in use: stop what uses it, or choose another with --port.") from error


class Launcher:
    """All children of one `colophon up` or `colophon try`."""

    def __init__(
        self, settings: Settings, *, pocket: bool, init: bool, config: Path | None, say: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._pocket = pocket
        self._init = init
        self._config = config
        self._say = say
        self._device = find_device()
        self._store = ModelStore(models_dir(settings))
        self._run_dir = Path(tempfile.mkdtemp(prefix="colophon-"))
        self._logs = settings.storage.data / "logs"
        self._children: list[Supervisor] = []
        self._clients: list[ImagesClient | LanguageClient] = []
        self._bot_env: dict[str, str] = {}
        self._failed = asyncio.Event()

    async def run(self) -> None:
        """Start everything, wait for SIGINT or SIGTERM, stop everything."""
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        try:
            store = await open_store_for_operator(storage_config(self._settings), init=self._init)
            await store.close()
            await self._start()
            waits = [asyncio.create_task(e.wait()) for e in (stopping, self._failed)]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
            failures = [child.failure for child in self._children if child.failure is not None]
            if failures and not stopping.is_set():
                raise OperatorError(f"{failures[0]} (log: {self._logs})")
        finally:
            await self._stop()

    async def _start(self) -> None:
        if self._pocket:
            await self._start_pocket()
        drafts, language = self._drafts_spec(), self._language_spec()
        await self._supervise(self._bot_spec())
        for spec in (drafts, language):
            if spec is not None:
                await self._supervise(spec)

    async def _start_pocket(self) -> None:
        port = self._settings.pocket.port
        check_port(port)
        port_file = self._run_dir / "pocket.port"
        argv: tuple[str, ...] = (sys.executable, "-m", "bot.pocket", "--port", str(port))
        argv += ("--data", str(self._settings.storage.data / "pocket"), "--port-file", str(port_file))
        child = await self._supervise(self._spec("pocket", argv, {}, lambda: _answers(port_file)))
        await child.wait_ready(15)
        url = f"http://127.0.0.1:{port_file.read_text().strip()}"
        self._bot_env |= {
            "COLOPHON_DISCORD_API": f"{url}/api/v10",
            "COLOPHON_DISCORD_GATEWAY": f"ws://{urlsplit(url).netloc}/gateway/",
            "COLOPHON_DISCORD_TOKEN": POCKET_TOKEN,
            # A settings file names channels of the real Discord, which the pocket does not have.
            "COLOPHON_EVIDENCE_WITNESS_CHANNELS": f'["{WITNESS_CHANNEL_ID}"]',
        }
        self._say(f"Colophon is at {url} (this machine only). The models are warming up; Ctrl-C ends it.")

    def _bot_spec(self) -> ServerSpec:
        argv = [sys.executable, "-m", "bot", "run", "--run-dir", str(self._run_dir)]
        argv += ["--data", str(self._settings.storage.data)]
        if self._config is not None:
            argv += ["--config", str(self._config)]
        stop_grace_s = self._settings.queue.grace_s + BOT_CLOSES_S
        memory = {name: os.environ.get(name, value) for name, value in MEMORY_ENV.items()}
        spec = self._spec("bot", tuple(argv), self._bot_env | memory, self._bot_connected, stop_grace_s)
        # While Discord is down a bot that starts is not to blame, and starting it again mends nothing.
        return replace(spec, getting_there=self._bot_alive)

    def _drafts_spec(self) -> ServerSpec | None:
        if self._settings.drafts.url is not None:
            return None
        key, path = secrets.token_urlsafe(24), self._run_dir / "drafts.sock"
        command = drafts_argv(
            socket=path,
            api_key=key,
            line_up=line_up_file(self._settings.drafts, self._store, self._run_dir),
            device=self._device,
            gpus=self._settings.drafts.gpus,
            log_form=self._settings.log.form,
        )
        client = ImagesClient(uds=path, api_key=key)
        self._clients.append(client)
        self._bot_env |= {"COLOPHON_DRAFTS_URL": f"unix:{path}", "COLOPHON_DRAFTS_KEY": key}
        return ServerSpec.of(
            "drafts", command, answering(client.health), self._logs / "drafts.log", stop_grace_s=STOP_GRACE_S
        )

    def _language_model(self, model: str) -> str | Path:
        """Return where the language model is: in the store, or else in its repository or folder."""
        stored = self._store.path(model)
        return stored if stored.exists() else repository_of(model)

    def _language_adapters(self, model: str) -> tuple[LanguageAdapter, ...]:
        """Return the adapters that were added for the language model."""
        found = self._store.adapters_of(EMBEDDED_LANGUAGE.name if model == EMBEDDED else model)
        known = tuple(LanguageAdapter(each.name, self._store.path(each.name), each.rank or 1) for each in found)
        wanted = self._settings.language.adapter
        if wanted is not None and wanted not in {each.name for each in known}:
            raise OperatorError(f"language.adapter: no adapter {wanted!r} was added for {model}")
        return known

    def _language_spec(self) -> ServerSpec | None:
        if self._settings.language.url is not None:
            return None
        key, path = secrets.token_urlsafe(24), self._run_dir / "language.sock"
        model = self._settings.language.model
        size, unit = int(self._settings.language.kv_cache[:-1]), self._settings.language.kv_cache[-1]
        command = language_argv(
            socket=path,
            api_key=key,
            device=self._device,
            cache_dir=cache_dir(),
            model=None if model == EMBEDDED else self._language_model(model),
            adapters=self._language_adapters(model),
            gpus=self._settings.language.gpus,
            limits=LanguageLimits(
                kv_cache_bytes=size * (2**20 if unit == "M" else 2**30), drain_s=int(STOP_GRACE_S) - 2
            ),
        )
        client = LanguageClient(uds=path, api_key=key)
        self._clients.append(client)
        self._bot_env |= {"COLOPHON_LANGUAGE_URL": f"unix:{path}", "COLOPHON_LANGUAGE_KEY": key}
        return ServerSpec.of(
            "language", command, answering(client.health), self._logs / "language.log", stop_grace_s=STOP_GRACE_S
        )

    def _spec(
        self,
        name: str,
        argv: tuple[str, ...],
        env: dict[str, str],
        ready: Callable[[], Awaitable[bool]],
        stop_grace_s: float = STOP_GRACE_S,
    ) -> ServerSpec:
        return ServerSpec(
            name=name,
            argv=argv,
            env=env,
            ready=ready,
            log_file=self._logs / f"{name}.log",
            start_timeout_s=120.0,
            stop_grace_s=stop_grace_s,
            # A bot that was killed leaves its last sign of life behind, and the next one would be taken for ready.
            sockets=(self._run_dir / ALIVE_FILE,) if name == "bot" else (),
            pace=Pace(start_poll_s=0.2),
        )

    async def _supervise(self, spec: ServerSpec) -> Supervisor:
        child = Supervisor(spec, lambda state, detail: self._heard(spec.name, state, detail))
        self._children.append(child)
        await child.start()
        return child

    def _heard(self, name: str, state: ServerState, detail: str) -> None:
        log.info("%s: %s (%s)", name, state.name.lower(), detail)
        if state is ServerState.READY:
            self._say(f"{name} is ready.")
        elif state in (ServerState.BACKOFF, ServerState.DEGRADED):
            self._say(f"{name}: {detail}")
        elif state is ServerState.STOPPED and name in ("bot", "pocket"):
            self._failed.set()
        elif state is ServerState.STOPPED:
            self._say(f"{name}: {detail}")

    async def _bot_connected(self) -> bool:
        """Tell whether the bot's loop turns, and it has been connected."""
        if not await self._bot_alive():
            return False
        return await asyncio.to_thread((self._run_dir / ALIVE_FILE).read_text) == CONNECTED

    async def _bot_alive(self) -> bool:
        try:
            touched = (self._run_dir / ALIVE_FILE).stat().st_mtime
        except FileNotFoundError:
            return False
        return time.time() - touched < 6 * ALIVE_INTERVAL_S

    async def _stop(self) -> None:
        # The bot finishes what is being made, and shows it: it needs the others for that.
        await asyncio.gather(*(child.stop() for child in self._children if child.spec.name == "bot"))
        await asyncio.gather(*(child.stop() for child in self._children))
        await asyncio.gather(*(client.aclose() for client in self._clients))
        await asyncio.to_thread(shutil.rmtree, self._run_dir, ignore_errors=True)


def line_up_file(drafts: DraftsSettings, store: ModelStore, run_dir: Path) -> Path | None:
    """Write down what a drafts server loads, None for the embedded model; raise OperatorError where one is missing."""
    if drafts.model == EMBEDDED:
        return None
    try:
        line_up = line_up_of(store, choices_of(drafts))
    except RequestRefused as error:
        raise OperatorError(error.detail) from error
    path = run_dir / "line-up.json"
    write_line_up(line_up, path)
    return path


def repository_of(model: str) -> str:
    """Return where a model of the catalogue is found; a folder or a repository stands for itself."""
    try:
        return find(model).repo_id or model
    except UnknownModel:
        return model


def answering(health: Callable[[], Awaitable[ServerHealth]]) -> Callable[[], Awaitable[bool]]:
    """Return what a supervisor asks to know whether a model server takes requests."""

    async def ready() -> bool:
        return (await health()).ready

    return ready


async def _answers(port_file: Path) -> bool:
    """Tell whether the pocket server answers its page."""
    if not await asyncio.to_thread(port_file.exists):
        return False
    port = (await asyncio.to_thread(port_file.read_text)).strip()
    async with httpx2.AsyncClient(timeout=2.0) as client:
        try:
            return (await client.get(f"http://127.0.0.1:{port}/")).status_code == 200
        except httpx2.HTTPError:
            return False
