"""Whom the page reaches: what axe finds in its states, targets, zoom, motion, and the policy it is served with."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.pocket.server import PocketServer
from tests.bot.pocket.test_page import drop, messages, modal, run
from tests.browser import DESK, PHONE, barriers, opened

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

SMALLEST_TARGET_PX = 24


@pytest_asyncio.fixture(
    loop_scope="module",
    params=[(DESK, False), (DESK, True), (PHONE, False), (PHONE, True)],
    ids=["desk", "desk, dark", "phone", "phone, dark"],
)
async def seen(request: pytest.FixtureRequest, browser: Browser, showroom: PocketServer) -> AsyncIterator[Page]:
    """Return the page in each size and each light."""
    size, dark = request.param
    async with opened(browser, showroom.url, size=size, dark=dark, patience_ms=10_000) as page:
        await expect(page.get_by_test_id("bot-status")).to_have_attribute("data-status", "online")
        yield page


async def test_nothing_keeps_anybody_out(seen: Page) -> None:
    assert await barriers(seen) == [], "the empty page"
    for what in ("card", "layout", "selects", "secret"):
        await run(seen, f"show {what}")
    await seen.get_by_test_id("composer").fill("**words** with `code`, and @Bo too")
    await seen.keyboard.press("Enter")
    await expect(messages(seen)).to_have_count(5)
    assert await barriers(seen) == [], "a conversation"
    await seen.get_by_test_id("composer").fill("/")
    await expect(seen.get_by_test_id("palette")).to_be_visible()
    assert await barriers(seen) == [], "the palette"
    await seen.get_by_test_id("composer").fill("/take ")
    await drop(seen, ".file-field", "one.png")
    assert await barriers(seen) == [], "the options of a command"
    await seen.keyboard.press("Escape")
    await seen.get_by_test_id("composer").fill("/fill ")
    await seen.keyboard.press("Enter")
    await expect(modal(seen)).to_be_visible()
    await seen.get_by_test_id("modal-submit").click()
    assert await barriers(seen) == [], "a form with its mistakes told"
    await seen.keyboard.press("Escape")
    await seen.get_by_role("button", name="Places").press("Enter")
    assert await barriers(seen) == [], "an open select"
    await seen.keyboard.press("Escape")
    await seen.locator(".tile").first.press("Enter")
    await expect(seen.locator("dialog.lightbox")).to_be_visible()
    assert await barriers(seen) == [], "a picture, large"
    await seen.keyboard.press("Escape")
    await messages(seen).first.focus()
    await seen.keyboard.press("Enter")
    await expect(seen.get_by_role("menu")).to_be_visible()
    assert await barriers(seen) == [], "the menu of a message"


async def test_every_target_is_large_enough(seen: Page) -> None:
    for what in ("card", "selects", "secret"):
        await run(seen, f"show {what}")
    small = await seen.evaluate(
        """(least) => [...document.querySelectorAll("button, a, select, input, [role=option]")]
            .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.matches(".sr-only, .skip"))
            .map((one) => [one.getBoundingClientRect(), one.outerHTML.slice(0, 160)])
            .filter(([box]) => Math.min(box.width, box.height) < least - 0.5)
            .map(([, words]) => words)""",
        SMALLEST_TARGET_PX,
    )
    assert small == []


async def test_at_twice_the_size_nothing_is_cut_off(browser: Browser, showroom: PocketServer) -> None:
    async with opened(browser, showroom.url, size=(DESK[0] // 2, DESK[1] // 2), patience_ms=10_000) as page:
        await expect(page.get_by_test_id("bot-status")).to_have_attribute("data-status", "online")
        await run(page, "show layout")
        await page.get_by_test_id("composer").fill("/pick ")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await expect(page.get_by_role("button", name="Run")).to_be_in_viewport()
        await page.keyboard.press("Escape")
        await page.get_by_test_id("composer").fill("/fill ")
        await page.keyboard.press("Enter")
        await page.get_by_test_id("modal-submit").scroll_into_view_if_needed()
        await expect(page.get_by_test_id("modal-submit")).to_be_in_viewport()


async def test_nothing_moves_for_who_asked_for_stillness(page: Page) -> None:
    await page.emulate_media(reduced_motion="reduce")
    await run(page, "show card")
    moving = await page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((one) => {
            const style = getComputedStyle(one);
            return style.animationName !== "none" || style.transitionDuration !== "0s";
        }).length"""
    )
    assert moving == 0


async def test_the_policy_of_the_page_allows_no_code_but_its_own(showroom: PocketServer) -> None:
    async with aiohttp.ClientSession() as http, http.get(showroom.url) as response:
        policy = response.headers["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'self'"
    assert "script-src" not in rules, "default-src says it already"
    assert "unsafe" not in policy
    for name in ("object-src", "frame-ancestors", "base-uri"):
        assert rules[name] == "'none'"
    assert rules["form-action"] == "'self'"
