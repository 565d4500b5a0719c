"""Times that somebody else's word excludes, and words that nobody gave."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from storage.evidence.timestamps import Authority, stamp
from tests.storage.evidence.authority import LocalAuthority
from tests.storage.evidence.forgeries.scene import Scene, trusting
from tests.storage.evidence.forgeries.section import Ability, Brought, Section, Who
from tests.storage.evidence.forging import Witness

SECTION = Section("Time", Who.OWNER, Ability.TOKENS)
enter = SECTION.enter
WITNESS = Witness("witness.example/w1", b"1" * 32)
LATER, EARLIER = 4_000_000_000, 1_000_000_000


@enter("A time stamp is that of something else", "time")
def token_of_another_checkpoint(scene: Scene) -> Brought:
    return _stamped_by(scene, scene.authority, b"another note")


@enter("A time stamp is that of an unknown authority", "time", needs=Ability.TOKENS | Ability.SIGNERS)
def token_of_another_authority(scene: Scene) -> Brought:
    return _stamped_by(scene, scene.stranger)


def _stamped_by(scene: Scene, authority: LocalAuthority, note: bytes | None = None) -> Brought:
    """Replace the last token by another one."""
    forged = scene.stamped.forge()
    sizes = {int(Path(name).name.partition("-")[0]): name for name in forged.files if name.endswith(".tsr")}
    size = max(sizes)
    stamped = forged.files[f"data/checkpoints/{size}.note"] if note is None else note
    forged.files[sizes[size]], _ = asyncio.run(stamp(stamped, Authority("local", ""), authority.post))
    return scene.packed(forged, scene.stamped, f"checkpoint {size}", tsa_roots=scene.authority.roots)


@enter("The operator's clock is put an hour forward", "time")
def clock_put_forward(scene: Scene) -> Brought:
    return Brought(scene.early.bundle, "after local saw it", trusting(scene.early, tsa_roots=scene.authority.roots))


@enter("The operator's clock is put an hour back", "time")
def clock_put_back(scene: Scene) -> Brought:
    names = "before the stamp that the log had recorded"
    return Brought(scene.late.bundle, names, trusting(scene.late, tsa_roots=scene.authority.roots))


@enter("Events are dated after a witness saw them", "time", needs=Ability.WITNESSES)
def events_after_a_witness_saw_them(scene: Scene) -> Brought:
    return _cosigned(scene, lambda note: WITNESS.cosign(note, EARLIER), "after witness.example/w1 saw it")


@enter("A witness's signature is forged", "cosignature", needs=Ability.WITNESSES)
def forged_cosignature(scene: Scene) -> Brought:
    names = "checkpoint {size}: that of witness.example/w1 is false"
    return _cosigned(scene, lambda _: WITNESS.cosign(b"another\n1\nAAAA\n\n", LATER), names)


@enter("A witness's signature is not in its form", "cosignature", needs=Ability.WITNESSES)
def malformed_cosignature(scene: Scene) -> Brought:
    return _cosigned(scene, lambda _: b"signed, a witness\n", "checkpoint {size}")


def _cosigned(scene: Scene, line: Callable[[bytes], bytes], names: str) -> Brought:
    forged = scene.alone.forge()
    size = forged.about["size"]
    forged.files[f"data/checkpoints/{size}.cosig"] = line(forged.files[f"data/checkpoints/{size}.note"])
    return scene.packed(forged, scene.alone, names.format(size=size), witnesses=(WITNESS.vkey,))
