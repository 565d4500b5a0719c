"""The embedded draft model as a diffusers pipeline.

    from_pretrained(WEIGHTS, dtype=torch.float32, local_files_only=True, use_safetensors=True)

The files hold float16; compute in float32, under bfloat16 autocast on processors which have it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
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


COMPOSED_AS: Mapping[str, str] = MappingProxyType({"glossy": "flat", "ink": "flat"})
"""Styles whose icons are composed as those of another: the same drawing, otherwise rendered."""


class Turned(NamedTuple):
    """How things are set on the sheet."""

    mirrored: bool = False
    tilt: float = 0.0


class Drawn(NamedTuple):
    """One thing: its concept's hexcode, the style that composes it so, its tint."""

    concept: str
    composition: str | None = None
    tint: str | None = None


class Conditions(NamedTuple):
    """What is drawn, one row a picture; see DraftTransformer2DModel.forward."""

    codes: Tensor
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

    @cached_property
    def drawings(self) -> Mapping[str, Mapping[str, int]]:
        """The rows of the table of codes, by concept and by the style whose icons compose it so."""
        found: dict[str, dict[str, int]] = {}
        row = 0
        for composition, concepts in self.transformer.config.drawings:
            for concept in concepts.split():
                found.setdefault(concept, {})[composition] = row
                row += 1
        return found

    @torch.no_grad()
    def __call__(
        self,
        prompt: str | Sequence[str] = "",
        *,
        negative_prompt: str = "",
        concepts: Sequence[str] | None = None,
        compositions: Sequence[str | None] = (),
        tints: Sequence[str | None] = (),
        style: str | None = None,
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

        Words are read by the lexicon; several things make one picture of several tiles. `concepts` (hexcodes), each
        with one of its `compositions` and a tint, go before what was read in the prompt; where no composition is given
        it is that of the style. Without a style it draws in a mean of all. Each thing may be `mirrored` and turned by
        `tilt` degrees. With `image`, `strength` 0..1 is the share of noise put over it at the start, and how far the
        words replace what it shows. With `line`, the
        drawing is coloured in. Both take one thing only. "pil" output is composed, of `output_size` pixels a side; "pt"
        is the small tiles, (B, T, 3, S, S) in -1..1. Raises ValueError where there is nothing to draw from.
        """
        prompts = [prompt] if isinstance(prompt, str) else list(prompt)
        given = None if concepts is None else _things(concepts, compositions, tints)
        most = None if image is None and line is None else 1
        things = [(self._read(text) if given is None else given)[:most] for text in prompts]
        if image is None and line is None and not all(things):
            raise ValueError("none of the words is known, and there is no picture and no line art to draw from")
        things = [each for each in things for _ in range(num_images_per_prompt)]
        wanted = self._conditions(things, style, line)
        avoided = self._read(negative_prompt)[:1]
        unwanted = self._conditions([avoided * len(each) for each in things], None, line)
        self._set_noise_levels(num_inference_steps, 1.0 if image is None else strength)
        given_latents = None if image is None else self._encoded(image)
        if given_latents is not None:
            wanted = self._led_by(given_latents, wanted, strength if all(things) else 0.0)
        noisy = drawn = self._start(wanted, given_latents, generator)
        names = tuple(callback_on_step_end_tensor_inputs)
        for index, timestep, clean, drawn in self._denoise(noisy, wanted, unwanted, guidance_scale):
            if callback_on_step_end is not None:
                tensors = {"latents": drawn, "clean": clean}
                callback_on_step_end(self, index, timestep, {name: tensors[name] for name in names})
        images: Tensor | list[Image.Image] = self.decode(drawn, large=output_type == "pil")
        if output_type == "pil":
            shades = [[thing.tint for thing in each] for each in things]
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

    def _read(self, text: str) -> list[Drawn]:
        """Return what the words of a text ask for."""
        read = lexicon().read(text, known=frozenset(self.drawings)).things
        return [Drawn(thing.concepts[0], None, thing.tint) for thing in read]

    def _conditions(self, things: Sequence[Sequence[Drawn]], style: str | None, line: Image.Image | None) -> Conditions:
        device, grid = self._execution_device, self.vae.grid
        tiles = max(1, *(len(each) for each in things))
        if any(len(each) not in (0, tiles) for each in things):
            raise ValueError("all prompts of one call must name equally many things")
        nothing = self.transformer.codes.num_embeddings - 1
        rows = [[self._row(thing, style) for thing in each] or [nothing] * tiles for each in things]
        codes = self.transformer.codes.weight[torch.tensor(rows, device=device)].float()
        number = len(self.styles) if style is None else self.styles.index(style)
        shape = (len(rows), int(self.vae.config.channels), grid, grid * tiles)
        lines = torch.zeros(shape, device=device) if line is None else self._encoded(line.convert("L")).expand(shape)
        return Conditions(codes, torch.full((len(rows),), number, device=device), lines.contiguous())

    def _row(self, thing: Drawn, style: str | None) -> int:
        """Return the code of a thing: composed as asked, else as the style has it, else as any does."""
        rows = self.drawings[thing.concept]
        own = COMPOSED_AS.get(style or "", style or "")
        return rows.get(thing.composition or own, next(iter(rows.values())))

    def _set_noise_levels(self, steps: int, start: float) -> None:
        """Set falling noise levels, denser at the noisy end."""
        even = [start * (1 - index / steps) for index in range(steps)]
        sigmas = [SHIFT * sigma / (1 + (SHIFT - 1) * sigma) for sigma in even]
        self.scheduler.set_timesteps(sigmas=sigmas, device=self._execution_device)

    def _encoded(self, image: Image.Image) -> Tensor:
        return cast(Tensor, self.vae.encode(_pixels(image, self.vae.config.side).to(self._execution_device)).float())

    def _led_by(self, given: Tensor, wanted: Conditions, words: float) -> Conditions:
        """Return conditions whose codes say what a picture shows, and to the share of `words` what was asked for."""
        shown = self.transformer.encode(given)[:, None].float()
        return wanted._replace(codes=torch.lerp(shown.expand_as(wanted.codes), wanted.codes, words))

    def _start(
        self,
        wanted: Conditions,
        given: Tensor | None,
        generator: torch.Generator | list[torch.Generator] | None,
    ) -> Tensor:
        device = self._execution_device
        noise = cast(Tensor, randn_tensor(wanted.line.shape, generator=generator, device=device, dtype=torch.float32))
        if given is None:
            return noise
        sigma = float(self.scheduler.sigmas[0])
        return (1 - sigma) * given + sigma * noise

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


def _things(concepts: Sequence[str], compositions: Sequence[str | None], tints: Sequence[str | None]) -> list[Drawn]:
    rest = [None] * len(concepts)
    return [Drawn(*each) for each in zip(concepts, (*compositions, *rest), (*tints, *rest), strict=False)]


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
