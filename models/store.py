"""The models on this machine: fetched from their repositories or added from a folder, each with a record of digests.

    <store>/<name>/colophon-model.json      what it is, where from, under which licence, SHA-256 of every weights file
    <store>/<name>/...                      the files as diffusers, transformers or PEFT wrote them

Only safetensors are kept: pickled weights can run code when they are read.
"""

import hashlib
import json
import shutil
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.catalog import CATALOG, CatalogEntry
from models.errors import RequestRefused
from models.lineup import Digest, Name

RECORD: Final = "colophon-model.json"
PICKLES: Final = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".msgpack"})
_WANTED: Final = (".safetensors", ".json", ".txt", ".model", ".jinja", ".md")
# Other forms of the same weights.
_VARIANTS: Final = (".fp16.", ".fp8.", "non_ema", "flax", "openvino", "onnx")
_HEADER_BYTES: Final = 100 * 2**20


class Kind(Enum):
    """What a folder holds."""

    PIPELINE = "pipeline"
    """A diffusers pipeline: model_index.json."""
    NETWORK = "network"
    """One network: config.json with weights."""
    ADAPTER = "adapter"
    """A LoRA, as PEFT or diffusers saves it."""


class StoredModel(BaseModel):
    """The record of a model in the store; `base`, `rank` and `training_data` are those of adapters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    kind: Kind
    source: str
    revision: str
    licence: str
    files: dict[str, Digest]
    weights_sha256: Digest
    added_at: str
    base: str | None = None
    rank: Annotated[int, Field(ge=1)] | None = None
    training_data: str | None = None


Download = Callable[[str, str | None, Path], str]
"""Brings (repository, revision) into a folder, resuming what is there; returns the commit it found."""


class ModelStore:
    """A folder of models."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> dict[str, StoredModel]:
        """Return the records of all models that are here, by name; raise RequestRefused for a broken one."""
        records = sorted(self.folder.glob(f"*/{RECORD}"))
        return {path.parent.name: _read(path) for path in records}

    def find(self, name: str) -> StoredModel:
        """Return one record; raise RequestRefused "not-fetched" where it is not here."""
        path = self.path(name) / RECORD
        if not path.exists():
            raise RequestRefused("not-fetched", f"{name} is not on this machine: run `colophon models fetch {name}`")
        return _read(path)

    def adapters_of(self, base: str) -> tuple[StoredModel, ...]:
        """Return the adapters that are here and were trained from a model."""
        return tuple(each for each in self.all().values() if each.kind is Kind.ADAPTER and each.base == base)

    def path(self, name: str) -> Path:
        """Return the folder of a model, whether it is here or not."""
        return self.folder / name

    def fetch(self, entry: CatalogEntry, download: Download) -> StoredModel:
        """Bring a model of the catalogue here, or go on with what an earlier attempt left; blocking, for long.

        Raise RequestRefused where it comes with Colophon, or where its repository has no safetensors.
        """
        if entry.repo_id is None:
            raise RequestRefused("packaged", f"{entry.name} comes with Colophon: there is nothing to fetch")
        folder = self.path(entry.name)
        folder.mkdir(parents=True, exist_ok=True)
        commit = download(entry.repo_id, entry.revision, folder)
        kind = _kind(folder)
        record = _record(folder, entry.name, kind, entry.repo_id, commit, entry.licence)
        return _write(folder, record)

    def add(self, source: Path, *, name: str, base: str, licence: str, training_data: str) -> StoredModel:
        """Copy a folder of weights from elsewhere into the store, checked; blocking.

        Raise RequestRefused: "pickles", "no-weights", "broken-weights", "unknown-kind", "wrong-base", "no-notes" or
        "name-taken".
        """
        _check_notes(name, licence, training_data)
        if name in CATALOG or self.path(name).exists():
            raise RequestRefused("name-taken", f"there is already a model {name!r}")
        _refuse_pickles(source)
        kind = _kind(source)
        for path in _weights(source):
            _read_header(path)
        rank = None
        if kind is Kind.ADAPTER:
            rank = _check_adapter(source, base)
        partly = self.folder / f".{name}.partly"
        shutil.rmtree(partly, ignore_errors=True)
        shutil.copytree(source, partly, ignore=lambda _, names: [n for n in names if n.startswith(".")])
        record = _record(partly, name, kind, str(source.name), "added", licence)
        record = record.model_copy(update={"base": base, "rank": rank, "training_data": training_data})
        _write(partly, record)
        partly.rename(self.path(name))
        return record

    def check(self, name: str) -> list[str]:
        """Return the files of a model whose bytes are no longer those of its record; blocking."""
        folder, record = self.path(name), self.find(name)
        return [file for file, digest in record.files.items() if _digest(folder / file) != digest]


def fetch_from_hub(repo_id: str, revision: str | None, folder: Path) -> str:
    """Download by huggingface_hub, which shows progress and resumes; return the commit."""
    from huggingface_hub import HfApi, snapshot_download

    found = HfApi().model_info(repo_id, revision=revision)
    files = wanted_files([sibling.rfilename for sibling in found.siblings or ()])
    snapshot_download(repo_id, revision=found.sha, local_dir=folder, allow_patterns=files)
    return str(found.sha)


def wanted_files(files: Sequence[str]) -> list[str]:
    """Choose what to fetch of a repository: settings, texts, and each weight once.

    Beside a pipeline's folders many repositories hold the same weights again as one file, or as variants.
    """
    pipeline = "model_index.json" in files
    return [file for file in files if _is_wanted(file, pipeline)]


def _is_wanted(file: str, pipeline: bool) -> bool:
    name = file.casefold()
    if name.rpartition("/")[2].startswith("license"):
        return True
    if not name.endswith(_WANTED) or any(variant in name for variant in _VARIANTS):
        return False
    return not (pipeline and name.endswith(".safetensors") and "/" not in name)


def _check_notes(name: str, licence: str, training_data: str) -> None:
    try:
        _Named(name=name)
    except ValidationError as error:
        raise RequestRefused("bad-name", "a name has letters, digits and ._+- and begins with the former") from error
    if not licence.strip() or not training_data.strip():
        raise RequestRefused("no-notes", "say under which licence it may be used, and what it was trained on")


class _Named(BaseModel):
    name: Name


def _refuse_pickles(folder: Path) -> None:
    if not folder.is_dir():
        raise RequestRefused("no-weights", f"{folder} is no folder")
    for path in folder.rglob("*"):
        if path.suffix.casefold() in PICKLES:
            hint = "pickled weights can run code when they are read; save them as safetensors"
            raise RequestRefused("pickles", f"{path.name}: {hint}")
        if path.is_symlink():
            raise RequestRefused("pickles", f"{path.name} is a link: copy the files themselves")


def _kind(folder: Path) -> Kind:
    if not any(_weights(folder)):
        raise RequestRefused("no-weights", f"{folder.name} has no weights as safetensors")
    if (folder / "model_index.json").exists():
        return Kind.PIPELINE
    if (folder / "adapter_config.json").exists() or (folder / "pytorch_lora_weights.safetensors").exists():
        return Kind.ADAPTER
    if (folder / "config.json").exists() or any(folder.glob("*.safetensors")):
        return Kind.NETWORK
    raise RequestRefused("unknown-kind", f"{folder.name} is neither a pipeline, nor a network, nor an adapter")


def _weights(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.rglob("*.safetensors")))


def _check_adapter(folder: Path, base: str) -> int:
    """Return an adapter's rank, from its settings and its weights, which must agree; and its base must be ours."""
    config = folder / "adapter_config.json"
    stated = _settings(config) if config.exists() else {}
    trained_on = stated.get("base_model_name_or_path") or base
    known = CATALOG.get(base)
    same = {base, known.repo_id if known else base}
    # A trainer may have had the base in a folder of its own: the last part of the path is its name.
    if trained_on not in same and Path(trained_on).name not in {Path(str(each)).name for each in same}:
        raise RequestRefused("wrong-base", f"the adapter was trained on {trained_on}, not on {base}")
    ranks = {rank for path in _weights(folder) for rank in _ranks(_read_header(path))}
    if not ranks:
        raise RequestRefused("broken-weights", f"{folder.name} has no low-rank matrices")
    if "r" in stated and stated["r"] not in ranks:
        raise RequestRefused("broken-weights", f"the settings say rank {stated['r']}, the weights {sorted(ranks)}")
    return int(max(ranks))


def _settings(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RequestRefused("broken-weights", f"{path.name} is not JSON") from error
    if not isinstance(found, dict):
        raise RequestRefused("broken-weights", f"{path.name} holds no settings")
    return found


def _ranks(header: Mapping[str, Any]) -> Iterator[int]:
    """Yield the ranks of all low-rank pairs: the first dimension of what goes in."""
    for key, about in header.items():
        if key.endswith(("lora_A.weight", "lora_down.weight", "lora.down.weight")):
            yield about["shape"][0]


def _read_header(path: Path) -> Mapping[str, Any]:
    """Read the header of a safetensors file: a length of 8 bytes, then JSON; raise RequestRefused "broken-weights"."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > _HEADER_BYTES:
                raise ValueError("the header is too long")
            header: dict[str, Any] = json.loads(file.read(length))
        header.pop("__metadata__", None)
        end = max((about["data_offsets"][1] for about in header.values()), default=0)
        if path.stat().st_size != 8 + length + end:
            raise ValueError("the file is cut off")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise RequestRefused("broken-weights", f"{path.name} cannot be read as safetensors") from error
    return header


def _record(folder: Path, name: str, kind: Kind, source: str, revision: str, licence: str) -> StoredModel:
    files = {str(path.relative_to(folder)): _digest(path) for path in _weights(folder)}
    return StoredModel(
        name=name,
        kind=kind,
        source=source,
        revision=revision,
        licence=licence,
        files=files,
        weights_sha256=digest_of(files),
        added_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def digest_of(files: Mapping[str, str]) -> str:
    """Return one digest over weights files: SHA-256 of the lines `<sha256>  <path>`, sorted by path."""
    lines = "".join(f"{digest}  {file}\n" for file, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _digest(path: Path) -> str:
    if not path.exists():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(path: Path) -> StoredModel:
    try:
        return StoredModel.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise RequestRefused("broken-record", f"{path} cannot be read; fetch or add the model again") from error


def _write(folder: Path, record: StoredModel) -> StoredModel:
    partly = folder / f"{RECORD}.partly"
    partly.write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
    partly.replace(folder / RECORD)
    return record
