"""Cosignatures of witnesses: the format's vector, who is known, what is false, and the time that they give."""

from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.evidence.verify import Answer, Outcome, Report, Verdict, render_report, verify_bundle
from storage.evidence.verify.archive import Archive
from storage.evidence.verify.report import Bound, Refusal
from storage.evidence.verify.witnesses import check_cosignatures, parse_witnesses
from tests.storage.evidence.forging import Forged, Witness
from tests.storage.evidence.test_bundle import Case, alone

__all__ = ["alone"]

CHECKPOINT = """colophon.example/log1
1
URCviiv/mqmcDpl8BZApxDs8RcTLMBGUd+FeKQ8IxRk=

— colophon.example/log1 Lqec3Cs/ECq7+vU9Q4dbGDspsl4jMrUTjupkgI2j4ueZMnAneVlcsIlej0FhCVCpRg0edqxIXJsS0Mgw5EG0W3nU7Qs=
"""
WITNESS = "witness.example/w1+e75f6532+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
COSIGNATURE = (
    "— witness.example/w1 519lMgAAAABrA+TU0iWk6bHnJM4Ug9NKiDXGWfmvk6ZNL0cpF+kZg/X828HFf5Bnl4+sJ4sw5r88sP3BgWklBQzIktPq"
    "O/HAlGhyBA==\n"
)
SOON = 4_000_000_000
"""A time after every event of the tests."""


def folder(place: Path, cosig: bytes, note: str = CHECKPOINT) -> Path:
    checkpoints = place / "data" / "checkpoints"
    checkpoints.mkdir(parents=True, exist_ok=True)
    (checkpoints / "1.note").write_text(note, encoding="utf-8")
    (checkpoints / "1.cosig").write_bytes(cosig)
    return place


def test_the_formats_vector_verifies(tmp_path: Path) -> None:
    archive = Archive(folder(tmp_path, COSIGNATURE.encode()))
    found = check_cosignatures(archive, parse_witnesses([WITNESS]))
    at = datetime.fromtimestamp(1_795_417_300, UTC)
    assert found.bounds == (Bound(1, at, "witness.example/w1", from_outside=True),)
    assert (found.unknown, found.absent) == ((), ())


def test_our_forger_signs_as_the_vector_says() -> None:
    witness = Witness("witness.example/w1", bytes(range(32)))
    assert witness.vkey == WITNESS
    assert witness.cosign(CHECKPOINT.encode(), 1_795_417_300) == COSIGNATURE.encode()


@settings(max_examples=200, deadline=None)
@given(bit=st.integers(0, len(COSIGNATURE.encode()) * 8 - 1))
def test_a_flipped_bit_is_refused_or_makes_it_a_strangers(bit: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    changed = bytearray(COSIGNATURE.encode())
    changed[bit // 8] ^= 1 << bit % 8
    archive = Archive(folder(tmp_path_factory.getbasetemp() / "flipped", bytes(changed)))
    try:
        found = check_cosignatures(archive, parse_witnesses([WITNESS]))
    except Refusal as refusal:
        assert refusal.code == "cosignature"
    else:
        assert not found.bounds
        assert found.absent == ("witness.example/w1",)


@pytest.mark.parametrize("line", ["", "witness.example/w1", WITNESS.replace("+BAOh", "+AQOh"), "x+00+é"])
def test_what_is_no_witness_key_is_refused(line: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_witnesses([line])
    assert caught.value.code == "cosignature"


# --- in a bundle -------------------------------------------------------------------------------

ONE, TWO = Witness("witness.example/w1", b"1" * 32), Witness("witness.example/w2", b"2" * 32)


def cosigned(case: Case, *witnesses: Witness, at: int = SOON) -> Forged:
    """Return the bundle with its last checkpoint cosigned."""
    forged = case.forge()
    name = f"data/checkpoints/{forged.about['size']}"
    forged.files[f"{name}.cosig"] = b"".join(w.cosign(forged.files[f"{name}.note"], at) for w in witnesses)
    return forged


def check(case: Case, forged: Forged, *witnesses: Witness) -> Report:
    path = forged.pack(case.beside("cosigned.zip"), case.key)
    return verify_bundle(path, vkeys=[case.vkey], witnesses=[witness.vkey for witness in witnesses])


def outcomes(report: Report, code: str) -> list[Outcome]:
    return [found.outcome for found in report.checks if found.code == code]


def test_a_witness_that_is_named_vouches_for_content_and_time(alone: Case) -> None:
    report = check(alone, cosigned(alone, ONE), ONE)
    assert report.verdict is Verdict.VERIFIED, render_report(report)
    assert outcomes(report, "cosignatures") == [Outcome.PASSED]
    assert report.answers.time is Answer.YES
    assert report.facts["stamped"].endswith("2096-10-02T07:06:40Z (witness.example/w1)")


def test_witnesses_whose_keys_were_not_given_are_not_checked(alone: Case) -> None:
    report = check(alone, cosigned(alone, ONE, TWO), ONE)
    assert outcomes(report, "cosignatures") == [Outcome.PASSED, Outcome.NOT_CHECKED]
    assert "witness.example/w2" in render_report(report)
    unaware = check(alone, cosigned(alone, ONE))
    assert outcomes(unaware, "cosignatures") == [Outcome.NOT_CHECKED]
    assert unaware.answers.time is Answer.NOT_CHECKED


def test_a_witness_that_signed_nothing_is_named(alone: Case) -> None:
    report = check(alone, cosigned(alone, ONE), TWO)
    assert report.verdict is Verdict.VERIFIED
    assert outcomes(report, "witness") == [Outcome.NOT_CHECKED]


def test_a_false_signature_of_a_known_witness_is_refused(alone: Case) -> None:
    forged = cosigned(alone, ONE)
    name = next(name for name in forged.files if name.endswith(".cosig"))
    head, _, payload = forged.files[name].rpartition(b" ")
    raw = bytearray(b64decode(payload))
    forged.files[name] = ONE.line(bytes([*raw[:-1], raw[-1] ^ 1]))
    assert head in forged.files[name]
    assert check(alone, forged, ONE).code == "cosignature"
    assert check(alone, forged).verdict is Verdict.VERIFIED


def test_a_cosignature_of_another_checkpoint_is_refused(alone: Case) -> None:
    forged = cosigned(alone, ONE)
    name = next(name for name in forged.files if name.endswith(".cosig"))
    forged.files[name] = ONE.cosign(CHECKPOINT.encode(), SOON)
    assert check(alone, forged, ONE).code == "cosignature"


@pytest.mark.parametrize("data", [b"", b"\n", b"junk\n", b"\xff", COSIGNATURE.encode()[:-1]])
def test_what_is_no_cosignature_is_refused_even_of_a_stranger(alone: Case, data: bytes) -> None:
    forged = cosigned(alone, ONE)
    name = next(name for name in forged.files if name.endswith(".cosig"))
    forged.files[name] = data
    assert check(alone, forged).code == "cosignature"


def test_a_cosignature_without_its_checkpoint_is_refused(alone: Case) -> None:
    forged = cosigned(alone, ONE)
    forged.files["data/checkpoints/1.cosig"] = ONE.cosign(CHECKPOINT.encode(), SOON)
    assert check(alone, forged).code == "cosignature"


def test_events_that_claim_a_time_after_a_witness_saw_them_are_refused(alone: Case) -> None:
    report = check(alone, cosigned(alone, ONE, at=1_000_000_000), ONE)
    assert (report.verdict, report.code, report.answers.time) == (Verdict.REFUSED, "time", Answer.NO)
    assert "witness.example/w1" in render_report(report)


@pytest.mark.parametrize("at", [2**64 - 1, 253_402_300_800])
def test_a_time_that_does_not_exist_is_refused(alone: Case, at: int) -> None:
    assert check(alone, cosigned(alone, ONE, at=at), ONE).code == "cosignature"


def test_the_last_time_there_is_bounds_nothing_and_breaks_nothing(alone: Case) -> None:
    assert check(alone, cosigned(alone, ONE, at=253_402_300_799), ONE).verdict is Verdict.VERIFIED
