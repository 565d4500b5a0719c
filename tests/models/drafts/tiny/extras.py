"""What hangs on a pipeline or stands beside it: LoRAs, reference pictures, an upscaler, a safety classifier.

Each function writes a folder as a repository would hold it, and returns the folder.
"""

import copy
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import peft
import torch
import transformers
from peft.utils import get_peft_model_state_dict
from safetensors.torch import save_file
from torch import nn

from tests.models.drafts.tiny.weights import awake, save, seeded

_LORA: Final = {"r": 4, "lora_alpha": 8, "target_modules": ["to_k", "to_q", "to_v"]}
_CLIP_WIDTH: Final = 16
_REFERENCE_TOKENS: Final = 4
_SWIN_WINDOW: Final = 8
_VIT_SIDE: Final = 32
_SURE: Final = 20.0
"""A bias that leaves the picture no say."""


def lora(pipeline: Any, folder: Path, seed: int = 0) -> Path:
    """Write a LoRA for a pipeline's denoiser in the layout of diffusers; the pipeline stays as it is."""
    name, network = _denoiser(pipeline)
    weights = get_peft_model_state_dict(_adapted(network, seed).base_model.model, adapter_name="default")
    layers = {f"{name}_lora_layers": weights, f"{name}_lora_adapter_metadata": _LORA}
    pipeline.save_lora_weights(folder, **layers, safe_serialization=True)
    return folder


def peft_lora(pipeline: Any, folder: Path, seed: int = 0) -> Path:
    """Write the same LoRA in PEFT's layout, as trainers do: adapter_model.safetensors and adapter_config.json."""
    _, network = _denoiser(pipeline)
    return save(_adapted(network, seed), folder)


@seeded(4)
def ip_adapter(pipeline: Any, folder: Path) -> Path:
    """Write an IP-Adapter (Ye et al. 2023, arXiv 2308.06721) for a UNet pipeline, its image encoder in a subfolder."""
    unet = pipeline.unet
    width = unet.config.cross_attention_dim
    weights = {
        "image_proj.proj.weight": torch.randn(_REFERENCE_TOKENS * width, _CLIP_WIDTH),
        "image_proj.proj.bias": torch.zeros(_REFERENCE_TOKENS * width),
        "image_proj.norm.weight": torch.ones(width),
        "image_proj.norm.bias": torch.zeros(width),
    }
    crossings = [module for name, module in unet.named_modules() if name.endswith("attn2")]
    for index, crossing in enumerate(crossings):
        # The numbers count all attentions; those that look at words are the odd ones.
        for part in ("to_k", "to_v"):
            shape = getattr(crossing, part).weight.shape
            weights[f"ip_adapter.{2 * index + 1}.{part}_ip.weight"] = torch.randn(shape) / width**0.5
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights, folder / "ip-adapter.safetensors")
    save(_image_encoder(), folder / "image_encoder")
    return folder


@seeded(12)
def swin2sr(folder: Path, *, upscale: int = 2) -> Path:
    """Write a Swin2SRForImageSuperResolution that makes pictures `upscale` times as wide and high."""
    config = transformers.Swin2SRConfig(
        image_size=64,
        patch_size=1,
        embed_dim=16,
        depths=[1],
        num_heads=[2],
        window_size=_SWIN_WINDOW,
        mlp_ratio=2.0,
        upscale=upscale,
        upsampler="pixelshuffle",
    )
    save(awake(transformers.Swin2SRForImageSuperResolution(config)), folder)
    return _preparation(
        folder,
        {
            "image_processor_type": "Swin2SRImageProcessor",
            "do_rescale": True,
            "rescale_factor": 1 / 255,
            "do_pad": True,
            "size_divisor": _SWIN_WINDOW,
        },
    )


@seeded(13)
def vit_classifier(folder: Path, labels: Sequence[str] = ("normal", "nsfw"), *, says: str | None = None) -> Path:
    """Write a ViTForImageClassification; with `says` it finds that label in every picture."""
    config = transformers.ViTConfig(
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=_VIT_SIDE,
        patch_size=8,
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
    )
    model = awake(transformers.ViTForImageClassification(config))
    if says is not None:
        with torch.no_grad():
            model.classifier.bias[labels.index(says)] = _SURE
    save(model, folder)
    return _preparation(
        folder,
        {
            "image_processor_type": "ViTImageProcessor",
            "do_resize": True,
            "size": {"height": _VIT_SIDE, "width": _VIT_SIDE},
            "resample": 2,
            "do_rescale": True,
            "rescale_factor": 1 / 255,
            "do_normalize": True,
            "image_mean": [0.5, 0.5, 0.5],
            "image_std": [0.5, 0.5, 0.5],
        },
    )


def _denoiser(pipeline: Any) -> tuple[str, Any]:
    name = "unet" if hasattr(pipeline, "unet") else "transformer"
    return name, getattr(pipeline, name)


def _adapted(network: nn.Module, seed: int) -> Any:
    """Wrap a copy; both halves of each LoRA begin at random, else it would have no effect."""
    with seeded(seed):
        return peft.get_peft_model(copy.deepcopy(network), peft.LoraConfig(**_LORA, init_lora_weights=False))


def _image_encoder() -> Any:
    config = transformers.CLIPVisionConfig(
        hidden_size=_CLIP_WIDTH,
        intermediate_size=2 * _CLIP_WIDTH,
        projection_dim=_CLIP_WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=32,
        patch_size=8,
    )
    return awake(transformers.CLIPVisionModelWithProjection(config))


def _preparation(folder: Path, settings: Mapping[str, Any]) -> Path:
    (folder / "preprocessor_config.json").write_text(json.dumps(settings, indent=2), encoding="utf-8")
    return folder
