"""Dossiers from a real store: in bundles and handed out alone, within what is opened, and checkable with openssl."""

import io
import json
import re
import subprocess
import zipfile
from base64 import b64decode
from dataclasses import replace
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin
from pypdf import PdfReader

from storage.evidence.bundle import ExportRequest
from storage.evidence.dossier import making, pdf
from storage.evidence.dossier.making import DossierRequest, Reported, TooManyEvents
from storage.evidence.history import History
from storage.evidence.kinds import Kind
from storage.evidence.opening import HASHES, OPENINGS, PUBLIC, Opening
from storage.evidence.prov import prov_json
from storage.evidence.verify import Verdict, verify_bundle
from storage.members import Member
from storage.privacy import Basis
from storage.projects import Brought, Project
from storage.store import Store
from tests.storage.evidence.dossier.making_work import Studio, studio_of, work
from tests.storage.test_drafts import ACT

SECRET = "for myself alone"


@pytest.fixture
def studio(store: Store, ann: Member, project: Project) -> Studio:
    return studio_of(store, ann, project)


async def bundle(
    studio: Studio, target: Path, language: str = "en-US", opening: Opening = OPENINGS["all"]
) -> dict[str, bytes]:
    """Export; return the views by their names, having verified the whole."""
    request = ExportRequest(
        {studio.project.id: studio.project.actor}, {"by": "owner"}, opening=opening, dossier=language
    )
    await studio.store.exporter.export(request, target)
    report = verify_bundle(target, vkeys=(studio.store.ledger.vkey,))
    assert report.verdict is Verdict.VERIFIED, report
    with zipfile.ZipFile(target) as archive:
        return {n.rpartition("/views/")[2]: archive.read(n) for n in archive.namelist() if "/data/views/" in n}


async def report(
    studio: Studio, *formats: str, opening: Opening = OPENINGS["all"], language: str = "en-US"
) -> Reported:
    project = studio.project
    return await studio.store.dossiers.report(project.id, project.actor, language, formats, opening)


def words(page: bytes) -> str:
    """Return what a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page.decode(), flags=re.S)).split())


def shell(commands: str, folder: Path) -> str:
    """Run what the dossier says to run; return what is printed."""
    return subprocess.run(["sh", "-c", commands], cwd=folder, capture_output=True, text=True).stdout


def pdf_words(data: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).replace("\u200b", "")


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
async def test_a_bundle_holds_the_dossier_and_still_verifies(studio: Studio, tmp_path: Path, language: str) -> None:
    await work(studio)
    views = await bundle(studio, tmp_path / "b.zip", language)
    assert {"dossier.html", "dossier.pdf", "prov.json"} <= views.keys()
    for said in (words(views["dossier.html"]), pdf_words(views["dossier.pdf"])):
        for wanted in (
            "Homecoming",
            "归家的安静",
            "the stillness",
            "painted out the moon",
            SECRET,
            studio.store.ledger.vkey[:40],
        ):
            assert wanted in said
    reader = PdfReader(io.BytesIO(views["dossier.pdf"]))
    assert b"<pdfaid:part>2</pdfaid:part>" in views["dossier.pdf"]
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in views["dossier.pdf"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in views["dossier.pdf"]
    assert str(reader.root_object["/Lang"]).lower().startswith(language[:2])


@pytest.mark.slow
async def test_the_dossier_shows_no_more_than_is_opened(studio: Studio, tmp_path: Path) -> None:
    await work(studio)
    public = await bundle(studio, tmp_path / "public.zip", opening=PUBLIC)
    for said in (words(public["dossier.html"]), pdf_words(public["dossier.pdf"])):
        assert "painted out the moon" in said
        assert SECRET not in said
        assert "discord:1001" not in said
    hashes = await bundle(studio, tmp_path / "hashes.zip", opening=HASHES)
    for said in (words(hashes["dossier.html"]), pdf_words(hashes["dossier.pdf"])):
        for hidden in ("painted out the moon", "red boat", "归家的安静", "Homecoming", "too busy"):
            assert hidden not in said
        assert "not opened here" in said
    assert b"data:image" not in hashes["dossier.html"]


async def test_no_dossier_unless_it_is_asked_for_or_where_projects_are_many(
    studio: Studio, ann: Member, tmp_path: Path
) -> None:
    other, _ = await studio.store.projects.open(ann, "Other", guild_id=None)
    both = ExportRequest({studio.project.id: studio.project.actor, other.id: other.actor}, {}, dossier="en-US")
    for number, request in enumerate((both, replace(both, dossier=None))):
        path = tmp_path / f"{number}.zip"
        await studio.store.exporter.export(request, path)
        assert verify_bundle(path, vkeys=(studio.store.ledger.vkey,)).verdict is Verdict.VERIFIED
        with zipfile.ZipFile(path) as archive:
            assert not [name for name in archive.namelist() if "dossier" in name]


async def test_a_record_too_long_to_be_read_is_exported_without(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "MAX_EVENTS", 3)
    await studio.store.projects.note(studio.project, "one", ACT)
    assert "dossier.html" not in await bundle(studio, tmp_path / "b.zip")
    with pytest.raises(TooManyEvents):
        await report(studio, "html")


async def test_handing_one_out_is_recorded_with_the_hash_of_each_file(studio: Studio) -> None:
    await work(studio)
    before = await studio.store.ledger.size()
    reported = await report(studio, "html")
    event = (await studio.store.history(studio.project)).by_seq[reported.seq]
    assert reported.seq == before
    assert event.kind == "export.made"
    scope = event.map("scope")
    assert (scope["by"], scope["what"]) == ("owner", "dossier")
    assert scope["files"] == [sha256(reported.dossier.files["html"]).hexdigest()]
    assert scope["id"] == reported.id
    assert reported.id in words(reported.dossier.files["html"])
    looks = await studio.store.privacy.looks([studio.project])
    assert [look.seq for look in looks] == [reported.seq]


async def test_an_export_after_a_report_still_verifies(studio: Studio, tmp_path: Path) -> None:
    await work(studio)
    await report(studio, "html")
    target = tmp_path / "b.zip"
    await studio.store.exporter.export(ExportRequest({studio.project.id: studio.project.actor}, {}), target)
    assert verify_bundle(target, vkeys=(studio.store.ledger.vkey,)).verdict is Verdict.VERIFIED


@pytest.mark.slow
async def test_the_commands_in_it_check_the_signature_and_an_event(studio: Studio, tmp_path: Path) -> None:
    await work(studio)
    views = await bundle(studio, tmp_path / "b.zip")
    codes = [
        unescape(code) for code in re.findall(r"<pre[^>]*><code>(.*?)</code>", views["dossier.html"].decode(), re.S)
    ]
    signature = next(code for code in codes if "pkeyutl" in code)
    event = next(code for code in codes if "log.txt" in code)
    assert "Signature Verified Successfully" in shell(signature, tmp_path)
    forged = signature.replace("colophon.local/log1 ", "colophon.local/log2 ", 1)
    assert "Verified" not in shell(forged, tmp_path)
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        archive.extractall(tmp_path)
    (folder,) = tmp_path.glob("colophon-*")
    last = (await studio.store.history(studio.project)).events[-1]
    asked = event.replace("N=0 ", f"N={last.seq} ")
    assert last.leaf_sha256.hex() in shell(asked, folder)
    assert last.leaf_sha256.hex() in words(views["dossier.html"])


async def test_thumbnails_are_drawn_anew_and_edits_are_framed(studio: Studio) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("hostile", "EVIL-BYTES")
    out = io.BytesIO()
    Image.new("RGBA", (900, 700), (10, 20, 30, 128)).save(out, "PNG", pnginfo=info)
    picture = await studio.store.media.put_picture(out.getvalue() + b"EVIL-TAIL", "image/png")
    await studio.store.projects.attach(studio.project, Brought(picture, "from elsewhere"), ACT)
    await work(studio)
    page = (await report(studio, "html")).dossier.files["html"]
    found = [b64decode(data) for data in re.findall(rb"data:image/jpeg;base64,([^\"]+)", page)]
    assert len(found) > 8
    for data in found:
        assert b"EVIL" not in data
        with Image.open(io.BytesIO(data)) as image:
            assert (image.format, max(image.size) <= 400) == ("JPEG", True)
    assert page.count(b'class="figures large"') == 1


async def test_a_picture_that_is_gone_or_broken_is_told_of_and_stops_nothing(studio: Studio) -> None:
    await work(studio)
    told: History = await studio.store.history(studio.project)
    first, second = [e.image_sha256 for e in told.of(Kind.DRAFT_MADE)][:2]
    assert first is not None
    assert second is not None
    studio.store.media.path(first).unlink()
    studio.store.media.path(second).write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    said = words((await report(studio, "html")).dossier.files["html"])
    assert "2 files: erased, or no picture that can be read." in said


async def test_everything_erased_still_makes_a_dossier(studio: Studio) -> None:
    await work(studio)
    await studio.store.privacy.erase(studio.project, Basis.ASKED)
    said = words((await report(studio, "html")).dossier.files["html"])
    assert "red boat" not in said
    assert "Words and pictures erased" in said


@pytest.mark.slow
async def test_hostile_words_are_set_as_they_are(studio: Studio) -> None:
    hostile = (
        '#read("/etc/passwd") #image("x") $ x^2 $ @cite <label> *b* `raw` \\',
        "<script>alert(1)</script>",
        "abc\u202etxt.exe \x01\x1b[31m",
        "😀👩‍👩‍👧 ☃ ①",
        "x" * 4000,
        "字" * 4000,
        "中文 Latin 混排。「引号」 Ελληνικά Русский Tiếng Việt עברית العربية ไทย हिन्दी",
        "e" + "\u0301" * 60,
        "\ue000\U000f0000 private",
        "{title} {@fact} {n|a|b}",
        "".join(map(chr, range(0x10A00, 0x10B00))),
    )
    project = studio.project
    for each in hostile:
        await studio.store.projects.declare_intent(project, each, ACT)
        await studio.store.projects.note(project, each, ACT)
    await studio.store.projects.finish(project, hostile[0], hostile[3], ACT)
    files = (await report(studio, "html", "pdf")).dossier.files
    said = pdf_words(files["pdf"])
    assert '#read("/etc/passwd")' in said
    assert "root:" not in said
    assert "‹U+202E›" in said
    assert "‹U+1F600›" in said
    assert "Characters that the fonts of this PDF lack" in said
    assert said.count("x") >= 4000
    assert "😀" in words(files["html"])


@pytest.mark.slow
async def test_a_typesetter_that_never_ends_is_stopped_and_the_html_still_comes(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "PATIENCE_S", 0.01)
    for asked in (("html", "pdf"), ("pdf",)):
        reported = await report(studio, *asked)
        assert reported.dossier.files.keys() == {"html"}


@pytest.mark.slow
async def test_five_hundred_events_make_a_dossier(studio: Studio) -> None:
    for number in range(64):
        view = await studio.brief(f"boat {number}", *range(number, number + 4), side=32)
        await studio.choose(view, number % 4 + 1, "why not")
    size = (await studio.store.ledger.checkpoint()).size
    assert size > 500
    asked = DossierRequest(studio.project.id, size, "d_0", ["en-US", "zh-CN"])
    for dossier in await studio.store.dossiers.make(asked):
        assert dossier.files.keys() == {"html", "pdf"}
        assert len(dossier.files["html"]) < 10 * 2**20


async def test_a_member_with_nothing_made_yet_gets_an_honest_one(studio: Studio) -> None:
    for language, gap in (("en-US", "Not on record: nothing was generated."), ("zh-CN", "记录中没有：未曾生成草稿。")):
        assert gap in words((await report(studio, "html", language=language)).dossier.files["html"])


async def test_the_same_history_as_prov_is_well_formed(studio: Studio, tmp_path: Path) -> None:
    await work(studio)
    document = json.loads(prov_json(await studio.store.history(studio.project)))
    ids = {kind: set(document[kind]) for kind in ("entity", "activity", "agent")}
    relations = {
        "wasGeneratedBy": (("prov:entity", "entity"), ("prov:activity", "activity")),
        "used": (("prov:activity", "activity"), ("prov:entity", "entity")),
        "wasAssociatedWith": (("prov:activity", "activity"), ("prov:agent", "agent")),
        "wasDerivedFrom": (("prov:generatedEntity", "entity"), ("prov:usedEntity", "entity")),
    }
    assert document.keys() == {"prefix", *ids, *relations}
    for name, ends in relations.items():
        assert document[name]
        for relation in document[name].values():
            assert relation.keys() == {attribute for attribute, _ in ends}
            assert all(relation[attribute] in ids[kind] for attribute, kind in ends)
    prefixes = {name.partition(":")[0] for kind in ids.values() for name in kind}
    assert prefixes <= document["prefix"].keys()
    assert b"red boat" not in json.dumps(document).encode()
