"""The tree against the published vectors of Certificate Transparency, and against itself."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.evidence.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_ranges,
    decompose,
    fold,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    split_point,
    verify_consistency,
    verify_inclusion,
)

CT_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def mth(hashes: list[bytes]) -> bytes:
    """Compute the tree hash by the recursive definition of RFC 6962 section 2.1."""
    if not hashes:
        return EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    k = split_point(len(hashes))
    return node_hash(mth(hashes[:k]), mth(hashes[k:]))


def leaves(count: int) -> list[bytes]:
    """Return the hashes of numbered leaves."""
    return [leaf_hash(str(i).encode()) for i in range(count)]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    frontier = Frontier()
    for leaf in CT_LEAVES[:size]:
        frontier = frontier.push(leaf_hash(leaf), lambda *_: None)
    assert frontier.root().hex() == CT_ROOTS[size]
    assert Frontier.parse(size, frontier.pack()) == frontier


def test_inclusion_path_is_that_of_certificate_transparency() -> None:
    hashes = [leaf_hash(leaf) for leaf in CT_LEAVES]
    path = [mth(hashes[a:b]).hex() for a, b in inclusion_ranges(5, 8)]
    assert path == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_consistency_proof_is_that_of_certificate_transparency() -> None:
    hashes = [leaf_hash(leaf) for leaf in CT_LEAVES]
    path = [mth(hashes[a:b]).hex() for a, b in consistency_ranges(6, 8)]
    assert path == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@given(st.integers(1, 64).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1), st.integers(0, 63))))
def test_a_leaf_is_included_where_it_is_and_nowhere_else(case: tuple[int, int, int]) -> None:
    size, index, other = case
    hashes = leaves(size)
    root, path = mth(hashes), [mth(hashes[a:b]) for a, b in inclusion_ranges(index, size)]
    assert verify_inclusion(hashes[index], index, size, path, root)
    if other != index:
        assert not verify_inclusion(hashes[index], other, size, path, root)
    for i, h in enumerate(path):
        flipped = [*path[:i], bytes([h[0] ^ 1]) + h[1:], *path[i + 1 :]]
        assert not verify_inclusion(hashes[index], index, size, flipped, root)
    assert not verify_inclusion(sha256(b"x").digest(), index, size, path, root)


@given(st.integers(1, 64).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))))
def test_a_longer_log_extends_a_shorter_one(sizes: tuple[int, int]) -> None:
    old, new = sizes
    hashes = leaves(new)
    path = [mth(hashes[a:b]) for a, b in consistency_ranges(old, new)]
    assert verify_consistency(old, new, path, mth(hashes[:old]), mth(hashes))
    if old < new:
        forged = [*hashes[: old - 1], sha256(b"forged").digest(), *hashes[old:]]
        assert not verify_consistency(old, new, path, mth(forged[:old]), mth(hashes))


@given(st.integers(0, 200))
def test_decomposition_folds_to_the_definition(size: int) -> None:
    hashes = leaves(size)
    parts = [mth(hashes[i << level : (i + 1) << level]) for level, i in decompose(0, size)]
    assert fold(parts) == mth(hashes)


def test_tile_subtrees_are_reported_once_when_they_are_complete() -> None:
    seen: list[tuple[int, int]] = []
    frontier = Frontier()
    for leaf in leaves(1024):
        frontier = frontier.push(leaf, lambda level, idx, _h: seen.append((level, idx)))
    assert seen == [(8, 0), (8, 1), (8, 2), (8, 3)]
