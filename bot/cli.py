"""The command line: `colophon up | try | export | verify | replay`."""

import asyncio
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.errors import OperatorError
from bot.operate.ask import ask
from bot.operate.backup import backup, restore
from bot.operate.doctor import doctor
from bot.operate.facts import app as facts
from bot.operate.keys import app as keys
from bot.operate.models import app as models
from bot.operate.replay import replay
from bot.operate.timelapse import timelapse
from bot.operate.verify import verify

if TYPE_CHECKING:
    from bot.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Colophon: cited answers, drafts on your own GPU, and a record of authorship that stands up.",
)

app.command()(ask)
app.command()(backup)
app.command()(restore)
app.command()(doctor)
app.command()(replay)
app.command()(timelapse)
app.command()(verify)
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
    from models.trace import log_to_stderr

    settings = _with(load_settings(config), data, None)
    log_to_stderr(settings.log.level, settings.log.form)
    # A line for every health check would bury the rest.
    logging.getLogger("httpx2").setLevel(logging.WARNING)
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
