"""`/project` and `/evidence show` as members meet them: the real bot in this process, at the pocket server."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.projects.filetypes import FileType
from storage.evidence.kinds import Kind
from tests.bot.house import House, open_house
from tests.bot.pocket_member import ANN, BO, MO, Json, PocketMember, Upload, buttons_of, words_of
from tests.bot.projects.files import SAMPLES, krita
from tests.models.drafts.test_server import png_bomb
from tests.models.fake_images import picture

pytestmark = pytest.mark.slow
EPHEMERAL = 1 << 6


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def uses(member: PocketMember, name: str, sub: str | None = None, /, **options: Any) -> Json:
    """Use a command, agreeing where that is asked for; return the answer, which nobody else may see."""
    answer = await member.answer(await member.command(name, sub, **options))
    if "I agree" in buttons_of(answer):
        answer = await member.answer(await member.press(answer, buttons_of(answer)["I agree"]))
    assert answer["flags"] & EPHEMERAL
    return answer


async def test_a_member_and_a_stranger(house: House) -> None:
    async with (
        PocketMember(house.url, ANN, patience_s=30) as ann,
        PocketMember(house.url, BO, locale="zh-CN", patience_s=30) as bo,
    ):
        # Before anybody agreed, looking works and finds nothing.
        for sub in ("list", "show", "check"):
            assert "no project yet" in words_of(await uses(ann, "project", sub))
        assert "还没有作品" in words_of(await uses(bo, "evidence", "show"))

        opened = words_of(await uses(ann, "project", "new", title="  *Harbour*\u202e ", intent="a harbour at dusk"))
        assert r"\\*Harbour\\*" in opened and "sealed before the first draft" in opened
        assert opened.count("receipt #") == 2
        await uses(ann, "project", "new", title="Cats")
        assert await ann.autocomplete("project", "project", "", sub="switch") == ["Cats", "*Harbour*"]
        (harbour,) = await ann.offered("project", "project", "har", sub="switch")
        assert await bo.autocomplete("project", "project", "", sub="switch") == []

        switched = words_of(await uses(ann, "project", "switch", project=harbour["value"]))
        assert "your current project now" in switched
        listed = words_of(await uses(ann, "project", "list"))
        assert listed.index("Cats") < listed.index("Harbour") < listed.index("current")
        for wrong in (harbour["value"], "p_" + "0" * 32, "Cats"):
            member = bo if wrong == harbour["value"] else ann
            notice = await member.answer(await member.command("project", "switch", project=wrong))
            if label := next((b for b in buttons_of(notice) if b in ("I agree", "我同意")), None):
                notice = await member.answer(await member.press(notice, buttons_of(notice)[label]))
            assert any(said in words_of(notice) for said in ("You have no such project", "你没有这件作品"))


async def test_words_that_say_nothing_or_too_much(house: House) -> None:
    async with PocketMember(house.url, MO, patience_s=30) as mo:
        await uses(mo, "project", "new", title="Boats")
        size = await house.store.ledger.size()
        for options in ({"sub": "note", "text": "\u200b \u202e"}, {"sub": "new", "title": "  "}):
            sub = options.pop("sub")
            assert "nothing was recorded" in words_of(await uses(mo, "project", sub, **options))
        long = await uses(mo, "project", "intent", text="y" * 3000)
        assert "3000 characters" in words_of(long)
        assert await mo.download(long["attachments"][0]) == b"y" * 3000
        assert await house.store.ledger.size() == size


async def test_work_comes_home_and_the_check_sees_it(house: House) -> None:
    async with PocketMember(house.url, ANN, patience_s=60) as ann:
        await uses(ann, "project", "new", title="Harbour")
        waiting = await ann.answer(await ann.command("draft", brief="a red boat", count=1))
        card = await ann.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))
        late = words_of(await uses(ann, "project", "intent", text="a harbour"))
        assert "One brief came before it" in late
        assert "came after the first brief" in words_of(await uses(ann, "project", "check", country="CN"))

        await ann.press(card, buttons_of(card)["①"])
        await ann.saying("Candidate 1 is chosen")
        assert "is chosen" not in words_of(await uses(ann, "project", "check", country="US"))
        candidate = Upload("same.png", await ann.download(card["attachments"][0]))
        attach: dict[str, Any] = {"operation": "repainted the sky", "made-by": "own hand"}
        assert "does not differ" in words_of(await uses(ann, "project", "attach", file=candidate, **attach))
        blue = Upload("edit.png", picture("blue"))
        home = words_of(await uses(ann, "project", "attach", file=blue, **attach))
        assert "100 % of the picture differ" in home and "receipt #" in home
        offered = await ann.autocomplete("project", "of", "#", sub="attach")
        assert offered[0].endswith("Edit repainted the sky") and len(offered) == 2
        (nothing,) = await ann.offered("project", "of", "nothing here", sub="attach")
        material = await uses(ann, "project", "attach", file=blue, of=nothing["value"], **attach)
        assert "material from elsewhere" in words_of(material)

        checked = words_of(await uses(ann, "project", "check", country="US"))
        assert "Edits that you declare to be of your hand" in checked
        assert "no longer says that AI took part" in words_of(await uses(ann, "project", "check", country="KR"))
        shown = words_of(await uses(ann, "project", "show"))
        assert "edits: 1" in shown and "material: 1" in shown


async def test_hostile_files_are_not_taken_in(house: House) -> None:
    files = {
        "none of the kinds": Upload("fake.png", b"MZ\x90\x00hello"),
        "limit is 20000": Upload("long.txt", b"a" * 20_001, "text/plain"),
        "damaged or cut off": Upload("cut.png", picture("red", (64, 64))[:120]),
        "far more pixels": Upload("bomb.png", png_bomb(20_000)),
    }
    async with PocketMember(house.url, ANN, patience_s=30) as ann:
        await uses(ann, "project", "new", title="Harbour")
        size = await house.store.ledger.size()
        for said, file in files.items():
            options: dict[str, Any] = {"file": file, "operation": "painted", "made-by": "own hand"}
            assert said in words_of(await uses(ann, "project", "attach", **options))
        assert await house.store.ledger.size() == size


async def test_pages_of_the_record_turn_for_its_owner_alone_also_after_a_restart(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, PocketMember(house.url, ANN, patience_s=30) as ann:
        await uses(ann, "project", "new", title="Harbour")
        for number in range(12):
            await uses(ann, "project", "note", text=f"note {number}")
        record = await uses(ann, "evidence", "show")
        assert "note 11" in words_of(record) and "note 1”" not in words_of(record)
        assert "Newer" not in buttons_of(record)
    async with open_house(tmp_path) as again, PocketMember(again.url, ANN, patience_s=30) as ann:
        await ann.press(record, buttons_of(record)["Older"])
        older = await ann.message(lambda m: m["id"] == record["id"] and "Newer" in buttons_of(m))
        assert "note 1”" in words_of(older) and "Project begun" in words_of(older)
        assert "Older" not in buttons_of(older)


async def test_a_form_that_stayed_open_while_everything_was_erased(house: House) -> None:
    async with PocketMember(house.url, ANN, patience_s=30) as ann:
        await uses(ann, "project", "new", title="Harbour")
        form = await ann.form(await ann.command("project", "finish"))
        assert form["components"][0]["component"]["value"] == "Harbour"
        explained = await uses(ann, "privacy", "erase", what="project")
        await ann.press(explained, buttons_of(explained)["Erase for good"])
        await ann.message(lambda m: m["id"] == explained["id"] and not buttons_of(m))
        await ann.submit(form, "Harbour", "all of it")
        assert "were erased" in words_of(await ann.saying("cannot be gone on with"))
        project = (await house.store.projects.list())[0]
        assert (await house.store.history(project)).events[-1].kind == Kind.ERASURE_DONE


async def test_documents_are_kept_unopened_and_texts_compared(house: House) -> None:
    async with PocketMember(house.url, ANN, patience_s=30) as ann:
        await uses(ann, "project", "new", title="Harbour")
        card_of = await ann.answer(await ann.command("draft", brief="a red boat", count=1))
        card = await ann.message(lambda m: m["id"] == card_of["id"] and "①" in buttons_of(m))
        await ann.press(card, buttons_of(card)["①"])
        await ann.saying("Candidate 1 is chosen")
        attach: dict[str, Any] = {"operation": "painted over", "made-by": "own hand"}

        async def attached(name: str, data: bytes, **options: Any) -> str:
            file = Upload(name, data, "application/octet-stream")
            return words_of(await uses(ann, "project", "attach", file=file, **attach, **options))

        painted = krita(preview=picture("blue"))
        assert "Compared was the preview in it" in await attached("../boat.kra", painted)
        assert "there is no preview in it" in await attached("boat.pdf", SAMPLES[FileType.PDF])
        assert "material from elsewhere" in await attached("poem.txt", b"a boat at dusk")
        number = (await house.store.history((await house.store.projects.list())[0])).events[-1].seq
        assert "5 characters were added and 4 taken out" in await attached("p.md", b"a boat at night", of=f"#{number}")
        assert "does not differ" in await attached("p.md", b"a boat at dusk", of=f"#{number}")
        offered = await ann.autocomplete("project", "of", "#", sub="attach")
        assert sum("painted over" in each for each in offered) == 4
        bundle = await uses(ann, "evidence", "export")
        checked = Upload("b.zip", await ann.download(bundle["attachments"][0]), "application/zip")
        assert "VERIFIED" in words_of(await uses(ann, "evidence", "verify", file=checked))
