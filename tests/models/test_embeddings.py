"""The client of an embeddings server, against one that behaves and misbehaves."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from models.embeddings import AT_ONCE, EmbeddingsClient
from models.errors import BadResponse, ModelsError, RequestRefused, ServerUnavailable

Answer = Callable[[dict[str, Any]], web.Response]


@asynccontextmanager
async def client_of(answer: Answer, seen: list[dict[str, Any]] | None = None) -> AsyncIterator[EmbeddingsClient]:
    async def handle(request: web.Request) -> web.Response:
        asked = await request.json()
        if seen is not None:
            seen.append(asked)
        return answer(asked)

    app = web.Application()
    app.router.add_post("/v1/embeddings", handle)
    async with (
        TestServer(app) as server,
        EmbeddingsClient(base_url=str(server.make_url("/v1")), api_key="none", model="m") as client,
    ):
        yield client


def vectors(*rows: list[float]) -> web.Response:
    # Last first: the order is that of `index`, not that of the list.
    data = [{"object": "embedding", "index": n, "embedding": row} for n, row in enumerate(rows)]
    return web.json_response({"object": "list", "model": "m", "data": data[::-1]})


def lengths(asked: dict[str, Any]) -> web.Response:
    return vectors(*([float(len(text)), 1.0] for text in asked["input"]))


async def test_vectors_come_back_in_order_and_with_length_one() -> None:
    async with client_of(lengths) as client:
        found = await client.embed(["abc", "a"])
    assert np.allclose(np.linalg.norm(found, axis=1), 1)
    assert np.allclose(found[:, 0] / found[:, 1], [3, 1])


async def test_many_texts_are_sent_in_parts() -> None:
    seen: list[dict[str, Any]] = []
    async with client_of(lengths, seen) as client:
        found = await client.embed(["x" * n for n in range(1, AT_ONCE + 6)])
    assert [len(each["input"]) for each in seen] == [AT_ONCE, 5]
    assert np.argsort(found[:, 0]).tolist() == list(range(AT_ONCE + 5))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda _: vectors([1.0, 2.0]), BadResponse),
        (lambda _: vectors([1.0], [float("inf")]), BadResponse),
        (lambda _: web.Response(status=500, text="no"), ModelsError),
        (lambda _: web.json_response({"error": {"message": "no such model"}}, status=404), RequestRefused),
        (lambda _: web.Response(status=200, text="<html>"), ModelsError),
    ],
)
async def test_what_is_no_vector_for_each_text_is_an_error(answer: Answer, error: type[ModelsError]) -> None:
    async with client_of(answer) as client:
        with pytest.raises(error):
            await client.embed(["a", "b"])


async def test_a_server_that_is_away_is_said_to_be() -> None:
    async with EmbeddingsClient(base_url="http://127.0.0.1:9/v1", api_key="none", model="m") as client:
        with pytest.raises(ServerUnavailable):
            await client.embed(["a"])
