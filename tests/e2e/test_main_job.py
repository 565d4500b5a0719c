"""Ask, draft, choose, export, verify: once through everything that Colophon is for."""

import io
import json
import os
import signal
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from storage.evidence.verify import Verdict, verify_bundle, verify_receipt
from tests.bot.pocket_member import ANN, BO, Json, PocketMember, Upload, buttons_of, words_of
from tests.e2e.studio import Studio
from tests.models.drafts.test_server import png_bomb

pytestmark = pytest.mark.slow


async def draft(member: PocketMember, **options: Any) -> Json:
    """Draft and wait for the finished card."""
    waiting = await member.answer(await member.command("draft", **options))
    return await member.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))


async def export(member: PocketMember) -> tuple[bytes, str]:
    """Export; return the file and the public key that the message states."""
    message = await member.answer(await member.command("evidence", "export"))
    assert message["flags"] & 64, "a bundle is for its owner alone"
    vkey = message["content"].partition("--vkey ")[2].split()[0]
    return await member.download(message["attachments"][0]), vkey


async def test_a_question_is_answered_with_its_sources(ann: PocketMember) -> None:
    answer = words_of(
        await ann.answer(await ann.command("ask", question="Can an AI be the author of a picture in the US?"))
    )
    assert "Thaler" in answer
    assert "[1]" in answer
    assert "not legal advice" in answer


async def test_a_question_in_chinese_is_answered_in_chinese(studio: Studio) -> None:
    async with PocketMember(studio.url, ANN, locale="zh-CN", patience_s=60) as ann:
        await ann.bot_there()
        answer = words_of(await ann.answer(await ann.command("ask", question="在中国，AI生成的图片受著作权保护吗？")))
    assert "著作权" in answer
    assert "[1]" in answer


async def test_draft_choose_export_verify(ann: PocketMember, tmp_path: Path) -> None:
    card = await draft(ann, brief="a red apple", count=2, style="flat", seed=7)
    previews = [
        f
        for f in ann.seen.frames
        if f["t"] == "MESSAGE_UPDATE" and f["d"]["id"] == card["id"] and f["d"]["attachments"] and not f["d"]["embeds"]
    ]
    assert previews, "previews are shown while it draws"
    assert "receipt #" in words_of(card)
    with Image.open(io.BytesIO(await ann.download(card["attachments"][0]))) as picture:
        assert picture.size == (512, 512)
        assert "trainedAlgorithmicMedia" in str(picture.info)
        assert json.loads(picture.info["AIGC"])["Label"] == "1"

    chosen = await ann.answer(await ann.press(card, buttons_of(card)["①"]))
    assert "Candidate 1 is chosen" in words_of(chosen)
    form = await ann.form(await ann.press(chosen, buttons_of(chosen)["Say why"]))
    assert "Your reason is recorded" in words_of(await ann.answer(await ann.submit(form, "the plain shape")))

    bundle, vkey = await export(ann)
    path = tmp_path / "bundle.zip"
    path.write_bytes(bundle)
    report = verify_bundle(path, vkeys=(vkey,))
    assert report.verdict is Verdict.VERIFIED
    with zipfile.ZipFile(path) as archive:
        events = next(archive.read(n) for n in archive.namelist() if n.endswith("events.jsonl")).decode()
    for words in ("a red apple", "the plain shape", "colophon-embedded-drafts", "discord:"):
        assert words in events


async def test_a_receipt_can_be_kept_and_checked(ann: PocketMember, studio: Studio) -> None:
    card = await draft(ann, brief="a red apple", count=1)
    number = int(words_of(card).partition("receipt #")[2].split()[0].rstrip('\\`",]·'))
    message = await ann.answer(await ann.command("evidence", "receipt", number=number))
    vkey = message["content"].partition("--vkey ")[2].split()[0]
    receipt = await ann.download(message["attachments"][0])
    report = verify_receipt(receipt, vkeys=(vkey,))
    assert report.verdict is Verdict.VERIFIED
    assert report.facts["event"] == str(number)
    async with PocketMember(studio.url, BO, patience_s=30) as bo:
        refusal = await bo.answer(await bo.command("evidence", "receipt", number=number))
        assert "no act" in words_of(refusal)
        checked = await bo.answer(
            await bo.command("evidence", "verify", file=Upload("receipt.txt", receipt, "text/plain"))
        )
        assert "VERIFIED" in words_of(checked)
    picture = await ann.download(card["attachments"][0])
    known = words_of(await ann.answer(await ann.command("evidence", "verify", file=Upload("a.png", picture))))
    assert "VERIFIED" in known
    assert f"event {number}" in known.lower()
    odd = await ann.answer(await ann.command("evidence", "verify", file=Upload("a.bin", b"nothing", "text/plain")))
    assert "nothing to check" in words_of(odd)


async def test_the_same_seed_draws_the_same_picture(ann: PocketMember) -> None:
    first = await draft(ann, brief="watermelon", count=1, seed=11)
    second = await draft(ann, brief="watermelon", count=1, seed=11)
    pictures = [Image.open(io.BytesIO(await ann.download(m["attachments"][0]))) for m in (first, second)]
    assert pictures[0].tobytes() == pictures[1].tobytes()


async def test_a_draft_from_an_own_picture(ann: PocketMember) -> None:
    out = io.BytesIO()
    Image.new("RGB", (200, 160), "orange").save(out, "PNG")
    card = await draft(ann, brief="an orange", count=1, reference=Upload("mine.png", out.getvalue()), strength=0.6)
    drawn = await ann.download(card["attachments"][0])
    with Image.open(io.BytesIO(drawn)) as picture:
        assert "compositeWithTrainedAlgorithmicMedia" in str(picture.info)
    theirs = Upload("theirs.png", drawn)
    await draft(ann, brief="an orange", count=1, reference=theirs, strength=0.6)
    *_, own = await uploads(ann)
    assert "marks" not in own, "a picture of one's own says nothing; a candidate that comes back is no new material"
    await ann.answer(await ann.command("project", "new", title="Another"))
    await draft(ann, brief="an orange", count=1, reference=theirs, strength=0.6)
    (marked,) = await uploads(ann)
    assert "compositeWithTrainedAlgorithmicMedia" in marked, "that AI made it already is on record"


async def uploads(ann: PocketMember) -> list[str]:
    """Return what was brought to the current project, as its bundle tells it."""
    bundle, _ = await export(ann)
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        rows = next(archive.read(n) for n in archive.namelist() if n.endswith("events.jsonl")).decode().splitlines()
    return [row for row in rows if '"upload.add"' in row]


async def test_redo_draws_anew_and_none_of_these_is_a_choice_too(ann: PocketMember) -> None:
    card = await draft(ann, brief="grapes", count=1, seed=3)
    waiting = await ann.answer(await ann.press(card, buttons_of(card)["Redo"]))
    again = await ann.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))
    pictures = [await ann.download(m["attachments"][0]) for m in (card, again)]
    assert pictures[0] != pictures[1]
    told = words_of(await ann.answer(await ann.press(again, buttons_of(again)["None of these"])))
    assert "Recorded: none of these" in told


async def test_a_waiting_draft_can_be_cancelled(ann: PocketMember, studio: Studio) -> None:
    drafts = studio.child("drafts")
    os.kill(drafts, signal.SIGSTOP)
    try:
        waiting = await ann.answer(await ann.command("draft", brief="pizza", count=1))
        await ann.press(waiting, buttons_of(waiting)["Cancel"])
        cancelled = await ann.saying("The draft was cancelled")
    finally:
        os.kill(drafts, signal.SIGCONT)
    assert cancelled["id"] == waiting["id"]
    assert "stays on record" in cancelled["content"]


async def test_only_the_author_presses(ann: PocketMember, studio: Studio) -> None:
    card = await draft(ann, brief="cat face", count=1)
    async with PocketMember(studio.url, BO, patience_s=30) as bo:
        await bo.press(card, buttons_of(card)["①"])
        refusal = await bo.saying("belongs to another member")
        assert refusal["flags"] & 64


async def test_a_second_member_has_a_record_of_their_own(ann: PocketMember, studio: Studio, tmp_path: Path) -> None:
    async with PocketMember(studio.url, BO, locale="zh-CN", patience_s=60) as bo:
        notice = await bo.answer(await bo.command("draft", brief="一个苹果", count=1))
        await bo.press(notice, buttons_of(notice)["我同意"])
        await bo.message(lambda m: bool(m["attachments"]) and "①" in buttons_of(m) and "一个苹果" in words_of(m))
        bundle, vkey = await export(bo)
    path = tmp_path / "bo.zip"
    path.write_bytes(bundle)
    assert verify_bundle(path, vkeys=(vkey,)).verdict is Verdict.VERIFIED
    with zipfile.ZipFile(path) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert "一个苹果".encode() in everything
    assert b"red apple" not in everything


def _jpeg_cut_off() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((300, 300), 80).convert("RGB").save(out, "JPEG")
    return out.getvalue()[:5000]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"brief": "   "}, "no words"),
        ({"brief": "x" * 4000}, "4,000 characters"),
        ({"brief": "apple", "count": 0}, "from 1 to 4"),
        ({"brief": "apple", "count": 99}, "from 1 to 4"),
        ({"brief": "apple", "style": "baroque"}, "no style"),
        ({"brief": "apple", "reference": Upload("notes.txt", b"hello", "text/plain")}, "not a PNG, JPEG or WebP"),
        ({"brief": "apple", "reference": Upload("fake.png", b"hello")}, "not a PNG, JPEG or WebP"),
        ({"brief": "apple", "reference": Upload("huge.png", png_bomb(20_000))}, "far more pixels"),
        ({"brief": "apple", "reference": Upload("cut.jpg", _jpeg_cut_off(), "image/jpeg")}, "damaged or cut off"),
    ],
    ids=[
        "empty",
        "4000 characters",
        "count 0",
        "count 99",
        "unknown style",
        "text",
        "not an image",
        "bomb",
        "truncated",
    ],
)
async def test_bad_input_gets_a_clear_reply_and_records_nothing(
    ann: PocketMember, options: dict[str, Any], sentence: str
) -> None:
    await draft(ann, brief="carrot", count=1)
    before = await _events(ann)
    answer = (await ann.answer(await ann.command("draft", **options)))["content"]
    assert sentence in answer
    assert "nothing was recorded" in answer.lower()
    # The export itself is the one event more.
    assert await _events(ann) == before + 1


async def _events(member: PocketMember) -> int:
    bundle, _ = await export(member)
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return sum(1 for n in archive.namelist() if n.endswith("events.jsonl") for _ in archive.read(n).splitlines())


async def test_a_text_that_is_too_long_is_handed_back(ann: PocketMember) -> None:
    message = await ann.answer(await ann.command("draft", brief="y" * 4000))
    assert await ann.download(message["attachments"][0]) == b"y" * 4000


async def test_words_that_the_small_model_does_not_know(ann: PocketMember) -> None:
    await ann.command("draft", brief="quantum entropy", count=1)
    message = await ann.saying("knows none of these words")
    assert "Your brief is kept" in message["content"]


async def test_styles_are_offered_while_typing(ann: PocketMember) -> None:
    assert await ann.autocomplete("draft", "style", "gl") == ["glossy"]
