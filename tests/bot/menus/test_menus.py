"""The menu of a message through the pocket server: each entry, one file and several, and what is on record."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.menus.commands import MessageMenuCog
from storage.evidence.authorship import MadeBy
from storage.evidence.history import History
from storage.evidence.kinds import Kind
from tests.bot.house import House, open_house
from tests.bot.pocket_member import ANN, BO, EPHEMERAL, Json, PocketMember, Upload, buttons_of, words_of
from tests.models.fake_images import picture

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

GREEN, BLUE = Upload("green.png", picture("green")), Upload("blue.png", picture("blue"))
ENTRIES = [menu.name for menu in MessageMenuCog.menus]
OF_PICTURES = ENTRIES[:3]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(tmp_path_factory.mktemp("house"), speaks=True) as opened:
        opened.language.writes = lambda _: ["A field."]
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def ann(house: House) -> AsyncIterator[PocketMember]:
    async with PocketMember(house.url, patience_s=20) as member:
        notice = await member.answer(await member.command("evidence", "export"))
        if "I agree" in buttons_of(notice):
            await member.answer(await member.press(notice, buttons_of(notice)["I agree"]))
        yield member


@pytest_asyncio.fixture(loop_scope="module")
async def bo(house: House, ann: PocketMember) -> AsyncIterator[PocketMember]:
    async with PocketMember(house.url, BO, patience_s=20) as member:
        yield member


async def use(ann: PocketMember, message: Json, name: str) -> Json:
    return await ann.answer(await ann.command_on(message, name))


def select_of(message: Json) -> Json:
    found: Json = message["components"][0]["components"][0]
    assert found["type"] == 3
    return found


async def choose(ann: PocketMember, message: Json, value: str) -> None:
    await ann.choose(message, value)


async def becomes(ann: PocketMember, message: Json, words: str) -> Json:
    return await ann.message(lambda m: m["id"] == message["id"] and words in words_of(m))


async def history(house: House) -> History:
    known = await house.store.members.find("discord", ANN)
    assert known is not None
    project = await house.store.projects.current(known)
    assert project is not None
    return await house.store.history(project)


@pytest.mark.parametrize(("value", "declared"), [("hand", MadeBy.OWN_HAND), ("person", MadeBy.OTHER_PERSON)])
async def test_a_picture_is_recorded_with_who_made_it_and_where_it_stands(
    house: House, ann: PocketMember, bo: PocketMember, value: str, declared: MadeBy
) -> None:
    message = await bo.say("look", GREEN)
    asked = await use(ann, message, "Record in my project")
    assert asked["flags"] & EPHEMERAL
    assert "Who made this picture" in asked["content"]
    await choose(ann, asked, value)
    told = await becomes(ann, asked, "The picture is recorded")
    assert not told["components"]
    event = (await history(house)).events[-1]
    assert (event.kind, event.text("declared")) == (Kind.UPLOAD_ADDED, declared)
    assert event.map("discord")["message"] == message["id"]
    assert f"#{event.seq}" in told["content"].replace("receipt ", "")


async def test_of_several_pictures_the_one_that_is_chosen_is_recorded(
    house: House, ann: PocketMember, bo: PocketMember
) -> None:
    message = await bo.say("two", GREEN, BLUE)
    asked = await use(ann, message, "Record in my project")
    assert [option["label"] for option in select_of(asked)["options"]] == ["1. green.png", "2. blue.png"]
    await choose(ann, asked, "1")
    who = await becomes(ann, asked, "Who made this picture")
    assert [embed["title"] for embed in who["embeds"]] == ["blue.png"]
    await choose(ann, who, "unknown")
    await becomes(ann, asked, "The picture is recorded")
    recorded = (await history(house)).events[-1].image_sha256
    assert recorded is not None
    assert await house.store.media.read(recorded) == BLUE.data


@pytest.mark.parametrize(("mine", "declared"), [(True, MadeBy.OWN_INPUT), (False, MadeBy.UNKNOWN)])
async def test_a_picture_is_described(
    house: House, ann: PocketMember, bo: PocketMember, mine: bool, declared: MadeBy
) -> None:
    message = await (ann if mine else bo).say("look", GREEN)
    offer = await use(ann, message, "Describe")
    assert "A field." in offer["embeds"][0]["description"]
    events = await history(house)
    (upload,) = events.of(Kind.UPLOAD_ADDED)[-1:]
    assert upload.text("declared") == declared
    assert upload.map("discord")["message"] == message["id"]
    assert events.referring_to(upload.seq, Kind.SUGGESTION_MADE)


async def test_a_picture_becomes_the_input_of_a_draft(house: House, ann: PocketMember, bo: PocketMember) -> None:
    message = await bo.say("look", GREEN)
    asked = await use(ann, message, "Use as input")
    form = await ann.form(await ann.choose(asked, "draft"))
    waiting = await ann.answer(await ann.submit(form, "the same at night"))
    assert not waiting["flags"] & EPHEMERAL
    await ann.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))
    events = await history(house)
    (brief,) = events.of(Kind.PROMPT_SUBMITTED)[-1:]
    assert brief.text("prompt") == "the same at night"
    brought = events.of(Kind.UPLOAD_ADDED)[-1]
    assert brought.seq in brief.refs
    assert brought.text("declared") == MadeBy.UNKNOWN
    assert brought.map("discord")["message"] == message["id"]


async def test_a_receipt_is_checked_and_so_is_the_one_file_that_is_chosen(ann: PocketMember) -> None:
    receipt = await ann.answer(await ann.command("evidence", "receipt", number=2))
    proof = Upload("receipt.txt", await ann.download(receipt["attachments"][0]), "text/plain")
    assert "VERIFIED" in words_of(await use(ann, await ann.say("check this", proof), "Check evidence"))
    asked = await use(ann, await ann.say("which?", GREEN, proof), "Check evidence")
    await choose(ann, asked, "1")
    await becomes(ann, asked, "VERIFIED")


@pytest.mark.parametrize("name", ENTRIES)
async def test_a_message_without_files_is_told_so(house: House, ann: PocketMember, bo: PocketMember, name: str) -> None:
    before = len(await history(house))
    answer = await use(ann, await bo.say("words alone"), name)
    assert "There is no" in words_of(answer)
    assert len(await history(house)) == before


@pytest.mark.parametrize("name", OF_PICTURES)
async def test_whoever_has_not_agreed_gets_the_notice_first_and_then_goes_on(
    house: House, ann: PocketMember, name: str
) -> None:
    message = await ann.say("look", GREEN)
    size = await house.store.ledger.size()
    async with PocketMember(house.url, "1100000000000000103", patience_s=20) as mo:
        notice = await use(mo, message, name)
        assert "I agree" in buttons_of(notice)
    assert await house.store.ledger.size() == size


async def test_a_link_that_has_died_is_told(house: House, ann: PocketMember, bo: PocketMember) -> None:
    message = await bo.say("look", GREEN)
    asked = await use(ann, message, "Record in my project")
    del house.pocket.world.files[message["attachments"][0]["id"]]
    await choose(ann, asked, "hand")
    await ann.saying("could not be fetched from the chat")


@pytest.mark.parametrize(("name", "words"), [("Describe", "A field."), ("Use as input", "What do you want to do")])
async def test_of_several_pictures_the_one_that_is_chosen_goes_on(
    house: House, ann: PocketMember, bo: PocketMember, name: str, words: str
) -> None:
    asked = await use(ann, await bo.say("two", GREEN, BLUE), name)
    await choose(ann, asked, "1")
    goes_on = await becomes(ann, asked, words)
    if name == "Describe":
        recorded = (await history(house)).of(Kind.UPLOAD_ADDED)[-1].image_sha256
        assert recorded is not None
        assert await house.store.media.read(recorded) == BLUE.data
        assert "Draft this" in buttons_of(goes_on)
    else:
        assert [embed["title"] for embed in goes_on["embeds"]] == ["blue.png"]
