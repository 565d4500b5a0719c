"""The page that checks without a network: it agrees with the other verifiers and says plainly what it sees."""

import asyncio
import hashlib
import io
import json
import random
import re
from base64 import b64encode
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image
from playwright.async_api import FilePayload, expect

from storage.evidence.notes import SigningKey
from storage.evidence.verify import Verdict, verify_bundle, verify_receipt
from tests.storage.evidence.forgeries.section import Ability, Brought, Tampering
from tests.storage.evidence.forgeries.times import LATER, WITNESS
from tests.storage.evidence.tamperings import TAMPERINGS, Scene
from tests.verifier.page import FILE, POLICY, ROOT, VerifierPage, open_browser, policy_of
from tests.verifier.trials import SOUND, TRIALS, Trial, flipped, flipped_and_signed

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

ABLE = Ability.RECEIPTS | Ability.WITNESSES | Ability.PROOFS | Ability.TOKENS
HTML = FILE.read_text(encoding="utf-8")
SHOTS = ROOT / "build" / "screenshots"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened() -> AsyncIterator[VerifierPage]:
    async with open_browser(locale="en-US", viewport={"width": 1280, "height": 900}) as browser:
        yield VerifierPage(await browser.new_page())


@pytest_asyncio.fixture(loop_scope="module")
async def page(opened: VerifierPage) -> AsyncIterator[VerifierPage]:
    """Return the page; what it asked of the network, or logged as an error, fails the test."""
    await opened.open()
    yield opened
    faults, opened.faults = opened.faults, []
    assert faults == []


@pytest.fixture(scope="module")
def scene(scene: Scene) -> Scene:
    """Build what the tests take from it, which none of them could while it runs."""
    for case in (scene.alone, scene.among, scene.stamped, scene.rotated.case):
        assert case.bundle.exists()
    return scene


async def check(page: VerifierPage, brought: Brought) -> dict[str, Any]:
    trust = brought.trust
    return await page.check(brought.file, keys=(*trust.vkeys, *trust.witnesses), anchors=trust.anchors)


async def made(scene: Scene, name: str) -> Brought:
    """Return what is brought in a trial, by its name, or in a tampering, by what is done."""
    makes = {each.name: each.make for each in TAMPERINGS} | {each.name: each.bring for each in TRIALS}
    return await asyncio.to_thread(makes[name], scene)


def png(name: str, data: bytes) -> FilePayload:
    return FilePayload(name=name, mimeType="image/png", buffer=data)


def text(name: str, data: bytes) -> FilePayload:
    return FilePayload(name=name, mimeType="text/plain", buffer=data)


# --- it agrees ----------------------------------------------------------------------------------


@pytest.mark.parametrize("tampering", [each for each in TAMPERINGS if each.needs in ABLE], ids=str)
async def test_it_finds_what_ours_finds(page: VerifierPage, scene: Scene, tampering: Tampering) -> None:
    brought = await made(scene, tampering.name)
    report = await check(page, brought)
    row = page.page.locator(f"[data-code={tampering.found}]").last
    if tampering.refused:
        assert (report["verdict"], report["code"]) == ("refused", tampering.found)
        assert report["verdicts"] == brought.check().answers.as_json()
        await expect(row).to_contain_text(brought.names)
    else:
        assert report["verdict"] == "verified"
        await expect(row).to_contain_text("NOT CHECKED")


@pytest.mark.parametrize("trial", TRIALS, ids=str)
async def test_it_reads_odd_forms_as_the_others_do(page: VerifierPage, scene: Scene, trial: Trial) -> None:
    brought = await made(scene, trial.name)
    assert await page.code_of(brought.file, *brought.trust.vkeys, anchors=brought.trust.anchors) == trial.code


@pytest.mark.parametrize("name", ["sound-alone", "sound-among", "sound-rotated", "sound-alone-without-a-key"])
async def test_its_report_is_that_of_ours(page: VerifierPage, scene: Scene, name: str) -> None:
    brought = await made(scene, name)
    ours, report = brought.check().as_json(), await check(page, brought)
    # The page names the pictures whose credentials it does not read.
    for found in report["checks"]:
        if found["code"] == "credentials":
            assert found.pop("about")["files"]
    assert report == ours


async def test_a_flipped_bit_ends_as_with_ours(page: VerifierPage, scene: Scene) -> None:
    for seed in range(80):
        path = flipped(scene.alone, seed, scene.place())
        report = verify_bundle(path, vkeys=(scene.alone.vkey,))
        expected = report.code if report.verdict is Verdict.REFUSED else SOUND
        assert await page.code_of(path, scene.alone.vkey) == expected, seed


async def test_a_flipped_bit_in_a_signed_bundle_ends_as_with_ours(page: VerifierPage, scene: Scene) -> None:
    for seed in range(80):
        path = flipped_and_signed(scene.alone, seed, scene.place())
        if path is None:
            continue
        report = verify_bundle(path, vkeys=(scene.alone.vkey,))
        expected = report.code if report.verdict is Verdict.REFUSED else SOUND
        assert await page.code_of(path, scene.alone.vkey) == expected, seed


async def test_a_flipped_bit_in_a_receipt_is_refused(page: VerifierPage, scene: Scene) -> None:
    for seed in range(60):
        data, chance = bytearray(scene.alone.receipt), random.Random(seed)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        assert await page.code_of(bytes(data), scene.alone.vkey) != SOUND, seed


async def test_a_flipped_bit_in_a_time_stamp_is_refused_or_its_signers_matter(page: VerifierPage, scene: Scene) -> None:
    taken, case = scene.stamped.forge(), scene.stamped
    name = next(name for name in taken.files if name.endswith(".tsr"))
    sound, found = taken.files[name], set()
    for seed in range(60):
        data, chance = bytearray(sound), random.Random(seed)
        # What the stamp states comes first; behind it are certificates and the signature, which the page does not read.
        data[chance.randrange(240)] ^= 1 << chance.randrange(8)
        taken.files[name] = bytes(data)
        found.add(await page.code_of(taken.pack(scene.place(), case.key), case.vkey))
    assert found == {SOUND, "time"}


async def test_a_receipt_is_checked_alone(page: VerifierPage, scene: Scene) -> None:
    report = await page.check(text("receipt.txt", scene.alone.receipt), keys=[scene.alone.vkey])
    ours = verify_receipt(scene.alone.receipt, vkeys=[scene.alone.vkey])
    assert (report["verdict"], report["facts"]) == ("verified", dict(ours.facts))
    stranger = SigningKey(scene.alone.config.origin, b"x" * 32).verifier.encode()
    assert await page.code_of(scene.alone.receipt, stranger) == "checkpoint"
    forged = scene.alone.receipt.replace(b"index ", b"index 1", 1)
    assert await page.code_of(forged, scene.alone.vkey) == "receipt"


# --- its parts, held against others' --------------------------------------------------------------


async def test_its_hashes_are_those_of_the_standard(page: VerifierPage) -> None:
    sizes = [*range(260), 1000, 4097]
    data = random.Random(5).randbytes(max(sizes))
    found = await page.evaluate(
        """([data, sizes]) => sizes.map((size) => {
             const bytes = unBase64(data).subarray(0, size), cut = Math.floor(size / 3);
             const pieces = new Sha256().add(bytes.subarray(0, cut)).add(bytes.subarray(cut));
             return [hexOf(sha256(bytes)), hexOf(pieces.end()), hexOf(sha512(bytes))];
           })""",
        [b64encode(data).decode(), sizes],
    )
    for size, (whole, pieces, long) in zip(sizes, found, strict=True):
        assert whole == pieces == hashlib.sha256(data[:size]).hexdigest()
        assert long == hashlib.sha512(data[:size]).hexdigest()


VECTORS = (
    # RFC 8032, section 7.1: tests 1, 2 and 3.
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655"
        "141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00"
        "d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc02"
        "7beceea1ec40a",
    ),
)

VERIFY = """async ([publicKey, message, signature]) => {
  const from = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const parts = [from(publicKey), from(message), from(signature)];
  return [ed25519(...parts), await signatureHolds(...parts)];
}"""


@pytest.mark.parametrize("vector", VECTORS, ids=["empty", "one-byte", "two-bytes"])
async def test_published_signatures_verify_by_both_means(page: VerifierPage, vector: tuple[str, str, str]) -> None:
    assert await page.evaluate(VERIFY, list(vector)) == [True, True]
    public, message, signature = vector
    assert await page.evaluate(VERIFY, [public, message + "00", signature]) == [False, False]
    # S + L is the same number modulo L, and refused.
    order = 2**252 + 27742317777372353535851937790883648493
    twin = (int.from_bytes(bytes.fromhex(signature)[32:], "little") + order).to_bytes(32, "little").hex()
    assert await page.evaluate(VERIFY, [public, message, signature[:64] + twin]) == [False, False]


async def test_signatures_of_any_key_verify_and_changed_ones_do_not(page: VerifierPage) -> None:
    for seed in range(12):
        chance = random.Random(seed)
        key, message = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32)), chance.randbytes(seed * 11)
        public, signature = key.public_key().public_bytes_raw().hex(), key.sign(message)
        assert await page.evaluate(VERIFY, [public, message.hex(), signature.hex()]) == [True, True]
        changed = bytearray(signature)
        changed[chance.randrange(64)] ^= 1 << chance.randrange(8)
        assert await page.evaluate(VERIFY, [public, message.hex(), changed.hex()]) == [False, False]


@pytest.mark.parametrize(
    "value",
    [
        {"b": [1, -2, 0], "a": {"é": '\u2028\x7f"\\\n\x01', "": []}},
        ["水彩", "\U0001f58c", 2**53 - 1, -(2**53 - 1)],
        {"\ue000": 1, "\U00010000": 2},
    ],
)
async def test_its_canonical_form_is_that_of_rfc_8785(page: VerifierPage, value: Any) -> None:
    assert await page.evaluate("canonical", value) == rfc8785.dumps(value).decode()


@pytest.mark.parametrize(
    "document",
    [
        '{"a":1,"a":2}',
        '{"a":1,"\\u0061":2}',
        '[{"a":{"b":1,"b":1}}]',
        "NaN",
        "[1,]",
        "\ufeff1",
        "[" * 600 + "]" * 600,
        "[" * 200_000,
    ],
)
async def test_json_that_could_be_read_in_two_ways_is_none(page: VerifierPage, document: str) -> None:
    refused = "(text) => { try { strictJson(text); return false; } catch { return true; } }"
    assert await page.evaluate(refused, document)


async def test_json_with_large_words_is_read(page: VerifierPage) -> None:
    document = json.dumps({"a": "x\\" * 2_000_000, "b": [{"a": 1}, {"a": 1.5}]})
    assert await page.evaluate("(text) => strictJson(text).a.length", document) == 4_000_000


@pytest.mark.parametrize("word", ["QQ", "QQ=", "QR==", " QQ==", "QQ==\n", "Q===", "Q-Q=", "QQ==QQ=="])
async def test_base64_has_one_spelling(page: VerifierPage, word: str) -> None:
    refused = "(text) => { try { unBase64(text); return false; } catch { return true; } }"
    assert await page.evaluate(refused, word)
    assert await page.evaluate("hexOf(unBase64('QQ==')) + hexOf(unBase64Url('QQ'))") == "4141"


# --- witnesses and proofs -------------------------------------------------------------------------

# The vector of the format: seed 00..1f, time 1795417300, on a checkpoint of size 1.
VECTOR = (
    "witness.example/w1+e75f6532+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
    "colophon.example/log1\n1\nURCviiv/mqmcDpl8BZApxDs8RcTLMBGUd+FeKQ8IxRk=\n",
    "— witness.example/w1 519lMgAAAABrA+TU0iWk6bHnJM4Ug9NKiDXGWfmvk6ZNL0cpF+kZg/X828HFf5Bnl4+sJ4sw5r88sP3BgWklBQzIktPq"
    "O/HAlGhyBA==\n",
)


async def test_the_formats_vector_of_a_witness_verifies(page: VerifierPage) -> None:
    found = await page.evaluate(
        """async ([line, text, cosignature]) => {
             const [{ signature }] = readSignatures(cosignature);
             return await checkCosignature(1, text, signature, readKey(line));
           }""",
        list(VECTOR),
    )
    assert found == {"size": 1, "atMs": 1_795_417_300_000, "by": "witness.example/w1", "fromOutside": True}


async def test_a_witness_whose_key_is_given_says_by_when(page: VerifierPage, scene: Scene) -> None:
    taken = scene.alone.forge()
    place = f"data/checkpoints/{taken.about['size']}"
    taken.files[f"{place}.cosig"] = WITNESS.cosign(taken.files[f"{place}.note"], LATER)
    path = taken.pack(scene.place(), scene.alone.key)
    report = await page.check(path, keys=[scene.alone.vkey, WITNESS.vkey])
    assert report["verdicts"]["time"] == "yes"
    assert report["facts"] == verify_bundle(path, vkeys=[scene.alone.vkey], witnesses=[WITNESS.vkey]).facts
    await expect(page.page.locator("[data-question=time]")).to_contain_text("witness.example/w1 saw the events below")


# --- what a person sees -----------------------------------------------------------------------------


async def test_the_four_answers_are_told_apart(page: VerifierPage, scene: Scene) -> None:
    answers = (
        'Object.fromEntries([...document.querySelectorAll("[data-question]")].map((e) => Object.values(e.dataset)))'
    )

    async def seen(name: str) -> Any:
        await check(page, await made(scene, name))
        return await page.evaluate(answers)

    yes, no, open_ = "yes", "no", "open"
    assert await seen("sound-alone") == {"unchanged": yes, "complete": yes, "time": open_, "who": yes}
    assert await seen("sound-stamped") == {"unchanged": yes, "complete": yes, "time": open_, "who": yes}
    unknown = {"unchanged": open_, "complete": open_, "time": open_, "who": open_}
    assert await seen("sound-alone-without-a-key") == unknown
    assert await seen("The end of the project is hidden") == {
        "unchanged": yes,
        "complete": no,
        "time": open_,
        "who": yes,
    }
    assert await seen("The operator's clock is put an hour back") == {
        "unchanged": yes,
        "complete": open_,
        "time": no,
        "who": yes,
    }
    assert await seen("The log's key is replaced by another one") == {
        "unchanged": no,
        "complete": open_,
        "time": open_,
        "who": no,
    }
    assert await seen("A prompt is replaced, and its commitment with it") == {
        "unchanged": no,
        "complete": open_,
        "time": open_,
        "who": yes,
    }


async def test_what_is_not_checked_comes_with_the_command(page: VerifierPage, scene: Scene) -> None:
    await check(page, await made(scene, "sound-stamped"))
    size = scene.stamped.exported.size
    row = page.page.locator("[data-code=time-trust]")
    await expect(row).to_contain_text("NOT CHECKED")
    await expect(row).to_contain_text(f"openssl ts -verify -data {size}.note -in {size}-local.tsr -CAfile roots.pem")


async def test_a_refused_bundle_shows_nothing_of_itself(page: VerifierPage, scene: Scene) -> None:
    await check(page, await made(scene, "A prompt is replaced, and its commitment with it"))
    await expect(page.page.locator("#result")).to_contain_text("REFUSED")
    await expect(page.page.locator(".events")).to_have_count(0)
    assert "boat" not in await page.page.inner_text("#result")


async def test_events_are_listed_with_their_words_and_pictures(page: VerifierPage, scene: Scene) -> None:
    await check(page, await made(scene, "sound-among"))
    drafts = page.page.locator("[data-type='draft.made']")
    await expect(page.page.get_by_role("heading", name="Boats")).to_be_visible()
    await expect(page.page.locator("[data-type='prompt.submit'] bdi", has_text="一条红船")).to_be_visible()
    picture = drafts.first.get_by_role("button")
    await picture.scroll_into_view_if_needed()
    await expect(picture.locator("img")).to_have_js_property("complete", True)
    assert await picture.locator("img").evaluate("(image) => image.naturalWidth") > 0
    await picture.press("Enter")
    await expect(picture).to_have_attribute("aria-pressed", "true")
    await drafts.first.get_by_role("link").click()
    await expect(page.page.locator("[data-type='prompt.submit']").first).to_be_focused()


async def test_a_long_listing_unfolds(page: VerifierPage) -> None:
    await page.evaluate(
        """() => {
             const ts = "2026-11-23T07:00:00.000Z";
             const plain = { ts, type: "log.opened", actor: "sys", project: "log", fields: [] };
             const events = Array.from({ length: 120 }, (_, seq) => ({ ...plain, seq, refs: seq ? [seq - 1] : [] }));
             state.answer = { listing: { projects: [], events, enclosed: new Set() }, facts: { shown: 150 } };
             byId("result").replaceChildren(listingPart(state.answer));
             byId("result").hidden = false;
           }"""
    )
    await expect(page.page.locator("#result")).to_contain_text("Only the first 120 of 150 events are listed")
    await page.page.get_by_role("button", name="Show 50 more").press("Enter")
    await expect(page.page.locator("#event-50")).to_be_focused()
    await expect(page.page.get_by_role("button", name="Show 20 more")).to_be_visible()
    await page.evaluate("showEvent(119)")
    await expect(page.page.locator("#event-119")).to_be_focused()
    await expect(page.page.get_by_role("button", name="more")).to_have_count(0)


async def test_hostile_words_are_words(page: VerifierPage, scene: Scene) -> None:
    taken, case = scene.alone.forge(), scene.alone
    hostile = "<img src=x onerror=alert(1)> \u202egnp.exe\u2066 </script>"
    taken.replace_words(taken.find("prompt.submit"), "prompt", hostile)
    taken.sign_history(case.key)
    report = await page.check(taken.pack(scene.place("<b>name\u202e.zip"), case.key), keys=[case.vkey])
    assert report["verdict"] == "verified"
    shown = page.page.locator("[data-type='prompt.submit'] bdi", has_text="<img src=x")
    assert await shown.inner_text() == hostile.replace("\u202e", "U+202E").replace("\u2066", "U+2066")
    await expect(page.page.locator("#given")).to_contain_text("<b>nameU+202E.zip")
    assert await page.page.locator("#result img[src=x]").count() == 0


async def test_a_field_that_was_withheld_says_so(page: VerifierPage, scene: Scene) -> None:
    taken, case = scene.alone.forge(), scene.alone
    taken.disclosures = [row for row in taken.disclosures if row["field"] != "prompt"]
    report = await page.check(taken.pack(scene.place(), case.key), keys=[case.vkey])
    assert report["facts"]["withheld"] == "2"
    await expect(page.page.locator("[data-type='prompt.submit']").first).to_contain_text("withheld or erased")


async def test_a_picture_is_led_back_to_its_event(page: VerifierPage, scene: Scene) -> None:
    taken = scene.alone.forge()
    kept = next(data for name, data in taken.files.items() if name.startswith("data/blobs/"))
    again, other = io.BytesIO(), io.BytesIO()
    Image.open(io.BytesIO(kept)).save(again, "PNG", compress_level=0)
    Image.new("RGB", (5, 5), "green").save(other, "PNG")
    pictures = [png("kept.png", kept), png("again.png", again.getvalue()), png("other.png", other.getvalue())]
    assert again.getvalue() != kept

    alone = await page.check(*pictures)
    assert [picture["as"] for picture in alone["pictures"]] == ["alone"] * 3
    assert alone["pictures"][0]["sha256"] == hashlib.sha256(kept).hexdigest()
    assert (alone["verdict"], alone["exit"]) == ("nothing-to-check", 2)

    together = await page.check(scene.alone.bundle, *pictures, keys=[scene.alone.vkey])
    assert [picture["as"] for picture in together["pictures"]] == ["image", "pixels", "none"]
    events = together["pictures"][0]["events"]
    named = [json.loads(line)["seq"] for line in taken.lines if b'"type":"draft.made"' in line]
    assert set(events) < set(named)
    await page.page.get_by_role("link", name=f"event {events[0]}").first.click()
    await expect(page.page.locator(f"#event-{events[0]}")).to_be_focused()


async def test_a_checkpoint_alone_is_no_question(page: VerifierPage, scene: Scene) -> None:
    note = scene.alone.forge().files[f"data/checkpoints/{scene.alone.exported.size}.note"]
    report = await page.check(text("note.txt", note))
    assert report["verdict"] == "nothing-to-check"
    await expect(page.page.locator("#result")).to_contain_text("bring the bundle")


async def test_files_can_be_dropped_and_taken_away(page: VerifierPage, scene: Scene) -> None:
    data = b64encode(scene.alone.bundle.read_bytes()).decode()
    await page.evaluate(
        """(data) => {
             const transfer = new DataTransfer();
             transfer.items.add(new File([unBase64(data)], "dropped.zip"));
             const event = { bubbles: true, cancelable: true, dataTransfer: transfer };
             document.body.dispatchEvent(new DragEvent("dragover", event));
             document.body.dispatchEvent(new DragEvent("drop", event));
           }""",
        data,
    )
    assert (await page.report())["verdict"] == "self-consistent"
    await page.page.get_by_role("button", name="Remove dropped.zip").press("Enter")
    await expect(page.page.locator("#result")).to_be_hidden()
    await expect(page.page.locator("#files")).to_be_focused()
    assert await page.evaluate("colophonReport") is None


async def test_a_key_that_is_pasted_is_used_at_once(page: VerifierPage, scene: Scene) -> None:
    await page.check(scene.alone.bundle)
    await page.page.locator("#keys").focus()
    await page.evaluate(
        """(line) => {
             document.activeElement.dispatchEvent(new ClipboardEvent("paste", { bubbles: true }));
             document.activeElement.value = line;
           }""",
        scene.alone.vkey,
    )
    await expect(page.page.locator("#verdict")).to_have_text("VERIFIED")
    await page.give_keys(["half a key"])
    await expect(page.page.get_by_role("alert")).to_have_text("A line is not a whole public key.")
    assert (await page.report())["code"] == "key"


async def test_a_check_that_takes_long_can_be_stopped(page: VerifierPage, scene: Scene) -> None:
    await page.evaluate("() => { window.Worker = class { postMessage() {} terminate() {} }; }")
    await page.bring(scene.alone.bundle)
    await page.page.get_by_role("button", name="Stop").click()
    await expect(page.page.get_by_role("status")).to_have_text("Stopped. Nothing was decided.")
    await expect(page.page.locator("#progress")).to_be_hidden()


async def test_the_report_can_be_saved(page: VerifierPage, scene: Scene) -> None:
    report = await check(page, await made(scene, "sound-stamped"))
    async with page.page.expect_download() as download:
        await page.page.get_by_role("button", name="Save the result").click()
    saved = await (await download.value).path()
    assert json.loads(await asyncio.to_thread(saved.read_text)) == report


# --- the page itself -------------------------------------------------------------------------------


async def test_its_policy_names_its_own_parts_and_nothing_else(page: VerifierPage) -> None:
    policy = POLICY.search(HTML)
    assert policy is not None
    assert policy[2] == policy_of(HTML), "python -m tests.verifier.page writes it anew"
    await page.evaluate("fetch('https://example.org/').catch(() => 0)")
    assert any("Content Security Policy" in fault for fault in page.faults)
    page.faults.clear()


async def test_a_browser_that_cannot_unpack_refuses_nothing(scene: Scene) -> None:
    async with open_browser(locale="en-US") as browser:
        await browser.add_init_script("delete window.DecompressionStream")
        page = VerifierPage(await browser.new_page())
        await page.open()
        await expect(page.page.locator("#too-old")).to_contain_text("a browser of 2023 or later")
        await page.bring(scene.alone.bundle)
        await expect(page.page.locator("#result")).to_be_hidden()


async def test_it_works_without_a_worker_and_without_the_browsers_cryptography(scene: Scene) -> None:
    async with open_browser(locale="en-US") as browser:
        await browser.add_init_script(
            "delete window.Worker; Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined });"
        )
        page = VerifierPage(await browser.new_page())
        for name, code in (
            ("sound-rotated", SOUND),
            ("sound-stamped", SOUND),
            ("The signature of a checkpoint is changed", "checkpoint"),
            ("The history is rewritten, against a receipt", "anchor"),
        ):
            report = await check(page, await made(scene, name))
            assert (report["code"] if report["verdict"] == "refused" else SOUND) == code
        assert page.faults == []


async def test_every_refusal_has_its_words(page: VerifierPage) -> None:
    used = re.findall(r'(?:refuse|reading|new Refusal)\(\s*"([a-z-]+)",\s*"([a-z-]*)"', HTML)
    assert len(used) > 60
    failed, reasons = await page.evaluate("[Object.keys(FAILED), Object.keys(REASONS)]")
    assert {code for code, _ in used} == set(failed)
    assert {why for _, why in used if why} <= set(reasons)
    faults = set(reasons) - {why for _, why in used}
    assert faults == {"not-in-force"}, "a fault of a signature, found in one place and refused in several"
    outcomes = re.findall(r'\b(passed|notChecked|note)\("([a-z-]+)"', HTML)
    passed, open_ = await page.evaluate("[Object.keys(PASSED), Object.keys(NOT_CHECKED)]")
    assert {code for kind, code in outcomes if kind == "passed"} == set(passed)
    assert {code for kind, code in outcomes if kind != "passed"} == set(open_)


async def test_everything_is_said_in_both_languages(page: VerifierPage) -> None:
    tables = "({ VERDICTS, SUMMARIES, PASSED, NOT_CHECKED, FAILED, REASONS, FACTS, QUESTIONS, ANSWERS, TYPES, TEXTS })"
    for name, table in (await page.evaluate(tables)).items():
        for key, (english, chinese) in table.items():
            assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", chinese)), (name, key)
            assert re.search("[\u3000-\u9fff\uff00-\uffef]", chinese), (name, key)
            assert not re.search("[\u4e00-\u9fff]", english), (name, key)


async def test_the_language_follows_the_browser_and_the_switch(scene: Scene) -> None:
    async with open_browser(locale="zh-CN") as browser:
        page = VerifierPage(await browser.new_page())
        await page.check(scene.among.bundle, keys=[scene.among.vkey])
        await expect(page.page.locator("#verdict")).to_have_text("已验证")
        assert await page.evaluate("document.documentElement.lang") == "zh-CN"
        report = await page.evaluate("colophonReport")
        await page.page.get_by_role("button", name="English").click()
        await expect(page.page.locator("#verdict")).to_have_text("VERIFIED")
        assert await page.evaluate("colophonReport") == report


async def test_a_keyboard_reaches_everything_in_order(page: VerifierPage, scene: Scene) -> None:
    await page.check(scene.alone.bundle)
    focused = "document.activeElement.id || document.activeElement.textContent.trim()"
    await page.evaluate("document.activeElement.blur()")
    seen = []
    for _ in range(8):
        await page.page.keyboard.press("Tab")
        seen.append(await page.evaluate(focused))
    assert seen[:3] == ["English", "简体中文", "files"]
    assert seen[3] == "Remove bundle.zip"
    assert seen[4:6] == ["keys", "Checkpoints or receipts that somebody kept"]
    assert seen[6] == "Save the result (JSON)"


async def test_a_screen_reader_hears_names_roles_and_the_verdict(page: VerifierPage, scene: Scene) -> None:
    await page.check(scene.among.bundle, keys=[scene.among.vkey])
    await expect(page.page.get_by_role("status")).to_contain_text("Verdict: VERIFIED.")
    tree = await page.page.locator("body").aria_snapshot()
    for line in ('- heading "Check evidence" [level=1]', '- group "Language"', '- button "English" [pressed]'):
        assert line in tree
    for part in ('- textbox "The log\'s public key"', '- button "Choose files"', '- region "VERIFIED"', "- main:"):
        assert part in tree
    nameless = await page.evaluate(
        """[...document.querySelectorAll("button, input, textarea, summary, a, img")].filter((element) =>
             !(element.textContent.trim() || element.alt || element.labels?.[0]?.textContent.trim() ||
               element.querySelector("img")?.alt)).map((element) => element.outerHTML)"""
    )
    assert nameless == []
    levels = await page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map((one) => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


CONTRAST = """(pairs) => pairs.map(([front, back]) => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const light = (name) => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = `var(--${name})`;
    canvas.fillStyle = getComputedStyle(probe).color;
    probe.remove();
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((x) => x / 255)
      .map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
})"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_text_stands_out_from_its_ground(page: VerifierPage, scheme: Any) -> None:
    await page.page.emulate_media(color_scheme=scheme)
    grounds, inks = ("paper", "sheet", "sunk"), ("ink", "soft", "link", "good", "warn", "seal")
    pairs = [[ink, ground] for ink in inks for ground in grounds] + [["seal-ink", "seal"]]
    for pair, ratio in zip(pairs, await page.evaluate(CONTRAST, pairs), strict=True):
        assert ratio >= 4.5, pair
    await page.page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")])
async def test_nothing_is_cut_off(scene: Scene, locale: str, width: int, scheme: Any) -> None:
    viewport = {"width": width, "height": 844}
    async with open_browser(locale=locale, color_scheme=scheme, viewport=viewport) as browser:
        page = VerifierPage(await browser.new_page())
        await check(page, await made(scene, "sound-stamped"))
        await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        SHOTS.mkdir(parents=True, exist_ok=True)
        await page.page.screenshot(path=SHOTS / f"verifier-{locale}-{width}.png", full_page=True)
        assert page.faults == []
