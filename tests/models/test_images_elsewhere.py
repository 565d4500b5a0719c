"""The drafts client against Images servers that are not ours, and what it reads of our own server's abilities."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from models.dialects.openapi import read_routes
from models.dialects.pictures import BadPicture, measured, transparent_where_drawn, white_where_drawn
from models.drafting import NOTHING_SAID, UNKNOWN
from models.errors import (
    BadResponse,
    GenerationFailed,
    ModelsError,
    RequestRefused,
    ServerBusy,
    ServerUnavailable,
)
from models.health import Health
from models.images import (
    Adapter,
    CandidateDone,
    CandidateWithheld,
    DraftDone,
    DraftEvent,
    DraftRequest,
    ImagesClient,
    ImageTimeouts,
    Margins,
    ModelAbilities,
    Preview,
)
from tests.models.fake_images import (
    KEY,
    Seen,
    b64,
    editing,
    frame,
    language_only,
    omni,
    openai_like,
    picture,
    serve_app,
)

SECRET = "a member's words"
Start = Callable[..., Any]


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Return what starts an app and gives back a client of it."""
    async with AsyncExitStack() as stack:

        async def started(app: FastAPI, **settings: Any) -> ImagesClient:
            socket = tmp_path / "s"
            await stack.enter_async_context(serve_app(app, socket))
            given: dict[str, Any] = {"api_key": KEY} | settings
            client = ImagesClient(uds=socket, **given)
            return await stack.enter_async_context(client)

        yield started


async def draw(client: ImagesClient, **asked: Any) -> list[DraftEvent]:
    given: dict[str, Any] = {"seeds": (7, 8), "width": 768, "height": 512} | asked
    request = DraftRequest("d1", "a boat", **given)
    async with aclosing(client.draft(request)) as events:
        return [event async for event in events]


def record_of(events: list[DraftEvent]) -> Any:
    last = events[-1]
    assert isinstance(last, DraftDone)
    return last.record


class TestOmni:
    """A server like vLLM-Omni, which describes itself."""

    async def test_it_gets_the_fields_it_knows_and_a_request_for_each_seed(self, start: Start, seen: Seen) -> None:
        client = await start(omni(seen))
        events = await draw(client, negative="rain", steps=9, guidance=2.5, style="ink")
        for request, seed in zip(sorted(seen.requests, key=lambda each: each["seed"]), (7, 8), strict=True):
            assert request == {
                "prompt": "a boat",
                "model": "maker/model",
                "n": 1,
                "size": "768x512",
                "seed": seed,
                "negative_prompt": "rain",
                "num_inference_steps": 9,
                "guidance_scale": 2.5,
                "response_format": "b64_json",
                "output_format": "png",
            }
        made = sorted((e for e in events if isinstance(e, CandidateDone)), key=lambda each: each.candidate)
        assert [(m.candidate, m.seed, m.mime, m.width, m.height) for m in made] == [
            (0, 7, "image/png", 24, 16),
            (1, 8, "image/png", 24, 16),
        ]

    async def test_the_record_says_what_is_known_and_no_more(self, start: Start, seen: Seen) -> None:
        record = record_of(await draw(await start(omni(seen)), steps=9, style="ink"))
        assert (record.model, record.steps, record.guidance, record.bucket) == ("maker/model", 9, None, None)
        assert (record.revision, record.weights_sha256, record.scheduler) == (UNKNOWN,) * 3
        assert record.extra == {"server": "vllm", "interface": "OpenAI Images", "left_out": ["style"]}

    async def test_its_abilities_are_read_from_its_document(self, start: Start, seen: Seen) -> None:
        client = await start(omni(seen))
        assert await client.abilities() == (
            ModelAbilities("maker/model", ("draft", "redraw", "inpaint"), negative=True),
        )
        assert await client.styles() == ()
        assert await client.cancel("d1") is False
        assert (await client.health()).state is Health.READY

    async def test_without_a_document_it_only_drafts_and_keeps_its_seeds(self, start: Start, seen: Seen) -> None:
        client = await start(omni(seen, described=False))
        (abilities,) = await client.abilities()
        assert abilities.operations == ("draft",)
        await draw(client, seeds=(5,))
        assert seen.requests[0]["seed"] == 5

    async def test_the_size_may_be_left_to_the_model(self, start: Start, seen: Seen) -> None:
        await draw(await start(omni(seen)), seeds=(1,), height=None)
        assert "size" not in seen.requests[0]

    async def test_a_picture_is_redrawn_by_a_form(self, start: Start, seen: Seen) -> None:
        image = picture("blue", form="WEBP")
        events = await draw(await start(omni(seen)), image=image, strength=0.5, seeds=(3,), negative="rain")
        (form,) = seen.requests
        assert form["image"] == image
        assert (form["seed"], form["strength"], form["prompt"], form["n"]) == ("3", "0.5", "a boat", "1")
        assert not {"stream", "mask_image", "response_format"} & set(form)
        assert record_of(events).extra["left_out"] == ["negative"]

    async def test_a_mask_is_sent_white_where_it_is_drawn(self, start: Start, seen: Seen) -> None:
        mask = Image.new("RGBA", (12, 8), "black")
        mask.paste((0, 0, 0, 0), (0, 0, 6, 8))
        out = BytesIO()
        mask.save(out, "PNG")
        await draw(await start(omni(seen)), image=picture(), mask=out.getvalue(), seeds=(3,))
        with Image.open(BytesIO(seen.requests[0]["mask_image"])) as sent:
            assert (sent.mode, sent.size) == ("L", (24, 16))
            assert (sent.getpixel((0, 0)), sent.getpixel((23, 15))) == (255, 0)

    async def test_not_all_candidates_are_asked_for_at_once(self, start: Start, seen: Seen) -> None:
        events = await draw(await start(omni(seen)), seeds=tuple(range(8)))
        assert len([e for e in events if isinstance(e, CandidateDone)]) == 8
        assert 1 < seen.most_at_once <= 4

    async def test_leaving_hangs_up(self, start: Start, seen: Seen) -> None:
        seen.hold = asyncio.Event()
        drawing = asyncio.create_task(draw(await start(omni(seen))))
        async with asyncio.timeout(5):
            await seen.holding.wait()
            drawing.cancel()
            await seen.hung_up.wait()
        with pytest.raises(asyncio.CancelledError):
            await drawing

    async def test_silence_has_an_end(self, start: Start, seen: Seen) -> None:
        seen.hold = asyncio.Event()
        client = await start(omni(seen), timeouts=ImageTimeouts(whole_s=0.1))
        with pytest.raises(ServerBusy):
            await draw(client)

    @pytest.mark.parametrize(
        "asked",
        [
            {"line": picture()},
            {"operation": "upscale", "image": picture()},
            {"operation": "blend", "images": (picture(), picture())},
        ],
    )
    async def test_what_it_cannot_do_is_refused_before_it_is_asked(
        self, start: Start, seen: Seen, asked: dict[str, Any]
    ) -> None:
        with pytest.raises(RequestRefused) as caught:
            await draw(await start(omni(seen)), **asked)
        assert caught.value.kind == "unsupported"
        assert not seen.requests

    @pytest.mark.parametrize(
        ("asked", "kind"),
        [
            ({"image": b"GIF89a"}, "bad-image"),
            ({"image": picture(), "mask": b"PK"}, "bad-image"),
            ({"image": picture(), "mask": picture(mode="RGBA")[:60]}, "bad-image"),
            ({"operation": "redraw"}, "invalid"),
            ({"operation": "inpaint", "image": picture()}, "invalid"),
        ],
    )
    async def test_pictures_at_fault_are_refused(
        self, start: Start, seen: Seen, asked: dict[str, Any], kind: str
    ) -> None:
        with pytest.raises(RequestRefused) as caught:
            await draw(await start(omni(seen)), **asked)
        assert caught.value.kind == kind


def error(status: int, code: str | None = None, **headers: str) -> JSONResponse:
    return JSONResponse({"error": {"message": SECRET, "code": code}}, status, headers)


@pytest.mark.parametrize(
    ("answer", "expected", "kind"),
    [
        (error(400, "moderation_blocked"), RequestRefused, "not-allowed"),
        (error(400, SECRET), RequestRefused, "invalid"),
        (JSONResponse({"detail": SECRET}, 422), RequestRefused, "invalid"),
        (error(401), RequestRefused, "unauthorized"),
        (error(404), RequestRefused, "unknown-model"),
        (error(429, **{"Retry-After": "4"}), ServerBusy, None),
        (JSONResponse([SECRET], 500), GenerationFailed, None),
        (PlainTextResponse(SECRET, 503), ServerUnavailable, None),
        (PlainTextResponse(SECRET), BadResponse, None),
        (JSONResponse({"data": []}), BadResponse, None),
        (JSONResponse({"data": [{"url": "http://elsewhere/p.png"}]}), BadResponse, None),
        (JSONResponse({"data": [{"b64_json": "!"}]}), BadResponse, None),
        (JSONResponse({"data": [{"b64_json": b64(b"<svg/>")}]}), BadResponse, None),
    ],
)
async def test_whatever_goes_wrong_becomes_ours_without_its_words(
    start: Start, seen: Seen, answer: Response, expected: type[ModelsError], kind: str | None
) -> None:
    seen.answer = answer
    with pytest.raises(expected) as caught:
        await draw(await start(omni(seen)))
    assert SECRET not in str(caught.value)
    assert getattr(caught.value, "kind", None) == kind
    if isinstance(caught.value, ServerBusy):
        assert caught.value.retry_after_s == 4.0


class TestOpenAi:
    """A server like OpenAI's, which says nothing of itself."""

    async def test_a_stream_brings_previews_and_the_picture(self, start: Start, seen: Seen) -> None:
        seen.picture, seen.listed = picture(form="JPEG"), ["gpt-image", "gpt-chat"]
        client = await start(openai_like(seen), model="gpt-image")
        events = await draw(client, negative="rain", seeds=(4,))
        previews = [e for e in events if isinstance(e, Preview)]
        assert [(p.candidate, p.step, p.steps, p.mime) for p in previews] == [
            (0, 1, 4, "image/jpeg"),
            (0, 2, 4, "image/jpeg"),
        ]
        assert [(e.seed, e.width, e.mime) for e in events if isinstance(e, CandidateDone)] == [(4, 24, "image/jpeg")]
        record = record_of(events)
        assert record.model == "gpt-image"
        assert record.extra["left_out"] == ["negative", "seeds"]
        assert record.extra["quality"] == "low"
        assert seen.requests == [
            {
                "prompt": "a boat",
                "model": "gpt-image",
                "n": 1,
                "size": "1536x1024",
                "output_format": "png",
                "stream": True,
                "partial_images": 3,
            }
        ]

    @pytest.mark.parametrize(("aspect", "size"), [("16:9", "1536x1024"), ("3:4", "1024x1536"), ("1:1", "1024x1024")])
    async def test_a_shape_becomes_the_size_that_comes_nearest(
        self, start: Start, seen: Seen, aspect: str, size: str
    ) -> None:
        client = await start(openai_like(seen))
        record = record_of(await draw(client, seeds=(4,), width=None, height=None, aspect=aspect))
        assert seen.requests[0]["size"] == size
        assert "aspect" not in record.extra["left_out"]

    async def test_of_many_models_none_is_chosen_unasked(self, start: Start, seen: Seen) -> None:
        seen.listed = ["one", "two"]
        client = await start(openai_like(seen))
        assert [each.name for each in await client.abilities()] == ["one", "two"]
        assert record_of(await draw(client, seeds=(1,))).model == UNKNOWN
        assert "model" not in seen.requests[0]
        assert record_of(await draw(client, seeds=(1,), model="two")).model == "two"

    async def test_a_configured_model_is_the_only_one(self, start: Start, seen: Seen) -> None:
        seen.listed = ["one", "two"]
        (abilities,) = await (await start(openai_like(seen), model="two")).abilities()
        assert (abilities.name, abilities.operations, abilities.negative) == ("two", ("draft",), False)
        assert abilities.sizes[0] == (1024, 1024)

    async def test_health_asks_for_what_drawing_needs(self, start: Start, seen: Seen) -> None:
        assert (await (await start(openai_like(seen))).health()).state is Health.READY

    async def test_a_wrong_key_is_refused_without_its_letters(self, start: Start, seen: Seen) -> None:
        client = await start(openai_like(seen), api_key="other")
        with pytest.raises(RequestRefused) as caught:
            await draw(client)
        assert caught.value.kind == "unauthorized"
        assert "oth" not in str(caught.value)
        assert (await client.health()).state is Health.FAILED

    @pytest.mark.parametrize(
        ("sent", "expected"),
        [
            (b"", ServerUnavailable),
            (b"data: [DONE]\n\n", ServerUnavailable),
            (frame("error", {"error": {"message": SECRET}}), GenerationFailed),
            (b"data: {not json\n\n", BadResponse),
            (frame("image_generation.completed", {}), BadResponse),
            (frame("image_generation.completed", {"b64_json": b64(b"no picture")}), BadResponse),
            (frame("image_generation.partial_image", {"b64_json": b64(picture())}), BadResponse),
        ],
    )
    async def test_a_broken_stream_is_never_taken_for_a_picture(
        self, start: Start, seen: Seen, sent: bytes, expected: type[ModelsError]
    ) -> None:
        seen.answer = Response(sent, media_type="text/event-stream")
        with pytest.raises(expected) as caught:
            await draw(await start(openai_like(seen)), seeds=(1,))
        assert SECRET not in str(caught.value)


async def test_openais_own_form_of_an_edit_is_spoken_where_it_is_described(start: Start, seen: Seen) -> None:
    client, image = await start(editing(seen)), picture()
    (abilities,) = await client.abilities()
    assert (abilities.operations, abilities.negative) == (("draft", "redraw", "inpaint"), True)
    await draw(client, image=image, mask=picture("white", mode="L"), seeds=(1,))
    (form,) = seen.requests
    assert set(form) == {"prompt", "image[]", "mask", "model"}
    assert form["image[]"] == image
    with Image.open(BytesIO(form["mask"])) as sent:
        assert sent.getchannel("A").getextrema() == (0, 0)


async def test_a_server_that_makes_no_pictures_is_told_apart(start: Start, seen: Seen) -> None:
    client = await start(language_only(seen))
    with pytest.raises(BadResponse, match="no pictures"):
        await client.abilities()
    assert (await client.health()).state is Health.READY


async def test_another_server_at_the_same_address_is_noticed(tmp_path: Path) -> None:
    first, second, socket = Seen(), Seen(), tmp_path / "s"
    async with ImagesClient(uds=socket, api_key=KEY) as client:
        async with serve_app(omni(first), socket):
            await draw(client)
        with pytest.raises(ServerUnavailable):
            await draw(client)
        async with serve_app(openai_like(second), socket):
            await draw(client)
    assert len(first.requests) == len(second.requests) == 2


ABILITIES = {
    "operations": ["draft", "inpaint", "a-later-one"],
    "styles": ["ink"],
    "schedulers": ["euler"],
    "loras": ["house"],
    "negative": True,
    "languages": ["en"],
    "sizes": [[1024, 768]],
    "revision": "abc",
    "weights_sha256": "0" * 64,
    "something": "newer",
    "controls": ["scribble"],
    "steps": 20,
    "guidance": 5,
}
RECORD = {"model": "m", "steps": 4, "libraries": {"torch": "2"}, "drawn_from": ["boat"], "vae": "tiled"}


def ours(asked: list[dict[str, Any]]) -> FastAPI:
    """Return our own server as it is from outside."""
    app = FastAPI(openapi_url=None)

    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        old = {"id": "old", "object": "model", "owned_by": "colophon"}
        return {"object": "list", "data": [{**old, "id": "new", "colophon": ABILITIES}, old]}

    @app.post("/v1/images/generations")
    async def generate(request: Request) -> Response:
        asked.append(await request.json())
        made = {"candidate": 0, "seed": 7, "size": "24x16", "output_format": "png", "b64_json": b64(picture())}
        withheld = {"candidate": 1, "seed": 8, "label": "nsfw"}
        said = frame("image_edit.completed", made) + frame("draft.withheld", withheld)
        said += frame("draft.record", {"record": RECORD})
        return Response(said, media_type="text/event-stream")

    return app


class TestOurs:
    """Our server's newer words."""

    async def test_abilities_are_read(self, start: Start) -> None:
        new, old = await (await start(ours([]))).abilities()
        assert new == ModelAbilities(
            "new",
            ("draft", "inpaint", "a-later-one"),
            styles=("ink",),
            schedulers=("euler",),
            loras=("house",),
            negative=True,
            languages=("en",),
            sizes=((1024, 768),),
            revision="abc",
            weights_sha256="0" * 64,
            controls=("scribble",),
            steps=20,
            guidance=5.0,
        )
        assert old == ModelAbilities("old", ("draft",))

    async def test_everything_that_can_be_asked_is_sent(self, start: Start) -> None:
        asked: list[dict[str, Any]] = []
        await draw(
            await start(ours(asked)),
            operation="outpaint",
            image=b"i",
            mask=b"m",
            reference=b"r",
            images=(b"a", b"b"),
            control="scribble",
            control_scale=0.7,
            loras=(Adapter("house", 0.8),),
            scheduler="euler",
            margins=Margins(left=8, bottom=16),
            scale=2,
            replay=(((2, 0, 4), (1, 0, 16)),),
            seeds=(7, 8),
        )
        (body,) = asked
        assert body["operation"] == "outpaint"
        assert [body[name] for name in ("image", "mask", "reference")] == [b64(b"i"), b64(b"m"), b64(b"r")]
        assert body["images"] == [b64(b"a"), b64(b"b")]
        assert (body["control"], body["control_scale"], body["scheduler"]) == ("scribble", 0.7, "euler")
        assert body["loras"] == [{"name": "house", "weight": 0.8}]
        assert body["margins"] == {"left": 8, "top": 0, "right": 0, "bottom": 16}
        assert (body["scale"], body["replay"]) == (2, [[[2, 0, 4], [1, 0, 16]]])

    async def test_what_is_not_asked_is_not_sent(self, start: Start) -> None:
        asked: list[dict[str, Any]] = []
        await draw(await start(ours(asked)), width=None)
        assert asked[0]["size"] == "auto"
        assert set(asked[0]) == {
            *("draft_id", "prompt", "negative_prompt", "n", "seeds", "size", "stream", "preview_interval_s")
        }

    async def test_a_record_keeps_what_is_new_and_lacks_what_was_not_said(self, start: Start) -> None:
        events = await draw(await start(ours([])), image=b"i", seeds=(7, 8))
        assert isinstance(events[0], CandidateDone)
        assert events[1] == CandidateWithheld(1, 8, "nsfw")
        record = record_of(events)
        assert (record.model, record.steps, record.drawn_from, record.unknown) == ("m", 4, ("boat",), ())
        assert (record.revision, record.bucket) == (UNKNOWN, None)
        assert record.extra == {"vae": "tiled"}


class TestMasks:
    """Both forms of a mask, from both forms of a mask."""

    @pytest.mark.parametrize("corner", ["transparent", "white"])
    def test_either_form_becomes_either_form(self, corner: str) -> None:
        mode = "RGBA" if corner == "transparent" else "L"
        drawn, kept = ((9, 9, 9, 0), (255, 255, 255, 255)) if mode == "RGBA" else (200, 90)
        mask = Image.new(mode, (4, 4), kept)
        mask.paste(drawn, (0, 0, 2, 2))
        out = BytesIO()
        mask.save(out, "PNG")
        for convert, band, (on, off) in (
            (white_where_drawn, "L", (255, 0)),
            (transparent_where_drawn, "A", (0, 255)),
        ):
            made = convert(out.getvalue(), picture(size=(8, 8)))
            with Image.open(BytesIO(made)) as read:
                pixels = read.getchannel(band)
                assert pixels.size == (8, 8)
                assert (pixels.getpixel((0, 0)), pixels.getpixel((3, 3)), pixels.getpixel((4, 4))) == (on, on, off)

    def test_the_size_is_read_from_the_picture(self) -> None:
        assert measured(picture(size=(5, 6), form="WEBP")) == ("image/webp", 5, 6)
        with pytest.raises(BadPicture) as caught:
            measured(picture(size=(9000, 1)))
        assert caught.value.kind == "too-large"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["paths", "components"]), _JSON), _JSON)
def test_any_document_can_be_read(document: dict[str, Any], schema: Any) -> None:
    read_routes(document)
    content = {"content": {"application/json": {"schema": schema}}}
    read_routes({"paths": {"/v1/images/generations": {"post": {"requestBody": content}}}} | document)


def test_a_document_that_refers_to_itself_ends() -> None:
    loop = {"$ref": "#/components/schemas/A"}
    body = {"content": {"application/json": {"schema": {"allOf": [loop, {"properties": {"prompt": {}}}]}}}}
    route = {"/x/images/generations": {"post": {"requestBody": body}}}
    routes = read_routes({"components": {"schemas": {"A": loop}}, "paths": route})
    assert routes is not None
    assert (routes.generations, routes.edits) == (frozenset({"prompt"}), None)


def test_the_record_of_a_silent_server_is_plain_json() -> None:
    assert NOTHING_SAID.steps is None
    assert NOTHING_SAID.pipeline == UNKNOWN
