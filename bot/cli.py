"""The command line: `colophon up | try | export | verify | replay`."""

import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.errors import OperatorError
from bot.operate.ask import ask
from bot.operate.facts import app as facts
from bot.operate.keys import app as keys
from bot.operate.models import app as models
from bot.operate.replay import replay
from bot.operate.timelapse import timelapse

if TYPE_CHECKING:
    from bot.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Colophon: cited answers, drafts on your own GPU, and a record of authorship that stands up.",
)

app.command()(ask)
app.command()(replay)
app.command()(timelapse)
app.add_typer(facts, name="facts")
app.add_typer(keys, name="keys")
app.add_typer(models, name="models")

Config = Annotated[Path | None, typer.Option(help="The settings file; colophon.toml by default.")]
Data = Annotated[Path | None, typer.Option(help="The data folder; overrides storage.data.")]


def main() -> None:
    """Run the command line; what an operator has to mend is one line and exit status 2."""
    try:
        app()
    except OperatorError as error:
        sys.stderr.write(f"colophon: {error}\n")
        sys.exit(2)


@app.command()
def up(
    config: Config = None,
    data: Data = None,
    init: Annotated[bool, typer.Option("--init", help="Create a new database and log.")] = False,
) -> None:
    """Start the bot for Discord, and the model servers that no URL is set for."""
    _launch(config, data, pocket=False, init=init, port=None)


@app.command("try")
def try_(
    config: Config = None,
    data: Data = None,
    port: Annotated[int | None, typer.Option(help="The page's port; 0 takes a free one.")] = None,
) -> None:
    """Start Colophon with embedded models and a page on this machine; no account, no GPU."""
    _launch(config, data or Path("data/try"), pocket=True, init=True, port=port)


@app.command(hidden=True)
def run(
    config: Config = None,
    data: Data = None,
    run_dir: Annotated[Path | None, typer.Option()] = None,
    init: Annotated[bool, typer.Option("--init")] = False,
) -> None:
    """Run the bot alone, against servers that are already there."""
    from bot.app import run_bot
    from bot.settings import load_settings

    settings = _with(load_settings(config), data, None)
    _log_to_stderr(settings.log.level)
    asyncio.run(run_bot(settings, init=init, run_dir=run_dir))


@app.command()
def export(
    project: Annotated[str, typer.Argument(help="The project's id, or `list` to see them.")],
    out: Annotated[Path, typer.Option(help="The bundle to write.")] = Path("colophon-bundle.zip"),
    language: Annotated[str, typer.Option(help="Of the dossier in it: en-US or zh-CN.")] = "en-US",
    config: Config = None,
    data: Data = None,
) -> None:
    """Write the evidence bundle of a project (while the bot is stopped)."""
    from bot.evidence.offline import export_project
    from bot.settings import load_settings

    settings = _with(load_settings(config), data, None)
    typer.echo(asyncio.run(export_project(settings, project, out, language)))


@app.command()
def verify(
    bundle: Annotated[Path, typer.Argument(help="A bundle (zip or folder), or a receipt.")],
    vkey: Annotated[list[str] | None, typer.Option(help="The log's public key, from outside.")] = None,
    anchor: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint note, or a receipt, held by someone else.")
    ] = None,
    tsa_roots: Annotated[Path | None, typer.Option(help="Certificates (PEM) that time stamps are trusted by.")] = None,
    language: Annotated[str, typer.Option(help="en-US or zh-CN.")] = "en-US",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")] = False,
) -> NoReturn:
    """Check a bundle, or a receipt, offline: exit 0 verified, 1 refused, 2 usage, 3 only self-consistent."""
    from bot.evidence.pasted import unpasted
    from storage.evidence.verify import is_receipt, render_report, verify_bundle, verify_receipt

    if not bundle.exists():
        raise OperatorError(f"there is no {bundle}")
    keys = tuple(vkey or ())
    if bundle.is_file() and is_receipt(_bytes(bundle)[:64]):
        report = verify_receipt(_bytes(bundle), vkeys=keys)
    else:
        anchors = [unpasted(_bytes(path)) for path in anchor or []]
        roots = b"" if tsa_roots is None else _bytes(tsa_roots)
        report = verify_bundle(bundle, vkeys=keys, anchors=tuple(anchors), tsa_roots=roots)
    typer.echo(json.dumps(report.as_json(), ensure_ascii=False) if as_json else render_report(report, language))
    sys.exit(report.exit_code)


def _launch(config: Path | None, data: Path | None, *, pocket: bool, init: bool, port: int | None) -> None:
    from bot.launch import Launcher
    from bot.settings import load_settings

    settings = _with(load_settings(config), data, port)
    if not pocket and settings.discord.token is None:
        raise OperatorError("discord.token is not set: put the bot's token into COLOPHON_DISCORD_TOKEN.")
    launcher = Launcher(settings, pocket=pocket, init=init, config=config, say=typer.echo)
    asyncio.run(launcher.run())


def _with(settings: "Settings", data: Path | None, port: int | None) -> "Settings":
    """Return the settings with what the command line overrides."""
    if data is not None:
        storage = settings.storage.model_copy(update={"data": data})
        settings = settings.model_copy(update={"storage": storage})
    if port is not None:
        settings = settings.model_copy(update={"pocket": settings.pocket.model_copy(update={"port": port})})
    return settings


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise OperatorError(f"{path}: cannot be read: {error.strerror}") from error


def _log_to_stderr(level: str) -> None:
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # A line for every health check would bury the rest.
    logging.getLogger("httpx2").setLevel(logging.WARNING)
