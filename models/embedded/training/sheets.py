"""Many pictures on one sheet, to look at."""

from pathlib import Path

import torch
from PIL import Image
from torch import Tensor


def save_sheet(pictures: Tensor, columns: int, path: Path) -> None:
    """Write pictures (N, 3, S, S) in -1..1 as rows of `columns`, without gaps."""
    missing = -len(pictures) % columns
    paper = torch.ones(missing, *pictures.shape[1:], device=pictures.device)
    full = torch.cat([pictures.float(), paper]).reshape(-1, columns, *pictures.shape[1:])
    joined = full.permute(0, 3, 1, 4, 2).flatten(0, 1).flatten(1, 2)
    pixels = ((joined.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).cpu().contiguous()
    Image.frombytes("RGB", (pixels.shape[1], pixels.shape[0]), bytes(pixels.numpy().tobytes())).save(
        path, optimize=True
    )
