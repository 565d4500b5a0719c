"""`colophon facts check`."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.errors import OperatorError

app = typer.Typer(no_args_is_help=True, help="The facts that answers come from.")


@app.callback()
def facts() -> None:
    """Keep `check` a command of its own, whatever else will stand beside it."""


@app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="A folder of your own facts; Colophon's by default.")] = None,
) -> NoReturn:
    """Read every fact and say what is wrong: exit 0 if all can be used (warnings or not), 1 if one cannot."""
    from bot.ask.facts import FOLDER
    from bot.ask.facts.check import check_folder

    if folder is not None and not folder.is_dir():
        raise OperatorError(f"there is no folder {folder}")
    found, findings = check_folder(folder or FOLDER, date.today(), beside=FOLDER if folder is not None else None)
    for finding in findings:
        typer.echo(str(finding))
    errors = sum(finding.error for finding in findings)
    typer.echo(f"{len(found)} facts, {errors} errors, {len(findings) - errors} warnings")
    sys.exit(1 if errors else 0)
