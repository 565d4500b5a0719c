"""The client of the language server, against a fake server and, marked slow, the real one."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from models.errors import (
    BadResponse,
    GenerationFailed,
    ModelsError,
    RequestRefused,
    ServerBusy,
    ServerUnavailable,
)
from models.health import Health
from models.language import MAX_PICTURE_BYTES, ChatStream, Finish, LanguageClient, Message, Role, Timeouts, Usage
from tests.fixtures_language import RealLanguageServer
from tests.models.fake_images import picture
from tests.models.fake_language import KEY, FakeLanguage, serve_fake

HELLO = (Message(Role.SYSTEM, "Be short."), Message(Role.USER, "Say hello."))
SECRET = "a member's words"


@pytest.fixture
def socket() -> Iterator[Path]:
    # A folder of its own: pytest's tmp_path can be longer than a socket's path may be.
    with TemporaryDirectory(prefix="colophon-") as folder:
        yield Path(folder) / "language.sock"


@pytest.fixture
async def fake(socket: Path) -> AsyncIterator[FakeLanguage]:
    async with serve_fake(socket) as running:
        yield running


@pytest.fixture
async def client(socket: Path) -> AsyncIterator[LanguageClient]:
    async with LanguageClient(uds=socket, api_key=KEY) as made:
        yield made


async def read(stream: ChatStream) -> str:
    async with stream:
        return "".join([piece async for piece in stream])


async def test_an_answer_arrives_in_pieces_with_its_usage(fake: FakeLanguage, client: LanguageClient) -> None:
    stream = client.chat(HELLO, max_tokens=5, temperature=0.5, priority=3, seed=11)
    assert [piece async for piece in stream] == ["one ", "two ", "three"]
    assert stream.finish is Finish.STOP
    assert stream.usage == Usage(prompt_tokens=7, completion_tokens=3)
    (sent,) = fake.requests
    assert sent["messages"][1] == {"role": "user", "content": "Say hello."}
    assert (sent["max_tokens"], sent["temperature"], sent["priority"], sent["seed"]) == (5, 0.5, 3, 11)


async def test_nothing_is_sent_before_the_first_piece_is_asked_for(fake: FakeLanguage, client: LanguageClient) -> None:
    await client.chat(HELLO, max_tokens=5).aclose()
    assert fake.requests == []


async def test_a_schema_is_passed_on(fake: FakeLanguage, client: LanguageClient) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    await read(client.chat(HELLO, max_tokens=5, response_schema=schema))
    assert fake.requests[0]["response_format"]["json_schema"]["schema"] == schema


async def test_closing_early_aborts_on_the_server(fake: FakeLanguage, client: LanguageClient) -> None:
    fake.hold_before = 1
    async with client.chat(HELLO, max_tokens=5) as stream:
        assert await anext(stream) == "one "
    async with asyncio.timeout(5):
        await fake.all_aborted.wait()


async def test_cancelling_the_reader_aborts_on_the_server(fake: FakeLanguage, client: LanguageClient) -> None:
    fake.hold_before = 1
    reader = asyncio.create_task(read(client.chat(HELLO, max_tokens=5)))
    async with asyncio.timeout(5):
        await fake.holding.wait()
        reader.cancel()
        await fake.all_aborted.wait()
    with pytest.raises(asyncio.CancelledError):
        await reader


@pytest.mark.parametrize(
    ("status", "error", "headers", "expected", "kind"),
    [
        (
            400,
            {"message": f"This model's maximum context length is 9. {SECRET}"},
            {},
            RequestRefused,
            "context-length",
        ),
        (400, {"message": SECRET, "code": 400}, {}, RequestRefused, "invalid"),
        (404, {"message": SECRET}, {}, RequestRefused, "unknown-model"),
        (422, {"message": SECRET}, {}, RequestRefused, "invalid"),
        (429, {"message": SECRET}, {"Retry-After": "4"}, ServerBusy, None),
        (500, {"message": SECRET}, {}, GenerationFailed, None),
        (503, {"message": SECRET}, {}, ServerUnavailable, None),
    ],
)
async def test_a_refusal_becomes_a_typed_error_without_members_words(
    fake: FakeLanguage,
    client: LanguageClient,
    status: int,
    error: dict[str, Any],
    headers: dict[str, str],
    expected: type[ModelsError],
    kind: str | None,
) -> None:
    fake.refuse_with = (status, error, headers)
    with pytest.raises(expected) as caught:
        await read(client.chat(HELLO, max_tokens=5))
    assert SECRET not in str(caught.value)
    assert getattr(caught.value, "kind", None) == kind
    if isinstance(caught.value, ServerBusy):
        assert caught.value.retry_after_s == 4.0


async def test_a_wrong_key_is_refused(fake: FakeLanguage, socket: Path) -> None:
    async with LanguageClient(uds=socket, api_key="other") as client:
        with pytest.raises(RequestRefused) as caught:
            await read(client.chat(HELLO, max_tokens=5))
    assert caught.value.kind == "unauthorized"


async def test_no_server_is_unavailable(client: LanguageClient) -> None:
    with pytest.raises(ServerUnavailable):
        await read(client.chat(HELLO, max_tokens=5))
    assert (await client.health()).state is Health.AWAY
    assert await client.ready() is False


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"drop_after_first": True}, GenerationFailed),
        ({"finish": None}, GenerationFailed),
        ({"finish": "abort"}, GenerationFailed),
        ({"raw_after": b"data: {not json\n\n"}, BadResponse),
        ({"raw_after": b'data: {"error": {"message": "engine died", "code": 500}}\n\n'}, GenerationFailed),
    ],
)
async def test_a_broken_stream_is_never_taken_for_an_answer(
    fake: FakeLanguage, client: LanguageClient, change: dict[str, Any], expected: type[ModelsError]
) -> None:
    for name, value in change.items():
        setattr(fake, name, value)
    with pytest.raises(expected):
        await read(client.chat(HELLO, max_tokens=5))


@pytest.mark.parametrize(
    ("hold_before", "timeouts", "expected"),
    [
        (0, Timeouts(first_token_s=0.1), ServerBusy),
        (1, Timeouts(token_gap_s=0.1), GenerationFailed),
        (1, Timeouts(total_s=0.1), GenerationFailed),
    ],
)
async def test_waiting_has_an_end(
    fake: FakeLanguage, socket: Path, hold_before: int, timeouts: Timeouts, expected: type[ModelsError]
) -> None:
    fake.hold_before = hold_before
    async with LanguageClient(uds=socket, api_key=KEY, timeouts=timeouts) as client, asyncio.timeout(10):
        with pytest.raises(expected):
            await read(client.chat(HELLO, max_tokens=5))
        await fake.all_aborted.wait()


async def test_health_follows_the_server(fake: FakeLanguage, client: LanguageClient) -> None:
    assert (await client.health()).state is Health.READY
    fake.health_status = 503
    assert (await client.health()).state is Health.FAILED
    assert await client.ready() is False
    fake.health_status = 200
    assert await client.ready() is True


async def test_ready_asks_for_a_token_and_tells_of_its_failure(fake: FakeLanguage, client: LanguageClient) -> None:
    fake.refuse_with = (500, {"message": "engine died"}, {})
    with pytest.raises(GenerationFailed):
        await client.ready()


async def test_a_bound_socket_that_nobody_serves_is_starting(socket: Path, client: LanguageClient) -> None:
    import socket as sockets

    with sockets.socket(sockets.AF_UNIX) as bound:
        bound.bind(str(socket))
        assert (await client.health()).state is Health.STARTING


class TestPictures:
    """Questions about pictures, to a vision-language model."""

    async def test_a_picture_goes_before_its_question(self, fake: FakeLanguage, client: LanguageClient) -> None:
        stream = client.describe(b"png", "image/png", "What is it?", max_tokens=9, system="Be short.", priority=2)
        assert await read(stream) == "one two three"
        (sent,) = fake.requests
        assert sent["messages"][0] == {"role": "system", "content": "Be short."}
        picture, question = sent["messages"][1]["content"]
        assert picture == {"type": "image_url", "image_url": {"url": "data:image/png;base64,cG5n"}}
        assert question == {"type": "text", "text": "What is it?"}
        assert (sent["max_tokens"], sent["priority"]) == (9, 2)

    async def test_leaving_a_description_aborts_on_the_server(self, fake: FakeLanguage, client: LanguageClient) -> None:
        fake.hold_before = 1
        async with client.describe(b"png", "image/png", "What is it?", max_tokens=9) as stream:
            await anext(stream)
        async with asyncio.timeout(5):
            await fake.all_aborted.wait()

    async def test_a_model_without_eyes_is_named(self, fake: FakeLanguage, client: LanguageClient) -> None:
        fake.sees = False
        with pytest.raises(RequestRefused) as caught:
            await read(client.describe(b"png", "image/png", SECRET, max_tokens=9))
        assert caught.value.kind == "no-vision"
        with pytest.raises(RequestRefused) as caught:
            await client.classify(b"png", "image/png", SECRET, ("yes", "no"))
        assert caught.value.kind == "no-vision"

    @pytest.mark.parametrize(
        ("picture", "mime", "kind"),
        [(b"<svg/>", "image/svg+xml", "bad-image"), (bytes(MAX_PICTURE_BYTES + 1), "image/png", "too-large")],
    )
    async def test_a_picture_at_fault_is_not_sent(
        self, fake: FakeLanguage, client: LanguageClient, picture: bytes, mime: str, kind: str
    ) -> None:
        with pytest.raises(RequestRefused) as caught:
            client.describe(picture, mime, "What is it?", max_tokens=9)
        assert caught.value.kind == kind
        assert fake.requests == []

    async def test_a_choice_is_made_among_the_choices(self, fake: FakeLanguage, client: LanguageClient) -> None:
        fake.words = (" un", "safe", "\n")
        assert await client.classify(b"png", "image/png", "Is it fit to show?", ("safe", "unsafe")) == "unsafe"
        (sent,) = fake.requests
        assert sent["structured_outputs"] == {"choice": ["safe", "unsafe"]}
        assert (sent["temperature"], sent["max_tokens"]) == (0.0, 7)

    @pytest.mark.parametrize("words", [("Sure", "!"), ("safe or unsafe",), ("saf",), ("",)])
    async def test_an_answer_outside_the_choices_is_no_answer(
        self, fake: FakeLanguage, client: LanguageClient, words: tuple[str, ...]
    ) -> None:
        fake.words = words
        with pytest.raises(BadResponse):
            await client.classify(b"png", "image/png", "Is it fit to show?", ("safe", "unsafe"))


def test_the_clients_import_no_engine() -> None:
    check = (
        "import sys, models.language, models.images, models.supervisor, models.catalog, models.serve\n"
        "import models.embedded.language\n"
        "heavy = {'torch', 'vllm', 'transformers', 'diffusers', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", check], check=True, timeout=60)


@pytest.mark.slow
class TestRealServer:
    """What only vLLM itself can confirm."""

    async def test_it_answers(self, real_language_server: RealLanguageServer) -> None:
        async with real_language_server.client() as client:
            assert await client.ready()
            stream = client.chat(HELLO, max_tokens=12)
            text = await read(stream)
        assert text
        assert stream.finish in {Finish.STOP, Finish.LENGTH}
        assert stream.usage is not None
        assert 0 < stream.usage.completion_tokens <= 12

    async def test_a_schema_is_kept(self, real_language_server: RealLanguageServer) -> None:
        schema = {
            "type": "object",
            "properties": {"colour": {"enum": ["red", "blue"]}},
            "required": ["colour"],
            "additionalProperties": False,
        }
        async with real_language_server.client() as client:
            text = await read(client.chat(HELLO, max_tokens=40, response_schema=schema))
        assert json.loads(text)["colour"] in {"red", "blue"}

    async def test_too_long_a_prompt_is_named(self, real_language_server: RealLanguageServer) -> None:
        long = (Message(Role.USER, "word " * 6000),)
        async with real_language_server.client() as client:
            with pytest.raises(RequestRefused) as caught:
                await read(client.chat(long, max_tokens=5))
        assert caught.value.kind == "context-length"

    async def test_a_picture_is_refused_by_a_model_that_cannot_see(
        self, real_language_server: RealLanguageServer
    ) -> None:
        async with real_language_server.client() as client:
            with pytest.raises(RequestRefused) as caught:
                await read(client.describe(picture(), "image/png", "What is it?", max_tokens=5))
        assert caught.value.kind == "no-vision"

    async def test_a_choice_is_kept(self, real_language_server: RealLanguageServer) -> None:
        # The embedded model cannot see, but what holds it to the choices is the same without a picture.
        extra = {"structured_outputs": {"choice": ["safe", "unsafe"]}}
        request = {"messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 7, "extra_body": extra}
        async with real_language_server.client() as client:
            text = await read(ChatStream(client, request, Timeouts()))
        assert text in {"safe", "unsafe"}

    async def test_an_answer_without_room_is_cut(self, real_language_server: RealLanguageServer) -> None:
        almost_full = (Message(Role.USER, "word " * 2000),)
        async with real_language_server.client() as client:
            stream = client.chat(almost_full, max_tokens=1000)
            await read(stream)
        assert stream.usage is not None
        assert stream.usage.completion_tokens < 100

    async def test_a_wrong_key_is_refused(self, real_language_server: RealLanguageServer) -> None:
        async with LanguageClient(uds=real_language_server.socket, api_key="other") as client:
            with pytest.raises(RequestRefused) as caught:
                await read(client.chat(HELLO, max_tokens=5))
        assert caught.value.kind == "unauthorized"

    async def test_closing_early_frees_the_slot(self, real_language_server: RealLanguageServer) -> None:
        async with real_language_server.client() as client:
            async with client.chat((Message(Role.USER, "Count to a thousand."),), max_tokens=1500) as stream:
                await anext(stream)
            async with asyncio.timeout(10):
                # The server offers no event for this, only a number to read again.
                while await real_language_server.running_requests() > 0:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)

    async def test_priorities_are_accepted(self, real_language_server: RealLanguageServer) -> None:
        async with real_language_server.client() as client:
            answers = await asyncio.gather(
                *(read(client.chat(HELLO, max_tokens=4, priority=priority)) for priority in (10, 0, -1))
            )
        assert all(answers)
