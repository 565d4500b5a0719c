"""A real Chromium for the tests of the page, and what a machine can tell of its accessibility."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any

from playwright.async_api import Browser, Page, async_playwright, expect

PHONE = (390, 844)
DESK = (1280, 1000)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start a browser."""
    async with async_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        # Chromium's own sandbox does not start for root, as in most containers.
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        await browser.close()


@asynccontextmanager
async def opened(
    browser: Browser,
    url: str,
    *,
    size: tuple[int, int] = DESK,
    locale: str = "en-US",
    dark: bool = False,
    patience_ms: int = 60_000,
) -> AsyncIterator[Page]:
    """Open the page with a memory of its own; whatever it logs as an error, or asks of elsewhere, fails the test."""
    wrongs: list[str] = []
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale=locale,
        color_scheme="dark" if dark else "light",
        has_touch=size == PHONE,
        accept_downloads=True,
    )
    page = await context.new_page()
    page.set_default_timeout(patience_ms)
    expect.set_options(timeout=patience_ms)
    page.on("pageerror", lambda error: wrongs.append(str(error)))
    page.on("console", lambda message: wrongs.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: None if _is_local(request.url, url) else wrongs.append(request.url))
    await page.goto(url)
    yield page
    await context.close()
    assert wrongs == []


def _is_local(address: str, url: str) -> bool:
    return address.startswith((url, url.replace("http", "ws", 1), "blob:", "data:"))


async def barriers(page: Page) -> list[str]:
    """Return what axe finds that keeps somebody out: its serious and critical violations."""
    await page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found: dict[str, Any] = await page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{each['id']}: {node['html'][:200]}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]
