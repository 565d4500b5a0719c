"""From the folders of a line-up to loaded models: number format, device, control nets, adapters, compiling.

Only safetensors are read, and only from this machine.
"""

import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import diffusers
import torch
from diffusers import ControlNetModel, ControlNetUnionModel, DiffusionPipeline
from safetensors.torch import load_file
from torch import nn

from models.drafts.families import Family, family_of
from models.drafts.loaded import REFERENCE, LoadedModel
from models.drafts.provenance import Provenance
from models.lineup import Offload, Precision, ServedAdapter, ServedModel, ServedPart

log = logging.getLogger(__name__)
_LOCAL: Final = {"local_files_only": True, "use_safetensors": True}
_DTYPES: Final = {
    Precision.BF16: torch.bfloat16,
    Precision.FP16: torch.float16,
    Precision.FP32: torch.float32,
    # Weights lie in eight bits and are computed with in sixteen.
    Precision.FP8: torch.bfloat16,
}
PEFT_WEIGHTS: Final = "adapter_model.safetensors"
PEFT_CONFIG: Final = "adapter_config.json"


def load_model(served: ServedModel, device: torch.device) -> LoadedModel:
    """Load a model with all that the line-up hangs on it; blocking, for minutes where it is large."""
    dtype = _DTYPES[served.precision]
    pipeline = _pipeline(served.folder, dtype)
    # One net may read several kinds of strokes; it is loaded once.
    nets = {part.folder: _control(part, dtype) for part in served.controls.values()}
    controls = {kind: nets[part.folder] for kind, part in served.controls.items()}
    if served.reference is not None:
        _add_reference(pipeline, served.reference)
    adapters = {adapter.name: _add_adapter(pipeline, adapter) for adapter in served.adapters}
    beside = dict(served.controls) if served.reference is None else {**served.controls, REFERENCE: served.reference}
    _place(pipeline, controls, served, device)
    return LoadedModel(
        Provenance.of(served),
        pipeline,
        controls=controls,
        adapters=adapters,
        parts={role: Provenance.of(part) for role, part in beside.items()},
        styles=served.styles,
        languages=served.languages,
        defaults=_defaults(pipeline, served),
        reads_pictures=served.reference is not None,
    )


def _pipeline(folder: Path, dtype: torch.dtype) -> Any:
    """Load a pipeline; the checker that some repositories bring is left out, ours stands behind all models."""
    index = json.loads((folder / "model_index.json").read_text(encoding="utf-8"))
    without: dict[str, Any] = {name: None for name in ("safety_checker",) if name in index}
    if without:
        without["requires_safety_checker"] = False
    return DiffusionPipeline.from_pretrained(folder, dtype=dtype, **_LOCAL, **without)


def _control(part: ServedPart, dtype: torch.dtype) -> nn.Module:
    config = json.loads((part.folder / "config.json").read_text(encoding="utf-8"))
    kind: Any = ControlNetUnionModel if "num_control_type" in config else ControlNetModel
    if config.get("_class_name") not in (None, ControlNetModel.__name__, ControlNetUnionModel.__name__):
        kind = getattr(diffusers, config["_class_name"])
    net: nn.Module = kind.from_pretrained(part.folder, dtype=dtype, **_LOCAL)
    return net.eval()


def _add_reference(pipeline: Any, part: ServedPart) -> None:
    """Let a picture speak beside the words (IP-Adapter); without effect until a request brings one."""
    weights = sorted(path.name for path in part.folder.glob("*.safetensors"))
    pipeline.load_ip_adapter(part.folder, subfolder="", weight_name=weights[0], local_files_only=True)
    pipeline.set_ip_adapter_scale(0.0)


def _add_adapter(pipeline: Any, adapter: ServedAdapter) -> Provenance:
    """Load a LoRA under its name, switched off; in the layout of diffusers, or in PEFT's as trainers save it."""
    if (adapter.folder / PEFT_WEIGHTS).exists():
        _add_peft(pipeline, adapter)
    else:
        pipeline.load_lora_weights(adapter.folder, adapter_name=adapter.name, **_LOCAL)
    pipeline.disable_lora()
    return Provenance.of(adapter)


def _add_peft(pipeline: Any, adapter: ServedAdapter) -> None:
    """Load PEFT's own layout into the denoiser; its keys begin with the wrapper that trained it."""
    wrapped = load_file(adapter.folder / PEFT_WEIGHTS)
    weights = {key.removeprefix("base_model.model."): value for key, value in wrapped.items()}
    config = json.loads((adapter.folder / PEFT_CONFIG).read_text(encoding="utf-8"))
    shape = {"r": config["r"], "lora_alpha": config["lora_alpha"], "target_modules": config["target_modules"]}
    denoiser(pipeline).load_lora_adapter(weights, prefix=None, adapter_name=adapter.name, metadata=shape)


def denoiser(pipeline: Any) -> Any:
    """Return the network that takes the steps."""
    return getattr(pipeline, "transformer", None) or pipeline.unet


def _place(pipeline: Any, controls: dict[str, nn.Module], served: ServedModel, device: torch.device) -> None:
    """Bring everything to its device in the form that computes fastest there."""
    network = denoiser(pipeline)
    if served.precision is Precision.FP8:
        network.enable_layerwise_casting(storage_dtype=torch.float8_e4m3fn, compute_dtype=torch.bfloat16)
    if hasattr(pipeline, "unet"):
        # Convolutions on tensor cores, and on CPUs, want the channels last; transformers have none.
        network.to(memory_format=torch.channels_last)
    if served.offload is Offload.GROUP and device.type != "cpu":
        pipeline.enable_group_offload(device, offload_type="leaf_level", use_stream=True)
    elif served.offload is Offload.SWAP:
        # The networks that take steps are brought by the shelf, one at a time.
        for part in pipeline.components.values():
            if isinstance(part, nn.Module) and part is not network:
                part.to(device)
        return
    else:
        pipeline.to(device)
    for net in controls.values():
        net.to(device)
    if served.compile:
        network.compile_repeated_blocks(fullgraph=True)


def _defaults(pipeline: Any, served: ServedModel) -> Family:
    family = family_of(pipeline)
    steps = family.steps if served.steps is None else served.steps
    guidance = family.guidance if served.guidance is None else served.guidance
    return replace(family, steps=steps, guidance=guidance)
