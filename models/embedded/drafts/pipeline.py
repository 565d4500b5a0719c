"""The embedded draft model as a diffusers pipeline.

    from_pretrained(WEIGHTS, dtype=torch.float32, local_files_only=True, use_safetensors=True)

The file holds float16; compute in float32, under bfloat16 autocast on processors which have it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import torch
from diffusers import DiffusionPipeline, FlowMatchEulerDiscreteScheduler, ImagePipelineOutput
from diffusers.utils.torch_utils import randn_tensor
from PIL import Image
from torch import Tensor

from models.embedded.drafts.picture import ENLARGED, enlarge, from_rgb_bytes, on_paper
from models.embedded.drafts.smoothing import smooth
from models.embedded.drafts.text import features
from models.embedded.drafts.transformer import NO_LINE, DraftTransformer2DModel

StepCallback = Callable[["DraftPipeline", int, Tensor, dict[str, Tensor]], dict[str, Tensor] | None]
"""diffusers' own shape: (pipeline, index of the step, timestep, tensors asked for). Raising from it stops the run."""

GUIDED_ABOVE = 0.1
"""Below this share of noise only fine texture is left, and guidance costs time without changing the drawing."""

OVERSHOOT = 1.05
"""How far a guided estimate may leave the range of pictures, -1..1, before it is cut."""


class DraftPipeline(DiffusionPipeline):  # type: ignore[misc]  # diffusers is untyped
    """Draw from text, from a picture to start with, or from line art."""

    model_cpu_offload_seq = "transformer"
    _callback_tensor_inputs = ("latents", "clean")

    def __init__(self, transformer: DraftTransformer2DModel, scheduler: FlowMatchEulerDiscreteScheduler) -> None:
        super().__init__()
        self.register_modules(transformer=transformer, scheduler=scheduler)

    @property
    def num_timesteps(self) -> int:
        """How many steps the last call took or takes."""
        return len(self.scheduler.timesteps)

    @property
    def styles(self) -> tuple[str, ...]:
        """The names of the network's style slots, trained or not."""
        return tuple(self.transformer.config.styles)

    @torch.no_grad()
    def __call__(
        self,
        prompt: str | Sequence[str] = "",
        *,
        negative_prompt: str = "",
        style: str | None = None,
        image: Image.Image | None = None,
        strength: float = 0.6,
        line: Image.Image | None = None,
        num_inference_steps: int = 20,
        guidance_scale: float = 3.0,
        num_images_per_prompt: int = 1,
        generator: torch.Generator | list[torch.Generator] | None = None,
        output_type: str = "pil",
        output_size: int = ENLARGED,
        callback_on_step_end: StepCallback | None = None,
        callback_on_step_end_tensor_inputs: Sequence[str] = ("latents",),
        return_dict: bool = True,
    ) -> ImagePipelineOutput | tuple[list[Image.Image] | Tensor]:
        """Draw; `generator` may be a list with one CPU generator for each picture.

        With `image`, `strength` 0..1 is the share of noise put over it at the start. With `line`, the drawing is
        coloured in. "pil" output is enlarged to `output_size` pixels a side; "pt" is the raw (B, 3, S, S) in -1..1.
        """
        prompts = [prompt] if isinstance(prompt, str) else list(prompt)
        prompts = [text for text in prompts for _ in range(num_images_per_prompt)]
        inputs = self._inputs(prompts, negative_prompt, style, line)
        self._set_noise_levels(num_inference_steps, 1.0 if image is None else strength)
        drawn = noise = self._start(len(prompts), image, generator)
        names = tuple(callback_on_step_end_tensor_inputs)
        for index, timestep, clean, drawn in self._denoise(noise, inputs, guidance_scale):
            if callback_on_step_end is not None:
                tensors = {"latents": drawn, "clean": clean}
                callback_on_step_end(self, index, timestep, {name: tensors[name] for name in names})
        drawn = drawn.clamp(-1, 1)
        images = drawn if output_type == "pt" else self.to_pictures(drawn, output_size)
        return ImagePipelineOutput(images=images) if return_dict else (images,)

    def to_pictures(self, drawn: Tensor, size: int = ENLARGED) -> list[Image.Image]:
        """Turn raw pictures (B, 3, S, S) in -1..1 into smoothed and enlarged ones."""
        return [_picture(one, size) for one in torch.split(drawn.float().clamp(-1, 1), 1)]

    def _inputs(
        self, prompts: list[str], negative: str, style: str | None, line: Image.Image | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return text, style and line of each picture, each for the wanted row and the one guided away from."""
        device, count, size = self._execution_device, len(prompts), self.transformer.config.size
        encoded = [[features(text), features(negative)] for text in prompts]
        no_style = len(self.styles)
        wanted = no_style if style is None else self.styles.index(style)
        styles = torch.tensor([[wanted, no_style]], device=device).expand(count, -1)
        if line is None:
            lines = torch.full((1, 1, size, size), NO_LINE)
        else:
            ink = _pixels(line, size, "L")
            # Paper becomes 0 and ink 1; light grey smudges of a scan (above 0.2 of -1..1) count as paper.
            lines = ((0.2 - ink) / 1.2).clamp(0, 1)
        return torch.tensor(encoded, device=device), styles, lines.to(device).expand(count, 2, -1, -1, -1)

    def _set_noise_levels(self, steps: int, start: float) -> None:
        """Set falling noise levels, denser at the noisy end where the layout is decided."""
        even = [start * (1 - index / steps) for index in range(steps)]
        self.scheduler.set_timesteps(
            sigmas=[3 * sigma / (1 + 2 * sigma) for sigma in even], device=self._execution_device
        )

    def _start(
        self,
        count: int,
        image: Image.Image | None,
        generator: torch.Generator | list[torch.Generator] | None,
    ) -> Tensor:
        size, device = self.transformer.config.size, self._execution_device
        noise = randn_tensor((count, 3, size, size), generator=generator, device=device, dtype=torch.float32)
        if image is None:
            return cast(Tensor, noise)
        sigma = float(self.scheduler.sigmas[0])
        return cast(Tensor, (1 - sigma) * _pixels(image, size, "RGB").to(device) + sigma * noise)

    def _denoise(
        self, latents: Tensor, inputs: tuple[Tensor, Tensor, Tensor], guidance: float
    ) -> Iterator[tuple[int, Tensor, Tensor, Tensor]]:
        """Yield after each step: its index, its timestep, the clean estimate, the latents."""
        for index, timestep in enumerate(self.scheduler.timesteps):
            sigma = float(self.scheduler.sigmas[index])
            clean = self._estimate(latents, sigma, inputs, guidance)
            velocity = (latents - clean) / sigma
            latents = self.scheduler.step(velocity, timestep, latents, return_dict=False)[0]
            yield index, timestep, clean, latents

    def _estimate(
        self, latents: Tensor, sigma: float, inputs: tuple[Tensor, Tensor, Tensor], guidance: float
    ) -> Tensor:
        """Estimate the clean pictures: those wanted, and where guidance has a say those to get away from, in one go."""
        sides = 2 if guidance > 1 and sigma > GUIDED_ABOVE else 1
        levels = torch.full((sides * len(latents),), sigma, device=latents.device)
        parts = (part[:, :sides].transpose(0, 1).flatten(0, 1) for part in inputs)
        clean = self.transformer(latents.repeat(sides, 1, 1, 1), levels, *parts).float()
        if sides == 2:
            wanted, unwanted = clean.chunk(2)
            clean = unwanted + guidance * (wanted - unwanted)
        return cast(Tensor, clean.clamp(-OVERSHOOT, OVERSHOOT))


def _picture(drawn: Tensor, size: int) -> Image.Image:
    pixels = ((smooth(drawn) + 1) * 127.5).round().to(torch.uint8)[0].permute(1, 2, 0).cpu()
    return enlarge(from_rgb_bytes(bytes(pixels.numpy().tobytes()), len(pixels)), size)


def _pixels(image: Image.Image, size: int, mode: str) -> Tensor:
    """Return (1, channels, size, size) in -1..1."""
    small = on_paper(image, size).convert(mode)
    flat = torch.frombuffer(bytearray(small.tobytes()), dtype=torch.uint8).float() / 127.5 - 1
    return flat.reshape(1, size, size, -1).permute(0, 3, 1, 2)


def load(folder: Any, *, threads: int | None = None) -> DraftPipeline:
    """Load the pipeline from a folder, offline and from safetensors only, computing in float32."""
    if threads is not None:
        torch.set_num_threads(threads)
    pipeline = DraftPipeline.from_pretrained(folder, dtype=torch.float32, local_files_only=True, use_safetensors=True)
    pipeline.set_progress_bar_config(disable=True)
    return cast(DraftPipeline, pipeline)
