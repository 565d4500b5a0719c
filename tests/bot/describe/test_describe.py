"""`/describe` through the pocket server: what is recorded, what a model sees, and what is offered."""

import base64
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from storage.evidence.history import History
from storage.evidence.kinds import Kind
from tests.bot.house import REFUSED_TERM, TALKER, House, open_house
from tests.bot.pocket_member import ANN, EPHEMERAL, Json, PocketMember, Upload, buttons_of, words_of
from tests.models.fake_images import picture

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

WORDS = "A green field under a wide sky."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(tmp_path_factory.mktemp("house"), speaks=True) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def ann(house: House) -> AsyncIterator[PocketMember]:
    async with PocketMember(house.url, patience_s=20) as member:
        notice = await member.answer(await member.command("evidence", "export"))
        if "I agree" in buttons_of(notice):
            await member.answer(await member.press(notice, buttons_of(notice)["I agree"]))
        yield member


def says(house: House, words: str, *, sees: bool = True) -> list[Json]:
    """Let the model say this of every picture; return the list of what it is asked."""
    house.language.writes = lambda _: [words]
    house.language.sees = sees
    house.language.requests.clear()
    return house.language.requests


async def describe(ann: PocketMember, file: Upload, **options: str) -> Json:
    return await ann.answer(await ann.command("describe", image=file, **options))


async def history(house: House) -> History:
    known = await house.store.members.find("discord", ANN)
    assert known is not None
    project = await house.store.projects.current(known)
    assert project is not None
    return await house.store.history(project)


async def test_words_for_a_picture_are_offered_and_both_are_on_record(house: House, ann: PocketMember) -> None:
    requests = says(house, WORDS)
    offer = await describe(ann, Upload("field.png", picture("green")))
    assert offer["flags"] & EPHEMERAL
    assert WORDS in offer["embeds"][0]["description"]
    events = await history(house)
    (upload,) = events.of(Kind.UPLOAD_ADDED)[-1:]
    (suggested,) = events.referring_to(upload.seq, Kind.SUGGESTION_MADE)
    assert upload.text("declared") == "own input"
    assert (suggested.text("text"), suggested.text("model")) == (WORDS, TALKER)
    assert len(requests) == 1
    waiting = await ann.answer(await ann.press(offer, buttons_of(offer)["Draft this"]))
    await ann.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))
    (brief,) = (await history(house)).referring_to(suggested.seq, Kind.PROMPT_SUBMITTED)
    assert brief.text("source") == f"llm:{suggested.seq}"


async def test_a_model_gets_a_small_picture_and_the_language_that_was_asked_for(
    house: House, ann: PocketMember
) -> None:
    requests = says(house, "一片绿地。")
    out = BytesIO()
    Image.new("RGB", (3000, 1500), "green").save(out, "PNG")
    await describe(ann, Upload("large.png", out.getvalue()), language="zh-CN")
    system, user = requests[0]["messages"]
    assert "Simplified Chinese" in system["content"]
    link = user["content"][0]["image_url"]["url"]
    assert link.startswith("data:image/jpeg;base64,")
    assert Image.open(BytesIO(base64.b64decode(link.partition(",")[2]))).size == (1024, 512)


async def test_a_model_that_cannot_see_is_named_and_the_picture_kept(house: House, ann: PocketMember) -> None:
    says(house, WORDS, sees=False)
    answer = await describe(ann, Upload("field.png", picture("green")))
    assert TALKER in words_of(answer)
    assert "language.model" in words_of(answer)
    assert (await history(house)).events[-1].kind == Kind.UPLOAD_ADDED


async def test_words_that_are_not_drawn_here_are_not_offered(house: House, ann: PocketMember) -> None:
    says(house, f"A {REFUSED_TERM}.")
    answer = await describe(ann, Upload("field.png", picture("green")))
    assert "does not draw" in words_of(answer)
    assert not buttons_of(answer)


async def test_a_model_that_says_nothing_is_told_as_a_failure(house: House, ann: PocketMember) -> None:
    says(house, " ")
    assert "failed" in words_of(await describe(ann, Upload("field.png", picture("green"))))


async def test_what_is_no_picture_is_not_recorded(house: House, ann: PocketMember) -> None:
    before = len(await history(house))
    requests = says(house, WORDS)
    answer = await describe(ann, Upload("field.png", b"\x89PNG\r\n\x1a\n, or so it says"))
    assert "Nothing was recorded" in words_of(answer)
    assert len(await history(house)) == before
    assert not requests


async def test_without_a_model_that_may_speak_the_setting_is_named(tmp_path: Path) -> None:
    async with open_house(tmp_path) as small, PocketMember(small.url, patience_s=20) as ann:
        answer = await describe(ann, Upload("field.png", picture("green")))
    assert "language.url" in words_of(answer)
