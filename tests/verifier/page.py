"""The page in a real browser, opened from disk with the network off: files in, the report for programs out."""

import base64
import hashlib
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, FilePayload, Page, Request, async_playwright

ROOT = Path(__file__).parents[2]
FILE = ROOT / "verifier" / "verify.html"
PATIENCE_MS = 60_000
_CODE_OF = """async ({ task, keys, data, kept }) => {
  const [file, ...anchors] = [data, ...kept].map((text) => new Blob([unBase64(text)]));
  const found = await new Service().answer({ task, keys, file, anchors }, () => {});
  return found.checks.find(({ outcome }) => outcome === "failed")?.code ?? "";
}"""
POLICY = re.compile(r'(Content-Security-Policy" content=")([^"]*)')
_PARTS = re.compile(r"<(style|script)[^>]*>(.*?)</\1>", re.DOTALL)


def policy_of(html: str) -> str:
    """Return the policy that names a page's own style and scripts, and allows nothing else."""
    hashes: dict[str, list[str]] = {"style": [], "script": []}
    for kind, text in _PARTS.findall(html):
        hashes[kind].append(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'")
    rules = (
        "default-src 'none'",
        " ".join(["script-src", *hashes["script"]]),
        " ".join(["style-src", *hashes["style"]]),
        "img-src blob:",
        "worker-src blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types verifier",
    )
    return "; ".join(rules)


class VerifierPage:
    """One open page; whatever it asks of the network, or logs as an error, is kept in `faults`."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("request", self._heard)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)

    def _heard(self, request: Request) -> None:
        if not request.url.startswith(("file:", "blob:")):
            self.faults.append(request.url)

    async def open(self) -> None:
        """Open the page afresh."""
        await self.page.goto(FILE.as_uri())

    async def bring(self, *files: Path | FilePayload) -> None:
        """Choose files to be checked."""
        payloads = [_payload(file) if isinstance(file, Path) else file for file in files]
        await self.page.set_input_files("#files", payloads)

    async def keep(self, *anchors: bytes) -> None:
        """Choose checkpoints or receipts that somebody kept."""
        payloads = [FilePayload(name="kept.txt", mimeType="text/plain", buffer=data) for data in anchors]
        await self.page.set_input_files("#anchors", payloads)

    async def give_keys(self, keys: Sequence[str]) -> None:
        """Type keys, and leave the field."""
        await self.page.fill("#keys", "\n".join(keys))
        await self.page.locator("#keys").blur()

    async def report(self) -> dict[str, Any]:
        """Wait for the result, and return it as a program gets it."""
        await self.page.locator("#result").wait_for()
        found: dict[str, Any] = await self.page.evaluate("colophonReport")
        return found

    async def evaluate(self, script: str, argument: Any = None) -> Any:
        """Run a script in the page, where the parts of the verifier are at hand."""
        return await self.page.evaluate(script, argument)

    async def code_of(self, file: Path | bytes, *keys: str, anchors: Sequence[bytes] = ()) -> str:
        """Return the code that refuses a bundle, or the bytes of a receipt, "" where none does; without a worker."""
        task, data = ("receipt", file) if isinstance(file, bytes) else ("bundle", file.read_bytes())
        kept = [base64.b64encode(anchor).decode() for anchor in anchors]
        asked = {"task": task, "keys": keys, "data": base64.b64encode(data).decode(), "kept": kept}
        found: str = await self.page.evaluate(_CODE_OF, asked)
        return found

    async def check(
        self, *files: Path | FilePayload, keys: Sequence[str] = (), anchors: Sequence[bytes] = ()
    ) -> dict[str, Any]:
        """Check files from the beginning."""
        await self.open()
        if keys:
            await self.give_keys(keys)
        if anchors:
            await self.keep(*anchors)
        await self.bring(*files)
        return await self.report()


def _payload(path: Path) -> FilePayload:
    # The bytes as they are now: the browser would read a path later, when it may hold another bundle.
    return FilePayload(name=path.name, mimeType="application/octet-stream", buffer=path.read_bytes())


@asynccontextmanager
async def open_browser(**options: Any) -> AsyncIterator[BrowserContext]:
    """Run Chromium without a network; `options` are those of a browser's context."""
    async with async_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        # Chromium's own sandbox does not start for root, as in most containers.
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield await browser.new_context(offline=True, **options)
        await browser.close()


if __name__ == "__main__":
    # After a change to the page: write its policy anew.
    html = FILE.read_text(encoding="utf-8")
    FILE.write_text(POLICY.sub(lambda match: match[1] + policy_of(html), html), encoding="utf-8")
