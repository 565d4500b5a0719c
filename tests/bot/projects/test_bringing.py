"""Bringing a picture home, over a real store: it is compared and recorded, or the member is told why not."""

import zipfile
from collections.abc import AsyncIterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from bot.chat.uploads import Upload
from bot.errors import UserFacing
from bot.projects.bringing import NOTHING, Bringing, Home, Said, chosen_last
from bot.projects.filetypes import FileType
from storage.drafts import Submitted
from storage.evidence.authorship import MadeBy
from storage.evidence.kinds import Kind
from storage.members import Member
from storage.privacy import Basis
from storage.projects import Project
from storage.store import StorageConfig, Store, open_store
from tests.bot.projects.files import SAMPLES, krita
from tests.storage.test_drafts import ACT, make, submit
from tests.storage.test_sharing import bundle

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
    return Upload(out.getvalue(), PNG, size)


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


# --- documents and texts -------------------------------------------------------------------------


async def bring(
    store: Store, project: Project, kind: FileType, of: str | None = None, data: bytes | None = None
) -> Home:
    data = SAMPLES[kind] if data is None else data
    return await Bringing(store).bring_file(project, data, "../work/piece.x", said(of), ACT)


@pytest.mark.parametrize("kind", [k for k in SAMPLES if k not in (FileType.PICTURE, FileType.TEXT)], ids=str)
async def test_every_document_is_kept_as_it_came(
    store: Store, ann: Member, project: Project, drawn: Submitted, kind: FileType
) -> None:
    await store.drafts.choose(drawn.draft_id, 1, ann, "", ACT)
    home = await bring(store, project, kind)
    event = (await store.history(project)).events[-1]
    assert (event.kind, home.of, home.name) == (Kind.EDIT_APPLIED, event.refs[0], "piece.x")
    file = event.map("file")
    assert (file["name"], file["mime"], file["size"]) == ("piece.x", kind.mime, len(SAMPLES[kind]))
    assert await store.media.read(str(file["sha256"])) == SAMPLES[kind]
    assert (event.image_sha256 is None) is (home.preview is None)


async def test_what_was_compared_was_the_preview_and_the_record_says_so(
    store: Store, ann: Member, project: Project, drawn: Submitted
) -> None:
    await store.drafts.choose(drawn.draft_id, 1, ann, "", ACT)
    home = await bring(store, project, FileType.KRITA, data=krita(preview=painted(size=(8, 8)).data))
    assert home.change is not None and home.preview == (8, 8)
    change = (await store.history(project)).events[-1].map("change")
    assert (change["preview"], change["resized"]) == ([8, 8], True)
    same = await bring(store, project, FileType.KRITA, data=krita(preview=painted(spot=False).data))
    assert (same.change, same.preview) == (None, (4, 4))
    assert "change" not in (await store.history(project)).events[-1].fields


async def test_a_text_is_compared_with_the_text_it_changes(store: Store, project: Project) -> None:
    note = await store.projects.note(project, "a boat at dusk", ACT)
    home = await bring(store, project, FileType.TEXT, f"#{note.seq}", "\ufeffa boat\tat night\r\n".encode())
    event = (await store.history(project)).events[-1]
    assert (event.kind, event.refs, event.text("text")) == (Kind.EDIT_APPLIED, (note.seq,), "a boat    at night")
    assert home.words is not None and home.words.added - home.words.removed == 4
    again = await bring(store, project, FileType.TEXT, data=b"a boat at noon")
    assert again.of == event.seq
    material = await bring(store, project, FileType.TEXT, NOTHING, b"a boat at noon")
    assert material.of is None
    with pytest.raises(UserFacing) as caught:
        await bring(store, project, FileType.TEXT, str(again.receipt.seq), b"a boat at noon ")
    assert caught.value.key == "error-attach-unchanged"


async def test_files_go_with_the_words(store: Store, project: Project, ann: Member, drawn: Submitted) -> None:
    await store.drafts.choose(drawn.draft_id, 1, ann, "", ACT)
    one, other = [await bring(store, project, kind) for kind in (FileType.KRITA, FileType.PDF)]
    files = {
        event.seq: [str(event.map(name)["sha256"]) for name in ("image", "file") if event.map(name)]
        for event in await store.history(project)
        if event.seq in (one.receipt.seq, other.receipt.seq)
    }
    assert {seq: len(named) for seq, named in files.items()} == {one.receipt.seq: 2, other.receipt.seq: 1}
    await store.privacy.erase_event(project, one.receipt.seq, Basis.ASKED)
    assert [store.media.path(digest).exists() for named in files.values() for digest in named] == [False, False, True]
    await store.privacy.erase(project, Basis.ASKED)
    assert not any(store.media.path(digest).exists() for named in files.values() for digest in named)


async def test_a_bundle_encloses_the_files_and_both_verifiers_take_it(
    store: Store, project: Project, ann: Member, drawn: Submitted, tmp_path: Path
) -> None:
    await store.drafts.choose(drawn.draft_id, 1, ann, "", ACT)
    for kind in SAMPLES:
        await bring(store, project, kind, NOTHING if kind is FileType.PICTURE else None)
    opened = await bundle(store, project, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        names = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist() if "/blobs/" in name}
        dossier = next(archive.read(n).decode() for n in archive.namelist() if n.endswith("dossier.html"))
    for fields in opened.values():
        if isinstance(file := fields.get("file"), dict):
            assert sha256(names[str(file["sha256"])]).hexdigest() == file["sha256"]
    assert set(SAMPLES.values()) <= set(names.values())
    assert "piece.x" in dossier and "<script>" not in dossier
