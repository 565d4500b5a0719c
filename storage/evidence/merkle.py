"""The Merkle tree of RFC 6962 section 2.1 (RFC 9162 section 2.1), SHA-256.

The hash of a range of leaves is written MTH(D[a:b]) there. Nodes are named here by
(level, index): the complete subtree of `2**level` leaves that starts at leaf `index << level`.
Everything is pure; `storage.evidence.tree` says where the stored hashes come from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
# Levels whose complete subtrees are stored (C2SP tlog-tiles: tiles of height 8).
TILE_LEVELS = (8, 16, 24)

Node = tuple[int, int]
"""(level, index) of a complete subtree."""


def leaf_hash(leaf: bytes) -> bytes:
    """Hash leaf bytes: SHA-256(0x00 || leaf)."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash an inner node: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def split_point(n: int) -> int:
    """Return k, the largest power of two smaller than `n` (n > 1)."""
    return 1 << ((n - 1).bit_length() - 1)


def decompose(start: int, end: int) -> list[Node]:
    """Return the complete subtrees whose fold from the right is MTH(D[start:end]).

    `start` must be a multiple of the largest power of two below the length, as every range
    of the RFC's definitions is.
    """
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def fold(hashes: Sequence[bytes]) -> bytes:
    """Fold the hashes of a decomposition, largest subtree first, into one."""
    if not hashes:
        return EMPTY_ROOT
    result = hashes[-1]
    for left in reversed(hashes[:-1]):
        result = node_hash(left, result)
    return result


Range = tuple[int, int]
"""A half-open range of leaves."""


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Return the ranges whose hashes form PATH(index, D[size]), the leaf's sibling first."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    ranges: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split_point(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """Return the ranges whose hashes form PROOF(old, D[new])."""
    if not 0 < old <= new:
        raise ValueError(f"no consistency proof from {old} to {new}")
    ranges: list[Range] = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + split_point(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, whole = middle, False
    if not whole:
        ranges.append((start, end))
    return ranges[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Check PATH(index, D[size]) for a leaf hash (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    fn, sn, result = index, size - 1, leaf
    for sibling in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            result = node_hash(sibling, result)
            while fn & 1 == 0 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            result = node_hash(result, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and result == root


def verify_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Check PROOF(old, D[new]) between two roots (RFC 9162 section 2.1.4.2)."""
    if old == new:
        return not path and old_root == new_root
    if not 0 < old < new:
        return False
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not hashes:
        return False
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = hashes[0]
    for c in hashes[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while fn & 1 == 0 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old_root and sr == new_root


@dataclass(frozen=True, slots=True)
class Frontier:
    """The complete subtrees of a tree of `size` leaves, largest first: all that an append needs."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    @classmethod
    def parse(cls, size: int, packed: bytes) -> "Frontier":
        """Read the packed form of the head row."""
        hashes = tuple(packed[i : i + HASH_BYTES] for i in range(0, len(packed), HASH_BYTES))
        if len(hashes) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} subtrees, not {len(hashes)}")
        return cls(size, hashes)

    def pack(self) -> bytes:
        """Return the hashes one after the other, as the head row keeps them."""
        return b"".join(self.hashes)

    def root(self) -> bytes:
        """Return MTH(D[size])."""
        return fold(self.hashes)

    def push(self, leaf: bytes, on_node: Callable[[int, int, bytes], None]) -> "Frontier":
        """Return the frontier with one more leaf hash; `on_node` hears of every completed tile subtree."""
        hashes, value, level, size = list(self.hashes), leaf, 0, self.size
        while (size >> level) & 1:
            value = node_hash(hashes.pop(), value)
            level += 1
            if level in TILE_LEVELS:
                on_node(level, size >> level, value)
        return Frontier(size + 1, (*hashes, value))
