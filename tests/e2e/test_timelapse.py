"""`/evidence timelapse` from end to end: a member sees how their piece was made, in the language they choose."""

from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from PIL import Image

from tests.bot.pocket_member import BO, PocketMember, buttons_of, words_of
from tests.e2e.conftest import agree
from tests.e2e.studio import Studio
from tests.e2e.test_main_job import draft

pytestmark = pytest.mark.slow


@pytest.fixture
async def bo(studio: Studio) -> AsyncIterator[PocketMember]:
    async with PocketMember(studio.url, BO, patience_s=120) as member:
        await member.bot_ready()
        await agree(member)
        yield member


async def test_a_member_gets_the_film_and_the_sheet_of_their_piece(bo: PocketMember) -> None:
    card = await draft(bo, brief="a green pear", count=2)
    chosen = await bo.answer(await bo.press(card, buttons_of(card)["①"]))
    assert "Candidate 1 is chosen" in words_of(chosen)

    message = await bo.answer(await bo.command("evidence", "timelapse"))
    assert message["flags"] & 64, "it is for its owner alone"
    assert "how it was made, from the log up to size" in words_of(message)
    film, sheet = message["attachments"]
    assert (film["content_type"], sheet["content_type"]) == ("image/webp", "image/png")
    assert film["description"] and sheet["description"]
    with Image.open(BytesIO(await bo.download(film))) as played:
        assert played.size == (720, 480)
        assert getattr(played, "n_frames", 1) > 8
    with Image.open(BytesIO(await bo.download(sheet))) as picture:
        assert "compositeWithTrainedAlgorithmicMedia" in str(picture.info)

    chinese = await bo.answer(await bo.command("evidence", "timelapse", kind="sheet", language="zh-CN"))
    assert len(chinese["attachments"]) == 1
    looked = words_of(await bo.answer(await bo.command("privacy", "who-looked")))
    assert looked.count("you, an export") >= 2
