"""Builds the engine that a server runs, from a line-up or with the embedded model; importing this costs nothing."""

from pathlib import Path
from typing import TYPE_CHECKING

from models.drafts.provenance import Provenance
from models.lineup import LineUp, Offload, SafetyOff, read_line_up

if TYPE_CHECKING:  # torch takes seconds to import, and the server listens meanwhile
    import torch

    from models.drafts.engine import Engine
    from models.drafts.safety import SafetyChecker

# Kept free for what is computed: latents, activations, the autoencoder.
_WORK_BYTES = 2_500_000_000


def assemble(path: Path | None) -> "Engine":
    """Load what a line-up file names, or the embedded model; blocking. Raise RequestRefused for a broken file."""
    return _embedded() if path is None else _from(read_line_up(path))


def _embedded() -> "Engine":
    from models.drafts.embedded import load_embedded
    from models.drafts.engine import Engine
    from models.drafts.safety import Unchecked

    harmless = Unchecked("the embedded model draws nothing but icons", by="colophon")
    engine = Engine([load_embedded()], safety=harmless)
    engine.warm_up()
    return engine


def _from(line_up: LineUp) -> "Engine":
    import torch

    from models.drafts.craft.upscale import Swin2SrUpscaler
    from models.drafts.engine import Engine
    from models.drafts.loading import load_model
    from models.drafts.shelf import Shelf
    from models.drafts.steps.pace import LADDER, POWERS, Pace

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    models = [load_model(served, device) for served in line_up.models]
    # A compiled network is compiled again for each size of batch.
    pace = Pace(POWERS if any(served.compile for served in line_up.models) else LADDER)
    part = line_up.upscaler
    upscaler = None
    if part is not None:
        upscaler = Swin2SrUpscaler.load(part.folder, device=device, provenance=Provenance.of(part))
    shelf = Shelf(models, device=device, room_bytes=_room_bytes(line_up, device))
    engine = Engine(models, safety=_safety(line_up, device), upscaler=upscaler, pace=pace, shelf=shelf)
    engine.warm_up()
    return engine


def _room_bytes(line_up: LineUp, device: "torch.device") -> int | None:
    """Return what networks that take turns may take of a card; None where none do."""
    import torch

    if all(served.offload is not Offload.SWAP for served in line_up.models):
        return None
    if device.type != "cuda":
        return 0
    free, _ = torch.cuda.mem_get_info(device)
    return max(0, free - _WORK_BYTES)


def _safety(line_up: LineUp, device: "torch.device") -> "SafetyChecker":
    """Return the check that stands behind all models of a line-up."""
    from models.drafts.safety import ClassifierChecker, Unchecked

    safety = line_up.safety
    if isinstance(safety, SafetyOff):
        return Unchecked(safety.off_because)
    return ClassifierChecker.load(
        safety.part.folder,
        device=device,
        refuse=safety.refuse,
        threshold=safety.threshold,
        provenance=Provenance.of(safety.part),
    )
