"""`colophon models`, as an operator runs it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.errors import OperatorError
from tests.models.test_store import adapter


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "colophon.toml"
    file.write_text(f'[models]\nfolder = "{tmp_path / "models"}"\n')
    return file


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["models", *map(str, arguments)])


def test_the_list_names_models_licences_and_what_is_here(config: Path, tmp_path: Path) -> None:
    added = run(
        *("add", adapter(tmp_path / "lora"), "--name", "house-style", "--base", "sdxl-base-1.0"),
        *("--licence", "CC0-1.0", "--training-data", "our own drawings", "--config", config),
    )
    assert "house-style is added (adapter, rank 4)" in added.output
    listed = run("list", "--config", config).output
    assert "OpenRAIL++-M" in listed and "packaged" in listed and "house-style" in listed
    assert "house-style: unchanged" in run("check", "--config", config).output


def test_a_plan_explains_itself_and_can_be_read_by_programs() -> None:
    shown = run("plan", "--gpu", "24GB", "--gpu", "24GB@8.6").output
    assert "[drafts]" in shown and "colophon models fetch" in shown and "kept free" in shown
    plan = json.loads(run("plan", "--gpu", "80GB", "--json").output)
    assert plan["drafts"]["number"] in ("bf16", "fp8")


def test_what_is_impossible_is_one_line_for_the_operator() -> None:
    failed = run("plan", "--gpu", "12GB", "--drafts", "qwen-image-2512", "--language", "qwen3.6-27b-fp8")
    assert isinstance(failed.exception, OperatorError)
    assert "nearest possible" in str(failed.exception)
    assert isinstance(run("plan", "--gpu", "huge").exception, OperatorError)


def test_changed_weights_are_a_failure(config: Path, tmp_path: Path) -> None:
    run(
        *("add", adapter(tmp_path / "lora"), "--name", "mine", "--base", "sdxl-base-1.0"),
        *("--licence", "CC0-1.0", "--training-data", "our own drawings", "--config", config),
    )
    weights = tmp_path / "models" / "mine" / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    checked = run("check", "--config", config)
    assert checked.exit_code == 1
    assert "CHANGED" in checked.output
