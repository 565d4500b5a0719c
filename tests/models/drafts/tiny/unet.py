"""Pipelines around a UNet: Stable Diffusion 1.5, its inpainting sibling, SDXL, and control nets for them."""

from pathlib import Path
from typing import Any, Final

import diffusers
from torch import nn

from tests.models.drafts.tiny import text
from tests.models.drafts.tiny.autoencoders import autoencoder
from tests.models.drafts.tiny.weights import awake, save, seeded

_CHANNELS: Final = (32, 64)
_SDXL_TIME: Final = 8
_SDXL_TIMES: Final = 6
_CONDITION_GAIN: Final = 2.2


@seeded(15)
def sd15() -> Any:
    """Return a StableDiffusionPipeline without a safety checker."""
    return _stable_diffusion(diffusers.StableDiffusionPipeline, in_channels=4)


@seeded(9)
def sd_inpaint9() -> Any:
    """Return a StableDiffusionInpaintPipeline whose UNet also sees the mask and the masked picture."""
    return _stable_diffusion(diffusers.StableDiffusionInpaintPipeline, in_channels=9)


@seeded(10)
def sdxl() -> Any:
    """Return a StableDiffusionXLPipeline with both of its text encoders."""
    return awake(
        diffusers.StableDiffusionXLPipeline(
            vae=autoencoder(scaling_factor=0.13025),
            text_encoder=text.clip_encoder(),
            text_encoder_2=text.clip_encoder(projected=True),
            tokenizer=text.clip_tokenizer(),
            tokenizer_2=text.clip_tokenizer(),
            unet=_sdxl_unet(),
            scheduler=diffusers.EulerDiscreteScheduler(
                beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", timestep_spacing="leading"
            ),
            add_watermarker=False,
        )
    )


@seeded(77)
def controlnet(unet: Any) -> Any:
    """Return a ControlNetModel for a UNet of SD 1.5 or SDXL, with an effect although it was never trained."""
    net = diffusers.ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=(8, 8, 16, 16))
    for weight in net.controlnet_cond_embedding.parameters():
        if weight.ndim > 1:
            # As it comes, nothing of the picture is left after these eight layers.
            nn.init.normal_(weight, std=_CONDITION_GAIN * weight[0].numel() ** -0.5)
    return awake(net)


def save_sd15(folder: Path) -> Path:
    """Write `sd15` as a repository would hold it."""
    return save(sd15(), folder)


def save_sd_inpaint9(folder: Path) -> Path:
    """Write `sd_inpaint9` as a repository would hold it."""
    return save(sd_inpaint9(), folder)


def save_sdxl(folder: Path) -> Path:
    """Write `sdxl` as a repository would hold it."""
    return save(sdxl(), folder)


def save_controlnet(unet: Any, folder: Path) -> Path:
    """Write `controlnet` as a repository would hold it."""
    return save(controlnet(unet), folder)


def _stable_diffusion(kind: Any, in_channels: int) -> Any:
    unet = diffusers.UNet2DConditionModel(
        sample_size=8,
        in_channels=in_channels,
        out_channels=4,
        layers_per_block=1,
        block_out_channels=_CHANNELS,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=text.HIDDEN,
        attention_head_dim=8,
        norm_num_groups=8,
    )
    return awake(
        kind(
            vae=autoencoder(scaling_factor=0.18215),
            text_encoder=text.clip_encoder(),
            tokenizer=text.clip_tokenizer(),
            unet=unet,
            scheduler=diffusers.PNDMScheduler(
                beta_start=0.00085,
                beta_end=0.012,
                beta_schedule="scaled_linear",
                skip_prk_steps=True,
                set_alpha_to_one=False,
                steps_offset=1,
            ),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
    )


def _sdxl_unet() -> Any:
    return diffusers.UNet2DConditionModel(
        sample_size=8,
        in_channels=4,
        out_channels=4,
        layers_per_block=1,
        block_out_channels=_CHANNELS,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=2 * text.HIDDEN,
        attention_head_dim=(2, 4),
        transformer_layers_per_block=(1, 2),
        use_linear_projection=True,
        norm_num_groups=8,
        addition_embed_type="text_time",
        addition_time_embed_dim=_SDXL_TIME,
        projection_class_embeddings_input_dim=_SDXL_TIMES * _SDXL_TIME + text.HIDDEN,
    )
