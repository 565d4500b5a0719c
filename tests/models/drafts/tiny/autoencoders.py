"""Autoencoders between pictures and latents, with the reduction of the real ones: 8 pixels to one, or 32."""

from typing import Any

import diffusers


def autoencoder(latent_channels: int = 4, scaling_factor: float = 0.18215, *, shift_factor: float | None = None) -> Any:
    """Return the autoencoder of Stable Diffusion, SDXL, SD 3, Flux and Z-Image; they differ in these numbers."""
    flow = shift_factor is not None
    return diffusers.AutoencoderKL(
        in_channels=3,
        out_channels=3,
        latent_channels=latent_channels,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(8, 8, 16, 16),
        layers_per_block=1,
        norm_num_groups=4,
        sample_size=64,
        scaling_factor=scaling_factor,
        shift_factor=shift_factor,
        use_quant_conv=not flow,
        use_post_quant_conv=not flow,
    )


def flux2_autoencoder() -> Any:
    """Return the autoencoder of Flux 2, which folds 2x2 latents into channels and normalises them."""
    return diffusers.AutoencoderKLFlux2(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(8, 8, 16, 16),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=4,
        sample_size=64,
    )


def qwen_autoencoder() -> Any:
    """Return the autoencoder of Qwen-Image, made for videos of one picture."""
    return diffusers.AutoencoderKLQwenImage(
        base_dim=8,
        z_dim=4,
        dim_mult=[1, 1, 2, 2],
        num_res_blocks=1,
        temperal_downsample=[False, True, True],
        latents_mean=[0.0, 0.1, -0.1, 0.2],
        latents_std=[1.0, 1.2, 0.9, 1.1],
    )


def deep_autoencoder(latent_channels: int) -> Any:
    """Return the autoencoder of Sana, which makes one latent of 32x32 pixels."""
    return diffusers.AutoencoderDC(
        latent_channels=latent_channels,
        attention_head_dim=4,
        encoder_block_types="ResBlock",
        decoder_block_types="ResBlock",
        encoder_block_out_channels=(4, 4, 8, 8, 8, 8),
        decoder_block_out_channels=(4, 4, 8, 8, 8, 8),
        encoder_layers_per_block=(1,) * 6,
        decoder_layers_per_block=(1,) * 6,
        encoder_qkv_multiscales=((),) * 6,
        decoder_qkv_multiscales=((),) * 6,
        scaling_factor=0.41407,
    )
