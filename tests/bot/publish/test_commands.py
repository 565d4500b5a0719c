"""`/publish` as members meet it: looked at, recorded, shown, and taken down; the real bot at the pocket server."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from storage.evidence.kinds import Kind
from storage.evidence.marks import marks_of
from tests.bot.house import House, open_house
from tests.bot.pocket_member import ANN, BO, Json, PocketMember, Upload, buttons_of, words_of
from tests.bot.projects.test_commands import uses
from tests.bot.projects.test_sharing import asks, presses
from tests.models.fake_images import picture

pytestmark = pytest.mark.slow
SHOWCASE = "1100000000000000012"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def draws_and_finishes(ann: PocketMember, title: str = "Harbour") -> None:
    """Make a piece of one choice, and say that it is finished."""
    await uses(ann, "project", "new", title=title)
    waiting = await ann.answer(await ann.command("draft", brief="a red boat", count=1))
    card = await ann.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))
    await presses(ann, card, "①")
    form = await ann.form(await ann.command("project", "finish"))
    await ann.answer(await ann.submit(form, title, "The choice is mine."))


async def kinds(house: House) -> list[str]:
    project = (await house.store.projects.list())[-1]
    return [event.kind for event in await house.store.history(project)]


async def piece_in(member: PocketMember) -> Json:
    return await member.message(lambda m: bool(m["embeds"]) and "receipt #" in words_of(m) and not buttons_of(m))


def show_in(house: House, channel: str | None) -> None:
    """Set where the server shows finished pieces."""
    cast(Any, house.bot.get_cog("publish"))._showcase_of = lambda _: channel


async def test_a_piece_is_looked_at_then_shown_then_taken_down(house: House) -> None:
    show_in(house, SHOWCASE)
    async with (
        PocketMember(house.url, ANN, patience_s=30) as ann,
        PocketMember(house.url, BO, patience_s=30, channel=SHOWCASE) as bo,
    ):
        assert "no project yet" in words_of(await uses(ann, "publish"))
        await uses(ann, "project", "new", title="Cats")
        assert "not finished yet" in words_of(await uses(ann, "publish"))
        await draws_and_finishes(ann)
        offered = await ann.autocomplete("publish", "picture", "")
        assert len(offered) == 1
        preview = await uses(ann, "publish", licence="by-sa")
        assert f"<#{SHOWCASE}>" in words_of(preview) and "by Ann" in words_of(preview)
        assert "CC BY-SA 4.0" in words_of(preview) and "creativecommons.org" in words_of(preview)
        assert Kind.PIECE_PUBLISHED not in await kinds(house) and bo.seen.messages == {}

        shown = await ann.answer(await ann.press(preview, buttons_of(preview)["Publish"]))
        assert f"/{SHOWCASE}/" in words_of(shown)
        piece = await piece_in(bo)
        assert all(said in words_of(piece) for said in ("Harbour", "one brief", "AI-generated content", "receipt #"))
        assert (await kinds(house))[-2:] == [Kind.PIECE_PUBLISHED, Kind.PIECE_SHOWN]
        marks = marks_of(await bo.download(piece["attachments"][0]))
        assert marks.label is not None and marks.credentials
        told = (await house.store.history((await house.store.projects.list())[-1])).events[-1]
        assert told.map("message") == {"channel": SHOWCASE, "id": piece["id"]}
        assert "First shown (#" in words_of(await uses(ann, "project", "check", country="CN"))

        again = await ann.answer(await ann.press(preview, buttons_of(preview)["Publish"]))
        assert "stands there already" in words_of(again) and piece["id"] in words_of(again)
        assert "no such piece of yours" in await presses(bo, shown, "Take it down")
        assert "taken down, and that is recorded" in await presses(ann, again, "Take it down")
        assert "taken down before" in await presses(ann, shown, "Take it down")
        await bo.frame(lambda f: f["t"] == "MESSAGE_DELETE" and f["d"]["id"] == piece["id"])
        assert (await kinds(house))[-1] == Kind.PIECE_WITHDRAWN


async def test_an_edit_that_lost_its_marks_is_marked_before_it_is_shown(house: House) -> None:
    async with PocketMember(house.url, ANN, patience_s=30) as ann:
        await draws_and_finishes(ann)
        options: dict[str, Any] = {"operation": "painted", "made-by": "own hand"}
        await uses(ann, "project", "attach", file=Upload("e.png", picture("blue", (64, 64))), **options)
        preview = await uses(ann, "publish", name="p", licence="own")
        assert r"by u\\_" in words_of(preview) and "own terms next" in words_of(preview)
        form = await ann.form(await ann.press(preview, buttons_of(preview)["Publish"]))
        await ann.answer(await ann.submit(form, "*Look* at it, @everyone."))
        piece = await piece_in(ann)
        assert r"\\*Look\\* at it" in words_of(piece) and piece["mentions"] == [] and not piece["mention_everyone"]
        marks = marks_of(await ann.download(piece["attachments"][0]))
        assert marks.source_type == "compositeWithTrainedAlgorithmicMedia" and marks.credentials
        event = (await house.store.history((await house.store.projects.list())[-1])).of(Kind.PIECE_PUBLISHED)[0]
        assert (event.text("licence"), event.text("name")[:2]) == ("*Look* at it, @everyone.", "u_")
        assert event.map("marks")["source_type"] == marks.source_type
        bundle = await uses(ann, "evidence", "export")
        checked = Upload("b.zip", await ann.download(bundle["attachments"][0]), "application/zip")
        assert "VERIFIED" in words_of(await uses(ann, "evidence", "verify", file=checked))


async def test_where_nothing_may_be_posted_one_sentence_says_so_and_later_it_is_the_same_record(house: House) -> None:
    async with PocketMember(house.url, ANN, patience_s=30) as ann:
        await draws_and_finishes(ann)
        preview = await uses(ann, "publish")
        show_in(house, "1100000000000000999")
        assert "I may not post pictures" in await presses(ann, preview, "Publish")
        assert "I may not post pictures" in await presses(ann, preview, "Publish")
        assert (await kinds(house)).count(Kind.PIECE_PUBLISHED) == 1
        assert Kind.PIECE_SHOWN not in await kinds(house)


async def test_a_shared_piece_is_shown_once_all_have_confirmed(house: House) -> None:
    async with PocketMember(house.url, ANN, patience_s=30) as ann, PocketMember(house.url, BO, patience_s=30) as bo:
        await draws_and_finishes(ann)
        await presses(bo, await asks(ann), "Join in")
        assert "not all of you have confirmed" in words_of(await uses(ann, "publish"))
        for member in (ann, bo):
            await presses(member, await uses(member, "project", "share"), "Confirm my rows")
        preview = await uses(bo, "publish")
        assert "by Bo and one more" in words_of(preview)
        await presses(bo, preview, "Publish")
        shown = await piece_in(ann)
        preview = await uses(ann, "publish", name="d")
        assert shown["id"] not in words_of(preview)
