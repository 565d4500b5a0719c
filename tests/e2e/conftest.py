"""One studio for all stories at the page: starting the models once is slow enough."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.bot.pocket_member import ANN, PocketMember, buttons_of
from tests.e2e.studio import Studio, start_studio


@pytest.fixture(scope="package")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Return a running studio with everything warm."""
    running = start_studio(tmp_path_factory.mktemp("studio") / "data")
    try:
        running.warm_up()
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()


@pytest.fixture(autouse=True)
def nothing_that_discord_would_refuse(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which the bot said something against Discord's specification, or pinged somebody."""
    yield
    studio = request.getfixturevalue("studio") if "studio" in request.fixturenames else None
    if studio is not None and studio.watched.exists():
        wrongs = studio.watched.read_text(encoding="utf-8").splitlines()
        studio.watched.unlink()
        assert wrongs == []


@pytest.fixture
async def ann(studio: Studio) -> AsyncIterator[PocketMember]:
    """Return Ann at the page, agreed, with everything ready."""
    async with PocketMember(studio.url, ANN, patience_s=120) as member:
        await member.bot_ready()
        await agree(member)
        yield member


async def agree(member: PocketMember) -> None:
    """Go through the first-use notice, if it comes."""
    answer = await member.answer(await member.command("evidence", "export"))
    if "I agree" in buttons_of(answer):
        await member.answer(await member.press(answer, buttons_of(answer)["I agree"]))
