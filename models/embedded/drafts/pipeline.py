"""The embedded draft model as a diffusers pipeline.

    from_pretrained(WEIGHTS, dtype=torch.float32, local_files_only=True, use_safetensors=True)

The files hold float16; compute in float32, under bfloat16 autocast on processors which have it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, cast

import torch
from diffusers import DiffusionPipeline, FlowMatchEulerDiscreteScheduler, ImagePipelineOutput
from diffusers.utils.torch_utils import randn_tensor
from PIL import Image
from torch import Tensor

from models.embedded.drafts.autoencoder import DraftAutoencoder, unit
from models.embedded.drafts.lexicon import lexicon
from models.embedded.drafts.picture import ENLARGED, enlarge, from_rgb_bytes, on_paper
from models.embedded.drafts.scene import composed, tilted
from models.embedded.drafts.tint import tinted
from models.embedded.drafts.transformer import DraftTransformer2DModel

StepCallback = Callable[["DraftPipeline", int, Tensor, dict[str, Tensor]], dict[str, Tensor] | None]
"""diffusers' own shape: (pipeline, index of the step, timestep, tensors asked for). Raising from it stops the run."""

SHIFT = 3.0
"""How much denser the steps are at the noisy end, where it is decided what goes where."""


LEANING = 0.3
"""The share of the second style."""


class Turned(NamedTuple):
    """How things are set on the sheet."""

    mirrored: bool = False
    tilt: float = 0.0


class Conditions(NamedTuple):
    """What is drawn, one row a picture; see DraftTransformer2DModel.forward."""

    concepts: Tensor
    style: Tensor
    line: Tensor


class DraftPipeline(DiffusionPipeline):  # type: ignore[misc]  # diffusers is untyped
    """Draw from words, from a picture to start with, or from line art."""

    model_cpu_offload_seq = "transformer->vae"
    _callback_tensor_inputs = ("latents", "clean")

    def __init__(
        self,
        transformer: DraftTransformer2DModel,
        vae: DraftAutoencoder,
        scheduler: FlowMatchEulerDiscreteScheduler,
    ) -> None:
        super().__init__()
        self.register_modules(transformer=transformer, vae=vae, scheduler=scheduler)

    @property
    def num_timesteps(self) -> int:
        """How many steps the last call took or takes."""
        return len(self.scheduler.timesteps)

    @property
    def styles(self) -> tuple[str, ...]:
        """The names of the styles."""
        return tuple(self.transformer.config.styles)

    @property
    def concepts(self) -> tuple[str, ...]:
        """The hexcodes of the concepts it was trained on."""
        return tuple(self.transformer.config.concepts)

    @torch.no_grad()
    def __call__(
        self,
        prompt: str | Sequence[str] = "",
        *,
        negative_prompt: str = "",
        concepts: Sequence[str] | None = None,
        tints: Sequence[str | None] = (),
        style: str | None = None,
        leaning: str | None = None,
        mirrored: bool = False,
        tilt: float = 0.0,
        image: Image.Image | None = None,
        strength: float = 0.6,
        line: Image.Image | None = None,
        num_inference_steps: int = 12,
        guidance_scale: float = 1.0,
        num_images_per_prompt: int = 1,
        generator: torch.Generator | list[torch.Generator] | None = None,
        output_type: str = "pil",
        output_size: int = ENLARGED,
        callback_on_step_end: StepCallback | None = None,
        callback_on_step_end_tensor_inputs: Sequence[str] = ("latents",),
        return_dict: bool = True,
    ) -> ImagePipelineOutput | tuple[list[Image.Image] | Tensor]:
        """Draw; `generator` may be a list with one CPU generator for each picture.

        Words are read by the lexicon; several things make one picture of several tiles. `concepts` (hexcodes) and
        `tints` go before what was read in the prompt. Without a style it draws in a mean of all; with
        one it may lean towards a second. Each thing may be `mirrored` and turned by `tilt` degrees. With `image`,
        `strength` 0..1 is the share of noise put over it at the start. With `line`, the drawing is coloured in. Both
        take one thing only. "pil" output is composed, of `output_size` pixels a side; "pt" is the small tiles,
        (B, T, 3, S, S) in -1..1. Raises ValueError where there is nothing to draw from.
        """
        prompts = [prompt] if isinstance(prompt, str) else list(prompt)
        things = [self._things(text, concepts, tints, several=image is None and line is None) for text in prompts]
        if image is None and line is None and not all(things):
            raise ValueError("none of the words is known, and there is no picture and no line art to draw from")
        things = [each for each in things for _ in range(num_images_per_prompt)]
        wanted = self._conditions([[concept for concept, _ in each] for each in things], (style, leaning), line)
        unwanted = self._conditions([self._away(negative_prompt, each) for each in things], (None, None), line)
        self._set_noise_levels(num_inference_steps, 1.0 if image is None else strength)
        noisy = drawn = self._start(wanted, image, generator)
        names = tuple(callback_on_step_end_tensor_inputs)
        for index, timestep, clean, drawn in self._denoise(noisy, wanted, unwanted, guidance_scale):
            if callback_on_step_end is not None:
                tensors = {"latents": drawn, "clean": clean}
                callback_on_step_end(self, index, timestep, {name: tensors[name] for name in names})
        images: Tensor | list[Image.Image] = self.decode(drawn, large=output_type == "pil")
        if output_type == "pil":
            shades = [[tint for _, tint in each] for each in things]
            turned = Turned(mirrored, tilt)
            images = [_picture(row, tints, turned, output_size) for row, tints in zip(images, shades, strict=True)]
        return ImagePipelineOutput(images=images) if return_dict else (images,)

    def decode(self, latents: Tensor, *, large: bool = False) -> Tensor:
        """Turn latents of T tiles side by side into the tiles' pictures (B, T, 3, S, S) in -1..1."""
        count, channels, grid, width = latents.shape
        tiles = latents.reshape(count, channels, grid, width // grid, grid).permute(0, 3, 1, 2, 4)
        pictures = self.vae.decode(tiles.flatten(0, 1).contiguous(), large=large).float().clamp(-1, 1)
        return cast(Tensor, pictures.reshape(count, -1, *pictures.shape[1:]))

    def preview(self, latents: Tensor, size: int) -> Image.Image:
        """Show one unfinished picture, small and without further work upon it."""
        return _picture(self.decode(latents)[0], (), Turned(), size)

    def _things(
        self, text: str, concepts: Sequence[str] | None, tints: Sequence[str | None], *, several: bool
    ) -> list[tuple[str, str | None]]:
        """Return what is drawn, as pairs of hexcode and tint."""
        if concepts is None:
            read = lexicon().read(text, known=frozenset(self.concepts)).things
            things = [(thing.concepts[0], thing.tint) for thing in read]
        else:
            things = [(each, tints[index] if index < len(tints) else None) for index, each in enumerate(concepts)]
        return things if several else things[:1]

    def _away(self, negative: str, things: Sequence[object]) -> list[str]:
        """Return what each tile is guided away from."""
        read = lexicon().read(negative, known=frozenset(self.concepts)).things if negative else ()
        return [read[0].concepts[0]] * len(things) if read else []

    def _conditions(
        self, things: list[list[str]], styles: tuple[str | None, str | None], line: Image.Image | None
    ) -> Conditions:
        device, grid = self._execution_device, self.vae.grid
        tiles = max(1, *(len(each) for each in things))
        if any(len(each) not in (0, tiles) for each in things):
            raise ValueError("all prompts of one call must name equally many things")
        nothing = len(self.concepts)
        rows = [[self.concepts.index(each) for each in row] or [nothing] * tiles for row in things]
        shape = (len(rows), int(self.vae.config.channels), grid, grid * tiles)
        if line is None:
            lines = torch.zeros(shape, device=device)
        else:
            lines = self.vae.encode(_pixels(line.convert("L"), self.vae.config.side).to(device)).float().expand(shape)
        styled = torch.tensor(self._shares(*styles), device=device).expand(len(rows), -1)
        return Conditions(torch.tensor(rows, device=device), styled.contiguous(), lines.contiguous())

    def _shares(self, style: str | None, leaning: str | None) -> list[float]:
        """Return how much of each style there is, the last number meaning none."""
        shares = [0.0] * (len(self.styles) + 1)
        shares[-1 if style is None else self.styles.index(style)] = 1.0
        if style is not None and leaning is not None and leaning != style:
            shares[self.styles.index(style)] -= LEANING
            shares[self.styles.index(leaning)] = LEANING
        return shares

    def _set_noise_levels(self, steps: int, start: float) -> None:
        """Set falling noise levels, denser at the noisy end."""
        even = [start * (1 - index / steps) for index in range(steps)]
        sigmas = [SHIFT * sigma / (1 + (SHIFT - 1) * sigma) for sigma in even]
        self.scheduler.set_timesteps(sigmas=sigmas, device=self._execution_device)

    def _start(
        self,
        wanted: Conditions,
        image: Image.Image | None,
        generator: torch.Generator | list[torch.Generator] | None,
    ) -> Tensor:
        device = self._execution_device
        noise = cast(Tensor, randn_tensor(wanted.line.shape, generator=generator, device=device, dtype=torch.float32))
        if image is None:
            return noise
        sigma = float(self.scheduler.sigmas[0])
        given = self.vae.encode(_pixels(image, self.vae.config.side).to(device)).float()
        return cast(Tensor, (1 - sigma) * given + sigma * noise)

    def _denoise(
        self, latents: Tensor, wanted: Conditions, unwanted: Conditions, guidance: float
    ) -> Iterator[tuple[int, Tensor, Tensor, Tensor]]:
        """Yield after each step: its index, its timestep, the clean estimate, the latents."""
        sides = 1 if guidance == 1 else 2
        both = wanted if sides == 1 else Conditions(*map(torch.cat, zip(wanted, unwanted, strict=True)))
        for index, timestep in enumerate(self.scheduler.timesteps):
            sigma = float(self.scheduler.sigmas[index])
            levels = torch.full((sides * len(latents),), sigma, device=latents.device)
            clean = self.transformer(latents.repeat(sides, 1, 1, 1), levels, *both).float()
            if sides == 2:
                near, far = clean.chunk(2)
                clean = unit(far + guidance * (near - far))
            velocity = (latents - clean) / sigma
            latents = self.scheduler.step(velocity, timestep, latents, return_dict=False)[0]
            yield index, timestep, clean, latents


def _picture(tiles: Tensor, tints: Sequence[str | None], turned: Turned, size: int) -> Image.Image:
    """Compose tiles (T, 3, S, S), each in its tint, into one picture of `size` pixels a side."""
    padded = [*tints, *([None] * len(tiles))][: len(tiles)]
    shown = [tile if tint is None else tinted(tile[None], tint)[0] for tile, tint in zip(tiles, padded, strict=True)]
    picture = composed([tilted(_image(tile.flip(2) if turned.mirrored else tile), turned.tilt) for tile in shown])
    return picture if picture.width == size else enlarge(picture, size)


def _image(tile: Tensor) -> Image.Image:
    pixels = ((tile + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0).cpu().contiguous()
    return from_rgb_bytes(bytes(pixels.numpy().tobytes()), len(pixels))


def _pixels(image: Image.Image, size: int) -> Tensor:
    """Return (1, 3, size, size) in -1..1."""
    small = on_paper(image, size).convert("RGB")
    flat = torch.frombuffer(bytearray(small.tobytes()), dtype=torch.uint8).float() / 127.5 - 1
    return flat.reshape(1, size, size, 3).permute(0, 3, 1, 2).contiguous()


def load(folder: Any, *, threads: int | None = None) -> DraftPipeline:
    """Load the pipeline from a folder, offline and from safetensors only, computing in float32."""
    if threads is not None:
        torch.set_num_threads(threads)
    pipeline = DraftPipeline.from_pretrained(folder, dtype=torch.float32, local_files_only=True, use_safetensors=True)
    pipeline.set_progress_bar_config(disable=True)
    return cast(DraftPipeline, pipeline)
