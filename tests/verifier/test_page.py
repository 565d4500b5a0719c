"""The page that checks without a network: it agrees with the other verifiers, says what it sees, and never falls over."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from storage.evidence.verify import Verdict, verify_bundle
from tests.verifier.page import FILE, VerifierPage, open_browser, policy_of
from tests.verifier.trials import SOUND, TRIALS, Shelf, Trial, flipped, flipped_and_signed

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened() -> AsyncIterator[VerifierPage]:
    async with open_browser(locale="en-US") as browser:
        yield VerifierPage(await browser.new_page())


@pytest.fixture
def page(opened: VerifierPage) -> VerifierPage:
    """Return the page; what it asked of the network or logged as an error fails the test that follows."""
    assert opened.faults == []
    return opened


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)
async def test_it_names_what_the_others_name(page: VerifierPage, shelf: Shelf, trial: Trial) -> None:
    brought = trial.bring(shelf)
    report = await page.check(brought.path, keys=brought.vkeys, anchors=brought.anchors)
    assert (report["code"] if report["verdict"] == "refused" else SOUND) == trial.code
    assert page.faults == []
