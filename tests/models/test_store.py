"""The store: fetched and added models with their digests; pickles, broken files and missing notes are refused."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalog import CATALOG, EMBEDDED_DRAFTS, find
from models.errors import RequestRefused
from models.lineup import LineUp, SafetyOff, ServedModel, read_line_up, write_line_up
from models.served import Choices, line_up_of
from models.store import Kind, ModelStore, digest_of, wanted_files

NOTES = {"licence": "CC0-1.0", "training_data": "fifty of my own drawings"}


def safetensors(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> Path:
    """Write zeros in the format of safetensors."""
    header, end = {}, 0
    for name, shape in shapes.items():
        size = 4
        for side in shape:
            size *= side
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(end))
    return path


def pipeline(folder: Path) -> Path:
    safetensors(folder / "unet" / "diffusion_pytorch_model.safetensors", {"weight": (2, 2)})
    (folder / "model_index.json").write_text("{}")
    return folder


def adapter(
    folder: Path, rank: int = 4, stated: int = 4, base: str = "stabilityai/stable-diffusion-xl-base-1.0"
) -> Path:
    shapes = {"base_model.model.q.lora_A.weight": (rank, 8), "base_model.model.q.lora_B.weight": (8, rank)}
    safetensors(folder / "adapter_model.safetensors", shapes)
    config = {"r": stated, "lora_alpha": 8, "base_model_name_or_path": base}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    return folder


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def bring(repo_id: str, revision: str | None, folder: Path) -> str:
    """Stand in for the hub, which does not exist here."""
    pipeline(folder)
    return "c0ffee" * 6


def test_what_is_fetched_is_recorded_with_commit_and_digests(store: ModelStore) -> None:
    record = store.fetch(find("sdxl-base-1.0"), bring)
    assert record == store.find("sdxl-base-1.0")
    assert (record.kind, record.revision, record.licence) == (Kind.PIPELINE, "c0ffee" * 6, "OpenRAIL++-M")
    assert record.weights_sha256 == digest_of(record.files)
    assert store.check("sdxl-base-1.0") == []


def test_changed_and_missing_weights_are_named(store: ModelStore) -> None:
    record = store.fetch(find("sdxl-base-1.0"), bring)
    (file,) = record.files
    weights = store.path("sdxl-base-1.0") / file
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    assert store.check("sdxl-base-1.0") == [file]
    weights.unlink()
    assert store.check("sdxl-base-1.0") == [file]


def test_a_fetch_that_broke_off_goes_on_and_is_no_model_before(store: ModelStore) -> None:
    def breaks(repo_id: str, revision: str | None, folder: Path) -> str:
        (folder / "model_index.json").write_text("{}")
        raise ConnectionError("the line is gone")

    with pytest.raises(ConnectionError):
        store.fetch(find("sdxl-base-1.0"), breaks)
    assert store.all() == {}

    def goes_on(repo_id: str, revision: str | None, folder: Path) -> str:
        assert (folder / "model_index.json").exists()
        return bring(repo_id, revision, folder)

    store.fetch(find("sdxl-base-1.0"), goes_on)
    assert list(store.all()) == ["sdxl-base-1.0"]


def test_each_weight_is_fetched_once_and_pickles_never() -> None:
    files = [
        *("model_index.json", "LICENSE.md", "README.md", "sd_xl_base.safetensors", "unet/config.json"),
        *("unet/diffusion_pytorch_model.safetensors", "unet/diffusion_pytorch_model.fp16.safetensors"),
        *("unet/diffusion_pytorch_model.bin", "vae_1_0/flax_model.msgpack", "preview.png"),
    ]
    assert wanted_files(files) == [
        *("model_index.json", "LICENSE.md", "README.md", "unet/config.json"),
        "unet/diffusion_pytorch_model.safetensors",
    ]
    assert wanted_files(["config.json", "model.safetensors"]) == ["config.json", "model.safetensors"]


def test_what_is_packaged_and_what_has_only_pickles_cannot_be_fetched(store: ModelStore) -> None:
    with pytest.raises(RequestRefused, match="comes with Colophon"):
        store.fetch(EMBEDDED_DRAFTS, bring)

    def pickled(repo_id: str, revision: str | None, folder: Path) -> str:
        (folder / "model_index.json").write_text("{}")
        return "1"

    with pytest.raises(RequestRefused) as caught:
        store.fetch(find("sdxl-base-1.0"), pickled)
    assert caught.value.kind == "no-weights"


def test_an_adapter_is_added_with_base_rank_and_notes(store: ModelStore, tmp_path: Path) -> None:
    record = store.add(adapter(tmp_path / "house"), name="house-style", base="sdxl-base-1.0", **NOTES)
    assert (record.kind, record.rank, record.base) == (Kind.ADAPTER, 4, "sdxl-base-1.0")
    assert store.find("house-style").training_data == NOTES["training_data"]
    assert store.adapters_of("sdxl-base-1.0") == (record,)


def test_what_is_not_in_order_is_refused_by_name(store: ModelStore, tmp_path: Path) -> None:
    def refused(folder: Path, name: str = "mine", base: str = "sdxl-base-1.0", **notes: str) -> str:
        with pytest.raises(RequestRefused) as caught:
            store.add(folder, name=name, base=base, **(NOTES | notes))
        return caught.value.kind

    good = adapter(tmp_path / "good")
    assert refused(good, licence=" ") == "no-notes"
    assert refused(good, name="../up") == "bad-name"
    assert refused(good, name="sdxl-base-1.0") == "name-taken"
    assert refused(good, base="qwen3.5-4b") == "wrong-base"
    assert refused(tmp_path / "nowhere") == "no-weights"
    assert refused(adapter(tmp_path / "liar", stated=64)) == "broken-weights"
    pickled = adapter(tmp_path / "pickled")
    (pickled / "optimizer.pt").write_bytes(b"\x80\x04")
    assert refused(pickled) == "pickles"
    linked = adapter(tmp_path / "linked")
    (linked / "extra.json").symlink_to("/etc/passwd")
    assert refused(linked) == "pickles"
    (pickled / "optimizer.pt").rename(pickled / "OPTIMIZER.PT")
    assert refused(pickled) == "pickles"
    for settings in ("{", "[1]"):
        garbled = adapter(tmp_path / "garbled")
        (garbled / "adapter_config.json").write_text(settings)
        assert refused(garbled) == "broken-weights"
    cut = adapter(tmp_path / "cut")
    weights = cut / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-5])
    assert refused(cut) == "broken-weights"
    assert store.all() == {}


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        source.mkdir()
        (source / "pytorch_lora_weights.safetensors").write_bytes(data)
        with pytest.raises(RequestRefused):
            ModelStore(Path(folder) / "models").add(source, name="mine", base="sdxl-base-1.0", **NOTES)


def test_a_line_up_is_what_is_here(store: ModelStore, tmp_path: Path) -> None:
    store.fetch(find("sdxl-base-1.0"), bring)
    store.add(adapter(tmp_path / "house"), name="house-style", base="sdxl-base-1.0", **NOTES)
    choices = Choices(("sdxl-base-1.0",), safety_off="a closed server of adults who agreed")
    line_up = line_up_of(store, choices)
    assert [each.name for each in line_up.models[0].adapters] == ["house-style"]
    assert line_up.models[0].steps == CATALOG["sdxl-base-1.0"].steps
    path = tmp_path / "line-up.json"
    write_line_up(line_up, path)
    assert read_line_up(path) == line_up


def test_a_line_up_without_a_check_must_say_why(store: ModelStore) -> None:
    store.fetch(find("sdxl-base-1.0"), bring)
    with pytest.raises(RequestRefused, match=r"drafts\.safety_off"):
        line_up_of(store, Choices(("sdxl-base-1.0",)))
    with pytest.raises(RequestRefused, match="colophon models fetch"):
        line_up_of(store, Choices(("z-image-turbo",), safety_off="a closed server of adults"))


def test_a_broken_line_up_says_where(tmp_path: Path) -> None:
    path = tmp_path / "line-up.json"
    with pytest.raises(RequestRefused, match="cannot be read"):
        read_line_up(path)
    served = ServedModel(name="x", folder=tmp_path, revision="1", weights_sha256="0" * 64)
    good = LineUp(models=(served,), safety=SafetyOff(off_because="a test of files")).model_dump(mode="json")
    for change, where in (
        ({"models": []}, "models"),
        ({"safety": {"off_because": ""}}, "safety"),
        ({"more": 1}, "more"),
    ):
        path.write_text(json.dumps(good | change))
        with pytest.raises(RequestRefused, match=where):
            read_line_up(path)
