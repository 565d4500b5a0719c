"""Enlarging: tiles agree with the whole picture, memory is bounded, and the record says what was used."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from models.drafts.craft.upscale import OVERLAP, LanczosUpscaler, Swin2SrUpscaler, Upscaler
from models.drafts.provenance import Provenance
from tests.models.drafts.craft import drawings
from tests.models.drafts.tiny import extras

pytestmark = pytest.mark.slow
CPU = torch.device("cpu")
WINDOW = 8
WHENCE = Provenance("tiny", "1", "ab", "maker/tiny")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return extras.swin2sr(tmp_path_factory.mktemp("swin2sr"))


def loaded(folder: Path, tile: int) -> Swin2SrUpscaler:
    return Swin2SrUpscaler.load(folder, device=CPU, provenance=WHENCE, tile=tile)


def numbers(picture: Image.Image) -> NDArray[np.int64]:
    return np.asarray(picture, dtype=np.int64)


def seen_by(upscaler: Swin2SrUpscaler, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Return a list that fills with the sizes of what the network is given."""
    sizes: list[tuple[int, int]] = []
    forward = upscaler._model.forward

    def watched(pixel_values: torch.Tensor, **more: Any) -> Any:
        sizes.append((pixel_values.shape[3], pixel_values.shape[2]))
        return forward(pixel_values=pixel_values, **more)

    monkeypatch.setattr(upscaler._model, "forward", watched)
    return sizes


@pytest.mark.parametrize("size", [(200, 144), (137, 61), (64, 203), (96, 96)])
def test_tiles_agree_with_the_whole(folder: Path, size: tuple[int, int]) -> None:
    picture = drawings.coloured().resize(size)
    whole = loaded(folder, 512).enlarge(picture, 2)
    tiled = loaded(folder, 64).enlarge(picture, 2)
    assert whole.size == tiled.size == (2 * size[0], 2 * size[1])
    # Windows lie alike, and seams fade well inside of what both tiles see: only rounding is left.
    assert np.abs(numbers(whole) - numbers(tiled)).max() <= 1


def test_the_network_never_sees_more_than_a_tile(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upscaler = loaded(folder, 70)
    sizes = seen_by(upscaler, monkeypatch)
    upscaler.enlarge(drawings.coloured().resize((300, 170)), 2)
    # Rounded up to whole windows.
    assert max(max(size) for size in sizes) == 72
    assert len(sizes) == 7 * 4
    assert all(side % WINDOW == 0 for size in sizes for side in size)


def test_a_tile_is_more_than_its_overlaps(folder: Path) -> None:
    upscaler = loaded(folder, 1)
    assert upscaler.about()["tile"] == 2 * OVERLAP
    assert upscaler.enlarge(drawings.coloured().resize((90, 70)), 2).size == (180, 140)


def test_what_the_network_says_is_in_the_picture(folder: Path) -> None:
    picture = drawings.coloured().resize((48, 40))
    upscaler = loaded(folder, 64)
    pixels = torch.tensor(numbers(picture)).permute(2, 0, 1)[None] / 255
    with torch.no_grad():
        expected = upscaler._model(pixel_values=pixels).reconstruction[0].permute(1, 2, 0)
    assert np.abs(numbers(upscaler.enlarge(picture, 2)) - (expected * 255).round().clamp(0, 255).numpy()).max() <= 1


@pytest.mark.parametrize("factor", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(1, 1), (5, 3), (40, 17)])
def test_every_factor_is_reached_exactly(folder: Path, size: tuple[int, int], factor: int) -> None:
    larger = loaded(folder, 64).enlarge(drawings.noisy(size), factor)
    assert larger.size == (factor * size[0], factor * size[1])


@pytest.mark.parametrize("upscaler", [True, False], ids=["network", "lanczos"])
def test_transparency_is_kept(folder: Path, upscaler: bool) -> None:
    picture = drawings.coloured().resize((60, 40)).convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize((60, 40)))
    enlarger: Upscaler = loaded(folder, 64) if upscaler else LanczosUpscaler()
    larger = enlarger.enlarge(picture, 2)
    assert larger.mode == "RGBA"
    assert larger.getchannel("A") == picture.getchannel("A").resize((120, 80), Image.Resampling.LANCZOS)


def test_the_same_picture_gives_the_same_bits(folder: Path) -> None:
    picture = drawings.coloured().resize((120, 90))
    assert loaded(folder, 64).enlarge(picture, 2) == loaded(folder, 64).enlarge(picture, 2)


def test_the_record_says_what_was_used(folder: Path) -> None:
    about = loaded(folder, 64).about()
    whence = {"name": "tiny", "repo": "maker/tiny", "revision": "1", "weights_sha256": "ab"}
    assert about == {**whence, "factor": 2, "tile": 64, "dtype": "float32"}
    assert LanczosUpscaler().about() == {"name": "lanczos"}


def test_half_precision_draws_nearly_the_same(folder: Path) -> None:
    picture = drawings.coloured().resize((64, 64))
    half = Swin2SrUpscaler.load(folder, device=CPU, provenance=WHENCE, dtype=torch.bfloat16)
    assert half.about()["dtype"] == "bfloat16"
    assert np.abs(numbers(half.enlarge(picture, 2)) - numbers(loaded(folder, 64).enlarge(picture, 2))).mean() < 8


def test_only_safetensors_are_read(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
    torch.save({}, tmp_path / "pytorch_model.bin")
    with pytest.raises(OSError, match="safetensors"):
        loaded(tmp_path, 64)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB"])
def test_lanczos_takes_any_mode(mode: str) -> None:
    larger = LanczosUpscaler().enlarge(drawings.coloured().resize((30, 20)).convert(mode), 4)
    assert larger.size == (120, 80)
    assert larger.mode in ("L", "RGB", "RGBA")
