"""Bringing a picture home, over a real store: it is compared and recorded, or the member is told why not."""

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from bot.chat.uploads import Upload
from bot.errors import UserFacing
from bot.projects.bringing import NOTHING, Bringing, Said, chosen_last
from storage.drafts import Submitted
from storage.evidence.authorship import MadeBy
from storage.evidence.kinds import Kind
from storage.members import Member
from storage.projects import Project
from storage.store import StorageConfig, Store, open_store
from tests.storage.test_drafts import ACT, make, submit

PNG = "image/png"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(StorageConfig(tmp_path / "data"), init=True)
    yield opened
    await opened.close()


@pytest.fixture
async def ann(store: Store) -> Member:
    return await store.privacy.agree(await store.members.meet("discord", "1001", "Ann"), [])


@pytest.fixture
async def project(store: Store, ann: Member) -> Project:
    return (await store.projects.open(ann, "Boats", guild_id=None))[0]


@pytest.fixture
async def drawn(store: Store, ann: Member, project: Project) -> Submitted:
    submitted = await submit(store, ann, project)
    await make(store, submitted)
    return submitted


def said(of: str | None = None, made_by: MadeBy = MadeBy.OWN_HAND) -> Said:
    return Said(made_by, "repainted in Krita", of)


def painted(colour: str = "red", *, spot: bool = True, size: tuple[int, int] = (4, 4)) -> Upload:
    """Return a candidate of the store's tests, one pixel painted over."""
    picture = Image.new("RGB", size, colour)
    if spot:
        ImageDraw.Draw(picture).point((1, 1), fill="black")
    out = BytesIO()
    picture.save(out, "PNG")
    return Upload(out.getvalue(), PNG)


async def test_it_changes_the_candidate_that_was_chosen_last(
    store: Store, ann: Member, project: Project, drawn: Submitted
) -> None:
    await store.drafts.choose(drawn.draft_id, 1, ann, "", ACT)
    chosen = (await store.drafts.view(drawn.draft_id)).candidates[0]
    home = await Bringing(store).bring(project, painted(), said(), ACT)
    assert home.of == chosen.seq
    assert home.change is not None and home.change.share_ppm == 62_500
    event = (await store.history(project)).events[-1]
    assert (event.kind, event.refs, event.seq) == (Kind.EDIT_APPLIED, (chosen.seq,), home.receipt.seq)
    assert (event.text("declared"), event.text("operation")) == ("own hand", "repainted in Krita")
    assert event.map("change")["share_ppm"] == 62_500
    assert await store.media.read(event.image_sha256 or "") == painted().data


async def test_it_changes_what_the_member_names_also_an_earlier_edit(
    store: Store, project: Project, drawn: Submitted
) -> None:
    blue = (await store.drafts.view(drawn.draft_id)).candidates[1]
    first = await Bringing(store).bring(project, painted("blue"), said(f"#{blue.seq}"), ACT)
    second = await Bringing(store).bring(project, painted("green"), said(str(first.receipt.seq)), ACT)
    assert (first.of, second.of) == (blue.seq, first.receipt.seq)


async def test_material_changes_nothing_of_the_projects(
    store: Store, ann: Member, project: Project, drawn: Submitted
) -> None:
    await store.drafts.choose(drawn.draft_id, 1, ann, "", ACT)
    home = await Bringing(store).bring(project, painted(), said(NOTHING, MadeBy.OTHER_MODEL), ACT)
    assert (home.of, home.change) == (None, None)
    event = (await store.history(project)).events[-1]
    assert (event.kind, event.text("declared")) == (Kind.UPLOAD_ADDED, "another AI tool")
    assert event.text("operation") == "repainted in Krita"
    photograph = await Bringing(store).bring(project, painted("green"), said(str(home.receipt.seq)), ACT)
    assert photograph.of == home.receipt.seq


async def test_without_a_choice_it_is_material(store: Store, ann: Member, project: Project, drawn: Submitted) -> None:
    await store.drafts.choose(drawn.draft_id, 1, ann, "", ACT)
    assert chosen_last(await store.history(project)) is not None
    await store.drafts.choose(drawn.draft_id, 0, ann, "", ACT)
    assert chosen_last(await store.history(project)) is None
    assert (await Bringing(store).bring(project, painted(), said(), ACT)).of is None


@pytest.mark.parametrize("of", ["", "#", "7.5", "a boat", "999999", "٣", "0", "2"])
async def test_what_is_no_picture_of_the_project_is_refused(store: Store, project: Project, of: str) -> None:
    size = await store.ledger.size()
    with pytest.raises(UserFacing) as caught:
        await Bringing(store).bring(project, painted(), said(of), ACT)
    assert caught.value.key == "error-attach-of"
    assert await store.ledger.size() == size


async def test_a_picture_that_differs_in_nothing_is_no_edit(
    store: Store, ann: Member, project: Project, drawn: Submitted
) -> None:
    await store.drafts.choose(drawn.draft_id, 1, ann, "", ACT)
    size = await store.ledger.size()
    with pytest.raises(UserFacing) as caught:
        await Bringing(store).bring(project, painted(spot=False), said(), ACT)
    assert caught.value.key == "error-attach-unchanged"
    assert await store.ledger.size() == size


async def test_another_size_is_compared_and_told(store: Store, ann: Member, project: Project, drawn: Submitted) -> None:
    await store.drafts.choose(drawn.draft_id, 1, ann, "", ACT)
    home = await Bringing(store).bring(project, painted(size=(8, 8)), said(), ACT)
    assert home.change is not None and home.change.resized
