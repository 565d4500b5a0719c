"""Pictures of the page for the documents, taken only when COLOPHON_PICTURES is set: a test leaves the tree alone."""

import asyncio
import io
import os
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, expect

from tests.e2e.studio import ROOT

DOCS = ROOT / "docs"
_LARGEST_BYTES = 250_000


async def keep_picture(page: Page, name: str) -> None:
    """Keep what the page shows now as a small PNG among the documents, if anybody asked for pictures."""
    if not os.environ.get("COLOPHON_PICTURES"):
        return
    await expect(page.get_by_test_id("bot-status")).to_have_attribute("data-status", "online", timeout=180_000)
    await page.evaluate("Promise.all([...document.images].map((one) => one.decode().catch(() => null)))")
    data = await page.screenshot(animations="disabled")
    await asyncio.to_thread(_write, DOCS / f"{name}.png", data)


def _write(path: Path, data: bytes) -> None:
    with Image.open(io.BytesIO(data)) as shot:
        small = shot.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small.save(path, "PNG", optimize=True)
    assert path.stat().st_size < _LARGEST_BYTES, f"{path.name} is too large for the repository"
