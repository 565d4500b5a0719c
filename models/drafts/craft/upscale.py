"""Enlarging: by a network where the operator has one, else by Lanczos, and the record says which."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from models.drafts.craft.canvas import on_white
from models.drafts.provenance import Provenance

TILE: Final = 192
"""Pixels a side of what the network sees at once: bounds its memory whatever the picture."""
OVERLAP: Final = 32
"""Pixels that neighbouring tiles share at least; across them one fades into the other."""


class Upscaler(Protocol):
    """Something that makes pictures larger."""

    @property
    def name(self) -> str:
        """What the record calls it."""
        ...

    def enlarge(self, image: Image.Image, factor: int) -> Image.Image:
        """Return a picture `factor` times as wide and high."""
        ...

    def about(self) -> Mapping[str, Any]:
        """Return what the record says of it."""
        ...


class LanczosUpscaler:
    """Interpolates; invents nothing. What is used where the operator has no network."""

    name = "lanczos"

    def enlarge(self, image: Image.Image, factor: int) -> Image.Image:
        """Return a picture `factor` times as wide and high, with its transparency."""
        flat = image
        if image.mode not in ("L", "RGB", "RGBA"):
            flat = image.convert("RGBA") if image.has_transparency_data else on_white(image)
        return flat.resize((image.width * factor, image.height * factor), Image.Resampling.LANCZOS)

    def about(self) -> Mapping[str, Any]:
        """Return what the record says of it."""
        return {"name": self.name}


class Swin2SrUpscaler:
    """A Swin2SR network (Conde et al. 2022, arXiv 2209.11345) over overlapping tiles with blended seams.

    Tiles begin at whole windows of the network, so that each pixel is computed in the same window as without tiles.
    """

    def __init__(self, model: Any, *, provenance: Provenance, tile: int = TILE) -> None:
        self._model = model
        self._provenance = provenance
        self._window = int(model.config.window_size)
        self._overlap = _whole(OVERLAP, self._window)
        # A tile that shared more than half with each neighbour would never come to an end.
        self._tile = max(_whole(tile, self._window), 2 * self._overlap)
        self.name = provenance.name
        self.factor = int(model.config.upscale)

    @classmethod
    def load(
        cls,
        folder: Path,
        *,
        device: torch.device,
        provenance: Provenance,
        dtype: torch.dtype = torch.float32,
        tile: int = TILE,
    ) -> "Swin2SrUpscaler":
        """Load from a folder of safetensors, from this machine only; `tile` is in pixels of the small picture."""
        from transformers import Swin2SRForImageSuperResolution

        model = Swin2SRForImageSuperResolution.from_pretrained(  # nosec B615 # a folder, nothing is downloaded
            folder, dtype=dtype, local_files_only=True, use_safetensors=True
        )
        return cls(model.eval().to(device), provenance=provenance, tile=tile)

    def enlarge(self, image: Image.Image, factor: int) -> Image.Image:
        """Enlarge by the network's own factor as often as needed, then to the exact size by Lanczos.

        Transparency is enlarged by Lanczos alone.
        """
        wanted = (image.width * factor, image.height * factor)
        larger = on_white(image)
        while larger.width < wanted[0]:
            larger = self._once(larger)
        if larger.size != wanted:
            larger = larger.resize(wanted, Image.Resampling.LANCZOS)
        if image.has_transparency_data:
            larger.putalpha(image.convert("RGBA").getchannel("A").resize(wanted, Image.Resampling.LANCZOS))
        return larger

    def about(self) -> Mapping[str, Any]:
        """Return what the record says of it."""
        return {
            **self._provenance.about(),
            "factor": self.factor,
            "tile": self._tile,
            "dtype": str(self._model.dtype).removeprefix("torch."),
        }

    @torch.inference_mode()
    def _once(self, image: Image.Image) -> Image.Image:
        """Enlarge by the network's factor, in bands from the top down: only one band at a time is held as numbers."""
        small = _pixels(image)
        larger = Image.new("RGB", (image.width * self.factor, image.height * self.factor))
        waiting = torch.zeros(3, 0, larger.width)
        tops = self._starts(image.height)
        for top, below in zip(tops, [*tops[1:], image.height], strict=True):
            band = self._band(small[:, top : top + self._tile])
            shared = waiting.shape[1]
            fade = _fade(shared)[:, None]
            band[:, :shared] = waiting * (1 - fade) + band[:, :shared] * fade
            done = (below - top) * self.factor
            larger.paste(_picture(band[:, :done]), (0, top * self.factor))
            waiting = band[:, done:]
        return larger

    def _band(self, small: Tensor) -> Tensor:
        """Enlarge a band as high as a tile, from left to right."""
        width = small.shape[2]
        band = torch.zeros(3, small.shape[1] * self.factor, width * self.factor)
        known = 0
        for left in self._starts(width):
            tile = self._enlarged(small[:, :, left : left + self._tile])
            start = left * self.factor
            fade = _fade(known - start)
            shared = band[:, :, start:known]
            tile[:, :, : known - start] = shared * (1 - fade) + tile[:, :, : known - start] * fade
            known = start + tile.shape[2]
            band[:, :, start:known] = tile
        return band

    def _starts(self, length: int) -> list[int]:
        """Return where tiles begin along a side, so that the last one reaches its end."""
        step = self._tile - self._overlap
        return list(range(0, max(1, length - self._overlap), step))

    def _enlarged(self, tile: Tensor) -> Tensor:
        """Run the network on one tile, continued to whole windows at its right and bottom edge."""
        height, width = tile.shape[1:]
        missing = (0, -width % self._window, 0, -height % self._window)
        whole = functional.pad(tile[None], missing, mode="replicate")
        parameter = next(self._model.parameters())
        larger: Tensor = self._model(pixel_values=whole.to(parameter)).reconstruction[0].float().cpu()
        return larger[:, : height * self.factor, : width * self.factor].clone()


def _whole(length: int, window: int) -> int:
    return -(-length // window) * window


def _fade(length: int) -> Tensor:
    """Return the share of the later tile across an overlap.

    The outer quarters are left to the tile that has them in its inside: at its edge a network lacks surroundings.
    """
    at = (torch.arange(length, dtype=torch.float32) + 0.5) / max(length, 1)
    return ((at - 0.25) * 2).clamp(0, 1)


def _pixels(image: Image.Image) -> Tensor:
    flat = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    return flat.reshape(image.height, image.width, 3).permute(2, 0, 1).float() / 255


def _picture(pixels: Tensor) -> Image.Image:
    rows = (pixels * 255).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0).contiguous()
    return Image.frombytes("RGB", (rows.shape[1], rows.shape[0]), rows.numpy().tobytes())
