"""One piece from its intent to its claim, with a real model behind it; and what two countries would still miss."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from storage.evidence.kinds import Kind
from storage.evidence.verify import Verdict, verify_bundle
from tests.bot.pocket_member import ANN, Json, PocketMember, Upload, buttons_of, words_of
from tests.e2e.studio import Studio
from tests.e2e.test_main_job import draft, export

pytestmark = pytest.mark.slow


async def test_a_piece_from_intent_to_claim(ann: PocketMember, studio: Studio, tmp_path: Path) -> None:
    opened = await ann.answer(
        await ann.command("project", "new", title="Harbour", intent="an apple like a red sail at dusk")
    )
    assert "sealed before the first draft" in words_of(opened)

    card = await draft(ann, brief="a red apple", count=2, seed=7)
    await choose_with_reason(ann, card)
    bare = await checked(ann, country="US")
    assert "Only words of yours went in" in bare and "nothing says what you claim" in bare

    edited = repainted(await ann.download(card["attachments"][0]))
    home = words_of(
        await ann.answer(
            await ann.command(
                "project",
                "attach",
                file=Upload("edited.png", edited),
                operation="a magenta mast, by hand",
                **{"made-by": "own hand"},
            )
        )
    )
    # A mast of 16 by 256 pixels in a picture of 512 by 512.
    assert "1.6 % of the picture differ" in home and "receipt #" in home

    form = await ann.form(await ann.command("project", "finish"))
    claim = "The mast and the choice are mine; the apple is generated."
    finished = words_of(await ann.answer(await ann.submit(form, "Harbour", claim)))
    assert "is recorded as finished" in finished and "receipt #" in finished

    full = await checked(ann, country="US")
    missing, _, there = full.partition("In the record")
    assert "Only words" not in missing and "what you claim" not in missing
    for said in ("Edits that you declare to be of your hand", "What you claim", "Why, in your own words"):
        assert said in there
    assert "not legal advice" in full and "Part 2" not in missing
    async with PocketMember(studio.url, ANN, locale="zh-CN", patience_s=60) as chinese:
        report = await checked(chinese, country="CN")
        assert "记录里还没有" in report and "看过结果之后没有再改构思" in report and "鹰潭" in report
        assert "在第一条构思之前封存的创作意图" in report and "不构成法律意见" in report
        assert "已没有 AI 参与的标识" in report, "the editor dropped it"

    record = await ann.answer(await ann.command("evidence", "show"))
    assert "**Finished**" in words_of(record) and "a magenta mast, by hand" in words_of(record)
    await ann.press(record, buttons_of(record)["Older"])
    older = await ann.message(lambda m: m["id"] == record["id"] and "Newer" in buttons_of(m))
    assert "an apple like a red sail at dusk" in words_of(older)
    await everything_is_in_the_bundle(ann, tmp_path)


async def choose_with_reason(ann: PocketMember, card: Json) -> None:
    await ann.press(card, buttons_of(card)["①"])
    chosen = await ann.message(lambda m: "Say why" in buttons_of(m) and m["id"] > card["id"])
    form = await ann.form(await ann.press(chosen, buttons_of(chosen)["Say why"]))
    await ann.submit(form, "it leans like a sail")
    await ann.message(lambda m: "Your reason is recorded" in words_of(m) and m["id"] > card["id"])


async def checked(member: PocketMember, **options: Any) -> str:
    """Check the current project; return everything it says."""
    answer = await member.answer(await member.command("project", "check", **options))
    assert answer["flags"] & 64, "a check is for its owner alone"
    return words_of(answer)


def repainted(data: bytes) -> bytes:
    """Return a picture with a mast painted in, saved by a program that knows nothing of labels."""
    with Image.open(io.BytesIO(data)) as picture:
        canvas = picture.convert("RGB")
    ImageDraw.Draw(canvas).rectangle((100, 100, 115, 355), fill="magenta")
    out = io.BytesIO()
    canvas.save(out, "PNG")
    return out.getvalue()


async def everything_is_in_the_bundle(ann: PocketMember, folder: Path) -> None:
    bundle, vkey = await export(ann)
    path = folder / "piece.zip"
    path.write_bytes(bundle)
    assert verify_bundle(path, vkeys=(vkey,)).verdict is Verdict.VERIFIED
    with zipfile.ZipFile(path) as archive:
        view = next(archive.read(name) for name in archive.namelist() if name.endswith("events.jsonl"))
    kinds = [json.loads(line)["type"] for line in view.splitlines()]
    expected = [
        *(Kind.INTENT_DECLARED, Kind.PROMPT_SUBMITTED, Kind.DRAFT_MADE, Kind.DRAFT_SELECTED),
        *(Kind.EDIT_APPLIED, Kind.STATEMENT_DECLARED, Kind.EXPORT_MADE),
    ]
    assert [kind for kind in dict.fromkeys(kinds) if kind in expected] == expected
