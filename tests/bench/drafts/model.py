"""The models that the ways of serving are compared with: real architectures, random weights."""

from dataclasses import dataclass
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)

from tests.models.drafts.tiny.text import HIDDEN, clip_encoder, clip_tokenizer

BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}


@dataclass(frozen=True, slots=True)
class Size:
    """What is measured: pixels a side, steps of the shortest and the longest request, rows of the largest batch."""

    name: str
    side: int
    steps: tuple[int, ...]
    largest: int


SMALL = Size("a UNet of 5 million parameters", 128, (4, 6, 8), 16)
LARGE = Size("SDXL's UNet", 1024, (20, 28, 36), 16)


def small(device: torch.device) -> Any:
    """Return a Stable Diffusion pipeline that a CPU can draw with at 128 pixels a side."""
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        sample_size=64,
        block_out_channels=(64, 128),
        layers_per_block=2,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=HIDDEN,
        attention_head_dim=8,
    )
    pipeline = StableDiffusionPipeline(
        vae=_vae(16),
        text_encoder=clip_encoder(),
        tokenizer=clip_tokenizer(),
        unet=unet.eval(),
        scheduler=DDIMScheduler(**BETAS, clip_sample=False, set_alpha_to_one=False, steps_offset=1),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    return _ready(pipeline, device, torch.float32)


def large(device: torch.device) -> Any:
    """Return SDXL with random weights at its true size, and small text encoders: those are not what is measured."""
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    with device:
        unet = UNet2DConditionModel(
            sample_size=128,
            block_out_channels=(320, 640, 1280),
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
            transformer_layers_per_block=(1, 2, 10),
            attention_head_dim=(5, 10, 20),
            cross_attention_dim=2 * HIDDEN,
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=256,
            projection_class_embeddings_input_dim=6 * 256 + HIDDEN,
        )
        vae = _vae(128)
    torch.set_default_dtype(torch.float32)
    pipeline = StableDiffusionXLPipeline(
        vae=vae,
        text_encoder=clip_encoder(),
        text_encoder_2=clip_encoder(projected=True),
        tokenizer=clip_tokenizer(),
        tokenizer_2=clip_tokenizer(),
        unet=unet.eval(),
        scheduler=DDIMScheduler(**BETAS, clip_sample=False, set_alpha_to_one=False, steps_offset=1),
        add_watermarker=False,
    )
    return _ready(pipeline, device, torch.bfloat16)


def _vae(width: int) -> Any:
    return AutoencoderKL(
        block_out_channels=(width,) * 4,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        latent_channels=4,
        norm_num_groups=8,
    ).eval()


def _ready(pipeline: Any, device: torch.device, dtype: torch.dtype) -> Any:
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to(device, dtype)
