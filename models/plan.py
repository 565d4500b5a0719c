"""Fits a line-up to the GPUs there are: arithmetic only, explained, and never more than the memory holds.

    weights           parameters x bytes: bf16 2, fp8 1, 4 bit about 0.56
    language server   weights / tensor parallel + work space + keys and values of the tokens it holds
    drafts server     weights of all its networks + activations of the pictures drawn together

Nothing here was measured on a GPU; the drafts server corrects itself when memory runs out, and the language server is
given its cache as a number of bytes, so that both add up on one card.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from io import StringIO
from itertools import product
from typing import Final

from models.catalog import CATALOG, CatalogEntry, ModelRole, find
from models.errors import RequestRefused

GB: Final = 1_000_000_000
KEPT_FREE: Final = 0.06
"""The share of each card that nothing is planned into: drivers, fragments, other processes."""
FP8_SINCE: Final = (8, 9)
"""The compute capability from which GPUs calculate in eight bits."""

_LANGUAGE_WORK: Final = 1_500_000_000
_DRAFTS_WORK: Final = 2_500_000_000
# With offloading, the largest block and the activations stay on the card.
_OFFLOADED: Final = 0.25
_TOKENS: Final = (65_536, 32_768, 16_384, 8_192)


class Number(Enum):
    """In what numbers weights lie in memory, and the bytes of each."""

    BF16 = "bf16"
    FP8 = "fp8"
    INT4 = "int4"

    @property
    def bytes_each(self) -> float:
        """Return bytes a parameter; four bits come with their scales."""
        return {Number.BF16: 2.0, Number.FP8: 1.0, Number.INT4: 0.56}[self]


@dataclass(frozen=True, slots=True)
class Gpu:
    """A card, as its driver describes it."""

    name: str
    memory_bytes: int
    capability: tuple[int, int] = (9, 0)

    @property
    def usable_bytes(self) -> int:
        """Return what may be planned into."""
        return int(self.memory_bytes * (1 - KEPT_FREE))

    @property
    def has_fp8(self) -> bool:
        """Tell whether it calculates in eight bits."""
        return self.capability >= FP8_SINCE


@dataclass(frozen=True, slots=True)
class Placement:
    """A server on its cards: what it loads, in which numbers, and the bytes it takes of each card."""

    server: ModelRole
    models: tuple[str, ...]
    number: Number
    gpus: tuple[int, ...]
    bytes_each: int
    cache_bytes: int = 0
    offload: bool = False

    @property
    def tensor_parallel(self) -> int:
        """Return over how many cards each layer is spread."""
        return len(self.gpus) if self.server is ModelRole.LANGUAGE else 1


@dataclass(frozen=True, slots=True)
class Plan:
    """What runs where, and why; `language` None means the embedded model on the CPU."""

    gpus: tuple[Gpu, ...]
    drafts: Placement
    language: Placement | None
    reasons: tuple[str, ...]

    def taken(self, index: int) -> int:
        """Return the bytes planned on one card."""
        placed = [p for p in (self.drafts, self.language) if p is not None and index in p.gpus]
        return sum(p.bytes_each for p in placed)


class PlanImpossible(RequestRefused):
    """What was asked for fits nowhere; `nearest` is what would."""

    def __init__(self, detail: str, nearest: Plan | None) -> None:
        hint = "" if nearest is None else f"; nearest possible: {summary(nearest)}"
        super().__init__("plan-impossible", detail + hint)
        self.nearest = nearest


_Drafts = tuple[str, ...]
_BEST_DRAFTS: Final[tuple[_Drafts, ...]] = (
    ("flux.2-klein-4b", "qwen-image-2512", "sdxl-base-1.0", "controlnet-union-sdxl-1.0"),
    ("flux.2-klein-4b", "z-image-turbo", "sdxl-base-1.0", "controlnet-union-sdxl-1.0"),
    ("flux.2-klein-4b", "sdxl-base-1.0", "controlnet-union-sdxl-1.0"),
    ("sdxl-base-1.0", "controlnet-union-sdxl-1.0"),
    ("sdxl-base-1.0",),
)
_BEST_LANGUAGE: Final = ("qwen3.6-27b-fp8", "qwen3.5-9b", "qwen3.5-4b")


def _balance(pair: tuple[int, int]) -> tuple[int, float]:
    """Rank a drafts line-up with a language model: the better both, the earlier; then the more alike in rank."""
    drawn, spoken = pair
    return drawn + spoken, abs(drawn / len(_BEST_DRAFTS) - spoken / len(_BEST_LANGUAGE))


_BEST: Final = tuple(sorted(product(range(len(_BEST_DRAFTS)), range(len(_BEST_LANGUAGE) + 1)), key=_balance))


def make_plan(gpus: Sequence[Gpu], *, language: str | None = None, drafts: Sequence[str] | None = None) -> Plan:
    """Return the best plan for these cards, or one for the named models; raise PlanImpossible or UnknownModel."""
    cards = tuple(gpus)
    if not cards:
        raise PlanImpossible("there is no GPU; `colophon try` needs none", None)
    wanted_drafts = None if drafts is None else tuple(find(name).name for name in drafts)
    wanted_language = None if language is None else find(language).name
    # A smaller line-up in the card's memory is worth more than a large one that waits for its weights.
    for offload in (False, True):
        for drawn, spoken in _choices(wanted_drafts, wanted_language):
            plan = _fit(cards, drawn, spoken, offload=offload)
            if plan is not None:
                return plan
    if wanted_drafts is None and wanted_language is None:
        most = max(card.memory_bytes for card in cards)
        raise PlanImpossible(f"the largest GPU has {most / GB:.0f} GB; the least that draws needs about 4 GB", None)
    raise PlanImpossible(_too_large(cards, wanted_drafts, wanted_language), _nearest(cards))


def _choices(drafts: _Drafts | None, language: str | None) -> Iterator[tuple[_Drafts, str | None]]:
    """Yield what to try, the best first."""
    for drawn, spoken in _BEST:
        chosen = _BEST_DRAFTS[drawn] if drafts is None else drafts
        said = (*_BEST_LANGUAGE, None)[spoken] if language is None else language
        if (drafts is None or drawn == 0) and (language is None or spoken == 0):
            yield chosen, said


def _nearest(cards: tuple[Gpu, ...]) -> Plan | None:
    try:
        return make_plan(cards)
    except PlanImpossible:
        return None


def _fit(cards: tuple[Gpu, ...], drafts: _Drafts, language: str | None, *, offload: bool) -> Plan | None:
    """Place both servers: on cards of their own where there are several, else on one; None where they do not fit."""
    for draw in _drafts_placements(cards, drafts, offload=offload):
        if language is None:
            return _plan(cards, draw, None)
        for speak in _language_placements(cards, language, beside=draw):
            return _plan(cards, draw, speak)
    return None


def _drafts_placements(cards: tuple[Gpu, ...], names: _Drafts, *, offload: bool) -> Iterator[Placement]:
    """Yield ways to draw with these models, the best numbers first."""
    # The smallest card that will do leaves the larger ones to the language model.
    order = sorted(range(len(cards)), key=lambda index: cards[index].memory_bytes)
    entries = [CATALOG[name] for name in names]
    for number in (Number.BF16, Number.FP8):
        weights = sum(_weights(entry, number) for entry in entries)
        need = int(weights * (_OFFLOADED if offload else 1)) + _DRAFTS_WORK
        for index in order:
            if (number is not Number.FP8 or cards[index].has_fp8) and need <= cards[index].usable_bytes:
                yield Placement(ModelRole.DRAFTS, names, number, (index,), need, offload=offload)
                break


def _language_placements(cards: tuple[Gpu, ...], name: str, *, beside: Placement) -> Iterator[Placement]:
    """Yield ways to run a language model beside the drafts server, the best first."""
    entry = CATALOG[name]
    assert entry.cache is not None
    own = [index for index in range(len(cards)) if index not in beside.gpus]
    groups = [tuple(own[:count]) for count in (1, 2, 4, 8) if count <= len(own)]
    groups += [beside.gpus]
    for number, gpus, tokens in product(_numbers(entry), groups, _TOKENS):
        if entry.cache.heads % len(gpus) or (number is Number.FP8 and not all(cards[i].has_fp8 for i in gpus)):
            continue
        cache = tokens * entry.cache.bytes_per_token() // len(gpus)
        need = _weights(entry, number) // len(gpus) + _LANGUAGE_WORK + cache
        taken = beside.bytes_each if gpus == beside.gpus else 0
        if all(need + taken <= cards[index].usable_bytes for index in gpus):
            yield Placement(ModelRole.LANGUAGE, (name,), number, gpus, need, cache)


def _numbers(entry: CatalogEntry) -> tuple[Number, ...]:
    """Return the numbers that a model can be had in."""
    if entry.precision == "fp8":
        return (Number.FP8,)
    return (Number.BF16, Number.FP8, Number.INT4)


def _weights(entry: CatalogEntry, number: Number) -> int:
    if entry.parameters is not None:
        return int(entry.parameters * number.bytes_each)
    # Control nets stay in the numbers they come in.
    return entry.size_bytes or 3 * GB


def _plan(cards: tuple[Gpu, ...], drafts: Placement, language: Placement | None) -> Plan:
    return Plan(cards, drafts, language, tuple(_reasons(cards, drafts, language)))


def _reasons(cards: tuple[Gpu, ...], drafts: Placement, language: Placement | None) -> Iterator[str]:
    yield f"{KEPT_FREE:.0%} of each card is kept free."
    drawn = ", ".join(drafts.models)
    yield f"Drafts: {drawn} in {drafts.number.value} on card {drafts.gpus[0]}, {drafts.bytes_each / GB:.1f} GB."
    if drafts.offload:
        yield "Their weights wait in the machine's memory and come to the card block by block: slower, but it fits."
    if drafts.number is Number.FP8:
        yield "In sixteen bits they would not fit; eight bits are computed with in sixteen, and may cost some quality."
    free = [index for index in range(len(cards)) if index not in (*drafts.gpus, *(language.gpus if language else ()))]
    if free:
        yield f"Cards {', '.join(map(str, free))} are left for replicas: see docs/scale-out.md."
    if language is None:
        yield "No language model fits beside them: /ask answers by its cited passages, with the embedded model."
        return
    tokens = language.cache_bytes * len(language.gpus) // _cache(language)
    place = "the same card" if language.gpus == drafts.gpus else f"card {', '.join(map(str, language.gpus))}"
    each = f"{language.bytes_each / GB:.1f} GB" + (" each" if len(language.gpus) > 1 else "")
    yield f"Language: {language.models[0]} in {language.number.value} on {place}, {each}, {tokens} tokens at once."
    if len(language.gpus) > 1:
        yield f"It does not fit one card: each layer is spread over {len(language.gpus)} (tensor parallel)."
    if language.gpus == drafts.gpus:
        yield "Start the drafts server first; the language server then gets its cache as a fixed number of bytes."


def _cache(language: Placement) -> int:
    cache = CATALOG[language.models[0]].cache
    assert cache is not None
    return cache.bytes_per_token()


def _too_large(cards: tuple[Gpu, ...], drafts: _Drafts | None, language: str | None) -> str:
    named = " and ".join(filter(None, (", ".join(drafts or ()), language)))
    sizes = ", ".join(f"{card.memory_bytes / GB:.0f} GB" for card in cards)
    return f"{named} cannot run on {sizes}"


def summary(plan: Plan) -> str:
    """Return a plan in one line."""
    drawn = f"{' + '.join(plan.drafts.models)} ({plan.drafts.number.value})"
    if plan.language is None:
        return drawn
    return f"{drawn} with {plan.language.models[0]} ({plan.language.number.value})"


def parse_nvidia_smi(text: str) -> tuple[Gpu, ...]:
    """Read `nvidia-smi --query-gpu=name,memory.total,compute_cap --format=csv,noheader,nounits` (MiB).

    Raise RequestRefused "bad-gpu-list" for anything else.
    """
    found = []
    for row in csv.reader(StringIO(text), skipinitialspace=True):
        try:
            name, memory, capability = row
            major, minor = capability.split(".")
            found.append(Gpu(name, int(memory) * 2**20, (int(major), int(minor))))
        except ValueError as error:
            raise RequestRefused("bad-gpu-list", "nvidia-smi described the GPUs in an unknown way") from error
    return tuple(found)


def parse_gpu(text: str) -> Gpu:
    """Read a card as people write it: "24GB", "80 GB", or "16GB@8.6" with its compute capability.

    Raise RequestRefused "bad-gpu".
    """
    size, _, capability = text.partition("@")
    number = size.strip().casefold().removesuffix("gb").removesuffix("g").strip()
    try:
        major, minor = (int(part) for part in (capability or "9.0").split("."))
        memory = int(float(number) * GB)
    except (ValueError, OverflowError) as error:
        raise RequestRefused("bad-gpu", f"{text!r} is no size of a GPU; write 24GB, or 24GB@8.6") from error
    if not 0 < memory < 10_000 * GB:
        raise RequestRefused("bad-gpu", f"{text!r} is no size of a GPU")
    return Gpu(text.strip(), memory, (major, minor))
