"""The command lines of the local model servers.

Importing this costs nothing: no torch, no vLLM. Secrets travel in the environment, which other users of the
machine cannot read, never in arguments, which they can.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from models.errors import RequestRefused

SERVED_LANGUAGE_MODEL = "colophon-language"
"""The name under which the language server offers whatever model it runs."""
LANGUAGE_KEY_VARIABLE = "VLLM_API_KEY"
DRAFTS_KEY_VARIABLE = "COLOPHON_DRAFTS_KEY"

# sun_path of unix(7) holds 108 bytes with the closing zero.
_SOCKET_PATH_BYTES = 107
# The ranks that vLLM has kernels for.
_LORA_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
_CPU_INFO = Path("/proc/cpuinfo")
# As Linux names them: of Intel and AMD, of Intel's servers, of Arm.
_BFLOAT16 = frozenset({"avx512_bf16", "amx_bf16", "bf16"})
# What starts with this belongs to the bot: its token, its settings.
_HIDDEN = ("COLOPHON_",)


class Device(Enum):
    """What a model server computes on."""

    CPU = "cpu"
    GPU = "gpu"


@dataclass(frozen=True, slots=True)
class Command:
    """A command line: `env` is added to the environment, names starting with one of `hide` are withheld."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    socket: Path
    hide: tuple[str, ...] = _HIDDEN


@dataclass(frozen=True, slots=True)
class LanguageAdapter:
    """A LoRA of the language model, in PEFT's layout, by the name under which it is asked for."""

    name: str
    folder: Path
    rank: int


@dataclass(frozen=True, slots=True)
class LanguageLimits:
    """The sizes of a language server; the defaults suit the embedded model on a small CPU machine."""

    max_model_len: int = 2048
    """Tokens of prompt and answer together."""
    max_num_seqs: int = 16
    """Requests that are generated at once; more of them wait."""
    kv_cache_bytes: int = 512 * 2**20
    """Memory for the keys and values of all running requests."""
    drain_s: int = 20
    """How long running answers may go on after SIGTERM."""


def language_argv(
    *,
    socket: Path,
    api_key: str,
    device: Device,
    cache_dir: Path,
    model: str | Path | None = None,
    revision: str | None = None,
    limits: LanguageLimits | None = None,
    adapters: Sequence[LanguageAdapter] = (),
    gpus: Sequence[int] = (),
    threads: int | None = None,
    offline: bool = True,
) -> Command:
    """Make the command line of vLLM's OpenAI server.

    `model` is a folder or a repository id; None means the embedded model, which the child converts into
    `cache_dir` by itself before it becomes vLLM, so that nobody waits for it. `adapters` can be asked for by their
    names beside the model. With several `gpus` each layer is spread over them; none means whichever there are.
    `threads` is the number of CPU threads (None: all that this process may use) and means nothing on a GPU. Raises
    RequestRefused when the socket's path is too long for the kernel.
    """
    _check_socket(socket)
    limits = limits or LanguageLimits()
    embedded = model is None
    # -P: a folder named like a module of vLLM's in the current directory must not be imported instead.
    server = (sys.executable, "-P", "-m", "vllm.entrypoints.openai.api_server")
    dtype = cpu_dtype(_CPU_INFO) if embedded and device is Device.CPU else "bfloat16"
    options = _language_options(socket, "{model}" if embedded else str(model), device, dtype, limits)
    if revision is not None:
        options += ("--revision", revision)
    options += _adapter_options(adapters)
    if len(gpus) > 1:
        options += ("--tensor-parallel-size", str(len(gpus)))
    argv = server + options
    if embedded:
        convert = (sys.executable, "-m", "models.embedded.language", "--cache", str(cache_dir))
        argv = (*convert, "--then-exec", *argv)
    env = {
        LANGUAGE_KEY_VARIABLE: api_key,
        "VLLM_NO_USAGE_STATS": "1",
        "HF_HUB_OFFLINE": "1" if offline or embedded else "0",
    }
    return Command(argv, env | (_cpu_env(threads) if device is Device.CPU else _gpu_env(gpus)), socket)


def drafts_argv(
    *,
    socket: Path,
    api_key: str,
    line_up: Path | None = None,
    device: Device = Device.CPU,
    gpus: Sequence[int] = (),
    threads: int | None = None,
    log_form: str = "text",
) -> Command:
    """Make the command line of our drafts server; raises RequestRefused for too long a socket path.

    `line_up` is a file of models.lineup; None means the embedded model. `log_form` is "text" or "json".
    """
    _check_socket(socket)
    argv = (
        *(sys.executable, "-m", "models.drafts", "--uds", str(socket)),
        *("--api-key-env", DRAFTS_KEY_VARIABLE, "--log-form", log_form),
        *(() if line_up is None else ("--line-up", str(line_up))),
    )
    env = {DRAFTS_KEY_VARIABLE: api_key}
    if device is Device.CPU:
        # Its steps are short: threads that sleep at once double its time, those that spin for ever starve the language
        # server. A thousand turns cost 25 % alone and a third beside another busy process (libgomp, two cores).
        env |= _omp_env(threads) | {"GOMP_SPINCOUNT": "1000"}
    else:
        # Many picture sizes fragment the allocator; vLLM's sleep mode does not live with this setting, so it
        # is set here alone.
        env |= {"PYTORCH_CUDA_ALLOC_CONF": "expandable_segments:True"} | _gpu_env(gpus)
    return Command(argv, env, socket)


def cpu_dtype(cpu_info: Path) -> str:
    """Return in which numbers a processor (proc(5), cpuinfo) computes a small model fastest.

    Without instructions for bfloat16, which few desktop processors have, it takes several times as long as float32. A
    large model stays in bfloat16 all the same: what it would need in float32 is more than such a machine has.
    """
    try:
        features = set(cpu_info.read_text().split())
    except OSError:
        return "float32"
    return "bfloat16" if features & _BFLOAT16 else "float32"


def _language_options(socket: Path, model: str, device: Device, dtype: str, limits: LanguageLimits) -> tuple[str, ...]:
    options = (
        *("--model", model, "--served-model-name", SERVED_LANGUAGE_MODEL, "--uds", str(socket)),
        *("--dtype", dtype, "--max-model-len", str(limits.max_model_len)),
        *("--max-num-seqs", str(limits.max_num_seqs)),
        *("--kv-cache-memory-bytes", str(limits.kv_cache_bytes)),
        *("--enable-prefix-caching", "--scheduling-policy", "priority"),
        *("--shutdown-timeout", str(limits.drain_s)),
        *("--disable-uvicorn-access-log", "--disable-fastapi-docs"),
    )
    # Compiling wins 8 % on a CPU and makes the start 2.5 times as long.
    return (*options, "--enforce-eager") if device is Device.CPU else options


def _adapter_options(adapters: Sequence[LanguageAdapter]) -> tuple[str, ...]:
    """Return vLLM's options for LoRAs; they cost every request about a third, so they are off where there are none."""
    if not adapters:
        return ()
    rank = next(size for size in _LORA_RANKS if size >= max(adapter.rank for adapter in adapters))
    named = (f"{adapter.name}={adapter.folder}" for adapter in adapters)
    return ("--enable-lora", "--max-lora-rank", str(rank), "--lora-modules", *named)


def _gpu_env(gpus: Sequence[int]) -> dict[str, str]:
    return {"CUDA_VISIBLE_DEVICES": ",".join(map(str, gpus))} if gpus else {}


def _cpu_env(threads: int | None) -> dict[str, str]:
    # "auto" keeps one core for the scheduler and pins the rest: on a machine of two cores that is one thread
    # nailed to one core, on which the drafts server's threads may sit too. "nobind" leaves it to the kernel.
    return {"VLLM_CPU_OMP_THREADS_BIND": "nobind"} | _omp_env(threads)


def _omp_env(threads: int | None) -> dict[str, str]:
    # PASSIVE: idle OpenMP threads sleep rather than spin, or two servers on the same cores starve each other.
    count = threads or len(os.sched_getaffinity(0))
    return {"OMP_NUM_THREADS": str(count), "OMP_WAIT_POLICY": "PASSIVE"}


def _check_socket(socket: Path) -> None:
    size_bytes = len(os.fsencode(socket))
    if size_bytes > _SOCKET_PATH_BYTES:
        raise RequestRefused(
            "socket-path",
            f"{socket} has {size_bytes} bytes, a socket's path at most {_SOCKET_PATH_BYTES}: "
            "choose a shorter run folder",
        )
