"""Which server draws again: one that is started with the model of the record, and with nothing else of it."""

from pathlib import Path

import pytest

from bot.errors import OperatorError
from bot.replay.drawing import drafts_server
from bot.settings import DraftsSettings, ModelsSettings, Settings


def settings(folder: Path, drafts: DraftsSettings | None = None) -> Settings:
    return Settings(models=ModelsSettings(folder=folder), drafts=drafts or DraftsSettings())


@pytest.mark.parametrize("model", ["../../etc", "/etc", "", ".hidden", "maker/model", "a" * 200])
async def test_a_record_leads_to_no_other_file_of_the_machine(tmp_path: Path, model: str) -> None:
    with pytest.raises(OperatorError, match="cannot be started here"):
        async with drafts_server(settings(tmp_path), model, None):
            pass


async def test_a_model_that_is_not_here_is_named_with_the_command_that_brings_it(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=r"colophon models fetch sdxl-base-1\.0"):
        async with drafts_server(settings(tmp_path), "sdxl-base-1.0", None):
            pass


async def test_a_server_that_is_away_is_one_clear_line(tmp_path: Path) -> None:
    away = DraftsSettings(url=f"unix:{tmp_path / 'nowhere.sock'}")
    with pytest.raises(OperatorError, match="cannot draw now"):
        async with drafts_server(settings(tmp_path, away), None, None):
            pass
