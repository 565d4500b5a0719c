"""The drafts server and its client, over a real socket: events, limits, hostile pictures, cancelling, joining."""

import asyncio
import base64
import struct
import threading
import zlib
from collections.abc import Callable
from contextlib import aclosing
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from models.drafts.order import Operation
from models.errors import GenerationFailed, RequestRefused, ServerUnavailable
from models.health import Health
from models.images import (
    CandidateDone,
    CandidateWithheld,
    DraftDone,
    DraftEvent,
    DraftRequest,
    ImagesClient,
    Preview,
    Progress,
)
from models.sse import ServerSentEvent, SseDecoder
from tests.models.drafts.conftest import KEY
from tests.models.drafts.fake_engine import FakeEngine


async def draw(client: ImagesClient, **request: Any) -> list[DraftEvent]:
    asked = DraftRequest(**{"draft_id": "d1", "prompt": "a boat", "seeds": (7, 8)} | request)
    async with aclosing(client.draft(asked)) as events:
        return [event async for event in events]


def png(size: tuple[int, int] = (8, 8)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "red").save(out, "PNG")
    return out.getvalue()


def png_bomb(side: int) -> bytes:
    """Return a PNG whose header promises a huge picture and whose body is all but empty."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


async def test_a_draft_comes_with_progress_previews_pictures_and_a_record(client: ImagesClient) -> None:
    events = await draw(client)
    assert [e.step for e in events if isinstance(e, Progress) and e.candidate == 1] == [1, 2, 3, 4]
    previews = [e for e in events if isinstance(e, Preview)]
    assert [(p.candidate, p.mime) for p in previews] == [(0, "image/jpeg"), (1, "image/jpeg")]
    done = [e for e in events if isinstance(e, CandidateDone)]
    assert [(d.candidate, d.seed, d.width, d.mime) for d in done] == [(0, 7, 16, "image/png"), (1, 8, 16, "image/png")]
    with Image.open(BytesIO(done[0].image)) as picture:
        assert picture.getpixel((0, 0)) == (7, 0, 0)
    last = events[-1]
    assert isinstance(last, DraftDone)
    assert last.record.drawn_from == ("boat",)


async def test_what_is_asked_reaches_the_engine(client: ImagesClient, engine: FakeEngine) -> None:
    await draw(
        client, style="ink", negative="rain", steps=9, guidance=2.5, strength=0.4, image=png(), width=256, height=256
    )
    order = engine.orders[0]
    assert (order.style, order.negative, order.steps, order.guidance, order.strength) == ("ink", "rain", 9, 2.5, 0.4)
    assert order.image is not None and order.image.size == (8, 8)
    assert order.width == 256


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        ({"style": "baroque"}, "unknown-style"),
        ({"prompt": "xyzzy"}, "nothing-known"),
        ({"model": "sdxl"}, "unknown-model"),
        ({"seeds": ()}, "invalid"),
        ({"seeds": tuple(range(99))}, "invalid"),
        ({"seeds": (-1,)}, "invalid"),
        ({"prompt": "x" * 4001}, "invalid"),
        ({"width": 99999, "height": 512}, "invalid"),
        ({"steps": 0}, "invalid"),
        ({"image": b"MZ not a picture"}, "bad-image"),
        ({"image": png((300, 300))[:200]}, "bad-image"),
        ({"image": b""}, "bad-image"),
        ({"image": png_bomb(20_000)}, "too-large"),
        ({"image": png_bomb(2**31 - 1)}, "too-large"),
        ({"line": b"GIF89a"}, "bad-image"),
    ],
)
async def test_what_cannot_be_drawn_is_refused_by_name(
    client: ImagesClient, engine: FakeEngine, request_: dict[str, Any], kind: str
) -> None:
    with pytest.raises(RequestRefused) as caught:
        await draw(client, **request_)
    assert caught.value.kind == kind
    assert engine.drawn == 0


async def test_a_refusal_never_repeats_the_words(socket: Path) -> None:
    async with httpx2.AsyncClient(transport=httpx2.AsyncHTTPTransport(uds=str(socket))) as http:
        answer = await http.post(
            "http://localhost/v1/images/generations",
            json={"prompt": "secret words", "n": 99},
            headers={"Authorization": f"Bearer {KEY}"},
        )
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid"
    assert "secret" not in answer.text


async def test_leaving_the_iteration_stops_the_drawing(client: ImagesClient, engine: FakeEngine) -> None:
    engine.hold = threading.Event()
    events = client.draft(DraftRequest("d1", "a boat", (1,)))
    async for _ in events:
        break
    await asyncio.to_thread(engine.holding.wait, 10)
    await events.aclose()
    assert await asyncio.to_thread(engine.cancelled.wait, 10)
    engine.hold = None
    assert isinstance((await draw(client, draft_id="d2"))[-1], DraftDone)


async def test_a_draft_can_be_cancelled_by_its_id(client: ImagesClient, engine: FakeEngine) -> None:
    engine.hold = threading.Event()
    drawing = asyncio.create_task(draw(client))
    await asyncio.to_thread(engine.holding.wait, 10)
    assert await client.cancel("d1")
    with pytest.raises(ServerUnavailable):
        await drawing
    assert not await client.cancel("d1")
    assert not await client.cancel("unheard-of")


async def test_the_same_draft_asked_twice_is_drawn_once(client: ImagesClient, engine: FakeEngine) -> None:
    engine.hold = threading.Event()
    first, second = asyncio.create_task(draw(client)), asyncio.create_task(draw(client))
    await asyncio.to_thread(engine.holding.wait, 10)
    engine.hold.set()
    assert await first == await second
    assert await draw(client) == await first
    assert engine.drawn == 1


async def test_an_id_cannot_be_used_for_something_else(client: ImagesClient) -> None:
    await draw(client)
    with pytest.raises(RequestRefused) as caught:
        await draw(client, prompt="a house")
    assert caught.value.kind == "draft-id-reused"


async def test_a_failed_draft_is_told_and_may_be_asked_again(client: ImagesClient, engine: FakeEngine) -> None:
    engine.fail_with = RuntimeError("CUDA out of memory: the member's words")
    with pytest.raises(GenerationFailed) as caught:
        await draw(client)
    assert "words" not in str(caught.value)
    engine.fail_with = None
    assert isinstance((await draw(client))[-1], DraftDone)


async def test_a_wrong_key_is_refused_and_health_says_so(socket: Path) -> None:
    async with ImagesClient(uds=socket, api_key="other") as stranger:
        with pytest.raises(RequestRefused) as caught:
            await draw(stranger)
        assert caught.value.kind == "unauthorized"
        health = await stranger.health()
        assert (health.state, "unauthorized" in health.detail) == (Health.FAILED, True)


async def test_nobody_there_is_said(tmp_path: Path) -> None:
    async with ImagesClient(uds=tmp_path / "none.sock", api_key=KEY) as client:
        assert (await client.health()).state is Health.AWAY
        with pytest.raises(ServerUnavailable):
            await draw(client)


async def test_the_server_names_its_models_and_styles(client: ImagesClient) -> None:
    assert await client.models() == ("fake",)
    assert await client.styles() == ("flat", "ink")


async def test_the_openai_package_understands_it(socket: Path) -> None:
    http = httpx2.AsyncClient(transport=httpx2.AsyncHTTPTransport(uds=str(socket)))
    async with openai.AsyncOpenAI(base_url="http://localhost/v1", api_key=KEY, http_client=http) as client:
        answer = await client.images.generate(prompt="a boat", model="fake", n=2, size="512x512")
        assert answer.data is not None
        assert [base64.b64decode(image.b64_json or "")[:4] for image in answer.data] == [b"\x89PNG"] * 2
        stream = await client.images.generate(prompt="a boat", model="fake", stream=True, partial_images=1)
        kinds = [event.type async for event in stream]
    assert "image_generation.partial_image" in kinds
    assert "image_generation.completed" in kinds


async def post_edit(socket: Path, files: list[tuple[str, Any]], **fields: str) -> httpx2.Response:
    async with httpx2.AsyncClient(transport=httpx2.AsyncHTTPTransport(uds=str(socket))) as http:
        return await http.post(
            "http://localhost/v1/images/edits",
            files=files,
            data=fields,
            headers={"Authorization": f"Bearer {KEY}"},
        )


def upload(name: str, data: bytes | None = None) -> tuple[str, Any]:
    return name, ("file.png", png() if data is None else data, "image/png")


async def test_an_edit_is_a_form_with_pictures(socket: Path, engine: FakeEngine) -> None:
    answer = await post_edit(
        socket,
        [upload("image"), upload("mask", png((9, 9)))],
        prompt="a boat",
        n="2",
        seeds="[3, 4]",
        loras='[{"name": "ink", "weight": 0.5}]',
        margins='{"left": 8}',
    )
    assert answer.status_code == 200
    assert [entry["seed"] for entry in answer.json()["data"]] == [3, 4]
    (order,) = engine.orders
    assert order.operation is Operation.INPAINT
    assert order.image is not None and order.mask is not None and order.mask.size == (9, 9)
    assert (order.loras, order.margins.left) == ((("ink", 0.5),), 8)


async def test_several_pictures_are_one_to_edit_and_others_to_blend(socket: Path, engine: FakeEngine) -> None:
    files = [upload("image[]"), upload("image[]", png((9, 9))), upload("image[]", png((7, 7)))]
    await post_edit(socket, files, prompt="a boat", operation="blend")
    (order,) = engine.orders
    assert order.operation is Operation.BLEND
    assert [image.size for image in order.images] == [(9, 9), (7, 7)]


@pytest.mark.parametrize(
    ("files", "fields", "status", "code"),
    [
        ([upload("image", b"MZ no picture")], {}, 422, "bad-image"),
        ([upload("image", png_bomb(20_000))], {}, 413, "too-large"),
        ([upload("image")] * 6, {}, 422, "invalid"),
        ([upload("image")], {"n": "99"}, 400, "invalid"),
        ([upload("image")], {"seeds": "{"}, 400, "invalid"),
        ([upload("image")], {"operation": "magic"}, 400, "invalid"),
        ([upload("image")], {"replay": "[[[2, 5, 1]]]"}, 400, "invalid"),
        ([upload("image")], {"loras": '[{"name": "../up"}]'}, 400, "invalid"),
        ([upload("image")], {"strength": "nan"}, 400, "invalid"),
    ],
)
async def test_a_form_that_is_not_in_order_is_refused(
    socket: Path, engine: FakeEngine, files: list[tuple[str, Any]], fields: dict[str, str], status: int, code: str
) -> None:
    answer = await post_edit(socket, files, **({"prompt": "secret words"} | fields))
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert "secret" not in answer.text
    assert engine.drawn == 0


async def test_an_edit_that_is_no_form_is_refused(socket: Path) -> None:
    async with httpx2.AsyncClient(transport=httpx2.AsyncHTTPTransport(uds=str(socket))) as http:
        headers = {"Authorization": f"Bearer {KEY}"}
        answer = await http.post("http://localhost/v1/images/edits", json={"prompt": "a"}, headers=headers)
    assert answer.status_code == 415


async def test_the_openai_package_edits_pictures(socket: Path) -> None:
    http = httpx2.AsyncClient(transport=httpx2.AsyncHTTPTransport(uds=str(socket)))
    async with openai.AsyncOpenAI(base_url="http://localhost/v1", api_key=KEY, http_client=http) as client:
        image, mask = (name + ".png" for name in ("image", "mask"))
        answer = await client.images.edit(
            prompt="a boat", image=(image, png(), "image/png"), mask=(mask, png(), "image/png"), n=2
        )
        assert answer.data is not None and len(answer.data) == 2
        stream = await client.images.edit(
            prompt="a boat", image=(image, png(), "image/png"), stream=True, partial_images=1
        )
        kinds = [event.type async for event in stream]
    assert "image_edit.partial_image" in kinds
    assert "image_edit.completed" in kinds


async def test_what_the_check_keeps_in_is_told(client: ImagesClient, engine: FakeEngine) -> None:
    engine.withhold = True
    events = await draw(client)
    assert [(e.candidate, e.label) for e in events if isinstance(e, CandidateWithheld)] == [(0, "nsfw")]
    assert [e.candidate for e in events if isinstance(e, CandidateDone)] == [1]


async def test_the_server_says_what_its_models_can(client: ImagesClient) -> None:
    (fake,) = await client.abilities()
    assert fake.operations == ("draft", "redraw", "inpaint")
    assert (fake.sizes, fake.styles, fake.revision) == (((512, 512),), ("flat", "ink"), "1")


async def test_figures_are_there_for_prometheus(socket: Path, client: ImagesClient) -> None:
    await draw(client)
    async with httpx2.AsyncClient(transport=httpx2.AsyncHTTPTransport(uds=str(socket))) as http:
        text = (await http.get("http://localhost/metrics")).text
    assert "colophon_drafts_ready 1.0" in text
    assert 'colophon_drafts_total{outcome="finished"} 1.0' in text
    assert "colophon_drafts_forwards_total 3.0" in text


async def test_an_engine_that_broke_is_a_server_that_failed(client: ImagesClient, engine: FakeEngine) -> None:
    engine.crash = RuntimeError("CUDA error: device-side assert")
    health = await client.health()
    assert health.state is Health.FAILED
    assert "assert" not in health.detail
    with pytest.raises(ServerUnavailable):
        await draw(client)


_LINE = st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=["Cs"]))


@given(st.lists(st.tuples(_LINE, st.lists(_LINE, min_size=1))), st.lists(st.integers(0, 400)))
def test_events_cut_anywhere_are_read_whole(events: list[tuple[str, list[str]]], cuts: list[int]) -> None:
    text = "".join(f"event: {name}\n" + "".join(f"data: {line}\n" for line in data) + "\n" for name, data in events)
    edges = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
    decoder = SseDecoder()
    read = [event for start, end in pairwise(edges) for event in decoder.feed(text[start:end])]
    assert read == [ServerSentEvent(name or "message", "\n".join(data)) for name, data in events]


def test_comments_and_carriage_returns_are_no_events() -> None:
    read: Callable[[str], list[ServerSentEvent]] = SseDecoder().feed
    assert read(": ping\r\n\r\nid: 3\r\ndata: a\r\n\r\n") == [ServerSentEvent("message", "a")]
