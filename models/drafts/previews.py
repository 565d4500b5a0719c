"""Previews that cost next to nothing: a linear map from latents to colours, learned from the model's own pictures.

Latents of all known autoencoders are close to linear in colour at a coarse scale, which is why a small matrix shows
what is being drawn. Instead of a table of matrices, one for each autoencoder, the matrix is fitted by least squares to
pairs of final latents and finished pictures: the first comes from the warm-up, further ones from drafts.
"""

import functools
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import torch
from PIL import Image
from torch import Tensor

from models.drafts import schedulers

LONG_SIDE: Final = 256
"""Pixels of a preview's longer side."""
_ENOUGH: Final = 12
_RIDGE: Final = 1e-3


class Lens(Protocol):
    """Shows unfinished pictures."""

    def show(self, clean: Tensor, size: tuple[int, int]) -> Image.Image | None:
        """Return a small picture of estimated clean latents; `size` is that of the finished picture."""
        ...

    def learn(self, latents: Tensor, image: Image.Image) -> None:
        """Hear what final latents have become."""
        ...


class LearnedLens:
    """A matrix from a latent pixel or token to red, green, blue; blind until it has seen one finished picture."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._squares: Tensor | None = None
        self._products: Tensor | None = None
        self._seen = 0
        self._matrix: Tensor | None = None

    def show(self, clean: Tensor, size: tuple[int, int]) -> Image.Image | None:
        """Return a small picture, or None while nothing has been learned."""
        matrix = self._matrix
        if matrix is None:
            return None
        grid = as_grid(clean, size)
        if grid.shape[-1] + 1 != len(matrix):
            return None
        pixels = (grid @ matrix[:-1].to(grid) + matrix[-1].to(grid)).clamp(0, 1)
        data = (pixels * 255).round().to(torch.uint8).cpu().contiguous()
        small = Image.frombytes("RGB", (data.shape[1], data.shape[0]), data.numpy().tobytes())
        share = LONG_SIDE / max(size)
        return small.resize((round(size[0] * share), round(size[1] * share)), Image.Resampling.BICUBIC)

    def learn(self, latents: Tensor, image: Image.Image) -> None:
        """Take a pair of final latents and the picture they became into account."""
        if self._seen >= _ENOUGH:
            return
        grid = as_grid(latents, image.size).double().cpu()
        height, width, channels = grid.shape
        small = image.convert("RGB").resize((width, height), Image.Resampling.BOX)
        colours = torch.frombuffer(bytearray(small.tobytes()), dtype=torch.uint8).reshape(-1, 3).double() / 255
        known = torch.cat([grid.reshape(-1, channels), torch.ones(height * width, 1, dtype=torch.float64)], 1)
        with self._lock:
            self._add(known, colours)

    def _add(self, known: Tensor, colours: Tensor) -> None:
        squares, products = known.T @ known, known.T @ colours
        if self._squares is not None and self._products is not None and self._squares.shape == squares.shape:
            squares, products = squares + self._squares, products + self._products
        self._squares, self._products = squares, products
        self._seen += 1
        ridge = _RIDGE * len(known) * torch.eye(len(squares), dtype=torch.float64)
        self._matrix = torch.linalg.solve(squares + ridge, products).float()


def as_grid(latents: Tensor, size: tuple[int, int]) -> Tensor:
    """Return one candidate's latents as (rows, columns, channels), whether they are a picture or a row of tokens."""
    one = latents[0].float()
    if one.ndim == 2:
        width, height = size
        rows = max(1, round(math.sqrt(len(one) * height / width)))
        while len(one) % rows:
            rows -= 1
        return one.reshape(rows, len(one) // rows, -1)
    if one.ndim == 4:
        one = one[:, 0]
    return one.permute(1, 2, 0)


@dataclass(slots=True)
class Watched:
    """A candidate's scheduler as seen from outside: what it last got, from which the clean picture can be told."""

    scheduler: Any
    output: Tensor | None = None
    timestep: Any = None
    sample: Tensor | None = None

    @classmethod
    def over(cls, scheduler: Any) -> "Watched":
        """Watch a scheduler that belongs to one candidate."""
        watched = cls(scheduler)
        real: Callable[..., Any] = scheduler.step

        @functools.wraps(real)  # pipelines look at its parameters
        def step(model_output: Tensor, timestep: Any, sample: Tensor, *args: Any, **kwargs: Any) -> Any:
            watched.output, watched.timestep, watched.sample = model_output, timestep, sample
            return real(model_output, timestep, sample, *args, **kwargs)

        scheduler.step = step
        return watched

    def clean(self) -> Tensor | None:
        """Estimate the finished latents from the last step (Ho et al. 2020, eq. 15; Salimans & Ho 2022, app. D)."""
        if self.output is None or self.sample is None:
            return None
        sample, output = self.sample.float(), self.output.float()
        estimate: Tensor
        config = self.scheduler.config
        if schedulers.is_flow(self.scheduler):
            estimate = sample - float(self.timestep) / config.num_train_timesteps * output
            return estimate
        kept = float(self.scheduler.alphas_cumprod[min(int(self.timestep), config.num_train_timesteps - 1)])
        signal, noise = math.sqrt(kept), math.sqrt(1 - kept)
        if float(self.scheduler.init_noise_sigma) > 1.001:
            # Schedulers of this kind hold the sample divided by its signal.
            sample = sample * signal
        match config.prediction_type:
            case "epsilon":
                estimate = (sample - noise * output) / signal
            case "v_prediction":
                estimate = signal * sample - noise * output
            case _:  # the network says what the clean sample is
                estimate = output
        return estimate
