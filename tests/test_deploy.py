"""The files for operators name what is there: commands, options, figures."""

import configparser
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main

from bot.cli import app
from bot.watch.figures import Figures

DEPLOY = Path(__file__).parents[1] / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd tells cases apart
    parser.read_string(path.read_text())
    return parser


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_runs_a_command_that_there_is(path: Path) -> None:
    program, name, *arguments = shlex.split(unit(path)["Service"]["ExecStart"])
    command: Any = typer.main.get_command(app)
    options = {option for parameter in command.commands[name].params for option in parameter.opts}
    assert program.endswith("/.venv/bin/colophon")
    assert {argument for argument in arguments if argument.startswith("--")} <= options
    assert unit(path)["Service"]["NoNewPrivileges"] == "yes"


def test_a_timer_has_its_service() -> None:
    assert [path.stem for path in DEPLOY.glob("*.timer")] == ["colophon-backup"]
    assert (DEPLOY / "colophon-backup.service").exists()


def test_the_dashboard_asks_for_figures_that_there_are() -> None:
    dashboard = json.loads((DEPLOY / "grafana.json").read_text())
    asked = {
        name
        for panel in dashboard["panels"]
        for target in panel["targets"]
        for name in re.findall(r"colophon_[a-z_]+", target["expr"])
    }
    offered = re.findall(r"^# TYPE (\S+) (\S+)$", Figures().text().decode(), re.MULTILINE)
    there = {name for name, _ in offered} | {f"{name}_bucket" for name, kind in offered if kind == "histogram"}
    of_the_drafts_server = {"colophon_drafts_candidates_running", "colophon_drafts_candidates_waiting"}
    assert asked - of_the_drafts_server <= there
    assert of_the_drafts_server <= asked


def test_the_container_leaves_secrets_and_data_outside() -> None:
    ignored = (DEPLOY.parent / ".containerignore").read_text().split()
    assert {"data", "colophon.toml", ".git"} <= set(ignored)
    recipe = (DEPLOY / "Containerfile").read_text()
    assert recipe.index("USER colophon") < recipe.index("ENTRYPOINT")
