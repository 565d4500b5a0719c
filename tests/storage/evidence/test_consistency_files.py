"""Consistency proofs in a bundle: used by an anchor or not, they are right or refused, and never passed over."""

import asyncio
from base64 import b64encode
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from storage.evidence.merkle import consistency_ranges, leaf_hash
from storage.evidence.notes import SigningKey
from storage.evidence.verify import Outcome, Report, Verdict, render_report
from storage.store import open_store
from storage.tables import evidence_event
from tests.storage.evidence.forging import Forged, checkpoint, root
from tests.storage.evidence.test_bundle import Case, among, build

__all__ = ["among"]


@dataclass(frozen=True, slots=True)
class Hiding:
    """A bundle that hides events, and the hashes of all of them."""

    case: Case
    hashes: list[bytes]
    covered: int
    """A size in the middle of a hidden stretch, which no enclosed checkpoint has."""

    @property
    def size(self) -> int:
        return len(self.hashes)

    def proof(self, old: int, hashes: list[bytes] | None = None) -> bytes:
        """Return the file of a proof, by the definition of RFC 9162 section 2.1.4.1."""
        known = hashes or self.hashes
        path = [root(known[a:b]) for a, b in consistency_ranges(old, len(known))]
        lines = "".join(f"{b64encode(digest).decode()}\n" for digest in path)
        return f"old {old}\n{lines}\n".encode()

    def anchor(self, size: int) -> bytes:
        return checkpoint(self.case.key, size, root(self.hashes[:size])).encode()

    def name(self, old: int) -> str:
        return f"data/consistency/{old}-{self.size}.txt"

    def check(self, files: dict[str, bytes], *anchors: bytes) -> Report:
        forged = self.case.forge()
        forged.files |= files
        return self.case.check(forged, anchors=anchors)


@pytest.fixture(scope="module")
def hiding(tmp_path_factory: pytest.TempPathFactory) -> Hiding:
    folder = tmp_path_factory.mktemp("hiding")
    case = asyncio.run(build(folder, with_another=True))
    return Hiding(case, asyncio.run(every_hash(case)), covered(case.forge()))


async def every_hash(case: Case) -> list[bytes]:
    store = await open_store(case.config)
    async with store.database.read() as connection:
        leaves = await connection.scalars(select(evidence_event.c.leaf).order_by(evidence_event.c.seq))
        found = [leaf_hash(bytes(leaf)) for leaf in leaves]
    await store.close()
    return found[: case.exported.size]


def covered(forged: Forged) -> int:
    """Return a size inside of a hidden subtree that is no power of two."""
    at = 0
    for line in forged.lines:
        span = 1 << int(line[1:3]) if line.startswith(b"~") else 1
        if span > 1 and (at + 1) & at:
            return at + 1
        at += span
    raise AssertionError("nothing is hidden")


def outcome(report: Report, code: str) -> list[Outcome]:
    return [found.outcome for found in report.checks if found.code == code]


def test_a_proof_ties_in_a_checkpoint_that_the_pass_cannot_meet(hiding: Hiding) -> None:
    anchor = hiding.anchor(hiding.covered)
    assert hiding.check({}, anchor).code == "anchor"
    report = hiding.check({hiding.name(hiding.covered): hiding.proof(hiding.covered)}, anchor)
    assert report.verdict is Verdict.VERIFIED, render_report(report)
    assert outcome(report, "consistency") == [Outcome.PASSED]


def test_the_checkpoint_may_stand_at_its_end(hiding: Hiding) -> None:
    files = hiding.case.forge().files
    whole = hiding.proof(hiding.covered) + files[f"data/checkpoints/{hiding.size}.note"]
    assert hiding.check({hiding.name(hiding.covered): whole}).verdict is Verdict.VERIFIED
    first = min((name for name in files if name.endswith(".note") and "checkpoints" in name), key=len)
    other = hiding.proof(hiding.covered) + files[first]
    assert hiding.check({hiding.name(hiding.covered): other}).code == "consistency"


def test_a_proof_that_nothing_here_can_be_held_against_is_named(hiding: Hiding) -> None:
    report = hiding.check({hiding.name(hiding.covered): hiding.proof(hiding.covered)})
    assert report.verdict is Verdict.VERIFIED
    assert outcome(report, "consistency") == [Outcome.NOT_CHECKED]
    assert f"({hiding.covered})" in render_report(report)


@pytest.mark.parametrize("old", [1, 2, 3])
def test_a_proof_that_no_anchor_needs_is_held_against_the_pass(hiding: Hiding, old: int) -> None:
    assert outcome(hiding.check({hiding.name(old): hiding.proof(old)}), "consistency") == [Outcome.PASSED]
    other = [*hiding.hashes[:-1], bytes(32)]
    assert hiding.check({hiding.name(old): hiding.proof(old, other)}).code == "consistency"


def test_a_proof_from_another_history_contradicts_the_anchor(hiding: Hiding) -> None:
    wrong = hiding.proof(hiding.covered, [*hiding.hashes[:-1], bytes(32)])
    report = hiding.check({hiding.name(hiding.covered): wrong}, hiding.anchor(hiding.covered))
    assert report.code == "anchor"
    rewritten = checkpoint(hiding.case.key, hiding.covered, bytes(32)).encode()
    report = hiding.check({hiding.name(hiding.covered): hiding.proof(hiding.covered)}, rewritten)
    assert report.code == "anchor"


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data.replace(b"old ", b"new "),
        lambda data: data.replace(b"=", b"", 1),
        lambda data: b"\xff" + data,
        lambda data: data.replace(b"\n\n", b"\n" + b64encode(bytes(16)) + b"\n\n"),
        lambda data: data.replace(b"\n\n", b"\n" + (b64encode(bytes(32)) + b"\n") * 65 + b"\n"),
        lambda data: data + b"junk",
    ],
)
def test_a_malformed_proof_is_refused_though_nothing_needs_it(hiding: Hiding, change: object) -> None:
    assert callable(change)
    assert hiding.check({hiding.name(hiding.covered): change(hiding.proof(hiding.covered))}).code == "consistency"


def test_a_proof_between_other_sizes_is_refused(hiding: Hiding) -> None:
    proof = hiding.proof(hiding.covered)
    for old, new in ((0, hiding.size), (hiding.size, hiding.size), (3, hiding.size - 1), (3, hiding.size + 1)):
        assert hiding.check({f"data/consistency/{old}-{new}.txt": proof}).code == "consistency"
    assert hiding.check({f"data/consistency/0{hiding.covered}-{hiding.size}.txt": proof}).code == "consistency"


def test_an_anchor_of_the_empty_log_is_met_by_every_log(among: Case) -> None:
    empty = checkpoint(among.key, 0, root([])).encode()
    assert among.check(among.forge(), anchors=(empty,)).verdict is Verdict.VERIFIED
    wrong = checkpoint(among.key, 0, bytes(32)).encode()
    assert among.check(among.forge(), anchors=(wrong,)).code == "anchor"


def test_a_key_that_is_not_the_logs_makes_no_anchor(among: Case) -> None:
    stranger = SigningKey(among.forge().about["origin"], b"s" * 32)
    assert among.check(among.forge(), anchors=(checkpoint(stranger, 1, bytes(32)).encode(),)).code == "anchor"
