"""An adapter in PEFT's layout, as trainers save it, is added, served by vLLM beside its base, and changes its words."""

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from models.catalog import EMBEDDED_LANGUAGE
from models.embedded.language import ensure_language_model
from models.language import LanguageClient, Message, Role
from models.serve import LanguageAdapter
from models.store import Kind, ModelStore
from tests.fixtures_language import BUILD, run_real_language_server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:peft"),
]


def train_nothing(folder: Path) -> Path:
    """Write a LoRA of random numbers for the embedded model, with the two files that PEFT writes."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    base: Any = AutoModelForCausalLM.from_pretrained(
        ensure_language_model(BUILD / "cache"), dtype=torch.float32, local_files_only=True
    )
    torch.manual_seed(0)
    adapted = get_peft_model(base, LoraConfig(r=8, lora_alpha=32, target_modules=["q_proj", "v_proj"]))
    for name, weight in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.3)
    adapted.peft_config["default"].base_model_name_or_path = EMBEDDED_LANGUAGE.name
    adapted.save_pretrained(folder, safe_serialization=True)
    return folder


async def said(client: LanguageClient) -> str:
    """Ask the same at temperature 0."""
    async with (
        client,
        aclosing(client.chat([Message(Role.USER, "What is a boat?")], max_tokens=24)) as words,
    ):
        return "".join([word async for word in words])


def test_an_added_adapter_changes_what_the_model_says(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    folder = train_nothing(tmp_path / "trained")
    assert {"adapter_config.json", "adapter_model.safetensors"} <= {path.name for path in folder.iterdir()}
    notes = {"licence": "CC0-1.0", "training_data": "random numbers"}
    record = store.add(folder, name="house-voice", base=EMBEDDED_LANGUAGE.name, **notes)
    assert (record.kind, record.rank) == (Kind.ADAPTER, 8)
    served = LanguageAdapter(record.name, store.path(record.name), 8)
    with run_real_language_server(adapters=[served]) as server:
        plain = asyncio.run(said(server.client()))
        voiced = asyncio.run(said(server.client("house-voice")))
    assert plain and voiced
    assert plain != voiced
