"""Vectors of a real server: vLLM with the embedded model, pooling instead of writing."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx2
import numpy as np
import pytest

from bot.ask.facts import Language, load_facts
from bot.ask.meaning import Meanings
from models.embeddings import EmbeddingsClient
from models.serve import SERVED_LANGUAGE_MODEL, Device, language_argv
from models.supervisor import ServerSpec, Supervisor
from tests.fixtures_language import BUILD

pytestmark = pytest.mark.slow


@pytest.fixture
async def embeddings(tmp_path: Path) -> AsyncIterator[EmbeddingsClient]:
    """Start vLLM as a pooling server, as an operator would, and end it."""
    socket, key = tmp_path / "embeddings.sock", secrets.token_hex(16)
    command = language_argv(socket=socket, api_key=key, device=Device.CPU, cache_dir=BUILD / "cache")
    pooling = ("--runner", "pooling", "--convert", "embed")
    command = replace(command, argv=(*command.argv, *pooling))
    transport = httpx2.AsyncHTTPTransport(uds=str(socket))

    async def ready() -> bool:
        try:
            return (await http.get("http://localhost/health")).is_success
        except httpx2.HTTPError:
            return False

    async with httpx2.AsyncClient(transport=transport) as http:
        supervisor = Supervisor(ServerSpec.of("embeddings", command, ready, BUILD / "logs" / "embeddings.log"))
        await supervisor.start()
        try:
            await supervisor.wait_ready(280.0)
            async with EmbeddingsClient(uds=socket, api_key=key, model=SERVED_LANGUAGE_MODEL) as client:
                yield client
        finally:
            await supervisor.stop()


async def test_facts_are_found_by_the_vectors_of_a_real_server(embeddings: EmbeddingsClient, tmp_path: Path) -> None:
    facts = load_facts()[:20]
    meanings = Meanings(facts, embeddings, tmp_path / "facts.npz")
    await asyncio.wait_for(meanings.prepare(), 120)
    for fact in facts[:3]:
        wording = fact.wording(Language.EN)
        assert (await meanings.nearest(f"{wording.title}\n{wording.text}", Language.EN))[0] is fact
    vectors = await embeddings.embed(["colour of shadows", "阴影的颜色"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
