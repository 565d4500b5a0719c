"""Pipelines around a transformer that follows a flow: SD 3, Flux, Flux 2 Klein, Z-Image, Qwen-Image and others."""

from pathlib import Path
from typing import Any, Final

import diffusers
import torch

from tests.models.drafts.tiny import text
from tests.models.drafts.tiny.autoencoders import autoencoder, deep_autoencoder, flux2_autoencoder, qwen_autoencoder
from tests.models.drafts.tiny.weights import awake, save, seeded

_LATENT: Final = 4
_PATCHED: Final = 4 * _LATENT
"""Channels of a token that holds 2x2 latents."""
_LOUDER: Final = 8.0
_HEADS: Final = {"num_attention_heads": 2, "attention_head_dim": 16}


@seeded(3)
def sd3() -> Any:
    """Return a StableDiffusion3Pipeline with all three text encoders."""
    transformer = diffusers.SD3Transformer2DModel(
        sample_size=16,
        in_channels=16,
        out_channels=16,
        num_layers=2,
        joint_attention_dim=2 * text.HIDDEN,
        caption_projection_dim=32,
        pooled_projection_dim=2 * text.HIDDEN,
        pos_embed_max_size=32,
        **_HEADS,
    )
    return awake(
        diffusers.StableDiffusion3Pipeline(
            transformer=transformer,
            scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0),
            vae=autoencoder(16, 1.5305, shift_factor=0.0609),
            text_encoder=text.clip_encoder(projected=True),
            tokenizer=text.clip_tokenizer(),
            text_encoder_2=text.clip_encoder(projected=True),
            tokenizer_2=text.clip_tokenizer(),
            text_encoder_3=text.t5_encoder(2 * text.HIDDEN),
            tokenizer_3=text.t5_tokenizer(),
        )
    )


@seeded(1)
def flux1(*, guided: bool = True) -> Any:
    """Return a FluxPipeline; `guided` as the distilled "dev" is, else like "schnell"."""
    transformer = diffusers.FluxTransformer2DModel(
        in_channels=_PATCHED,
        num_layers=1,
        num_single_layers=1,
        joint_attention_dim=text.HIDDEN,
        pooled_projection_dim=text.HIDDEN,
        guidance_embeds=guided,
        axes_dims_rope=(4, 6, 6),
        **_HEADS,
    )
    return awake(
        diffusers.FluxPipeline(
            transformer=transformer,
            scheduler=_dynamic_flow(),
            vae=autoencoder(_LATENT, 0.3611, shift_factor=0.1159),
            text_encoder=text.clip_encoder(),
            tokenizer=text.clip_tokenizer(),
            text_encoder_2=text.t5_encoder(),
            tokenizer_2=text.t5_tokenizer(),
        )
    )


@seeded(2)
def flux2_klein() -> Any:
    """Return a Flux2KleinPipeline; its encoder is deep enough for `text_encoder_out_layers=(1, 2, 3)`."""
    transformer = diffusers.Flux2Transformer2DModel(
        in_channels=_PATCHED,
        num_layers=1,
        num_single_layers=1,
        joint_attention_dim=3 * text.HIDDEN,
        guidance_embeds=False,
        axes_dims_rope=(4, 4, 4, 4),
        **_HEADS,
    )
    return awake(
        diffusers.Flux2KleinPipeline(
            transformer=_attentive(transformer),
            scheduler=_dynamic_flow(),
            vae=flux2_autoencoder(),
            text_encoder=text.qwen3_encoder(layers=28, head=True),
            tokenizer=text.qwen_tokenizer(),
            is_distilled=True,
        )
    )


@seeded(6)
def zimage() -> Any:
    """Return a ZImagePipeline."""
    transformer = diffusers.ZImageTransformer2DModel(
        in_channels=_LATENT,
        dim=32,
        n_layers=2,
        n_refiner_layers=1,
        n_heads=2,
        n_kv_heads=2,
        cap_feat_dim=text.HIDDEN,
        axes_dims=[4, 6, 6],
        axes_lens=[1024, 64, 64],
    )
    return awake(
        diffusers.ZImagePipeline(
            transformer=transformer,
            scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0),
            vae=autoencoder(_LATENT, 0.3611, shift_factor=0.1159),
            text_encoder=text.qwen3_encoder(),
            tokenizer=text.qwen_tokenizer(),
        )
    )


@seeded(20)
def qwen_image() -> Any:
    """Return a QwenImagePipeline."""
    transformer = diffusers.QwenImageTransformer2DModel(
        in_channels=_PATCHED,
        out_channels=_LATENT,
        num_layers=2,
        joint_attention_dim=text.HIDDEN,
        axes_dims_rope=(4, 6, 6),
        **_HEADS,
    )
    return awake(
        diffusers.QwenImagePipeline(
            transformer=_attentive(transformer),
            scheduler=_dynamic_flow(),
            vae=qwen_autoencoder(),
            text_encoder=text.qwen_vision_encoder(),
            tokenizer=text.qwen_tokenizer(),
        )
    )


@seeded(22)
def lumina2() -> Any:
    """Return a Lumina2Pipeline, a family that nobody has described to the server."""
    transformer = diffusers.Lumina2Transformer2DModel(
        sample_size=8,
        in_channels=_LATENT,
        hidden_size=32,
        num_layers=1,
        num_refiner_layers=1,
        num_attention_heads=2,
        num_kv_heads=1,
        multiple_of=16,
        axes_dim_rope=(4, 6, 6),
        axes_lens=(300, 64, 64),
        cap_feat_dim=text.HIDDEN,
    )
    return awake(
        diffusers.Lumina2Pipeline(
            transformer=transformer,
            scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=6.0),
            vae=autoencoder(_LATENT, 0.3611, shift_factor=0.1159),
            text_encoder=text.gemma_encoder(),
            tokenizer=text.t5_tokenizer(2048),
        )
    )


@seeded(30)
def sana() -> Any:
    """Return a SanaPipeline, another such family; it draws at 512 pixels and resizes, unless told not to."""
    transformer = diffusers.SanaTransformer2DModel(
        in_channels=_LATENT,
        out_channels=_LATENT,
        num_layers=1,
        num_attention_heads=2,
        attention_head_dim=16,
        num_cross_attention_heads=2,
        cross_attention_head_dim=16,
        cross_attention_dim=32,
        caption_channels=text.HIDDEN,
        sample_size=16,
    )
    return awake(
        diffusers.SanaPipeline(
            transformer=transformer,
            scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0),
            vae=deep_autoencoder(_LATENT),
            text_encoder=text.gemma_encoder(),
            tokenizer=text.t5_tokenizer(2048),
        )
    )


def save_sd3(folder: Path) -> Path:
    """Write `sd3` as a repository would hold it."""
    return save(sd3(), folder)


def save_flux1(folder: Path) -> Path:
    """Write `flux1` as a repository would hold it."""
    return save(flux1(), folder)


def save_flux2_klein(folder: Path) -> Path:
    """Write `flux2_klein` as a repository would hold it."""
    return save(flux2_klein(), folder)


def save_zimage(folder: Path) -> Path:
    """Write `zimage` as a repository would hold it."""
    return save(zimage(), folder)


def save_qwen_image(folder: Path) -> Path:
    """Write `qwen_image` as a repository would hold it."""
    return save(qwen_image(), folder)


def save_lumina2(folder: Path) -> Path:
    """Write `lumina2` as a repository would hold it."""
    return save(lumina2(), folder)


def save_sana(folder: Path) -> Path:
    """Write `sana` as a repository would hold it."""
    return save(sana(), folder)


def _dynamic_flow() -> Any:
    return diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0, use_dynamic_shifting=True)


@torch.no_grad()
def _attentive(transformer: Any) -> Any:
    """Raise the voice of the words: by chance alone, a few of them among much padding move no pixel."""
    for name, weight in transformer.named_parameters():
        if name.endswith("add_v_proj.weight"):
            weight.mul_(_LOUDER)
    return transformer
