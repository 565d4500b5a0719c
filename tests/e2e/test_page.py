"""The page in a real browser: keyboard alone, both languages, a phone's width, and a picture for the README."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from storage.evidence.verify import Verdict, verify_bundle
from tests.bot.pocket_member import MO
from tests.e2e.studio import ROOT, Studio

pytestmark = pytest.mark.slow

SHOTS = ROOT / "build" / "screenshots"
PATIENCE_MS = 60_000


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        # Chromium's own sandbox does not start for root, as in most containers.
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser, studio: Studio) -> AsyncIterator[Page]:
    """Return the page, opened; whatever it logs as an error fails the test."""
    errors: list[str] = []
    page = await browser.new_page(viewport={"width": 1280, "height": 1000}, locale="en-US", accept_downloads=True)
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    await page.goto(studio.url)
    await expect(page.get_by_test_id("bot-status")).to_have_attribute("data-status", re.compile("online|idle"))
    yield page
    assert errors == []


async def run_by_keyboard(page: Page, command: str, *words: str) -> None:
    """Type a slash command as a person without a mouse would."""
    await page.keyboard.press("/")
    await expect(page.get_by_test_id("palette")).to_be_visible()
    await page.keyboard.type(command)
    await page.keyboard.press("Enter")
    for word in words:
        await page.keyboard.type(word)
    await page.keyboard.press("Enter")


async def test_the_whole_job_by_keyboard(page: Page, tmp_path: Path) -> None:
    await page.get_by_test_id("member").select_option(MO)
    messages = page.get_by_test_id("messages")
    await run_by_keyboard(page, "ask", "Can an AI be the author of a picture in the US?")
    await expect(messages).to_contain_text("Thaler")

    await run_by_keyboard(page, "draft", "watermelon")
    agree = messages.get_by_role("button", name="I agree")
    await agree.focus()
    await page.keyboard.press("Enter")
    card = messages.locator(".message", has=page.get_by_role("button", name="①")).last
    await expect(card.locator(".gallery img")).to_have_count(4)
    await expect(card).to_contain_text("receipt #")
    SHOTS.mkdir(parents=True, exist_ok=True)
    await page.wait_for_function("[...document.images].every((one) => one.complete)")
    await expect(card.get_by_role("button", name="Redo")).to_be_in_viewport()
    await page.screenshot(path=SHOTS / "page.png")

    await card.get_by_role("button", name="②").click()
    chosen = messages.locator(".message", has_text="Candidate 2 is chosen")
    await chosen.get_by_role("button", name="Say why").click()
    await expect(page.get_by_test_id("modal")).to_be_visible()
    await page.keyboard.type("the thin rind")
    await page.get_by_test_id("modal-submit").click()
    await expect(messages).to_contain_text("Your reason is recorded")
    await expect(messages).not_to_contain_text("did not respond")

    # Files of earlier days may stand there; the new one has to come first.
    links = messages.locator("a.file-card")
    before = await links.count()
    await run_by_keyboard(page, "evidence export")
    await expect(links).to_have_count(before + 1)
    async with page.expect_download() as download:
        await links.last.click()
    await (await download.value).save_as(tmp_path / "bundle.zip")
    assert verify_bundle(tmp_path / "bundle.zip").verdict is Verdict.SELF_CONSISTENT


async def test_asking_further_and_saying_what_was_wrong(page: Page) -> None:
    messages = page.get_by_test_id("messages")
    await run_by_keyboard(page, "ask", "Can an AI be the author of a picture in the US?")
    answer = messages.locator(".message", has=page.get_by_role("button", name="Ask further")).last
    await expect(answer).to_contain_text("Thaler")
    await answer.get_by_role("button", name="Ask further").click()
    await expect(page.get_by_test_id("modal")).to_be_visible()
    await page.keyboard.type("and in China?")
    await page.get_by_test_id("modal-submit").click()
    further = messages.locator(".message", has_text="and in China?").last
    await expect(further).to_contain_text("China (mainland)")
    await expect(further).to_contain_text("Can an AI be the author of a picture in the US?")

    await further.get_by_role("button", name="👎").click()
    await expect(messages).to_contain_text("What was wrong?")
    await messages.get_by_role("button", name="Choose a reason").last.click()
    await page.get_by_role("option", name="It is out of date").click()
    await expect(messages).to_contain_text("The moderators see the reason too.")
    await expect(messages).not_to_contain_text("did not respond")


async def test_a_picture_opens_large_and_closes_with_escape(page: Page) -> None:
    async with page.expect_response(lambda answer: "/pocket/state" in answer.url):
        await page.get_by_test_id("member").select_option(MO)
    tile = page.get_by_test_id("messages").locator(".tile").first
    # The messages are drawn anew for the other member: what is pressed must be the tile that is there then.
    await tile.press("Enter")
    await expect(page.locator("dialog.lightbox")).to_be_visible()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog.lightbox")).to_have_count(0)
    await expect(tile).to_be_focused()


async def test_in_chinese_everything_is_chinese(page: Page) -> None:
    await page.get_by_test_id("language").select_option("zh-CN")
    await expect(page.get_by_role("heading", name="落款")).to_be_visible()
    await run_by_keyboard(page, "提问", "在中国，AI生成的图片受著作权保护吗？")
    await expect(page.get_by_test_id("messages")).to_contain_text("著作权法")


async def test_on_a_phone_nothing_is_cut_off(browser: Browser, studio: Studio) -> None:
    phone = await browser.new_page(viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True)
    await phone.goto(studio.url)
    await expect(phone.get_by_test_id("composer")).to_be_visible()
    assert await phone.evaluate("document.documentElement.scrollWidth") <= 390
    await phone.get_by_role("button", name="Open the channel list").click()
    await phone.get_by_role("button", name="showcase").click()
    await expect(phone.get_by_role("heading", name="#showcase")).to_be_visible()
    SHOTS.mkdir(parents=True, exist_ok=True)
    await phone.screenshot(path=SHOTS / "phone.png")


async def test_words_of_a_member_never_become_markup(page: Page) -> None:
    await page.get_by_test_id("composer").fill("<img src=x onerror=\"document.title='owned'\"> **bold** `code`")
    await page.keyboard.press("Enter")
    last = page.get_by_test_id("messages").locator(".message").last
    await expect(last).to_contain_text("<img src=x")
    await expect(last.locator("strong", has_text="bold")).to_be_visible()
    assert "owned" not in await page.title()
