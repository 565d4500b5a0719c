"""`colophon models list | plan | fetch | add | check | serve`."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.errors import OperatorError
from bot.operate.gpus import cards_here
from models.catalog import CATALOG, CatalogEntry, find
from models.errors import RequestRefused
from models.plan import GB, Number, Placement, Plan, make_plan, parse_gpu

if TYPE_CHECKING:
    from models.store import ModelStore, StoredModel

app = typer.Typer(no_args_is_help=True, help="The models: what there is, what fits, fetching and adding them.")

Config = Annotated[Path | None, typer.Option(help="The settings file; colophon.toml by default.")]
_CLASSIFIER = "nsfw-image-detection"
T = TypeVar("T")


@app.command("list")
def list_(config: Config = None) -> None:
    """List the models that Colophon knows, and those on this machine."""
    here = _refused(lambda: _store(config).all())
    typer.echo(f"{'name':28} {'for':9} {'size':>8}  {'licence':20} {'commercial':12} here")
    for entry in CATALOG.values():
        typer.echo(_line(entry, here.get(entry.name)))
    for record in here.values():
        if record.name not in CATALOG:
            typer.echo(f"{record.name:28} {record.kind.value:9} {'':>8}  {record.licence:20} {'':12} added")
    typer.echo("Licences are as their cards were reported, not read by us: read the one of a model before you use it.")


@app.command()
def plan(
    gpu: Annotated[list[str] | None, typer.Option(help="A card, as 24GB or 24GB@8.6; those here by default.")] = None,
    drafts: Annotated[list[str] | None, typer.Option(help="A model that must draw.")] = None,
    language: Annotated[str | None, typer.Option(help="The model that must answer.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON.")] = False,
) -> None:
    """Say which models fit the GPUs, how, and why."""
    cards = _refused(lambda: tuple(map(parse_gpu, gpu)) if gpu else cards_here())
    found = _refused(lambda: make_plan(cards, drafts=drafts, language=language))
    if as_json:
        typer.echo(json.dumps(asdict(found), default=lambda value: value.value, indent=2))
        return
    for line in _explained(found):
        typer.echo(line)


@app.command()
def fetch(names: list[str], config: Config = None) -> None:
    """Download models from their repositories; a second run goes on where the first one ended."""
    store = _store(config)
    for name in names:
        entry = _refused(lambda name=name: find(name))  # type: ignore[misc]
        typer.echo(f"{entry.name}: {entry.licence}, commercial use: {entry.commercial_use.value}. {entry.note}")
        record = _fetched(store, entry)
        typer.echo(f"{entry.name} is here: commit {record.revision}, weights {record.weights_sha256}")


@app.command()
def add(
    folder: Annotated[Path, typer.Argument(help="The folder with the weights, as safetensors.")],
    name: Annotated[str, typer.Option(help="The name under which it is asked for.")],
    base: Annotated[str, typer.Option(help="The model it was trained from.")],
    licence: Annotated[str, typer.Option(help="Under which licence it may be used.")],
    training_data: Annotated[str, typer.Option(help="What it was trained on, and by whose permission.")],
    config: Config = None,
) -> None:
    """Add a LoRA or a checkpoint that was trained elsewhere."""
    store = _store(config)
    record = _refused(lambda: store.add(folder, name=name, base=base, licence=licence, training_data=training_data))
    rank = f", rank {record.rank}" if record.rank else ""
    typer.echo(f"{name} is added ({record.kind.value}{rank}), weights {record.weights_sha256}")


@app.command()
def check(config: Config = None) -> None:
    """Compare the weights on this machine with the digests that were recorded when they came."""
    store = _store(config)
    changed = {name: store.check(name) for name in _refused(store.all)}
    for name, files in changed.items():
        typer.echo(f"{name}: {'unchanged' if not files else 'CHANGED: ' + ', '.join(files)}")
    if any(changed.values()):
        raise typer.Exit(1)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def serve(
    context: typer.Context,
    ray: Annotated[bool, typer.Option("--ray", help="Replicas on Ray Serve instead of one process.")] = False,
) -> None:
    """Run a drafts server by itself; what follows -- goes to it: `colophon models serve -- --help`."""
    module = "models.drafts.ray_main" if ray else "models.drafts"
    os.execv(sys.executable, [sys.executable, "-m", module, *context.args])  # noqa: S606  # nosec B606 # the server


def _store(config: Path | None) -> "ModelStore":
    from bot.places import models_dir
    from bot.settings import load_settings
    from models.store import ModelStore

    return ModelStore(models_dir(load_settings(config)))


def _refused(work: Callable[[], T]) -> T:
    """Do something; what the models refuse becomes one line for the operator."""
    try:
        return work()
    except RequestRefused as error:
        raise OperatorError(error.detail) from error


def _fetched(store: "ModelStore", entry: CatalogEntry) -> "StoredModel":
    from models.store import fetch_from_hub

    try:
        return store.fetch(entry, fetch_from_hub)
    except RequestRefused as error:
        raise OperatorError(error.detail) from error
    except OSError as error:
        # The hub's own errors are of this kind, too. What has come so far is kept.
        raise OperatorError(f"{entry.name}: the download broke off ({type(error).__name__}); run it again") from error


def _line(entry: CatalogEntry, record: "StoredModel | None") -> str:
    size = "" if entry.size_bytes is None else f"{entry.size_bytes / GB:.1f} GB"
    here = "packaged" if entry.repo_id is None else record.revision[:12] if record else ""
    licence, commercial = entry.licence, entry.commercial_use.value
    return f"{entry.name:28} {entry.role.value:9} {size:>8}  {licence:20} {commercial:12} {here}"


def _explained(found: Plan) -> Iterator[str]:
    for index, card in enumerate(found.gpus):
        taken = found.taken(index)
        yield f"card {index}: {card.name}, {taken / GB:.1f} of {card.memory_bytes / GB:.1f} GB planned"
    yield from found.reasons
    yield "In colophon.toml:"
    yield from _settings(found.drafts, found.language, several=len(found.gpus) > 1)
    spoken = () if found.language is None else found.language.models
    yield f"Bring them here: colophon models fetch {' '.join((*found.drafts.models, *spoken, _CLASSIFIER))}"


def _settings(drafts: Placement, language: Placement | None, *, several: bool) -> Iterator[str]:
    drawing = [name for name in drafts.models if CATALOG[name].role.value == "drafts"]
    yield "  [drafts]"
    yield f'  model = "{drawing[0]}"'
    if drawing[1:]:
        yield f"  more = {json.dumps(drawing[1:])}"
    yield f'  precision = "{drafts.number.value}"'
    yield f'  safety = "{_CLASSIFIER}"'
    if several:
        yield f"  gpus = {list(drafts.gpus)}"
    if drafts.offload:
        yield '  offload = "group"'
    if language is not None:
        yield "  [language]"
        yield f'  model = "{language.models[0]}"'
        yield f'  kv_cache = "{language.cache_bytes // 2**20}M"'
        if several:
            yield f"  gpus = {list(language.gpus)}"
        if language.number is not Number.BF16 and CATALOG[language.models[0]].precision != language.number.value:
            yield f"  # in {language.number.value}: name the repository of a quantised copy instead"
