"""The page in a real browser with the real bot and models behind it: from the first notice to a dossier in hand."""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from bot.chat.texts import Texts
from tests.bot.pocket_member import ANN, BO, MO, PocketMember, buttons_of
from tests.browser import DESK, PHONE, chromium, opened
from tests.e2e.pictures import keep_picture
from tests.e2e.studio import ROOT, Studio

pytestmark = pytest.mark.slow

TEXTS = Texts()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def page(browser: Browser, studio: Studio) -> AsyncIterator[Page]:
    """Return the page, opened, with the bot there."""
    async with opened(browser, studio.url) as page:
        await bot_there(page)
        yield page


async def bot_there(page: Page) -> None:
    await expect(page.get_by_test_id("bot-status")).to_have_attribute("data-status", re.compile("online|idle"))


@dataclass(frozen=True)
class Telling:
    """One way through the whole story: a language, a size, a member, and what they make."""

    name: str
    locale: str
    size: tuple[int, int]
    member: str
    title: str
    intent: str
    brief: str
    why: str
    claim: str
    picture: str | None = None

    def command(self, *path: str) -> str:
        """Return a command as this language calls it, with its slash."""
        return "/" + " ".join(TEXTS(self.locale, "-".join(("cmd", *path[: i + 1]))) for i in range(len(path)))

    def option(self, key: str, value: str) -> str:
        """Return an option as one writes it."""
        return f"{TEXTS(self.locale, f'opt-{key}')}: {value}"

    def says(self, key: str, **gaps: str | int) -> str:
        """Return a sentence of the bot."""
        return TEXTS(self.locale, key, **gaps)


ENGLISH = {
    "title": "Harbour",
    "intent": "an apple like a red sail at dusk",
    "brief": "a red apple",
    "why": "it leans like a sail",
    "claim": "The choice and the name are mine; the apple is generated.",
}
CHINESE = {
    "title": "海湾",
    "intent": "像夕阳下红帆一样的苹果",
    "brief": "一个红苹果",
    "why": "它像帆一样倾斜",
    "claim": "选择与命名出自我手，苹果由机器生成。",
}
TELLINGS = (
    Telling("desk", "en-US", DESK, ANN, picture="page", **ENGLISH),
    Telling("phone", "zh-CN", PHONE, BO, picture="page-phone-zh", **CHINESE),
    Telling("desk-zh", "zh-CN", DESK, MO, picture="page-zh", **CHINESE),
    Telling("phone-en", "en-US", PHONE, BO, picture="page-phone", **ENGLISH),
)


@pytest.mark.parametrize("telling", TELLINGS, ids=[one.name for one in TELLINGS])
async def test_from_the_first_notice_to_a_dossier_in_hand(
    telling: Telling, browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    await not_yet_agreed(studio, telling)
    async with opened(browser, studio.url, size=telling.size, locale=telling.locale, patience_ms=120_000) as page:
        await bot_there(page)
        await take_seat(page, telling)
        await begin(page, telling)
        card = await draft(page, telling)
        await check_from_menu(page, telling, card)
        await choose(page, telling, card)
        await finish(page, telling)
        await read_dossier(page, telling, tmp_path)
        await export_and_verify(page, telling, tmp_path)
        await expect(messages(page)).not_to_contain_text("did not respond")


async def not_yet_agreed(studio: Studio, telling: Telling) -> None:
    """Make the member one who has not agreed: other tests sat in the same seats."""
    async with PocketMember(studio.url, telling.member, locale=telling.locale, patience_s=120) as seat:
        await seat.bot_there()
        answer = await seat.answer(await seat.command("evidence", "show"))
        if telling.says("consent-agree") not in buttons_of(answer):
            await seat.answer(await seat.command("privacy", "pause"))


def messages(page: Page) -> Locator:
    return page.get_by_test_id("messages")


def last_message(page: Page, words: str) -> Locator:
    return messages(page).locator(".message", has_text=words).last


async def take_seat(page: Page, telling: Telling) -> None:
    narrow = telling.size == PHONE
    if narrow:
        await page.locator("#nav-open").click()
    async with page.expect_response(lambda answer: "/pocket/state" in answer.url):
        await page.get_by_test_id("member").select_option(telling.member)
    await page.get_by_test_id("language").select_option(telling.locale)
    if narrow:
        await page.keyboard.press("Escape")
    await expect(page.locator("html")).to_have_attribute("lang", telling.locale)


async def write(page: Page, *words: str) -> None:
    """Write a command in full and run it, without a pointer."""
    await page.get_by_test_id("composer").fill(" ".join(words) + " ")
    await expect(page.locator(".command-form")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.locator(".command-form")).to_have_count(0)


async def begin(page: Page, telling: Telling) -> None:
    title, intent = telling.option("project-title", telling.title), telling.option("project-intent", telling.intent)
    await write(page, telling.command("project", "new"), title, intent)
    agree = messages(page).get_by_role("button", name=telling.says("consent-agree")).last
    await agree.press("Enter")
    opened_ = telling.says("project-opened", title=telling.title, intent="yes")
    await expect(messages(page)).to_contain_text(re.sub(r"\*\*", "", opened_))


async def draft(page: Page, telling: Telling) -> Locator:
    cards = messages(page).locator(".message", has=page.get_by_role("button", name=re.compile("^①")))
    # Cards of other tests stand in the channel too.
    before = await cards.count()
    await write(page, telling.command("draft"), telling.brief)
    await expect(cards).to_have_count(before + 1)
    number = await cards.last.get_attribute("data-id")
    card = page.locator(f'.message[data-id="{number}"]')
    await expect(card.locator(".gallery img")).to_have_count(4)
    await expect(card).to_contain_text(telling.brief)
    if telling.picture:
        end = "start" if telling.size == PHONE else "end"
        await card.evaluate("(card, block) => card.scrollIntoView({ block })", end)
        await keep_picture(page, telling.picture)
    return card


async def check_from_menu(page: Page, telling: Telling, card: Locator) -> None:
    """Ask of a picture's own menu what it is: with the right button, or on a phone with its "more"."""
    check = telling.says("menu-check")
    if telling.size == PHONE:
        await card.locator("button.more").click()
    else:
        await card.locator(".tile").first.click(button="right")
    await page.get_by_role("menuitem", name=check).click()
    which = messages(page).locator(".message.private", has_text=telling.says("menu-which")).last
    await which.locator("button.select").press("Enter")
    await page.keyboard.press("Enter")
    await expect(messages(page).locator(".message.private").last).to_contain_text(re.compile("VERIFIED|已验证"))


async def choose(page: Page, telling: Telling, card: Locator) -> None:
    chosen = messages(page).locator(".message", has_text=telling.says("draft-chosen", position=2))
    # Other tests chose something too: the reason is for this one.
    before = await chosen.count()
    await card.get_by_role("button", name="②").click()
    await expect(chosen).to_have_count(before + 1)
    await chosen.last.get_by_role("button", name=telling.says("draft-why")).click()
    await expect(page.get_by_test_id("modal")).to_be_visible()
    await page.keyboard.type(telling.why)
    await page.get_by_test_id("modal-submit").click()
    await expect(messages(page)).to_contain_text(telling.says("draft-why-kept"))


async def finish(page: Page, telling: Telling) -> None:
    await write(page, telling.command("project", "finish"))
    form = page.get_by_test_id("modal")
    fields = form.locator("input[type=text], textarea")
    await fields.nth(0).fill(telling.title)
    await fields.nth(1).fill(telling.claim)
    await page.get_by_test_id("modal-submit").click()
    await expect(form).to_have_count(0)
    finished = telling.says("project-finished", title=telling.title).partition("`")[0].strip()
    await expect(messages(page)).to_contain_text(re.sub(r"\*\*", "", finished))


async def download(page: Page, link: Locator, folder: Path, name: str) -> Path:
    async with page.expect_download() as coming:
        await link.click()
    await (await coming.value).save_as(folder / name)
    return folder / name


async def read_dossier(page: Page, telling: Telling, folder: Path) -> None:
    """Ask for the dossier, keep it, and open it as anybody would: a file in a browser, with nothing else there."""
    links = messages(page).locator("a.file-card", has_text=".html")
    before = await links.count()
    await write(page, telling.command("evidence", "report"))
    await expect(links).to_have_count(before + 1)
    kept = await download(page, links.last, folder, "dossier.html")
    reader = await page.context.new_page()
    await reader.goto(kept.as_uri())
    await expect(reader.locator("html")).to_have_attribute("lang", telling.locale)
    for words in (telling.title, telling.intent, telling.brief, telling.why, telling.claim):
        await expect(reader.locator("body")).to_contain_text(words)
    await reader.close()


async def export_and_verify(page: Page, telling: Telling, folder: Path) -> None:
    links = messages(page).locator("a.file-card", has_text=".zip")
    before = await links.count()
    await write(page, telling.command("evidence", "export"))
    await expect(links).to_have_count(before + 1)
    kept = await download(page, links.last, folder, "bundle.zip")
    told = await messages(page).locator(".message", has=page.locator("a.file-card", has_text=".zip")).last.inner_text()
    vkey = re.search(r"--vkey (\S+)", told)
    assert vkey is not None, told
    command = [sys.executable, "-m", "bot", "verify", str(kept), "--vkey", vkey[1], "--language", telling.locale]
    assert await asyncio.to_thread(_exit_code, command) == 0
    data = bytearray(kept.read_bytes())
    data[len(data) // 2] ^= 1
    kept.write_bytes(data)
    assert await asyncio.to_thread(_exit_code, command) == 1


def _exit_code(command: list[str]) -> int:
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, timeout=120).returncode


async def test_asking_further_and_saying_what_was_wrong(page: Page) -> None:
    await write(page, "/ask", "Can an AI be the author of a picture in the US?")
    answer = messages(page).locator(".message", has=page.get_by_role("button", name="Ask further")).last
    await expect(answer).to_contain_text("Thaler")
    await answer.get_by_role("button", name="Ask further").click()
    await expect(page.get_by_test_id("modal")).to_be_visible()
    await page.keyboard.type("and in China?")
    await page.get_by_test_id("modal-submit").click()
    further = last_message(page, "and in China?")
    await expect(further).to_contain_text("China (mainland)")
    await expect(further).to_contain_text("Can an AI be the author of a picture in the US?")

    await further.get_by_role("button", name="👎").click()
    await expect(messages(page)).to_contain_text("What was wrong?")
    await messages(page).get_by_role("button", name="Choose a reason").last.click()
    await page.get_by_role("option", name="It is out of date").click()
    await expect(messages(page)).to_contain_text("The moderators see the reason too.")
    await expect(messages(page)).not_to_contain_text("did not respond")


async def test_in_chinese_everything_is_chinese(page: Page) -> None:
    await page.get_by_test_id("language").select_option("zh-CN")
    await expect(page.get_by_role("heading", name="落款")).to_be_visible()
    await write(page, "/提问", "在中国，AI生成的图片受著作权保护吗？")
    await expect(messages(page)).to_contain_text("著作权法")
