"""What anybody can do with the file: the checksums or the signature over them give it away."""

import shutil
import stat
import zipfile
from pathlib import Path

from storage.evidence.notes import SigningKey
from tests.storage.evidence.cases import Case
from tests.storage.evidence.forgeries.inside import blobs, replace_text
from tests.storage.evidence.forgeries.scene import Scene, trusting
from tests.storage.evidence.forgeries.section import Brought, Section, Who
from tests.storage.evidence.forging import TAGS, Forged, listing

SECTION = Section("The file", Who.ANYBODY)
enter = SECTION.enter
_LOG, _CSV, _DOSSIER = "data/log.txt", "data/views/events.csv", "data/views/dossier.html"


@enter("One bit of the zip is flipped", "bag-file")
def flip_a_bit(scene: Scene) -> Brought:
    with zipfile.ZipFile(scene.alone.bundle) as archive:
        info = next(info for info in archive.infolist() if info.filename.endswith(_LOG))
    raw, path = bytearray(scene.alone.bundle.read_bytes()), scene.place()
    # In the middle of the compressed log; the header before it has 30 bytes and the name.
    raw[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 1
    path.write_bytes(raw)
    return Brought(path, _LOG, trusting(scene.alone))


@enter("The zip is cut off", "archive")
def cut_off(scene: Scene) -> Brought:
    path = scene.place()
    path.write_bytes(scene.alone.bundle.read_bytes()[:-200])
    return Brought(path, "cannot be read as a bundle", trusting(scene.alone))


@enter("The log is edited, and the list of files left as it was", "bag-file")
def edited_log(scene: Scene) -> Brought:
    return _edited(scene, _LOG)


@enter("The table for spreadsheets is edited", "bag-file")
def edited_csv(scene: Scene) -> Brought:
    return _edited(scene, _CSV)


@enter("The dossier is edited", "bag-file")
def edited_dossier(scene: Scene) -> Brought:
    return _edited(scene, _DOSSIER)


@enter("The log is edited, and every list mended", "bundle-note")
def mended_log(scene: Scene) -> Brought:
    return _edited(scene, _LOG, mended=True)


@enter("The table for spreadsheets is edited, and every list mended", "bundle-note")
def mended_csv(scene: Scene) -> Brought:
    return _edited(scene, _CSV, mended=True)


@enter("The dossier is edited, and every list mended", "bundle-note")
def mended_dossier(scene: Scene) -> Brought:
    return _edited(scene, _DOSSIER, mended=True)


def _edited(scene: Scene, name: str, *, mended: bool = False) -> Brought:
    """Change a file in the middle; `mended` brings all checksums up to date, which needs no key."""
    forged = _with_dossier(scene.alone)
    data = forged.files[name]
    middle = len(data) // 2
    forged.files[name] = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    if mended:
        payload = {each: data for each, data in forged.files.items() if each.startswith("data/")}
        forged.files["manifest-sha256.txt"] = listing(payload)
        tags = {each: forged.files[each] for each in TAGS if each != "tagmanifest-sha256.txt"}
        forged.files["tagmanifest-sha256.txt"] = listing(tags)
    return Brought(forged.zip_as_is(scene.place()), "bundle.note" if mended else name, trusting(scene.alone))


def _with_dossier(case: Case) -> Forged:
    """Return an honest bundle with a dossier, signed by its owner."""
    forged = case.forge()
    forged.files[_DOSSIER] = b"<p>what was done</p>"
    forged.pack(case.beside("dossier.zip"), case.key)
    return forged


@enter("A picture is taken out", "bag-listing")
def picture_taken_out(scene: Scene) -> Brought:
    forged = scene.alone.forge()
    name = blobs(forged)[0]
    del forged.files[name]
    return Brought(forged.zip_as_is(scene.place()), f"{name}: is listed and missing", trusting(scene.alone))


@enter("A file is put in", "bag-listing")
def file_put_in(scene: Scene) -> Brought:
    forged = scene.alone.forge()
    forged.files["data/views/prov.json"] = b"{}"
    names = "data/views/prov.json: is not listed"
    return Brought(forged.zip_as_is(scene.place()), names, trusting(scene.alone))


@enter("A file is there again in capitals, which some systems take for the same", "file-kind")
def in_capitals(scene: Scene) -> Brought:
    forged = scene.alone.forge()
    forged.files["data/LOG.txt"] = b"another"
    return Brought(forged.zip_as_is(scene.place()), "data/LOG.txt", trusting(scene.alone))


@enter("A bundle is put into the bundle, to be opened without an end", "file-kind")
def bundle_in_a_bundle(scene: Scene) -> Brought:
    forged = scene.alone.forge()
    forged.files["data/bundle.zip"] = scene.alone.bundle.read_bytes()
    return Brought(forged.zip_as_is(scene.place()), "data/bundle.zip", trusting(scene.alone))


@enter("A file has a path that leads out of the bundle", "archive")
def climbing_path(scene: Scene) -> Brought:
    forged = scene.alone.forge()
    forged.files["data/../../evil"] = b"x"
    return Brought(forged.zip_as_is(scene.place()), "data/../../evil", trusting(scene.alone))


@enter("A file is there twice, so that two programs may read two things", "archive")
def twins(scene: Scene) -> Brought:
    path = Path(shutil.copy(scene.alone.bundle, scene.place()))
    with zipfile.ZipFile(path, "a") as archive:
        name = next(name for name in archive.namelist() if name.endswith("log.txt"))
        # Under another name first: the library warns of twins.
        archive.writestr(name.replace("log.txt", "log.tx_"), b"another")
    path.write_bytes(path.read_bytes().replace(b"log.tx_", b"log.txt"))
    return Brought(path, "data/log.txt is there twice", trusting(scene.alone))


@enter("A file is a link to another one outside", "archive")
def link(scene: Scene) -> Brought:
    path = Path(shutil.copy(scene.alone.bundle, scene.place()))
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo(f"{archive.namelist()[0].partition('/')[0]}/data/README2.txt")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return Brought(path, "README2.txt is encrypted or a link", trusting(scene.alone))


@enter("A whole bundle is made up under the log's name", "key-foreign")
def made_up(scene: Scene) -> Brought:
    stranger = SigningKey(scene.alone.key.verifier.name, b"s" * 32)
    forged = scene.alone.forge()
    replace_text(forged)
    forged.files["data/keys/log.vkey"] = stranger.verifier.encode().encode() + b"\n"
    forged.sign_history(stranger)
    return Brought(forged.pack(scene.place(), stranger), "signed by somebody else", trusting(scene.alone))
