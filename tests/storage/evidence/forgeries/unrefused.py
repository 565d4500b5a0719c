"""What no verifier can refuse, and every verifier has to say."""

from tests.storage.evidence.forgeries.inside import blobs
from tests.storage.evidence.forgeries.scene import Scene, trusting
from tests.storage.evidence.forgeries.section import Ability, Brought, Section, Who
from tests.storage.evidence.forgeries.times import LATER
from tests.storage.evidence.forging import Witness

SECTION = Section("What cannot be refused, and is named as NOT CHECKED", Who.OWNER)


@SECTION.enter("The copies for reading say something else than the record", "views", refused=False)
def views_rewritten(scene: Scene) -> Brought:
    forged = scene.alone.forge()
    forged.files["data/views/events.csv"] = b"nothing of it is true\n"
    return scene.packed(forged, scene.alone, "events.csv")


@SECTION.enter("Pictures are held back", "pictures-absent", refused=False)
def pictures_held_back(scene: Scene) -> Brought:
    forged = scene.alone.forge()
    for name in blobs(forged):
        del forged.files[name]
    return scene.packed(forged, scene.alone, "not enclosed")


@SECTION.enter("A stranger poses as a witness", "cosignatures", needs=Ability.WITNESSES, refused=False)
def stranger_as_witness(scene: Scene) -> Brought:
    stranger = Witness("stranger.example/w", b"9" * 32)
    forged = scene.alone.forge()
    place = f"data/checkpoints/{forged.about['size']}"
    forged.files[f"{place}.cosig"] = stranger.cosign(forged.files[f"{place}.note"], LATER)
    return scene.packed(forged, scene.alone, "stranger.example/w")


@SECTION.enter("The operator stamps with an authority of their own", "time-trust", needs=Ability.TOKENS, refused=False)
def own_authority(scene: Scene) -> Brought:
    return Brought(scene.stamped.bundle, "is the bundle's own word", trusting(scene.stamped))


@SECTION.enter("A time stamp that the log recorded is held back", "stamps-absent", needs=Ability.TOKENS, refused=False)
def stamp_held_back(scene: Scene) -> Brought:
    forged = scene.stamped.forge()
    del forged.files[min((name for name in forged.files if name.endswith(".tsr")), key=lambda name: (len(name), name))]
    return scene.packed(forged, scene.stamped, "not enclosed (1)", tsa_roots=scene.authority.roots)


@SECTION.enter("A proof of OpenTimestamps is made up", "ots", refused=False)
def made_up_proof_of_bitcoin(scene: Scene) -> Brought:
    forged = scene.alone.forge()
    size = forged.about["size"]
    forged.files[f"data/checkpoints/{size}.note.ots"] = b"anything"
    return scene.packed(forged, scene.alone, f"ots verify {size}.note.ots")
