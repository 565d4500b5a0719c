"""One number from the press to the GPU: in what is sent, and in what is logged."""

import asyncio
import json
import logging
import sys

import httpx2
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from models.drafts.traced import Traced
from models.trace import HEADER, JsonLines, TextLines, follow, followed, following, traced


def line(formatter: logging.Formatter, message: str) -> str:
    try:
        raise ValueError("of a kind")
    except ValueError:
        record = logging.LogRecord("a", logging.ERROR, "", 0, message, (), sys.exc_info())
    return formatter.format(record)


def test_lines_name_the_request() -> None:
    with following("1234"):
        assert " ERROR a [1234]: drawn\n" in line(TextLines(), "drawn")
        told = json.loads(line(JsonLines(), "drawn"))
    assert (told["request"], told["level"], told["message"]) == ("1234", "ERROR", "drawn")
    assert "ValueError: of a kind" in told["error"]
    assert " ERROR a: drawn\n" in line(TextLines(), "drawn")


@given(st.text())
def test_what_stands_in_a_header_cannot_begin_another_line(text: str) -> None:
    with following(text):
        assert len(followed()) <= 64
        assert not set(followed()) & set("\r\n [];")
        assert len(line(JsonLines(), text).splitlines()) == 1
    assert followed() == ""


async def test_tasks_work_for_their_own_request() -> None:
    async def work(request: str) -> str:
        follow(request)
        await asyncio.sleep(0.01)
        return followed()

    assert list(await asyncio.gather(work("a"), work("b"))) == ["a", "b"]
    assert followed() == ""


@pytest.mark.parametrize("number", ["1234", ""])
async def test_a_request_goes_from_client_to_server_under_its_number(number: str) -> None:
    app = FastAPI()
    app.add_middleware(Traced)

    @app.get("/")
    async def told() -> str:
        return followed()

    transport = httpx2.ASGITransport(app=app)
    hooks = {"request": [traced]}
    async with httpx2.AsyncClient(transport=transport, base_url="http://server", event_hooks=hooks) as client:
        with following(number):
            answer = await client.get("/")
    assert answer.json() == number
    assert answer.request.headers.get(HEADER, "") == number
